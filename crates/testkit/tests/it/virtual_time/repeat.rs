//! The same id again: the stored state for the same content, a conflict for other content.

use super::{calls, code, id, waiter};
use domain::{Code, Fact, State};
use protocol::Reply;
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{Fault, When};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

#[tokio::test(start_paused = true)]
async fn of_a_payment_at_every_state_finds_that_state_and_sends_nothing_twice() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let pay = till.pay("p1", 15_000).unwrap();
    world.bank.fault(
        Some(Endpoint::RegisterQr),
        Fault::Delay { ms: 5_000 },
        When::Next(1),
    );

    let first = world.send(pay.clone()).await.unwrap();
    assert_eq!(first.state, Some(State::Registering));
    let again = world.send(pay.clone()).await.unwrap();
    assert_eq!(
        (again.state, again.operation_id),
        (Some(State::Registering), first.operation_id)
    );

    let shown = world.show(pay.clone()).await.unwrap();
    let again = world.send(pay.clone()).await.unwrap();
    assert_eq!(
        (again.state, again.operation_id),
        (Some(State::AwaitingPayment), first.operation_id)
    );
    assert_eq!(again.qr.unwrap().payload, shown.qr.as_ref().unwrap().payload);

    world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    let again = world.send(pay.clone()).await.unwrap();
    assert_eq!(again.state, Some(State::Closing));
    let end = world.ended(id(&first)).await.unwrap();
    assert_eq!(end.state, Some(State::Cancelled));
    world.pass(3_600_000).await;
    assert_eq!(
        world.send(pay).await.unwrap(),
        end,
        "the same last word, an hour later"
    );

    assert_eq!(calls(&world, Endpoint::RegisterQr), 1);
    assert_eq!(calls(&world, Endpoint::CancelQr), 1);
    assert_eq!(books::operations(&world.journal).await.unwrap().len(), 1);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn of_a_paid_payment_and_its_refund() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let paid = world.paid(&till, "p1", 15_000).await.unwrap();
    assert_eq!(world.send(till.pay("p1", 15_000).unwrap()).await.unwrap(), paid);
    let refund = till.refund("r1", "p1", Some(100)).unwrap();
    let first = world.send(refund.clone()).await.unwrap();
    let again = world.send(refund.clone()).await.unwrap();
    assert_eq!(
        (again.state, again.operation_id),
        (Some(State::Refunding), first.operation_id)
    );
    let end = world.ended(id(&first)).await.unwrap();
    assert_eq!(world.send(refund).await.unwrap(), end);
    assert_eq!(calls(&world, Endpoint::Refund), 1);
    assert_eq!(calls(&world, Endpoint::RegisterQr), 1);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_in_the_middle_of_the_registration() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.bank.fault(
        Some(Endpoint::RegisterQr),
        Fault::Delay { ms: 5_000 },
        When::Next(1),
    );
    let first = world.send(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world.pass(100).await;
    world.crash().await.unwrap();
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    assert_eq!(shown.operation_id, first.operation_id);
    world.buyer(&shown, PayerAction::Pay).unwrap();
    assert_eq!(world.ended(id(&first)).await.unwrap().state, Some(State::Paid));
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn by_another_waiter_tells_both_the_end_and_each_of_them_once() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let pay = till.pay("p1", 15_000).unwrap();
    let first = world.send_for(pay.clone(), waiter("a")).await.unwrap();
    let shown = world.until(id(&first), |reply| reply.qr.is_some()).await.unwrap();
    let again = world.send_for(pay, waiter("b")).await.unwrap();
    assert_eq!(again.operation_id, first.operation_id);
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.ended(id(&first)).await.unwrap();
    for name in ["a", "b"] {
        let told = told(&world, name).await;
        let finals: Vec<_> = told.iter().filter(|reply| reply.is_final).collect();
        assert_eq!(finals.len(), 1, "{name}: {told:?}");
        assert_eq!(finals[0].state, Some(State::Paid));
        assert!(
            told.iter().any(|reply| reply.qr.is_some()),
            "{name} was shown the QR"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_cancel_by_its_own_waiter_is_told_one_end() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.pay("p1", 15_000).await.unwrap();
    let told_at_once = world
        .send_for(till.cancel("c1", "p1").unwrap(), waiter("c"))
        .await
        .unwrap();
    world.ended(id(&told_at_once)).await.unwrap();
    let told = told(&world, "c").await;
    assert_eq!(told.iter().filter(|reply| reply.is_final).count(), 1, "{told:?}");
    assert_eq!(told.last().unwrap().state, Some(State::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn of_a_cancel_that_ended_it_at_once_is_told_one_end() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.bank.set_unreachable(true);
    world.send(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world.pass(500).await;
    let told_at_once = world
        .send_for(till.cancel("c1", "p1").unwrap(), waiter("c"))
        .await
        .unwrap();
    assert_eq!(told_at_once.state, Some(State::Cancelled));
    let told = told(&world, "c").await;
    assert_eq!(told.iter().filter(|reply| reply.is_final).count(), 1, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn row_09_other_content_under_a_known_id_is_turned_away_and_journaled() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    let other = world.send(till.pay("p1", 15_001).unwrap()).await.unwrap();
    assert_eq!(code(&other), Some(Code::IdConflict));
    assert!(!other.error.unwrap().repeatable);
    let story = world.story(id(&shown)).await.unwrap();
    assert!(story.contains(&Fact::ConflictingRepeat), "{story:?}");
    assert!(Fact::ConflictingRepeat.needs_a_person());
    // The payment itself goes on.
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(
        (end.state, end.amount.unwrap().get()),
        (Some(State::Paid), 15_000)
    );
    assert_eq!(calls(&world, Endpoint::RegisterQr), 1);
    // After its end as well.
    let other = world.send(till.pay("p1", 15_002).unwrap()).await.unwrap();
    assert_eq!(code(&other), Some(Code::IdConflict));
    let story = world.story(id(&shown)).await.unwrap();
    assert_eq!(
        story
            .iter()
            .filter(|fact| **fact == Fact::ConflictingRepeat)
            .count(),
        2
    );
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_08_a_repeat_is_answered_with_the_state_of_the_original_whatever_the_settings_say_today() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let paid = world.paid(&till, "p1", 15_000).await.unwrap();
    let shown = world.show(till.pay("p2", 500).unwrap()).await.unwrap();
    world
        .configure(journal::SettingsWrite::Merchant {
            module: domain::ModuleName::new(&till.module).unwrap(),
            id: 0,
            value: None,
        })
        .await
        .unwrap();
    assert_eq!(
        code(&world.send(till.pay("p3", 1).unwrap()).await.unwrap()),
        Some(Code::NotConfigured)
    );
    assert_eq!(world.send(till.pay("p1", 15_000).unwrap()).await.unwrap(), paid);
    let again = world.send(till.pay("p2", 500).unwrap()).await.unwrap();
    assert_eq!(
        (again.state, again.operation_id),
        (Some(State::AwaitingPayment), shown.operation_id)
    );
    assert_eq!(
        code(&world.send(till.pay("p2", 501).unwrap()).await.unwrap()),
        Some(Code::IdConflict)
    );
}

/// All replies in the outbox for one waiter, oldest first.
async fn told(world: &World, correlation: &str) -> Vec<Reply> {
    let rows = world.outbox().await.unwrap();
    rows.into_iter()
        .filter(|row| row.outgoing.waiter == waiter(correlation))
        .map(|row| serde_json::from_str(&row.outgoing.body).unwrap())
        .collect()
}
