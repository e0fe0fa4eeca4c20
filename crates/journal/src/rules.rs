//! What an operation means for rows other than its own. One reading, shared by every implementation.

use domain::request::Order;
use domain::{Kopecks, ModuleName, Operation, OperationId, OperationKind, State};

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

/// The cash link that a payment works over.
pub(crate) fn link(operation: &Operation) -> Option<(&ModuleName, &str)> {
    if operation.kind() != OperationKind::Payment {
        return None;
    }
    Some((&operation.request.module, operation.link_id.as_deref()?))
}

/// The cash link that a new payment claims.
pub(crate) fn claim(operation: &Operation) -> Option<(&ModuleName, &str)> {
    if operation.state.is_final() {
        return None;
    }
    link(operation)
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
