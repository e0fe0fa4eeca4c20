//! Writes other than opening and committing: waiters, the outbox, leases.

use super::dialect::{Dialect, with_list};
use super::operations::holder_bytes;
use super::work::{Abort, Done};
use super::writer::one_text;
use super::{read, row};
use crate::{Holder, JournalError, PAGE_MAX};
use domain::{OperationId, Timestamp, Waiter};
use sqlx::{AnyConnection, Row};

/// How many rows one DELETE takes from the outbox, largest first. Few sizes, so that each is prepared once.
const DELETE_SIZES: [usize; 3] = [64, 8, 1];

/// Most pages of unreadable operations that one adoption walks over.
const DAMAGED_PAGES_MAX: u32 = 16;

pub(super) async fn insert_waiter(
    connection: &mut AnyConnection,
    dialect: Dialect,
    id: OperationId,
    waiter: &Waiter,
) -> Result<(), sqlx::Error> {
    let (correlation, has_correlation) = row::correlation(waiter);
    sqlx::query(dialect.insert_waiter())
        .bind(row::id_bytes(id))
        .bind(waiter.reply_to.as_str())
        .bind(correlation)
        .bind(has_correlation)
        .execute(connection)
        .await
        .map(|_| ())
}

pub(super) async fn attach(
    connection: &mut AnyConnection,
    dialect: Dialect,
    id: OperationId,
    waiter: &Waiter,
) -> Result<Done, Abort> {
    let known = sqlx::query("SELECT version FROM operations WHERE id = ?")
        .bind(row::id_bytes(id))
        .fetch_optional(&mut *connection)
        .await?;
    if known.is_none() {
        return Err(JournalError::Damaged(format!("operation {id}: it is not in the journal")).into());
    }
    insert_waiter(connection, dialect, id, waiter).await?;
    Ok(Done::Nothing)
}

pub(super) async fn delivered(connection: &mut AnyConnection, mut rows: &[i64]) -> Result<Done, Abort> {
    for size in DELETE_SIZES {
        while let Some((now, later)) = rows.split_at_checked(size) {
            let text = with_list("DELETE FROM outbox WHERE seq IN ({list})", size);
            let query = now.iter().fold(sqlx::query(text), |query, seq| query.bind(*seq));
            query.execute(&mut *connection).await?;
            rows = later;
        }
    }
    Ok(Done::Nothing)
}

pub(super) async fn adopt(
    connection: &mut AnyConnection,
    dialect: Dialect,
    holder: Holder,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Done, Abort> {
    let limit = i64::from(limit.clamp(1, PAGE_MAX));
    let mut adopted = Vec::new();
    for _ in 0..DAMAGED_PAGES_MAX {
        let rows = sqlx::query(dialect.adoptable())
            .bind(now.as_micros())
            .bind(limit)
            .fetch_all(&mut *connection)
            .await?;
        for found in &rows {
            lease(connection, found.try_get(0)?, holder, until).await?;
            match row::stored(found) {
                Ok(mut stored) => {
                    stored.waiters = read::waiters(connection, stored.operation.id).await?;
                    adopted.push(stored);
                }
                // It must not keep the others from being taken up. The lease keeps it out of the next page.
                Err(error) => tracing::error!(%error, "an operation cannot be taken up"),
            }
        }
        if !adopted.is_empty() || rows.is_empty() {
            break;
        }
    }
    Ok(Done::Adopted(adopted))
}

pub(super) async fn take(
    connection: &mut AnyConnection,
    id: OperationId,
    holder: Holder,
    now: Timestamp,
    until: Timestamp,
) -> Result<Done, Abort> {
    let taken = sqlx::query(
        "UPDATE operations SET lease_holder = ?, lease_until = ? \
         WHERE id = ? AND (lease_holder IS NULL OR lease_holder = ? OR lease_until < ?)",
    )
    .bind(holder_bytes(holder))
    .bind(until.as_micros())
    .bind(row::id_bytes(id))
    .bind(holder_bytes(holder))
    .bind(now.as_micros())
    .execute(&mut *connection)
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(Done::Adopted(Vec::new()));
    }
    let stored = read::by_id(connection, id).await?;
    Ok(Done::Adopted(stored.into_iter().collect()))
}

async fn lease(
    connection: &mut AnyConnection,
    id: Vec<u8>,
    holder: Holder,
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE operations SET lease_holder = ?, lease_until = ? WHERE id = ?")
        .bind(holder_bytes(holder))
        .bind(until.as_micros())
        .bind(id)
        .execute(connection)
        .await
        .map(|_| ())
}

pub(super) async fn renew(
    connection: &mut AnyConnection,
    holder: Holder,
    until: Timestamp,
) -> Result<Done, Abort> {
    let done = sqlx::query("UPDATE operations SET lease_until = ? WHERE lease_holder = ?")
        .bind(until.as_micros())
        .bind(holder_bytes(holder))
        .execute(connection)
        .await?;
    Ok(Done::Count(done.rows_affected()))
}

pub(super) async fn release(connection: &mut AnyConnection, holder: Holder) -> Result<Done, Abort> {
    sqlx::query("UPDATE operations SET lease_holder = NULL, lease_until = NULL WHERE lease_holder = ?")
        .bind(holder_bytes(holder))
        .execute(connection)
        .await?;
    Ok(Done::Nothing)
}

/// What the writing connection says about what survives a power cut.
pub(super) async fn durability(
    connection: &mut AnyConnection,
    dialect: Dialect,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    let questions: &[(&str, &'static str)] = match dialect {
        Dialect::Sqlite => &[
            (
                "journal_mode",
                "SELECT CAST(journal_mode AS TEXT) FROM pragma_journal_mode",
            ),
            (
                "synchronous",
                "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous",
            ),
        ],
        Dialect::MariaDb => &[
            (
                "innodb_flush_log_at_trx_commit",
                "SELECT CAST(@@innodb_flush_log_at_trx_commit AS CHAR)",
            ),
            ("log_bin", "SELECT CAST(@@log_bin AS CHAR)"),
            ("sync_binlog", "SELECT CAST(@@sync_binlog AS CHAR)"),
            ("binlog_format", "SELECT CAST(@@binlog_format AS CHAR)"),
        ],
    };
    let mut answers = Vec::with_capacity(questions.len());
    for (name, question) in questions {
        answers.push(((*name).to_owned(), one_text(connection, question).await?));
    }
    Ok(answers)
}
