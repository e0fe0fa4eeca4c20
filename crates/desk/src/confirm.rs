//! The register's confirmation of a debit. Like a cancel it is an event of the payment, answered at once; how the
//! payment ends follows.

use crate::opening::{TurnedAway, turn_away};
use crate::{Inner, at_once, look};
use domain::{Code, Kopecks, Operation, OperationKind, State, Waiter};
use gateway::DeskError;
use protocol::{Confirm, Message, Reply};
use std::sync::Arc;

/// Confirms the debit of what was reserved. A repeat finds the stored state; what cannot be confirmed, or not with
/// this sum, is turned away and changes nothing.
pub async fn confirm(
    inner: &Arc<Inner>,
    confirm: &Confirm,
    message: &Message,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let found = look::find(inner, confirm.target(), &confirm.store, &confirm.terminal).await?;
    let Some(stored) = found.filter(|stored| stored.operation.kind() == OperationKind::Payment) else {
        let away = TurnedAway::new(Code::UnknownPayment, "no payment is known under this id");
        return turn_away(inner, message, &away, waiter).await;
    };
    let amount = match sum(&stored.operation, confirm.amount) {
        Ok(amount) => amount,
        Err(away) => return turn_away(inner, message, &away, waiter).await,
    };
    let question = message.clone();
    let answer = move |reply: Reply| answering(reply, &question, amount);
    at_once::answer(inner, stored, engine::Event::Confirmed { amount }, waiter, answer).await
}

/// The sum to debit, if the payment can be confirmed with it or was.
fn sum(operation: &Operation, asked: Option<Kopecks>) -> Result<Kopecks, TurnedAway> {
    let Some(most) = operation.confirmable() else {
        let detail = "nothing is reserved for this payment";
        return Err(TurnedAway::new(Code::NotAwaitingConfirmation, detail));
    };
    let amount = asked.unwrap_or(most);
    if let Some(before) = operation.confirmed() {
        return if before == amount {
            Ok(amount)
        } else {
            let detail = format!("{before} rubles were confirmed before");
            Err(TurnedAway::new(Code::AlreadyConfirmed, detail))
        };
    }
    if operation.state != State::AwaitingConfirmation {
        let detail = format!("the payment is {}", operation.state.as_str());
        return Err(TurnedAway::new(Code::NotAwaitingConfirmation, detail));
    }
    if amount.is_zero() || amount > most {
        let detail = format!("amount: from 0.01 to {most} rubles can be debited");
        return Err(TurnedAway::new(Code::AmountOutOfRange, detail));
    }
    Ok(amount)
}

/// The reply as the answer to the confirmation. Between the reading and the event the payment may have ended, or
/// another confirmation may have come first.
fn answering(reply: Reply, message: &Message, amount: Kopecks) -> Reply {
    let confirmed = reply.reservation.as_ref().and_then(|report| report.confirmed);
    let code = match confirmed {
        Some(confirmed) if confirmed == amount => return reply.answering(message),
        Some(_) => Code::AlreadyConfirmed,
        None => Code::NotAwaitingConfirmation,
    };
    let detail = reply
        .state
        .map(|state| format!("the payment is {}", state.as_str()));
    protocol::turned_away(None, Some(message), code, detail)
}
