//! What a batch only adds: lines of stories and replies of the outbox. No job of the batch reads them, so they are
//! gathered from all jobs and written together, many rows to a statement.

use super::dialect::for_rows;
use super::row;
use crate::Outgoing;
use domain::{Operation, OperationId, Timestamp};
use sqlx::AnyConnection;

/// How many rows one INSERT has, largest first. Few sizes, so that each is prepared once.
const INSERT_SIZES: [usize; 4] = [64, 16, 4, 1];

struct FactRow<'a> {
    operation: OperationId,
    number: i64,
    at: Timestamp,
    fact: &'a str,
}

struct ReplyRow<'a> {
    outgoing: &'a Outgoing,
    at: Timestamp,
}

/// Rows that are still to be written.
#[derive(Default)]
pub(super) struct Tail<'a> {
    facts: Vec<FactRow<'a>>,
    replies: Vec<ReplyRow<'a>>,
}

/// A place in the tail to come back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    facts: usize,
    replies: usize,
}

impl<'a> Tail<'a> {
    /// Adds the facts of a version.
    pub(super) fn facts(&mut self, operation: &Operation, facts: &'a [String], at: Timestamp) {
        for (index, fact) in facts.iter().enumerate() {
            self.facts.push(FactRow {
                operation: operation.id,
                number: row::fact_number(operation.version, index),
                at,
                fact,
            });
        }
    }

    /// Adds replies, in the order in which they are to be sent.
    pub(super) fn replies(&mut self, outgoing: &'a [Outgoing], at: Timestamp) {
        let row = |outgoing| ReplyRow { outgoing, at };
        self.replies.extend(outgoing.iter().map(row));
    }

    /// Where it ends now.
    pub(super) const fn mark(&self) -> Mark {
        Mark {
            facts: self.facts.len(),
            replies: self.replies.len(),
        }
    }

    /// Forgets what a refused job has added.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.facts.truncate(mark.facts);
        self.replies.truncate(mark.replies);
    }

    /// Writes everything that was gathered.
    pub(super) async fn write(&mut self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let facts = std::mem::take(&mut self.facts);
        let mut left = facts.as_slice();
        for size in INSERT_SIZES {
            while let Some((now, later)) = left.split_at_checked(size) {
                insert_facts(connection, now).await?;
                left = later;
            }
        }
        let replies = std::mem::take(&mut self.replies);
        let mut left = replies.as_slice();
        for size in INSERT_SIZES {
            while let Some((now, later)) = left.split_at_checked(size) {
                insert_replies(connection, now).await?;
                left = later;
            }
        }
        Ok(())
    }
}

async fn insert_facts(connection: &mut AnyConnection, rows: &[FactRow<'_>]) -> Result<(), sqlx::Error> {
    let text = for_rows(
        "INSERT INTO operation_events (operation_id, seq, at, fact) VALUES ",
        "(?, ?, ?, ?)",
        rows.len(),
    );
    let bound = rows.iter().fold(sqlx::query(text), |query, line| {
        query
            .bind(row::id_bytes(line.operation))
            .bind(line.number)
            .bind(line.at.as_micros())
            .bind(line.fact)
    });
    bound.execute(connection).await.map(|_| ())
}

async fn insert_replies(connection: &mut AnyConnection, rows: &[ReplyRow<'_>]) -> Result<(), sqlx::Error> {
    let text = for_rows(
        "INSERT INTO outbox (operation_id, reply_to, correlation_id, body, created_at) VALUES ",
        "(?, ?, ?, ?, ?)",
        rows.len(),
    );
    let bound = rows.iter().fold(sqlx::query(text), |query, line| {
        query
            .bind(line.outgoing.operation.map(row::id_bytes))
            .bind(line.outgoing.waiter.reply_to.as_str())
            .bind(line.outgoing.waiter.correlation_id.clone())
            .bind(line.outgoing.body.as_str())
            .bind(line.at.as_micros())
    });
    bound.execute(connection).await.map(|_| ())
}
