//! Questions to the journal.

use super::dialect::with_conditions;
use super::row;
use super::work::Abort;
use crate::rules::ReceiptKey;
use crate::{JournalError, ListFilter, OutboxRow, PAGE_MAX, Stored, StoryLine, WAITERS_MAX};
use domain::{CallerId, ModuleName, Operation, OperationId, StoreId, TerminalId, Timestamp, Waiter};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

/// A register's key of an operation.
pub(super) type Key<'a> = (&'a StoreId, &'a TerminalId, &'a CallerId);

pub(super) async fn by_id(connection: &mut AnyConnection, id: OperationId) -> Result<Option<Stored>, Abort> {
    let row = sqlx::query("SELECT id, data, version, refund_reserved FROM operations WHERE id = ?")
        .bind(row::id_bytes(id))
        .fetch_optional(&mut *connection)
        .await?;
    with_waiters(connection, row).await
}

pub(super) async fn by_key(connection: &mut AnyConnection, key: Key<'_>) -> Result<Option<Stored>, Abort> {
    let (store, terminal, caller) = key;
    let row = sqlx::query(
        "SELECT id, data, version, refund_reserved FROM operations \
         WHERE store = ? AND terminal = ? AND caller_id = ?",
    )
    .bind(store.as_str())
    .bind(terminal.as_str())
    .bind(caller.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    with_waiters(connection, row).await
}

/// The payments of a store for a receipt (number, and the shift when it is named), newest first.
pub(super) async fn by_receipt(
    connection: &mut AnyConnection,
    store: &StoreId,
    (number, shift): (&str, Option<u32>),
    limit: u32,
) -> Result<Vec<Stored>, Abort> {
    let mut conditions = vec!["store = ?", "receipt_number = ?"];
    if shift.is_some() {
        conditions.push("receipt_shift = ?");
    }
    let mut query = sqlx::query(with_conditions(
        "SELECT id, data, version, refund_reserved FROM operations WHERE ",
        &conditions,
        " ORDER BY id DESC LIMIT ?",
    ))
    .bind(store.as_str())
    .bind(number);
    if let Some(shift) = shift {
        query = query.bind(i64::from(shift));
    }
    let limit = i64::from(limit.clamp(1, PAGE_MAX));
    let rows = query.bind(limit).fetch_all(connection).await?;
    let found: Result<Vec<_>, JournalError> = rows.iter().map(row::stored).collect();
    Ok(found?)
}

async fn with_waiters(connection: &mut AnyConnection, row: Option<AnyRow>) -> Result<Option<Stored>, Abort> {
    let Some(row) = row else {
        return Ok(None);
    };
    let mut stored = row::stored(&row)?;
    stored.waiters = waiters(connection, stored.operation.id).await?;
    Ok(Some(stored))
}

/// Those who wait for an operation, in the order they came; the latest [`WAITERS_MAX`].
pub(super) async fn waiters(
    connection: &mut AnyConnection,
    id: OperationId,
) -> Result<Vec<Waiter>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT reply_to, correlation_id, has_correlation FROM waiters \
         WHERE operation_id = ? ORDER BY seq DESC LIMIT ?",
    )
    .bind(row::id_bytes(id))
    .bind(i64::from(WAITERS_MAX))
    .fetch_all(connection)
    .await?;
    let waiter = |row: &AnyRow| {
        let correlation: String = row.try_get(1)?;
        let has_correlation: i64 = row.try_get(2)?;
        Ok(Waiter {
            reply_to: row.try_get(0)?,
            correlation_id: (has_correlation != 0).then_some(correlation),
        })
    };
    rows.iter().rev().map(waiter).collect()
}

pub(super) async fn story(connection: &mut AnyConnection, id: OperationId) -> Result<Vec<StoryLine>, Abort> {
    let rows = sqlx::query("SELECT at, fact FROM operation_events WHERE operation_id = ? ORDER BY seq")
        .bind(row::id_bytes(id))
        .fetch_all(connection)
        .await?;
    let what = format!("a fact of operation {id}");
    let line = |row: &AnyRow| -> Result<StoryLine, Abort> {
        Ok(StoryLine {
            at: Timestamp::from_micros(row.try_get(0)?),
            fact: row::from_json(&what, &row.try_get::<String, _>(1)?)?,
        })
    };
    rows.iter().map(line).collect()
}

pub(super) async fn list(
    connection: &mut AnyConnection,
    filter: &ListFilter,
) -> Result<Vec<Operation>, Abort> {
    let mut conditions = vec!["1 = 1"];
    if filter.open_only {
        conditions.push("finished_at IS NULL");
    }
    if filter.module.is_some() {
        conditions.push("module = ?");
    }
    if filter.before.is_some() {
        conditions.push("id < ?");
    }
    let mut query = sqlx::query(with_conditions(
        "SELECT id, data, version, refund_reserved FROM operations WHERE ",
        &conditions,
        " ORDER BY id DESC LIMIT ?",
    ));
    if let Some(module) = &filter.module {
        query = query.bind(module.as_str());
    }
    if let Some(before) = filter.before {
        query = query.bind(row::id_bytes(before));
    }
    let limit = i64::from(filter.limit.clamp(1, PAGE_MAX));
    let rows = query.bind(limit).fetch_all(connection).await?;
    let operations: Result<Vec<_>, JournalError> = rows
        .iter()
        .map(|row| row::stored(row).map(|stored| stored.operation))
        .collect();
    Ok(operations?)
}

pub(super) async fn outbox(
    connection: &mut AnyConnection,
    after: i64,
    limit: u32,
) -> Result<Vec<OutboxRow>, Abort> {
    let rows = sqlx::query(
        "SELECT seq, operation_id, reply_to, correlation_id, body FROM outbox \
         WHERE seq > ? ORDER BY seq LIMIT ?",
    )
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    let reply = |row: &AnyRow| -> Result<OutboxRow, Abort> {
        Ok(OutboxRow {
            row: row.try_get(0)?,
            outgoing: row::outgoing(row, 1)?,
        })
    };
    rows.iter().map(reply).collect()
}

pub(super) async fn revision(connection: &mut AnyConnection) -> Result<i64, Abort> {
    let row = sqlx::query("SELECT revision FROM settings_revision WHERE id = 1")
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}

pub(super) async fn receipt_holder(
    connection: &mut AnyConnection,
    key: ReceiptKey<'_>,
) -> Result<Option<OperationId>, Abort> {
    let row = sqlx::query(
        "SELECT operation FROM receipts WHERE module = ? AND store = ? AND terminal = ? AND shift = ? AND number = ?",
    )
    .bind(key.module.as_str())
    .bind(key.store.as_str())
    .bind(key.terminal.as_str())
    .bind(key.shift)
    .bind(key.number)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(row::id_from(&row.try_get::<Vec<u8>, _>(0)?)?))
}

pub(super) async fn link_holder(
    connection: &mut AnyConnection,
    module: &ModuleName,
    link_id: &str,
) -> Result<Option<OperationId>, Abort> {
    let row = sqlx::query("SELECT active_operation FROM links WHERE module = ? AND link_id = ?")
        .bind(module.as_str())
        .bind(link_id)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(row::id_from(&row.try_get::<Vec<u8>, _>(0)?)?))
}
