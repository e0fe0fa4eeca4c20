//! The closing of a payment: revoke, ask once more, and only then say that it is over. And the watch that follows
//! an unpaid end, for money that comes late all the same.

use crate::draft::Draft;
use crate::pace;
use domain::operation::{Because, Closing, ClosingStep};
use domain::{CallKind, Code, Fact, Fault, PaymentState, State};

/// For so long after its end an unpaid payment is looked at again when the last look was not answered, in
/// milliseconds: a provider's notification of late money may come for a day.
const LAST_LOOK_MS: u64 = 24 * 3_600_000;

/// Begins to close a payment. The next call is decided by [`advance`].
pub fn begin(draft: &mut Draft, because: Because) {
    if draft.operation.closing.is_some() || draft.operation.state.is_final() {
        return;
    }
    note(draft, because);
    draft.fact(Fact::ClosingBegan { because });
    if draft.operation.state != State::Unresolved {
        draft.reach(State::Closing);
    }
    draft.act_in(0);
}

/// Writes down why it is being closed.
pub fn note(draft: &mut Draft, because: Because) {
    draft.operation.closing = Some(Closing {
        because,
        since: draft.now,
        revoked: false,
        revokes: 0,
        step: ClosingStep::Revoke,
    });
    if draft.operation.failure.is_none() {
        let (code, detail) = match because {
            Because::Cancelled => (Code::Cancelled, "cancelled at the register"),
            Because::Expired => (Code::Expired, "nobody paid in time"),
            Because::Declined => (Code::Declined, "the buyer's bank declined"),
            Because::TechnicalErrors => (Code::ProviderSilent, "too many technical errors in a row"),
            Because::NoAnswer => (
                Code::ProviderSilent,
                "the provider did not answer the registration",
            ),
        };
        draft.fail(code, detail);
    }
}

/// Makes the next call of the closing when its moment has come.
pub fn advance(draft: &mut Draft) {
    if !draft.may_act() {
        return;
    }
    let Some(closing) = draft.operation.closing.as_mut() else {
        return;
    };
    if closing.step == ClosingStep::Revoke && draft.operation.abilities.revoke {
        closing.revokes = closing.revokes.saturating_add(1);
        draft.call(CallKind::Revoke);
        return;
    }
    closing.step = ClosingStep::Ask;
    draft.call(CallKind::Status);
}

/// A registration's outcome became known while the payment was being closed.
pub fn go_on(draft: &mut Draft) {
    draft.act_in(0);
}

/// After an attempt to revoke the status is asked, whatever the attempt brought.
pub fn ask_next(draft: &mut Draft) {
    if let Some(closing) = draft.operation.closing.as_mut() {
        closing.step = ClosingStep::Ask;
    }
    draft.act_in(0);
}

/// The provider agreed to take no more money.
pub fn revoked(draft: &mut Draft) {
    draft.answered_well();
    draft.fact(Fact::Revoked);
    if let Some(closing) = draft.operation.closing.as_mut() {
        closing.revoked = true;
    }
    ask_next(draft);
}

/// The attempt to revoke failed; perhaps because money is there. The status will tell.
pub fn revoke_failed(draft: &mut Draft, fault: &Fault) {
    draft.failed(CallKind::Revoke, fault);
    ask_next(draft);
    if let Some(pause_ms) = fault.retry_after_ms {
        draft.act_in(pause_ms);
    }
}

/// The provider says that no money has moved so far. Is it over?
pub fn not_paid(draft: &mut Draft, call: CallKind, state: &PaymentState) {
    if call != CallKind::Status {
        ask_next(draft);
        return;
    }
    match state {
        PaymentState::Expired | PaymentState::Cancelled => end(draft),
        _ if revoke_is_next(draft) => draft.act_in(0),
        PaymentState::InProgress | PaymentState::Paid { .. } => ask_again(draft),
        PaymentState::NotStarted | PaymentState::Declined { .. } if nobody_can_pay(draft) => end(draft),
        PaymentState::Declined { .. } if !draft.operation.abilities.revoke => end(draft),
        PaymentState::NotStarted | PaymentState::Declined { .. } => revoke_again(draft),
        PaymentState::NotFound => {
            draft.fact(Fact::NotFound { call });
            let known_ms = draft.now.ms_since(draft.operation.created_at);
            if known_ms < draft.operation.policy.not_found_grace_ms {
                ask_again(draft);
            } else if draft.operation.uncertain || nobody_can_pay(draft) {
                end(draft);
            } else {
                revoke_again(draft);
            }
        }
    }
}

/// A status question failed while closing: asked again for as long as the settings allow.
pub fn question_failed(draft: &mut Draft, fault: &Fault) {
    if revoke_is_next(draft) {
        draft.act_in(0);
        return;
    }
    ask_again(draft);
    if let Some(pause_ms) = fault.retry_after_ms {
        draft.act_in(pause_ms);
    }
}

/// Whether the question was asked before the closing began, so that the provider has yet to be told.
fn revoke_is_next(draft: &Draft) -> bool {
    let operation = &draft.operation;
    operation.abilities.revoke
        && operation
            .closing
            .as_ref()
            .is_some_and(|closing| closing.step == ClosingStep::Revoke)
}

/// Ends the payment as what it was being closed for.
pub fn end(draft: &mut Draft) {
    let because = draft
        .operation
        .closing
        .as_ref()
        .map_or(Because::Expired, |closing| closing.because);
    draft.reach(match because {
        Because::Cancelled => State::Cancelled,
        Because::Expired => State::Expired,
        Because::Declined => State::Declined,
        Because::TechnicalErrors | Because::NoAnswer => State::Refused,
    });
}

/// Watches an unpaid payment after its end: asks now and then, and stops when the time is over.
pub fn watch(draft: &mut Draft) {
    let operation = &draft.operation;
    let Some(finished_at) = operation.finished_at else {
        return;
    };
    let unpaid = !matches!(operation.state, State::Paid) && operation.paid.is_none();
    if !unpaid || operation.reference.0.is_empty() && operation.link_id.is_none() {
        draft.operation.act_at = None;
        return;
    }
    if operation.in_flight.is_some() {
        return;
    }
    // The last look must have been answered.
    let heard = operation.technical_errors == 0;
    let watched_ms = draft.now.ms_since(finished_at);
    let over = watched_ms >= operation.policy.late_watch_ms && (heard || watched_ms >= LAST_LOOK_MS);
    match operation.act_at {
        Some(at) if at > draft.now => {}
        Some(_) if over => {
            draft.operation.act_at = None;
            draft.fact(Fact::WatchEnded);
        }
        Some(_) => draft.call(CallKind::Status),
        None if finished_at == draft.now => watched(draft),
        None => {}
    }
}

/// Plans the next look at an ended payment.
pub fn watched(draft: &mut Draft) {
    let pause_ms = draft
        .operation
        .policy
        .return_interval_ms
        .min(draft.operation.policy.late_watch_ms);
    draft.act_in(pause_ms);
}

/// Whether no money can come any more: the provider agreed, or the QR's life is over by its own clock too.
fn nobody_can_pay(draft: &Draft) -> bool {
    let operation = &draft.operation;
    let dead_at = operation
        .created_at
        .plus_ms(operation.policy.qr_ttl_ms)
        .plus_ms(pace::EXPIRY_MARGIN_MS);
    operation.closing.as_ref().is_some_and(|closing| closing.revoked) || dead_at <= draft.now
}

fn revoke_again(draft: &mut Draft) {
    if let Some(closing) = draft.operation.closing.as_mut() {
        closing.step = ClosingStep::Revoke;
    }
    pause(draft);
}

fn ask_again(draft: &mut Draft) {
    if let Some(closing) = draft.operation.closing.as_mut() {
        closing.step = ClosingStep::Ask;
    }
    pause(draft);
}

fn pause(draft: &mut Draft) {
    let since = draft
        .operation
        .closing
        .as_ref()
        .map_or(draft.now, |closing| closing.since);
    if draft.gives_up(since) {
        return;
    }
    let pause_ms = pace::closing_ms(&draft.operation, draft.now);
    draft.act_in(pause_ms);
}
