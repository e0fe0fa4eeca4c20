//! From the till's state to what is to be seen: pure, so that every screen can be looked at in a test. Written for 80
//! columns and 24 rows; a larger window holds that in its middle, and a code may use all of it.

mod canvas;
mod code;
mod lists;
mod sale;
mod steps;
mod waiting;

pub use canvas::{Canvas, Cell, Style};

use super::model::{Decision, Message, Screen, Till, Tone};
use super::wording::{fill, same, with};
use canvas::{Pen, text_width, wrap};
use domain::Timestamp;
use jiff::tz::TimeZone;
use texts::words::till;
use texts::{Lang, Text, Word};

/// The columns that the screens are written for.
pub const COLUMNS: usize = 80;
/// The rows that the screens are written for.
pub const ROWS: usize = 24;
/// The most rows of a notice.
const NOTICE_ROWS_MAX: usize = 4;

/// How to draw.
pub struct View<'a> {
    /// The till.
    pub till: &'a Till,
    /// Whose clock hangs on the wall.
    pub zone: &'a TimeZone,
}

impl View<'_> {
    /// What is to be seen in a window of that size.
    pub fn draw(&self, width: usize, height: usize) -> Canvas {
        let mut canvas = Canvas::new(width, height);
        if width < COLUMNS || height < ROWS {
            let text = self.say(till::TOO_SMALL);
            Pen::new(&mut canvas, 0, 0, width, height).text(text, Style::Bad);
            return canvas;
        }
        if let Screen::Waiting(waiting) = &self.till.screen
            && self.waiting_with_code(&mut canvas, waiting, width, height)
        {
            return canvas;
        }
        let (x, y) = ((width - COLUMNS) / 2, (height - ROWS) / 2);
        let notice = self
            .till
            .notice()
            .map_or_else(Vec::new, |notice| wrap(self.pick(notice), COLUMNS - 4));
        let notice_rows = notice.len().min(NOTICE_ROWS_MAX);
        self.frame(&mut canvas, x, y);
        let mut pen = Pen::new(
            &mut canvas,
            x + 2,
            y + ROWS - 1 - notice_rows,
            COLUMNS - 4,
            notice_rows,
        );
        for row in &notice {
            pen.row(row, Style::Bad);
        }
        let body = ROWS - 3 - notice_rows;
        let mut pen = Pen::new(&mut canvas, x + 2, y + 2, COLUMNS - 4, body);
        self.body(&mut pen);
        canvas
    }

    /// The bar and the keys.
    fn frame(&self, canvas: &mut Canvas, x: usize, y: usize) {
        canvas.put(x, y, COLUMNS, &" ".repeat(COLUMNS), Style::Title);
        let setup = &self.till.setup;
        let values = [
            ("terminal", &same(&setup.terminal)),
            ("store", &same(&setup.store)),
            ("shift", &same(self.till.book.shift)),
        ];
        let time = self.time(self.till.now);
        let title = self.pick(&fill(till::TITLE, &values)).to_owned();
        canvas.put(x + 2, y, COLUMNS - 5 - text_width(&time), &title, Style::Title);
        canvas.put(
            x + COLUMNS - 2 - text_width(&time),
            y,
            COLUMNS,
            &time,
            Style::Title,
        );
        canvas.put(x + 2, y + ROWS - 1, COLUMNS - 4, self.keys(), Style::Dim);
    }

    fn body(&self, pen: &mut Pen<'_>) {
        match &self.till.screen {
            Screen::Menu => self.menu(pen),
            Screen::Reports => self.reports(pen),
            Screen::Totals => self.totals(pen),
            Screen::Sale { field, problem } => self.sale(pen, field, problem.as_ref()),
            Screen::Tenders => self.tenders(pen),
            Screen::Amount(form) => self.amount(pen, form),
            Screen::Code(form) => self.code(pen, form),
            Screen::Buyer(field) => self.buyer(pen, field),
            Screen::Waiting(waiting) => self.waiting(pen, waiting),
            Screen::Message(message) => self.message(pen, message),
            Screen::Link(step) => self.link(pen, step),
            Screen::Refund(step) => self.refund(pen, step),
            Screen::Unresolved { chosen } => self.unresolved(pen, *chosen),
            Screen::Decide(decision) => self.decide(pen, decision),
        }
    }

    fn keys(&self) -> &'static str {
        self.say(match &self.till.screen {
            Screen::Menu | Screen::Reports | Screen::Link(super::model::LinkStep::Module) => till::KEYS_MENU,
            Screen::Totals => till::KEYS_TOTALS,
            Screen::Sale { .. } => till::KEYS_SALE,
            Screen::Tenders => till::KEYS_TENDERS,
            Screen::Waiting(waiting) => waiting::keys(waiting),
            Screen::Message(_) => till::KEYS_MESSAGE,
            Screen::Unresolved { .. } => till::KEYS_UNRESOLVED,
            Screen::Decide(_) => till::KEYS_DECIDE,
            Screen::Link(super::model::LinkStep::Asking { .. })
            | Screen::Refund(super::model::RefundStep::Finding { .. }) => till::KEYS_STOP,
            Screen::Refund(super::model::RefundStep::Payments { .. }) => till::KEYS_REFUND,
            Screen::Amount(_) | Screen::Code(_) | Screen::Buyer(_) | Screen::Link(_) | Screen::Refund(_) => {
                till::KEYS_FIELD
            }
        })
    }

    fn message(&self, pen: &mut Pen<'_>, message: &Message) {
        let style = match message.tone {
            Tone::Good => Style::Good,
            Tone::Bad => Style::Bad,
            Tone::Plain => Style::Bold,
        };
        pen.text(self.pick(&message.title), style);
        pen.skip();
        for line in &message.lines {
            pen.text(self.pick(line), Style::Plain);
        }
    }

    fn decide(&self, pen: &mut Pen<'_>, decision: &Decision) {
        let number = same(self.till.receipt_number());
        let (title, lines) = match decision {
            Decision::GiveUp => {
                let touched = self.till.touched().is_some();
                let how = touched.then(|| same_word(till::GIVE_UP_HOW));
                (with(till::GIVE_UP, "number", &number), how.into_iter().collect())
            }
            Decision::CloseShift => {
                let shift = same(self.till.book.shift);
                (
                    with(till::CLOSE_SHIFT_ASK, "shift", &shift),
                    vec![same_word(till::CLOSE_SHIFT_HOW)],
                )
            }
            Decision::Quit => {
                let open = self.till.book.open.len();
                let mut lines = Vec::new();
                if open > 0 {
                    lines.push(with(till::QUIT_OPEN, "count", &same(open)));
                }
                match &self.till.book.current {
                    Some(_) => lines.push(with(till::QUIT_RECEIPT_KEPT, "number", &number)),
                    None if self.till.draft.is_empty() => {}
                    None => lines.push(with(till::QUIT_RECEIPT, "number", &number)),
                }
                (same_word(till::QUIT), lines)
            }
        };
        pen.text(self.pick(&title), Style::Bold);
        pen.skip();
        for line in &lines {
            pen.text(self.pick(line), Style::Plain);
        }
    }

    fn lang(&self) -> Lang {
        self.till.setup.lang
    }

    fn say(&self, word: Word) -> &'static str {
        self.lang().say(word)
    }

    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        self.lang().pick(text)
    }

    fn money(&self, amount: domain::Kopecks) -> String {
        self.pick(&super::wording::money(amount)).to_owned()
    }

    /// What went wrong with what was typed.
    fn problem(&self, pen: &mut Pen<'_>, problem: Option<&Text>) {
        if let Some(problem) = problem {
            pen.skip();
            pen.text(self.pick(problem), Style::Bad);
        }
    }

    fn time(&self, at: Timestamp) -> String {
        jiff::Timestamp::from_microsecond(at.as_micros())
            .map(|at| {
                at.to_zoned(self.zone.clone())
                    .strftime("%d.%m.%Y %H:%M")
                    .to_string()
            })
            .unwrap_or_default()
    }
}

fn same_word(word: Word) -> Text {
    super::wording::say(word)
}

#[cfg(test)]
mod tests;
