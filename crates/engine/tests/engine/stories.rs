//! Lives of operations, to be read: what happens, where the operation then stands, and which call is on its way.

use crate::moves::{Move, Say, prepared};
use crate::openings::{
    START, by_customer_code, link_bind, link_check, over_a_sticker, payment, price, refund, repeatable,
    reversing, without_refund, without_revoke,
};
use crate::rules::Trial;
use Move::{AnHourLater, Answer, Cancel, Due, Hint, Resumed};
use domain::CallKind::{self, LinkBind, LinkCheck, Refund, RefundStatus, Register, Revoke, Status};
use domain::operation::LinkOwner;
use domain::request::RefundOrigin;
use domain::{Code, Fact, Kopecks, State};
use engine::{Effect, Opening, Tell, decide};

/// What happens; the state after it; the call that is then on its way.
pub type Line = (Move, State, Option<CallKind>);

/// Tells a story and returns how it stands at its end.
pub fn tell(opening: Opening, lines: &[Line]) -> Trial {
    let mut trial = Trial::new(opening);
    for (number, (step, state, call)) in lines.iter().enumerate() {
        let attempt = trial.operation.attempt;
        trial = match trial.after(*step) {
            Ok(next) => next.new_page(attempt),
            Err(broken) => panic!("line {number}, {step:?}: {broken}"),
        };
        let stands = (trial.operation.state, trial.on_its_way.map(|(kind, _)| kind));
        assert_eq!(stands, (*state, *call), "line {number}, {step:?}");
    }
    trial
}

pub fn code(trial: &Trial) -> Option<Code> {
    trial.operation.failure.as_ref().map(|failure| failure.code)
}

const REGISTERED: Line = (Answer(Register, Say::Registered), State::AwaitingPayment, None);
const ASKED: Line = (Due, State::AwaitingPayment, Some(Status));

#[test]
fn paid() {
    let trial = tell(
        payment(),
        &[
            REGISTERED,
            ASKED,
            (Answer(Status, Say::NotStarted), State::AwaitingPayment, None),
            ASKED,
            (Answer(Status, Say::InProgress), State::AwaitingPayment, None),
            (Hint, State::AwaitingPayment, Some(Status)),
            (Answer(Status, Say::Paid), State::Paid, None),
        ],
    );
    assert_eq!(code(&trial), None);
    assert_eq!(trial.operation.due_at, None);
}

#[test]
fn nobody_pays() {
    let trial = tell(
        payment(),
        &[
            REGISTERED,
            (AnHourLater, State::Unresolved, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Unresolved, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Expired, None),
            (Due, State::Expired, Some(Status)),
        ],
    );
    assert_eq!(code(&trial), Some(Code::Expired));
}

#[test]
fn the_qr_ends_in_time_for_the_promised_answer() {
    let mut opening = payment();
    opening.policy.answer_within_ms = opening.policy.qr_ttl_ms;
    let trial = tell(opening, &[REGISTERED]);
    let qr = trial.operation.qr.as_ref().unwrap();
    assert_eq!(qr.expires_at, START.plus_ms(290_000));
}

#[test]
fn cancelled_while_registering() {
    let trial = tell(
        payment(),
        &[
            (Cancel, State::Closing, Some(Register)),
            (Answer(Register, Say::Registered), State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Cancelled, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::Cancelled));
}

#[test]
fn cancelled_before_anything_was_sent() {
    tell(
        payment(),
        &[
            (Answer(Register, Say::NotSent), State::Registering, None),
            (Cancel, State::Cancelled, None),
        ],
    );
}

#[test]
fn cancelled_while_the_buyer_pays() {
    let lines = [
        REGISTERED,
        (Cancel, State::Closing, Some(Revoke)),
        (Answer(Revoke, Say::Refused), State::Closing, Some(Status)),
    ];
    let paid = |state| [&lines[..], &[(Answer(Status, Say::Paid), state, None)]].concat();
    let kept = tell(payment(), &paid(State::Paid));
    assert_eq!(kept.operation.reversal, None);
    let given_back = tell(reversing(payment()), &paid(State::Cancelled));
    assert_eq!(
        given_back.operation.reversal,
        Some(given_back.operation.id.reversal())
    );
}

#[test]
fn a_question_from_before_the_cancel_does_not_end_it() {
    tell(
        payment(),
        &[
            REGISTERED,
            ASKED,
            (Cancel, State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Cancelled, None),
        ],
    );
}

#[test]
fn cancelled_again_after_the_end() {
    tell(
        payment(),
        &[
            REGISTERED,
            (Cancel, State::Closing, Some(Revoke)),
            (Cancel, State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
            (Answer(Status, Say::Cancelled), State::Cancelled, None),
            (Cancel, State::Cancelled, None),
        ],
    );
}

#[test]
fn without_revoke_a_cancel_waits_for_the_end_of_the_qr() {
    tell(
        without_revoke(payment()),
        &[
            REGISTERED,
            (Cancel, State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Closing, None),
            (AnHourLater, State::Unresolved, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Cancelled, None),
        ],
    );
}

#[test]
fn the_providers_longer_end_counts() {
    tell(
        without_revoke(payment()),
        &[
            (
                Answer(Register, Say::RegisteredForAnHour),
                State::AwaitingPayment,
                None,
            ),
            (Cancel, State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Closing, None),
            (Due, State::Closing, Some(Status)),
            (Answer(Status, Say::Unknown), State::Closing, None),
            (Resumed, State::Closing, None),
            (AnHourLater, State::Unresolved, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Unresolved, None),
            (AnHourLater, State::Unresolved, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Cancelled, None),
        ],
    );
}

#[test]
fn declined() {
    let trial = tell(
        payment(),
        &[
            REGISTERED,
            ASKED,
            (Answer(Status, Say::Declined), State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
            (Answer(Status, Say::Declined), State::Declined, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::Declined));
}

/// A QR that cannot be taken back may be paid after an attempt that the buyer's bank declined. The register is told
/// once, and the end comes when nobody can pay.
#[test]
fn a_declined_attempt_ends_nothing_while_the_qr_lives() {
    let lines = [
        REGISTERED,
        ASKED,
        (Answer(Status, Say::Declined), State::AwaitingPayment, None),
        ASKED,
    ];
    let asked = tell(without_revoke(payment()), &lines[..2]);
    let event = Answer(Status, Say::Declined).event(asked.now);
    let first = decide(&asked.operation, &event, asked.now);
    assert_eq!(first.facts, vec![Fact::AttemptDeclined]);
    assert_eq!(first.effects, vec![Effect::Tell(Tell::Progress)]);
    let asked = tell(without_revoke(payment()), &lines);
    let again = decide(&asked.operation, &event, asked.now);
    assert_eq!((again.facts, again.effects), (vec![], vec![]));
    let paid = [&lines[..], &[(Answer(Status, Say::Paid), State::Paid, None)]].concat();
    let paid = tell(without_revoke(payment()), &paid);
    assert_eq!(code(&paid), None);
    let unpaid = [
        &lines[..],
        &[
            (Answer(Status, Say::Declined), State::AwaitingPayment, None),
            (AnHourLater, State::Unresolved, Some(Status)),
            (Answer(Status, Say::Declined), State::Declined, None),
        ],
    ]
    .concat();
    let unpaid = tell(without_revoke(payment()), &unpaid);
    assert_eq!(code(&unpaid), Some(Code::Declined));
}

/// A customer's code is charged once: there is no QR that could be paid after the decline.
#[test]
fn a_declined_charge_is_the_end() {
    tell(
        without_revoke(by_customer_code(payment())),
        &[
            (Answer(Register, Say::Declined), State::Closing, Some(Status)),
            (Answer(Status, Say::Declined), State::Declined, None),
        ],
    );
}

#[test]
fn too_many_technical_errors() {
    let trial = tell(
        payment(),
        &[
            REGISTERED,
            ASKED,
            (Answer(Status, Say::Unknown), State::AwaitingPayment, None),
            ASKED,
            (Answer(Status, Say::Refused), State::AwaitingPayment, None),
            ASKED,
            (Answer(Status, Say::Unknown), State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Refused, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::ProviderSilent));
}

#[test]
fn a_lost_registration_is_repeated_where_that_is_documented() {
    tell(
        repeatable(),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Register)),
            REGISTERED,
        ],
    );
}

#[test]
fn a_lost_activation_of_a_sticker_is_found_and_goes_on() {
    tell(
        over_a_sticker(payment()),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::NotStarted), State::AwaitingPayment, None),
            ASKED,
            (Answer(Status, Say::Paid), State::Paid, None),
        ],
    );
}

#[test]
fn a_lost_activation_is_found_with_the_ids_that_were_lost() {
    let found = tell(
        over_a_sticker(payment()),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::Registered), State::AwaitingPayment, None),
            ASKED,
        ],
    );
    assert_eq!(found.operation.reference.get("qrId"), Some("AD10"));
    // Found only while it is being closed: revoked, and it ends.
    let closed = tell(
        over_a_sticker(payment()),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Cancel, State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Unknown), State::Closing, Some(Status)),
            (Answer(Status, Say::Registered), State::Closing, None),
            (Due, State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Cancelled, None),
        ],
    );
    assert_eq!(closed.operation.reference.get("qrId"), Some("AD10"));
}

#[test]
fn a_lost_charge_is_asked_about_even_where_registrations_may_be_repeated() {
    tell(
        by_customer_code(repeatable()),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::Paid), State::Paid, None),
        ],
    );
}

#[test]
fn a_customer_code_is_never_sent_twice() {
    let mut opening = by_customer_code(payment());
    opening.policy.register_for_ms = 120_000;
    let trial = tell(
        opening,
        &[
            (Answer(Register, Say::NotSent), State::Registering, None),
            (Due, State::Registering, Some(Register)),
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::NotFound), State::Refused, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::ProviderSilent));
}

#[test]
fn a_repeat_that_is_refused_proves_nothing_about_the_first() {
    let mut opening = over_a_sticker(payment());
    opening.policy.register_for_ms = 120_000;
    tell(
        opening,
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::NotFound), State::Registering, Some(Register)),
            (Answer(Register, Say::Refused), State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Refused), State::Closing, Some(Status)),
            (Answer(Status, Say::Paid), State::Paid, None),
        ],
    );
}

#[test]
fn another_sum_calls_a_person_and_stays() {
    let trial = tell(
        payment(),
        &[
            REGISTERED,
            ASKED,
            (Answer(Status, Say::PaidOtherSum), State::Unresolved, None),
            (Hint, State::Unresolved, None),
            (Cancel, State::Unresolved, None),
            (Answer(Status, Say::Expired), State::Unresolved, None),
            (AnHourLater, State::Unresolved, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::Unresolved));
    assert_eq!(trial.operation.due_at, None);
}

#[test]
fn another_sum_that_comes_unasked_is_not_ended_by_what_comes_after() {
    tell(
        payment(),
        &[
            (
                Answer(Status, Say::PaidOtherSum),
                State::Unresolved,
                Some(Register),
            ),
            (Answer(Register, Say::Refused), State::Unresolved, None),
            (Resumed, State::Unresolved, None),
        ],
    );
}

/// Asks and hears "declined" until nobody is woken any more. Returns for how long that went on, in minutes.
fn watched_for_minutes(mut trial: Trial) -> u64 {
    while trial.operation.due_at.is_some() {
        trial = trial
            .after(Due)
            .unwrap()
            .after(Answer(Status, Say::Declined))
            .unwrap();
    }
    trial.now.ms_since(START) / 60_000
}

#[test]
fn an_ended_payment_is_watched_for_late_money() {
    let revoked = tell(
        payment(),
        &[
            REGISTERED,
            (Cancel, State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Cancelled, None),
        ],
    );
    assert_eq!(watched_for_minutes(revoked), 15);
    let alive_for_an_hour = tell(
        without_revoke(payment()),
        &[
            (
                Answer(Register, Say::RegisteredForAnHour),
                State::AwaitingPayment,
                None,
            ),
            (Hint, State::AwaitingPayment, Some(Status)),
            (Answer(Status, Say::Expired), State::Expired, None),
        ],
    );
    assert_eq!(watched_for_minutes(alive_for_an_hour), 60);
}

#[test]
fn the_watch_does_not_end_with_a_question_that_nobody_answered() {
    let trial = tell(
        payment(),
        &[
            REGISTERED,
            (Cancel, State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Closing, Some(Status)),
            (Answer(Status, Say::NotStarted), State::Cancelled, None),
            (AnHourLater, State::Cancelled, Some(Status)),
            (Answer(Status, Say::Unknown), State::Cancelled, None),
            (Due, State::Cancelled, Some(Status)),
            (Answer(Status, Say::InProgress), State::Cancelled, None),
            (Due, State::Cancelled, Some(Status)),
            (Answer(Status, Say::Paid), State::Cancelled, None),
        ],
    );
    assert!(trial.operation.reversal.is_some());
}

#[test]
fn a_person_can_hurry_what_was_given_up() {
    let mut opening = payment();
    opening.policy.cancel_lifetime_ms = 60_000;
    let trial = tell(
        opening,
        &[
            REGISTERED,
            (Cancel, State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Refused), State::Closing, Some(Status)),
            (Answer(Status, Say::InProgress), State::Closing, None),
            (AnHourLater, State::Unresolved, Some(Revoke)),
            (Answer(Revoke, Say::Refused), State::Unresolved, Some(Status)),
            (Answer(Status, Say::InProgress), State::Unresolved, None),
            (Cancel, State::Unresolved, Some(Revoke)),
            (Answer(Revoke, Say::Revoked), State::Unresolved, Some(Status)),
            (Answer(Status, Say::Cancelled), State::Cancelled, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::Cancelled));
}

#[test]
fn a_provider_that_asks_for_no_pause_is_not_hammered() {
    let trial = tell(
        payment(),
        &[
            (Answer(Register, Say::BusyFor(0)), State::Registering, None),
            (Due, State::Registering, Some(Status)),
        ],
    );
    assert_eq!(trial.now, START.plus_ms(700 + 1_000));
}

#[test]
fn a_provider_that_asks_for_a_year_is_asked_again_sooner() {
    let trial = tell(
        payment(),
        &[
            REGISTERED,
            ASKED,
            (
                Answer(Status, Say::BusyFor(u64::MAX)),
                State::AwaitingPayment,
                None,
            ),
        ],
    );
    assert_eq!(trial.operation.act_at, Some(trial.now.plus_ms(600_000)));
}

#[test]
fn refunded() {
    tell(
        refund(RefundOrigin::Register),
        &[
            (Answer(Refund, Say::RefundUnderWay), State::Refunding, None),
            (Due, State::Refunding, Some(RefundStatus)),
            (Answer(RefundStatus, Say::RefundDone), State::Refunded, None),
        ],
    );
}

#[test]
fn a_refund_without_an_id_is_prepared_before_it_is_sent() {
    let trial = tell(
        refund(RefundOrigin::Register),
        &[
            (Answer(Refund, Say::NotSent), State::Refunding, None),
            (Due, State::Refunding, Some(Refund)),
            (
                Answer(Refund, Say::RefundPrepared),
                State::Refunding,
                Some(Refund),
            ),
            (Answer(Refund, Say::Unknown), State::Refunding, None),
            (Due, State::Refunding, Some(RefundStatus)),
            (Answer(RefundStatus, Say::RefundDone), State::Refunded, None),
        ],
    );
    assert_eq!(trial.operation.reference, prepared());
}

#[test]
fn a_preparation_without_end_is_cut_off() {
    tell(
        refund(RefundOrigin::Register),
        &[
            (
                Answer(Refund, Say::RefundPrepared),
                State::Refunding,
                Some(Refund),
            ),
            (Answer(Refund, Say::RefundPrepared), State::Refunding, None),
            (Due, State::Refunding, Some(RefundStatus)),
        ],
    );
}

#[test]
fn a_refund_repeat_that_is_refused_mints_no_new_id_before_asking() {
    tell(
        refund(RefundOrigin::LateMoney),
        &[
            (Answer(Refund, Say::Unknown), State::Refunding, None),
            (Due, State::Refunding, Some(RefundStatus)),
            (Answer(RefundStatus, Say::RefundNotFound), State::Refunding, None),
            (Due, State::Refunding, Some(Refund)),
            (Answer(Refund, Say::Refused), State::Refunding, None),
            (Due, State::Refunding, Some(RefundStatus)),
            (Answer(RefundStatus, Say::RefundDone), State::Refunded, None),
        ],
    );
}

#[test]
fn a_refund_that_was_under_way_and_then_mislaid_mints_no_new_id() {
    let trial = tell(
        refund(RefundOrigin::LateMoney),
        &[
            (Answer(Refund, Say::RefundUnderWay), State::Refunding, None),
            (Due, State::Refunding, Some(RefundStatus)),
            (Answer(RefundStatus, Say::RefundNotFound), State::Refunding, None),
            (Due, State::Refunding, Some(Refund)),
            (Answer(Refund, Say::Refused), State::Refunding, None),
            (Due, State::Refunding, Some(RefundStatus)),
            (Answer(RefundStatus, Say::RefundUnderWay), State::Refunding, None),
        ],
    );
    assert_eq!(trial.operation.attempt, 1);
}

#[test]
fn late_money_is_given_back_under_a_new_id_after_a_refusal() {
    let trial = tell(
        refund(RefundOrigin::LateMoney),
        &[
            (Answer(Refund, Say::Refused), State::Refunding, None),
            (Due, State::Refunding, Some(Refund)),
        ],
    );
    assert_eq!(trial.operation.order(), trial.operation.id.order(2));
}

/// The module cannot give it back, so it stays on the list of open operations until a person has.
#[test]
fn late_money_that_cannot_be_refunded_waits_for_a_person() {
    let trial = tell(
        without_refund(refund(RefundOrigin::LateMoney)),
        &[
            (Hint, State::Unresolved, None),
            (Resumed, State::Unresolved, None),
            (AnHourLater, State::Unresolved, None),
        ],
    );
    assert_eq!(code(&trial), Some(Code::Unsupported));
    let why = &trial.operation.failure.as_ref().unwrap().detail;
    assert!(why.contains("by hand"), "{why}");
}

#[test]
fn refunds_that_can_never_be_made_are_not_sent() {
    let refused = |change: fn(&mut Opening)| {
        let mut opening = refund(RefundOrigin::Register);
        change(&mut opening);
        let trial = Trial::new(opening);
        assert_eq!((trial.operation.state, trial.on_its_way), (State::Refused, None));
        code(&trial).unwrap()
    };
    let smaller = Kopecks::new(price().get() - 1).unwrap();
    let larger = Kopecks::new(price().get() + 1).unwrap();
    let paid = move |opening: &mut Opening, sum| opening.payment.as_mut().unwrap().amount = sum;
    assert_eq!(
        refused(|opening| opening.abilities.refund = false),
        Code::Unsupported
    );
    assert_eq!(refused(|opening| opening.payment = None), Code::UnknownPayment);
    let mut opening = refund(RefundOrigin::Register);
    paid(&mut opening, smaller);
    assert_eq!(code(&Trial::new(opening)), Some(Code::RefundExceedsPayment));
    let mut opening = refund(RefundOrigin::Register);
    paid(&mut opening, larger);
    opening.abilities.partial_refund = false;
    assert_eq!(code(&Trial::new(opening)), Some(Code::Unsupported));
}

#[test]
fn a_sticker_is_checked() {
    let silent = (Answer(LinkCheck, Say::Unknown), State::Registering, None);
    tell(
        link_check(),
        &[
            silent,
            (Due, State::Registering, Some(LinkCheck)),
            (Answer(LinkCheck, Say::Ours), State::Done, None),
        ],
    );
    tell(link_check(), &[silent, (AnHourLater, State::Refused, None)]);
}

#[test]
fn a_lost_binding_is_checked_first() {
    tell(
        link_bind(),
        &[
            (Answer(LinkBind, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(LinkCheck)),
            (Answer(LinkCheck, Say::NotOurs), State::Registering, None),
            (Due, State::Registering, Some(LinkBind)),
            (Answer(LinkBind, Say::Ours), State::Done, None),
        ],
    );
}

#[test]
fn a_sticker_of_another_register_is_not_bound() {
    let mut opening = link_bind();
    opening.link_owner = Some(LinkOwner::OtherRegister {
        terminal: "2".parse().unwrap(),
    });
    let trial = Trial::new(opening);
    assert_eq!((trial.operation.state, trial.on_its_way), (State::Refused, None));
    assert_eq!(code(&trial), Some(Code::LinkForeign));
}

#[test]
fn a_lost_registration_is_believed_to_be_absent_only_after_the_last_sendings_grace() {
    tell(
        payment(),
        &[
            (Answer(Register, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::Unknown), State::Registering, None),
            (Due, State::Registering, Some(Status)),
            (Answer(Status, Say::NotFound), State::Registering, Some(Register)),
            (Answer(Register, Say::Unknown), State::Closing, Some(Revoke)),
            (Answer(Revoke, Say::Refused), State::Closing, Some(Status)),
            (Answer(Status, Say::NotFound), State::Closing, None),
            (Due, State::Closing, Some(Status)),
            (Answer(Status, Say::NotFound), State::Closing, None),
            (Due, State::Closing, Some(Status)),
            (Answer(Status, Say::NotFound), State::Refused, None),
        ],
    );
}
