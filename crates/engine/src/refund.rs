//! A refund. It was wanted, so it is pursued until the provider has agreed or refused for good; the same refund id
//! each time, so that it cannot be made twice.

use crate::draft::{Draft, wrong_kind};
use crate::{Event, pace};
use domain::call::Reference;
use domain::operation::Sent;
use domain::request::{Order, RefundOrigin};
use domain::{Answer, CallKind, Certainty, Code, Fact, Fault, RefundState, State};

/// The most refund ids that one reversal uses: `-999` is the last that fits the narrowest documented limit.
const ATTEMPTS_MAX: u32 = 999;

/// Opens a refund: it is decided on at once, unless it can never be made.
pub fn begin(draft: &mut Draft) {
    draft.operation.state = State::Refunding;
    match impossible(draft) {
        None => draft.call(CallKind::Refund),
        Some((code, detail)) if wanted_by_register(draft) => {
            draft.fail(code, detail);
            draft.reach(State::Refused);
        }
        Some((code, detail)) => by_hand(draft, code, detail),
    }
}

/// Late money that this module cannot give back stays owed to the buyer: it stands on the list of open operations
/// until a person has given it back.
fn by_hand(draft: &mut Draft, code: Code, why: &str) {
    draft.fail(code, format!("{why}: give the money back to the buyer by hand"));
    draft.fact(Fact::GiveBackByHand);
    draft.reach(State::Unresolved);
    draft.operation.act_at = None;
}

fn impossible(draft: &Draft) -> Option<(Code, &'static str)> {
    let operation = &draft.operation;
    if !operation.abilities.refund {
        return Some((Code::Unsupported, "this module cannot refund"));
    }
    let Some(payment) = &operation.payment else {
        return Some((Code::UnknownPayment, "a refund needs its payment"));
    };
    if operation.amount() > payment.amount {
        let detail = "the refund is larger than the payment";
        return Some((Code::RefundExceedsPayment, detail));
    }
    let partial = operation.amount() < payment.amount;
    if partial && !operation.abilities.partial_refund {
        let detail = "this module refunds a payment as a whole only";
        return Some((Code::Unsupported, detail));
    }
    None
}

/// What an event means for a refund. A refund cannot be cancelled.
pub fn decide(draft: &mut Draft, event: &Event) {
    match event {
        Event::Answered { call, result } => answered(draft, *call, result),
        Event::Resumed => resumed(draft),
        Event::Hint => hint(draft),
        Event::Due | Event::CancelRequested | Event::Confirmed { .. } | Event::ConflictingRepeat => {}
    }
    if draft.lost_call() {
        resumed(draft);
    }
    advance(draft);
}

fn advance(draft: &mut Draft) {
    if draft.operation.state.is_final() {
        draft.operation.act_at = None;
        return;
    }
    draft.check_promise();
    if draft.may_act() {
        // While it may have arrived it is asked about; otherwise it is sent (again).
        draft.call(if draft.operation.uncertain {
            CallKind::RefundStatus
        } else {
            CallKind::Refund
        });
    }
}

fn answered(draft: &mut Draft, call: CallKind, result: &Result<Answer, Fault>) {
    let asked_for = matches!(call, CallKind::Refund | CallKind::RefundStatus);
    let expected = draft.came_back(call);
    if draft.operation.state.is_final() {
        return;
    }
    match result {
        Ok(Answer::Refund(RefundState::Completed { reference })) if asked_for => {
            draft.answered_well();
            draft.keep(reference);
            draft.operation.failure = None;
            draft.reach(State::Refunded);
        }
        _ if !expected => {}
        Ok(Answer::Refund(state)) => not_completed(draft, call, state),
        Ok(_) => failed(draft, call, &wrong_kind(call)),
        Err(fault) => failed(draft, call, fault),
    }
}

fn not_completed(draft: &mut Draft, call: CallKind, state: &RefundState) {
    match state {
        RefundState::Prepared { reference } if call == CallKind::Refund && brings_news(draft, reference) => {
            draft.answered_well();
            draft.keep(reference);
            draft.act_now();
        }
        RefundState::Prepared { .. } => {
            let detail = "the connector prepared a refund that needs no preparation";
            failed(draft, call, &Fault::unknown(Code::ProviderUnclear, detail));
        }
        RefundState::InProgress | RefundState::Completed { .. } => {
            draft.answered_well();
            if call == CallKind::Refund {
                draft.fact(Fact::RefundUnderWay);
            }
            // It was taken in: should the provider mislay it, the refusal of a repeat proves nothing.
            draft.may_have_arrived();
            again(draft);
        }
        RefundState::Declined { reason } => {
            draft.answered_well();
            let detail = reason.as_deref().unwrap_or("the provider declined the refund");
            draft.fail_by(&Fault::refused(Code::ProviderRefused, detail));
            refused_for_good(draft);
        }
        RefundState::NotFound if call == CallKind::RefundStatus => {
            draft.answered_well();
            not_found(draft);
        }
        RefundState::NotFound => {
            let detail = "the provider does not know the refund that it was just given";
            failed(draft, call, &Fault::unknown(Code::ProviderUnclear, detail));
        }
    }
}

/// Whether the ids are not all known: a preparation that changes nothing would be repeated for ever.
fn brings_news(draft: &Draft, reference: &Reference) -> bool {
    let known = &draft.operation.reference;
    reference
        .0
        .iter()
        .any(|(key, value)| known.get(key) != Some(value))
}

/// Until the grace is over this means "not yet". After it the refund never arrived: it is sent again under the same
/// id, or was indeed refused if a repeat of it was.
fn not_found(draft: &mut Draft) {
    if draft.within_grace() {
        again(draft);
        return;
    }
    draft.fact(Fact::NotFound {
        call: CallKind::RefundStatus,
    });
    if draft.operation.sent.refused {
        refused_for_good(draft);
        return;
    }
    draft.operation.uncertain = false;
    again(draft);
}

fn failed(draft: &mut Draft, call: CallKind, fault: &Fault) {
    if call == CallKind::RefundStatus {
        draft.question_failed(call, fault);
        again_after(draft, fault);
        return;
    }
    draft.failed(call, fault);
    match fault.certainty {
        Certainty::Unknown => {
            draft.may_have_arrived();
            again_after(draft, fault);
        }
        Certainty::Refused => refused(draft, fault),
        Certainty::NotSent => not_sent(draft, fault),
    }
}

/// A register is told after a while that nothing was sent, when that is certain; late money waits for ever.
fn not_sent(draft: &mut Draft, fault: &Fault) {
    let tried_ms = draft.now.ms_since(draft.operation.created_at);
    let over = tried_ms >= draft.operation.policy.register_for_ms;
    if wanted_by_register(draft) && over && draft.operation.sent.unanswered == 0 {
        draft.fail_by(fault);
        draft.reach(State::Refused);
        return;
    }
    again_after(draft, fault);
}

/// A refusal is a result, unless an earlier sending may have arrived: "such a refund exists" is a refusal too, and
/// a new id would then give the money back twice. So the provider is asked what it knows.
fn refused(draft: &mut Draft, fault: &Fault) {
    draft.fail_by(fault);
    if draft.operation.sent.unanswered == 0 {
        refused_for_good(draft);
        return;
    }
    draft.operation.sent.refused = true;
    draft.operation.uncertain = true;
    again_after(draft, fault);
}

/// The provider refused for good. A register is told so; late money is tried again under another refund id,
/// which is safe because the refused one can never be carried out.
fn refused_for_good(draft: &mut Draft) {
    if wanted_by_register(draft) {
        draft.reach(State::Refused);
        return;
    }
    if draft.operation.attempt >= ATTEMPTS_MAX {
        draft.give_up();
        return;
    }
    draft.operation.attempt += 1;
    draft.operation.uncertain = false;
    draft.operation.sent = Sent::default();
    draft.fact(Fact::RefundTriedAgain {
        attempt: draft.operation.attempt,
    });
    if !draft.gives_up(draft.operation.created_at) {
        draft.act_in(pace::next_refund_ms(&draft.operation));
    }
}

fn wanted_by_register(draft: &Draft) -> bool {
    matches!(&draft.operation.request.order, Order::Refund(refund) if refund.origin == RefundOrigin::Register)
}

fn again(draft: &mut Draft) {
    if draft.gives_up(draft.operation.created_at) {
        return;
    }
    let brisk = draft.now < draft.operation.answer_by && wanted_by_register(draft);
    let pause_ms = if brisk {
        pace::asking_ms(&draft.operation, draft.now)
    } else {
        draft.operation.policy.return_interval_ms
    };
    draft.act_in(pause_ms);
}

fn again_after(draft: &mut Draft, fault: &Fault) {
    again(draft);
    if let (Some(_), Some(at)) = (fault.retry_after_ms, draft.operation.act_at) {
        draft.act_in(pace::asked_ms(at.ms_since(draft.now), fault));
    }
}

/// A hint hurries a question, and wakes a refund that was given up; it never hurries another sending.
fn hint(draft: &mut Draft) {
    let asleep = draft.operation.act_at.is_none() && impossible(draft).is_none();
    if draft.operation.uncertain || asleep {
        draft.act_now();
    }
}

/// Whoever made the call is gone: the refund may have arrived.
fn resumed(draft: &mut Draft) {
    let flight = draft.operation.in_flight.take();
    draft.fact(Fact::Resumed);
    let Some(flight) = flight else {
        return;
    };
    if flight.kind == CallKind::Refund {
        draft.may_have_arrived();
    }
    draft.act_now();
}
