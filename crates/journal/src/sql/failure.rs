//! What an error of the database means.

use crate::JournalError;
use sqlx::error::ErrorKind;
use sqlx::migrate::MigrateError;
use sqlx::mysql::MySqlDatabaseError;

/// MariaDB: this transaction was chosen to end a deadlock.
const DEADLOCK: u16 = 1213;
/// MariaDB: a lock was not granted in time.
const LOCK_TIMEOUT: u16 = 1205;
/// MariaDB: no such table.
const NO_SUCH_TABLE: u16 = 1146;

/// What can be done about an error in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The whole transaction may be run again: another one was in the way, or the connection is gone.
    Repeat,
    /// One statement is at fault; the others need not suffer.
    Isolate,
    /// The server is silent: waiting once more helps nobody.
    GiveUp,
}

/// Sorts an error.
pub(super) fn remedy(error: &sqlx::Error) -> Remedy {
    match error {
        sqlx::Error::Database(_) => match number(error) {
            Some(DEADLOCK | LOCK_TIMEOUT) => Remedy::Repeat,
            _ => Remedy::Isolate,
        },
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::Encode(_)
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. }
        | sqlx::Error::TypeNotFound { .. }
        | sqlx::Error::RowNotFound => Remedy::Isolate,
        sqlx::Error::Io(inner) if inner.kind() == std::io::ErrorKind::TimedOut => Remedy::GiveUp,
        _ => Remedy::Repeat,
    }
}

/// Whether only the statement was undone, so that its transaction can go on without it. (A deadlock undoes the whole
/// transaction, a lock timeout only the statement.)
pub(super) fn fails_alone(error: &sqlx::Error) -> bool {
    remedy(error) == Remedy::Isolate || number(error) == Some(LOCK_TIMEOUT)
}

/// Whether a row of this key is there already.
pub(super) fn is_duplicate(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(inner) if inner.kind() == ErrorKind::UniqueViolation)
}

/// The error as callers see it.
pub(super) fn journal_error(error: &sqlx::Error) -> JournalError {
    if let sqlx::Error::Database(inner) = error {
        if number(error) == Some(NO_SUCH_TABLE) || inner.message().starts_with("no such table") {
            return JournalError::Damaged(format!("a table is missing: {}", inner.message()));
        }
        if inner.kind() == ErrorKind::CheckViolation {
            return JournalError::Damaged(format!(
                "the change breaks a rule of the schema: {}",
                inner.message()
            ));
        }
        return JournalError::Unavailable(inner.message().to_owned());
    }
    match error {
        sqlx::Error::ColumnDecode { index, .. } => {
            JournalError::Damaged(format!("column {index} has an unexpected type"))
        }
        sqlx::Error::PoolClosed => JournalError::Unavailable("it is closed".to_owned()),
        other => JournalError::Unavailable(other.to_string()),
    }
}

/// A failed migration as callers see it.
pub(super) fn migration_error(error: &MigrateError) -> JournalError {
    let text = match error {
        MigrateError::VersionMissing(version) => format!(
            "its schema has version {version}, which is newer than this qrpayd knows: install the newer qrpayd"
        ),
        MigrateError::Dirty(version) => format!(
            "migration {version} was broken off half-way: restore the backup, or finish it by hand and correct \
             table _sqlx_migrations"
        ),
        other => format!("its schema could not be brought up to date: {other}"),
    };
    JournalError::Unavailable(text)
}

fn number(error: &sqlx::Error) -> Option<u16> {
    let inner = error.as_database_error()?;
    Some(inner.try_downcast_ref::<MySqlDatabaseError>()?.number())
}
