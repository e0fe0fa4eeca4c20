//! A payment that is reserved first: the provider says what of the receipt it lets be paid, the register confirms, and
//! only then is the provider told to debit.
//!
//! Until a confirmation was decided on no money can move, whatever else is not known. From then on it is asked about
//! like any call that may have arrived, and never sent twice unless it surely never left.

use crate::draft::Draft;
use crate::{closing, pace, payment, registration, watch};
use domain::call::{Registered, Reserved};
use domain::operation::{Because, Reservation};
use domain::request::Order;
use domain::{CallKind, Certainty, Code, Fact, Fault, Kopecks, Operation, PaymentState, State};

/// Why a reservation makes no sense, if it does not: every position must be a line of the receipt, named once.
pub fn senseless(operation: &Operation, reserved: &Reserved) -> Option<Fault> {
    let lines = match &operation.request.order {
        Order::Pay(pay) => pay.receipt.as_ref().map_or(0, |receipt| receipt.items.len()),
        Order::Refund(_) | Order::LinkCheck(_) | Order::LinkBind(_) => 0,
    };
    let mut numbers: Vec<u32> = reserved.positions.iter().map(|line| line.number).collect();
    numbers.sort_unstable();
    let named_twice = numbers.windows(2).any(|pair| pair.first() == pair.last());
    let in_receipt =
        |number: &u32| *number >= 1 && usize::try_from(*number).is_ok_and(|number| number <= lines);
    if !named_twice && numbers.iter().all(in_receipt) {
        return None;
    }
    let detail = "the provider reserved lines that the receipt does not have, or one of them twice";
    Some(Fault::unknown(Code::ProviderUnclear, detail))
}

/// The provider reserved money. This is believed at any time, so that its ids are not lost.
pub fn reserved(draft: &mut Draft, reserved: &Reserved) {
    registration::note(
        draft,
        &Registered {
            payload: None,
            expires_at: reserved.expires_at,
            reference: reserved.reference.clone(),
        },
    );
    note(draft, reserved);
    match draft.operation.state {
        State::Registering if reserved.available.is_zero() => {
            let detail = "the provider offers no money for this receipt";
            draft.fail(Code::NothingPayable, detail);
            closing::begin(draft, Because::Declined);
        }
        State::Registering => {
            draft.reach(State::AwaitingConfirmation);
            draft.operation.act_at = None;
        }
        state if state.is_final() => watch::look_again(draft),
        _ => draft.act_now(),
    }
}

/// It may be confirmed until the earliest of our own end, the provider's, and the moment after which a debit could not
/// be answered in the promised time.
fn note(draft: &mut Draft, reserved: &Reserved) {
    draft.fact(Fact::Reserved {
        available: reserved.available,
    });
    let confirm_by = pace::confirm_by(&draft.operation);
    if let Some(qr) = draft.operation.qr.as_mut() {
        qr.expires_at = qr.expires_at.min(confirm_by);
    }
    draft.operation.reservation = Some(Reservation {
        available: reserved.available,
        positions: reserved.positions.clone(),
        confirmed: None,
    });
}

/// The register confirms. What it may not confirm, or not now, changes nothing: the desk says so.
pub fn confirmed(draft: &mut Draft, amount: Kopecks) {
    let operation = &mut draft.operation;
    let in_time = operation.qr.as_ref().is_some_and(|qr| draft.now < qr.expires_at);
    let within = operation
        .confirmable()
        .is_some_and(|most| !amount.is_zero() && amount <= most);
    if operation.state != State::AwaitingConfirmation || !in_time || !within {
        return;
    }
    if let Some(reservation) = operation.reservation.as_mut() {
        reservation.confirmed = Some(amount);
    }
    // Whether a sending is unheard speaks of the confirmation from now on.
    operation.sent.unanswered = 0;
    operation.uncertain = false;
    draft.fact(Fact::Confirmed { amount });
    draft.reach(State::Confirming);
    draft.act_now();
}

/// Waits for the register until the reservation's end.
pub fn wait(draft: &mut Draft) {
    let qr = draft.operation.qr.as_ref();
    if qr.is_none_or(|qr| qr.expires_at <= draft.now) {
        draft.fail(Code::Expired, "the debit was not confirmed in time");
        closing::begin(draft, Because::Expired);
        closing::advance(draft);
    } else if draft.may_act() {
        draft.call(CallKind::Status);
    }
}

/// Sends the confirmation, or asks what became of it, when the moment has come.
pub fn advance(draft: &mut Draft) {
    if pace::close_by(&draft.operation) <= draft.now {
        closing::begin(draft, Because::Expired);
        closing::advance(draft);
    } else if draft.may_act() {
        draft.call(if draft.operation.uncertain {
            CallKind::Status
        } else {
            CallKind::Confirm
        });
    }
}

/// The confirmation was answered with the state of the payment, and it is not paid.
pub fn told_at_once(draft: &mut Draft, state: &PaymentState) {
    if draft.operation.state != State::Confirming {
        draft.act_now();
        return;
    }
    draft.may_have_arrived();
    match state {
        PaymentState::NotStarted
        | PaymentState::InProgress
        | PaymentState::NotFound
        | PaymentState::Paid { .. } => {
            draft.fact(Fact::ConfirmationUnderWay);
            ask_later(draft);
        }
        PaymentState::Declined { .. } | PaymentState::Expired | PaymentState::Cancelled => {
            not_paid(draft, state);
        }
    }
}

/// The provider says that no money has moved so far, in answer to a question.
pub fn not_paid(draft: &mut Draft, state: &PaymentState) {
    match state {
        PaymentState::Declined { reason } => {
            payment::note_decline(draft, reason.as_ref());
            closing::begin(draft, Because::Declined);
        }
        PaymentState::Expired | PaymentState::Cancelled => payment::ended_at_provider(draft, state),
        _ if !draft.operation.uncertain => draft.act_now(),
        PaymentState::NotStarted | PaymentState::NotFound if !draft.within_grace() => {
            draft.fail(Code::ProviderSilent, "the confirmation never arrived");
            closing::begin(draft, Because::NoAnswer);
        }
        PaymentState::NotStarted
        | PaymentState::NotFound
        | PaymentState::InProgress
        | PaymentState::Paid { .. } => ask_later(draft),
    }
}

fn ask_later(draft: &mut Draft) {
    draft.act_in(draft.operation.policy.eager_interval_ms);
}

/// A confirmation failed. Only one that surely never left is sent again; a refusal is a result.
pub fn failed(draft: &mut Draft, fault: &Fault) {
    draft.failed(CallKind::Confirm, fault);
    if fault.certainty == Certainty::Unknown {
        draft.may_have_arrived();
    }
    if draft.operation.state != State::Confirming {
        draft.act_now();
        return;
    }
    if fault.certainty == Certainty::Refused {
        draft.fail_by(fault);
        closing::begin(draft, Because::Declined);
        return;
    }
    let pause_ms = pace::retry_ms(draft.operation.technical_errors);
    draft.act_in(pace::asked_ms(pause_ms, fault));
}

/// Whoever sent the confirmation is gone.
pub fn lost(draft: &mut Draft) {
    draft.may_have_arrived();
    draft.act_now();
}
