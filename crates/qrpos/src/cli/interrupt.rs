//! Ctrl-C, none of which is lost between two turns of a loop.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};

/// Hears Ctrl-C from the moment it is made; the process no longer ends by itself.
pub(super) struct Interrupts {
    /// Absent when the system lets nobody listen; then Ctrl-C ends the process as usual.
    signal: Option<Signal>,
}

impl Interrupts {
    pub(super) fn new() -> Self {
        #[cfg(unix)]
        let signal = signal(SignalKind::interrupt());
        #[cfg(windows)]
        let signal = ctrl_c();
        Self { signal: signal.ok() }
    }

    /// The next press. Cancel-safe.
    pub(super) async fn next(&mut self) {
        let pressed = match &mut self.signal {
            Some(signal) => signal.recv().await,
            None => None,
        };
        if pressed.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
