//! The last guards, which no event can reach from outside as long as the first ones stand.

use crate::draft::Draft;
use crate::{Event, Opening, decide, open};
use domain::operation::InFlight;
use domain::request::{Link, Order, Request};
use domain::{Abilities, CallKind, LostRegistration, OperationId, Policy, State, Timestamp};

const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

fn draft() -> Draft {
    let opening = Opening {
        id: OperationId::from_bytes([7; 16]),
        request: Request {
            id: "r-1".parse().unwrap(),
            module: "bank".parse().unwrap(),
            store: "1".parse().unwrap(),
            terminal: "1".parse().unwrap(),
            order: Order::LinkCheck(Link {
                payload: String::new(),
                terminal_number: None,
            }),
            timeout_ms: None,
        },
        policy: Policy::default(),
        abilities: Abilities {
            revoke: false,
            refund: false,
            one_refund_at_a_time: false,
            partial_refund: false,
            link_check: true,
            link_bind: false,
            cash_link: false,
            reservation: false,
            lost_registration: LostRegistration::AskByOrder,
            ..Abilities::default()
        },
        link_id: None,
        link_owner: None,
        payment: None,
        promised: true,
    };
    Draft::new(open(opening, NOW).operation, NOW)
}

#[test]
fn row_02_no_code_can_leave_a_final_state() {
    let mut draft = draft();
    draft.operation.state = State::Cancelled;
    draft.reach(State::Paid);
    let decision = draft.finish();
    assert_eq!(decision.operation.state, State::Cancelled);
    assert_eq!((decision.facts, decision.effects), (vec![], vec![]));
}

#[test]
fn row_05_no_code_can_put_a_second_call_on_its_way() {
    let mut draft = draft();
    let flight = InFlight {
        kind: CallKind::LinkCheck,
        since: NOW,
    };
    assert_eq!(draft.operation.in_flight, Some(flight));
    draft.call(CallKind::LinkBind);
    let decision = draft.finish();
    assert_eq!(decision.operation.in_flight, Some(flight));
    assert_eq!((decision.facts, decision.effects), (vec![], vec![]));
}

#[test]
fn a_conflicting_repeat_is_written_down_and_changes_nothing() {
    let before = draft().operation;
    let decision = decide(&before, &Event::ConflictingRepeat, NOW);
    assert!(decision.facts.iter().all(domain::Fact::needs_a_person));
    assert_eq!(decision.facts.len(), 1);
    assert_eq!(decision.effects, vec![]);
    assert_eq!(decision.operation.version, before.version + 1);
    assert_eq!(decision.operation.due_at, before.due_at);
}
