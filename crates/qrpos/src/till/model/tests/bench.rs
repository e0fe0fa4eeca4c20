//! A till on the bench: keys are typed, answers made up.

use crate::till::journal::{Book, Entry};
use crate::till::model::{Asked, Command, Event, Key, Question, Setup, Tender, Till};
use domain::{CallerId, Timestamp};
use protocol::Reply;
use register::RegisterError;
use serde_json::{Value, json};
use texts::Lang;

pub const OPERATION: &str = "0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a";

pub struct Bench {
    pub till: Till,
    pub commands: Vec<Command>,
    now: i64,
    minted: u32,
}

pub fn setup() -> Setup {
    let tender = |module: &str| Tender::new(module.parse().unwrap(), None, false);
    Setup {
        lang: Lang::Ru,
        store: "1".parse().unwrap(),
        terminal: "7".parse().unwrap(),
        tenders: [
            "qrraiffd",
            "qralpha_variable",
            "qrsberpay",
            "qrpodeli",
            "soc_processing",
        ]
        .map(tender)
        .to_vec(),
        link_modules: vec!["qralpha_variable".parse().unwrap()],
        wait_ms: 310_000,
    }
}

pub fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_795_341_600 + seconds) * 1_000_000)
}

impl Bench {
    pub fn new() -> Self {
        Self::with(Book::default())
    }

    /// A till that starts with that memory.
    pub fn with(book: Book) -> Self {
        Self {
            till: Till::new(setup(), book, moment(0), "id-0".parse().unwrap()),
            commands: Vec::new(),
            now: 0,
            minted: 0,
        }
    }

    pub fn event(&mut self, event: Event) {
        self.minted += 1;
        let fresh: CallerId = format!("id-{}", self.minted).parse().unwrap();
        self.commands = self.till.step(event, moment(self.now), fresh);
    }

    pub fn key(&mut self, key: Key) {
        self.event(Event::Key(key));
    }

    /// Types a line and Enter.
    pub fn line(&mut self, text: &str) {
        for character in text.chars() {
            self.key(Key::Char(character));
        }
        self.key(Key::Enter);
    }

    pub fn press(&mut self, digit: char) {
        self.key(Key::Char(digit));
    }

    /// Time passes, and the clock strikes.
    pub fn wait(&mut self, seconds: i64) {
        self.now += seconds;
        self.event(Event::Tick);
    }

    pub fn reply(&mut self, id: &CallerId, question: Question, reply: Value) {
        self.event(Event::Reply(
            Asked::Money(id.clone(), question),
            Box::new(read(reply)),
        ));
    }

    /// The state of a payment or refund is told.
    pub fn state(&mut self, id: &CallerId, question: Question, state: &str) {
        self.reply(id, question, told(state));
    }

    pub fn fail(&mut self, id: &CallerId, question: Question, error: RegisterError) {
        self.event(Event::Failed(Asked::Money(id.clone(), question), error));
    }

    /// A receipt of one line, and its payment with the first means begun.
    pub fn pay(&mut self, sum: &str) -> CallerId {
        self.press('1');
        self.line(sum);
        self.key(Key::Enter);
        self.press('1');
        self.key(Key::Enter);
        self.begun()
    }

    /// The id of the payment or refund that the last event began: written down before it is sent.
    pub fn begun(&self) -> CallerId {
        let written = self
            .commands
            .iter()
            .position(|command| matches!(command, Command::Write(Entry::Begun(_))));
        let sent = self
            .commands
            .iter()
            .position(|command| matches!(command, Command::Pay(..) | Command::Refund(..)));
        assert!(written.unwrap() < sent.unwrap(), "it is written down first");
        self.till.book.open.last().unwrap().id.clone()
    }

    /// The first words of a message.
    pub fn title(&self) -> &str {
        match &self.till.screen {
            crate::till::model::Screen::Message(message) => &message.title.ru,
            other => panic!("no message: {other:?}"),
        }
    }

    /// All words of a message.
    pub fn words(&self) -> String {
        match &self.till.screen {
            crate::till::model::Screen::Message(message) => message
                .lines
                .iter()
                .map(|line| line.ru.as_str())
                .collect::<Vec<_>>()
                .join("\n"),
            other => panic!("no message: {other:?}"),
        }
    }
}

pub fn read(reply: Value) -> Reply {
    serde_json::from_value(reply).unwrap()
}

pub fn told(state: &str) -> Value {
    let is_final = !matches!(
        state,
        "registering"
            | "awaiting_payment"
            | "awaiting_confirmation"
            | "confirming"
            | "closing"
            | "unresolved"
            | "refunding"
    );
    let mut reply = json!({
        "protocol": 1, "operation_id": OPERATION, "state": state, "final": is_final,
        "message": { "ru": format!("Состояние {state}."), "en": format!("State {state}.") },
    });
    if state == "awaiting_payment" {
        reply["qr"] = json!({
            "payload": "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000007&sum=15000&cur=RUB&crc=C63A",
            "expires_at": "2026-11-22T10:05:00.000Z", "expires_in_ms": 290_000,
        });
    }
    if state == "awaiting_confirmation" {
        reply["reservation"] = json!({
            "available": 10_000, "positions": [{ "number": 1, "sum": 10_000 }],
            "confirm_by": "2026-11-22T10:05:00.000Z", "confirm_in_ms": 170_000,
        });
    }
    reply
}

pub fn turned_away(code: &str) -> Value {
    json!({
        "protocol": 1, "final": true, "message": { "ru": format!("Отказ {code}."), "en": format!("No: {code}.") },
        "error": { "code": code, "text": { "ru": format!("Отказ {code}."), "en": "No." }, "repeatable": false },
    })
}

pub fn not_sent() -> RegisterError {
    RegisterError::NotSent {
        address: "http://127.0.0.1:1".to_owned(),
        reason: "refused".to_owned(),
    }
}

pub fn unknown(id: &CallerId) -> RegisterError {
    RegisterError::Unknown {
        id: id.clone(),
        reason: "no answer".to_owned(),
        last: None,
    }
}
