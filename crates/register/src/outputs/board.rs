//! The task that holds the places: one command after another, each to all places at once.

use super::display::Display;
use super::life::life;
use super::report::{Report, Trouble, Warning};
use super::settings::{OUTPUTS_MAX, OutputSettings};
use super::tape::Tape;
use super::terminal::Terminal;
use super::view::{Face, View, Withdrawal};
use crate::RegisterError;
use domain::{Clock, Kopecks};
use futures_util::future::join_all;
use protocol::QrReport;
use std::sync::Arc;
use std::time::Duration;
use texts::{OutputFault, OutputKind, OutputTask};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

/// How long "paid" or "failed" stands before the next buyer comes.
const PICTURE_FOR: Duration = Duration::from_secs(6);

/// What the places are told.
#[derive(Debug)]
pub(super) enum Command {
    Show {
        qr: QrReport,
        amount: Option<Kopecks>,
        told: oneshot::Sender<Report>,
    },
    Withdraw {
        why: Withdrawal,
        told: oneshot::Sender<Report>,
    },
}

/// A code to be shown.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) payload: String,
    pub(super) amount: Option<Kopecks>,
    pub(super) life: Duration,
}

/// What stands on the places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Nothing yet.
    Nothing,
    /// A code, until it dies.
    Code(Instant),
    /// How the last code went, until the picture is wiped.
    Picture(Withdrawal, Instant),
    /// Nothing any more.
    Gone(Withdrawal),
}

/// All places of a register.
pub(super) struct Board {
    places: Vec<Output>,
    view: watch::Sender<View>,
    clock: Arc<dyn Clock>,
    standing: Standing,
}

impl Board {
    pub(super) fn new(
        settings: &[OutputSettings],
        view: watch::Sender<View>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, RegisterError> {
        if settings.is_empty() || settings.len() > OUTPUTS_MAX {
            return Err(RegisterError::Settings(format!(
                "`outputs` names {} places: 1 to {OUTPUTS_MAX} can be used",
                settings.len()
            )));
        }
        let places = settings.iter().enumerate().map(|(at, settings)| {
            Output::new(settings, &view)
                .map_err(|reason| RegisterError::Settings(format!("outputs[{at}]: {reason}")))
        });
        Ok(Self {
            places: places.collect::<Result<_, _>>()?,
            view,
            clock,
            standing: Standing::Nothing,
        })
    }

    /// Until the last handle is gone.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        loop {
            let alarm = match self.standing {
                Standing::Code(at) | Standing::Picture(_, at) => Some(at),
                Standing::Nothing | Standing::Gone(_) => None,
            };
            // Whoever asked may have stopped listening; the view holds the same.
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Show { qr, amount, told }) => { let _ = told.send(self.show(&qr, amount).await); }
                    Some(Command::Withdraw { why, told }) => { let _ = told.send(self.withdraw(why).await); }
                    None => break,
                },
                () = until(alarm) => self.alarm().await,
            }
        }
        if matches!(self.standing, Standing::Code(_)) {
            self.withdraw(Withdrawal::Unknown).await;
        }
    }

    async fn alarm(&mut self) {
        match self.standing {
            Standing::Code(_) => {
                self.withdraw(Withdrawal::Expired).await;
            }
            Standing::Picture(why, _) => {
                self.standing = Standing::Gone(why);
                self.face(Face::Idle);
                let report = report(join_all(self.places.iter_mut().map(Output::clear)).await);
                self.warn(&report.warnings);
            }
            Standing::Nothing | Standing::Gone(_) => {}
        }
    }

    async fn show(&mut self, qr: &QrReport, amount: Option<Kopecks>) -> Report {
        let life = life(qr, self.clock.now());
        let dies_at = Instant::now() + life;
        let code = Code {
            payload: qr.payload.clone(),
            amount,
            life,
        };
        self.standing = Standing::Code(dies_at);
        self.face(Face::Code {
            payload: qr.payload.clone(),
            amount,
            dies_at,
        });
        let report = report(join_all(self.places.iter_mut().map(|place| place.show(&code))).await);
        self.warn(&report.warnings);
        report
    }

    async fn withdraw(&mut self, why: Withdrawal) -> Report {
        let is_news = match self.standing {
            Standing::Nothing => false,
            Standing::Code(_) => true,
            Standing::Picture(before, _) | Standing::Gone(before) => before != why && why.is_news(),
        };
        if !is_news {
            return Report::default();
        }
        self.standing = Standing::Picture(why, Instant::now() + PICTURE_FOR);
        self.face(Face::Withdrawn(why));
        let report = report(join_all(self.places.iter_mut().map(|place| place.withdraw(why))).await);
        self.warn(&report.warnings);
        report
    }

    /// Pages need not wait for the slower places.
    fn face(&self, face: Face) {
        let warnings = Vec::new();
        self.view.send_replace(View { face, warnings });
    }

    fn warn(&self, warnings: &[Warning]) {
        for warning in warnings {
            tracing::warn!(text = %warning.text.en, detail = %warning.detail, "an output failed");
        }
        if !warnings.is_empty() {
            self.view.send_modify(|view| view.warnings = warnings.to_vec());
        }
    }
}

async fn until(alarm: Option<Instant>) {
    match alarm {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn report(outcomes: Vec<Result<(), Warning>>) -> Report {
    let mut report = Report::default();
    for outcome in outcomes {
        match outcome {
            Ok(()) => report.done += 1,
            Err(warning) => report.warnings.push(warning),
        }
    }
    report
}

/// One place.
enum Output {
    Screen(watch::Sender<View>),
    Display(Display),
    Tape(Box<Tape>),
    Terminal(Terminal),
}

impl Output {
    fn new(settings: &OutputSettings, view: &watch::Sender<View>) -> Result<Self, String> {
        Ok(match settings {
            OutputSettings::Screen(_) => Self::Screen(view.clone()),
            OutputSettings::Display(settings) => Self::Display(Display::new(settings)),
            OutputSettings::Tape(settings) => {
                Self::Tape(Box::new(Tape::new(settings).map_err(|error| error.to_string())?))
            }
            OutputSettings::Terminal(settings) => Self::Terminal(Terminal::new(settings)),
        })
    }

    async fn show(&mut self, code: &Code) -> Result<(), Warning> {
        let outcome = match self {
            // The page hears it from the view.
            Self::Screen(view) if view.receiver_count() == 0 => {
                Err(Trouble::new(OutputFault::Unwatched, &"no page is open"))
            }
            Self::Screen(_) => Ok(()),
            Self::Display(display) => display.show(code).await,
            Self::Tape(tape) => tape.show(code).await,
            Self::Terminal(terminal) => terminal.show(code).await,
        };
        outcome.map_err(|trouble| self.warning(trouble, OutputTask::Show))
    }

    async fn withdraw(&mut self, why: Withdrawal) -> Result<(), Warning> {
        let outcome = match self {
            Self::Screen(_) => Ok(()),
            Self::Display(display) => display.withdraw(why).await,
            Self::Tape(tape) => tape.withdraw(why).await,
            Self::Terminal(terminal) => terminal.withdraw(why).await,
        };
        outcome.map_err(|trouble| self.warning(trouble, OutputTask::Withdraw))
    }

    /// Takes the picture of success or failure away before the next buyer.
    async fn clear(&mut self) -> Result<(), Warning> {
        match self {
            Self::Display(display) => display.clear().await,
            Self::Screen(_) | Self::Tape(_) | Self::Terminal(_) => Ok(()),
        }
        .map_err(|trouble| self.warning(trouble, OutputTask::Withdraw))
    }

    fn warning(&self, trouble: Trouble, task: OutputTask) -> Warning {
        let (kind, place) = match self {
            Self::Screen(_) => (OutputKind::Screen, String::new()),
            Self::Display(display) => (OutputKind::Display, display.wire.place()),
            Self::Tape(tape) => (OutputKind::Tape, tape.wire.place()),
            Self::Terminal(terminal) => (
                OutputKind::Terminal,
                terminal
                    .device
                    .as_ref()
                    .map(super::wire::Wire::place)
                    .unwrap_or_default(),
            ),
        };
        trouble.warning(kind, &place, task)
    }
}
