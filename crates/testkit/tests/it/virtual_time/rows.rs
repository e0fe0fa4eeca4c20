//! Rows of the failure catalogue that no other file here has, through the whole system.

use super::{calls, code, id, waiter};
use domain::{CallKind, Code, Fact, State};
use futures_util::future::join_all;
use gateway::Desk as _;
use journal::memory::{Injected, Write};
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{Fault, When};
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

#[tokio::test(start_paused = true)]
async fn row_01_concurrent_refunds_never_exceed_the_payment() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let paid = world.paid(&till, "p1", 15_000).await.unwrap();
    let by_our_id = json!({"operation_id": id(&paid).to_string(), "amount": 4_000});
    let refunds = (0..12).map(|number| {
        let till = Till::new(&format!("{number}"));
        world.finish(till.message("refund", "r1", &by_our_id).unwrap())
    });
    let ends = join_all(refunds).await;
    let made = ends
        .iter()
        .filter(|end| end.as_ref().unwrap().state == Some(State::Refunded))
        .count();
    let away = ends
        .iter()
        .filter(|end| code(end.as_ref().unwrap()) == Some(Code::RefundExceedsPayment))
        .count();
    assert_eq!((made, away), (3, 9));
    assert_eq!(calls(&world, Endpoint::Refund), 3, "the others were never sent");
    assert_eq!(world.bank.books().refunded().0, 12_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_02_a_final_state_stays_whatever_the_bank_says_later() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let paid = world.paid(&till, "p1", 15_000).await.unwrap();
    let paid_callbacks = world.bank.lock().take_callbacks(world.bank.now());
    let shown = world.pay("p2", 700).await.unwrap();
    world.send(till.cancel("c1", "p2").unwrap()).await.unwrap();
    let cancelled = world.ended(id(&shown)).await.unwrap();
    assert_eq!(cancelled.state, Some(State::Cancelled));
    // Both registers would still wait; the bank now says the opposite of both.
    world.bank.set_rewrite(Some(Box::new(|_, answer| {
        answer.body = answer
            .text()
            .replace("\"SUCCESS\",\"qrId\"", "\"DECLINED\",\"qrId\"")
            .into_bytes();
    })));
    for callback in &paid_callbacks {
        world
            .deliver("qrraiffd", &callback.signature, &callback.body)
            .await;
    }
    world.pass(5_000).await;
    assert_eq!(world.look(id(&paid)).await.unwrap().state, Some(State::Paid));
    world.bank.set_rewrite(None);
    let now = world.bank.now();
    world
        .bank
        .lock()
        .pay_late(id(&shown).order(1).as_str(), now)
        .unwrap();
    world.deliver_callbacks().await;
    world.pass(60_000).await;
    let operation = world.stored(id(&shown)).await.unwrap().operation;
    assert_eq!(operation.state, State::Cancelled);
    assert!(
        operation.reversal.is_some(),
        "the late success has an operation of its own"
    );
    world.pass(3_600_000).await;
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_03_a_lost_answer_is_neither_a_failure_nor_a_success_on_any_path() {
    for endpoint in [
        Endpoint::RegisterQr,
        Endpoint::PaymentInfo,
        Endpoint::Refund,
        Endpoint::RefundStatus,
    ] {
        for fault in [Fault::Delay { ms: 40_000 }, Fault::DropAfter, Fault::DropBefore] {
            let world = World::new(1, json!({})).await.unwrap();
            let till = Till::new("1");
            world.bank.fault(Some(endpoint), fault.clone(), When::Next(1));
            world.paid(&till, "p1", 15_000).await.unwrap();
            let end = world
                .finish(till.refund("r1", "p1", None).unwrap())
                .await
                .unwrap();
            assert_eq!(
                end.state,
                Some(State::Refunded),
                "{endpoint:?} {fault:?}: {end:?}"
            );
            assert_eq!(world.bank.books().refunded().0, 15_000);
            if endpoint == Endpoint::Refund && fault != Fault::DropBefore {
                assert_eq!(
                    calls(&world, Endpoint::Refund),
                    1,
                    "{fault:?}: asked about, not sent again"
                );
            }
            books::agree(&world).await.unwrap();
        }
    }
}

/// For ten seconds the bank does not know what it has just taken in.
fn forgetful(world: &World, path: &'static str, reply: &'static str) {
    let clock = std::sync::Arc::clone(&world.clock);
    let until = clock.now().plus_ms(10_000);
    world.bank.set_rewrite(Some(Box::new(move |asked, answer| {
        if asked.method == "GET" && asked.path.contains(path) && clock.now() < until {
            answer.status = 404;
            answer.body = json!({"code": reply, "message": "not found"})
                .to_string()
                .into_bytes();
        }
    })));
}

#[tokio::test(start_paused = true)]
async fn row_04_not_found_right_after_an_order_means_not_yet() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::with_link("1");
    let sticker = world.bank.lock().print_sticker();
    world.finish(till.bind("b1", &sticker).unwrap()).await.unwrap();
    world
        .bank
        .fault(Some(Endpoint::CreateOrder), Fault::DropAfter, When::Next(1));
    forgetful(&world, "/orders/", "ORDER_NOT_FOUND");
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
    assert_eq!(
        calls(&world, Endpoint::CreateOrder),
        1,
        "asked about, not sent again"
    );
    let now = world.bank.now();
    world
        .bank
        .lock()
        .pay(&sticker, PayerAction::Pay, None, now)
        .unwrap();
    assert_eq!(world.ended(id(&shown)).await.unwrap().state, Some(State::Paid));
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_04_not_found_right_after_a_refund_means_not_yet() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    world
        .bank
        .fault(Some(Endpoint::Refund), Fault::DropAfter, When::Next(1));
    forgetful(&world, "/refund/", "ERROR.REFUND_NOT_FOUND");
    let end = world
        .finish(till.refund("r1", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    assert_eq!(calls(&world, Endpoint::Refund), 1, "asked about, not sent again");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_06_retries_repeats_and_a_crash_make_one_charge_under_one_order() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let pay = till.pay("p1", 15_000).unwrap();
    world
        .bank
        .fault(Some(Endpoint::RegisterQr), Fault::DropAfter, When::Next(2));
    let first = world.send(pay.clone()).await.unwrap();
    for _ in 0..5 {
        world.pass(300).await;
        assert_eq!(
            world.send(pay.clone()).await.unwrap().operation_id,
            first.operation_id
        );
    }
    world.crash().await.unwrap();
    let shown = world.show(pay.clone()).await.unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.ended(id(&first)).await.unwrap();
    world.send(pay).await.unwrap();
    world.pass(3_600_000).await;
    let order = id(&first).order(1);
    let entries = world.bank.books().entries;
    assert!(
        entries.len() >= 2,
        "the lost registrations were carried out: {entries:?}"
    );
    assert!(
        entries
            .iter()
            .all(|entry| entry.order.as_deref() == Some(order.as_str())),
        "{entries:?}"
    );
    assert_eq!(world.bank.books().paid().0, 15_000);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_12_what_the_journal_did_not_confirm_is_not_acknowledged_and_happens_once() {
    for injected in [Injected::BeforeCommit, Injected::AfterCommit] {
        let world = World::new(1, json!({})).await.unwrap();
        let till = Till::new("1");
        let pay = till.pay("p1", 15_000).unwrap();
        let mut left = 2;
        world.journal.set_faults(Some(Box::new(move |write| {
            if matches!(write, Write::Open(_)) && left > 0 {
                left -= 1;
                return injected;
            }
            Injected::Nothing
        })));
        for _ in 0..2 {
            let taken = world.desk.handle(pay.clone(), Some(waiter("a"))).await;
            assert!(
                matches!(taken, Err(gateway::DeskError::JournalUnavailable(_))),
                "{injected:?}: {taken:?}"
            );
        }
        if injected == Injected::BeforeCommit {
            world.pass(60_000).await;
            assert_eq!(
                calls(&world, Endpoint::RegisterQr),
                0,
                "nothing is sent before it is written"
            );
        }
        let taken = world.desk.handle(pay, Some(waiter("a"))).await.unwrap();
        let shown = world.until(id(&taken), |reply| reply.qr.is_some()).await.unwrap();
        world.buyer(&shown, PayerAction::Pay).unwrap();
        assert_eq!(world.ended(id(&taken)).await.unwrap().state, Some(State::Paid));
        world.pass(3_600_000).await;
        assert_eq!(
            books::operations(&world.journal).await.unwrap().len(),
            1,
            "{injected:?}"
        );
        assert_eq!(world.bank.books().entries.len(), 1, "{injected:?}");
        let rows = world.outbox().await.unwrap();
        let finals = rows
            .iter()
            .filter(|row| row.outgoing.body.contains("\"final\":true"));
        assert_eq!(finals.count(), 1, "{injected:?}: {rows:?}");
        books::agree(&world).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn row_12_an_opening_that_was_written_all_the_same_is_found_without_a_repeat() {
    let world = World::new(1, json!({})).await.unwrap();
    let mut left = 1;
    world.journal.set_faults(Some(Box::new(move |write| {
        if matches!(write, Write::Open(_)) && left > 0 {
            left -= 1;
            return Injected::AfterCommit;
        }
        Injected::Nothing
    })));
    let pay = Till::new("1").pay("p1", 15_000).unwrap();
    assert!(world.desk.handle(pay, None).await.is_err());
    world.pass(3_600_000).await;
    let operations = books::operations(&world.journal).await.unwrap();
    assert_eq!(operations.len(), 1);
    assert_eq!(
        operations[0].state,
        State::Expired,
        "it came to its end by itself"
    );
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_13_after_a_crash_what_was_sent_is_asked_about_and_not_sent_again() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    world.paid(&till, "p1", 15_000).await.unwrap();
    world
        .bank
        .fault(Some(Endpoint::Refund), Fault::Delay { ms: 5_000 }, When::Next(1));
    let opened = world.send(till.refund("r1", "p1", None).unwrap()).await.unwrap();
    world.pass(1_000).await;
    assert_eq!(calls(&world, Endpoint::Refund), 1);
    world.crash().await.unwrap();
    let end = world.ended(id(&opened)).await.unwrap();
    assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    assert_eq!(calls(&world, Endpoint::Refund), 1);
    assert!(calls(&world, Endpoint::RefundStatus) >= 1);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_13_a_crash_in_every_tenth_of_a_second_of_a_payment_and_its_refund() {
    for at_ms in (0..4_000).step_by(100) {
        let mut world = World::new(1, json!({})).await.unwrap();
        let till = Till::new("1");
        world
            .bank
            .fault(None, Fault::Delay { ms: 150 }, When::ChancePerMille(1_000));
        let pay = till.pay("p1", 15_000).unwrap();
        let opened = world.send(pay.clone()).await.unwrap();
        if at_ms < 2_000 {
            world.pass(at_ms).await;
            world.crash().await.unwrap();
        }
        let shown = world.show(pay).await.unwrap();
        world.buyer(&shown, PayerAction::Pay).unwrap();
        if at_ms >= 2_000 {
            world.pass(at_ms - 2_000).await;
            world.crash().await.unwrap();
        }
        let end = world.ended(id(&opened)).await.unwrap();
        assert_eq!(end.state, Some(State::Paid), "crash at {at_ms}: {end:?}");
        let refund = world.send(till.refund("r1", "p1", None).unwrap()).await.unwrap();
        world.pass(at_ms).await;
        world.crash().await.unwrap();
        let end = world.ended(id(&refund)).await.unwrap();
        assert_eq!(end.state, Some(State::Refunded), "crash at {at_ms}: {end:?}");
        assert_eq!(world.bank.books().refunded().0, 15_000);
        books::agree(&world).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn row_13_nothing_of_a_desk_that_lost_its_power_writes_or_sends_afterwards() {
    let mut world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    let late = Fault::Delay { ms: 2_000 };
    world.bank.fault(Some(Endpoint::PaymentInfo), late, When::Next(1));
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let asked = calls(&world, Endpoint::PaymentInfo);
    while calls(&world, Endpoint::PaymentInfo) == asked {
        world.pass(100).await;
    }
    // The answer "paid" is on its way.
    let old = world.desk.clone();
    old.abandon();
    let before = world.story(id(&shown)).await.unwrap();
    let sent = world.bank.lock().calls().clone();
    let late = old.handle(till.cancel("c1", "p1").unwrap(), None).await;
    assert_eq!(late, Err(gateway::DeskError::ShuttingDown));
    world.deliver_callbacks().await;
    world.pass(3_600_000).await;
    assert_eq!(world.story(id(&shown)).await.unwrap(), before);
    assert_eq!(world.bank.lock().calls(), &sent);
    world.crash().await.unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert!(end.is_final);
    world.pass(3_600_000).await;
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn row_14_an_unknown_word_of_the_bank_calls_a_person_and_is_never_paid() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    world
        .bank
        .fault(Some(Endpoint::PaymentInfo), Fault::UnknownStatus, When::Next(20));
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.pass(15_000).await;
    assert_eq!(
        world.look(id(&shown)).await.unwrap().state,
        Some(State::AwaitingPayment)
    );
    let unclear = |call: CallKind| {
        move |fact: &Fact| {
            fact.needs_a_person()
                && matches!(fact, Fact::Failed { call: failed, code: Code::ProviderUnclear, .. } if *failed == call)
        }
    };
    let story = world.story(id(&shown)).await.unwrap();
    assert!(story.iter().any(unclear(CallKind::Status)), "{story:?}");
    assert_eq!(world.ended(id(&shown)).await.unwrap().state, Some(State::Paid));
    world
        .bank
        .fault(Some(Endpoint::Refund), Fault::UnknownStatus, When::Next(1));
    world
        .bank
        .fault(Some(Endpoint::RefundStatus), Fault::UnknownStatus, When::Next(5));
    let end = world
        .finish(till.refund("r1", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    let story = world.story(id(&end)).await.unwrap();
    assert!(story.iter().any(unclear(CallKind::Refund)), "{story:?}");
    assert_eq!(calls(&world, Endpoint::Refund), 1);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_was_written_but_not_confirmed_is_found_by_its_repeat() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.pay("p1", 15_000).await.unwrap();
    let mut left = 1;
    world.journal.set_faults(Some(Box::new(move |write| {
        if matches!(write, Write::Commit(_)) && left > 0 {
            left -= 1;
            return Injected::AfterCommit;
        }
        Injected::Nothing
    })));
    let cancel = till.cancel("c1", "p1").unwrap();
    assert!(world.desk.handle(cancel.clone(), None).await.is_err());
    let told = world.desk.handle(cancel, None).await.unwrap();
    assert_eq!(told.state, Some(State::Closing), "{told:?}");
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Cancelled), "{end:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_who_watches_hears_the_end_although_its_commit_was_not_confirmed() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    let mut replies = world.desk.watch(id(&shown)).await.unwrap().unwrap();
    let mut left = 1;
    world.journal.set_faults(Some(Box::new(move |write| {
        if matches!(write, Write::Commit(_)) && left > 0 {
            left -= 1;
            return Injected::AfterCommit;
        }
        Injected::Nothing
    })));
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let mut last = None;
    while let Some(reply) = replies.recv().await {
        last = Some(reply);
    }
    assert_eq!(last.unwrap().state, Some(State::Paid));
}

#[tokio::test(start_paused = true)]
async fn late_money_is_given_back_although_its_commit_was_not_confirmed() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    world.ended(id(&shown)).await.unwrap();
    let now = world.bank.now();
    world
        .bank
        .lock()
        .pay_late(id(&shown).order(1).as_str(), now)
        .unwrap();
    let payment = id(&shown);
    let mut left = 1;
    world.journal.set_faults(Some(Box::new(move |write| {
        if write == Write::Commit(payment) && left > 0 {
            left -= 1;
            return Injected::AfterCommit;
        }
        Injected::Nothing
    })));
    world.pass(3_600_000).await;
    assert_eq!(world.bank.books().refunded().0, 15_000);
    assert_eq!(calls(&world, Endpoint::Refund), 1);
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn those_who_stopped_watching_take_no_place_from_one_who_comes_later() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world.pay("p1", 15_000).await.unwrap();
    // More than may watch at once.
    for _ in 0..100 {
        let mut replies = world.desk.watch(id(&shown)).await.unwrap().unwrap();
        assert_eq!(replies.recv().await.unwrap().state, Some(State::AwaitingPayment));
    }
    let mut replies = world.desk.watch(id(&shown)).await.unwrap().unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    let mut last = None;
    while let Some(reply) = replies.recv().await {
        last = Some(reply);
    }
    assert_eq!(last.unwrap().state, Some(State::Paid));
}
