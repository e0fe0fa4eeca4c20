//! The cashier's cancel, alone and against the buyer.

use super::{calls, code, id};
use domain::{Code, State};
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{Fault, When};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

#[tokio::test(start_paused = true)]
async fn before_the_payment() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    let told = world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    assert_eq!(told.state, Some(State::Closing), "answered at once");
    assert_eq!(told.id.as_ref().unwrap().as_str(), "c1");
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Cancelled), Some(Code::Cancelled))
    );
    assert!(
        world.buyer(&shown, PayerAction::Pay).is_err(),
        "nobody can pay it any more"
    );
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn just_after_the_payment_that_nobody_has_heard_of_is_paid() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn just_after_the_payment_gives_the_money_back_when_the_settings_say_so() {
    let world = World::new(1, json!({"late_money": "reverse"})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Cancelled), "{end:?}");
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_buyer_pays_while_the_cancel_is_on_its_way() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    // The revocation does not arrive; meanwhile the buyer pays.
    world
        .bank
        .fault(Some(Endpoint::CancelQr), Fault::DropBefore, When::Next(1));
    world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn after_the_end_says_that_it_is_paid_already() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    let told = world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    assert_eq!(
        (told.state, code(&told)),
        (Some(State::Paid), Some(Code::AlreadyPaid))
    );
    assert_eq!(calls(&world, Endpoint::CancelQr), 0);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn while_the_registration_is_on_its_way() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.bank.fault(
        Some(Endpoint::RegisterQr),
        Fault::Delay { ms: 10_000 },
        When::Next(1),
    );
    let opened = world.send(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world.pass(1_000).await;
    world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    let end = world.ended(id(&opened)).await.unwrap();
    assert_eq!(end.state, Some(State::Cancelled), "{end:?}");
    assert_eq!(
        calls(&world, Endpoint::CancelQr),
        1,
        "the QR that came is revoked"
    );
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn between_two_registrations_that_did_not_arrive() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.bank.set_unreachable(true);
    let opened = world.send(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world.pass(500).await;
    let told = world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    assert_eq!(told.state, Some(State::Cancelled), "{told:?}");
    world.bank.set_unreachable(false);
    world.pass(600_000).await;
    assert_eq!(
        world.look(id(&opened)).await.unwrap().state,
        Some(State::Cancelled)
    );
    assert_eq!(
        calls(&world, Endpoint::RegisterQr),
        0,
        "nothing was ever registered"
    );
}

#[tokio::test(start_paused = true)]
async fn of_nothing_is_answered_as_unknown() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let told = world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    assert_eq!(code(&told), Some(Code::UnknownPayment));
    world.paid(&till, "p1", 15_000).await.unwrap();
    world
        .finish(till.refund("r1", "p1", None).unwrap())
        .await
        .unwrap();
    let told = world.send(till.cancel("c2", "r1").unwrap()).await.unwrap();
    assert_eq!(
        code(&told),
        Some(Code::UnknownPayment),
        "a refund cannot be cancelled"
    );
}
