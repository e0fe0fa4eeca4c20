//! A refund by receipt: what the bank does not support is said before the attempt.

use super::{AmountForm, Command, Field, Key, Next, Purpose, RefundStep, Screen, Till, Tone, message};
use crate::till::wording::{same, say, sentences, with};
use domain::State;
use protocol::{ReceiptPayment, Refundable, Reply};
use register::RegisterError;
use texts::Text;
use texts::words::till;

impl Till {
    pub(super) fn refund_key(&mut self, key: Key, step: RefundStep) -> Screen {
        match step {
            RefundStep::Number(field) => Self::refund_number_key(key, field),
            RefundStep::Shift(number, field, _) => self.refund_shift_key(key, number, field),
            RefundStep::Finding { ask, .. } if key == Key::Esc => {
                self.out.push(Command::Stop(ask));
                Screen::Menu
            }
            RefundStep::Finding { .. } => Screen::Refund(step),
            RefundStep::Payments {
                number,
                payments,
                chosen,
                problem,
            } => refund_payments_key(key, number, payments, chosen, problem),
        }
    }

    fn refund_number_key(key: Key, mut field: Field) -> Screen {
        match key {
            Key::Char(character) => field.push(character),
            Key::Backspace => field.pop(),
            Key::Enter if !field.text().is_empty() => {
                return Screen::Refund(RefundStep::Shift(field.text().to_owned(), Field::default(), None));
            }
            Key::Esc if field.raw().is_empty() => return Screen::Menu,
            Key::Esc => field.clear(),
            _ => {}
        }
        Screen::Refund(RefundStep::Number(field))
    }

    fn refund_shift_key(&mut self, key: Key, number: String, mut field: Field) -> Screen {
        match key {
            Key::Char(character) => field.push(character),
            Key::Backspace => field.pop(),
            Key::Esc => return Screen::Refund(RefundStep::Number(Field::with(number))),
            Key::Enter => {
                let shift = field.text().parse().ok();
                if shift.is_none() && !field.text().is_empty() {
                    let problem = Some(say(till::SHIFT_IS_DIGITS));
                    return Screen::Refund(RefundStep::Shift(number, field, problem));
                }
                let ask = self.ask_id();
                self.out.push(Command::Find(ask, number.clone(), shift));
                return Screen::Refund(RefundStep::Finding { ask, number });
            }
            _ => {}
        }
        Screen::Refund(RefundStep::Shift(number, field, None))
    }

    pub(super) fn found(&mut self, told: u64, reply: Reply) {
        let Some(number) = self.finding(told) else { return };
        if reply.error.is_some() || reply.payments.is_empty() {
            let lines = sentences(&reply);
            return self.show(
                Tone::Bad,
                with(till::RECEIPT_NOT_FOUND, "number", &same(number)),
                lines,
                Next::Menu,
            );
        }
        let chosen = reply
            .payments
            .iter()
            .position(|payment| can_be_refunded(payment).is_ok());
        self.screen = Screen::Refund(RefundStep::Payments {
            number,
            payments: reply.payments,
            chosen: chosen.unwrap_or(0),
            problem: None,
        });
    }

    pub(super) fn not_found(&mut self, told: u64, error: &RegisterError) {
        let Some(number) = self.finding(told) else { return };
        let lines = vec![say(till::FIND_FAILED), same(format!("({error})"))];
        self.show(
            Tone::Bad,
            with(till::RECEIPT_NOT_FOUND, "number", &same(number)),
            lines,
            Next::Menu,
        );
    }

    fn finding(&self, told: u64) -> Option<String> {
        match &self.screen {
            Screen::Refund(RefundStep::Finding { ask, number }) if *ask == told => Some(number.clone()),
            _ => None,
        }
    }
}

fn refund_payments_key(
    key: Key,
    number: String,
    payments: Vec<ReceiptPayment>,
    chosen: usize,
    mut problem: Option<Text>,
) -> Screen {
    let last = payments.len().saturating_sub(1);
    let mut chosen = chosen.min(last);
    match key {
        Key::Up | Key::Down => {
            problem = None;
            chosen = if key == Key::Up {
                chosen.saturating_sub(1)
            } else {
                chosen.saturating_add(1).min(last)
            };
        }
        Key::Esc => return Screen::Refund(RefundStep::Number(Field::with(number))),
        Key::Enter => match payments
            .get(chosen)
            .map(|payment| (payment, can_be_refunded(payment)))
        {
            Some((payment, Ok(()))) => {
                return Screen::Amount(AmountForm {
                    whole: payment.left,
                    purpose: Purpose::Refund(number, Box::new(payment.clone())),
                    field: Field::default(),
                    problem: None,
                });
            }
            Some((_, Err(why))) => problem = Some(why),
            None => return message(Tone::Bad, say(till::NOTHING_TO_REFUND), vec![], Next::Menu),
        },
        _ => {}
    }
    Screen::Refund(RefundStep::Payments {
        number,
        payments,
        chosen,
        problem,
    })
}

/// Whether anything of it can be given back, and else why not, as the daemon says.
fn can_be_refunded(payment: &ReceiptPayment) -> Result<(), Text> {
    if payment.state == State::Paid && payment.refund != Refundable::None && !payment.left.is_zero() {
        return Ok(());
    }
    Err(payment
        .note
        .clone()
        .unwrap_or_else(|| say(till::NOTHING_TO_REFUND)))
}
