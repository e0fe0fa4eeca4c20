//! What a register is told of an operation.

use super::sample::{message, moment, operation};
use crate::{LinkVerdict, Reply, render, turned_away};
use domain::call::Reference;
use domain::operation::{Failure, LinkOwner, Operation, Paid, Qr, Reservation};
use domain::request::Order;
use domain::{Code, Kopecks, LinkState, OperationId, ReservedPosition, State, TerminalId};
use texts::SLIP_WIDTH;

fn told(operation: &Operation) -> Reply {
    render(operation, Kopecks::ZERO, moment())
}

fn paid() -> Operation {
    let mut op = operation("pay", State::Paid);
    let amount = op.amount();
    op.paid = Some(Paid {
        at: moment().plus_ms(5_000),
        amount,
    });
    op.reference = domain::call::Reference::default()
        .with(Reference::QR, "AD10")
        .with(Reference::TRANSACTION, "A5,77");
    op
}

#[test]
fn the_qr_is_told_only_while_it_can_be_paid() {
    let mut op = operation("pay", State::AwaitingPayment);
    op.qr = Some(Qr {
        payload: "https://qr.nspk.ru/AD1".to_owned(),
        expires_at: moment().plus_ms(7_000),
    });
    let qr = told(&op).qr.unwrap();
    assert_eq!(
        (qr.expires_in_ms, qr.expires_at.as_str()),
        (7_000, "2026-11-22T10:00:07.000Z")
    );
    assert_eq!(render(&op, Kopecks::ZERO, moment().plus_ms(7_000)).qr, None);
    for state in State::ALL
        .into_iter()
        .filter(|state| *state != State::AwaitingPayment)
    {
        op.state = state;
        assert_eq!(told(&op).qr, None, "{state:?}");
    }
}

#[test]
fn final_is_what_the_state_says_and_every_state_has_words() {
    for kind in ["pay", "refund", "link_check", "link_bind"] {
        for state in State::ALL {
            let reply = told(&operation(kind, state));
            assert_eq!(reply.is_final, state.is_final());
            assert_eq!(reply.state, Some(state));
            assert_eq!(reply.operation.as_deref(), Some(kind));
            assert!(!reply.message.ru.is_empty());
            assert_eq!(reply.amount.is_some(), matches!(kind, "pay" | "refund"));
        }
    }
}

#[test]
fn requisites_have_five_columns_whatever_the_bank_says() {
    let reply = told(&paid());
    assert_eq!(
        reply.requisites.as_deref(),
        Some("qrraiffd,01010101010101010101010101010101,AD10,A5;77,2026-11-22T10:00:05.000Z")
    );
    let refunded = told(&operation("refund", State::Refunded)).requisites.unwrap();
    assert_eq!(refunded.split(',').count(), 5);
    assert_eq!(told(&operation("pay", State::Expired)).requisites, None);
}

#[test]
fn slips_fit_the_tape_and_are_there_for_what_is_over() {
    let mut op = paid();
    op.reference = op.reference.with(Reference::TRANSACTION, "9".repeat(120));
    let slip = told(&op).slip;
    assert!(slip.iter().all(|line| line.chars().count() <= SLIP_WIDTH));
    assert_eq!(slip[0], "ОПЛАТА ПО QR-КОДУ");
    assert!(slip.contains(&"Сумма: 1234.50 руб.".to_owned()));
    for (kind, state, printed) in [
        ("pay", State::Cancelled, true),
        ("pay", State::Expired, true),
        ("refund", State::Refunded, true),
        ("pay", State::Declined, false),
        ("pay", State::AwaitingPayment, false),
        ("pay", State::Unresolved, false),
    ] {
        assert_eq!(
            !told(&operation(kind, state)).slip.is_empty(),
            printed,
            "{state:?}"
        );
    }
}

#[test]
fn an_unknown_outcome_is_never_repeatable_or_final() {
    let mut op = operation("pay", State::Unresolved);
    op.failure = Some(Failure {
        code: Code::ProviderSilent,
        provider_code: None,
        detail: "no answer to status".to_owned(),
    });
    let reply = told(&op);
    let error = reply.error.unwrap();
    assert_eq!(
        (error.code, error.repeatable, reply.is_final),
        (Code::Unresolved, false, false)
    );
    assert_eq!(error.detail.as_deref(), Some("no answer to status"));
}

#[test]
fn a_failure_carries_its_code_words_and_the_providers_code() {
    let mut op = operation("pay", State::Refused);
    op.failure = Some(Failure {
        code: Code::ProviderRefused,
        provider_code: Some("ERROR.INVALID_AMOUNT".to_owned()),
        detail: "amount too small".repeat(100),
    });
    let reply = told(&op);
    let error = reply.error.unwrap();
    assert_eq!(error.code, Code::ProviderRefused);
    assert!(error.detail.unwrap().chars().count() <= 500);
    assert!(reply.message.ru.contains(&error.text.ru));
    for (state, code) in [
        (State::Declined, Code::Declined),
        (State::Expired, Code::Expired),
        (State::Cancelled, Code::Cancelled),
    ] {
        let error = told(&operation("pay", state)).error.unwrap();
        assert_eq!((error.code, error.repeatable), (code, true));
    }
    for state in [
        State::Paid,
        State::Registering,
        State::AwaitingPayment,
        State::Closing,
    ] {
        assert_eq!(told(&operation("pay", state)).error, None);
    }
}

#[test]
fn a_declined_refund_does_not_speak_of_paying() {
    let mut op = operation("refund", State::Refused);
    op.failure = Some(Failure {
        code: Code::Declined,
        provider_code: None,
        detail: String::new(),
    });
    let reply = told(&op);
    assert!(reply.error.as_ref().unwrap().text.ru.contains("отклонил возврат"));
    assert_eq!(reply.error.unwrap().detail, None);
}

#[test]
fn late_money_is_announced() {
    let mut op = operation("pay", State::Cancelled);
    op.reversal = Some(OperationId::from_bytes([9; 16]));
    assert!(told(&op).message.ru.contains("возвращаются"));
}

#[test]
fn late_money_that_cannot_be_refunded_is_not_said_to_go_back() {
    let mut op = operation("pay", State::Cancelled);
    op.reversal = Some(OperationId::from_bytes([9; 16]));
    op.abilities.refund = false;
    let words = told(&op).message.ru;
    assert!(
        words.contains("вручную") && !words.contains("автоматически"),
        "{words}"
    );
    let mut reversal = operation("refund", State::Unresolved);
    reversal.abilities.refund = false;
    assert!(told(&reversal).message.ru.contains("вручную"));
}

#[test]
fn a_declined_attempt_is_told_while_the_qr_lives() {
    let mut op = operation("pay", State::AwaitingPayment);
    op.failure = Some(Failure {
        code: Code::Declined,
        provider_code: None,
        detail: "no money".to_owned(),
    });
    let reply = told(&op);
    assert!(reply.message.ru.contains("отклонил попытку"));
    assert_eq!((reply.error, reply.is_final), (None, false));
}

fn reserved(state: State, confirmed: Option<i64>) -> Operation {
    let mut op = operation("pay", state);
    op.abilities.reservation = true;
    op.qr = Some(Qr {
        payload: String::new(),
        expires_at: moment().plus_ms(250_000),
    });
    op.reservation = Some(Reservation {
        available: Kopecks::new(31_500).unwrap(),
        positions: vec![ReservedPosition {
            number: 2,
            sum: Kopecks::new(31_500).unwrap(),
        }],
        confirmed: confirmed.map(|sum| Kopecks::new(sum).unwrap()),
    });
    op
}

#[test]
fn a_reservation_is_told_with_the_time_to_confirm_it() {
    let reply = told(&reserved(State::AwaitingConfirmation, None));
    let report = reply.reservation.unwrap();
    assert_eq!(report.available.get(), 31_500);
    assert_eq!(report.positions[0].number, 2);
    assert_eq!((report.confirm_in_ms, report.confirmed), (Some(250_000), None));
    assert_eq!(report.confirm_by.as_deref(), Some("2026-11-22T10:04:10.000Z"));
    assert_eq!(
        (reply.qr, reply.amount),
        (None, Some(Kopecks::new(123_450).unwrap()))
    );
}

#[test]
fn the_confirmed_sum_is_the_one_that_is_told_and_printed() {
    let reply = told(&reserved(State::Paid, Some(20_000)));
    assert_eq!(reply.amount, Some(Kopecks::new(20_000).unwrap()));
    assert_eq!(reply.slip[0], "ОПЛАТА С СОЦИАЛЬНОГО СЧЁТА");
    assert!(reply.slip.contains(&"Сумма: 200.00 руб.".to_owned()));
    let report = reply.reservation.unwrap();
    assert_eq!(report.confirmed, Some(Kopecks::new(20_000).unwrap()));
    assert_eq!((report.confirm_by, report.confirm_in_ms), (None, None));
}

#[test]
fn no_word_of_a_reservation_speaks_of_a_qr() {
    for state in State::ALL {
        let reply = told(&reserved(state, None));
        let of_waiting = matches!(
            state,
            State::Registering | State::AwaitingConfirmation | State::Confirming | State::Paid
        );
        assert!(!of_waiting || !reply.message.ru.contains("QR"), "{state:?}");
        assert!(!reply.slip.iter().any(|line| line.contains("QR")), "{state:?}");
    }
}

#[test]
fn nothing_payable_says_why() {
    let mut op = reserved(State::Declined, None);
    op.failure = Some(Failure {
        code: Code::NothingPayable,
        provider_code: None,
        detail: String::new(),
    });
    let reply = told(&op);
    assert_eq!(reply.error.unwrap().code, Code::NothingPayable);
    assert!(
        reply.message.ru.contains("нечего списать"),
        "{}",
        reply.message.ru
    );
}

#[test]
fn a_sticker_gets_its_verdict() {
    let ours = || {
        Some(LinkState::Ours {
            payload: None,
            active: None,
        })
    };
    let other = LinkOwner::OtherRegister {
        terminal: TerminalId::new("till-9").unwrap(),
    };
    for (kind, link, owner, verdict, names) in [
        (
            "link_check",
            ours(),
            Some(LinkOwner::ThisRegister),
            LinkVerdict::ThisRegister,
            None,
        ),
        (
            "link_check",
            ours(),
            Some(other.clone()),
            LinkVerdict::OtherRegister,
            Some("till-9"),
        ),
        (
            "link_check",
            ours(),
            Some(LinkOwner::Nobody),
            LinkVerdict::Unassigned,
            None,
        ),
        (
            "link_check",
            Some(LinkState::NotOurs),
            Some(other),
            LinkVerdict::NotOurs,
            None,
        ),
        (
            "link_bind",
            ours(),
            Some(LinkOwner::Nobody),
            LinkVerdict::BoundNow,
            None,
        ),
    ] {
        let mut op = operation(kind, State::Done);
        (op.link, op.link_owner, op.link_id) = (link, owner, Some("AS1".to_owned()));
        let report = told(&op).link.unwrap();
        assert_eq!((report.verdict, report.link_id.as_str()), (verdict, "AS1"));
        assert_eq!(report.other_terminal.as_deref(), names);
    }
    assert_eq!(told(&operation("link_check", State::Registering)).link, None);
}

#[test]
fn refunds_of_a_payment_are_summed_up() {
    let some = Kopecks::new(700).unwrap();
    assert_eq!(render(&paid(), some, moment()).refunded, Some(some));
    assert_eq!(render(&paid(), Kopecks::ZERO, moment()).refunded, None);
}

#[test]
fn a_question_is_answered_under_its_own_id() {
    let status = message("status");
    let reply = told(&paid()).answering(&status);
    assert_eq!(reply.id.as_ref(), Some(status.common().id));
    assert_eq!(reply.operation.as_deref(), Some("status"));
    assert_eq!(reply.state, Some(State::Paid));
}

#[test]
fn each_code_can_turn_a_request_away() {
    for code in Code::ALL {
        let reply = turned_away(None, Some(&message("pay")), code, Some("why".to_owned()));
        let error = reply.error.unwrap();
        assert_eq!((error.code, error.repeatable), (code, code.repeatable()));
        assert_eq!(reply.message, texts::code_text(code));
        assert!(reply.is_final && reply.state.is_none());
        assert_eq!(reply.id.unwrap().as_str(), "till7-000123");
    }
}

#[test]
fn replies_survive_the_wire() {
    for op in [
        paid(),
        operation("pay", State::Unresolved),
        operation("refund", State::Refunded),
    ] {
        let reply = told(&op);
        let wire = serde_json::to_string(&reply).unwrap();
        assert_eq!(serde_json::from_str::<Reply>(&wire).unwrap(), reply);
    }
}

/// Nobody is asked to scan what is not shown: a code on the phone was scanned, or a subscription is charged.
#[test]
fn a_buyer_who_is_charged_is_not_asked_to_scan() {
    let named = |code: Option<&str>, subscriber: Option<&str>, payload: Option<&str>, state| {
        let mut op = operation("pay", state);
        let Order::Pay(pay) = &mut op.request.order else {
            panic!("a payment")
        };
        pay.customer_code = code.map(str::to_owned);
        pay.subscriber = subscriber.map(str::to_owned);
        op.qr = payload.map(|payload| Qr {
            payload: payload.to_owned(),
            expires_at: moment().plus_ms(7_000),
        });
        told(&op).message.en
    };
    let (registering, waiting) = (State::Registering, State::AwaitingPayment);
    for (code, subscriber) in [(Some("1"), None), (None, Some("card-77"))] {
        assert!(named(code, subscriber, None, registering).starts_with("Sending the payment"));
        assert!(named(code, subscriber, Some(""), waiting).starts_with("Waiting for the buyer's bank"));
    }
    let shown = named(None, Some("card-77"), Some("https://qr.nspk.ru/AD1"), waiting);
    assert!(shown.contains("scan the QR code"), "{shown}");
    assert!(named(None, None, Some("https://qr.nspk.ru/AD1"), waiting).contains("scan"));
}
