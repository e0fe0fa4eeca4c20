//! A payment from its request to its end: which events there are, and what is due. The registration stands in
//! [`crate::registration`], the debit of a reservation in [`crate::confirmation`], the money in [`crate::money`], the end in [`crate::closing`], the time after it in
//! [`crate::watch`].

use crate::draft::{Draft, wrong_kind};
use crate::{Effect, Event, Tell, closing, confirmation, money, pace, registration, watch};
use domain::operation::Because;
use domain::{Answer, CallKind, Code, Fact, Fault, PaymentState, Reserved, State};

/// What an event means for a payment.
pub fn decide(draft: &mut Draft, event: &Event) {
    match event {
        Event::Answered { call, result } => answered(draft, *call, result),
        Event::CancelRequested => cancel_requested(draft),
        Event::Confirmed { amount } => confirmation::confirmed(draft, *amount),
        Event::Hint => hint(draft),
        Event::Resumed => resumed(draft),
        Event::Due | Event::ConflictingRepeat => {}
    }
    if draft.lost_call() {
        resumed(draft);
    }
    advance(draft);
}

/// Does what is due: the next call, the end of the QR's life, the end of the promised time.
fn advance(draft: &mut Draft) {
    if draft.operation.state.is_final() {
        watch::advance(draft);
        return;
    }
    if money::waits_for_a_person(draft) {
        draft.operation.act_at = None;
        return;
    }
    if draft.operation.answer_by <= draft.now {
        end_of_the_promise(draft);
    }
    match draft.operation.state {
        State::Registering => registration::advance(draft),
        State::AwaitingPayment => wait(draft),
        State::AwaitingConfirmation => confirmation::wait(draft),
        State::Confirming => confirmation::advance(draft),
        State::Closing | State::Unresolved => closing::advance(draft),
        _ => {}
    }
}

/// The buyer has time until the QR's end; meanwhile the provider is asked now and then.
fn wait(draft: &mut Draft) {
    let qr = draft.operation.qr.as_ref();
    if qr.is_some_and(|qr| qr.expires_at <= draft.now) {
        closing::begin(draft, time_is_over(draft));
        closing::advance(draft);
    } else if draft.may_act() {
        draft.call(CallKind::Status);
    }
}

/// What was surely never registered ends; all else is told to be unknown, and closed.
fn end_of_the_promise(draft: &mut Draft) {
    let registering = draft.operation.state == State::Registering;
    if registering && draft.operation.in_flight.is_none() && registration::surely_unpayable(draft) {
        draft.fail(
            Code::ProviderSilent,
            "the provider registered nothing in the promised time",
        );
        registration::end(draft);
        return;
    }
    draft.check_promise();
    closing::begin(draft, time_is_over(draft));
}

/// What a payment ends as when its time is over: an attempt may have been declined before.
fn time_is_over(draft: &Draft) -> Because {
    if attempt_declined(draft) {
        Because::Declined
    } else {
        Because::Expired
    }
}

fn attempt_declined(draft: &Draft) -> bool {
    let failure = draft.operation.failure.as_ref();
    draft.operation.closing.is_none() && failure.is_some_and(|failure| failure.code == Code::Declined)
}

fn answered(draft: &mut Draft, call: CallKind, result: &Result<Answer, Fault>) {
    let asked_for = matches!(
        call,
        CallKind::Register | CallKind::Confirm | CallKind::Status | CallKind::Revoke
    );
    let expected = draft.came_back(call);
    match (call, result) {
        (_, Ok(Answer::Payment(PaymentState::Paid { amount, reference }))) if asked_for => {
            draft.answered_well();
            money::came(draft, *amount, reference);
        }
        (CallKind::Register, Ok(Answer::Registered(registered)))
            if (expected || draft.operation.qr.is_none()) && !draft.operation.abilities.reservation =>
        {
            registration::done(draft, registered);
        }
        (CallKind::Register | CallKind::Status, Ok(Answer::Reserved(told)))
            if draft.operation.abilities.reservation
                && (expected || call == CallKind::Register && draft.operation.reservation.is_none()) =>
        {
            match confirmation::senseless(&draft.operation, told) {
                None => reserved(draft, told),
                Some(fault) if expected => failed(draft, call, &fault),
                Some(_) => {}
            }
        }
        _ if !expected || money::waits_for_a_person(draft) => {}
        (_, Ok(Answer::Payment(state))) => not_paid(draft, call, state),
        (CallKind::Status, Ok(Answer::Registered(registered))) => registration::arrived(draft, registered),
        (CallKind::Revoke, Ok(Answer::Revoked)) => closing::revoked(draft),
        (_, Ok(_)) => failed(draft, call, &wrong_kind(call)),
        (_, Err(fault)) => failed(draft, call, fault),
    }
}

/// A reservation was answered: the first time it is one, after that it says that nothing was debited so far.
fn reserved(draft: &mut Draft, told: &Reserved) {
    if draft.operation.reservation.is_none() {
        confirmation::reserved(draft, told);
    } else {
        not_paid(draft, CallKind::Status, &PaymentState::NotStarted);
    }
}

/// The provider says that no money has moved so far, in answer to whichever call.
fn not_paid(draft: &mut Draft, call: CallKind, state: &PaymentState) {
    if *state != PaymentState::NotFound {
        draft.answered_well();
    }
    match call {
        CallKind::Register => return registration::told_at_once(draft, state),
        CallKind::Confirm => return confirmation::told_at_once(draft, state),
        _ => {}
    }
    match draft.operation.state {
        State::Registering => registration::found(draft, state),
        State::AwaitingPayment => not_paid_yet(draft, state),
        State::AwaitingConfirmation => not_confirmed_yet(draft, state),
        State::Confirming => confirmation::not_paid(draft, state),
        State::Closing | State::Unresolved => closing::not_paid(draft, call, state),
        _ => watch::not_paid(draft, state),
    }
}

/// The buyer has not paid so far, and may still do so.
pub fn not_paid_yet(draft: &mut Draft, state: &PaymentState) {
    match state {
        PaymentState::NotFound if !draft.within_grace() => {
            let detail = "the provider does not know an order it registered";
            question_failed(draft, &Fault::unknown(Code::ProviderUnclear, detail));
        }
        PaymentState::NotStarted
        | PaymentState::InProgress
        | PaymentState::NotFound
        | PaymentState::Paid { .. } => {
            let pause_ms = pace::asking_ms(&draft.operation, draft.now);
            draft.act_in(pause_ms);
        }
        PaymentState::Declined { reason } => declined(draft, reason.as_ref()),
        PaymentState::Expired | PaymentState::Cancelled => ended_at_provider(draft, state),
    }
}

/// One attempt was declined. A QR that we cannot take back may be paid all the same, so it is waited for until it is
/// dead; the register is told once. Any other payment is closed.
fn declined(draft: &mut Draft, reason: Option<&String>) {
    if draft.operation.abilities.revoke || draft.operation.charges_the_buyer() {
        note_decline(draft, reason);
        closing::begin(draft, Because::Declined);
        return;
    }
    if !attempt_declined(draft) {
        note_decline(draft, reason);
        draft.fact(Fact::AttemptDeclined);
        draft.effect(Effect::Tell(Tell::Progress));
    }
    let pause_ms = pace::asking_ms(&draft.operation, draft.now);
    draft.act_in(pause_ms);
}

/// The provider says that the order is over unpaid.
pub fn ended_at_provider(draft: &mut Draft, state: &PaymentState) {
    if *state == PaymentState::Cancelled {
        let detail = "the provider says that the order was cancelled unpaid";
        draft.fail(Code::Cancelled, detail);
        draft.reach(State::Cancelled);
    } else if attempt_declined(draft) {
        draft.reach(State::Declined);
    } else {
        draft.fail(
            Code::Expired,
            "the provider says that the order has expired unpaid",
        );
        draft.reach(State::Expired);
    }
}

/// A reservation waits for the register; the provider was asked because of a hint.
fn not_confirmed_yet(draft: &mut Draft, state: &PaymentState) {
    if matches!(state, PaymentState::Expired | PaymentState::Cancelled) {
        ended_at_provider(draft, state);
    }
}

/// Notes the decline in the provider's words.
pub fn note_decline(draft: &mut Draft, reason: Option<&String>) {
    let detail = reason.map_or("the buyer's bank declined", String::as_str);
    draft.fail(Code::Declined, detail);
}

fn failed(draft: &mut Draft, call: CallKind, fault: &Fault) {
    match call {
        CallKind::Register => registration::failed(draft, fault),
        CallKind::Confirm => confirmation::failed(draft, fault),
        CallKind::Revoke => closing::revoke_failed(draft, fault),
        _ => question_failed(draft, fault),
    }
}

/// A status question failed: a technical error, whatever its kind. The payment is not touched by it.
fn question_failed(draft: &mut Draft, fault: &Fault) {
    let count = draft.question_failed(CallKind::Status, fault);
    let limit = draft.operation.policy.technical_errors_max;
    match draft.operation.state {
        State::AwaitingPayment | State::Confirming if limit > 0 && count >= limit => {
            draft.fail_by(fault);
            closing::begin(draft, Because::TechnicalErrors);
        }
        State::AwaitingPayment | State::Confirming => {
            let pause_ms = pace::asking_ms(&draft.operation, draft.now);
            draft.act_in(pace::asked_ms(pause_ms, fault));
        }
        State::AwaitingConfirmation => {}
        State::Registering => registration::try_later(draft, fault),
        State::Closing | State::Unresolved => closing::question_failed(draft, fault),
        _ => watch::look_again(draft),
    }
}

fn cancel_requested(draft: &mut Draft) {
    match draft.operation.state {
        State::Registering
            if draft.operation.in_flight.is_none() && registration::surely_unpayable(draft) =>
        {
            closing::begin(draft, Because::Cancelled);
            registration::end(draft);
        }
        State::Registering | State::AwaitingPayment | State::AwaitingConfirmation | State::Confirming => {
            closing::begin(draft, Because::Cancelled);
        }
        State::Unresolved => closing::hurry(draft),
        _ => {}
    }
}

fn hint(draft: &mut Draft) {
    let registering = draft.operation.state == State::Registering;
    if !registering && draft.operation.paid.is_none() {
        let unwatched = draft.operation.state.is_final() && draft.operation.act_at.is_none();
        if unwatched && draft.operation.in_flight.is_none() {
            // Nobody asks about it any more, so the hint must outlive a crash before its question is answered.
            draft.fact(Fact::Hinted);
        }
        draft.call(CallKind::Status);
    }
}

/// Whoever made the calls is gone. What was on its way may or may not have arrived.
fn resumed(draft: &mut Draft) {
    let flight = draft.operation.in_flight.take();
    draft.fact(Fact::Resumed);
    if draft.operation.state.is_final() {
        // While nobody looked, money may have come: one more look must be answered before the watch may end.
        draft.operation.technical_errors = draft.operation.technical_errors.max(1);
    }
    match flight.map(|flight| flight.kind) {
        Some(CallKind::Register) => registration::lost(draft),
        Some(CallKind::Confirm) => confirmation::lost(draft),
        Some(CallKind::Revoke) => closing::ask_next(draft),
        Some(_) => draft.act_now(),
        None => {}
    }
}
