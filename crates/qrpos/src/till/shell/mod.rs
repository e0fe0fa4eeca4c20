//! Around the model: the terminal, the journal's file, the daemon, the clock.

mod agents;
mod keys;
mod terminal;

pub use agents::Agents;

use super::journal::Journal;
use super::model::{Command, Event, Till};
use super::render::{COLUMNS, ROWS, View};
use anyhow::Context;
use domain::Clock;
use jiff::tz::TimeZone;
use keys::Input;
use register::outputs::Withdrawal;
use std::time::Duration;
use terminal::Terminal;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

/// News that may wait; each payment has about five.
pub const EVENTS_MAX: usize = 256;

/// All that a till needs to run.
pub struct Shell<C> {
    /// The till.
    pub till: Till,
    /// Its journal.
    pub journal: Journal,
    /// Who carries its commands out.
    pub agents: Agents,
    /// What they tell.
    pub events: mpsc::Receiver<Event>,
    /// The time.
    pub clock: C,
}

impl<C: Clock> Shell<C> {
    /// Runs until the cashier quits or the process is told to end. Returns how many payments and refunds have no known
    /// end.
    pub async fn run(mut self) -> anyhow::Result<usize> {
        let zone = TimeZone::system();
        let mut terminal = Terminal::take().context("the terminal cannot be taken over")?;
        let mut keys = keys::listen();
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut end = End::new();
        loop {
            let (width, height) = Terminal::size();
            let view = View {
                till: &self.till,
                zone: &zone,
            };
            terminal
                .paint(view.draw(width, height))
                .context("the terminal is gone")?;
            let goes_on = tokio::select! {
                input = keys.recv() => match input {
                    Some(input) => self.typed(input, &mut keys, &mut terminal),
                    None => false,
                },
                Some(event) = self.events.recv() => self.happened(event),
                _ = second.tick() => self.happened(Event::Tick),
                () = end.told() => false,
            };
            if !goes_on {
                break;
            }
        }
        drop(terminal);
        if let Some(outputs) = &self.agents.outputs {
            // Nobody is to pay what no register waits for.
            outputs.withdraw(Withdrawal::Unknown).await;
        }
        Ok(self.till.book.open.len())
    }

    /// Takes a key and those that a scanner has typed after it, before anything is painted.
    fn typed(&mut self, first: Input, keys: &mut mpsc::Receiver<Input>, terminal: &mut Terminal) -> bool {
        let mut next = Some(first);
        while let Some(input) = next {
            match input {
                Input::Resized => terminal.forget(),
                // Nobody presses keys for a screen that cannot be seen.
                Input::Key(_) if is_too_small() => {}
                Input::Key(key) => {
                    if !self.happened(Event::Key(key)) {
                        return false;
                    }
                }
            }
            next = keys.try_recv().ok();
        }
        true
    }

    /// False when the till is left.
    fn happened(&mut self, event: Event) -> bool {
        let mut next = Some(event);
        while let Some(event) = next {
            let commands = self.till.step(event, self.clock.now(), register::new_id());
            next = None;
            for command in commands {
                match command {
                    Command::Quit => return false,
                    Command::Write(entry) => {
                        if let Err(error) = self.journal.append(&entry) {
                            // What stands after it is not done.
                            next = Some(Event::NotWritten(Box::new(entry), error.to_string()));
                            break;
                        }
                    }
                    command => self.agents.begin(command),
                }
            }
        }
        true
    }
}

fn is_too_small() -> bool {
    let (width, height) = Terminal::size();
    width < COLUMNS || height < ROWS
}

/// The system tells the process to end, or the window was closed.
struct End {
    #[cfg(unix)]
    signals: Option<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)>,
}

impl End {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = signal(SignalKind::terminate())
            .ok()
            .zip(signal(SignalKind::hangup()).ok());
        Self { signals }
    }

    #[cfg(not(unix))]
    const fn new() -> Self {
        Self {}
    }

    async fn told(&mut self) {
        #[cfg(unix)]
        if let Some((terminate, hangup)) = &mut self.signals {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            return;
        }
        std::future::pending::<()>().await;
    }
}
