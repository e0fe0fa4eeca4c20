//! How to reach the daemon, ready to be used.

use super::broker::Broker;
use crate::amqp::AmqpDoor;
use crate::http::HttpDoor;
use crate::{Patience, Register, RegisterError};
use domain::{ModuleName, StoreId, TerminalId};
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// The gap between a timeout and the one that it must outlast (the product manual).
pub(super) const GAP: Duration = Duration::from_secs(10);
/// The least that a UKM 4 register waits, and what a UKM 5 register waits unless told otherwise (the product manual).
pub(super) const WAIT_MIN: Duration = Duration::from_secs(310);
/// The longest that a register waits: what the protocol allows.
pub(super) const WAIT_MAX: Duration = Duration::from_hours(1);
/// The shortest wait that the protocol allows.
pub(super) const TOTAL_MIN: Duration = Duration::from_secs(30);

/// A door of the daemon.
#[derive(Debug, Clone)]
pub enum DoorSettings {
    /// RabbitMQ.
    Amqp {
        /// `amqp://user:password@host:port/vhost`.
        url: SecretString,
        /// The topic exchange.
        exchange: String,
    },
    /// HTTP.
    Http {
        /// `http://host:port`.
        url: String,
        /// The register's own.
        token: SecretString,
    },
}

/// A door, a module, and how long to wait.
#[derive(Debug, Clone)]
pub struct ConnectionSettings {
    /// The door.
    pub door: DoorSettings,
    /// The module that serves the requests.
    pub module: ModuleName,
    /// For a connection to stand.
    pub connect_timeout: Duration,
    /// The other limits.
    pub patience: Patience,
    /// Where the daemon is looked for, without passwords.
    pub address: String,
}

impl ConnectionSettings {
    pub(super) fn amqp(broker: Broker, exchange: String, module: ModuleName) -> Self {
        Self {
            door: DoorSettings::Amqp {
                url: broker.url,
                exchange,
            },
            module,
            connect_timeout: crate::door::CONNECT_TIMEOUT,
            patience: Patience::default(),
            address: broker.address,
        }
    }

    /// The client that these settings describe. Nothing is sent yet.
    pub fn register(&self, store: StoreId, terminal: TerminalId) -> Result<Register, RegisterError> {
        let module = Some(self.module.clone());
        let register = match &self.door {
            DoorSettings::Amqp { url, exchange } => {
                let door = AmqpDoor::new(url.clone())?
                    .with_exchange(exchange)?
                    .with_connect_timeout(self.connect_timeout);
                Register::new(Arc::new(door), module, store, terminal)
            }
            DoorSettings::Http { url, token } => {
                let door = HttpDoor::new(url, token.clone(), self.connect_timeout)?;
                Register::new(Arc::new(door), module, store, terminal)
            }
        };
        Ok(register.with_patience(self.patience.clone()))
    }
}
