//! Refunds.

use super::{calls, code, id};
use domain::{Code, State};
use serde_json::json;
use simulator::bank::{DeclineReason, Endpoint};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

#[tokio::test(start_paused = true)]
async fn of_the_whole_payment() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    let end = world
        .finish(till.refund("r1", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    assert_eq!(end.amount.unwrap().get(), 15_000);
    let payment = world.send(till.status("s1", "p1").unwrap()).await.unwrap();
    assert_eq!(payment.state, Some(State::Paid), "the payment stays what it was");
    assert_eq!(payment.refunded.unwrap().get(), 15_000);
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn in_parts_until_nothing_is_left() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    for (id, sum) in [("r1", 4_000), ("r2", 6_000)] {
        let end = world
            .finish(till.refund(id, "p1", Some(sum)).unwrap())
            .await
            .unwrap();
        assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    }
    let rest = world
        .finish(till.refund("r3", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(
        rest.amount.unwrap().get(),
        5_000,
        "without a sum: all that is left"
    );
    let more = world
        .finish(till.refund("r4", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(code(&more), Some(Code::RefundExceedsPayment));
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn of_more_than_was_paid_is_turned_away_and_never_sent() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    let end = world
        .finish(till.refund("r1", "p1", Some(15_001)).unwrap())
        .await
        .unwrap();
    assert_eq!(code(&end), Some(Code::RefundExceedsPayment));
    assert_eq!(calls(&world, Endpoint::Refund), 0);
}

#[tokio::test(start_paused = true)]
async fn of_an_unpaid_payment_is_turned_away() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.pay("p1", 15_000).await.unwrap();
    let end = world
        .finish(till.refund("r1", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(code(&end), Some(Code::NotPaid));
    let end = world
        .finish(till.refund("r2", "p2", None).unwrap())
        .await
        .unwrap();
    assert_eq!(code(&end), Some(Code::UnknownPayment));
    assert_eq!(calls(&world, Endpoint::Refund), 0);
}

#[tokio::test(start_paused = true)]
async fn a_repeat_without_a_sum_finds_the_refund_that_it_repeats() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    world
        .finish(till.refund("r1", "p1", Some(5_000)).unwrap())
        .await
        .unwrap();
    let first = world
        .finish(till.refund("r2", "p1", None).unwrap())
        .await
        .unwrap();
    let again = world
        .finish(till.refund("r2", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(again.amount.unwrap().get(), 10_000);
    assert_eq!(calls(&world, Endpoint::Refund), 2);
    let other = world
        .finish(till.refund("r2", "p1", Some(9_999)).unwrap())
        .await
        .unwrap();
    assert_eq!(code(&other), Some(Code::IdConflict));
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn that_the_bank_declines_gives_its_sum_free_again() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    world
        .bank
        .lock()
        .decline_next_refund(DeclineReason::ReceiverAccountError);
    let end = world
        .finish(till.refund("r1", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Refused), Some(Code::ProviderRefused))
    );
    let payment = world.send(till.status("s1", "p1").unwrap()).await.unwrap();
    assert_eq!(payment.refunded, None);
    let end = world
        .finish(till.refund("r2", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn at_another_register_of_the_store() {
    let world = World::new(1, json!({})).await.unwrap();
    let paid = world.paid(&Till::new("1"), "p1", 15_000).await.unwrap();
    let by_our_id = json!({"operation_id": id(&paid).to_string(), "amount": 100});
    let other = Till::new("2").message("refund", "r1", &by_our_id).unwrap();
    assert_eq!(world.finish(other).await.unwrap().state, Some(State::Refunded));
    let other_store = Till::new("2")
        .of_store("2")
        .message("refund", "r1", &by_our_id)
        .unwrap();
    let told = world.finish(other_store).await.unwrap();
    assert_eq!(code(&told), Some(Code::UnknownPayment));
    books::agree(&world).await.unwrap();
}
