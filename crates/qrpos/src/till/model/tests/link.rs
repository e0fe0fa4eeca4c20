use super::bench::{Bench, not_sent, read, turned_away};
use crate::till::model::{Asked, Command, Event, Key, LinkStep, Screen};
use serde_json::{Value, json};
use texts::words::till;

const STICKER: &str =
    "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2?type=01&bank=100000000001&crc=C08B";

/// A till that has scanned the sticker, and the question's number.
fn scanned() -> (Bench, u64) {
    let mut bench = Bench::new();
    bench.press('3');
    bench.press('1');
    bench.line(STICKER);
    let [Command::LinkCheck(ask, module, scanned)] = &bench.commands[..] else {
        panic!()
    };
    assert_eq!((module.as_str(), scanned.as_str()), ("qralpha_variable", STICKER));
    let ask = *ask;
    (bench, ask)
}

fn verdict(verdict: &str) -> Value {
    json!({ "protocol": 1, "state": "done", "final": true, "message": { "ru": "Проверен.", "en": "Checked." },
        "link": { "verdict": verdict, "link_id": "AS1000670LSS7DN18SJQDNP4B05KLJL2", "other_terminal": "12" } })
}

fn answer(bench: &mut Bench, ask: u64, reply: Value) {
    bench.event(Event::Reply(Asked::Link(ask), Box::new(read(reply))));
}

#[test]
fn each_verdict_has_its_words() {
    for (word, title) in [
        ("this_register", till::LINK_THIS),
        ("other_register", till::LINK_OTHER),
    ] {
        let (mut bench, ask) = scanned();
        answer(&mut bench, ask, verdict(word));
        assert_eq!(bench.title(), title.ru);
    }
    let (mut bench, ask) = scanned();
    answer(&mut bench, ask, verdict("other_register"));
    assert!(bench.words().contains("Касса: 12"));
    let (mut bench, ask) = scanned();
    answer(&mut bench, ask, turned_away("not_a_link"));
    assert_eq!(bench.title(), till::NOT_A_LINK.ru);
    let (mut bench, ask) = scanned();
    answer(&mut bench, ask, turned_away("provider_refused"));
    assert_eq!(bench.title(), till::LINK_FAILED.ru);
    assert!(bench.words().contains("Отказ provider_refused."));
}

#[test]
fn a_sticker_that_nobody_has_is_tied_to_this_register() {
    for free in ["unassigned", "not_ours"] {
        let (mut bench, ask) = scanned();
        answer(&mut bench, ask, verdict(free));
        let [Command::LinkBind(ask, _, scanned, None)] = &bench.commands[..] else {
            panic!()
        };
        assert_eq!(scanned, STICKER);
        let ask = *ask;
        answer(&mut bench, ask, verdict("bound_now"));
        assert_eq!(bench.title(), till::LINK_BOUND.ru);
    }
    let (mut bench, ask) = scanned();
    answer(&mut bench, ask, verdict("not_ours"));
    let [Command::LinkBind(ask, ..)] = bench.commands[..] else {
        panic!()
    };
    answer(&mut bench, ask, turned_away("link_foreign"));
    assert_eq!(bench.title(), till::LINK_FOREIGN.ru);
}

#[test]
fn the_terminal_number_is_asked_when_the_bank_wants_it() {
    let (mut bench, ask) = scanned();
    answer(&mut bench, ask, verdict("not_ours"));
    let [Command::LinkBind(ask, ..)] = bench.commands[..] else {
        panic!()
    };
    answer(&mut bench, ask, turned_away("terminal_number_needed"));
    bench.line("12a");
    assert!(matches!(
        &bench.till.screen,
        Screen::Link(LinkStep::Number { problem: Some(_), .. })
    ));
    bench.key(Key::Backspace);
    bench.line("3");
    let [Command::LinkBind(ask, _, _, Some(number))] = &bench.commands[..] else {
        panic!()
    };
    assert_eq!(number, "123");
    let ask = *ask;
    answer(&mut bench, ask, turned_away("terminal_number_taken"));
    bench.line("124");
    let [Command::LinkBind(ask, ..)] = bench.commands[..] else {
        panic!()
    };
    answer(&mut bench, ask, verdict("bound_now"));
    assert_eq!(bench.title(), till::LINK_BOUND.ru);
}

#[test]
fn the_cashier_interrupts_and_a_late_answer_changes_nothing() {
    let (mut bench, ask) = scanned();
    bench.key(Key::Esc);
    assert!(matches!(bench.commands[..], [Command::Stop(stopped)] if stopped == ask));
    assert_eq!(bench.title(), till::INTERRUPTED.ru);
    answer(&mut bench, ask, verdict("not_ours"));
    assert!(bench.commands.is_empty());
    assert_eq!(bench.title(), till::INTERRUPTED.ru);
    let mut bench = Bench::new();
    bench.press('3');
    bench.press('1');
    bench.key(Key::Esc);
    assert_eq!(bench.title(), till::INTERRUPTED.ru);
}

#[test]
fn no_answer_in_time_is_told_from_nothing_sent() {
    let (mut bench, ask) = scanned();
    bench.event(Event::Failed(Asked::Link(ask), not_sent()));
    assert!(bench.words().contains(till::LINK_NOT_SENT.ru));
    let (mut bench, ask) = scanned();
    let error = super::bench::unknown(&"x".parse().unwrap());
    bench.event(Event::Failed(Asked::Link(ask), error));
    assert_eq!(bench.title(), till::LINK_NO_ANSWER.ru);
    assert!(bench.words().contains(till::CHECK_NO_ANSWER.ru));
}
