//! Any sequence of events: no panic, and no id of money is lost.

use super::bench::{Bench, OPERATION, not_sent, read, told, turned_away, unknown};
use crate::till::journal::{Book, Entry};
use crate::till::model::{Asked, Command, Event, Key, Question};
use crate::till::render::View;
use domain::CallerId;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use register::RegisterError;
use serde_json::json;
use std::collections::BTreeSet;

/// What happens, before it is known to which payment.
#[derive(Debug, Clone)]
enum Happening {
    Key(Key),
    Line(&'static str),
    Wait(i64),
    Told(usize, Question, &'static str),
    TurnedAway(usize, Question, &'static str),
    Failed(usize, Question, bool),
    Found(bool),
    Link(&'static str),
    DiskFull,
}

fn happening() -> impl Strategy<Value = Happening> {
    let keys = vec![
        Key::Enter,
        Key::Esc,
        Key::Backspace,
        Key::Delete,
        Key::Up,
        Key::Down,
        Key::F(2),
        Key::F(5),
        Key::F(6),
        Key::F(8),
        Key::F(10),
    ];
    let questions = || {
        prop::sample::select(vec![
            Question::Pay,
            Question::Refund,
            Question::Cancel,
            Question::Confirm,
            Question::Status,
        ])
    };
    let states = vec![
        "registering",
        "awaiting_payment",
        "awaiting_confirmation",
        "confirming",
        "closing",
        "refunding",
        "unresolved",
        "paid",
        "declined",
        "expired",
        "cancelled",
        "refused",
        "refunded",
        "done",
    ];
    let codes = vec![
        "unknown_payment",
        "already_paid",
        "unresolved",
        "provider_refused",
        "terminal_number_needed",
    ];
    let links = vec![
        "this_register",
        "bound_now",
        "other_register",
        "unassigned",
        "not_ours",
    ];
    prop_oneof![
        4 => prop::sample::select(keys).prop_map(Happening::Key),
        4 => prop::char::range('0', '9').prop_map(|digit| Happening::Key(Key::Char(digit))),
        3 => prop::sample::select(vec!["150", "Хлеб 2*40", "100,50", "7", "чушь\u{1b}[2J漢字", ""]).prop_map(Happening::Line),
        1 => (1_i64..500).prop_map(Happening::Wait),
        4 => (0_usize..4, questions(), prop::sample::select(states)).prop_map(|(at, q, s)| Happening::Told(at, q, s)),
        2 => (0_usize..4, questions(), prop::sample::select(codes)).prop_map(|(at, q, c)| Happening::TurnedAway(at, q, c)),
        2 => (0_usize..4, questions(), any::<bool>()).prop_map(|(at, q, sent)| Happening::Failed(at, q, sent)),
        1 => any::<bool>().prop_map(Happening::Found),
        1 => prop::sample::select(links).prop_map(Happening::Link),
        1 => Just(Happening::DiskFull),
    ]
}

/// What the world knows of the till's money.
#[derive(Default)]
struct World {
    ids: Vec<CallerId>,
    /// Sent, and its end not told for certain.
    open: BTreeSet<CallerId>,
    written: Vec<Entry>,
    asks: u64,
    disk_full: bool,
}

impl World {
    /// Carries the commands out as the shell does.
    fn obey(&mut self, bench: &mut Bench) {
        let mut commands = std::mem::take(&mut bench.commands);
        loop {
            let mut failed = None;
            for command in commands {
                match command {
                    Command::Write(entry) if self.disk_full => {
                        failed = Some(entry);
                        break;
                    }
                    Command::Write(entry) => {
                        if let Entry::Ended(ended) = &entry {
                            self.open.remove(&ended.id);
                        }
                        self.written.push(entry);
                    }
                    Command::Pay(_, pay) => self.sent(pay.id),
                    Command::Refund(_, refund) => self.sent(refund.id),
                    Command::Find(ask, ..) | Command::LinkCheck(ask, ..) | Command::LinkBind(ask, ..) => {
                        self.asks = ask;
                    }
                    _ => {}
                }
            }
            let Some(entry) = failed else { return };
            bench.event(Event::NotWritten(Box::new(entry), "disk full".to_owned()));
            commands = std::mem::take(&mut bench.commands);
        }
    }

    fn sent(&mut self, id: CallerId) {
        let known = self
            .written
            .iter()
            .any(|entry| matches!(entry, Entry::Begun(begun) if begun.id == id));
        assert!(known, "{id} was sent before it was on the disk");
        self.open.insert(id.clone());
        self.ids.push(id);
    }

    fn id(&self, at: usize) -> CallerId {
        let known = self.ids.iter().rev().nth(at).cloned();
        known.unwrap_or_else(|| "nobody".parse().unwrap())
    }
}

fn happen(bench: &mut Bench, world: &mut World, happening: &Happening) {
    match *happening {
        Happening::Key(key) => bench.key(key),
        Happening::Line(text) => {
            for character in text.chars() {
                bench.key(Key::Char(character));
                world.obey(bench);
            }
            bench.key(Key::Enter);
        }
        Happening::Wait(seconds) => bench.wait(seconds),
        Happening::Told(at, question, state) => {
            let mut reply = told(state);
            reply["amount"] = json!(5_000);
            bench.reply(&world.id(at), question, reply);
        }
        Happening::TurnedAway(at, question, code) => bench.reply(&world.id(at), question, turned_away(code)),
        Happening::Failed(at, question, was_sent) => {
            let id = world.id(at);
            let error: RegisterError = if was_sent { unknown(&id) } else { not_sent() };
            bench.fail(&id, question, error);
        }
        Happening::Found(found) => {
            let mut reply = turned_away("unknown_payment");
            if found {
                let payment = json!({ "operation_id": OPERATION, "module": "qrraiffd", "terminal": "3", "state": "paid",
                    "amount": 15_000, "refunded": 0, "left": 15_000, "refund": "partial", "at": "then" });
                reply = json!({ "protocol": 1, "final": true, "payments": [payment], "message": { "ru": "Да.", "en": "Yes." } });
            }
            bench.event(Event::Reply(Asked::Find(world.asks), Box::new(read(reply))));
        }
        Happening::Link(verdict) => {
            let reply = json!({ "protocol": 1, "state": "done", "final": true, "message": { "ru": "Да.", "en": "Yes." },
                "link": { "verdict": verdict, "link_id": "AS1" } });
            bench.event(Event::Reply(Asked::Link(world.asks), Box::new(read(reply))));
        }
        Happening::DiskFull => world.disk_full = !world.disk_full,
    }
    world.obey(bench);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_sequence_loses_an_id_or_shows_a_broken_screen(happenings in prop::collection::vec(happening(), 1..80)) {
        let mut bench = Bench::new();
        let mut world = World::default();
        let mut ever_full = false;
        for happening in happenings {
            happen(&mut bench, &mut world, &happening);
            ever_full |= world.disk_full;
            // What cannot be written any more is asked for again after a restart; the book on the screen goes on.
            if !ever_full {
                let known: BTreeSet<CallerId> = bench.till.book.open.iter().map(|begun| begun.id.clone()).collect();
                prop_assert_eq!(&known, &world.open);
                let mut again = Book::default();
                for entry in &world.written {
                    prop_assert_eq!(again.take(entry), Ok(()));
                }
                prop_assert_eq!(&again, &bench.till.book);
            }
            let canvas = View { till: &bench.till, zone: &TimeZone::UTC }.draw(80, 24);
            prop_assert_eq!(canvas.rows().count(), 24);
            for cell in canvas.rows().flatten() {
                prop_assert!(cell.character == '\0' || !cell.character.is_control());
            }
        }
    }
}
