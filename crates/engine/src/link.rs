//! A question about a sticker, or its binding. No money moves, so an unanswered question ends with the promised
//! time; the cashier scans again.

use crate::draft::{Draft, wrong_kind};
use crate::{Event, pace};
use domain::call::LinkState;
use domain::operation::LinkOwner;
use domain::{Answer, CallKind, Certainty, Code, Fact, Fault, OperationKind, State};

/// Opens the question. What our own settings rule out is not asked.
pub fn begin(draft: &mut Draft) {
    let kind = wanted(draft);
    if !draft.operation.abilities.allows(kind) {
        draft.fail(Code::Unsupported, "this module cannot do that with a link");
        draft.reach(State::Refused);
        return;
    }
    if let (CallKind::LinkBind, Some(LinkOwner::OtherRegister { terminal })) =
        (kind, &draft.operation.link_owner)
    {
        let detail = format!("the link is bound to register {terminal}");
        draft.fail(Code::LinkForeign, detail);
        draft.reach(State::Refused);
        return;
    }
    draft.call(kind);
}

/// What an event means for the question.
pub fn decide(draft: &mut Draft, event: &Event) {
    match event {
        Event::Answered { call, result } => answered(draft, *call, result),
        Event::Resumed => resumed(draft),
        Event::Due
        | Event::Hint
        | Event::CancelRequested
        | Event::Confirmed { .. }
        | Event::ConflictingRepeat => {}
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
    if draft.operation.answer_by <= draft.now {
        if draft.operation.failure.is_none() {
            draft.fail(
                Code::ProviderSilent,
                "the provider did not answer in the promised time",
            );
        }
        draft.reach(State::Refused);
        return;
    }
    if draft.may_act() {
        // A binding that may have arrived is asked about before it is sent again.
        draft.call(if draft.operation.uncertain {
            CallKind::LinkCheck
        } else {
            wanted(draft)
        });
    }
}

fn wanted(draft: &Draft) -> CallKind {
    match draft.operation.kind() {
        OperationKind::LinkBind => CallKind::LinkBind,
        OperationKind::LinkCheck | OperationKind::Payment | OperationKind::Refund => CallKind::LinkCheck,
    }
}

fn answered(draft: &mut Draft, call: CallKind, result: &Result<Answer, Fault>) {
    let expected = draft.came_back(call);
    if !expected || draft.operation.state.is_final() {
        return;
    }
    match result {
        Ok(Answer::Link(state)) => told(draft, call, state),
        Ok(_) => failed(draft, call, &wrong_kind(call)),
        Err(fault) => failed(draft, call, fault),
    }
}

fn told(draft: &mut Draft, call: CallKind, state: &LinkState) {
    draft.answered_well();
    let binding = wanted(draft) == CallKind::LinkBind;
    match state {
        LinkState::NotOurs if binding && call == CallKind::LinkCheck => {
            draft.operation.uncertain = false;
            draft.act_in(pace::retry_ms(1));
        }
        LinkState::NotOurs if binding => {
            draft.fail(
                Code::LinkForeign,
                "the provider does not give this link to the merchant",
            );
            draft.reach(State::Refused);
        }
        LinkState::Ours { .. } | LinkState::NotOurs => {
            draft.operation.link = Some(state.clone());
            draft.operation.failure = None;
            draft.reach(State::Done);
        }
    }
}

fn failed(draft: &mut Draft, call: CallKind, fault: &Fault) {
    draft.failed(call, fault);
    draft.fail_by(fault);
    if fault.certainty == Certainty::Refused {
        draft.reach(State::Refused);
        return;
    }
    if call == CallKind::LinkBind
        && fault.certainty == Certainty::Unknown
        && draft.operation.abilities.link_check
    {
        draft.operation.uncertain = true;
    }
    let pause_ms = pace::retry_ms(draft.operation.technical_errors);
    draft.act_in(pace::asked_ms(pause_ms, fault));
}

fn resumed(draft: &mut Draft) {
    let flight = draft.operation.in_flight.take();
    draft.fact(Fact::Resumed);
    let Some(flight) = flight else {
        return;
    };
    if flight.kind == CallKind::LinkBind && draft.operation.abilities.link_check {
        draft.operation.uncertain = true;
    }
    draft.act_now();
}
