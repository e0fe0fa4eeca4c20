//! What the conversation needs of a transport.

use crate::order::Envelope;
use async_trait::async_trait;
use protocol::Reply;
use std::time::Duration;

/// For a connection to stand. Shorter than [`Patience::answer`](crate::Patience::answer), so that a daemon that is
/// not there is told from one that does not answer.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);

/// The largest reply that is read, in bytes; a receipt of a thousand lines is not part of a reply.
pub(crate) const REPLY_BYTES_MAX: usize = 1024 * 1024;

/// A transport.
#[async_trait]
pub(crate) trait Door: Send + Sync {
    /// Where the daemon is looked for, without passwords: for error texts.
    fn address(&self) -> &str;

    /// Sends a message and returns the line on which replies to it arrive.
    async fn open(&self, envelope: &Envelope) -> Result<Box<dyn Line>, DoorError>;
}

/// The replies to one message.
#[async_trait]
pub(crate) trait Line: Send {
    /// The next reply. Cancel-safe: it may be dropped while it waits and called again.
    async fn next(&mut self) -> Result<Reply, DoorError>;
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DoorError {
    /// The message has surely not reached the daemon.
    #[error("{0}")]
    NotSent(String),
    /// It may have.
    #[error("{0}")]
    Broken(String),
    /// Something answered that is not the daemon, and waiting will not help.
    #[error("{0}")]
    NotTheDaemon(String),
}

/// Reads a reply.
pub(crate) fn read_reply(body: &[u8]) -> Result<Reply, DoorError> {
    serde_json::from_slice(body)
        .map_err(|error| DoorError::Broken(format!("the answer is not a reply of the daemon: {error}")))
}
