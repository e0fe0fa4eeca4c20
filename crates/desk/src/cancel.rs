//! The cashier's cancel. It is an event of the payment, answered at once; how the payment ends follows.

use crate::opening::{TurnedAway, turn_away};
use crate::{Inner, at_once, look};
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
    let question = message.clone();
    let answer = move |reply: Reply| answering(reply, &question);
    at_once::answer(inner, stored, engine::Event::CancelRequested, waiter, answer).await
}

/// The reply as the answer to the cancel.
fn answering(reply: Reply, message: &Message) -> Reply {
    let paid = reply.state == Some(domain::State::Paid);
    let reply = if paid { already_paid(reply) } else { reply };
    reply.answering(message)
}

fn already_paid(reply: Reply) -> Reply {
    let error = protocol::turned_away(None, None, Code::AlreadyPaid, None).error;
    Reply { error, ..reply }
}
