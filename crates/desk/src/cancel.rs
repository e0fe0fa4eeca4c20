//! The cashier's cancel. It is an event of the payment, answered at once; how the payment ends follows.

use crate::opening::{TurnedAway, turn_away};
use crate::{Inner, look, slot, unavailable};
use domain::{Code, OperationKind, Waiter};
use gateway::DeskError;
use protocol::{Cancel, Message, Reply};
use std::sync::Arc;

/// Cancels a payment. A payment that has ended stays as it ended, and the reply says how.
pub async fn cancel(
    inner: &Arc<Inner>,
    cancel: &Cancel,
    message: &Message,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let found = look::find(inner, cancel.target(), &cancel.store, &cancel.terminal).await?;
    let Some(stored) = found.filter(|stored| stored.operation.kind() == OperationKind::Payment) else {
        let away = TurnedAway::new(Code::UnknownPayment, "no payment is known under this id");
        return turn_away(inner, message, &away, waiter).await;
    };
    let id = stored.operation.id;
    let mut reply = protocol::render(&stored.operation, stored.refund_reserved, inner.clock.now());
    if !reply.is_final {
        if let Some(waiter) = &waiter {
            inner
                .journal
                .attach(id, waiter.clone())
                .await
                .map_err(unavailable)?;
            if let Some(inbox) = slot::reach(inner, id).await? {
                let _ = inbox.send(slot::Command::Attach(waiter.clone())).await;
            }
        }
        let happened = slot::happen(inner, id, engine::Event::CancelRequested).await?;
        reply = happened.ok_or_else(|| {
            DeskError::JournalUnavailable("another daemon works on the payment; try again".to_owned())
        })?;
    }
    if reply.state == Some(domain::State::Paid) {
        reply = already_paid(reply);
    }
    let reply = reply.answering(message);
    if let Some(waiter) = waiter {
        look::enqueue(inner, &reply, Some(id), waiter).await?;
    }
    Ok(reply)
}

fn already_paid(reply: Reply) -> Reply {
    let error = protocol::turned_away(None, None, Code::AlreadyPaid, None).error;
    Reply { error, ..reply }
}
