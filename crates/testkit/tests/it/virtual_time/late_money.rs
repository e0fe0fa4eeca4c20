//! Money that comes after the register was told that there is none.

use super::id;
use domain::{Fact, State};
use protocol::Reply;
use serde_json::json;
use simulator::bank::{DeclineReason, Endpoint};
use simulator::{Fault, When};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

fn pay_late(world: &World, reply: &Reply) {
    let now = world.bank.now();
    let order = id(reply).order(1);
    world.bank.lock().pay_late(order.as_str(), now).unwrap();
}

async fn expired(world: &World) -> Reply {
    let shown = world.pay("p1", 15_000).await.unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Expired));
    end
}

#[tokio::test(start_paused = true)]
async fn row_11_after_the_expiry_goes_back_to_the_buyer_once() {
    let world = World::new(1, json!({})).await.unwrap();
    let end = expired(&world).await;
    pay_late(&world, &end);
    world.pass(3_600_000).await;
    let payment = world.stored(id(&end)).await.unwrap().operation;
    assert_eq!(payment.state, State::Expired, "what was final stays so");
    let story = world.story(id(&end)).await.unwrap();
    let opened = |fact: &&Fact| matches!(fact, Fact::ReversalOpened { .. });
    assert_eq!(story.iter().filter(opened).count(), 1, "{story:?}");
    let reversal = world.look(payment.reversal.unwrap()).await.unwrap();
    assert_eq!(reversal.state, Some(State::Refunded), "{reversal:?}");
    assert_eq!(world.bank.books().refunded().0, 15_000);
    assert_eq!(world.bank.calls_of(Endpoint::Refund), 1);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_11_after_a_cancel_goes_back_to_the_buyer() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    world
        .send(Till::new("1").cancel("c1", "p1").unwrap())
        .await
        .unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    pay_late(&world, &end);
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reversal_that_the_bank_declines_is_tried_until_it_agrees() {
    let world = World::new(1, json!({})).await.unwrap();
    let end = expired(&world).await;
    world.bank.lock().decline_next_refund(DeclineReason::Timeout);
    world.bank.lock().decline_next_refund(DeclineReason::SystemError);
    pay_late(&world, &end);
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    assert_eq!(world.bank.calls_of(Endpoint::Refund), 3);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reversal_goes_on_after_a_crash_and_is_made_once() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let end = expired(&world).await;
    world
        .bank
        .fault(Some(Endpoint::Refund), Fault::DropAfter, When::Next(1));
    pay_late(&world, &end);
    // The next look is within three minutes; the crash comes right after the lost refund.
    while world.bank.calls_of(Endpoint::Refund) == 0 {
        world.pass(100).await;
    }
    world.crash().await.unwrap();
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    assert_eq!(
        world.bank.calls_of(Endpoint::Refund),
        1,
        "asked about, not sent again"
    );
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_watch_outlives_a_crash() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let end = expired(&world).await;
    world.crash().await.unwrap();
    pay_late(&world, &end);
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_notification_finds_it_long_after_the_watch_has_ended() {
    let world = World::new(1, json!({})).await.unwrap();
    let end = expired(&world).await;
    world.pass(6 * 3_600_000).await;
    pay_late(&world, &end);
    world.deliver_callbacks().await;
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_watch_outlives_a_crash_in_the_middle_of_a_look() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let end = expired(&world).await;
    world.bank.fault(
        Some(Endpoint::PaymentInfo),
        Fault::Delay { ms: 5_000 },
        When::Next(1),
    );
    world.crash().await.unwrap();
    world.pass(1_000).await;
    world.crash().await.unwrap();
    pay_late(&world, &end);
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_notification_that_was_taken_outlives_a_crash_and_a_lost_answer() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let end = expired(&world).await;
    world.pass(6 * 3_600_000).await;
    pay_late(&world, &end);
    world
        .bank
        .fault(Some(Endpoint::PaymentInfo), Fault::DropBefore, When::Next(2));
    assert_eq!(world.deliver_callbacks().await, [gateway::CallbackVerdict::Taken]);
    world.crash().await.unwrap();
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_was_away_for_longer_than_the_watch_looks_once_more() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let end = expired(&world).await;
    world.desk.abandon();
    world.pass(60_000).await;
    pay_late(&world, &end);
    world.pass(2 * 3_600_000).await;
    world.crash().await.unwrap();
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}
