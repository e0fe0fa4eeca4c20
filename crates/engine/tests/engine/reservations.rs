//! Lives of payments for a whole receipt: reserved, confirmed by the register, and only then debited.

use crate::moves::{Move, Say, part};
use crate::openings::{START, payment, price, repeatable, reserving, reversing};
use crate::stories::{Line, code, tell};
use Move::{Answer, Cancel, Confirm, ConfirmPart, ConfirmTooMuch, Due, Hint, Resumed};
use domain::CallKind::{Confirm as Debit, Register, Revoke, Status};
use domain::{Call, Code, Fact, State};
use engine::{Opening, decide};

const RESERVED: Line = (Answer(Register, Say::Reserved), State::AwaitingConfirmation, None);
const CONFIRMED: Line = (Confirm, State::Confirming, Some(Debit));
const REVOKED: Line = (Answer(Revoke, Say::Revoked), State::Closing, Some(Status));

fn receipt() -> Opening {
    reserving(payment())
}

#[test]
fn reserved_confirmed_and_paid() {
    let trial = tell(
        receipt(),
        &[RESERVED, CONFIRMED, (Answer(Debit, Say::Paid), State::Paid, None)],
    );
    let paid = trial.operation.paid.as_ref().map(|paid| paid.amount);
    assert_eq!(paid, Some(price()));
    assert_eq!(trial.operation.charge(), price());
    assert_eq!(trial.operation.due_at, None);
}

#[test]
fn a_part_is_confirmed_and_the_rest_is_paid_otherwise() {
    let asked = tell(
        receipt(),
        &[RESERVED, (ConfirmPart, State::Confirming, Some(Debit))],
    );
    match &asked.wanted {
        Some(Call::Confirm(call)) => assert_eq!((call.amount, call.lookup.amount), (part(), part())),
        other => panic!("{other:?}"),
    }
    let trial = asked.after(Answer(Debit, Say::PaidOtherSum)).unwrap();
    assert_eq!(trial.operation.state, State::Paid);
    assert_eq!(trial.operation.charge(), part());
    assert_eq!(trial.operation.amount(), price());
}

#[test]
fn no_more_is_confirmed_than_was_asked_and_only_once() {
    tell(
        receipt(),
        &[
            (Confirm, State::Registering, Some(Register)),
            RESERVED,
            (ConfirmTooMuch, State::AwaitingConfirmation, None),
            CONFIRMED,
            (ConfirmPart, State::Confirming, Some(Debit)),
            (Answer(Debit, Say::Paid), State::Paid, None),
            (ConfirmPart, State::Paid, None),
        ],
    );
}

/// The debit that was confirmed is the one that the provider must name.
#[test]
fn another_sum_than_was_confirmed_calls_a_person() {
    let trial = tell(
        receipt(),
        &[
            RESERVED,
            (ConfirmPart, State::Confirming, Some(Debit)),
            (Answer(Debit, Say::Paid), State::Unresolved, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::Unresolved));
}

#[test]
fn money_that_nobody_confirmed_calls_a_person() {
    let trial = tell(
        receipt(),
        &[
            RESERVED,
            (Hint, State::AwaitingConfirmation, Some(Status)),
            (Answer(Status, Say::Paid), State::Unresolved, None),
            (Confirm, State::Unresolved, None),
        ],
    );
    assert_eq!(trial.operation.reversal, None);
}

#[test]
fn a_receipt_of_which_nothing_can_be_paid() {
    let trial = tell(
        receipt(),
        &[
            (
                Answer(Register, Say::ReservedNothing),
                State::Closing,
                Some(Revoke),
            ),
            (Answer(Revoke, Say::Refused), State::Closing, Some(Status)),
            (Answer(Status, Say::NotFound), State::Declined, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::NothingPayable));
    assert_eq!(trial.operation.due_at, None);
}

/// The end comes early enough for a debit in the last moment to be answered within the promise.
#[test]
fn nobody_confirms() {
    let trial = tell(receipt(), &[RESERVED]);
    let ends_at = trial.operation.due_at.unwrap();
    assert!(ends_at.plus_ms(40_000) <= trial.operation.answer_by);
    let trial = tell(
        receipt(),
        &[
            RESERVED,
            (Due, State::Closing, Some(Revoke)),
            (Confirm, State::Closing, Some(Revoke)),
            REVOKED,
            (Answer(Status, Say::Cancelled), State::Expired, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::Expired));
    assert_eq!(trial.operation.due_at, None, "nothing can come late");
}

#[test]
fn cancelled_before_it_is_confirmed() {
    tell(
        receipt(),
        &[
            RESERVED,
            (Cancel, State::Closing, Some(Revoke)),
            REVOKED,
            (Answer(Status, Say::NotStarted), State::Cancelled, None),
        ],
    );
}

#[test]
fn cancelled_while_the_debit_is_on_its_way() {
    let lines = [
        RESERVED,
        CONFIRMED,
        (Cancel, State::Closing, Some(Debit)),
        (Answer(Debit, Say::Unknown), State::Closing, Some(Revoke)),
        (Answer(Revoke, Say::Refused), State::Closing, Some(Status)),
    ];
    let paid = |state| [&lines[..], &[(Answer(Status, Say::Paid), state, None)]].concat();
    let kept = tell(receipt(), &paid(State::Paid));
    assert_eq!(kept.operation.reversal, None);
    let given_back = tell(reserving(reversing(payment())), &paid(State::Cancelled));
    assert!(given_back.operation.reversal.is_some());
    tell(
        receipt(),
        &[
            &lines[..3],
            &[
                (Answer(Debit, Say::Refused), State::Closing, Some(Revoke)),
                REVOKED,
                (Answer(Status, Say::NotStarted), State::Cancelled, None),
            ],
        ]
        .concat(),
    );
}

/// Nobody answers the debit: it is asked about, and never sent again.
#[test]
fn a_lost_debit_is_asked_about() {
    let lines = [
        RESERVED,
        CONFIRMED,
        (Answer(Debit, Say::Unknown), State::Confirming, None),
        (Due, State::Confirming, Some(Status)),
        (Answer(Status, Say::NotStarted), State::Confirming, None),
        (Due, State::Confirming, Some(Status)),
    ];
    let ended = |more: &[Line]| [&lines[..], more].concat();
    tell(
        receipt(),
        &ended(&[(Answer(Status, Say::Paid), State::Paid, None)]),
    );
    // The grace is over at the latest after as many questions as fit into it.
    let mut trial = tell(receipt(), &lines);
    while trial.operation.state == State::Confirming {
        assert!(trial.now < START.plus_ms(60_000));
        trial = match trial.on_its_way {
            Some(_) => trial.after(Answer(Status, Say::NotStarted)).unwrap(),
            None => trial.after(Due).unwrap(),
        };
    }
    assert_eq!(trial.operation.state, State::Closing);
    assert_eq!(trial.on_its_way.map(|(kind, _)| kind), Some(Revoke));
    let trial = trial.after(Answer(Revoke, Say::Revoked)).unwrap();
    let trial = trial.after(Answer(Status, Say::NotStarted)).unwrap();
    assert_eq!(trial.operation.state, State::Refused);
}

#[test]
fn a_debit_that_never_left_is_sent_again() {
    tell(
        receipt(),
        &[
            RESERVED,
            CONFIRMED,
            (Answer(Debit, Say::NotSent), State::Confirming, None),
            (Due, State::Confirming, Some(Debit)),
            (Answer(Debit, Say::InProgress), State::Confirming, None),
            (Due, State::Confirming, Some(Status)),
            (Answer(Status, Say::Paid), State::Paid, None),
        ],
    );
}

#[test]
fn a_refused_debit_gives_the_reservation_up() {
    let trial = tell(
        receipt(),
        &[
            RESERVED,
            CONFIRMED,
            (Answer(Debit, Say::Refused), State::Closing, Some(Revoke)),
            REVOKED,
            (Answer(Status, Say::NotStarted), State::Declined, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::ProviderRefused));
}

#[test]
fn a_confirmation_waits_for_the_answer_to_a_question() {
    tell(
        receipt(),
        &[
            RESERVED,
            (Hint, State::AwaitingConfirmation, Some(Status)),
            (Confirm, State::Confirming, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Confirming, Some(Debit)),
            (Answer(Debit, Say::Paid), State::Paid, None),
        ],
    );
}

#[test]
fn after_a_restart_a_reservation_waits_on_and_a_debit_is_asked_about() {
    tell(
        receipt(),
        &[
            RESERVED,
            (Resumed, State::AwaitingConfirmation, None),
            CONFIRMED,
            (Resumed, State::Confirming, Some(Status)),
            (Answer(Status, Say::InProgress), State::Confirming, None),
            (Resumed, State::Confirming, None),
            (Due, State::Confirming, Some(Status)),
            (Answer(Status, Say::Paid), State::Paid, None),
        ],
    );
}

#[test]
fn a_lost_reservation_is_found_or_given_up() {
    let lost = [
        (Answer(Register, Say::Unknown), State::Registering, None),
        (Due, State::Registering, Some(Status)),
    ];
    let found = (Answer(Status, Say::Reserved), State::AwaitingConfirmation, None);
    tell(receipt(), &[&lost[..], &[found, CONFIRMED]].concat());
    // What was reserved stood in the lost answer: there is nothing to confirm.
    let without_words = (Answer(Status, Say::NotStarted), State::Closing, Some(Revoke));
    tell(receipt(), &[&lost[..], &[without_words, REVOKED]].concat());
    tell(
        reserving(repeatable()),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Register)),
            RESERVED,
        ],
    );
    // It moves no money, but it binds the buyer's: it is not left behind.
    tell(
        reserving(repeatable()),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Cancel, State::Closing, Some(Revoke)),
        ],
    );
}

#[test]
fn row_14_a_reservation_that_makes_no_sense_is_unclear() {
    let trial = tell(receipt(), &[]);
    let event = Answer(Register, Say::ReservedBadly).event(trial.now);
    let decision = decide(&trial.operation, &event, trial.now);
    assert_eq!(decision.operation.state, State::Registering);
    assert_eq!(decision.operation.reservation, None);
    assert!(decision.facts.iter().any(Fact::needs_a_person));
}
