//! What can go wrong in the journal.

use domain::{OperationId, TerminalId};

/// Why the journal did not do as asked. Unless it says otherwise, nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Somebody else changed the operation first, or holds its lease now.
    #[error(
        "operation {id} was changed by another hand: version {expected} is not the latest, or the lease is lost"
    )]
    Stale {
        /// The operation.
        id: OperationId,
        /// The version that was expected in the row.
        expected: u64,
    },
    /// A register's row was to get a value that another register has and that only one may have.
    #[error("register {terminal} has the same `{key}`")]
    Taken {
        /// The key.
        key: &'static str,
        /// The register that has the value.
        terminal: TerminalId,
    },
    /// The database cannot be reached, is full, or is read-only. When the text says that the commit was not
    /// confirmed, the write may have been done; a repeat is safe, since ids and versions guard it.
    #[error("the journal cannot be used: {0}")]
    Unavailable(String),
    /// What was read does not make sense: another program wrote it, or it is damaged.
    #[error("the journal holds something unreadable: {0}")]
    Damaged(String),
    /// Another daemon has this SQLite file.
    #[error("the journal file is in use by another qrpayd: {0}")]
    InUse(String),
    /// The database is set up so that a power cut can lose payments.
    #[error("the database may lose payments on a power cut: {0}")]
    NotDurable(String),
}
