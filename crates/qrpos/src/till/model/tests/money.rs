use super::bench::{Bench, not_sent, told, turned_away, unknown};
use crate::till::journal::Entry;
use crate::till::model::{Cancel, Command, Event, Key, Question, Reads, Screen, Waiting};
use domain::Kopecks;
use serde_json::json;
use texts::words::till;

fn kopecks(amount: i64) -> Kopecks {
    Kopecks::new(amount).unwrap()
}

fn waiting(bench: &Bench) -> &Waiting {
    match &bench.till.screen {
        Screen::Waiting(waiting) => waiting,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_payment_is_written_down_sent_and_closes_its_receipt() {
    let mut bench = Bench::new();
    let id = bench.pay("Хлеб 150");
    let Some(Command::Pay(module, pay)) = bench.commands.last() else {
        panic!()
    };
    assert_eq!(
        (module.as_str(), pay.amount, &pay.id),
        ("qrraiffd", kopecks(15_000), &id)
    );
    let receipt = pay.receipt.as_ref().unwrap();
    assert_eq!(
        (receipt.number.as_deref(), receipt.shift, receipt.items.len()),
        (Some("1"), Some(1), 1)
    );
    bench.state(&id, Question::Pay, "awaiting_payment");
    assert!(waiting(&bench).until.is_some() && waiting(&bench).reply.as_ref().unwrap().qr.is_some());
    let mut paid = told("paid");
    paid["slip"] = json!(["СБП: ОПЛАЧЕНО"]);
    bench.reply(&id, Question::Pay, paid);
    assert_eq!(bench.title(), "Чек 1 оплачен");
    assert!(bench.words().contains("СБП: ОПЛАЧЕНО"));
    assert!(bench.till.book.open.is_empty() && bench.till.book.current.is_none());
    assert_eq!(
        bench.till.book.totals.tenders["qrraiffd"].paid.amount,
        kopecks(15_000)
    );
}

#[test]
fn a_part_is_paid_by_qr_and_the_rest_in_cash() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("150");
    bench.key(Key::Enter);
    bench.press('1');
    bench.line("200");
    assert!(
        matches!(&bench.till.screen, Screen::Amount(form) if form.problem.is_some()),
        "more than is left"
    );
    for _ in 0..3 {
        bench.key(Key::Backspace);
    }
    bench.line("100,50");
    let id = bench.begun();
    bench.reply(
        &id,
        Question::Pay,
        json!({ "protocol": 1, "state": "paid", "final": true, "amount": 10_050,
        "message": { "ru": "Оплата прошла.", "en": "Paid." } }),
    );
    assert!(
        bench.words().contains("Осталось оплатить: 49,50"),
        "{}",
        bench.words()
    );
    bench.key(Key::Enter);
    bench.press('0');
    bench.key(Key::Enter);
    assert_eq!(bench.title(), "Чек 1 оплачен");
}

#[test]
fn a_declined_payment_leaves_the_receipt_for_other_means() {
    let mut bench = Bench::new();
    let id = bench.pay("150");
    let mut declined = told("declined");
    declined["error"] = json!({ "code": "declined", "text": { "ru": "Предложите другой способ.", "en": "Other means." }, "repeatable": true });
    bench.reply(&id, Question::Pay, declined);
    assert!(bench.title().starts_with("Не оплачено") && bench.words().contains("Предложите другой способ."));
    bench.key(Key::Enter);
    assert_eq!(
        (bench.till.screen.clone(), bench.till.left()),
        (Screen::Tenders, kopecks(15_000))
    );
    bench.key(Key::Esc);
    bench.line("10");
    assert_eq!(bench.till.total(), kopecks(16_000), "its lines may change again");
    bench.key(Key::Enter);
    bench.press('0');
    bench.key(Key::Enter);
    assert_eq!(bench.title(), "Чек 1 оплачен");
}

#[test]
fn the_first_esc_cancels_and_the_end_is_awaited() {
    let mut bench = Bench::new();
    let id = bench.pay("150");
    bench.state(&id, Question::Pay, "awaiting_payment");
    bench.key(Key::Esc);
    assert!(matches!(&bench.commands[..], [Command::Cancel(_, cancelled)] if *cancelled == id));
    assert!(waiting(&bench).is_cancelled());
    bench.state(&id, Question::Pay, "closing");
    bench.state(&id, Question::Cancel, "cancelled");
    assert!(bench.title().starts_with("Не оплачено"));
    bench.state(&id, Question::Pay, "cancelled");
    assert!(bench.commands.is_empty(), "told once");
}

#[test]
fn a_buyer_who_is_quicker_than_the_cancel_has_paid() {
    let mut bench = Bench::new();
    let id = bench.pay("150");
    bench.state(&id, Question::Pay, "awaiting_payment");
    bench.key(Key::Esc);
    bench.state(&id, Question::Cancel, "paid");
    assert_eq!(bench.title(), "Чек 1 оплачен");
}

#[test]
fn a_cancel_that_comes_before_the_payment_is_sent_again() {
    let mut bench = Bench::new();
    let id = bench.pay("150");
    bench.key(Key::Esc);
    bench.reply(&id, Question::Cancel, turned_away("unknown_payment"));
    assert!(waiting(&bench).cancel == Cancel::Again);
    bench.state(&id, Question::Pay, "awaiting_payment");
    assert!(matches!(&bench.commands[..], [Command::Cancel(..)]));
}

#[test]
fn the_second_esc_leaves_and_the_end_is_still_heard() {
    let mut bench = Bench::new();
    let id = bench.pay("150");
    bench.key(Key::Esc);
    bench.key(Key::Esc);
    assert_eq!(bench.title(), till::OUTCOME_UNKNOWN.ru);
    assert!(bench.words().contains(id.as_str()) && bench.words().contains("Не повторяйте"));
    bench.key(Key::Enter);
    assert_eq!(bench.till.screen, Screen::Unresolved { chosen: 0 });
    bench.key(Key::Esc);
    assert_eq!(bench.till.screen, Screen::Tenders);
    bench.press('0');
    assert_eq!(
        bench.till.screen,
        Screen::Tenders,
        "no cash for what may have been paid"
    );
    bench.state(&id, Question::Pay, "paid");
    assert_eq!(bench.title(), "Чек 1 оплачен");
}

#[test]
fn money_for_a_receipt_that_was_given_up_is_told() {
    let mut bench = Bench::new();
    let id = bench.pay("150");
    bench.key(Key::Esc);
    bench.key(Key::Esc);
    bench.key(Key::Enter);
    bench.key(Key::Esc);
    bench.key(Key::Esc);
    bench.key(Key::Enter);
    assert_eq!(bench.title(), "Чек 1 отменён");
    assert!(bench.words().contains("150,00"));
    bench.state(&id, Question::Pay, "paid");
    let notice = &bench.till.notice().unwrap().ru;
    assert!(
        notice.contains("чек 1 отложен") && notice.contains("верните"),
        "{notice}"
    );
    assert_eq!(bench.till.book.totals.tenders["qrraiffd"].paid.count, 1);
}

#[test]
fn an_unknown_outcome_is_asked_for_until_it_is_known() {
    let mut bench = Bench::new();
    let id = bench.pay("150");
    bench.fail(&id, Question::Pay, unknown(&id));
    assert_eq!(bench.title(), till::OUTCOME_UNKNOWN.ru);
    bench.wait(1);
    assert!(matches!(&bench.commands[..], [Command::Status(_, asked)] if *asked == id));
    bench.wait(1);
    assert!(bench.commands.is_empty(), "one question at a time");
    bench.fail(&id, Question::Status, not_sent());
    bench.wait(20);
    assert!(matches!(&bench.commands[..], [Command::Status(..)]));
    bench.state(&id, Question::Status, "unresolved");
    assert_eq!(bench.till.book.open.len(), 1);
    bench.wait(20);
    bench.state(&id, Question::Status, "paid");
    assert!(bench.till.book.open.is_empty());
}

#[test]
fn what_was_not_sent_may_be_tried_again() {
    let mut bench = Bench::new();
    let id = bench.pay("150");
    bench.fail(&id, Question::Pay, not_sent());
    assert!(bench.words().contains("ничего не отправлено"));
    assert!(bench.till.book.open.is_empty());
    bench.key(Key::Enter);
    bench.press('1');
    bench.key(Key::Enter);
    assert_ne!(bench.begun(), id, "under an id of its own");
}

#[test]
fn after_a_restart_the_open_payment_is_asked_about_first() {
    let mut before = Bench::new();
    let id = before.pay("Хлеб 150");
    let mut bench = Bench::with(before.till.book);
    assert_eq!(bench.till.screen, Screen::Unresolved { chosen: 0 });
    bench.wait(1);
    assert!(matches!(&bench.commands[..], [Command::Status(_, asked)] if *asked == id));
    bench.reply(&id, Question::Status, turned_away("unknown_payment"));
    assert_eq!(bench.till.book.open.len(), 1, "it may still be in a queue");
    bench.key(Key::F(8));
    assert!(matches!(&bench.commands[..], [Command::Cancel(..)]));
    bench.wait(400);
    bench.reply(&id, Question::Status, turned_away("unknown_payment"));
    assert!(bench.till.book.open.is_empty(), "now it cannot come any more");
    assert_eq!(bench.till.left(), kopecks(15_000), "its receipt goes on");
}

#[test]
fn a_restart_finds_the_money_and_closes_the_receipt() {
    let mut before = Bench::new();
    let id = before.pay("Хлеб 150");
    let mut bench = Bench::with(before.till.book);
    bench.wait(1);
    bench.state(&id, Question::Status, "paid");
    assert_eq!(bench.title(), "Чек 1 оплачен");
}

#[test]
fn a_payment_that_cannot_be_written_down_is_not_sent() {
    let mut bench = Bench::new();
    bench.pay("150");
    let begun = bench.commands.iter().find_map(|command| match command {
        Command::Write(entry @ Entry::Begun(_)) => Some(entry.clone()),
        _ => None,
    });
    bench.event(Event::NotWritten(
        Box::new(begun.unwrap()),
        "disk full".to_owned(),
    ));
    assert_eq!(bench.title(), till::NOT_STARTED.ru);
    assert!(bench.words().contains("disk full") && bench.till.book.open.is_empty());
    bench.key(Key::Enter);
    assert_eq!(bench.till.left(), kopecks(15_000));
}

#[test]
fn the_cashier_says_that_the_sticker_was_paid_and_the_bank_is_asked() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("150");
    bench.key(Key::Enter);
    bench.press('2');
    bench.key(Key::Enter);
    let id = bench.begun();
    assert!(waiting(&bench).has_sticker);
    bench.state(&id, Question::Pay, "awaiting_payment");
    bench.key(Key::Enter);
    assert!(matches!(&bench.commands[..], [Command::Status(_, asked)] if *asked == id));
    bench.key(Key::Enter);
    assert!(bench.commands.is_empty(), "one question at a time");
    bench.state(&id, Question::Status, "awaiting_payment");
    assert_eq!(waiting(&bench).hint.as_ref().unwrap().ru, till::NOT_YET.ru);
    bench.key(Key::F(5));
    bench.state(&id, Question::Status, "paid");
    assert_eq!(bench.title(), "Чек 1 оплачен");
}

#[test]
fn a_buyers_code_is_scanned_where_it_is_needed_and_may_be_left_out_where_not() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("150");
    bench.key(Key::Enter);
    assert_eq!(bench.till.setup.tenders[3].reads, Reads::Code);
    bench.press('4');
    bench.key(Key::Enter);
    bench.key(Key::Enter);
    assert!(matches!(&bench.till.screen, Screen::Code(form) if form.problem.is_some()));
    bench.line("4620000000017");
    let Some(Command::Pay(_, pay)) = bench.commands.last() else {
        panic!()
    };
    assert_eq!(pay.customer_code.as_deref(), Some("4620000000017"));
    let written = bench.commands.iter().filter_map(|command| match command {
        Command::Write(entry) => Some(serde_json::to_string(entry).unwrap()),
        _ => None,
    });
    assert!(
        written.into_iter().all(|line| !line.contains("4620000000017")),
        "it is as good as money"
    );
    let id = bench.begun();
    bench.state(&id, Question::Pay, "declined");
    bench.key(Key::Enter);
    bench.press('3');
    bench.key(Key::Enter);
    bench.key(Key::Enter);
    let Some(Command::Pay(module, pay)) = bench.commands.last() else {
        panic!()
    };
    assert_eq!((module.as_str(), &pay.customer_code), ("qrsberpay", &None));
}

#[test]
fn a_reservation_is_confirmed_with_enter_and_the_rest_is_paid_otherwise() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("Хлеб 100");
    bench.line("Пиво 50");
    bench.key(Key::Enter);
    bench.press('5');
    bench.line("social-card-token");
    let id = bench.begun();
    let Some(Command::Pay(_, pay)) = bench.commands.last() else {
        panic!()
    };
    assert_eq!(
        (pay.card_token.as_deref(), pay.amount),
        (Some("social-card-token"), kopecks(15_000))
    );
    bench.state(&id, Question::Pay, "awaiting_confirmation");
    bench.key(Key::Enter);
    assert!(matches!(&bench.commands[..], [Command::Confirm(_, confirmed, None)] if *confirmed == id));
    bench.key(Key::Enter);
    assert!(
        !bench
            .commands
            .iter()
            .any(|command| matches!(command, Command::Confirm(..))),
        "confirmed once"
    );
    let mut paid = told("paid");
    paid["amount"] = json!(10_000);
    bench.reply(&id, Question::Pay, paid);
    bench.key(Key::Enter);
    assert_eq!(bench.till.left(), kopecks(5_000));
}

#[test]
fn a_reservation_is_declined_with_esc() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("Хлеб 100");
    bench.key(Key::Enter);
    bench.press('5');
    bench.key(Key::Enter);
    let id = bench.begun();
    bench.state(&id, Question::Pay, "awaiting_confirmation");
    bench.key(Key::Esc);
    assert!(matches!(&bench.commands[..], [Command::Cancel(..)]));
    bench.key(Key::Enter);
    assert!(bench.commands.is_empty(), "nothing is debited after that");
    bench.state(&id, Question::Pay, "cancelled");
    assert!(bench.title().starts_with("Не оплачено"));
}
