//! Where registers come in. Both doors speak the same messages and hand them to one [`Desk`].
//!
//! Invariant: an AMQP delivery is acknowledged only after [`Desk::handle`] returned, which means that its event is
//! committed.
//!
//! Access: over HTTP a message's store and register must be those of its token. By `operation_id` any register of the
//! same store may ask about, cancel or refund an operation (goods come back at another register); an operation of
//! another store is answered as unknown. The desk holds the second rule for both doors, because only it knows the
//! operation's store.

pub mod amqp;
pub mod http;

#[cfg(test)]
mod fake_desk;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{ModuleName, OperationId, StoreId, TerminalId, Waiter};
use protocol::{BadMessage, Message, Reply};
use std::sync::Arc;

/// The largest message of a register that either door takes, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// What stands behind the doors: the daemon.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// Takes a message in. When it returns `Ok`, everything that the answer promises is in the journal, and with a
    /// `waiter` the answer itself is in the outbox.
    async fn handle(&self, message: Message, waiter: Option<Waiter>) -> Result<Reply, DeskError>;

    /// Puts the answer to an unreadable message into the outbox.
    async fn turn_away(&self, bad: &BadMessage, waiter: Waiter) -> Result<(), DeskError>;

    /// How an operation stands now.
    async fn look(&self, id: OperationId) -> Result<Option<Reply>, DeskError>;

    /// Replies about an operation from now on, the current one first; ends after the final one.
    async fn watch(
        &self,
        id: OperationId,
    ) -> Result<Option<tokio::sync::mpsc::Receiver<Arc<Reply>>>, DeskError>;

    /// A provider's callback. `headers` have names in small letters.
    async fn callback(
        &self,
        module: &ModuleName,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> CallbackVerdict;

    /// The modules that are switched on.
    fn modules(&self) -> Vec<ModuleName>;

    /// Replies that wait in the outbox, with row ids above `after`; waits until there is at least one.
    async fn outbox(&self, after: i64) -> Result<Vec<OutboxReply>, DeskError>;

    /// These replies were confirmed by the broker.
    async fn delivered(&self, rows: &[i64]) -> Result<(), DeskError>;
}

/// Why the desk cannot take a message in. Nothing was committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// The journal cannot be written.
    #[error("the journal cannot be used: {0}")]
    JournalUnavailable(String),
    /// The daemon is going down.
    #[error("the daemon is going down and takes no new work")]
    ShuttingDown,
}

/// What to tell a provider that called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackVerdict {
    /// 200: taken.
    Taken,
    /// 400: it cannot be read.
    Unreadable,
    /// 401: its signature is wrong.
    Unsigned,
    /// 404: no such module or operation.
    Unknown,
    /// 503: try again later.
    Unavailable,
}

/// A reply to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxReply {
    /// Its row in the outbox.
    pub row: i64,
    /// Where to.
    pub waiter: Waiter,
    /// JSON.
    pub body: String,
}

/// A register that proved who it is by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// Its store.
    pub store: StoreId,
    /// Itself.
    pub terminal: TerminalId,
}
