//! The till as a state machine: an [`Event`] changes the [`Till`] and gives [`Command`]s. It reads no clock, mints no id
//! and touches no file, so that any sequence of events can be tried in a test.
//!
//! What it keeps to: a payment's or refund's id stands in the [`Book`] from before it is sent until its end is known for
//! certain; nothing the cashier presses takes it out.

mod amount;
mod event;
mod field;
mod links;
mod menu;
mod news;
mod pay;
mod refunds;
mod sale;
mod screen;
mod tender;
mod unresolved;

pub use event::{Asked, Command, Event, Key, Question, Shown};
pub use field::Field;
pub use menu::kind_name;
pub use screen::{
    AmountForm, Cancel, CodeForm, Decision, LinkStep, Message, Next, Purpose, RefundStep, Screen, Tone,
    Waiting,
};
pub use tender::{Reads, TENDERS_MAX, Tender, title};
pub use unresolved::Standing;

use super::journal::{Book, Entry, Kind, Line};
use domain::{CallerId, ModuleName, StoreId, TerminalId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use texts::{Lang, Text};

/// How long a notice stands, in milliseconds.
const NOTICE_MS: u64 = 8_000;
/// Notices that may wait for their turn; an older one is in the list of what is not resolved, or in the totals.
const NOTICES_MAX: usize = 20;

/// What a till is told when it starts.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Language of the screen.
    pub lang: Lang,
    /// The store.
    pub store: StoreId,
    /// The register.
    pub terminal: TerminalId,
    /// The means of payment besides cash: 1 to [`TENDERS_MAX`].
    pub tenders: Vec<Tender>,
    /// The modules whose stickers can be checked.
    pub link_modules: Vec<ModuleName>,
    /// How long the till waits for the end of a payment, in milliseconds.
    pub wait_ms: u64,
}

/// The till.
pub struct Till {
    /// What it was told.
    pub setup: Setup,
    /// What it remembers.
    pub book: Book,
    /// The moment of the last event.
    pub now: Timestamp,
    /// What is on the screen.
    pub screen: Screen,
    /// The lines of the receipt that is being made or paid.
    pub draft: Vec<Line>,
    /// The buyer as a loyalty card or telephone names them. Personal: it is neither logged nor written down.
    pub buyer: Option<String>,
    /// What is known of payments whose end is not.
    pub standings: BTreeMap<CallerId, Standing>,
    notices: VecDeque<Text>,
    notice_since: Timestamp,
    /// Payments and refunds to which this process listens.
    live: BTreeSet<CallerId>,
    /// Questions asked so far.
    asked: u64,
    fresh: CallerId,
    out: Vec<Command>,
}

impl Till {
    /// A till that opens with what the journal holds. When the end of something is not known, the list of that comes
    /// first.
    pub fn new(setup: Setup, book: Book, now: Timestamp, fresh: CallerId) -> Self {
        let screen = if book.open.is_empty() {
            Screen::Menu
        } else {
            Screen::Unresolved { chosen: 0 }
        };
        let draft = book
            .current
            .as_ref()
            .map(|receipt| receipt.lines.clone())
            .unwrap_or_default();
        Self {
            setup,
            book,
            now,
            screen,
            draft,
            buyer: None,
            standings: BTreeMap::new(),
            notices: VecDeque::new(),
            notice_since: now,
            live: BTreeSet::new(),
            asked: 0,
            fresh,
            out: Vec::new(),
        }
    }

    /// Takes an event. `fresh` is an id that was never used.
    pub fn step(&mut self, event: Event, now: Timestamp, fresh: CallerId) -> Vec<Command> {
        self.now = now;
        self.fresh = fresh;
        match event {
            Event::Key(key) => self.key(key),
            Event::Tick => self.tick(),
            Event::Reply(asked, reply) => match asked {
                Asked::Money(id, question) => self.news(&id, question, *reply),
                Asked::Find(ask) => self.found(ask, *reply),
                Asked::Link(ask) => self.link_told(ask, *reply),
            },
            Event::Failed(asked, error) => match asked {
                Asked::Money(id, question) => self.no_news(&id, question, &error),
                Asked::Find(ask) => self.not_found(ask, &error),
                Asked::Link(ask) => self.link_failed(ask, &error),
            },
            Event::Shown(id, shown) => self.shown(&id, shown),
            Event::NotWritten(entry, reason) => self.not_written(&entry, &reason),
        }
        std::mem::take(&mut self.out)
    }

    /// The notice that stands at the bottom.
    pub fn notice(&self) -> Option<&Text> {
        self.notices.front()
    }

    /// Whether this process listens to a payment or refund.
    pub fn is_live(&self, id: &CallerId) -> bool {
        self.live.contains(id)
    }

    /// Puts a notice at the bottom of the screen.
    pub fn tell(&mut self, notice: Text) {
        if self.notices.is_empty() {
            self.notice_since = self.now;
        }
        if self.notices.len() == NOTICES_MAX {
            self.notices.pop_front();
        }
        self.notices.push_back(notice);
    }

    fn key(&mut self, key: Key) {
        // A scanner types on and Esc is pressed twice: a screen is taken out, so that each key meets one screen.
        let screen = std::mem::replace(&mut self.screen, Screen::Menu);
        self.screen = match screen {
            Screen::Menu => self.menu_key(key),
            Screen::Reports => self.reports_key(key),
            Screen::Totals => self.totals_key(key),
            Screen::Sale { field, problem } => self.sale_key(key, field, problem),
            Screen::Tenders => self.tenders_key(key),
            Screen::Amount(form) => self.amount_key(key, form),
            Screen::Code(form) => self.code_key(key, form),
            Screen::Buyer(field) => self.buyer_key(key, field),
            Screen::Waiting(waiting) => self.waiting_key(key, waiting),
            Screen::Message(message) => self.message_key(key, message),
            Screen::Link(step) => self.link_key(key, step),
            Screen::Refund(step) => self.refund_key(key, step),
            Screen::Unresolved { chosen } => self.unresolved_key(key, chosen),
            Screen::Decide(decision) => self.decide_key(key, decision),
        };
    }

    fn tick(&mut self) {
        if !self.notices.is_empty() && self.now.ms_since(self.notice_since) >= NOTICE_MS {
            self.notices.pop_front();
            self.notice_since = self.now;
        }
        self.ask_about_open();
    }

    /// Enters a line into the book and has it written down.
    fn note(&mut self, entry: Entry) {
        if let Err(problem) = self.book.take(&entry) {
            // It would be a mistake of this program; the book has not changed, so nothing is written either.
            tracing::error!(problem, "an entry does not fit the till's book");
            return;
        }
        self.out.push(Command::Write(entry));
    }

    fn ask_id(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    fn not_written(&mut self, entry: &Entry, reason: &str) {
        use super::wording::{same, say, with};
        use texts::words::till;
        let lines = vec![with(till::NOT_WRITTEN, "reason", &same(reason))];
        match entry {
            Entry::Begun(begun) => {
                self.book.forget(&begun.id);
                self.live.remove(&begun.id);
                let next = if begun.kind == Kind::Payment {
                    Next::Tenders
                } else {
                    Next::Menu
                };
                self.show(Tone::Bad, say(till::NOT_STARTED), lines, next);
            }
            _ => self.tell(with(till::NOT_NOTED, "reason", &same(reason))),
        }
    }

    fn show(&mut self, tone: Tone, title: Text, lines: Vec<Text>, next: Next) {
        self.screen = message(tone, title, lines, next);
    }
}

/// A screen with a few sentences, left with Enter.
fn message(tone: Tone, title: Text, lines: Vec<Text>, next: Next) -> Screen {
    Screen::Message(Message {
        tone,
        title,
        lines,
        next,
    })
}

#[cfg(test)]
mod tests;
