//! What the cashier sees: JSON lines, plain lines, or a terminal with a QR and a countdown.

use crossterm::cursor::MoveToColumn;
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{Clear, ClearType};
use domain::{CallerId, Kopecks, State};
use pinpad::Slip;
use protocol::{LinkReport, LinkVerdict, ReceiptPayment, Reply, ReservationReport};
use serde::Serialize;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;
use texts::Text;
use texts::words::{Lang, Word, cli};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Replies as they are.
    Json,
    /// For files and pipes: no control codes.
    Plain,
    /// For people.
    Terminal,
}

/// The screen. What cannot be written (a closed pipe) is dropped: a payment goes on without spectators.
pub(super) struct Screen {
    lang: Lang,
    mode: Mode,
    shown_payload: Option<String>,
    countdown: bool,
    /// Other places draw the QR; here it is a line.
    drawn_elsewhere: bool,
}

impl Screen {
    pub(super) fn new(lang: Lang, json: bool) -> Self {
        let mode = if json {
            Mode::Json
        } else if stdout().is_terminal() {
            Mode::Terminal
        } else {
            Mode::Plain
        };
        Self {
            lang,
            mode,
            shown_payload: None,
            countdown: false,
            drawn_elsewhere: false,
        }
    }

    /// Its language.
    pub(super) const fn lang(&self) -> Lang {
        self.lang
    }

    /// Leaves the drawing of the QR to the places of the settings.
    pub(super) const fn leave_drawing(&mut self) {
        self.drawn_elsewhere = true;
    }

    /// The id under which to ask, before anything else.
    pub(super) fn request(&mut self, id: &CallerId) {
        let label = self.lang.say(cli::REQUEST);
        self.line(&format!("{label}: {id}"));
    }

    /// A reply of the daemon.
    pub(super) fn reply(&mut self, reply: &Reply) {
        if self.mode == Mode::Json {
            if let Ok(text) = serde_json::to_string(reply) {
                let _ = writeln!(stdout(), "{text}");
            }
            return;
        }
        let amount = reply.amount.filter(|amount| !amount.is_zero());
        let sum = amount.map_or_else(String::new, |amount| format!("{}  ", self.money(amount)));
        self.line(&format!("{sum}{}", self.lang.pick(&reply.message)));
        if let Some(qr) = reply.code()
            && self.shown_payload.as_ref() != Some(&qr.payload)
        {
            self.shown_payload = Some(qr.payload.clone());
            self.qr(&qr.payload);
        }
        if let Some(report) = &reply.reservation
            && reply.state == Some(State::AwaitingConfirmation)
        {
            self.reservation(report, reply.id.as_ref());
        }
        if let Some(link) = &reply.link {
            self.line(&self.verdict(link));
        }
        for payment in &reply.payments {
            self.payment(payment);
        }
        if let Some(failure) = &reply.error {
            let text = self.lang.pick(&failure.text).to_owned();
            if !self.lang.pick(&reply.message).contains(&text) {
                self.line(&text);
            }
            if let Some(detail) = failure.for_support() {
                let line = self.lang.fill(cli::FOR_SUPPORT, &[("detail", detail)]);
                self.line(&line);
            }
        }
        if reply.is_final {
            self.receipt(reply);
        }
    }

    /// What of a receipt may be debited, line by line, and what to type for it.
    fn reservation(&mut self, report: &ReservationReport, id: Option<&CallerId>) {
        for position in &report.positions {
            let (sum, label) = (self.money(position.sum), self.lang.say(cli::RECEIPT_LINE));
            self.line(&format!("  {label} {}: {sum}", position.number));
        }
        let (available, label) = (self.money(report.available), self.lang.say(cli::AVAILABLE));
        self.line(&format!("{label}: {available}"));
        if let Some(id) = id {
            let label = self.lang.say(cli::TO_CONFIRM);
            self.line(&format!("{label}: qrpos confirm {id}"));
        }
    }

    /// A payment of a receipt, and what of it may be refunded.
    fn payment(&mut self, payment: &ReceiptPayment) {
        let (amount, left) = (self.money(payment.amount), self.money(payment.left));
        let label = self.lang.say(cli::LEFT_TO_REFUND);
        self.line(&format!(
            "{}  {}  {}  {amount}  {label}: {left}",
            payment.operation_id, payment.terminal, payment.at
        ));
        if let Some(words) = &payment.note {
            self.line(&format!("  {}", self.lang.pick(words)));
        }
    }

    /// What the pin-pad told: as one line of JSON, or as its sentence and slips.
    pub(super) fn told(&mut self, value: &impl Serialize, text: &Text, slips: &[Slip]) {
        if self.mode == Mode::Json {
            if let Ok(text) = serde_json::to_string(value) {
                let _ = writeln!(stdout(), "{text}");
            }
            return;
        }
        self.note(text);
        for slip in slips {
            self.line("");
            for line in &slip.lines {
                self.line(&format!("  {line}"));
            }
        }
    }

    /// A sentence that came with its data.
    pub(super) fn note(&mut self, text: &Text) {
        self.line(self.lang.pick(text));
    }

    /// What went wrong, in the screen's language.
    pub(super) fn trouble_text(&mut self, text: &Text) {
        self.trouble(self.lang.pick(text));
    }

    /// One of our own sentences.
    pub(super) fn say(&mut self, word: Word) {
        self.line(self.lang.say(word));
    }

    /// A line; with JSON on standard output it goes to the other stream.
    pub(super) fn line(&mut self, text: &str) {
        self.end_countdown();
        let _ = if self.mode == Mode::Json {
            writeln!(stderr(), "{text}")
        } else {
            writeln!(stdout(), "{text}")
        };
    }

    /// What went wrong.
    pub(super) fn trouble(&mut self, text: &str) {
        self.end_countdown();
        let _ = writeln!(stderr(), "qrpos: {text}");
    }

    /// The remaining life of the QR, redrawn in place.
    pub(super) fn tick(&mut self, remaining: Duration) {
        if self.mode != Mode::Terminal {
            return;
        }
        let seconds = remaining.as_secs();
        let text = format!(
            "{} {}:{:02}   {}",
            self.lang.say(cli::REMAINING),
            seconds / 60,
            seconds % 60,
            self.lang.say(cli::CTRL_C)
        );
        self.countdown = true;
        let _ = execute!(
            stdout(),
            MoveToColumn(0),
            Clear(ClearType::CurrentLine),
            Print(text)
        );
    }

    fn end_countdown(&mut self) {
        if std::mem::take(&mut self.countdown) {
            let _ = execute!(stdout(), MoveToColumn(0), Clear(ClearType::CurrentLine));
        }
    }

    fn qr(&mut self, payload: &str) {
        if self.mode == Mode::Terminal && !self.drawn_elsewhere {
            match qr::Matrix::encode(payload) {
                Ok(matrix) if fits(&matrix) => self.line(&matrix.terminal()),
                _ => self.say(cli::TOO_SMALL),
            }
        }
        let label = self.lang.say(cli::QR);
        self.line(&format!("{label}: {payload}"));
    }

    fn receipt(&mut self, reply: &Reply) {
        for line in &reply.slip {
            self.line(&format!("  {line}"));
        }
        if let Some(requisites) = &reply.requisites {
            let label = self.lang.say(cli::REQUISITES);
            self.line(&format!("{label}: {requisites}"));
        }
        if let Some(id) = reply.operation_id {
            let label = self.lang.say(cli::OPERATION);
            self.line(&format!("{label}: {id}"));
        }
    }

    fn verdict(&self, link: &LinkReport) -> String {
        let text = self.lang.say(match link.verdict {
            LinkVerdict::ThisRegister => cli::LINK_THIS,
            LinkVerdict::BoundNow => cli::LINK_BOUND,
            LinkVerdict::OtherRegister => cli::LINK_OTHER,
            LinkVerdict::Unassigned => cli::LINK_UNASSIGNED,
            LinkVerdict::NotOurs => cli::LINK_NOT_OURS,
        });
        match &link.other_terminal {
            Some(other) => format!("{} — {text}: {other}", link.link_id),
            None => format!("{} — {text}", link.link_id),
        }
    }

    fn money(&self, amount: Kopecks) -> String {
        match self.lang {
            Lang::Ru => format!("{} ₽", amount.to_rubles().replace('.', ",")),
            Lang::En => format!("{} RUB", amount.to_rubles()),
        }
    }
}

fn fits(matrix: &qr::Matrix) -> bool {
    let (columns, lines) = matrix.terminal_size();
    crossterm::terminal::size()
        .is_ok_and(|(width, height)| columns <= usize::from(width) && lines < usize::from(height))
}
