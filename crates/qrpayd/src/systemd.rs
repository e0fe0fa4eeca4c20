//! What systemd wants to hear: ready, alive, stopping.

use sd_notify::NotifyState;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The daemon serves.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The daemon is going down.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Feeds the watchdog at half its period for as long as `alive` says so, until `stop`.
pub fn watchdog<F>(alive: impl Fn() -> F + Send + 'static, stop: CancellationToken)
where
    F: Future<Output = bool> + Send,
{
    let Some(period) = sd_notify::watchdog_enabled() else {
        return;
    };
    tokio::spawn(async move {
        let pause: Duration = period / 2;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            if alive().await {
                tell(&[NotifyState::Watchdog]);
            } else {
                tracing::error!("the journal does not answer; systemd's watchdog is not fed");
            }
        }
    });
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd was not told");
    }
}
