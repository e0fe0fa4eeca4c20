//! Opening operations and committing decisions.

use super::dialect::Dialect;
use super::failure::is_duplicate;
use super::tail::Tail;
use super::work::{Abort, Done, NewOperation, NewVersion};
use super::{others, read, row, settings};
use crate::rules::ReceiptKey;
use crate::{Holder, JournalError, Opened, rules};
use domain::{Kopecks, ModuleName, Operation, OperationId, Timestamp};
use sqlx::{AnyConnection, Row};

/// In whose name a settings write is audited that belongs to a decision.
const DAEMON: &str = "daemon";

const INSERT: &str = "INSERT INTO operations (id, module, store, terminal, caller_id, kind, state, version, amount, \
    paid, payment_id, link_id, created_at, updated_at, finished_at, due_at, lease_holder, lease_until, data, \
    receipt_number, receipt_shift) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// An operation that has not ended: only the holder of its lease may change it.
const UPDATE_OPEN: &str = "UPDATE operations SET state = ?, version = ?, paid = ?, link_id = ?, updated_at = ?, \
    finished_at = ?, due_at = ?, data = ?, lease_holder = ?, lease_until = COALESCE(?, lease_until) \
    WHERE id = ? AND version = ? AND finished_at IS NULL AND lease_holder = ?";

/// An operation that has ended: its state stays. It may rest without a holder; then the version alone decides.
const UPDATE_ENDED: &str = "UPDATE operations SET state = ?, version = ?, paid = ?, link_id = ?, updated_at = ?, \
    finished_at = ?, due_at = ?, data = ?, lease_holder = ?, lease_until = COALESCE(lease_until, ?) \
    WHERE id = ? AND version = ? AND finished_at IS NOT NULL AND state = ? \
    AND (lease_holder = ? OR (lease_holder IS NULL AND due_at IS NULL))";

const RESERVE: &str = "UPDATE operations SET refund_reserved = refund_reserved + ? \
    WHERE id = ? AND kind = 'payment' AND refund_reserved + ? <= paid";

/// Inserts a new operation, or finds the one that has its key.
pub(super) async fn open<'a>(
    connection: &mut AnyConnection,
    dialect: Dialect,
    new: &'a NewOperation,
    tail: &mut Tail<'a>,
) -> Result<Opened, Abort> {
    let opening = &new.opening;
    match insert(connection, new).await {
        Ok(()) => {}
        Err(error) if is_duplicate(&error) => return found(connection, dialect, new).await,
        Err(error) => return Err(error.into()),
    }
    if let Some((payment, sum)) = rules::reserve(&opening.operation) {
        reserve(connection, payment, sum).await?;
    }
    if let Some((module, link)) = rules::claim(&opening.operation) {
        claim(connection, module, &link, opening.operation.id).await?;
    }
    if let Some(receipt) = rules::claimed_receipt(&opening.operation) {
        claim_receipt(connection, receipt, opening.operation.id).await?;
    }
    tail.facts(&opening.operation, &new.facts, opening.now);
    if let Some(waiter) = &opening.waiter {
        others::insert_waiter(connection, dialect, opening.operation.id, waiter).await?;
    }
    tail.replies(&opening.outgoing, opening.now);
    Ok(Opened::New)
}

/// Commits a decision.
pub(super) async fn commit<'a>(
    connection: &mut AnyConnection,
    dialect: Dialect,
    new: &'a NewVersion,
    tail: &mut Tail<'a>,
) -> Result<Done, Abort> {
    let change = &new.change;
    let operation = &change.operation;
    let just_ended = if update(connection, new, false).await? {
        operation.state.is_final()
    } else if operation.state.is_final() && update(connection, new, true).await? {
        false
    } else {
        return Err(stale(operation.id, operation.version.saturating_sub(1)));
    };
    if just_ended {
        give_back(connection, operation).await?;
    }
    tail.facts(operation, &new.facts, change.now);
    tail.replies(&change.outgoing, change.now);
    if let Some(reversal) = &new.reversal {
        open_reversal(connection, dialect, operation.id, reversal, tail).await?;
    }
    if let Some(write) = &change.settings {
        settings::write(connection, write, change.distinct, DAEMON, change.now).await?;
    }
    Ok(Done::Nothing)
}

fn stale(id: OperationId, expected: u64) -> Abort {
    JournalError::Stale { id, expected }.into()
}

async fn insert(connection: &mut AnyConnection, new: &NewOperation) -> Result<(), sqlx::Error> {
    let opening = &new.opening;
    let operation = &opening.operation;
    let request = &operation.request;
    let receipt = rules::receipt_of(operation);
    let held = !rules::rests(operation);
    sqlx::query(INSERT)
        .bind(row::id_bytes(operation.id))
        .bind(request.module.as_str())
        .bind(request.store.as_str())
        .bind(request.terminal.as_str())
        .bind(request.id.as_str())
        .bind(row::kind(operation.kind()))
        .bind(operation.state.as_str())
        .bind(row::version(operation.version))
        .bind(operation.amount().get())
        .bind(rules::paid(operation).get())
        .bind(rules::payment_of(operation).map(row::id_bytes))
        .bind(operation.link_id.clone())
        .bind(operation.created_at.as_micros())
        .bind(opening.now.as_micros())
        .bind(finished_at(operation, opening.now))
        .bind(operation.due_at.map(Timestamp::as_micros))
        .bind(held.then(|| holder_bytes(opening.holder)))
        .bind(held.then_some(opening.lease_until.as_micros()))
        .bind(new.data.as_str())
        .bind(receipt.and_then(|receipt| receipt.number.as_deref()))
        .bind(receipt.and_then(|receipt| receipt.shift).map(i64::from))
        .execute(connection)
        .await
        .map(|_| ())
}

/// The operation that was there first; a new waiter is attached to it when the content is the same.
async fn found(
    connection: &mut AnyConnection,
    dialect: Dialect,
    new: &NewOperation,
) -> Result<Opened, Abort> {
    let operation = &new.opening.operation;
    let request = &operation.request;
    let key = (&request.store, &request.terminal, &request.id);
    let Some(mut stored) = read::by_key(connection, key).await? else {
        // Our own id is taken, by another request.
        return Err(stale(operation.id, 0));
    };
    if let Some(waiter) = &new.opening.waiter
        && stored.operation.request.same_content(request)
        && !stored.waiters.contains(waiter)
    {
        others::insert_waiter(connection, dialect, stored.operation.id, waiter).await?;
        stored.waiters = read::waiters(connection, stored.operation.id).await?;
    }
    Ok(Opened::Existing(Box::new(stored)))
}

/// Reserves a refund's sum on its payment. The row's own condition decides, whoever else refunds at this moment.
async fn reserve(connection: &mut AnyConnection, payment: OperationId, sum: Kopecks) -> Result<(), Abort> {
    let done = sqlx::query(RESERVE)
        .bind(sum.get())
        .bind(row::id_bytes(payment))
        .bind(sum.get())
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() == 1 {
        return Ok(());
    }
    let row = sqlx::query("SELECT paid, refund_reserved FROM operations WHERE id = ? AND kind = 'payment'")
        .bind(row::id_bytes(payment))
        .fetch_optional(connection)
        .await?;
    let left = match row {
        Some(row) => row.try_get::<i64, _>(0)?.saturating_sub(row.try_get(1)?),
        None => 0,
    };
    let left = Kopecks::new(left).unwrap_or(Kopecks::ZERO);
    Err(Abort::Refused(Ok(Done::Opened(Opened::RefundExceeds { left }))))
}

/// Claims a cash link for a payment, or a payment for a refund.
async fn claim(
    connection: &mut AnyConnection,
    module: &ModuleName,
    link: &str,
    id: OperationId,
) -> Result<(), Abort> {
    let done = sqlx::query("INSERT INTO links (module, link_id, active_operation) VALUES (?, ?, ?)")
        .bind(module.as_str())
        .bind(link)
        .bind(row::id_bytes(id))
        .execute(&mut *connection)
        .await;
    let error = match done {
        Ok(_) => return Ok(()),
        Err(error) if is_duplicate(&error) => error,
        Err(error) => return Err(error.into()),
    };
    match read::link_holder(connection, module, link).await? {
        Some(holder) => Err(Abort::Refused(Ok(Done::Opened(Opened::Held { holder })))),
        // Released in this very moment by another daemon; the caller may try again.
        None => Err(error.into()),
    }
}

/// Claims a receipt for a payment. It stays claimed when the payment is paid.
async fn claim_receipt(
    connection: &mut AnyConnection,
    key: ReceiptKey<'_>,
    id: OperationId,
) -> Result<(), Abort> {
    let done = sqlx::query(
        "INSERT INTO receipts (module, store, terminal, shift, number, operation) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(key.module.as_str())
    .bind(key.store.as_str())
    .bind(key.terminal.as_str())
    .bind(key.shift)
    .bind(key.number)
    .bind(row::id_bytes(id))
    .execute(&mut *connection)
    .await;
    let error = match done {
        Ok(_) => return Ok(()),
        Err(error) if is_duplicate(&error) => error,
        Err(error) => return Err(error.into()),
    };
    match read::receipt_holder(connection, key).await? {
        Some(holder) => Err(Abort::Refused(Ok(Done::Opened(Opened::ReceiptHasPayment {
            holder,
        })))),
        // Released in this very moment by another daemon; the caller may try again.
        None => Err(error.into()),
    }
}

async fn update(connection: &mut AnyConnection, new: &NewVersion, ended: bool) -> Result<bool, Abort> {
    let change = &new.change;
    let operation = &change.operation;
    let held = !rules::rests(operation);
    let holder = holder_bytes(change.holder);
    // An open operation keeps the end of its lease; one that has ended may have to be given one again.
    let lease_until = ended.then_some(change.now.as_micros());
    let mut query = sqlx::query(if ended { UPDATE_ENDED } else { UPDATE_OPEN })
        .bind(operation.state.as_str())
        .bind(row::version(operation.version))
        .bind(rules::paid(operation).get())
        .bind(operation.link_id.clone())
        .bind(change.now.as_micros())
        .bind(finished_at(operation, change.now))
        .bind(operation.due_at.map(Timestamp::as_micros))
        .bind(new.data.as_str())
        .bind(held.then(|| holder.clone()))
        .bind(lease_until)
        .bind(row::id_bytes(operation.id))
        .bind(row::version(operation.version.saturating_sub(1)));
    if ended {
        query = query.bind(operation.state.as_str());
    }
    let done = query.bind(holder).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Gives back what an operation held and holds no more, now that it has ended.
async fn give_back(connection: &mut AnyConnection, operation: &Operation) -> Result<(), sqlx::Error> {
    if let Some((payment, sum)) = rules::released_reserve(operation) {
        sqlx::query("UPDATE operations SET refund_reserved = refund_reserved - ? WHERE id = ?")
            .bind(sum.get())
            .bind(row::id_bytes(payment))
            .execute(&mut *connection)
            .await?;
    }
    if let Some((module, link)) = rules::held(operation) {
        sqlx::query("DELETE FROM links WHERE module = ? AND link_id = ? AND active_operation = ?")
            .bind(module.as_str())
            .bind(link.as_ref())
            .bind(row::id_bytes(operation.id))
            .execute(&mut *connection)
            .await?;
    }
    if let Some(key) = rules::released_receipt(operation) {
        sqlx::query(
            "DELETE FROM receipts WHERE module = ? AND store = ? AND terminal = ? AND shift = ? AND number = ? \
             AND operation = ?",
        )
        .bind(key.module.as_str())
        .bind(key.store.as_str())
        .bind(key.terminal.as_str())
        .bind(key.shift)
        .bind(key.number)
        .bind(row::id_bytes(operation.id))
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn open_reversal<'a>(
    connection: &mut AnyConnection,
    dialect: Dialect,
    payment: OperationId,
    reversal: &'a NewOperation,
    tail: &mut Tail<'a>,
) -> Result<(), Abort> {
    let opened = match open(connection, dialect, reversal, tail).await {
        Err(Abort::Refused(Ok(Done::Opened(opened)))) => opened,
        other => other?,
    };
    match opened {
        Opened::New => Ok(()),
        Opened::Existing(_) => Err(stale(reversal.opening.operation.id, 0)),
        Opened::RefundExceeds { .. } | Opened::ReceiptHasPayment { .. } | Opened::Held { .. } => {
            Err(JournalError::Damaged(format!(
                "operation {payment}: its reversal exceeds what is left of the payment"
            ))
            .into())
        }
    }
}

/// A holder as its column has it.
pub(super) fn holder_bytes(holder: Holder) -> Vec<u8> {
    holder.0.to_vec()
}

/// The column `finished_at`: set exactly when the state is final, since the guard of final states rests on it.
fn finished_at(operation: &Operation, now: Timestamp) -> Option<i64> {
    let at = operation.finished_at.unwrap_or(now);
    operation.state.is_final().then_some(at.as_micros())
}
