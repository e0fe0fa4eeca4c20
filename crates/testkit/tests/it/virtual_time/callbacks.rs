//! Notifications of the bank: a hint to ask, never more.

use super::{calls, id};
use domain::{Fact, State};
use gateway::CallbackVerdict;
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{CallbackFault, CallbackRule, Fault, When};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

/// Pauses so long that only a notification can be the reason for an answer.
fn patient() -> serde_json::Value {
    json!({"interval": 300, "qrTtl": 30})
}

fn long(till: &Till) -> protocol::Message {
    let fields = json!({"amount": 15_000, "timeout_ms": 3_600_000});
    till.message("pay", "p1", &fields).unwrap()
}

fn callback_fault(world: &World, fault: CallbackFault) {
    let when = When::Next(1);
    world.bank.lock().add_callback_fault(CallbackRule { fault, when });
}

#[tokio::test(start_paused = true)]
async fn a_true_one_is_asked_about_at_once() {
    let world = World::new(1, patient()).await.unwrap();
    let shown = world.show(long(&Till::new("1"))).await.unwrap();
    world.pass(60_000).await;
    let asked = calls(&world, Endpoint::PaymentInfo);
    world.buyer(&shown, PayerAction::Pay).unwrap();
    assert_eq!(world.deliver_callbacks().await, [CallbackVerdict::Taken]);
    world.pass(1_000).await;
    assert_eq!(world.look(id(&shown)).await.unwrap().state, Some(State::Paid));
    assert_eq!(
        calls(&world, Endpoint::PaymentInfo),
        asked + 1,
        "asked, not believed"
    );
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wrong_signature_is_not_believed_and_starts_nothing() {
    let world = World::new(1, patient()).await.unwrap();
    let shown = world.show(long(&Till::new("1"))).await.unwrap();
    world.pass(60_000).await;
    let asked = calls(&world, Endpoint::PaymentInfo);
    callback_fault(&world, CallbackFault::WrongSignature);
    world.buyer(&shown, PayerAction::Pay).unwrap();
    assert_eq!(world.deliver_callbacks().await, [CallbackVerdict::Unsigned]);
    world.pass(1_000).await;
    assert_eq!(calls(&world, Endpoint::PaymentInfo), asked);
    assert_eq!(
        world.look(id(&shown)).await.unwrap().state,
        Some(State::AwaitingPayment)
    );
    // Polling goes on without it.
    assert_eq!(world.ended(id(&shown)).await.unwrap().state, Some(State::Paid));
}

#[tokio::test(start_paused = true)]
async fn one_that_says_paid_of_an_unpaid_payment_changes_nothing() {
    let world = World::new(1, patient()).await.unwrap();
    let till = Till::new("1");
    let shown = world.show(long(&till)).await.unwrap();
    let paid = world.paid(&till, "p2", 15_000).await.unwrap();
    let callback = world.bank.lock().take_callbacks(world.bank.now()).remove(0);
    // The signed words of one payment under the order of another do not pass.
    let order = |reply| id(reply).order(1).to_string();
    let forged = callback.body.replace(&order(&paid), &order(&shown));
    let verdict = world.deliver("qrraiffd", &callback.signature, &forged).await;
    assert_eq!(verdict, CallbackVerdict::Unsigned);
    assert_eq!(
        world.look(id(&shown)).await.unwrap().state,
        Some(State::AwaitingPayment)
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_read_or_speaks_of_nothing_known_is_said_so() {
    let world = World::new(1, json!({})).await.unwrap();
    let verdict = async |module, body| world.deliver(module, "00", body).await;
    assert_eq!(verdict("qrraiffd", "{").await, CallbackVerdict::Unreadable);
    assert_eq!(verdict("qrother", "{}").await, CallbackVerdict::Unknown);
    let unknown = r#"{"order":"018f3c1e4b7a7c3d9e2f1a2b3c4d5e6f"}"#;
    assert_eq!(verdict("qrraiffd", unknown).await, CallbackVerdict::Unknown);
    let shown = world.pay("p1", 100).await.unwrap();
    let ours = json!({"order": id(&shown).order(1).as_str()}).to_string();
    assert_eq!(
        verdict("qrraiffd_variable", &ours).await,
        CallbackVerdict::Unknown,
        "another module's"
    );
}

#[tokio::test(start_paused = true)]
async fn row_05_doubled_and_reordered_ones_beside_the_poll_do_nothing_twice() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    callback_fault(&world, CallbackFault::Reorder);
    world.buyer(&shown, PayerAction::Decline).unwrap();
    callback_fault(&world, CallbackFault::Duplicate);
    world.buyer(&shown, PayerAction::Pay).unwrap();
    // Both hints while a question is on its way, and again after the end.
    world.bank.fault(
        Some(Endpoint::PaymentInfo),
        Fault::Delay { ms: 2_000 },
        When::Next(3),
    );
    let due = world.bank.lock().take_callbacks(world.bank.now());
    assert_eq!(due.len(), 3, "the late one of the decline, and the doubled one");
    let deliver = async |at: usize| world.deliver("qrraiffd", &due[at].signature, &due[at].body).await;
    let asked = calls(&world, Endpoint::PaymentInfo);
    let (one, two, three) = tokio::join!(deliver(0), deliver(1), deliver(2));
    assert_eq!([one, two, three], [CallbackVerdict::Taken; 3]);
    world.pass(100).await;
    assert_eq!(
        calls(&world, Endpoint::PaymentInfo),
        asked + 1,
        "one question for three hints"
    );
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    assert_eq!(deliver(0).await, CallbackVerdict::Taken);
    world.pass(60_000).await;
    let story = world.story(id(&shown)).await.unwrap();
    let came = |fact: &&Fact| {
        matches!(
            fact,
            Fact::MoneyCame { .. } | Fact::Reached { state: State::Paid }
        )
    };
    assert_eq!(story.iter().filter(came).count(), 2, "{story:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_before_the_answer_to_the_registration_waits_for_it() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.bank.fault(
        Some(Endpoint::RegisterQr),
        Fault::Delay { ms: 5_000 },
        When::Next(1),
    );
    let opened = world.send(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world.pass(500).await;
    // The bank has the QR, we do not yet; a payer in the bank's own app pays it.
    let (link, _) = world.bank.lock().payable(1, world.bank.now()).remove(0);
    let now = world.bank.now();
    world.bank.lock().pay(&link, PayerAction::Pay, None, now).unwrap();
    assert_eq!(world.deliver_callbacks().await, [CallbackVerdict::Taken]);
    let end = world.ended(id(&opened)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    assert_eq!(calls(&world, Endpoint::RegisterQr), 1);
    books::agree(&world).await.unwrap();
}
