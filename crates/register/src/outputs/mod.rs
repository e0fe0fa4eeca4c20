//! Where the QR is shown: a page, the buyer's display, the receipt tape, the terminal, one or several at once.
//!
//! Hand every reply of a payment to [`Outputs::follow`]. A code that is shown is withdrawn everywhere when the payment
//! ends, when the code's time is over, and when the last handle is dropped, so that nobody pays what no register waits
//! for. A place that fails stops neither the others nor the payment: the [`Report`] holds a warning for the cashier.
//! When it says that the code is shown nowhere, cancel the payment and say [`texts::shown_nowhere_text`].

mod board;
mod display;
mod life;
mod place;
mod report;
mod settings;
mod tape;
mod terminal;
mod view;
mod wire;

pub use place::{Place, PlaceError};
pub use report::{Report, Warning};
pub use settings::{
    CodePageSettings, CutSettings, DisplaySettings, ModeSettings, OUTPUTS_MAX, OutputSettings, PaperMm,
    ScreenSettings, TapeSettings, TerminalSettings,
};
pub use view::{Face, View, Withdrawal};

use crate::RegisterError;
use board::{Board, Command};
use domain::{Clock, Kopecks};
use protocol::{QrReport, Reply};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// Commands that may wait for the places: one register has one payment at a time.
const COMMANDS_MAX: usize = 4;

/// The register's places for a QR. Cheap to clone; the places are closed when the last clone is gone.
#[derive(Debug, Clone)]
pub struct Outputs {
    commands: mpsc::Sender<Command>,
    view: watch::Sender<View>,
}

impl Outputs {
    /// Sets the places up; nothing is opened yet. Needs a Tokio runtime. `clock` is the register's own: it tells how
    /// late a reply came. Settings that cannot work are an error in words.
    pub fn start(settings: &[OutputSettings], clock: Arc<dyn Clock>) -> Result<Self, RegisterError> {
        let (view, _) = watch::channel(View::default());
        let (commands, taken) = mpsc::channel(COMMANDS_MAX);
        let board = Board::new(settings, view.clone(), clock)?;
        tokio::spawn(board.run(taken));
        Ok(Self { commands, view })
    }

    /// What a page shows, from now on. While a [`OutputSettings::Screen`] has no such watcher, it fails to show.
    pub fn watch(&self) -> watch::Receiver<View> {
        self.view.subscribe()
    }

    /// Does what a reply asks for: shows its code, or withdraws the one that is shown. `None` when there is nothing
    /// to do.
    pub async fn follow(&self, reply: &Reply) -> Option<Report> {
        if let Some(why) = reply.state.and_then(Withdrawal::of) {
            return Some(self.withdraw(why).await);
        }
        match (reply.code(), &self.view.borrow().face) {
            (Some(qr), Face::Code { payload, .. }) if qr.payload == *payload => return None,
            (None, Face::Code { .. }) if reply.state.is_some() => {}
            (None, _) => return None,
            (Some(_), _) => {}
        }
        Some(match reply.code() {
            Some(qr) => self.show(qr, reply.amount).await,
            // The daemon has taken the code back: the payment is being closed.
            None => self.withdraw(Withdrawal::Cancelled).await,
        })
    }

    /// For a program that ends: takes a code that still stands away before the program is gone.
    pub async fn leave(&self) -> Option<Report> {
        let stands = matches!(self.view.borrow().face, Face::Code { .. });
        if !stands {
            return None;
        }
        Some(self.withdraw(Withdrawal::Unknown).await)
    }

    /// Shows a code everywhere until it dies, is withdrawn, or another one takes its place.
    pub async fn show(&self, qr: &QrReport, amount: Option<Kopecks>) -> Report {
        let qr = qr.clone();
        self.command(|told| Command::Show { qr, amount, told }).await
    }

    /// Takes the code away everywhere and says why. Repeating it does nothing; after a code has died of age, that it
    /// was paid or declined is still news.
    pub async fn withdraw(&self, why: Withdrawal) -> Report {
        self.command(|told| Command::Withdraw { why, told }).await
    }

    async fn command(&self, make: impl FnOnce(oneshot::Sender<Report>) -> Command) -> Report {
        let (told, report) = oneshot::channel();
        if self.commands.send(make(told)).await.is_err() {
            return Report::default();
        }
        // The board answers every command; only a runtime that shuts down ends it sooner.
        report.await.unwrap_or_default()
    }
}
