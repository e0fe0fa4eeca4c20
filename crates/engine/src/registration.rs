//! The registration of a payment: the QR is drawn, the sticker activated or the customer's code charged.
//!
//! When its answer is lost there are two ways ([`LostRegistration`]): repeat it under the same order id, or ask by
//! that id and repeat only what the provider does not know.

use crate::draft::{Draft, wrong_kind};
use crate::{closing, pace, payment, watch};
use domain::call::Registered;
use domain::operation::{Because, Qr};
use domain::request::Order;
use domain::{CallKind, Certainty, Code, Fact, Fault, LostRegistration, Operation, PaymentState, State};

/// Opens a payment: the registration is decided on at once.
pub fn begin(draft: &mut Draft) {
    draft.call(CallKind::Register);
}

/// Registers again, or asks what became of the first time, when the moment has come.
pub fn advance(draft: &mut Draft) {
    if !draft.may_act() {
        return;
    }
    let asks = draft.operation.uncertain && !may_repeat_unheard(&draft.operation);
    draft.call(if asks {
        CallKind::Status
    } else {
        CallKind::Register
    });
}

/// The provider registered it. This is believed at any time, so that its ids are not lost.
pub fn done(draft: &mut Draft, registered: &Registered) {
    note(draft, registered);
    match draft.operation.state {
        State::Registering => wait_for_the_buyer(draft),
        state if state.is_final() => watch::look_again(draft),
        _ => draft.act_now(),
    }
}

/// Writes down that the provider knows the order.
pub fn note(draft: &mut Draft, registered: &Registered) {
    draft.answered_well();
    draft.fact(Fact::Registered);
    draft.keep(&registered.reference);
    draft.operation.uncertain = false;
    draft.operation.sent.provider_end = registered.expires_at;
    note_qr(draft, registered);
}

/// The QR is shown until the earliest of our own end, the provider's end, and the moment when closing must begin.
fn note_qr(draft: &mut Draft, registered: &Registered) {
    let operation = &mut draft.operation;
    let ours = operation
        .created_at
        .plus_ms(operation.policy.qr_ttl_ms)
        .min(pace::close_by(operation));
    operation.qr = Some(Qr {
        payload: registered.payload.clone().unwrap_or_default(),
        expires_at: registered.expires_at.map_or(ours, |theirs| theirs.min(ours)),
    });
}

fn wait_for_the_buyer(draft: &mut Draft) {
    draft.reach(State::AwaitingPayment);
    let pause_ms = pace::asking_ms(&draft.operation, draft.now);
    draft.act_in(pause_ms);
}

/// The registration was answered with the state of the payment: a customer's code is charged at once.
pub fn told_at_once(draft: &mut Draft, state: &PaymentState) {
    if matches!(state, PaymentState::NotStarted | PaymentState::InProgress) {
        if draft.operation.abilities.reservation {
            failed(draft, &wrong_kind(CallKind::Register));
        } else {
            done(draft, &Registered::default());
        }
        return;
    }
    draft.may_have_arrived();
    if draft.operation.state == State::Registering {
        found(draft, state);
    } else {
        draft.act_now();
    }
}

/// A registration's answer was lost, and the provider says how it stands.
pub fn found(draft: &mut Draft, state: &PaymentState) {
    match state {
        PaymentState::NotStarted | PaymentState::InProgress => {
            // The text of the QR, or what was reserved, was in the lost answer: where it is needed there is nothing
            // to show.
            if !payable_without_qr(&draft.operation) {
                closing::begin(draft, Because::NoAnswer);
            }
            done(draft, &Registered::default());
        }
        PaymentState::NotFound => not_found(draft),
        PaymentState::Declined { reason } => {
            payment::note_decline(draft, reason.as_ref());
            closing::begin(draft, Because::Declined);
        }
        PaymentState::Expired | PaymentState::Cancelled | PaymentState::Paid { .. } => {
            closing::begin(draft, Because::NoAnswer);
        }
    }
}

/// A registration's answer was lost, and the provider tells now what was in it: the ids to ask by from here on. An
/// operation that has ended takes none: its link may be another payment's by now.
pub fn arrived(draft: &mut Draft, registered: &Registered) {
    let nobody_has_paid = PaymentState::NotStarted;
    match draft.operation.state {
        State::Registering => {
            if registered.payload.is_none() && !payable_without_qr(&draft.operation) {
                closing::begin(draft, Because::NoAnswer);
            }
            done(draft, registered);
        }
        State::Closing | State::Unresolved => {
            if draft.operation.qr.is_none() {
                note(draft, registered);
            }
            closing::not_paid(draft, CallKind::Status, &nobody_has_paid);
        }
        State::AwaitingPayment => {
            draft.answered_well();
            payment::not_paid_yet(draft, &nobody_has_paid);
        }
        _ => {
            draft.answered_well();
            watch::not_paid(draft, &nobody_has_paid);
        }
    }
}

/// Until the grace is over this means "not yet"; after it the same order is registered again, if there is time. A
/// customer's code is not: it lives for seconds and the sending itself takes the money, so a second one cannot help.
fn not_found(draft: &mut Draft) {
    if draft.within_grace() {
        draft.act_in(draft.operation.policy.eager_interval_ms);
        return;
    }
    draft.fact(Fact::NotFound {
        call: CallKind::Status,
    });
    if time_to_register(draft, 0) && !draft.operation.charges_the_buyer() {
        draft.operation.uncertain = false;
        draft.act_now();
        return;
    }
    draft.fail(Code::ProviderSilent, "the registration never arrived");
    end(draft);
}

/// A registration failed.
pub fn failed(draft: &mut Draft, fault: &Fault) {
    draft.failed(CallKind::Register, fault);
    match fault.certainty {
        Certainty::Unknown => draft.may_have_arrived(),
        Certainty::Refused => {
            refused(draft, fault);
            return;
        }
        Certainty::NotSent => {}
    }
    if draft.operation.closing.is_none() {
        try_later(draft, fault);
    } else if surely_unpayable(draft) {
        draft.fail_by(fault);
        end(draft);
    } else {
        draft.act_now();
    }
}

/// A refusal is a result, unless an earlier sending may have arrived: "such an order exists" is a refusal too.
fn refused(draft: &mut Draft, fault: &Fault) {
    let unpayable = surely_unpayable(draft);
    if unpayable || draft.operation.closing.is_none() {
        draft.fail_by(fault);
    }
    if unpayable {
        end(draft);
        return;
    }
    draft.operation.uncertain = true;
    closing::begin(draft, Because::NoAnswer);
    draft.act_now();
}

/// Tries again after a pause, or ends when there is no time left for it.
pub fn try_later(draft: &mut Draft, fault: &Fault) {
    let pause_ms = pace::asked_ms(pace::retry_ms(draft.operation.technical_errors), fault);
    if time_to_register(draft, pause_ms) {
        draft.act_in(pause_ms);
        return;
    }
    draft.fail_by(fault);
    if surely_unpayable(draft) {
        end(draft);
    } else {
        closing::begin(draft, Because::NoAnswer);
    }
}

fn time_to_register(draft: &Draft, pause_ms: u64) -> bool {
    let tried_ms = draft.now.ms_since(draft.operation.created_at);
    tried_ms.saturating_add(pause_ms) < draft.operation.policy.register_for_ms
}

/// Whoever sent the registration is gone.
pub fn lost(draft: &mut Draft) {
    draft.may_have_arrived();
    let closing = draft.operation.state == State::Closing || draft.operation.state == State::Unresolved;
    if closing && surely_unpayable(draft) {
        draft.fail(Code::ProviderSilent, "the registration was not heard of again");
        end(draft);
    } else {
        draft.act_now();
    }
}

/// Whether no money can come although nobody registered it as far as we heard: either nothing ever arrived, or what
/// arrived is a QR that nobody was shown, at a provider that documents the consequences. A reservation that may have
/// arrived moves no money either, but it binds the buyer's: it is given up like any other payment.
pub fn surely_unpayable(draft: &Draft) -> bool {
    let operation = &draft.operation;
    let unseen = may_repeat_unheard(operation) && !operation.abilities.reservation;
    operation.qr.is_none() && (operation.sent.unanswered == 0 || unseen)
}

/// Whether a registration may be repeated while it is not known what became of the first. A sticker and a
/// customer's code are paid without any QR being shown, so there it never is.
fn may_repeat_unheard(operation: &Operation) -> bool {
    operation.abilities.lost_registration == LostRegistration::RepeatSameOrder
        && !payable_without_qr(operation)
}

fn payable_without_qr(operation: &Operation) -> bool {
    let subscribed = matches!(&operation.request.order, Order::Pay(pay) if pay.subscriber.is_some());
    let over_a_link = operation.abilities.cash_link || operation.link_id.is_some();
    (operation.charges_the_buyer() || subscribed || over_a_link) && !operation.abilities.reservation
}

/// Ends a payment that was never registered.
pub fn end(draft: &mut Draft) {
    let because = draft.operation.closing.as_ref().map(|closing| closing.because);
    if because == Some(Because::Cancelled) {
        draft.fail(Code::Cancelled, "cancelled before a QR existed");
        draft.reach(State::Cancelled);
    } else {
        draft.reach(State::Refused);
    }
}
