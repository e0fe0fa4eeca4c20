//! The RabbitMQ door: one supervised connection, one durable queue per module, replies out of the outbox.
//!
//! Invariants: a delivery is acknowledged only after [`Desk::handle`] returned `Ok`; a reply leaves the outbox only on
//! the broker's confirm; what cannot be read is answered, copied to the dead-letter queue and acknowledged, so that it
//! never comes back for ever.

pub mod address;
mod intake;
mod outbox;
mod session;

use crate::Desk;
use address::BrokerAddress;
use domain::{Clock, ModuleName, Timestamp};
use session::Session;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The exchange that registers publish to, unless the settings give another.
pub const EXCHANGE: &str = "amq.topic";
/// The name of the queue for what could not be read, unless the settings give another.
pub const DEAD_LETTER_QUEUE: &str = "qrpayd.dead_letter";
/// How many unacknowledged deliveries a module may have at once, unless the settings say otherwise.
pub const PREFETCH: u16 = 64;
/// The first pause after all brokers were tried, in milliseconds; it doubles up to [`LAST_PAUSE_MS`].
pub const FIRST_PAUSE_MS: u64 = 500;
/// The longest pause between rounds of attempts, in milliseconds.
pub const LAST_PAUSE_MS: u64 = 15_000;
/// How long a stop waits for deliveries in hand, in milliseconds.
pub const DRAIN_MS: u64 = 20_000;
/// How long a stop waits for the outbox, in milliseconds.
pub const FLUSH_MS: u64 = 5_000;

/// How the door is set up.
#[derive(Clone)]
pub struct AmqpOptions {
    /// Brokers in the order they are tried.
    pub addresses: Vec<BrokerAddress>,
    /// Certificates (PEM) that a broker's TLS is trusted by, besides the system's.
    pub ca_pem: Option<String>,
    /// How many unacknowledged deliveries a module may have at once; at least 1.
    pub prefetch: u16,
    /// The largest message, in bytes.
    pub max_body_bytes: usize,
    /// The topic exchange that registers publish to; it must exist (`amq.topic` always does).
    pub exchange: String,
    /// The queue for what could not be read.
    pub dead_letter_queue: String,
    /// The name of the connection, as the broker's pages show it.
    pub connection_name: String,
}

impl AmqpOptions {
    /// The usual options for these brokers.
    pub fn new(addresses: Vec<BrokerAddress>) -> Self {
        Self {
            addresses,
            ca_pem: None,
            prefetch: PREFETCH,
            max_body_bytes: crate::MAX_BODY_BYTES,
            exchange: EXCHANGE.to_owned(),
            dead_letter_queue: DEAD_LETTER_QUEUE.to_owned(),
            connection_name: "qrpayd".to_owned(),
        }
    }
}

/// How the connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmqpState {
    /// The first attempt is being made.
    Connecting,
    /// Registers are served.
    Connected {
        /// The broker, without the password.
        broker: String,
    },
    /// No broker could be reached, or the connection broke; attempts go on.
    Disconnected {
        /// Since when.
        since: Timestamp,
        /// What the last attempt said.
        why: String,
    },
    /// The door was stopped.
    Stopped,
}

impl fmt::Display for AmqpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("connecting"),
            Self::Connected { broker } => write!(f, "connected to {broker}"),
            Self::Disconnected { since, why } => write!(f, "disconnected since {since}: {why}"),
            Self::Stopped => f.write_str("stopped"),
        }
    }
}

/// The door.
pub struct AmqpDoor;

impl AmqpDoor {
    /// Opens the door for these modules and keeps it open until [`AmqpHandle::stop`]. Must be called inside a tokio
    /// runtime. Nothing fails here: what is wrong with a broker stands in the state.
    pub fn start(
        options: AmqpOptions,
        desk: Arc<dyn Desk>,
        modules: Vec<ModuleName>,
        clock: Arc<dyn Clock>,
    ) -> AmqpHandle {
        let (sender, state) = watch::channel(AmqpState::Connecting);
        let stop = CancellationToken::new();
        let door = Door {
            options,
            desk,
            modules,
            clock,
        };
        let task = tokio::spawn(supervise(Arc::new(door), sender, stop.clone()));
        AmqpHandle { state, stop, task }
    }
}

/// An open door.
pub struct AmqpHandle {
    state: watch::Receiver<AmqpState>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl AmqpHandle {
    /// How the connection stands, now and later.
    pub fn state(&self) -> watch::Receiver<AmqpState> {
        self.state.clone()
    }

    /// Stops consuming, finishes deliveries in hand (at most [`DRAIN_MS`]), sends what waits in the outbox (at most
    /// [`FLUSH_MS`]), closes. What was not finished is delivered again after the next start.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the AMQP door broke while it was stopping");
        }
    }
}

/// What all sessions share.
pub(crate) struct Door {
    pub(crate) options: AmqpOptions,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) modules: Vec<ModuleName>,
    pub(crate) clock: Arc<dyn Clock>,
}

async fn supervise(door: Arc<Door>, state: watch::Sender<AmqpState>, stop: CancellationToken) {
    let mut pause_ms = FIRST_PAUSE_MS;
    while !stop.is_cancelled() {
        match one_round(&door, &state, &stop).await {
            Round::Stopped => break,
            Round::Served => pause_ms = FIRST_PAUSE_MS,
            Round::NobodyAnswered => {}
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(Duration::from_millis(pause_ms)) => {}
        }
        pause_ms = (pause_ms * 2).min(LAST_PAUSE_MS);
    }
    state.send_replace(AmqpState::Stopped);
}

/// What came of trying every broker once.
enum Round {
    /// A broker was served until the connection broke.
    Served,
    /// None could be used.
    NobodyAnswered,
    /// The door is to be closed.
    Stopped,
}

async fn one_round(door: &Arc<Door>, state: &watch::Sender<AmqpState>, stop: &CancellationToken) -> Round {
    if door.options.addresses.is_empty() {
        lost(door, state, "no broker address is configured");
    }
    for address in &door.options.addresses {
        let opened = tokio::select! {
            () = stop.cancelled() => return Round::Stopped,
            opened = Session::open(door, address) => opened,
        };
        let session = match opened {
            Ok(session) => session,
            Err(why) => {
                tracing::warn!(broker = %address, %why, "the broker cannot be used");
                lost(door, state, &format!("{address}: {why}"));
                continue;
            }
        };
        tracing::info!(broker = %address, "connected to the broker");
        state.send_replace(AmqpState::Connected {
            broker: address.to_string(),
        });
        let Some(why) = session.serve(door, stop).await else {
            return Round::Stopped;
        };
        tracing::warn!(broker = %address, %why, "the connection to the broker broke");
        lost(door, state, &format!("{address}: {why}"));
        return Round::Served;
    }
    Round::NobodyAnswered
}

/// Notes a failure; the moment of the first one stays.
fn lost(door: &Door, state: &watch::Sender<AmqpState>, why: &str) {
    let since = match &*state.borrow() {
        AmqpState::Disconnected { since, .. } => *since,
        _ => door.clock.now(),
    };
    let why = why.to_owned();
    state.send_replace(AmqpState::Disconnected { since, why });
}

#[cfg(test)]
mod tests;
