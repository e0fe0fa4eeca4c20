use super::*;

const NO_INFO: &str = bodies::PAYMENT_NO_INFO;
const SUCCESS: &str = bodies::PAYMENT_SUCCESS;
const QR: &str = bodies::QR_REGISTERED;

fn status_word(word: &str) -> WireResponse {
    ok(NO_INFO.replace("NO_INFO", word))
}

fn qr(word: &str) -> WireResponse {
    ok(QR.replace("\"NEW\"", &format!("\"{word}\"")))
}

/// The same payment after its QR's end.
fn dead() -> Call {
    let mut lookup = lookup();
    lookup
        .reference
        .0
        .insert("expires_at".to_owned(), NOW.as_micros().to_string());
    Call::Status(lookup)
}

#[test]
fn requests_are_as_documented() {
    let bank = dynamic();
    insta::assert_snapshot!("dynamic_register", transcript(&*bank, &register_on(None), &[]));
    let status = [ok(NO_INFO), qr("PAID")];
    insta::assert_snapshot!("dynamic_status", transcript(&*bank, &dead(), &status));
    insta::assert_snapshot!("dynamic_revoke", transcript(&*bank, &Call::Revoke(lookup()), &[]));
    let refused = [refusal("ERROR.INVALID_REQUEST")];
    insta::assert_snapshot!(
        "dynamic_refund",
        transcript(&*bank, &Call::Refund(refund_call()), &refused)
    );
    insta::assert_snapshot!(
        "dynamic_refund_status",
        transcript(&*bank, &Call::RefundStatus(refund_call()), &[])
    );
}

#[test]
fn a_registration_gives_the_qr_and_what_status_needs() {
    let Ok(Answer::Registered(registered)) = end(&*dynamic(), &register_on(None), &[ok(QR)]) else {
        panic!("not registered")
    };
    assert!(registered.payload.unwrap().contains(QR_ID));
    assert_eq!(registered.expires_at, Some(NOW.plus_ms(300_000)));
    assert_eq!(registered.reference, lookup().reference);
}

#[test]
fn a_qr_that_cannot_be_shown_or_asked_about_is_not_registered() {
    for body in [
        QR.replace("\"payload\"", "\"payload_\""),
        QR.replace("https://qr.nspk.ru", "javascript:"),
        QR.replace("\"NEW\"", "\"PAID\""),
        QR.replace("\"NEW\"", "\"FRESH\""),
        QR.replace(&format!("\"{QR_ID}\""), "\"../x\""),
        QR.replace(&format!("\"{QR_ID}\""), "\"\""),
    ] {
        let (certainty, code, _) = fault(&*dynamic(), &register_on(None), &[ok(body)]);
        assert_eq!((certainty, code), (Certainty::Unknown, Code::ProviderUnclear));
    }
}

#[test]
fn while_the_qr_lives_a_status_costs_one_request() {
    let call = Call::Status(lookup());
    assert_eq!(
        payment(&*dynamic(), &call, &[ok(NO_INFO)]),
        PaymentState::NotStarted
    );
    assert_eq!(
        payment(&*dynamic(), &call, &[status_word("IN_PROGRESS")]),
        PaymentState::InProgress
    );
    let paid = PaymentState::Paid {
        amount: Some(kopecks(111_011)),
        reference: Reference::default()
            .with("qr_id", QR_ID)
            .with("transaction_id", "23000000000000000001")
            .with("transaction_date", "2026-11-22T13:01:30+03:00"),
    };
    assert_eq!(payment(&*dynamic(), &call, &[ok(SUCCESS)]), paid);
}

#[test]
fn after_its_end_the_qr_itself_is_asked() {
    for (word, state) in [
        ("NEW", PaymentState::NotStarted),
        ("IN_PROGRESS", PaymentState::InProgress),
        ("EXPIRED", PaymentState::Expired),
        ("CANCELLED", PaymentState::Cancelled),
    ] {
        assert_eq!(payment(&*dynamic(), &dead(), &[ok(NO_INFO), qr(word)]), state);
        let unknown = [refusal("ERROR.NOT_FOUND"), qr(word)];
        assert_eq!(payment(&*dynamic(), &Call::Status(lookup()), &unknown), state);
    }
    let other = ok(QR
        .replace("\"NEW\"", "\"EXPIRED\"")
        .replace("DYNTEST1", "DYNTEST2"));
    assert_eq!(
        fault(&*dynamic(), &dead(), &[ok(NO_INFO), other]).0,
        Certainty::Unknown
    );
    assert_eq!(
        fault(&*dynamic(), &dead(), &[ok(NO_INFO), refusal("ERROR.NOT_FOUND")]).0,
        Certainty::Unknown
    );
    let nowhere = [refusal("ERROR.NOT_FOUND"), refusal("ERROR.NOT_FOUND")];
    assert_eq!(
        payment(&*dynamic(), &Call::Status(lookup()), &nowhere),
        PaymentState::NotFound
    );
}

#[test]
fn a_qr_that_is_paid_in_between_is_asked_about_again() {
    for first in [ok(NO_INFO), status_word("DECLINED"), refusal("ERROR.NOT_FOUND")] {
        let heard = [first.clone(), qr("PAID"), ok(SUCCESS)];
        assert!(matches!(
            payment(&*dynamic(), &dead(), &heard),
            PaymentState::Paid { .. }
        ));
        let contradiction = [first, qr("PAID"), ok(NO_INFO)];
        assert_eq!(fault(&*dynamic(), &dead(), &contradiction).0, Certainty::Unknown);
    }
}

#[test]
fn a_decline_counts_while_the_qr_is_not_paid() {
    for word in ["NEW", "IN_PROGRESS", "EXPIRED", "CANCELLED"] {
        let heard = [status_word("DECLINED"), qr(word)];
        let state = payment(&*dynamic(), &Call::Status(lookup()), &heard);
        assert_eq!(state, PaymentState::Declined { reason: None });
    }
}

#[test]
fn paid_needs_the_word_for_this_very_order() {
    let other = "0199a1b2c3d47e5f8a6b7c8d9e0f1aff";
    for body in [
        SUCCESS.replace(order().as_str(), other),
        SUCCESS.replace(QR_ID, "AD1000000000000000000000DYNTEST2"),
        SUCCESS
            .replace("\"order\"", "\"order_\"")
            .replace("\"qrId\"", "\"qrId_\""),
        SUCCESS.replace("\"RUB\"", "\"USD\""),
        SUCCESS.replace("1110.11", "1.11011e3"),
        SUCCESS.replace("1110.11", "1110.111"),
        SUCCESS.replace("1110.11", "-1110.11"),
        SUCCESS.replace("\"paymentStatus\": \"SUCCESS\"", "\"paymentStatus\": \"PAID\""),
        SUCCESS.replace("\"paymentStatus\": \"SUCCESS\"", "\"paymentStatus\": \"success\""),
        SUCCESS.replace("\"paymentStatus\": \"SUCCESS\"", "\"paymentStatus\": null"),
    ] {
        let (certainty, code, _) = fault(&*dynamic(), &Call::Status(lookup()), &[ok(body.clone())]);
        assert_eq!(
            (certainty, code),
            (Certainty::Unknown, Code::ProviderUnclear),
            "{body}"
        );
    }
}

#[test]
fn another_sum_is_passed_on() {
    let heard = [ok(SUCCESS.replace("1110.11", "1110.1"))];
    let state = payment(&*dynamic(), &Call::Status(lookup()), &heard);
    assert!(matches!(state, PaymentState::Paid { amount: Some(sum), .. } if sum == kopecks(111_010)));
}

#[test]
fn a_qr_that_was_never_told_needs_no_request() {
    let unseen = Lookup {
        reference: Reference::default(),
        ..lookup()
    };
    for call in [Call::Status(unseen.clone()), Call::Revoke(unseen)] {
        assert_eq!(payment(&*dynamic(), &call, &[]), PaymentState::NotFound);
    }
}

#[test]
fn a_revocation_is_agreed_or_the_status_answers() {
    let call = Call::Revoke(lookup());
    for agreed in [
        ok(""),
        ok(" \n"),
        WireResponse::new(204, ""),
        ok(r#"{"code":"SUCCESS"}"#),
    ] {
        assert_eq!(end(&*dynamic(), &call, &[agreed]), Ok(Answer::Revoked));
    }
    for code in ["ERROR.WRONG_QR_STATUS", "ERROR.NOT_FOUND"] {
        assert!(matches!(
            payment(&*dynamic(), &call, &[refusal(code), ok(SUCCESS)]),
            PaymentState::Paid { .. }
        ));
        let gone = [refusal(code), ok(NO_INFO), qr("CANCELLED")];
        assert_eq!(payment(&*dynamic(), &call, &gone), PaymentState::Cancelled);
    }
    for unclear in [ok("{}"), ok("OK"), ok("[]")] {
        assert_eq!(fault(&*dynamic(), &call, &[unclear]).0, Certainty::Unknown);
    }
    // The revocation was refused, and the question after it was not carried out: nothing is known.
    let busy = [refusal("ERROR.WRONG_QR_STATUS"), WireResponse::new(429, "")];
    assert_eq!(fault(&*dynamic(), &call, &busy).0, Certainty::Unknown);
}

#[test]
fn refunds_end_as_the_bank_says() {
    let body = bodies::REFUND_IN_PROGRESS;
    for (word, state) in [
        ("IN_PROGRESS", RefundState::InProgress),
        (
            "COMPLETED",
            RefundState::Completed {
                reference: Reference::default(),
            },
        ),
        ("DECLINED", RefundState::Declined { reason: None }),
    ] {
        for call in [Call::Refund(refund_call()), Call::RefundStatus(refund_call())] {
            let answer = end(&*dynamic(), &call, &[ok(body.replace("IN_PROGRESS", word))]);
            assert_eq!(answer, Ok(Answer::Refund(state.clone())));
        }
    }
    let unknown = [refusal("ERROR.REFUND_NOT_FOUND")];
    let answer = end(&*dynamic(), &Call::RefundStatus(refund_call()), &unknown);
    assert_eq!(answer, Ok(Answer::Refund(RefundState::NotFound)));
    for broken in [
        body.replace("150.5", "150.51"),
        body.replace("IN_PROGRESS", "DONE"),
    ] {
        assert_eq!(
            fault(&*dynamic(), &Call::Refund(refund_call()), &[ok(broken)]).0,
            Certainty::Unknown
        );
    }
}

#[test]
fn a_refused_refund_is_believed_only_when_the_bank_does_not_know_it() {
    let call = Call::Refund(refund_call());
    let first = || refusal("ERROR.REFUND_INSUFFICIENT_FUNDS");
    let (certainty, code, _) = fault(&*dynamic(), &call, &[first(), refusal("ERROR.REFUND_NOT_FOUND")]);
    assert_eq!(
        (certainty, code),
        (Certainty::Refused, Code::RefundExceedsPayment)
    );
    let repeated = end(&*dynamic(), &call, &[first(), ok(bodies::REFUND_IN_PROGRESS)]);
    assert_eq!(repeated, Ok(Answer::Refund(RefundState::InProgress)));
    for silent in [
        WireResponse::new(503, ""),
        WireResponse::new(401, ""),
        refusal("ORDER_NOT_FOUND"),
    ] {
        assert_eq!(
            fault(&*dynamic(), &call, &[first(), silent]).0,
            Certainty::Unknown
        );
    }
}
