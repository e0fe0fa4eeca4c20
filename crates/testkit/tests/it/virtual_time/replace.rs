//! A payment that takes the place of an earlier one of the same register.

use super::{calls, code, id};
use domain::{Code, State};
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

async fn with_a_sticker() -> (World, Till) {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::with_link("1");
    let sticker = world.bank.lock().print_sticker();
    world.finish(till.bind("b1", &sticker).unwrap()).await.unwrap();
    (world, till)
}

fn instead(till: &Till, earlier: &str) -> protocol::Message {
    till.message("pay", "p2", &json!({ "amount": 9_000, "replaces": earlier }))
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_changed_sum_deactivates_the_link_first() {
    let (world, till) = with_a_sticker().await;
    let first = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    let second = world.show(instead(&till, "p1")).await.unwrap();
    assert_eq!(second.state, Some(State::AwaitingPayment), "{second:?}");
    let ended = world.look(id(&first)).await.unwrap();
    assert_eq!(ended.state, Some(State::Cancelled), "{ended:?}");
    assert_eq!(calls(&world, Endpoint::CancelOrder), 1);
    assert_eq!(calls(&world, Endpoint::CreateOrder), 2);
    // The same message again begins nothing and ends nothing.
    let again = world.send(instead(&till, "p1")).await.unwrap();
    assert_eq!(again.operation_id, second.operation_id);
    world.buyer(&second, PayerAction::Pay).unwrap();
    assert_eq!(world.ended(id(&second)).await.unwrap().state, Some(State::Paid));
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_is_not_replaced() {
    let (world, till) = with_a_sticker().await;
    let first = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world.buyer(&first, PayerAction::Pay).unwrap();
    // The money is there and nobody has heard of it: found when the first is cancelled.
    let told = world.finish(instead(&till, "p1")).await.unwrap();
    assert_eq!(code(&told), Some(Code::AlreadyPaid), "{told:?}");
    assert_eq!(world.look(id(&first)).await.unwrap().state, Some(State::Paid));
    assert_eq!(calls(&world, Endpoint::CreateOrder), 1);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn only_a_payment_of_this_register_can_be_replaced() {
    let (world, till) = with_a_sticker().await;
    let told = world.finish(instead(&till, "nobody")).await.unwrap();
    assert_eq!(code(&told), Some(Code::UnknownPayment));
    assert_eq!(calls(&world, Endpoint::CreateOrder), 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_module_cannot_use_is_refused_and_not_dropped() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    for (at, field) in ["customer_code", "subscriber", "tender", "card_token"]
        .into_iter()
        .enumerate()
    {
        let message = till
            .message("pay", &format!("p{at}"), &json!({ "amount": 100, field: "x" }))
            .unwrap();
        let told = world.finish(message).await.unwrap();
        assert_eq!(code(&told), Some(Code::Unsupported), "{field}: {told:?}");
    }
    assert_eq!(calls(&world, Endpoint::RegisterQr), 0);
}
