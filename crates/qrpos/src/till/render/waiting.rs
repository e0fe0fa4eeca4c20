//! A payment or a refund is under way: the code, how it stands, how long it has.

use super::canvas::{Canvas, Pen, Style};
use super::code::Code;
use super::{View, text_width, wrap};
use crate::till::journal::Kind;
use crate::till::model::Waiting;
use crate::till::wording::with;
use domain::State;
use texts::Word;
use texts::words::till;

/// The least columns beside a code.
const PANEL_COLUMNS: usize = 30;

impl View<'_> {
    /// Draws the code at the left over the whole height. False when there is none or it does not fit.
    pub(super) fn waiting_with_code(
        &self,
        canvas: &mut Canvas,
        waiting: &Waiting,
        width: usize,
        height: usize,
    ) -> bool {
        let code = self
            .payload(waiting)
            .and_then(|payload| Code::fitting(payload, width - PANEL_COLUMNS - 1, height));
        let Some(code) = code else { return false };
        let panel = (width - code.width() - 1).min(48);
        let x = (width - code.width() - 1 - panel) / 2;
        let y = (height - code.height()) / 2;
        code.draw(canvas, x, y);
        let x = x + code.width() + 1;
        let keys = wrap(self.say(keys(waiting)), panel);
        let notice = self
            .till
            .notice()
            .map_or_else(Vec::new, |notice| wrap(self.pick(notice), panel));
        let foot = keys.len() + notice.len();
        self.waiting(&mut Pen::new(canvas, x, y, panel, code.height() - foot), waiting);
        let mut pen = Pen::new(canvas, x, y + code.height() - foot, panel, foot);
        for row in &notice {
            pen.row(row, Style::Bad);
        }
        for row in &keys {
            pen.row(row, Style::Dim);
        }
        true
    }

    /// What the code holds, while somebody may pay by it.
    fn payload<'w>(&self, waiting: &'w Waiting) -> Option<&'w str> {
        let is_over = waiting.until.is_some_and(|until| until <= self.till.now);
        if waiting.is_cancelled() || is_over {
            return None;
        }
        Some(waiting.reply.as_ref()?.code()?.payload.as_str())
    }

    /// How it stands, in words.
    pub(super) fn waiting(&self, pen: &mut Pen<'_>, waiting: &Waiting) {
        let word = match waiting.kind {
            Kind::Payment => till::WAITING,
            Kind::Refund => till::WAITING_REFUND,
        };
        pen.text(
            &format!("{}: {}", self.say(word), self.pick(&waiting.title)),
            Style::Bold,
        );
        pen.pair(self.say(till::SUM), &self.money(waiting.amount), Style::Bold);
        self.clock(pen, waiting);
        pen.skip();
        match &waiting.reply {
            Some(_) if waiting.is_confirmed && is_reserved(waiting) => {
                pen.text(self.say(till::CONFIRMING), Style::Plain);
            }
            Some(reply) => pen.text(self.pick(&reply.message), Style::Plain),
            None => pen.text(self.say(till::CONNECTING), Style::Plain),
        }
        if waiting.is_cancelled() {
            pen.text(self.say(till::CANCELLING), Style::Bad);
        }
        if let Some(hint) = &waiting.hint {
            pen.text(self.pick(hint), Style::Bold);
        }
        if is_reserved(waiting) {
            return self.reservation(pen, waiting);
        }
        if waiting.has_sticker && !waiting.is_cancelled() {
            pen.skip();
            pen.text(self.say(till::AT_STICKER), Style::Plain);
        }
        self.places(pen, waiting);
        pen.skip();
        self.id(pen, waiting);
    }

    fn clock(&self, pen: &mut Pen<'_>, waiting: &Waiting) {
        let now = self.till.now;
        let (word, ms) = match waiting.until {
            Some(until) => (till::REMAINING, until.ms_since(now)),
            None => (till::WAITED, now.ms_since(waiting.since)),
        };
        let seconds = ms / 1000;
        pen.pair(
            self.say(word),
            &format!("{}:{:02}", seconds / 60, seconds % 60),
            Style::Plain,
        );
    }

    fn id(&self, pen: &mut Pen<'_>, waiting: &Waiting) {
        pen.row(&format!("{}:", self.say(till::ID)), Style::Dim);
        pen.text(waiting.id.as_str(), Style::Dim);
    }

    /// Where else the code stands; the payload itself when it can be drawn nowhere here.
    fn places(&self, pen: &mut Pen<'_>, waiting: &Waiting) {
        if let Some(shown) = &waiting.shown {
            if shown.places > 0 {
                let count = with(till::SHOWN_AT, "count", &super::same(shown.places));
                pen.text(self.pick(&count), Style::Dim);
            } else {
                pen.text(self.say(till::SHOWN_HERE), Style::Bad);
            }
            for warning in &shown.warnings {
                pen.text(self.pick(warning), Style::Bad);
            }
        }
        let Some(payload) = self.payload(waiting) else {
            return;
        };
        if Code::fitting(payload, super::COLUMNS - PANEL_COLUMNS - 1, super::ROWS).is_none() {
            pen.skip();
            pen.text(self.say(till::QR_TOO_LARGE), Style::Plain);
            pen.text(payload, Style::Bold);
        }
    }

    fn reservation(&self, pen: &mut Pen<'_>, waiting: &Waiting) {
        let Some(reserved) = waiting
            .reply
            .as_ref()
            .and_then(|reply| reply.reservation.as_ref())
        else {
            return;
        };
        pen.skip();
        let most = reserved.available.min(waiting.amount);
        pen.pair(self.say(till::RESERVED), &self.money(most), Style::Bold);
        pen.text(self.say(till::RESERVED_GOODS), Style::Plain);
        let room = pen.room().saturating_sub(3);
        for position in reserved.positions.iter().take(room) {
            let index = usize::try_from(position.number)
                .ok()
                .and_then(|number| number.checked_sub(1));
            let line = index.and_then(|index| self.till.draft.get(index));
            let name = line.map_or("", |line| line.name.as_str());
            let left = format!("  {}. {name}", position.number);
            pen.pair(&left, &self.money(position.sum), Style::Plain);
        }
        pen.skip();
        if !waiting.is_confirmed && !waiting.is_cancelled() {
            pen.text(self.say(till::RESERVED_CONFIRM), Style::Bold);
        }
    }
}

/// The keys that do something now.
pub(super) fn keys(waiting: &Waiting) -> Word {
    if waiting.is_cancelled() || waiting.kind == Kind::Refund {
        till::KEYS_CANCELLING
    } else if is_reserved(waiting) && !waiting.is_confirmed {
        till::KEYS_CONFIRM
    } else {
        till::KEYS_WAITING
    }
}

fn is_reserved(waiting: &Waiting) -> bool {
    waiting
        .reply
        .as_ref()
        .is_some_and(|reply| reply.state == Some(State::AwaitingConfirmation))
}

/// Whether a text fits into one row of that many columns.
pub(super) fn fits(text: &str, columns: usize) -> bool {
    text_width(text) <= columns
}
