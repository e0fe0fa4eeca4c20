//! What is heard of payments and refunds.

use super::{Cancel, Decision, Next, Question, Screen, Till, Tone};
use crate::till::journal::{Begun, Ended, Entry, Kind};
use crate::till::wording::{fill, money, same, say, sentences, with};
use domain::{CallerId, Code, Kopecks, State};
use protocol::Reply;
use register::RegisterError;
use texts::Text;
use texts::words::till;

/// How much longer than the wait a message may be on its way, in milliseconds. After that a request that the daemon has
/// never heard of cannot reach it any more.
const ON_ITS_WAY_MS: u64 = 60_000;

impl Till {
    pub(super) fn news(&mut self, id: &CallerId, question: Question, reply: Reply) {
        if self.book.open(id).is_none() {
            // It has ended before: the payment's own replies and those to a question tell the same.
            return;
        }
        match reply.state {
            Some(state) if state.is_final() => self.settle(id, state, &reply),
            Some(state) => self.progress(id, question, state, reply),
            None => self.turned_away(id, question, &reply),
        }
    }

    fn progress(&mut self, id: &CallerId, question: Question, state: State, reply: Reply) {
        let standing = self.standings.entry(id.clone()).or_default();
        standing.state = Some(state);
        standing.told = Some(reply.message.clone());
        if question == Question::Status {
            standing.is_asking = false;
        }
        let now = self.now;
        let Some(waiting) = self.front(id) else { return };
        let code = reply.qr.as_ref().map(|qr| qr.expires_in_ms);
        let confirm = reply
            .reservation
            .as_ref()
            .and_then(|reserved| reserved.confirm_in_ms);
        waiting.until = code.or(confirm).map(|ms| now.plus_ms(ms));
        waiting.hint = (question == Question::Status).then(|| say(till::NOT_YET));
        let again = waiting.cancel == Cancel::Again;
        if again {
            waiting.cancel = Cancel::Sent;
        }
        waiting.reply = Some(Box::new(reply));
        if again {
            self.cancel(id);
        }
    }

    /// Writes down how it ended and says so.
    fn settle(&mut self, id: &CallerId, state: State, reply: &Reply) {
        let moved = matches!(state, State::Paid | State::Refunded);
        let Some(begun) = self.book.open(id).cloned() else {
            return;
        };
        let amount = reply.amount.filter(|_| moved).unwrap_or(begun.amount);
        self.end(&begun, moved, amount);
        let mut lines = sentences(reply);
        lines.extend(reply.slip.iter().map(same));
        lines.extend(reply.requisites.iter().map(same));
        self.outcome(&begun, moved, amount, lines);
    }

    /// Nothing was opened: no money moved. Except that a question may just not have found it yet.
    fn turned_away(&mut self, id: &CallerId, question: Question, reply: &Reply) {
        let code = reply.error.as_ref().map(|failure| failure.code);
        match (question, code) {
            (_, Some(Code::Unresolved) | None) => self.hint(id, question, reply.message.clone()),
            (Question::Pay | Question::Refund, Some(_)) => self.refused(id, reply),
            (Question::Status, Some(Code::UnknownPayment)) => self.never_heard_of(id),
            (Question::Cancel, Some(Code::UnknownPayment)) => {
                if let Some(waiting) = self.front(id) {
                    waiting.cancel = Cancel::Again;
                }
                self.hint(id, question, say(till::CANCEL_TOO_EARLY));
            }
            (Question::Cancel, Some(Code::AlreadyPaid)) => {
                self.hint(id, question, reply.message.clone());
                self.ask(id);
            }
            (Question::Confirm, Some(_)) => {
                if let Some(waiting) = self.front(id) {
                    waiting.is_confirmed = false;
                }
                self.hint(id, question, reply.message.clone());
            }
            (Question::Status | Question::Cancel, Some(_)) => self.hint(id, question, reply.message.clone()),
        }
    }

    fn refused(&mut self, id: &CallerId, reply: &Reply) {
        let Some(begun) = self.book.open(id).cloned() else {
            return;
        };
        self.end(&begun, false, begun.amount);
        self.outcome(&begun, false, begun.amount, sentences(reply));
    }

    /// A message may wait in a queue for as long as the till waits for its end; after that it is thrown away.
    fn never_heard_of(&mut self, id: &CallerId) {
        let Some(begun) = self.book.open(id).cloned() else {
            return;
        };
        let may_come_until = begun.at.plus_ms(begun.wait_ms.saturating_add(ON_ITS_WAY_MS));
        if self.is_live(id) || self.now < may_come_until {
            return self.hint(id, Question::Status, say(till::NOT_HEARD_YET));
        }
        self.end(&begun, false, begun.amount);
        self.outcome(&begun, false, begun.amount, vec![say(till::NEVER_ARRIVED)]);
    }

    /// There will be no final answer to a question.
    pub(super) fn no_news(&mut self, id: &CallerId, question: Question, error: &RegisterError) {
        let Some(begun) = self.book.open(id).cloned() else {
            self.live.remove(id);
            return;
        };
        match (question, error) {
            (
                Question::Pay | Question::Refund,
                RegisterError::NotSent { .. } | RegisterError::Settings(_),
            ) => {
                self.end(&begun, false, begun.amount);
                let lines = vec![say(till::NOT_SENT), same(format!("({error})"))];
                self.outcome(&begun, false, begun.amount, lines);
            }
            (Question::Pay | Question::Refund, _) => {
                self.live.remove(id);
                self.hint(id, question, say(till::NO_END_IN_TIME));
                if self.front(id).is_some() {
                    self.show_unknown(&begun);
                }
            }
            (Question::Cancel, _) => self.hint(id, question, say(till::CANCEL_FAILED)),
            (Question::Confirm, RegisterError::NotSent { .. } | RegisterError::Settings(_)) => {
                if let Some(waiting) = self.front(id) {
                    waiting.is_confirmed = false;
                }
                self.hint(id, question, say(till::CONFIRM_NOT_SENT));
            }
            (Question::Confirm, _) => self.hint(id, question, say(till::CONFIRM_UNKNOWN)),
            (Question::Status, _) => self.hint(id, question, say(till::NO_ANSWER)),
        }
    }

    fn show_unknown(&mut self, begun: &Begun) {
        let word = match begun.kind {
            Kind::Payment => till::LEFT_PAYMENT,
            Kind::Refund => till::LEFT_REFUND,
        };
        let lines = vec![
            say(till::NO_END_IN_TIME),
            say(word),
            with(till::ITS_ID, "id", &same(&begun.id)),
            say(till::IT_IS_ASKED),
        ];
        self.show(Tone::Bad, say(till::OUTCOME_UNKNOWN), lines, Next::Unresolved);
    }

    fn end(&mut self, begun: &Begun, moved: bool, amount: Kopecks) {
        self.live.remove(&begun.id);
        self.standings.remove(&begun.id);
        self.note(Entry::Ended(Ended {
            id: begun.id.clone(),
            at: self.now,
            moved,
            amount,
        }));
    }

    /// Says how it ended: on the waiting screen's place, or in a notice when the cashier is elsewhere.
    fn outcome(&mut self, begun: &Begun, moved: bool, amount: Kopecks, lines: Vec<Text>) {
        let is_front = self.front(&begun.id).is_some();
        let is_of_receipt = self.receipt_number().to_string() == begun.receipt && self.book.current.is_some();
        if begun.kind == Kind::Payment && moved && is_of_receipt {
            return self.paid(begun, amount, lines, is_front);
        }
        let title = ending(begun.kind, moved, amount);
        if is_front {
            let next = match begun.kind {
                Kind::Payment => Next::Tenders,
                Kind::Refund => Next::Menu,
            };
            let tone = if moved { Tone::Good } else { Tone::Bad };
            return self.show(tone, title, lines, next);
        }
        let word = match (begun.kind, moved) {
            // The goods may have stayed: its receipt is over.
            (Kind::Payment, true) => till::LATE_PAID,
            _ => till::LATE_END,
        };
        self.tell(fill(word, &[("what", &title), ("number", &same(&begun.receipt))]));
    }

    /// A payment of the receipt that is being paid has come.
    fn paid(&mut self, begun: &Begun, amount: Kopecks, lines: Vec<Text>, is_front: bool) {
        let title = ending(begun.kind, true, amount);
        let closed = self.close_if_paid(Kopecks::ZERO);
        let is_at_receipt = matches!(
            self.screen,
            Screen::Tenders
                | Screen::Amount(_)
                | Screen::Code(_)
                | Screen::Buyer(_)
                | Screen::Unresolved { .. }
                | Screen::Decide(Decision::GiveUp)
        );
        match closed {
            Some(Screen::Message(mut closed)) if is_front || is_at_receipt => {
                closed.lines.extend(lines);
                self.screen = Screen::Message(closed);
            }
            None if is_front => {
                let mut all = vec![with(till::LEFT_TO_PAY, "sum", &money(self.left()))];
                all.extend(lines);
                self.show(Tone::Good, title, all, Next::Tenders);
            }
            _ => {
                let values = [("what", &title), ("number", &same(&begun.receipt))];
                self.tell(fill(till::LATE_END, &values));
            }
        }
    }
}

fn ending(kind: Kind, moved: bool, amount: Kopecks) -> Text {
    let word = match (kind, moved) {
        (Kind::Payment, true) => till::PAID,
        (Kind::Payment, false) => till::NOT_PAID,
        (Kind::Refund, true) => till::REFUNDED,
        (Kind::Refund, false) => till::NOT_REFUNDED,
    };
    with(word, "sum", &money(amount))
}
