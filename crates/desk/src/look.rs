//! Looking without changing anything: status questions, watchers, and how an operation is found.

use crate::opening::{TurnedAway, turn_away};
use crate::{Inner, slot, unavailable};
use domain::{Code, OperationId, StoreId, TerminalId, Waiter};
use gateway::DeskError;
use journal::Stored;
use protocol::{Message, Reply, Status, Target};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Finds an operation. By our id only within the same store: a return at another register of the store is normal,
/// another store's payments are nobody's business.
pub async fn find(
    inner: &Inner,
    target: Option<Target>,
    store: &StoreId,
    terminal: &TerminalId,
) -> Result<Option<Stored>, DeskError> {
    let found = match target {
        Some(Target::Caller(caller)) => inner.journal.find(store, terminal, &caller).await,
        Some(Target::Operation(id)) => inner.journal.get(id).await,
        None => Ok(None),
    };
    Ok(found
        .map_err(unavailable)?
        .filter(|stored| &stored.operation.request.store == store))
}

/// Answers a status question.
pub async fn status(
    inner: &Arc<Inner>,
    status: &Status,
    message: &Message,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let Some(stored) = find(inner, status.target(), &status.store, &status.terminal).await? else {
        let away = TurnedAway::new(Code::UnknownPayment, "no operation is known under this id");
        return turn_away(inner, message, &away, waiter).await;
    };
    let id = stored.operation.id;
    let reply =
        protocol::render(&stored.operation, stored.refund_reserved, inner.clock.now()).answering(message);
    if let Some(waiter) = waiter {
        enqueue(inner, &reply, Some(id), waiter).await?;
    }
    Ok(reply)
}

/// How an operation stands.
pub async fn look(inner: &Inner, id: OperationId) -> Result<Option<Reply>, DeskError> {
    let stored = inner.journal.get(id).await.map_err(unavailable)?;
    let render =
        |stored: Stored| protocol::render(&stored.operation, stored.refund_reserved, inner.clock.now());
    Ok(stored.map(render))
}

/// Replies about an operation, the current one first.
pub async fn watch(
    inner: &Arc<Inner>,
    id: OperationId,
) -> Result<Option<mpsc::Receiver<Arc<Reply>>>, DeskError> {
    let (watcher, replies) = slot::watcher();
    // A slot tells how its operation stands without a look into the journal.
    if let Some(inbox) = inner.slots.find(id)
        && inbox.send(slot::Command::Watch(watcher.clone())).await.is_ok()
    {
        return Ok(Some(replies));
    }
    let Some(reply) = look(inner, id).await? else {
        return Ok(None);
    };
    if !reply.is_final
        && let Some(inbox) = slot::reach(inner, id).await?
        && inbox.send(slot::Command::Watch(watcher.clone())).await.is_ok()
    {
        return Ok(Some(replies));
    }
    let _ = watcher.try_send(Arc::new(reply));
    Ok(Some(replies))
}

/// Puts a reply that belongs to no change into the outbox.
pub async fn enqueue(
    inner: &Inner,
    reply: &Reply,
    operation: Option<OperationId>,
    waiter: Waiter,
) -> Result<(), DeskError> {
    let outgoing = slot::outgoing(reply, operation, &[waiter]);
    inner
        .journal
        .enqueue(outgoing, inner.clock.now())
        .await
        .map_err(unavailable)?;
    inner.outbox_filled.notify_waiters();
    Ok(())
}
