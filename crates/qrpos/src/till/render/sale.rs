//! The receipt, the choice of a means of payment, sums and codes.

use super::canvas::{Pen, Style};
use super::waiting::fits;
use super::{View, with};
use crate::till::journal::Receipt;
use crate::till::model::{AmountForm, CodeForm, Field, Purpose, Reads, Tender, title};
use crate::till::wording::{money, same};
use protocol::Refundable;
use texts::Text;
use texts::words::till;

/// Rows for the receipt's lines.
const LINE_ROWS: usize = 9;

impl View<'_> {
    pub(super) fn sale(&self, pen: &mut Pen<'_>, field: &Field, problem: Option<&Text>) {
        self.receipt_head(pen);
        let lines = &self.till.draft;
        let hidden = lines.len().saturating_sub(LINE_ROWS);
        if hidden > 0 {
            let more = with(till::MORE_LINES, "count", &same(hidden));
            pen.row(self.pick(&more), Style::Dim);
        }
        for (index, line) in lines.iter().enumerate().skip(hidden) {
            let mut left = format!("{:>3}. {}", index + 1, line.name);
            let mut right = self.money(line.sum);
            if line.quantity > 1 {
                right = format!("{} × {} = {right}", line.quantity, self.money(line.price));
            }
            while !fits(&left, 74_usize.saturating_sub(right.chars().count())) && left.pop().is_some() {}
            pen.pair(&left, &right, Style::Plain);
        }
        pen.pair(self.say(till::TOTAL), &self.money(self.till.total()), Style::Bold);
        pen.skip();
        pen.field(self.say(till::SALE_FIELD), field.raw());
        match problem {
            Some(problem) => pen.text(self.pick(problem), Style::Bad),
            None => pen.text(self.say(till::SALE_HOW), Style::Dim),
        }
    }

    fn receipt_head(&self, pen: &mut Pen<'_>) {
        let number = same(self.till.receipt_number());
        pen.text(self.pick(&with(till::RECEIPT, "number", &number)), Style::Bold);
        pen.skip();
    }

    pub(super) fn tenders(&self, pen: &mut Pen<'_>) {
        self.receipt_head(pen);
        pen.pair(
            self.say(till::TOTAL),
            &self.money(self.till.total()),
            Style::Plain,
        );
        if let Some(receipt) = self.till.touched() {
            self.parts(pen, receipt);
        }
        pen.pair(self.say(till::LEFT), &self.money(self.till.left()), Style::Bold);
        pen.skip();
        pen.text(self.say(till::TENDERS), Style::Bold);
        for (index, tender) in self.till.setup.tenders.iter().enumerate() {
            pen.row(
                &format!("  {}  {}", index + 1, self.pick(&title(&tender.key()))),
                Style::Plain,
            );
        }
        pen.row(&format!("  0  {}", self.say(till::CASH)), Style::Plain);
        if self.till.buyer.is_some() {
            pen.row(self.say(till::BUYER_KNOWN), Style::Dim);
        }
    }

    fn parts(&self, pen: &mut Pen<'_>, receipt: &Receipt) {
        let paid = receipt.paid();
        if !paid.is_zero() {
            pen.pair(self.say(till::PAID_ALREADY), &self.money(paid), Style::Good);
        }
        let pending = receipt.pending();
        if !pending.is_zero() {
            pen.pair(self.say(till::PENDING), &self.money(pending), Style::Bad);
        }
    }

    pub(super) fn amount(&self, pen: &mut Pen<'_>, form: &AmountForm) {
        let (what, how) = match &form.purpose {
            Purpose::Cash => (Text::new(till::CASH.ru, till::CASH.en), till::CASH_HOW),
            Purpose::Tender(tender) => {
                let key = self.till.setup.tenders.get(*tender).map(Tender::key);
                (title(&key.unwrap_or_default()), till::AMOUNT_HOW)
            }
            Purpose::Refund(number, payment) => {
                let how = match payment.refund {
                    Refundable::Partial => till::REFUND_HOW,
                    Refundable::Whole | Refundable::None => till::REFUND_WHOLE_HOW,
                };
                let number = same(number);
                let values = [("number", &number)];
                let what = super::fill(till::RECEIPT, &values);
                (
                    Text::new(
                        format!("{}, {}", till::REFUND.ru, what.ru),
                        format!("{}, {}", till::REFUND.en, what.en),
                    ),
                    how,
                )
            }
        };
        pen.text(self.pick(&with(till::AMOUNT, "what", &what)), Style::Bold);
        pen.skip();
        if let Purpose::Refund(_, payment) = &form.purpose
            && let Some(note) = &payment.note
        {
            pen.text(self.pick(note), Style::Bad);
        }
        pen.text(self.pick(&with(how, "sum", &money(form.whole))), Style::Plain);
        pen.skip();
        pen.field(self.say(till::AMOUNT_FIELD), form.field.raw());
        self.problem(pen, form.problem.as_ref());
    }

    pub(super) fn code(&self, pen: &mut Pen<'_>, form: &CodeForm) {
        let tender = self.till.setup.tenders.get(form.tender);
        let how = match tender.map(|tender| tender.reads) {
            Some(Reads::Card) => till::CARD_HOW,
            Some(Reads::CodeOrNothing) => till::CODE_OR_QR_HOW,
            _ => till::CODE_HOW,
        };
        let name = title(&tender.map(Tender::key).unwrap_or_default());
        pen.pair(self.pick(&name), &self.money(form.amount), Style::Bold);
        pen.skip();
        pen.text(self.say(how), Style::Plain);
        pen.skip();
        // It is as good as money: whoever looks on sees that it was read, and not what.
        let count = form.field.raw().chars().count();
        let label = match tender.map(|tender| tender.reads) {
            Some(Reads::Card) => till::CARD,
            _ => till::CODE,
        };
        pen.field(self.say(label), &"•".repeat(count.min(40)));
        pen.row(
            self.pick(&with(till::CODE_READ, "count", &same(count))),
            Style::Dim,
        );
        self.problem(pen, form.problem.as_ref());
    }

    pub(super) fn buyer(&self, pen: &mut Pen<'_>, field: &Field) {
        pen.text(self.say(till::BUYER), Style::Bold);
        pen.skip();
        pen.text(self.say(till::BUYER_HOW), Style::Plain);
        pen.skip();
        pen.field(self.say(till::BUYER_FIELD), field.raw());
    }
}
