//! The receipt tape.

use super::board::Code;
use super::report::Trouble;
use super::settings::TapeSettings;
use super::view::Withdrawal;
use super::wire::Wire;
use qr::QrError;
use qr::escpos::Printer;
use texts::words::tape;
use texts::{Lang, slip_rubles};

/// An ESC/POS printer. Nothing can be unprinted: a withdrawn code is followed by lines that say so.
#[derive(Debug)]
pub(super) struct Tape {
    pub(super) wire: Wire,
    printer: Printer,
    lang: Lang,
    header: Vec<String>,
    footer: Vec<String>,
    paid: Vec<String>,
    withdrawn: Vec<String>,
}

impl Tape {
    /// Fails when a line cannot be printed in the code page.
    pub(super) fn new(settings: &TapeSettings) -> Result<Self, QrError> {
        let printer = settings.printer()?;
        let lang = settings.lang;
        let say = |words: &[texts::Word]| words.iter().map(|word| lang.say(*word).to_owned()).collect();
        let tape = Self {
            wire: Wire::new(settings.address.clone(), settings.baud),
            printer,
            lang,
            header: settings.header.clone(),
            footer: settings.footer.clone(),
            paid: settings.paid.clone().unwrap_or_else(|| say(&[tape::PAID])),
            withdrawn: settings
                .withdrawn
                .clone()
                .unwrap_or_else(|| say(&[tape::WITHDRAWN, tape::DO_NOT_PAY])),
        };
        for lines in [&tape.header, &tape.footer, &tape.paid, &tape.withdrawn] {
            tape.printer.note(lines)?;
        }
        Ok(tape)
    }

    pub(super) async fn show(&mut self, code: &Code) -> Result<(), Trouble> {
        let mut above = self.header.clone();
        above.push(self.lang.say(tape::TITLE).to_owned());
        if let Some(amount) = code.amount {
            above.push(format!("{}: {}", self.lang.say(tape::SUM), self.sum(amount)));
        }
        let minutes = code.life.as_secs().div_ceil(60);
        let mut below = vec![format!("{}: {minutes}", self.lang.say(tape::VALID))];
        below.extend(self.footer.iter().cloned());
        let job = self.printer.ticket(&above, &code.payload, &below)?;
        self.wire.send(&job).await
    }

    pub(super) async fn withdraw(&mut self, why: Withdrawal) -> Result<(), Trouble> {
        let lines = match why {
            Withdrawal::Paid => &self.paid,
            _ => &self.withdrawn,
        };
        if lines.is_empty() {
            return Ok(());
        }
        let job = self.printer.note(lines)?;
        self.wire.send(&job).await
    }

    fn sum(&self, amount: domain::Kopecks) -> String {
        match self.lang {
            Lang::Ru => slip_rubles(amount),
            Lang::En => format!("{} RUB", amount.to_rubles()),
        }
    }
}
