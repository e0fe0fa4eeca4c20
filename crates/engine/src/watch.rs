//! The watch that follows an unpaid end: money that comes late all the same must be seen and given back.

use crate::draft::Draft;
use domain::{CallKind, Fact, Operation, State, Timestamp};

/// Asks when the planned moment has come, and stops when the time is over.
pub fn advance(draft: &mut Draft) {
    if !may_be_paid_late(&draft.operation) {
        draft.operation.act_at = None;
        return;
    }
    if draft.operation.in_flight.is_some() {
        return;
    }
    match draft.operation.act_at {
        Some(at) if at > draft.now => {}
        Some(_) if ends_at(&draft.operation) <= draft.now => {
            draft.operation.act_at = None;
            draft.fact(Fact::WatchEnded);
        }
        Some(_) => draft.call(CallKind::Status),
        None => look_again(draft),
    }
}

/// Plans the next look, if the watch is not over.
pub fn look_again(draft: &mut Draft) {
    let left_ms = ends_at(&draft.operation).ms_since(draft.now);
    if left_ms > 0 {
        draft.act_in(draft.operation.policy.return_interval_ms.min(left_ms));
    }
}

fn ends_at(operation: &Operation) -> Timestamp {
    let finished_at = operation.finished_at.unwrap_or(operation.created_at);
    finished_at.plus_ms(operation.policy.late_watch_ms)
}

/// Whether the provider may hold an order that somebody could pay.
fn may_be_paid_late(operation: &Operation) -> bool {
    let may_exist = operation.qr.is_some() || operation.sent.unanswered > 0;
    operation.state != State::Paid && operation.paid.is_none() && may_exist
}
