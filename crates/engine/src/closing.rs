//! The closing of a payment: revoke, ask once more, and only then say that it is over.

use crate::draft::Draft;
use crate::{pace, registration};
use domain::call::Registered;
use domain::operation::{Because, Closing, ClosingStep};
use domain::{CallKind, Code, Fact, Fault, Operation, PaymentState, State, Timestamp};

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
    draft.act_now();
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

/// A person wants an unresolved payment to be tried now, also after it was given up.
pub fn hurry(draft: &mut Draft) {
    if draft.operation.in_flight.is_some() {
        return;
    }
    if !is_revoked(draft) {
        step(draft, ClosingStep::Revoke);
    }
    draft.act_now();
}

/// After an attempt to revoke the status is asked, whatever the attempt brought.
pub fn ask_next(draft: &mut Draft) {
    step(draft, ClosingStep::Ask);
    draft.act_now();
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
    if fault.retry_after_ms.is_some() {
        draft.act_in(pace::asked_ms(0, fault));
    }
}

/// The provider says that no money has moved so far. Is it over?
pub fn not_paid(draft: &mut Draft, call: CallKind, state: &PaymentState) {
    if call != CallKind::Status {
        // The answer to an earlier attempt was lost: it had succeeded.
        if call == CallKind::Revoke && matches!(state, PaymentState::Expired | PaymentState::Cancelled) {
            revoked(draft);
        } else {
            ask_next(draft);
        }
        return;
    }
    if matches!(state, PaymentState::NotStarted | PaymentState::InProgress) && draft.operation.qr.is_none() {
        // The lost registration has arrived: a later "not found" must not be believed.
        registration::note(draft, &Registered::default());
    }
    match state {
        PaymentState::Expired | PaymentState::Cancelled => end(draft),
        _ if asked_before(draft) => draft.act_now(),
        // What waits for the buyer's word on the phone may wait for ever, and can be taken back until it is said.
        PaymentState::InProgress if !is_revoked(draft) => again(draft, ClosingStep::Revoke),
        PaymentState::InProgress | PaymentState::Paid { .. } => again(draft, ClosingStep::Ask),
        PaymentState::NotStarted | PaymentState::Declined { .. } if nobody_can_pay(draft) => end(draft),
        PaymentState::Declined { .. } if one_attempt(draft) => end(draft),
        PaymentState::NotFound if nothing_to_debit(draft) => end(draft),
        PaymentState::NotStarted | PaymentState::Declined { .. } => again(draft, ClosingStep::Revoke),
        PaymentState::NotFound if draft.within_grace() => again(draft, ClosingStep::Ask),
        PaymentState::NotFound => not_found(draft),
    }
}

/// The provider does not know the order, and the grace is over. That is believed of an order whose registration
/// nobody answered; one that was registered must have been mislaid, and is revoked until it cannot be paid.
fn not_found(draft: &mut Draft) {
    draft.fact(Fact::NotFound {
        call: CallKind::Status,
    });
    if draft.operation.qr.is_none() || nobody_can_pay(draft) {
        end(draft);
    } else {
        again(draft, ClosingStep::Revoke);
    }
}

/// A status question failed while closing: asked again for as long as the settings allow.
pub fn question_failed(draft: &mut Draft, fault: &Fault) {
    if asked_before(draft) {
        draft.act_now();
        return;
    }
    again(draft, ClosingStep::Ask);
    if let (Some(_), Some(at)) = (fault.retry_after_ms, draft.operation.act_at) {
        draft.act_in(pace::asked_ms(at.ms_since(draft.now), fault));
    }
}

/// Whether the question was asked before the closing began, so that its answer says nothing about the time after.
fn asked_before(draft: &Draft) -> bool {
    let closing = draft.operation.closing.as_ref();
    closing.is_some_and(|closing| closing.step == ClosingStep::Revoke)
}

/// Ends the payment as what it was being closed for.
pub fn end(draft: &mut Draft) {
    let closing = draft.operation.closing.as_ref();
    let because = closing.map_or(Because::Expired, |closing| closing.because);
    draft.reach(match because {
        Because::Cancelled => State::Cancelled,
        Because::Expired => State::Expired,
        Because::Declined => State::Declined,
        Because::TechnicalErrors | Because::NoAnswer => State::Refused,
    });
}

fn is_revoked(draft: &Draft) -> bool {
    let closing = draft.operation.closing.as_ref();
    closing.is_some_and(|closing| closing.revoked)
}

/// Whether no money can come any more: the provider agreed, or the QR's life is over by its own clock too.
fn nobody_can_pay(draft: &Draft) -> bool {
    is_revoked(draft) || dead_at(&draft.operation) <= draft.now
}

/// The latest end that the QR can have: by our request, counted from its last sending, or by the provider's word.
pub fn dead_at(operation: &Operation) -> Timestamp {
    let sent_at = operation.sent.last_at.unwrap_or(operation.created_at);
    let ours = sent_at.plus_ms(operation.policy.qr_ttl_ms);
    let theirs = operation.sent.provider_end.unwrap_or(ours);
    ours.max(theirs).plus_ms(pace::EXPIRY_MARGIN_MS)
}

/// Whether the declined attempt was the only one there can be: a customer's code that cannot be revoked.
fn one_attempt(draft: &Draft) -> bool {
    !draft.operation.abilities.revoke && draft.operation.charges_the_buyer()
}

/// Whether the provider had reserved money, and nobody ever told it to debit: when it does not know the reservation
/// (any more), that is the end of it.
fn nothing_to_debit(draft: &Draft) -> bool {
    draft.operation.reservation.is_some() && draft.operation.unconfirmed()
}

fn step(draft: &mut Draft, step: ClosingStep) {
    if let Some(closing) = draft.operation.closing.as_mut() {
        closing.step = step;
    }
}

/// Takes a step after a pause, for as long as the settings allow.
fn again(draft: &mut Draft, next: ClosingStep) {
    step(draft, next);
    let closing = draft.operation.closing.as_ref();
    let since = closing.map_or(draft.now, |closing| closing.since);
    if draft.gives_up(since) {
        return;
    }
    let pause_ms = pace::closing_ms(&draft.operation, draft.now);
    draft.act_in(pause_ms);
}
