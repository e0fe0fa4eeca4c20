//! A payment from the request to its end.

use super::{calls, code, id};
use domain::{Code, State};
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

#[tokio::test(start_paused = true)]
async fn paid() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    assert!(end.requisites.is_some());
    assert!(!end.slip.is_empty());
    assert_eq!(world.bank.books().paid().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn paid_at_the_last_moment_is_paid() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    let left_ms = shown.qr.as_ref().unwrap().expires_in_ms;
    world.pass(left_ms - 500).await;
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_buyer_who_takes_long_at_the_bank_is_waited_for() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    let left_ms = shown.qr.as_ref().unwrap().expires_in_ms;
    world.pass(left_ms - 1_000).await;
    world.buyer(&shown, PayerAction::Start).unwrap();
    world.pass(4_000).await;
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn expired() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Expired), Some(Code::Expired))
    );
    assert!(
        world.buyer(&shown, PayerAction::Pay).is_err(),
        "nobody can pay it any more"
    );
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn declined_and_never_tried_again_ends_declined() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    world.buyer(&shown, PayerAction::Decline).unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Declined), Some(Code::Declined))
    );
    assert!(
        world.buyer(&shown, PayerAction::Pay).is_err(),
        "nobody can pay it any more"
    );
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn declined_and_at_once_paid_after_all_is_paid() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    world.buyer(&shown, PayerAction::Decline).unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_bank_refuses_the_registration() {
    let world = World::new(1, json!({"sbpMerchantId": "MA999999"})).await.unwrap();
    let end = world
        .finish(Till::new("1").pay("p1", 15_000).unwrap())
        .await
        .unwrap();
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Refused), Some(Code::ProviderRefused))
    );
    assert_eq!(calls(&world, Endpoint::RegisterQr), 1, "a refusal is a result");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_bank_that_cannot_be_reached_refuses_within_the_promised_time() {
    let world = World::new(1, json!({})).await.unwrap();
    world.bank.set_unreachable(true);
    let began = world.clock.now();
    let end = world
        .finish(Till::new("1").pay("p1", 15_000).unwrap())
        .await
        .unwrap();
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Refused), Some(Code::ProviderUnreachable))
    );
    assert!(end.error.unwrap().repeatable);
    assert!(world.clock.now().ms_since(began) < 60_000);
}

#[tokio::test(start_paused = true)]
async fn a_status_question_changes_nothing() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    let told = world.send(till.status("s1", "p1").unwrap()).await.unwrap();
    assert_eq!(told.state, Some(State::AwaitingPayment));
    assert_eq!(told.id.as_ref().unwrap().as_str(), "s1");
    assert_eq!(told.operation_id, shown.operation_id);
    let by_our_id = json!({"operation_id": id(&shown).to_string()});
    let elsewhere = Till::new("2").message("status", "s2", &by_our_id).unwrap();
    assert_eq!(
        world.send(elsewhere).await.unwrap().state,
        Some(State::AwaitingPayment)
    );
    let other_store = Till::new("1")
        .of_store("2")
        .message("status", "s3", &by_our_id)
        .unwrap();
    let told = world.send(other_store).await.unwrap();
    assert_eq!(
        code(&told),
        Some(Code::UnknownPayment),
        "another store's payments are nobody's business"
    );
    let unknown = world.send(till.status("s4", "p2").unwrap()).await.unwrap();
    assert_eq!(code(&unknown), Some(Code::UnknownPayment));
}

#[tokio::test(start_paused = true)]
async fn a_sum_that_differs_calls_a_person_and_is_never_paid() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    world.bank.set_rewrite(Some(Box::new(|asked, answer| {
        if asked.path.ends_with("/payment-info") {
            let text = answer.text().replace("\"amount\":150,", "\"amount\":15,");
            answer.body = text.into_bytes();
        }
    })));
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.pass(3_600_000).await;
    let told = world.look(id(&shown)).await.unwrap();
    assert_eq!(
        (told.state, code(&told)),
        (Some(State::Unresolved), Some(Code::Unresolved))
    );
    let story = world.story(id(&shown)).await.unwrap();
    assert!(
        story
            .iter()
            .any(|fact| matches!(fact, domain::Fact::AmountDiffers { .. }) && fact.needs_a_person())
    );
}
