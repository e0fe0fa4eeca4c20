//! The watch that follows an unpaid end: money that comes late all the same must be seen and given back.

use crate::closing;
use crate::draft::Draft;
use domain::{CallKind, Fact, Operation, PaymentState, State, Timestamp};

/// The longest watch over a QR that the provider keeps alive beyond its time, in milliseconds: a week.
const WATCH_MAX_MS: u64 = 7 * 24 * 3_600_000;
/// For so long after its end a watch goes on while the provider does not answer, in milliseconds.
const UNHEARD_MAX_MS: u64 = 24 * 3_600_000;

/// Asks when the planned moment has come.
pub fn advance(draft: &mut Draft) {
    if !may_be_paid_late(&draft.operation) {
        draft.operation.act_at = None;
        return;
    }
    let ends_at = ends_at(&draft.operation);
    match draft.operation.act_at {
        Some(_) if ends_at.plus_ms(UNHEARD_MAX_MS) <= draft.now => end(draft),
        Some(_) if draft.may_act() => draft.call(CallKind::Status),
        None if draft.operation.in_flight.is_none() && draft.now < ends_at => look_again(draft),
        _ => {}
    }
}

/// Still unpaid. The watch ends with the first such answer after its time; a payment under way is waited for.
pub fn not_paid(draft: &mut Draft, state: &PaymentState) {
    if ends_at(&draft.operation) <= draft.now && *state != PaymentState::InProgress {
        end(draft);
    } else {
        look_again(draft);
    }
}

/// Plans the next look: the last one is at the end of the time.
pub fn look_again(draft: &mut Draft) {
    let pause_ms = draft.operation.policy.return_interval_ms;
    let left_ms = ends_at(&draft.operation).ms_since(draft.now);
    draft.act_in(if left_ms > 0 {
        pause_ms.min(left_ms)
    } else {
        pause_ms
    });
}

fn end(draft: &mut Draft) {
    draft.operation.act_at = None;
    draft.fact(Fact::WatchEnded);
}

/// A QR that the provider has not revoked is watched for as long as it can live, even if that is longer.
fn ends_at(operation: &Operation) -> Timestamp {
    let finished_at = operation.finished_at.unwrap_or(operation.created_at);
    let by_settings = finished_at.plus_ms(operation.policy.late_watch_ms);
    let closing = operation.closing.as_ref();
    if closing.is_some_and(|closing| closing.revoked) {
        return by_settings;
    }
    let longest = finished_at.plus_ms(WATCH_MAX_MS.max(operation.policy.late_watch_ms));
    by_settings.max(closing::dead_at(operation)).min(longest)
}

/// Whether the provider may hold an order that somebody could pay.
fn may_be_paid_late(operation: &Operation) -> bool {
    let may_exist = operation.qr.is_some() || operation.sent.unanswered > 0;
    operation.state != State::Paid && operation.paid.is_none() && may_exist && !operation.unconfirmed()
}
