//! Refunds: of a payment that is paid, whole or in part, several times. That they never exceed it is the journal's
//! guard, not this file's.

use crate::modules::Module;
use crate::opening::{Draft, GAP_MS, TurnedAway, enter, repeated, turn_away};
use crate::{Inner, look, unavailable};
use domain::operation::PaymentRef;
use domain::{Code, Kopecks, OperationKind, State, Waiter};
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
    let found = look::find(inner, refund.target(), &refund.store, &refund.terminal).await?;
    let payment = found.filter(|stored| stored.operation.kind() == OperationKind::Payment);
    let known = inner
        .journal
        .find(&refund.store, &refund.terminal, &refund.id)
        .await
        .map_err(unavailable)?;
    if let Some(known) = known {
        let same = payment.is_some_and(|payment| repeats(refund, &payment, &known));
        return repeated(inner, known, same, message, waiter).await;
    }
    let Some(payment) = payment else {
        let away = TurnedAway::new(Code::UnknownPayment, "no payment is known under this id");
        return turn_away(inner, message, &away, waiter).await;
    };
    match draft(inner, refund, &payment) {
        Ok(draft) => enter(inner, draft, message, waiter).await,
        Err(away) => turn_away(inner, message, &away, waiter).await,
    }
}

fn repeats(refund: &Refund, payment: &Stored, known: &Stored) -> bool {
    let module = &payment.operation.request.module;
    refund.repeats(module, payment.operation.id, &known.operation.request)
}

/// What a payment offers to a refund.
pub struct Offer {
    /// The module, as the register that took the payment sees it.
    module: Arc<Module>,
    /// What was paid.
    paid: Kopecks,
    /// What of it is neither refunded nor being refunded.
    pub left: Kopecks,
    /// Whether a part may be refunded.
    pub in_part: bool,
}

/// What may be refunded of a payment; an error when nothing, whatever sum is asked.
pub fn offer(inner: &Inner, payment: &Stored) -> Result<Offer, TurnedAway> {
    let operation = &payment.operation;
    let paid = operation.paid.as_ref().filter(|_| operation.state == State::Paid);
    let paid = paid.ok_or_else(|| TurnedAway::new(Code::NotPaid, "the payment is not paid"))?;
    let request = &operation.request;
    let module = inner
        .modules
        .module(&request.module, &request.store, &request.terminal)?;
    let abilities = module.built.connector.abilities();
    if !abilities.refund {
        return Err(TurnedAway::new(Code::Unsupported, "this module cannot refund"));
    }
    let left = paid.amount.checked_sub(payment.refund_reserved);
    Ok(Offer {
        module,
        paid: paid.amount,
        left: left.unwrap_or(Kopecks::ZERO),
        in_part: abilities.partial_refund,
    })
}

impl Offer {
    /// Whether a refund of this sum may be tried. That it is not more than what is left is the journal's guard.
    pub fn takes(&self, sum: Kopecks) -> Result<(), TurnedAway> {
        if self.left.is_zero() && sum.is_zero() {
            return Err(TurnedAway::new(
                Code::RefundExceedsPayment,
                "nothing of the payment is left to refund",
            ));
        }
        if sum < self.paid && !self.in_part {
            return Err(TurnedAway::new(
                Code::Unsupported,
                "this module refunds only the whole payment",
            ));
        }
        Ok(())
    }
}

fn draft(inner: &Inner, refund: &Refund, payment: &Stored) -> Result<Draft, TurnedAway> {
    let operation = &payment.operation;
    let name = &operation.request.module;
    if refund.module.as_ref().is_some_and(|asked| asked != name) {
        return Err(TurnedAway::new(
            Code::InvalidField,
            format!("module: the payment was made through {name}"),
        ));
    }
    let offer = offer(inner, payment)?;
    let request = refund
        .clone()
        .into_request(name.clone(), operation.id, offer.left);
    offer.takes(request.amount())?;
    let Offer { module, paid, .. } = offer;
    let mut policy = module.built.policy.clone();
    if let Some(timeout_ms) = refund.timeout_ms {
        policy.answer_within_ms = policy.answer_within_ms.min(timeout_ms.saturating_sub(GAP_MS));
    }
    let payment = PaymentRef {
        order: operation.order(),
        amount: paid,
        reference: operation.reference.clone(),
    };
    Ok(Draft {
        request,
        module,
        policy,
        link_id: None,
        link_owner: None,
        payment: Some(payment),
    })
}
