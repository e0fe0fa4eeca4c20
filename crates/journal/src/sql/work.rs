//! What the writer is asked to do, and what it answers.

use super::row;
use crate::{Change, Holder, JournalError, Opened, Opening, Outgoing, SettingsWrite, Stored};
use domain::{ModuleName, OperationId, Timestamp, Waiter};
use tokio::sync::oneshot;

/// One caller's wish.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) reply: oneshot::Sender<Result<Done, JournalError>>,
}

/// A write.
pub(super) enum Work {
    Open(Box<NewOperation>),
    Commit(Box<NewVersion>),
    Attach {
        id: OperationId,
        waiter: Waiter,
    },
    Enqueue {
        outgoing: Vec<Outgoing>,
        now: Timestamp,
    },
    Adopt {
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    },
    Take {
        id: OperationId,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
    },
    Renew {
        holder: Holder,
        until: Timestamp,
    },
    Release(Holder),
    Delivered(Vec<i64>),
    Settings {
        write: Box<SettingsWrite>,
        who: String,
        now: Timestamp,
    },
    /// Makes tables. It runs outside a batch: MariaDB commits whatever is open when a table is made.
    EnsureModule(ModuleName),
    /// Asks the writing connection how durable it is. It runs outside a batch.
    Durability,
}

impl Work {
    pub(super) const fn runs_alone(&self) -> bool {
        matches!(self, Self::EnsureModule(_) | Self::Durability)
    }

    /// Whether it can be refused after it has written something; then a savepoint is needed to undo that.
    pub(super) fn needs_savepoint(&self) -> bool {
        match self {
            Self::Open(new) => {
                let operation = &new.opening.operation;
                crate::rules::reserve(operation).is_some()
                    || crate::rules::claim(operation).is_some()
                    || crate::rules::claimed_receipt(operation).is_some()
            }
            Self::Commit(new) => {
                let change = &new.change;
                new.reversal.is_some() || (change.settings.is_some() && !change.distinct.is_empty())
            }
            _ => false,
        }
    }
}

/// What came of a write.
#[derive(Debug)]
pub(super) enum Done {
    Nothing,
    Opened(Opened),
    Adopted(Vec<Stored>),
    Count(u64),
    Settings(Vec<(String, String)>),
}

/// An opening with its JSON made, so that the writer does not have to.
pub(super) struct NewOperation {
    pub(super) opening: Opening,
    pub(super) data: String,
    pub(super) facts: Vec<String>,
}

impl NewOperation {
    pub(super) fn new(opening: Opening) -> Result<Self, JournalError> {
        let what = format!("operation {}", opening.operation.id);
        Ok(Self {
            data: row::to_json(&what, &opening.operation)?,
            facts: row::facts_to_json(&opening.facts)?,
            opening,
        })
    }
}

/// A change with its JSON made.
pub(super) struct NewVersion {
    pub(super) change: Change,
    pub(super) data: String,
    pub(super) facts: Vec<String>,
    pub(super) reversal: Option<NewOperation>,
}

impl NewVersion {
    pub(super) fn new(mut change: Change) -> Result<Self, JournalError> {
        let what = format!("operation {}", change.operation.id);
        let reversal = change.reversal.take();
        Ok(Self {
            data: row::to_json(&what, &change.operation)?,
            facts: row::facts_to_json(&change.facts)?,
            reversal: reversal.map(|opening| NewOperation::new(*opening)).transpose()?,
            change,
        })
    }
}

/// Why a job was not done.
#[derive(Debug)]
pub(super) enum Abort {
    /// It was refused; what it has written so far must be undone. This is its answer.
    Refused(Result<Done, JournalError>),
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Abort {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<JournalError> for Abort {
    fn from(error: JournalError) -> Self {
        Self::Refused(Err(error))
    }
}
