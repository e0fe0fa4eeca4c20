//! The rows of the failure catalogue that are decided in the engine.

use crate::moves::{Move, Say};
use crate::openings::{payment, refund, repeatable};
use crate::rules::Trial;
use crate::stories::{Line, tell};
use Move::{Answer, Cancel, Due, Hint, Resumed};
use domain::CallKind::{Refund, RefundStatus, Register, Revoke, Status};
use domain::request::RefundOrigin;
use domain::{Answer as Told, State};
use engine::{Effect, Event, Tell, decide};

const REGISTERED: Line = (Answer(Register, Say::Registered), State::AwaitingPayment, None);

fn cancelled() -> Vec<Line> {
    vec![
        REGISTERED,
        (Cancel, State::Closing, Some(Revoke)),
        (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
        (Answer(Status, Say::NotStarted), State::Cancelled, None),
    ]
}

/// After the end the provider tells every other story; the state stays and nobody is told again.
#[test]
fn row_02_final_is_never_left() {
    let ended = tell(payment(), &cancelled());
    for say in [
        Say::Paid,
        Say::Expired,
        Say::Declined,
        Say::NotStarted,
        Say::Unknown,
    ] {
        for before in [ended.clone(), ended.after(Due).unwrap()] {
            let event = Answer(Status, say).event(before.now);
            let decision = decide(&before.operation, &event, before.now);
            assert_eq!(decision.operation.state, State::Cancelled, "{say:?}");
            let tells = decision
                .effects
                .iter()
                .any(|effect| matches!(effect, Effect::Tell(_)));
            assert!(!tells, "{say:?}");
        }
    }
}

/// Nobody answers the registration and then a question: the payment is neither failed nor paid, it is asked about.
#[test]
fn row_03_unknown_is_asked_about() {
    tell(
        payment(),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::Paid), State::Paid, None),
        ],
    );
}

#[test]
fn row_04_not_found_within_grace_is_not_failed() {
    tell(
        payment(),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::NotFound), State::Registering, None),
            (Cancel, State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Refused), State::Closing, Some(Status)),
            (Answer(Status, Say::NotFound), State::Closing, None),
            (Due, State::Closing, Some(Status)),
            (Answer(Status, Say::Paid), State::Paid, None),
        ],
    );
}

/// The callback comes while the poll is on its way, and both bring the money: one question, one answer, one "paid".
#[test]
fn row_05_callback_and_poll_together_do_no_double_work() {
    let polled = tell(
        payment(),
        &[REGISTERED, (Due, State::AwaitingPayment, Some(Status))],
    );
    let hinted = decide(&polled.operation, &Event::Hint, polled.now);
    assert_eq!((hinted.effects, hinted.facts), (vec![], vec![]));
    let paid = Answer(Status, Say::Paid).event(polled.now);
    let first = decide(&polled.operation, &paid, polled.now);
    assert_eq!(first.effects, vec![Effect::Tell(Tell::Final)]);
    let second = decide(&first.operation, &paid, polled.now);
    assert_eq!((second.effects, second.facts), (vec![], vec![]));
}

#[test]
fn row_06_retry_never_mints_a_new_order_id() {
    let mut trial = Trial::new(repeatable());
    let order = trial.operation.order();
    for _ in 0..3 {
        for step in [Answer(Register, Say::Unknown), Due, Resumed] {
            trial = trial.after(step).unwrap();
            if let Some(domain::Call::Register(call)) = &trial.wanted {
                assert_eq!(call.order, order);
            }
        }
    }
    assert!(trial.made.contains(&Register));
}

/// Money after "cancelled": one reversal, however often the provider says it, and no word to the register.
#[test]
fn row_11_late_money_opens_one_reversal() {
    let ended = tell(payment(), &cancelled()).after(Due).unwrap();
    let paid = Answer(Status, Say::Paid).event(ended.now);
    let first = decide(&ended.operation, &paid, ended.now);
    let amount = ended.operation.amount();
    assert_eq!(first.effects, vec![Effect::OpenReversal { amount }]);
    assert_eq!(first.operation.state, State::Cancelled);
    for again in [paid, Event::Hint, Event::Due, Event::Resumed] {
        let second = decide(&first.operation, &again, ended.now);
        assert_eq!(second.effects, vec![], "{again:?}");
    }
}

#[test]
fn row_13_after_a_crash_sent_calls_are_asked_about_not_resent() {
    tell(payment(), &[(Resumed, State::Registering, Some(Status))]);
    tell(
        payment(),
        &[
            REGISTERED,
            (Cancel, State::Closing, Some(Revoke)),
            (Resumed, State::Closing, Some(Status)),
        ],
    );
    for origin in [RefundOrigin::Register, RefundOrigin::LateMoney] {
        tell(refund(origin), &[(Resumed, State::Refunding, Some(RefundStatus))]);
        tell(
            refund(origin),
            &[
                (Answer(Refund, Say::NotSent), State::Refunding, None),
                (Due, State::Refunding, Some(Refund)),
                (Resumed, State::Refunding, Some(RefundStatus)),
            ],
        );
    }
}

/// An answer of the wrong kind, as a broken connector would give: unclear, asked again, never an end.
#[test]
fn row_14_an_answer_that_makes_no_sense_is_unknown() {
    let polled = tell(
        payment(),
        &[REGISTERED, (Hint, State::AwaitingPayment, Some(Status))],
    );
    let event = Event::Answered {
        call: Status,
        result: Ok(Told::Revoked),
    };
    let decision = decide(&polled.operation, &event, polled.now);
    assert_eq!(decision.operation.state, State::AwaitingPayment);
    assert!(decision.facts.iter().any(domain::Fact::needs_a_person));
    assert!(decision.operation.act_at.is_some());
}
