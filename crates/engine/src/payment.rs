//! A payment until its QR is paid or its closing begins. What follows then stands in [`crate::closing`].

use crate::closing;
use crate::draft::{Draft, leaves_open, wrong_kind};
use crate::pace;
use crate::{Effect, Event};
use domain::call::{Reference, Registered};
use domain::operation::{Because, Paid, Qr};
use domain::policy::MoneyWhileClosing;
use domain::{
    Answer, CallKind, Certainty, Code, Fact, Fault, Kopecks, LostRegistration, PaymentState, State,
};

/// Opens a payment: the registration is decided on at once.
pub fn begin(draft: &mut Draft) {
    draft.call(CallKind::Register);
}

/// What an event means for a payment.
pub fn decide(draft: &mut Draft, event: &Event) {
    match event {
        Event::Answered { call, result } => answered(draft, *call, result),
        Event::CancelRequested => cancel_requested(draft),
        Event::Hint => hint(draft),
        Event::Resumed => resumed(draft),
        Event::Due => give_up_lost_call(draft),
        Event::ConflictingRepeat => {}
    }
    advance(draft);
}

/// Does what is due: the next call, the end of the QR's life, the end of the promised time.
fn advance(draft: &mut Draft) {
    if draft.operation.state.is_final() {
        closing::watch(draft);
        return;
    }
    end_of_the_promise(draft);
    match draft.operation.state {
        State::Registering if draft.may_act() => {
            let kind = if asks_instead_of_registering(draft) {
                CallKind::Status
            } else {
                CallKind::Register
            };
            draft.call(kind);
        }
        State::AwaitingPayment => {
            if draft
                .operation
                .qr
                .as_ref()
                .is_some_and(|qr| qr.expires_at <= draft.now)
            {
                closing::begin(draft, Because::Expired);
                closing::advance(draft);
            } else if draft.may_act() {
                draft.call(CallKind::Status);
            }
        }
        State::Closing | State::Unresolved => closing::advance(draft),
        _ => {}
    }
}

/// The promised time is over: what was surely never registered ends, all else is told to be unknown and closed.
fn end_of_the_promise(draft: &mut Draft) {
    if draft.now < draft.operation.answer_by {
        return;
    }
    let registering = draft.operation.state == State::Registering;
    if registering && draft.operation.in_flight.is_none() && surely_unpayable(draft) {
        draft.fail(
            Code::ProviderSilent,
            "the provider registered nothing in the promised time",
        );
        end_unregistered(draft);
        return;
    }
    draft.check_promise();
    closing::begin(draft, Because::Expired);
}

fn asks_instead_of_registering(draft: &Draft) -> bool {
    draft.operation.uncertain && draft.operation.abilities.lost_registration == LostRegistration::AskByOrder
}

fn answered(draft: &mut Draft, call: CallKind, result: &Result<Answer, Fault>) {
    if draft
        .operation
        .in_flight
        .is_some_and(|flight| flight.kind == call)
    {
        draft.operation.in_flight = None;
    }
    match (call, result) {
        (CallKind::Register, Ok(Answer::Registered(registered))) => registration_done(draft, registered),
        (CallKind::Revoke, Ok(Answer::Revoked)) => closing::revoked(draft),
        (_, Ok(Answer::Payment(state))) => payment_state(draft, call, state),
        (CallKind::Register, Err(fault)) => registration_failed(draft, fault),
        (CallKind::Revoke, Err(fault)) => closing::revoke_failed(draft, fault),
        (CallKind::Status, Err(fault)) => question_failed(draft, fault),
        (_, Ok(_)) => answered(draft, call, &Err(wrong_kind(call))),
        (_, Err(_)) => {}
    }
}

/// What the provider says of the payment, in answer to whichever call.
fn payment_state(draft: &mut Draft, call: CallKind, state: &PaymentState) {
    draft.answered_well();
    if let PaymentState::Paid { amount, reference } = state {
        money_came(draft, *amount, reference);
        return;
    }
    match draft.operation.state {
        State::Registering => while_registering(draft, call, state),
        State::AwaitingPayment => while_waiting(draft, state),
        State::Closing | State::Unresolved => closing::not_paid(draft, call, state),
        _ => closing::watched(draft),
    }
}

fn registration_done(draft: &mut Draft, registered: &Registered) {
    draft.answered_well();
    draft.keep(&registered.reference);
    draft.operation.uncertain = false;
    if draft.operation.state.is_final() {
        return;
    }
    draft.fact(Fact::Registered);
    note_qr(draft, registered);
    if draft.operation.state == State::Registering {
        wait_for_the_buyer(draft);
    } else {
        closing::go_on(draft);
    }
}

/// The QR lives until the earlier of our own end and the provider's.
fn note_qr(draft: &mut Draft, registered: &Registered) {
    let ours = draft
        .operation
        .created_at
        .plus_ms(draft.operation.policy.qr_ttl_ms);
    let expires_at = registered.expires_at.map_or(ours, |theirs| theirs.min(ours));
    let payload = registered.payload.clone().unwrap_or_default();
    draft.operation.qr = Some(Qr { payload, expires_at });
}

fn wait_for_the_buyer(draft: &mut Draft) {
    draft.reach(State::AwaitingPayment);
    let pause_ms = pace::asking_ms(&draft.operation, draft.now);
    draft.act_in(pause_ms);
}

fn registration_failed(draft: &mut Draft, fault: &Fault) {
    draft.failed(CallKind::Register, fault);
    if draft.operation.state.is_final() {
        return;
    }
    if leaves_open(fault) {
        draft.operation.uncertain = true;
    }
    let known_dead = fault.certainty == Certainty::Refused && !asks_instead_of_registering(draft);
    if known_dead || (draft.operation.closing.is_some() && surely_unpayable(draft)) {
        draft.fail_by(fault);
        end_unregistered(draft);
        return;
    }
    if draft.operation.closing.is_some() {
        closing::go_on(draft);
        return;
    }
    let tried_ms = draft.now.ms_since(draft.operation.created_at);
    let pause_ms = fault
        .retry_after_ms
        .unwrap_or_else(|| pace::retry_ms(draft.operation.technical_errors));
    if tried_ms.saturating_add(pause_ms) < draft.operation.policy.register_for_ms {
        draft.act_in(pause_ms);
        return;
    }
    draft.fail_by(fault);
    if surely_unpayable(draft) {
        end_unregistered(draft);
    } else {
        closing::begin(draft, Because::NoAnswer);
    }
}

/// Whether no money can come although nobody answered: either nothing ever arrived, or what arrived is a QR that
/// nobody was shown, at a provider that documents the consequences ([`LostRegistration::RepeatSameOrder`]).
fn surely_unpayable(draft: &Draft) -> bool {
    !draft.operation.uncertain
        || draft.operation.abilities.lost_registration == LostRegistration::RepeatSameOrder
}

/// Ends a payment that was never registered.
fn end_unregistered(draft: &mut Draft) {
    match draft.operation.closing.as_ref().map(|closing| closing.because) {
        Some(Because::Cancelled) => {
            draft.fail(Code::Cancelled, "cancelled before a QR existed");
            draft.reach(State::Cancelled);
        }
        _ => draft.reach(State::Refused),
    }
}

/// A registration's answer was lost and the provider is asked by our order id.
fn while_registering(draft: &mut Draft, call: CallKind, state: &PaymentState) {
    let since_ms = draft.now.ms_since(draft.operation.created_at);
    match state {
        PaymentState::NotStarted | PaymentState::InProgress => {
            registration_done(draft, &Registered::default());
            if !draft.operation.abilities.cash_link {
                closing::begin(draft, Because::NoAnswer);
            }
        }
        PaymentState::NotFound if call == CallKind::Status => {
            draft.fact(Fact::NotFound { call });
            if since_ms < draft.operation.policy.not_found_grace_ms {
                draft.act_in(draft.operation.policy.eager_interval_ms);
                return;
            }
            draft.operation.uncertain = false;
            if since_ms < draft.operation.policy.register_for_ms {
                draft.act_in(0);
                return;
            }
            draft.fail(Code::ProviderSilent, "the registration never arrived");
            end_unregistered(draft);
        }
        PaymentState::Declined { reason } => {
            note_decline(draft, reason.as_ref());
            closing::begin(draft, Because::Declined);
        }
        PaymentState::NotFound
        | PaymentState::Expired
        | PaymentState::Cancelled
        | PaymentState::Paid { .. } => {
            closing::begin(draft, Because::NoAnswer);
        }
    }
}

fn while_waiting(draft: &mut Draft, state: &PaymentState) {
    match state {
        PaymentState::NotStarted | PaymentState::InProgress | PaymentState::Paid { .. } => {}
        PaymentState::NotFound => {
            let fault = Fault::unknown(
                Code::ProviderUnclear,
                "the provider does not know an order it registered",
            );
            if draft.now.ms_since(draft.operation.created_at) >= draft.operation.policy.not_found_grace_ms {
                question_failed(draft, &fault);
                return;
            }
        }
        PaymentState::Declined { reason } => {
            note_decline(draft, reason.as_ref());
            closing::begin(draft, Because::Declined);
            return;
        }
        PaymentState::Expired => {
            draft.fail(Code::Expired, "the provider says that the QR has expired unpaid");
            draft.reach(State::Expired);
            return;
        }
        PaymentState::Cancelled => {
            draft.fail(
                Code::Cancelled,
                "the provider says that the order was cancelled unpaid",
            );
            draft.reach(State::Cancelled);
            return;
        }
    }
    let pause_ms = pace::asking_ms(&draft.operation, draft.now);
    draft.act_in(pause_ms);
}

fn note_decline(draft: &mut Draft, reason: Option<&String>) {
    let detail = reason
        .cloned()
        .unwrap_or_else(|| "the buyer's bank declined".to_owned());
    draft.fail(Code::Declined, detail);
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
            draft.act_in(fault.retry_after_ms.unwrap_or(pause_ms));
        }
        State::Registering => {
            let tried_ms = draft.now.ms_since(draft.operation.created_at);
            if tried_ms < draft.operation.policy.register_for_ms {
                draft.act_in(fault.retry_after_ms.unwrap_or_else(|| pace::retry_ms(count)));
            } else {
                draft.fail_by(fault);
                closing::begin(draft, Because::NoAnswer);
            }
        }
        State::Closing | State::Unresolved => closing::question_failed(draft, fault),
        _ => closing::watched(draft),
    }
}

/// The provider says that money has moved: the one way to "paid".
fn money_came(draft: &mut Draft, told: Option<Kopecks>, reference: &Reference) {
    draft.keep(reference);
    let asked = draft.operation.amount();
    let amount = told.unwrap_or(asked);
    if draft.operation.paid.is_none() {
        draft.fact(Fact::MoneyCame { amount });
        draft.operation.paid = Some(Paid {
            at: draft.now,
            amount,
        });
        if amount != asked {
            draft.fact(Fact::AmountDiffers { asked, told: amount });
        }
    }
    if draft.operation.state == State::Paid {
        return;
    }
    if amount != asked {
        sum_differs(draft);
        return;
    }
    if draft.operation.state.is_final() {
        reverse(draft, amount);
        return;
    }
    if register_waits(draft) && takes_money(draft) {
        draft.operation.failure = None;
        draft.reach(State::Paid);
    } else {
        closing::end(draft);
        reverse(draft, amount);
    }
}

/// Another sum than was asked is neither "paid" nor "not paid": a person has to look. Nobody is told either.
fn sum_differs(draft: &mut Draft) {
    draft.operation.act_at = None;
    if draft.operation.state.is_final() {
        return;
    }
    draft.fail(Code::Unresolved, "the provider names another sum than was asked");
    if draft.operation.closing.is_none() {
        closing::note(draft, Because::Expired);
    }
    draft.reach(State::Unresolved);
    draft.operation.act_at = None;
}

fn register_waits(draft: &Draft) -> bool {
    draft.operation.state != State::Unresolved && draft.now < draft.operation.answer_by
}

fn takes_money(draft: &Draft) -> bool {
    draft.operation.closing.is_none()
        || draft.operation.policy.money_while_closing == MoneyWhileClosing::Accept
}

/// Opens the refund that gives late money back; once.
fn reverse(draft: &mut Draft, amount: Kopecks) {
    if draft.operation.reversal.is_some() {
        return;
    }
    let reversal = draft.operation.id.reversal();
    draft.operation.reversal = Some(reversal);
    draft.operation.act_at = None;
    draft.fact(Fact::ReversalOpened { reversal });
    draft.effect(Effect::OpenReversal { amount });
}

fn cancel_requested(draft: &mut Draft) {
    match draft.operation.state {
        State::Registering if draft.operation.in_flight.is_none() && surely_unpayable(draft) => {
            closing::begin(draft, Because::Cancelled);
            end_unregistered(draft);
        }
        State::Registering | State::AwaitingPayment => closing::begin(draft, Because::Cancelled),
        _ => {}
    }
}

fn hint(draft: &mut Draft) {
    let asks = match draft.operation.state {
        State::AwaitingPayment | State::Closing | State::Unresolved => true,
        State::Declined | State::Expired | State::Cancelled | State::Refused => {
            draft.operation.paid.is_none()
        }
        _ => false,
    };
    if asks && draft.operation.in_flight.is_none() {
        if draft.operation.state.is_final() {
            // Nobody polls it any more, so the hint must outlive a crash before its question is answered.
            draft.fact(Fact::Resumed);
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
        Some(CallKind::Register) => {
            draft.operation.uncertain = true;
            draft.act_in(0);
        }
        Some(CallKind::Revoke) => closing::ask_next(draft),
        _ if draft.operation.act_at.is_some() || flight.is_some() => draft.act_in(0),
        _ => {}
    }
}

/// A call that has been on its way for too long will not be heard of.
fn give_up_lost_call(draft: &mut Draft) {
    if draft.lost_call() {
        resumed(draft);
    }
}
