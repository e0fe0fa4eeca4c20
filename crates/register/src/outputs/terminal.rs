//! The terminal: this program's own, or another one by its device.

use super::board::Code;
use super::report::Trouble;
use super::settings::TerminalSettings;
use super::view::Withdrawal;
use super::wire::{SEND_WITHIN, Wire};
use qr::Matrix;
use std::io::{IsTerminal, Write, stdout};
use texts::words::tape;
use texts::{Lang, OutputFault};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Wipes the screen and goes to its corner.
const WIPE: &str = "\x1b[2J\x1b[H";

#[derive(Debug)]
pub(super) struct Terminal {
    /// Another terminal; none is this program's own.
    pub(super) device: Option<Wire>,
    lang: Lang,
}

impl Terminal {
    pub(super) fn new(settings: &TerminalSettings) -> Self {
        Self {
            device: settings.device.clone().map(|place| Wire::new(place, None)),
            lang: settings.lang,
        }
    }

    pub(super) async fn show(&mut self, code: &Code) -> Result<(), Trouble> {
        let matrix = Matrix::encode(&code.payload)?;
        if let Some(device) = &mut self.device {
            let drawing = format!("{WIPE}{}", matrix.terminal());
            return device.send(drawing.as_bytes()).await;
        }
        fits(&matrix)?;
        print(matrix.terminal()).await
    }

    /// Another terminal is wiped. On our own, which may hold a cashier's work, a line says that the code is gone.
    pub(super) async fn withdraw(&mut self, why: Withdrawal) -> Result<(), Trouble> {
        let word = match why {
            Withdrawal::Paid => tape::PAID,
            _ => tape::WITHDRAWN,
        };
        let line = format!("{}\r\n", self.lang.say(word));
        match &mut self.device {
            Some(device) => device.send(format!("{WIPE}{line}").as_bytes()).await,
            None => print(line).await,
        }
    }
}

fn fits(matrix: &Matrix) -> Result<(), Trouble> {
    if !stdout().is_terminal() {
        return Err(Trouble::new(
            OutputFault::NoTerminal,
            &"standard output is no terminal",
        ));
    }
    let (columns, lines) = matrix.terminal_size();
    let (width, height) =
        crossterm::terminal::size().map_err(|error| Trouble::new(OutputFault::NoTerminal, &error))?;
    if columns <= usize::from(width) && lines < usize::from(height) {
        return Ok(());
    }
    Err(Trouble::new(
        OutputFault::TooSmall,
        &format!("{columns} columns and {lines} lines are needed, {width} and {height} are there"),
    ))
}

/// A window that holds its output (Ctrl-S) must not hold the register.
async fn print(text: String) -> Result<(), Trouble> {
    let printing = spawn_blocking(move || {
        let mut out = stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    });
    match timeout(SEND_WITHIN, printing).await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(error))) => Err(Trouble::new(OutputFault::Unreachable, &error)),
        Ok(Err(error)) => Err(Trouble::new(OutputFault::Unreachable, &error)),
        Err(_elapsed) => Err(Trouble::new(OutputFault::Slow, &"the window holds its output")),
    }
}
