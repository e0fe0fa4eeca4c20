//! What an operation means for rows other than its own. One reading, shared by every implementation.

use domain::receipt::Receipt;
use domain::request::Order;
use domain::{Kopecks, ModuleName, Operation, OperationId, OperationKind, State, StoreId, TerminalId};
use std::borrow::Cow;

/// The payment that a refund takes its sum from, and the sum. None for anything else, and for a refund that ended
/// without money moving.
pub(crate) fn reserve(operation: &Operation) -> Option<(OperationId, Kopecks)> {
    if ended_without_money(operation.state) {
        return None;
    }
    refunded(operation)
}

/// The reserve that a refund gives back by ending in the state it has now.
pub(crate) fn released_reserve(operation: &Operation) -> Option<(OperationId, Kopecks)> {
    if !ended_without_money(operation.state) {
        return None;
    }
    refunded(operation)
}

/// The payment that a refund speaks of.
pub(crate) fn payment_of(operation: &Operation) -> Option<OperationId> {
    refunded(operation).map(|(payment, _)| payment)
}

/// What one operation at a time may hold: a payment its cash link, a refund its payment where the provider takes
/// one refund at a time. Both stand in the table of links; no link has a name like a payment's.
pub(crate) fn held(operation: &Operation) -> Option<(&ModuleName, Cow<'_, str>)> {
    let place = match operation.kind() {
        OperationKind::Payment => Cow::Borrowed(operation.link_id.as_deref()?),
        OperationKind::Refund if operation.abilities.one_refund_at_a_time => {
            Cow::Owned(format!("refund of {}", payment_of(operation)?))
        }
        OperationKind::Refund | OperationKind::LinkCheck | OperationKind::LinkBind => return None,
    };
    Some((&operation.request.module, place))
}

/// What a new operation claims for itself.
pub(crate) fn claim(operation: &Operation) -> Option<(&ModuleName, Cow<'_, str>)> {
    if operation.state.is_final() {
        return None;
    }
    held(operation)
}

/// The receipt that a payment belongs to, when the register sent it.
pub(crate) fn receipt_of(operation: &Operation) -> Option<&Receipt> {
    match &operation.request.order {
        Order::Pay(pay) => pay.receipt.as_ref(),
        Order::Refund(_) | Order::LinkCheck(_) | Order::LinkBind(_) => None,
    }
}

/// A receipt of which there may be one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ReceiptKey<'a> {
    /// The module: another one may pay the rest.
    pub(crate) module: &'a ModuleName,
    /// The store.
    pub(crate) store: &'a StoreId,
    /// The register.
    pub(crate) terminal: &'a TerminalId,
    /// The shift; -1 when the register does not name it.
    pub(crate) shift: i64,
    /// The receipt's number.
    pub(crate) number: &'a str,
}

/// The receipt of a payment that is reserved first. Only those are one to a receipt.
pub(crate) fn receipt(operation: &Operation) -> Option<ReceiptKey<'_>> {
    let request = &operation.request;
    let receipt = receipt_of(operation).filter(|_| operation.abilities.reservation)?;
    Some(ReceiptKey {
        module: &request.module,
        store: &request.store,
        terminal: &request.terminal,
        shift: receipt.shift.map_or(-1, i64::from),
        number: receipt.number.as_deref()?,
    })
}

/// The receipt that a new payment claims.
pub(crate) fn claimed_receipt(operation: &Operation) -> Option<ReceiptKey<'_>> {
    receipt(operation).filter(|_| !ended_without_money(operation.state))
}

/// The receipt that a payment gives back by ending in the state it has now: it may be paid anew.
pub(crate) fn released_receipt(operation: &Operation) -> Option<ReceiptKey<'_>> {
    receipt(operation).filter(|_| ended_without_money(operation.state))
}

/// Whether nobody needs to hold it: it has ended and asks for no attention.
pub(crate) fn rests(operation: &Operation) -> bool {
    operation.state.is_final() && operation.due_at.is_none()
}

/// What the provider says was paid.
pub(crate) fn paid(operation: &Operation) -> Kopecks {
    operation.paid.as_ref().map_or(Kopecks::ZERO, |paid| paid.amount)
}

fn refunded(operation: &Operation) -> Option<(OperationId, Kopecks)> {
    match &operation.request.order {
        Order::Refund(refund) => Some((refund.payment, refund.amount)),
        Order::Pay(_) | Order::LinkCheck(_) | Order::LinkBind(_) => None,
    }
}

/// Final, and by its own words no money moved.
const fn ended_without_money(state: State) -> bool {
    matches!(
        state,
        State::Refused | State::Declined | State::Expired | State::Cancelled
    )
}
