//! A payment, its cancel, its end and its refunds, in virtual time with the simulated bank.

use domain::State;
use serde_json::json;
use simulator::bank::PayerAction;
use testkit::world::World;

#[tokio::test(start_paused = true)]
async fn paid() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let end = world.ended(shown.operation_id.unwrap()).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    assert!(end.requisites.is_some());
    assert!(!end.slip.is_empty());
}

#[tokio::test(start_paused = true)]
async fn expired() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    let end = world.ended(shown.operation_id.unwrap()).await.unwrap();
    assert_eq!(end.state, Some(State::Expired), "{end:?}");
}
