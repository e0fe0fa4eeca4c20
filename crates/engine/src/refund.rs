//! A refund. It was wanted, so it is pursued until the provider has agreed or refused for good; the same refund id
//! each time, so that it cannot be made twice.

use crate::Event;
use crate::draft::{Draft, leaves_open, wrong_kind};
use crate::pace;
use domain::request::{Order, RefundOrigin};
use domain::{Answer, CallKind, Certainty, Code, Fact, Fault, RefundState, State};

/// Opens a refund: it is decided on at once.
pub fn begin(draft: &mut Draft) {
    draft.operation.state = State::Refunding;
    if !draft.operation.abilities.refund {
        draft.fail(Code::Unsupported, "this module cannot refund");
        draft.reach(State::Refused);
        return;
    }
    draft.call(CallKind::Refund);
}

/// What an event means for a refund. A refund cannot be cancelled.
pub fn decide(draft: &mut Draft, event: &Event) {
    match event {
        Event::Answered { call, result } => answered(draft, *call, result),
        Event::Resumed => resumed(draft),
        Event::Due if draft.lost_call() => resumed(draft),
        Event::Hint => draft.act_in(0),
        Event::Due | Event::CancelRequested | Event::ConflictingRepeat => {}
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
        draft.call(next_call(draft));
    }
}

/// While it may have arrived, it is asked about; otherwise it is sent (again).
fn next_call(draft: &Draft) -> CallKind {
    if draft.operation.uncertain {
        CallKind::RefundStatus
    } else {
        CallKind::Refund
    }
}

fn answered(draft: &mut Draft, call: CallKind, result: &Result<Answer, Fault>) {
    if draft
        .operation
        .in_flight
        .is_some_and(|flight| flight.kind == call)
    {
        draft.operation.in_flight = None;
    }
    if draft.operation.state.is_final() {
        return;
    }
    match result {
        Ok(Answer::Refund(state)) => told(draft, call, state),
        Ok(_) => failed(draft, call, &wrong_kind(call)),
        Err(fault) => failed(draft, call, fault),
    }
}

fn told(draft: &mut Draft, call: CallKind, state: &RefundState) {
    draft.answered_well();
    match state {
        RefundState::Completed { reference } => {
            draft.keep(reference);
            draft.operation.failure = None;
            draft.reach(State::Refunded);
        }
        RefundState::InProgress => {
            if call == CallKind::Refund {
                draft.fact(Fact::RefundUnderWay);
            }
            draft.operation.uncertain = true;
            again(draft);
        }
        RefundState::Declined { reason } => {
            let detail = reason
                .clone()
                .unwrap_or_else(|| "the provider declined the refund".to_owned());
            refused(draft, &Fault::refused(Code::ProviderRefused, detail));
        }
        RefundState::NotFound => {
            draft.fact(Fact::NotFound { call });
            let known_ms = draft.now.ms_since(draft.operation.created_at);
            if known_ms >= draft.operation.policy.not_found_grace_ms {
                draft.operation.uncertain = false;
            }
            again(draft);
        }
    }
}

fn failed(draft: &mut Draft, call: CallKind, fault: &Fault) {
    if call == CallKind::RefundStatus {
        draft.question_failed(call, fault);
        again_after(draft, fault);
        return;
    }
    draft.failed(call, fault);
    if leaves_open(fault) {
        draft.operation.uncertain = true;
        again_after(draft, fault);
        return;
    }
    if fault.certainty == Certainty::Refused {
        refused(draft, fault);
        return;
    }
    let tried_ms = draft.now.ms_since(draft.operation.created_at);
    if wanted_by_register(draft) && tried_ms >= draft.operation.policy.register_for_ms {
        draft.fail_by(fault);
        draft.reach(State::Refused);
        return;
    }
    let retry_ms = pace::retry_ms(draft.operation.technical_errors);
    let pause_ms = if wanted_by_register(draft) {
        retry_ms
    } else {
        draft.operation.policy.return_interval_ms
    };
    draft.act_in(fault.retry_after_ms.unwrap_or(pause_ms));
}

/// The provider refused for good. A register is told so; late money is tried again under another refund id,
/// which is safe because the refused one can never be carried out.
fn refused(draft: &mut Draft, fault: &Fault) {
    draft.fail_by(fault);
    if wanted_by_register(draft) {
        draft.reach(State::Refused);
        return;
    }
    draft.operation.attempt = draft.operation.attempt.saturating_add(1);
    draft.operation.uncertain = false;
    draft.fact(Fact::RefundTriedAgain {
        attempt: draft.operation.attempt,
    });
    if !draft.gives_up(draft.operation.created_at) {
        draft.act_in(draft.operation.policy.return_interval_ms);
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
    let policy = &draft.operation.policy;
    let pause_ms = if brisk {
        pace::asking_ms(&draft.operation, draft.now)
    } else {
        policy.return_interval_ms
    };
    draft.act_in(pause_ms);
}

fn again_after(draft: &mut Draft, fault: &Fault) {
    again(draft);
    if let (Some(pause_ms), Some(_)) = (fault.retry_after_ms, draft.operation.act_at) {
        draft.act_in(pause_ms);
    }
}

/// Whoever made the call is gone: the refund may have arrived.
fn resumed(draft: &mut Draft) {
    if draft
        .operation
        .in_flight
        .take()
        .is_some_and(|flight| flight.kind == CallKind::Refund)
    {
        draft.operation.uncertain = true;
    }
    draft.fact(Fact::Resumed);
    draft.act_in(0);
}
