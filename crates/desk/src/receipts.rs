//! Refund by receipt: which payments a receipt of the store has, and what the bank lets be refunded of each, said
//! before the attempt.

use crate::opening::{TurnedAway, turn_away};
use crate::{Inner, look, refund, unavailable};
use domain::{Code, Kopecks, OperationKind, Waiter};
use gateway::DeskError;
use journal::Stored;
use protocol::{Message, ReceiptFind, ReceiptPayment, Refundable, Reply};
use std::sync::Arc;
use texts::{Note, Text, code_text, note, state_text};

/// Most payments of a receipt that are told, the newest first.
const PAYMENTS_MAX: u32 = 50;

/// Answers a question about a receipt. Changes nothing.
pub async fn find(
    inner: &Arc<Inner>,
    find: &ReceiptFind,
    message: &Message,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let receipt = &find.receipt;
    let found = inner
        .journal
        .find_by_receipt(&find.store, &receipt.number, receipt.shift, PAYMENTS_MAX)
        .await
        .map_err(unavailable)?;
    if found.is_empty() {
        let away = TurnedAway::new(Code::UnknownPayment, "no payment of this store has this receipt");
        return turn_away(inner, message, &away, waiter).await;
    }
    let payments = found.iter().map(|payment| told(inner, payment)).collect();
    let reply = protocol::receipt_found(message, payments);
    if let Some(waiter) = waiter {
        look::enqueue(inner, &reply, None, waiter).await?;
    }
    Ok(reply)
}

fn told(inner: &Inner, payment: &Stored) -> ReceiptPayment {
    let offer = refund::offer(inner, payment);
    let taken = offer.as_ref().map_err(Clone::clone).and_then(|offer| {
        offer.takes(offer.left)?;
        Ok(offer.in_part)
    });
    let (refundable, words) = match taken {
        Ok(true) => (Refundable::Partial, None),
        Ok(false) => (Refundable::Whole, Some(note(Note::RefundWholeOnly))),
        Err(away) => (Refundable::None, Some(why_not(payment, &away))),
    };
    let left = offer.map_or(Kopecks::ZERO, |offer| offer.left);
    protocol::receipt_payment(
        &payment.operation,
        payment.refund_reserved,
        left,
        refundable,
        words,
    )
}

/// What the cashier is told when nothing may be refunded.
fn why_not(payment: &Stored, away: &TurnedAway) -> Text {
    match away.code {
        Code::NotPaid => state_text(payment.operation.state, OperationKind::Payment),
        Code::Unsupported => note(Note::GiveBackByHand),
        Code::RefundExceedsPayment => note(Note::NothingLeftToRefund),
        code => code_text(code),
    }
}
