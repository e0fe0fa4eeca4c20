//! Promised times: an answer in time, the truth later.

use super::{code, id, waiter};
use domain::{Code, Fact, State};
use protocol::Reply;
use serde_json::json;
use simulator::bank::PayerAction;
use simulator::{Fault, When};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

const HOUR_MS: u64 = 3_600_000;

/// The bank does what it is asked and answers nobody.
fn silent(world: &World) {
    let when = When::ChancePerMille(1_000);
    world.bank.fault(None, Fault::Delay { ms: HOUR_MS }, when);
}

#[tokio::test(start_paused = true)]
async fn row_15_the_final_answer_comes_ten_seconds_before_the_register_gives_up() {
    for timeout_ms in [40_000, 60_000, 120_000, 310_000, 900_000] {
        let world = World::new(1, json!({})).await.unwrap();
        let fields = json!({"amount": 15_000, "timeout_ms": timeout_ms});
        let pay = Till::new("1").message("pay", "p1", &fields).unwrap();
        let began = world.clock.now();
        let end = world.finish(pay).await.unwrap();
        assert_eq!(end.state, Some(State::Expired), "{timeout_ms}: {end:?}");
        let took_ms = world.clock.now().ms_since(began);
        assert!(
            took_ms + 10_000 <= timeout_ms + 250,
            "{timeout_ms}: it took {took_ms}"
        );
        books::agree(&world).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn row_15_the_shortest_wait_leaves_the_buyer_ten_seconds() {
    let world = World::new(1, json!({})).await.unwrap();
    let fields = json!({"amount": 15_000, "timeout_ms": 30_000});
    let pay = Till::new("1").message("pay", "p1", &fields).unwrap();
    let shown = world.show(pay).await.unwrap();
    let left_ms = shown.qr.unwrap().expires_in_ms;
    assert!((9_000..=10_000).contains(&left_ms), "{left_ms}");
}

#[tokio::test(start_paused = true)]
async fn row_15_unknown_is_told_in_time_when_the_bank_is_silent_for_an_hour_and_the_truth_later() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    silent(&world);
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let told = world
        .until(id(&shown), |reply| reply.state == Some(State::Unresolved))
        .await
        .unwrap();
    assert_eq!((told.is_final, code(&told)), (false, Some(Code::Unresolved)));
    assert!(!told.error.unwrap().repeatable, "do not repeat");
    let took_ms = world.clock.now().ms_since(testkit::clock::BEGINNING);
    assert!(
        took_ms <= 300_250,
        "ten seconds before the register gives up: {took_ms}"
    );
    world.pass(HOUR_MS).await;
    world.bank.lock().clear_faults();
    world.pass(HOUR_MS).await;
    // The register was told "unknown", so the buyer's money goes back.
    let end = world.look(id(&shown)).await.unwrap();
    assert!(end.is_final, "{end:?}");
    assert_ne!(end.state, Some(State::Paid));
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_unpaid_payment_at_a_silent_bank_ends_when_the_bank_is_back() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    silent(&world);
    world.pass(HOUR_MS).await;
    assert_eq!(
        world.look(id(&shown)).await.unwrap().state,
        Some(State::Unresolved)
    );
    world.bank.lock().clear_faults();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Expired), "{end:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_waiter_is_told_unknown_in_time_and_the_end_once() {
    let world = World::new(1, json!({})).await.unwrap();
    let opened = world
        .send_for(Till::new("1").pay("p1", 15_000).unwrap(), waiter("a"))
        .await
        .unwrap();
    let shown = world
        .until(id(&opened), |reply| reply.qr.is_some())
        .await
        .unwrap();
    silent(&world);
    world.pass(HOUR_MS).await;
    world.bank.lock().clear_faults();
    world.ended(id(&shown)).await.unwrap();
    let rows = world.outbox().await.unwrap();
    let replies = rows
        .iter()
        .map(|row| serde_json::from_str::<Reply>(&row.outgoing.body).unwrap());
    let states: Vec<_> = replies.map(|reply| reply.state.unwrap()).collect();
    assert_eq!(
        states,
        [
            State::AwaitingPayment,
            State::Closing,
            State::Unresolved,
            State::Expired
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_registration_at_a_silent_bank_is_refused_in_time_and_nobody_can_pay() {
    let world = World::new(1, json!({})).await.unwrap();
    silent(&world);
    let began = world.clock.now();
    let end = world
        .finish(Till::new("1").pay("p1", 15_000).unwrap())
        .await
        .unwrap();
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Refused), Some(Code::ProviderSilent))
    );
    assert!(world.clock.now().ms_since(began) <= 300_250);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refund_at_a_silent_bank_is_unknown_in_time_and_made_once() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    silent(&world);
    let fields = json!({"payment": "p1", "timeout_ms": 60_000});
    let opened = world
        .send(till.message("refund", "r1", &fields).unwrap())
        .await
        .unwrap();
    let began = world.clock.now();
    let told = world
        .until(id(&opened), |reply| reply.state == Some(State::Unresolved))
        .await
        .unwrap();
    assert_eq!(code(&told), Some(Code::Unresolved));
    assert!(world.clock.now().ms_since(began) <= 50_250);
    assert!(
        world
            .story(id(&opened))
            .await
            .unwrap()
            .contains(&Fact::PromiseOver)
    );
    world.pass(HOUR_MS).await;
    world.bank.lock().clear_faults();
    let end = world.ended(id(&opened)).await.unwrap();
    assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    assert_eq!(world.bank.books().refunded().0, 15_000);
    books::agree(&world).await.unwrap();
}
