//! Operations and their parts as columns.

use crate::{JournalError, Outgoing, Stored};
use domain::{Fact, Kopecks, Operation, OperationId, OperationKind, Waiter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

/// Facts per version that have a place in the story's numbering.
const FACTS_PER_VERSION: i64 = 1 << 10;

/// The column `kind`.
pub(super) const fn kind(operation: OperationKind) -> &'static str {
    match operation {
        OperationKind::Payment => "payment",
        OperationKind::Refund => "refund",
        OperationKind::LinkCheck => "link_check",
        OperationKind::LinkBind => "link_bind",
    }
}

/// An id as its column has it.
pub(super) fn id_bytes(id: OperationId) -> Vec<u8> {
    id.as_bytes().to_vec()
}

/// An id from its column.
pub(super) fn id_from(bytes: &[u8]) -> Result<OperationId, JournalError> {
    <[u8; 16]>::try_from(bytes)
        .map(OperationId::from_bytes)
        .map_err(|_| JournalError::Damaged(format!("an id has {} bytes instead of 16", bytes.len())))
}

/// The column `version`.
pub(super) fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// The number of a fact within its operation: facts sort by version, then by their order in the decision.
pub(super) fn fact_number(version: u64, index: usize) -> i64 {
    let index = i64::try_from(index).unwrap_or(i64::MAX);
    self::version(version)
        .saturating_mul(FACTS_PER_VERSION)
        .saturating_add(index)
}

/// An operation or a fact as text.
pub(super) fn to_json<T: Serialize>(what: &str, value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|error| JournalError::Damaged(format!("{what}: {error}")))
}

/// Reads text of the journal. The error names the place, never the content: it may be personal.
pub(super) fn from_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|error| {
        JournalError::Damaged(format!(
            "{what}: its JSON cannot be read (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

/// Facts as text.
pub(super) fn facts_to_json(facts: &[Fact]) -> Result<Vec<String>, JournalError> {
    facts.iter().map(|fact| to_json("a fact", fact)).collect()
}

/// Reads an operation whose waiters are not known yet, from `id, data, version, refund_reserved`.
pub(super) fn stored(row: &AnyRow) -> Result<Stored, JournalError> {
    let column = |error: sqlx::Error| super::failure::journal_error(&error);
    let id = id_from(&row.try_get::<Vec<u8>, _>(0).map_err(column)?)?;
    let what = format!("operation {id}");
    let operation: Operation = from_json(&what, &row.try_get::<String, _>(1).map_err(column)?)?;
    let row_version: i64 = row.try_get(2).map_err(column)?;
    if operation.id != id || version(operation.version) != row_version {
        return Err(JournalError::Damaged(format!(
            "{what}: its data belongs to version {} of operation {}, its row has version {row_version}",
            operation.version, operation.id
        )));
    }
    let reserved: i64 = row.try_get(3).map_err(column)?;
    let refund_reserved = Kopecks::new(reserved)
        .map_err(|error| JournalError::Damaged(format!("{what}: refund_reserved: {error}")))?;
    Ok(Stored {
        operation,
        waiters: Vec::new(),
        refund_reserved,
    })
}

/// A waiter's correlation id as two columns, so that a unique index tells "none" from "empty".
pub(super) fn correlation(waiter: &Waiter) -> (&str, i64) {
    match &waiter.correlation_id {
        Some(id) => (id, 1),
        None => ("", 0),
    }
}

/// Reads a reply from `operation_id, reply_to, correlation_id, body`, which start at column `from`.
pub(super) fn outgoing(row: &AnyRow, from: usize) -> Result<Outgoing, JournalError> {
    let column = |error: sqlx::Error| super::failure::journal_error(&error);
    let operation: Option<Vec<u8>> = row.try_get(from).map_err(column)?;
    Ok(Outgoing {
        operation: operation.as_deref().map(id_from).transpose()?,
        waiter: Waiter {
            reply_to: row.try_get(from + 1).map_err(column)?,
            correlation_id: row.try_get(from + 2).map_err(column)?,
        },
        body: row.try_get(from + 3).map_err(column)?,
    })
}
