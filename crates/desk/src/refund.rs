//! Refunds: of a payment that is paid, whole or in part, several times. That they never exceed it is the journal's
//! guard, not this file's.

use crate::look::{self, Target};
use crate::opening::{Draft, TurnedAway, enter, repeat_or_turn_away, turn_away};
use crate::{Inner, unavailable};
use domain::operation::PaymentRef;
use domain::request::{self, Order, RefundOrigin, Request};
use domain::{Code, Kopecks, OperationKind, Waiter};
use gateway::DeskError;
use journal::Stored;
use protocol::{Message, Refund, Reply};
use std::sync::Arc;

/// Opens a refund, or finds the one that was opened under the same id.
pub async fn open(
    inner: &Arc<Inner>,
    refund: &Refund,
    message: &Message,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let known = inner.journal.find(&refund.store, &refund.terminal, &refund.id).await.map_err(unavailable)?;
    let payment = match look::find(inner, &Target::of_refund(refund), &refund.store, &refund.terminal).await? {
        Some(stored) if stored.operation.kind() == OperationKind::Payment => stored,
        Some(_) | None => {
            let away = TurnedAway::new(Code::UnknownPayment, "no payment is known under this id");
            return repeat_or_turn_away(inner, message, &away, waiter).await;
        }
    };
    match draft(inner, refund, &payment, known.as_ref()) {
        Ok(draft) => enter(inner, draft, message, waiter).await,
        Err(away) => turn_away(inner, message, &away, waiter).await,
    }
}

fn draft(
    inner: &Inner,
    refund: &Refund,
    payment: &Stored,
    known: Option<&Stored>,
) -> Result<Draft, TurnedAway> {
    let paid = payment.operation.paid.as_ref().filter(|_| payment.operation.state == domain::State::Paid);
    let paid = paid.ok_or_else(|| TurnedAway::new(Code::NotPaid, "the payment is not paid"))?;
    let name = &payment.operation.request.module;
    if refund.module.as_ref().is_some_and(|asked| asked != name) {
        return Err(TurnedAway::new(Code::InvalidField, format!("module: the payment was made through {name}")));
    }
    let amount = amount(refund, payment, paid.amount, known);
    let module = inner.modules.module(name, &payment.operation.request.store, &payment.operation.request.terminal)?;
    let abilities = module.built.connector.abilities();
    if !abilities.refund {
        return Err(TurnedAway::new(Code::Unsupported, "this module cannot refund"));
    }
    if amount < paid.amount && !abilities.partial_refund {
        return Err(TurnedAway::new(Code::Unsupported, "this module refunds only the whole payment"));
    }
    if amount.is_zero() {
        return Err(TurnedAway::new(Code::RefundExceedsPayment, "nothing of the payment is left to refund"));
    }
    let mut policy = module.built.policy.clone();
    if let Some(timeout_ms) = refund.timeout_ms {
        policy.answer_within_ms = policy.answer_within_ms.min(timeout_ms.saturating_sub(10_000)).max(1_000);
    }
    Ok(Draft {
        request: Request {
            id: refund.id.clone(),
            module: name.clone(),
            store: refund.store.clone(),
            terminal: refund.terminal.clone(),
            order: Order::Refund(request::Refund {
                payment: payment.operation.id,
                amount,
                purpose: refund.purpose.clone(),
                origin: RefundOrigin::Register,
            }),
            timeout_ms: refund.timeout_ms,
        },
        module,
        policy,
        link_id: None,
        link_owner: None,
        payment: Some(PaymentRef {
            order: payment.operation.order(),
            amount: paid.amount,
            reference: payment.operation.reference.clone(),
        }),
    })
}

/// The asked sum, or all that is left. A repeat without a sum means the sum that was meant the first time.
fn amount(refund: &Refund, payment: &Stored, paid: Kopecks, known: Option<&Stored>) -> Kopecks {
    refund
        .amount
        .or_else(|| known.map(|stored| stored.operation.amount()))
        .unwrap_or_else(|| paid.checked_sub(payment.refund_reserved).unwrap_or(Kopecks::ZERO))
}
