//! Remembers. The only room that writes: SQLite (the embedded default) and MariaDB behind one trait, and a journal
//! in memory for tests in virtual time. All three pass one suite.
//!
//! Invariant: what [`Journal::open`] or [`Journal::commit`] returned `Ok` for survives a power cut.

pub mod change;
pub mod connect;
pub mod error;
pub mod memory;
pub mod module_settings;
pub mod options;
mod rules;
pub mod sql;

pub use change::{Change, Opened, Opening, OutboxRow, Outgoing, Stored};
pub use connect::{connect, connect_for_settings, migrate};
pub use error::JournalError;
pub use memory::MemoryJournal;
pub use module_settings::{ModuleSettings, SettingsWrite};
pub use options::JournalOptions;
pub use sql::{MariaJournal, SqliteJournal};

use async_trait::async_trait;
use domain::{CallerId, Fact, ModuleName, Operation, OperationId, StoreId, TerminalId, Timestamp, Waiter};

/// Which daemon holds a lease: minted at each start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Holder(pub [u8; 16]);

/// A line of an operation's story with its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryLine {
    /// When it was committed.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

/// Which operations to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// Only those that have not ended.
    pub open_only: bool,
    /// Only of this module.
    pub module: Option<ModuleName>,
    /// Only those older than this one (for the next page).
    pub before: Option<OperationId>,
    /// At most so many (1 to 1000).
    pub limit: u32,
}

/// Most of those who wait for one operation that are told; the latest count. A register that repeats its question
/// under ever new correlation ids must not grow the journal's answers without limit.
pub const WAITERS_MAX: u32 = 64;

/// Most operations that one call lists or adopts.
pub const PAGE_MAX: u32 = 1000;

/// The journal.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Inserts a new operation, or finds the one with the same store, terminal and caller's id. A refund reserves
    /// its sum on the payment, and claims the payment where one refund at a time is taken; a cash-link payment claims
    /// its link; a payment that is reserved first claims its receipt; all in the same transaction (invariants 2 and 7).
    /// An opening whose waiter differs from the known ones attaches it to the existing operation.
    async fn open(&self, opening: Opening) -> Result<Opened, JournalError>;

    /// Commits a decision: compare-and-set on the version and the lease; facts, outgoing replies, a reversal to be
    /// opened, a settings write, all or nothing. A final state never becomes another one ([`JournalError::Stale`]).
    /// An operation that has ended and is not due rests without a holder: there the version alone decides. When a
    /// refund ends without money moving its reserve is given back; when an operation ends, the link or payment that it
    /// claimed is free, and when a payment ends unpaid its receipt is.
    async fn commit(&self, change: Change) -> Result<(), JournalError>;

    /// Attaches one more who waits for the operation's replies. An unknown operation is [`JournalError::Damaged`].
    async fn attach(&self, id: OperationId, waiter: Waiter) -> Result<(), JournalError>;

    /// Puts a reply into the outbox that belongs to no change: the answer to a repeat, to a status question, or to
    /// a request that was turned away.
    async fn enqueue(&self, outgoing: Vec<Outgoing>, now: Timestamp) -> Result<(), JournalError>;

    /// Finds an operation by our id.
    async fn get(&self, id: OperationId) -> Result<Option<Stored>, JournalError>;

    /// Finds an operation by the register's id.
    async fn find(
        &self,
        store: &StoreId,
        terminal: &TerminalId,
        caller: &CallerId,
    ) -> Result<Option<Stored>, JournalError>;

    /// The payments of a store for a receipt, newest first, at most `limit` (1 to [`PAGE_MAX`]); without a shift, of
    /// every shift. Those who wait for them are not told here: `waiters` is empty.
    async fn find_by_receipt(
        &self,
        store: &StoreId,
        number: &str,
        shift: Option<u32>,
        limit: u32,
    ) -> Result<Vec<Stored>, JournalError>;

    /// An operation's story, oldest line first.
    async fn story(&self, id: OperationId) -> Result<Vec<StoryLine>, JournalError>;

    /// Lists operations, newest first.
    async fn list(&self, filter: &ListFilter) -> Result<Vec<Operation>, JournalError>;

    /// Takes up operations that want attention (`due_at` is set) and have no living holder, oldest due first, and
    /// leases them until `until`. Empty when there are no more. One that cannot be read is logged and passed over, so
    /// that it does not keep the others from being worked on.
    async fn adopt(
        &self,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Stored>, JournalError>;

    /// Leases one operation to this holder, whatever its state and `due_at`: when nobody has it, when its holder's
    /// lease has run out, or when it is this holder's already. None when there is no such operation or another
    /// holder lives.
    async fn take(
        &self,
        id: OperationId,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Stored>, JournalError>;

    /// Prolongs every lease of this holder. Returns how many there are.
    async fn renew(&self, holder: Holder, until: Timestamp) -> Result<u64, JournalError>;

    /// Gives every lease of this holder back (at a clean stop).
    async fn release(&self, holder: Holder) -> Result<(), JournalError>;

    /// Replies that have not been confirmed by the broker, oldest first, with row ids above `after`. Where several
    /// daemons write, a lower row may show later than a higher one: start again from 0 from time to time.
    async fn outbox(&self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, JournalError>;

    /// Takes confirmed replies out of the outbox.
    async fn delivered(&self, rows: &[i64]) -> Result<(), JournalError>;

    /// Makes sure that a module's tables and view exist.
    async fn ensure_module(&self, module: &ModuleName) -> Result<(), JournalError>;

    /// A module's settings as they stand. Without the module's tables it is [`JournalError::Damaged`].
    async fn settings(&self, module: &ModuleName) -> Result<ModuleSettings, JournalError>;

    /// Writes one row of a module's settings, with an audit line that names keys and no values. The value must have
    /// been checked.
    async fn write_settings(
        &self,
        write: SettingsWrite,
        who: &str,
        now: Timestamp,
    ) -> Result<(), JournalError>;

    /// A number that grows with each settings write by anybody: cheap to ask for, so that a change takes effect
    /// without a restart.
    async fn settings_revision(&self) -> Result<i64, JournalError>;

    /// Which open payment holds the link, if any.
    async fn link_holder(
        &self,
        module: &ModuleName,
        link_id: &str,
    ) -> Result<Option<OperationId>, JournalError>;

    /// Stops taking work, finishes what is in hand, closes. Later calls are [`JournalError::Unavailable`].
    async fn close(&self);
}
