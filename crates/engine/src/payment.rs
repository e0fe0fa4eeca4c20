//! A payment from its request to its end: which events there are, and what is due. The registration stands in
//! [`crate::registration`], the money in [`crate::money`], the end in [`crate::closing`], the time after it in
//! [`crate::watch`].

use crate::draft::{Draft, wrong_kind};
use crate::{Event, closing, money, pace, registration, watch};
use domain::operation::Because;
use domain::{Answer, CallKind, Code, Fact, Fault, PaymentState, State};

/// What an event means for a payment.
pub fn decide(draft: &mut Draft, event: &Event) {
    match event {
        Event::Answered { call, result } => answered(draft, *call, result),
        Event::CancelRequested => cancel_requested(draft),
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
        State::Closing | State::Unresolved => closing::advance(draft),
        _ => {}
    }
}

/// The buyer has time until the QR's end; meanwhile the provider is asked now and then.
fn wait(draft: &mut Draft) {
    let qr = draft.operation.qr.as_ref();
    if qr.is_some_and(|qr| qr.expires_at <= draft.now) {
        closing::begin(draft, Because::Expired);
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
    closing::begin(draft, Because::Expired);
}

fn answered(draft: &mut Draft, call: CallKind, result: &Result<Answer, Fault>) {
    let asked_for = matches!(call, CallKind::Register | CallKind::Status | CallKind::Revoke);
    let expected = draft.came_back(call);
    match (call, result) {
        (_, Ok(Answer::Payment(PaymentState::Paid { amount, reference }))) if asked_for => {
            draft.answered_well();
            money::came(draft, *amount, reference);
        }
        (CallKind::Register, Ok(Answer::Registered(registered)))
            if expected || draft.operation.qr.is_none() =>
        {
            registration::done(draft, registered);
        }
        _ if !expected || money::waits_for_a_person(draft) => {}
        (_, Ok(Answer::Payment(state))) => not_paid(draft, call, state),
        (CallKind::Status, Ok(Answer::Registered(registered))) => registration::arrived(draft, registered),
        (CallKind::Revoke, Ok(Answer::Revoked)) => closing::revoked(draft),
        (_, Ok(_)) => failed(draft, call, &wrong_kind(call)),
        (_, Err(fault)) => failed(draft, call, fault),
    }
}

/// The provider says that no money has moved so far, in answer to whichever call.
fn not_paid(draft: &mut Draft, call: CallKind, state: &PaymentState) {
    if *state != PaymentState::NotFound {
        draft.answered_well();
    }
    if call == CallKind::Register {
        registration::told_at_once(draft, state);
        return;
    }
    match draft.operation.state {
        State::Registering => registration::found(draft, state),
        State::AwaitingPayment => not_paid_yet(draft, state),
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
        PaymentState::Declined { reason } => {
            note_decline(draft, reason.as_ref());
            closing::begin(draft, Because::Declined);
        }
        PaymentState::Expired => {
            draft.fail(Code::Expired, "the provider says that the QR has expired unpaid");
            draft.reach(State::Expired);
        }
        PaymentState::Cancelled => {
            let detail = "the provider says that the order was cancelled unpaid";
            draft.fail(Code::Cancelled, detail);
            draft.reach(State::Cancelled);
        }
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
        CallKind::Revoke => closing::revoke_failed(draft, fault),
        _ => question_failed(draft, fault),
    }
}

/// A status question failed: a technical error, whatever its kind. The payment is not touched by it.
fn question_failed(draft: &mut Draft, fault: &Fault) {
    let count = draft.question_failed(CallKind::Status, fault);
    let limit = draft.operation.policy.technical_errors_max;
    match draft.operation.state {
        State::AwaitingPayment if limit > 0 && count >= limit => {
            draft.fail_by(fault);
            closing::begin(draft, Because::TechnicalErrors);
        }
        State::AwaitingPayment => {
            let pause_ms = pace::asking_ms(&draft.operation, draft.now);
            draft.act_in(pace::asked_ms(pause_ms, fault));
        }
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
        State::Registering | State::AwaitingPayment => closing::begin(draft, Because::Cancelled),
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
        Some(CallKind::Revoke) => closing::ask_next(draft),
        Some(_) => draft.act_now(),
        None => {}
    }
}
