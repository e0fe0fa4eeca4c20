//! Menus, messages and questions.

use super::{
    Command, Decision, Field, Key, LinkStep, Message, Next, RefundStep, Screen, Till, Tone, message,
};
use crate::till::journal::{Entry, Kind, Receipt, Sum};
use crate::till::wording::{fill, money, same, say, with};
use texts::Text;
use texts::words::till;

impl Till {
    pub(super) fn menu_key(&mut self, key: Key) -> Screen {
        match key {
            Key::Char('1') | Key::Enter => self.to_sale(),
            Key::Char('2') => Screen::Refund(RefundStep::Number(Field::default())),
            Key::Char('3') => Screen::Reports,
            Key::Char('4') => Screen::Unresolved { chosen: 0 },
            Key::Char('0') | Key::Esc | Key::F(10) => self.leave(),
            _ => Screen::Menu,
        }
    }

    pub(super) fn reports_key(&mut self, key: Key) -> Screen {
        match key {
            Key::Char('1') => self.to_link(),
            Key::Char('2') => Screen::Totals,
            Key::Char('3') => self.to_close_shift(),
            Key::Char('0') | Key::Esc => Screen::Menu,
            _ => Screen::Reports,
        }
    }

    pub(super) fn totals_key(&mut self, key: Key) -> Screen {
        match key {
            Key::F(8) => self.to_close_shift(),
            Key::Esc | Key::Enter => Screen::Reports,
            _ => Screen::Totals,
        }
    }

    pub(super) fn message_key(&mut self, key: Key, message: Message) -> Screen {
        match key {
            Key::Enter | Key::Esc => self.go(&message.next),
            _ => Screen::Message(message),
        }
    }

    pub(super) fn decide_key(&mut self, key: Key, decision: Decision) -> Screen {
        match (key, &decision) {
            (Key::Enter, Decision::GiveUp) => self.give_up(),
            (Key::Enter, Decision::CloseShift) => self.close_shift(),
            (Key::Enter, Decision::Quit) => {
                self.out.push(Command::Quit);
                Screen::Menu
            }
            (Key::Esc, Decision::GiveUp) => self.to_sale(),
            (Key::Esc, Decision::CloseShift) => Screen::Reports,
            (Key::Esc, Decision::Quit) => Screen::Menu,
            _ => Screen::Decide(decision),
        }
    }

    pub(super) fn go(&mut self, next: &Next) -> Screen {
        match next {
            Next::Menu => Screen::Menu,
            Next::Sale => self.to_sale(),
            Next::Tenders if self.draft.is_empty() => Screen::Menu,
            Next::Tenders => Screen::Tenders,
            Next::Refund(number) => Screen::Refund(RefundStep::Number(Field::with(number.to_string()))),
            Next::Unresolved => Screen::Unresolved { chosen: 0 },
            Next::Reports => Screen::Reports,
        }
    }

    fn to_link(&self) -> Screen {
        match &self.setup.link_modules[..] {
            [module] => Screen::Link(LinkStep::Scan(module.clone(), Field::default())),
            _ => Screen::Link(LinkStep::Module),
        }
    }

    fn to_close_shift(&self) -> Screen {
        if self.book.current.is_some() {
            return message(
                Tone::Bad,
                say(till::SHIFT_HAS_RECEIPT),
                vec![say(till::SHIFT_HAS_RECEIPT_DO)],
                Next::Tenders,
            );
        }
        Screen::Decide(Decision::CloseShift)
    }

    fn close_shift(&mut self) -> Screen {
        let shift = self.book.shift;
        let sums = self.book.totals.tenders.iter();
        let (mut paid, mut refunded) = (Sum::default(), Sum::default());
        for (_, tally) in sums {
            paid = paid.and(tally.paid);
            refunded = refunded.and(tally.refunded);
        }
        self.note(Entry::ShiftClosed { at: self.now, shift });
        let lines = vec![
            with(till::SHIFT_PAID, "sum", &money(paid.amount)),
            with(till::SHIFT_REFUNDED, "sum", &money(refunded.amount)),
        ];
        message(
            Tone::Plain,
            with(till::SHIFT_CLOSED, "shift", &same(shift)),
            lines,
            Next::Menu,
        )
    }

    /// Nothing is lost by leaving, but the cashier should know what is open.
    fn leave(&mut self) -> Screen {
        if self.book.open.is_empty() && self.draft.is_empty() {
            self.out.push(Command::Quit);
            return Screen::Menu;
        }
        Screen::Decide(Decision::Quit)
    }

    fn give_up(&mut self) -> Screen {
        let receipt = self.book.current.clone();
        if let Some(receipt) = &receipt {
            self.note(Entry::GivenUp {
                at: self.now,
                number: receipt.number,
            });
        }
        self.draft.clear();
        self.buyer = None;
        let Some(receipt) = receipt.filter(|receipt| !receipt.is_untouched()) else {
            return Screen::Menu;
        };
        let (lines, next) = after_giving_up(&receipt);
        message(
            Tone::Plain,
            with(till::GIVEN_UP, "number", &same(receipt.number)),
            lines,
            next,
        )
    }
}

/// What the cashier has to do about what was paid.
fn after_giving_up(receipt: &Receipt) -> (Vec<Text>, Next) {
    let mut lines = Vec::new();
    let mut next = Next::Menu;
    if !receipt.cash.is_zero() {
        lines.push(with(till::GIVE_CASH_BACK, "sum", &money(receipt.cash)));
    }
    let pending = receipt.pending();
    if !pending.is_zero() {
        lines.push(with(till::GIVEN_UP_PENDING, "sum", &money(pending)));
        next = Next::Unresolved;
    }
    let paid = receipt.paid().checked_sub(receipt.cash).unwrap_or_default();
    if !paid.is_zero() {
        let values = [("sum", &money(paid)), ("number", &same(receipt.number))];
        lines.push(fill(till::GIVEN_UP_PAID, &values));
        next = Next::Refund(receipt.number);
    }
    (lines, next)
}

/// What the list calls a payment or a refund.
pub fn kind_name(kind: Kind) -> Text {
    say(match kind {
        Kind::Payment => till::PAYMENT,
        Kind::Refund => till::REFUND,
    })
}
