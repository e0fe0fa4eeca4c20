//! The steps of a refund by receipt and of the check of a sticker.

use super::canvas::{Pen, Style};
use super::{View, with};
use crate::till::model::{LinkStep, RefundStep, title};
use crate::till::wording::{money, same};
use protocol::ReceiptPayment;
use texts::Text;
use texts::state_name;
use texts::words::till;

/// Rows of one payment in the list.
const PAYMENT_ROWS: usize = 2;

impl View<'_> {
    pub(super) fn link(&self, pen: &mut Pen<'_>, step: &LinkStep) {
        pen.text(self.say(till::LINK_CHECK), Style::Bold);
        pen.skip();
        match step {
            LinkStep::Module => {
                pen.text(self.say(till::LINK_MODULE), Style::Plain);
                for (index, module) in self.till.setup.link_modules.iter().enumerate() {
                    pen.row(
                        &format!("  {}  {}", index + 1, self.pick(&title(module.as_str()))),
                        Style::Plain,
                    );
                }
            }
            LinkStep::Scan(module, field) => {
                pen.text(self.pick(&title(module.as_str())), Style::Dim);
                pen.text(self.say(till::LINK_SCAN), Style::Plain);
                pen.skip();
                pen.field(self.say(till::LINK_FIELD), field.raw());
            }
            LinkStep::Asking { scanned, binds, .. } => {
                pen.text(scanned, Style::Dim);
                pen.skip();
                let word = if *binds {
                    till::LINK_BINDING
                } else {
                    till::LINK_CHECKING
                };
                pen.text(self.say(word), Style::Plain);
            }
            LinkStep::Number {
                scanned,
                field,
                problem,
                ..
            } => {
                pen.text(scanned, Style::Dim);
                pen.skip();
                pen.text(self.say(till::LINK_NUMBER_HOW), Style::Plain);
                pen.skip();
                pen.field(self.say(till::LINK_NUMBER), field.raw());
                self.problem(pen, problem.as_ref());
            }
        }
    }

    pub(super) fn refund(&self, pen: &mut Pen<'_>, step: &RefundStep) {
        pen.text(self.say(till::MENU_REFUND), Style::Bold);
        pen.skip();
        match step {
            RefundStep::Number(field) => pen.field(self.say(till::REFUND_NUMBER), field.raw()),
            RefundStep::Shift(number, field, problem) => {
                pen.row(
                    &format!("{}: {number}", self.say(till::REFUND_NUMBER)),
                    Style::Plain,
                );
                pen.field(self.say(till::REFUND_SHIFT), field.raw());
                self.problem(pen, problem.as_ref());
            }
            RefundStep::Finding { number, .. } => {
                let finding = with(till::FINDING, "number", &same(number));
                pen.text(self.pick(&finding), Style::Plain);
            }
            RefundStep::Payments {
                number,
                payments,
                chosen,
                problem,
            } => self.payments(pen, number, payments, *chosen, problem.as_ref()),
        }
    }

    fn payments(
        &self,
        pen: &mut Pen<'_>,
        number: &str,
        payments: &[ReceiptPayment],
        chosen: usize,
        problem: Option<&Text>,
    ) {
        let receipt = with(till::RECEIPT, "number", &same(number));
        pen.text(
            &format!("{}. {}", self.pick(&receipt), self.say(till::REFUND_CHOOSE)),
            Style::Plain,
        );
        let note = payments.get(chosen).and_then(|payment| payment.note.as_ref());
        let words = problem.or(note).map(|words| self.pick(words));
        let below = words.map_or(0, |words| pen.needs(words) + 1);
        let shown = (pen.room().saturating_sub(below) / PAYMENT_ROWS).max(1);
        let first = (chosen + 1).saturating_sub(shown);
        for (index, payment) in payments.iter().enumerate().skip(first).take(shown) {
            self.payment(pen, payment, index == chosen);
        }
        if let Some(words) = words {
            pen.skip();
            pen.text(words, Style::Bad);
        }
    }

    fn payment(&self, pen: &mut Pen<'_>, payment: &ReceiptPayment, is_chosen: bool) {
        let style = if is_chosen { Style::Bold } else { Style::Plain };
        let mark = if is_chosen { '►' } else { ' ' };
        let at = payment.at.parse::<jiff::Timestamp>().map_or_else(
            |_| payment.at.clone(),
            |at| self.time(domain::Timestamp::from_micros(at.as_microsecond())),
        );
        let name = title(payment.module.as_str());
        let left = format!("{mark} {at}  {}", self.pick(&name));
        pen.pair(&left, &self.money(payment.amount), style);
        let left = with(till::REFUND_LEFT, "sum", &money(payment.left));
        let state = state_name(payment.state);
        pen.row(&format!("    {}, {}", self.pick(&state), self.pick(&left)), style);
    }
}
