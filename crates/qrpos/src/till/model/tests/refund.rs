use super::bench::{Bench, OPERATION, read, turned_away, unknown};
use crate::till::model::{Asked, Command, Event, Key, Question, RefundStep, Screen};
use domain::Kopecks;
use register::{PaymentId, RegisterError};
use serde_json::{Value, json};
use texts::words::till;

fn payment(state: &str, refund: &str, left: i64) -> Value {
    json!({ "operation_id": OPERATION, "module": "qrgazprom", "terminal": "3", "state": state, "amount": 15_000,
        "refunded": 0, "left": left, "refund": refund, "at": "2026-11-22T10:00:00.000Z",
        "note": { "ru": "Часть банк не возвращает.", "en": "No part." } })
}

/// A till that looks for receipt 12, and the question's number.
fn looking() -> (Bench, u64) {
    let mut bench = Bench::new();
    bench.press('2');
    bench.line("12");
    bench.line("3");
    let [Command::Find(ask, number, Some(3))] = &bench.commands[..] else {
        panic!()
    };
    assert_eq!(number, "12");
    let ask = *ask;
    (bench, ask)
}

fn found(payments: &Value) -> Bench {
    let (mut bench, ask) = looking();
    let reply = json!({ "protocol": 1, "final": true, "payments": payments, "message": { "ru": "Найдены.", "en": "Found." } });
    bench.event(Event::Reply(Asked::Find(ask), Box::new(read(reply))));
    bench
}

#[test]
fn a_part_is_given_back_through_the_payments_own_module() {
    let mut bench = found(&json!([
        payment("declined", "none", 0),
        payment("paid", "partial", 15_000)
    ]));
    bench.key(Key::Enter);
    bench.line("49,90");
    let Some(Command::Refund(module, refund)) = bench.commands.last() else {
        panic!()
    };
    assert_eq!(
        (module.as_str(), refund.amount),
        ("qrgazprom", Some(Kopecks::new(4_990).unwrap()))
    );
    assert_eq!(refund.payment, PaymentId::Operation(OPERATION.parse().unwrap()));
    let id = bench.begun();
    bench.state(&id, Question::Refund, "refunding");
    bench.state(&id, Question::Refund, "refunded");
    assert!(bench.title().starts_with("Возвращено 49,90"));
    let tally = bench.till.book.totals.tenders["qrgazprom"];
    assert_eq!((tally.refunded.count, tally.refunded.amount.get()), (1, 4_990));
}

#[test]
fn what_the_bank_does_not_support_is_said_before_the_attempt() {
    let mut bench = found(&json!([payment("paid", "whole", 15_000)]));
    bench.key(Key::Enter);
    bench.line("10");
    let Screen::Amount(form) = &bench.till.screen else {
        panic!()
    };
    assert!(form.problem.as_ref().unwrap().ru.contains("Верните всё"));
    bench.key(Key::Backspace);
    bench.key(Key::Backspace);
    bench.key(Key::Enter);
    assert!(matches!(bench.commands.last(), Some(Command::Refund(_, refund)) if refund.amount.is_none()));

    let mut bench = found(&json!([payment("paid", "none", 15_000)]));
    bench.key(Key::Enter);
    let Screen::Refund(RefundStep::Payments { problem, .. }) = &bench.till.screen else {
        panic!()
    };
    assert_eq!(problem.as_ref().unwrap().ru, "Часть банк не возвращает.");
    assert!(bench.commands.is_empty());
}

#[test]
fn a_receipt_without_payments_and_a_daemon_without_an_answer_are_told_apart() {
    let (mut bench, ask) = looking();
    bench.event(Event::Reply(
        Asked::Find(ask),
        Box::new(read(turned_away("unknown_payment"))),
    ));
    assert_eq!(bench.title(), "Оплаты по чеку 12 не найдены");
    let (mut bench, ask) = looking();
    let error = RegisterError::NoAnswer {
        address: "http://a".to_owned(),
        reason: "silent".to_owned(),
    };
    bench.event(Event::Failed(Asked::Find(ask), error));
    assert!(bench.words().contains(till::FIND_FAILED.ru));
    let (mut bench, ask) = looking();
    bench.key(Key::Esc);
    assert!(matches!(bench.commands[..], [Command::Stop(stopped)] if stopped == ask));
}

#[test]
fn a_refund_without_an_end_stays_in_the_list() {
    let mut bench = found(&json!([payment("paid", "partial", 15_000)]));
    bench.key(Key::Enter);
    bench.key(Key::Enter);
    let id = bench.begun();
    bench.key(Key::Esc);
    assert!(
        bench.words().contains("не выдавайте наличные"),
        "{}",
        bench.words()
    );
    bench.fail(&id, Question::Refund, unknown(&id));
    assert_eq!(bench.till.book.open.len(), 1);
    bench.till.screen = Screen::Unresolved { chosen: 0 };
    bench.key(Key::F(8));
    assert!(bench.commands.is_empty(), "a refund has no cancel");
    bench.key(Key::Enter);
    assert!(matches!(&bench.commands[..], [Command::Status(..)]));
    bench.state(&id, Question::Status, "refunded");
    assert!(bench.till.book.open.is_empty() && bench.till.notice().is_some());
}

#[test]
fn giving_a_paid_receipt_up_leads_to_its_refund() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("150");
    bench.key(Key::Enter);
    bench.press('1');
    bench.line("100");
    let id = bench.begun();
    bench.state(&id, Question::Pay, "paid");
    bench.key(Key::Enter);
    bench.key(Key::Esc);
    bench.key(Key::Enter);
    assert!(bench.words().contains("возврат по чеку 1"), "{}", bench.words());
    bench.key(Key::Enter);
    assert!(matches!(&bench.till.screen, Screen::Refund(RefundStep::Number(field)) if field.text() == "1"));
}

#[test]
fn a_refund_counts_under_the_system_that_took_the_payment() {
    let mut of_system = payment("paid", "partial", 15_000);
    of_system["module"] = "webmoney".into();
    of_system["tender"] = "wechat".into();
    let mut bench = found(&json!([of_system]));
    bench.key(Key::Enter);
    bench.key(Key::Enter);
    let id = bench.begun();
    bench.state(&id, Question::Refund, "refunded");
    let tenders = &bench.till.book.totals.tenders;
    assert_eq!(tenders.keys().collect::<Vec<_>>(), ["webmoney:wechat"]);
}
