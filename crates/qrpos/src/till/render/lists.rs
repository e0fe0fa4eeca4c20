//! Menus, the totals, and what is not resolved.

use super::canvas::{Pen, Style};
use super::{View, with, wrap};
use crate::till::journal::{Begun, Sum};
use crate::till::model::{kind_name, title};
use crate::till::wording::same;
use texts::words::till;
use texts::{Word, state_name};

/// Rows of one entry of the list of what is not resolved.
const ENTRY_ROWS: usize = 4;

/// Columns for how it stands.
const WORDS_COLUMNS: usize = 72;

impl View<'_> {
    pub(super) fn menu(&self, pen: &mut Pen<'_>) {
        let open = with(till::MENU_UNRESOLVED, "count", &same(self.till.book.open.len()));
        let sale = if self.till.draft.is_empty() {
            self.say(till::MENU_SALE).to_owned()
        } else {
            let number = same(self.till.receipt_number());
            self.pick(&with(till::MENU_RECEIPT, "number", &number)).to_owned()
        };
        pen.text(self.say(till::MENU), Style::Bold);
        pen.skip();
        pen.row(&format!("  1  {sale}"), Style::Plain);
        pen.row(&format!("  2  {}", self.say(till::MENU_REFUND)), Style::Plain);
        pen.row(&format!("  3  {}", self.say(till::MENU_REPORTS)), Style::Plain);
        let style = if self.till.book.open.is_empty() {
            Style::Plain
        } else {
            Style::Bad
        };
        pen.row(&format!("  4  {}", self.pick(&open)), style);
        pen.skip();
        pen.row(&format!("  0  {}", self.say(till::MENU_QUIT)), Style::Plain);
    }

    pub(super) fn reports(&self, pen: &mut Pen<'_>) {
        pen.text(self.say(till::REPORTS), Style::Bold);
        pen.skip();
        let entries: [(u8, Word); 3] = [(1, till::LINK_CHECK), (2, till::TOTALS), (3, till::CLOSE_SHIFT)];
        for (digit, word) in entries {
            pen.row(&format!("  {digit}  {}", self.say(word)), Style::Plain);
        }
        pen.skip();
        pen.row(&format!("  0  {}", self.say(till::BACK)), Style::Plain);
    }

    pub(super) fn totals(&self, pen: &mut Pen<'_>) {
        let book = &self.till.book;
        pen.text(&format!("{} {}", self.say(till::TOTALS), book.shift), Style::Bold);
        let Some(since) = book.since else {
            pen.skip();
            return pen.text(self.say(till::NOTHING_SOLD), Style::Plain);
        };
        pen.row(
            self.pick(&with(till::SINCE, "time", &same(self.time(since)))),
            Style::Dim,
        );
        pen.skip();
        let columns =
            [till::COLUMN_TENDER, till::COLUMN_PAID, till::COLUMN_REFUNDED].map(|word| self.say(word));
        pen.row(&columns_row(columns[0], columns[1], columns[2]), Style::Dim);
        let (mut paid, mut refunded) = (Sum::default(), Sum::default());
        for (key, tally) in &book.totals.tenders {
            paid = paid.and(tally.paid);
            refunded = refunded.and(tally.refunded);
            let row = columns_row(
                self.pick(&title(key)),
                &self.sum(tally.paid),
                &self.sum(tally.refunded),
            );
            pen.row(&row, Style::Plain);
        }
        pen.row(
            &columns_row(self.say(till::TOTAL), &self.sum(paid), &self.sum(refunded)),
            Style::Bold,
        );
        pen.skip();
        let receipts = with(till::RECEIPTS, "count", &same(book.totals.receipts));
        pen.row(self.pick(&receipts), Style::Plain);
        if !book.open.is_empty() {
            let open = with(till::MENU_UNRESOLVED, "count", &same(book.open.len()));
            pen.row(self.pick(&open), Style::Bad);
        }
    }

    fn sum(&self, sum: Sum) -> String {
        format!("{} × {}", sum.count, self.money(sum.amount))
    }

    pub(super) fn unresolved(&self, pen: &mut Pen<'_>, chosen: usize) {
        pen.text(self.say(till::UNRESOLVED), Style::Bold);
        let open = &self.till.book.open;
        if open.is_empty() {
            pen.skip();
            return pen.text(self.say(till::UNRESOLVED_NONE), Style::Plain);
        }
        pen.text(self.say(till::UNRESOLVED_HOW), Style::Plain);
        pen.skip();
        let chosen = chosen.min(open.len() - 1);
        let shown = (pen.room() / ENTRY_ROWS).max(1);
        let first = (chosen + 1).saturating_sub(shown);
        for (index, begun) in open.iter().enumerate().skip(first).take(shown) {
            self.entry(pen, begun, index == chosen);
        }
    }

    fn entry(&self, pen: &mut Pen<'_>, begun: &Begun, is_chosen: bool) {
        let style = if is_chosen { Style::Bold } else { Style::Plain };
        let mark = if is_chosen { '►' } else { ' ' };
        let kind = kind_name(begun.kind);
        let receipt = with(till::RECEIPT, "number", &same(&begun.receipt));
        let left = format!(
            "{mark} {}  {}  {}",
            self.pick(&kind),
            self.pick(&receipt),
            self.time(begun.at)
        );
        pen.pair(&left, &self.money(begun.amount), style);
        pen.row(
            &format!("    {}  {}", self.pick(&title(&begun.tender)), begun.id),
            Style::Dim,
        );
        let standing = self.till.standings.get(&begun.id);
        let state = standing.and_then(|standing| standing.state).map(state_name);
        let told = standing.and_then(|standing| standing.told.as_ref());
        let asking = standing.is_some_and(|standing| standing.is_asking);
        let words = match (told, &state) {
            (Some(told), _) => self.pick(told),
            (None, Some(state)) => self.pick(state),
            (None, None) if asking => self.say(till::BEING_ASKED),
            (None, None) => self.say(till::NOT_ASKED),
        };
        for row in wrap(words, WORDS_COLUMNS).iter().take(2) {
            pen.row(&format!("    {row}"), Style::Plain);
        }
    }
}

/// Three columns, the last two at the right.
fn columns_row(left: &str, middle: &str, right: &str) -> String {
    let cut: String = left.chars().take(34).collect();
    format!("{cut:<34}{middle:>21}{right:>21}")
}
