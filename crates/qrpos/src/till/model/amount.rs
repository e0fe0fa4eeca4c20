//! A sum is typed: a part of the receipt may be paid otherwise.

use super::{AmountForm, CodeForm, Field, Key, Next, Purpose, Reads, Screen, Till, Tone, message};
use crate::cli::amount::parse_amount;
use crate::till::journal::Entry;
use crate::till::wording::{money, same, say, with};
use domain::Kopecks;
use protocol::Refundable;
use texts::words::till;

impl Till {
    pub(super) fn amount_key(&mut self, key: Key, mut form: AmountForm) -> Screen {
        match key {
            Key::Char(character) => form.field.push(character),
            Key::Backspace => form.field.pop(),
            Key::Enter => return self.amount_typed(form),
            Key::Esc => {
                return match form.purpose {
                    Purpose::Refund(..) => Screen::Menu,
                    Purpose::Cash | Purpose::Tender(_) => Screen::Tenders,
                };
            }
            _ => return Screen::Amount(form),
        }
        form.problem = None;
        Screen::Amount(form)
    }

    fn amount_typed(&mut self, mut form: AmountForm) -> Screen {
        let typed = match form.field.text() {
            "" => Ok(form.whole),
            text => parse_amount(text).map_err(|_| say(till::BAD_SUM)),
        };
        let is_cash = form.purpose == Purpose::Cash;
        let amount = typed.and_then(|amount| match &form.purpose {
            _ if amount > form.whole && !is_cash => Err(with(till::SUM_TOO_LARGE, "sum", &money(form.whole))),
            Purpose::Refund(_, payment) if payment.refund == Refundable::Whole && amount != form.whole => {
                Err(with(till::ONLY_WHOLE, "sum", &money(form.whole)))
            }
            _ => Ok(amount),
        });
        match (amount, form.purpose.clone()) {
            (Err(problem), _) => {
                form.problem = Some(problem);
                Screen::Amount(form)
            }
            (Ok(given), Purpose::Cash) => self.take_cash(given),
            (Ok(amount), Purpose::Tender(tender)) => self.tender_chosen(tender, amount),
            (Ok(amount), Purpose::Refund(number, payment)) => self.give_back(number, *payment, amount),
        }
    }

    fn tender_chosen(&mut self, tender: usize, amount: Kopecks) -> Screen {
        let reads = self.setup.tenders.get(tender).map(|tender| tender.reads);
        if reads == Some(Reads::Nothing) {
            return self.take_payment(tender, amount, None);
        }
        Screen::Code(CodeForm {
            tender,
            amount,
            field: Field::default(),
            problem: None,
        })
    }

    pub(super) fn code_key(&mut self, key: Key, mut form: CodeForm) -> Screen {
        match key {
            Key::Char(character) => form.field.push(character),
            Key::Backspace => form.field.pop(),
            Key::Enter => {
                let code = (!form.field.text().is_empty()).then(|| form.field.text().to_owned());
                let reads = self.setup.tenders.get(form.tender).map(|tender| tender.reads);
                if code.is_none() && reads == Some(Reads::Code) {
                    form.problem = Some(say(till::CODE_NEEDED));
                    return Screen::Code(form);
                }
                return self.take_payment(form.tender, form.amount, code);
            }
            Key::Esc => return Screen::Tenders,
            _ => return Screen::Code(form),
        }
        form.problem = None;
        Screen::Code(form)
    }

    fn take_cash(&mut self, given: Kopecks) -> Screen {
        self.open_receipt();
        let left = self.left();
        let number = self.receipt_number();
        self.note(Entry::Cash {
            at: self.now,
            number,
            amount: given.min(left),
        });
        let change = given.checked_sub(left).unwrap_or_default();
        if let Some(closed) = self.close_if_paid(change) {
            return closed;
        }
        let lines = vec![with(till::LEFT_TO_PAY, "sum", &money(self.left()))];
        message(
            Tone::Plain,
            with(till::CASH_TAKEN, "sum", &money(given)),
            lines,
            Next::Tenders,
        )
    }

    /// Writes the receipt down before anything of it is paid.
    pub(super) fn open_receipt(&mut self) {
        if self.touched().is_some() {
            return;
        }
        let is_written = self
            .book
            .current
            .as_ref()
            .is_some_and(|receipt| receipt.lines == self.draft);
        if !is_written {
            self.note(Entry::Receipt {
                at: self.now,
                number: self.receipt_number(),
                lines: self.draft.clone(),
            });
        }
    }

    /// Closes the receipt when nothing is left of it. The screen that says so.
    pub(super) fn close_if_paid(&mut self, change: Kopecks) -> Option<Screen> {
        let receipt = self.touched()?;
        if !receipt.left().is_zero() || !receipt.pending().is_zero() {
            return None;
        }
        let (number, total) = (receipt.number, receipt.total());
        self.note(Entry::Closed { at: self.now, number });
        self.draft.clear();
        self.buyer = None;
        let mut lines = vec![with(till::CLOSED_SUM, "sum", &money(total))];
        if !change.is_zero() {
            lines.push(with(till::CHANGE, "sum", &money(change)));
        }
        Some(message(
            Tone::Good,
            with(till::CLOSED, "number", &same(number)),
            lines,
            Next::Sale,
        ))
    }
}
