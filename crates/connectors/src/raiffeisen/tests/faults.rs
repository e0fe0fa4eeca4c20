use super::*;
use crate::samples::{any_response, finds_no_money};
use connector::Turn;
use proptest::prelude::*;

/// Every documented error, at the registration of a dynamic QR.
#[test]
fn every_documented_error_has_its_code() {
    use Certainty::{Refused, Unknown};
    for (code, certainty, ours) in [
        ("ERROR.ACCOUNT_IS_NOT_REGISTERED", Refused, Code::ProviderRefused),
        ("ERROR.INVALID_REQUEST", Refused, Code::ProviderRefused),
        (
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID",
            Refused,
            Code::ProviderRefused,
        ),
        ("ERROR.MERCHANT_NOT_REGISTERED", Refused, Code::ProviderRefused),
        (
            "ERROR.ORDER_NUMBER_ALREADY_REGISTERED",
            Unknown,
            Code::ProviderUnclear,
        ),
        ("ERROR.SBP_MERCHANT_ID_IS_MISSING", Refused, Code::ProviderRefused),
        ("ERROR.DYNAMIC_QR_WITHOUT_AMOUNT", Refused, Code::ProviderRefused),
        ("ERROR.INVALID_ORDER", Refused, Code::ProviderRefused),
        ("ERROR.NOT_FOUND", Refused, Code::ProviderRefused),
        (
            "ERROR.REFUND_INSUFFICIENT_FUNDS",
            Refused,
            Code::RefundExceedsPayment,
        ),
        ("ERROR.REFUND_NOT_FOUND", Refused, Code::ProviderRefused),
        ("ERROR.WRONG_QR_STATUS", Refused, Code::ProviderRefused),
        ("ORDER_NOT_FOUND", Refused, Code::ProviderRefused),
        ("ORDER_HAS_FINAL_STATUS", Unknown, Code::ProviderUnclear),
        ("RECEIPT_VALIDATION_FAILED", Refused, Code::ProviderRefused),
        ("ERROR.A_NEW_ONE", Refused, Code::ProviderRefused),
        ("SOMETHING_ELSE", Unknown, Code::ProviderUnclear),
    ] {
        let expected = (certainty, ours, Some(code.to_owned()));
        let at_200 = WireResponse::new(200, refusal(code).body);
        for response in [refusal(code), at_200] {
            assert_eq!(fault(&*dynamic(), &register_on(None), &[response]), expected);
        }
        let failing_server = WireResponse::new(500, refusal(code).body);
        let told = fault(&*dynamic(), &register_on(None), &[failing_server]);
        assert_eq!(told, (Unknown, Code::ProviderSilent, Some(code.to_owned())));
    }
}

/// Every way in which no answer can be read, for every call of both modules.
#[test]
fn every_broken_answer_proves_what_it_proves() {
    use Certainty::{NotSent, Refused, Unknown};
    for (connector, link) in [(dynamic(), false), (cash_link(), true)] {
        for call in calls(link) {
            let asks = matches!(call, Call::Status(_) | Call::RefundStatus(_));
            // A body that would be an answer, under a status that makes it none.
            let good = match call {
                Call::Refund(_) | Call::RefundStatus(_) => bodies::REFUND_IN_PROGRESS,
                Call::LinkCheck(_) | Call::LinkBind(_) => bodies::LINK_INACTIVE,
                Call::Register(_) if !link => bodies::QR_REGISTERED,
                _ if link => bodies::ORDER_NEW,
                _ => bodies::PAYMENT_SUCCESS,
            };
            let door = if asks { Unknown } else { Refused };
            for (status, body, certainty, code) in [
                (
                    200,
                    "<html><body>proxy</body></html>",
                    Unknown,
                    Code::ProviderUnclear,
                ),
                (200, "{\"qrId\":", Unknown, Code::ProviderUnclear),
                (200, "null", Unknown, Code::ProviderUnclear),
                (200, "{}", Unknown, Code::ProviderUnclear),
                (200, "\u{1}", Unknown, Code::ProviderUnclear),
                (302, "", Unknown, Code::ProviderUnclear),
                (400, "", Unknown, Code::ProviderUnclear),
                (400, good, Unknown, Code::ProviderUnclear),
                (400, "<html></html>", Unknown, Code::ProviderUnclear),
                (401, "", door, Code::ProviderLogin),
                (403, "<html></html>", door, Code::ProviderLogin),
                (404, bodies::SPRING_404, Unknown, Code::ProviderUnclear),
                (404, "", Unknown, Code::ProviderUnclear),
                (429, "", NotSent, Code::ProviderBusy),
                (500, "", Unknown, Code::ProviderSilent),
                (502, "<html></html>", Unknown, Code::ProviderSilent),
                (503, bodies::PAYMENT_SUCCESS, Unknown, Code::ProviderSilent),
            ] {
                let told = fault(&*connector, &call, &[WireResponse::new(status, body)]);
                assert_eq!((told.0, told.1), (certainty, code), "{call:?} {status} {body}");
            }
            if !matches!(call, Call::Revoke(_)) {
                assert_eq!(fault(&*connector, &call, &[ok("")]).0, Unknown);
            }
        }
    }
}

#[test]
fn the_bank_may_ask_to_wait() {
    let mut busy = WireResponse::new(429, "");
    busy.headers.push(("retry-after".to_owned(), "12".to_owned()));
    let fault = end(&*dynamic(), &register_on(None), &[busy]).unwrap_err();
    assert_eq!(fault.retry_after_ms, Some(12_000));
}

/// A question's refusal is no refusal of the order.
#[test]
fn a_refused_question_proves_nothing() {
    for (connector, link) in [(dynamic(), false), (cash_link(), true)] {
        for call in calls(link) {
            if !matches!(call, Call::Status(_) | Call::RefundStatus(_)) {
                continue;
            }
            for code in [
                "ERROR.MERCHANT_NOT_REGISTERED",
                "ERROR.INVALID_REQUEST",
                "ERROR.A_NEW_ONE",
            ] {
                assert_eq!(fault(&*connector, &call, &[refusal(code)]).0, Certainty::Unknown);
            }
        }
    }
}

/// A word that the bank's next release may bring, in every place where a status stands.
#[test]
fn row_14_an_unknown_status_word_is_unknown_and_calls_a_person() {
    let (qr, link) = (dynamic(), cash_link());
    let new_word = |body: &str, old: &str| ok(body.replace(&format!("\"{old}\""), "\"A_NEW_WORD\""));
    let payment = new_word(bodies::PAYMENT_NO_INFO, "NO_INFO");
    let fresh_qr = new_word(bodies::QR_REGISTERED, "NEW");
    let order = new_word(bodies::ORDER_NEW, "NEW");
    let refund = new_word(bodies::REFUND_IN_PROGRESS, "IN_PROGRESS");
    let sticker = new_word(bodies::LINK_INACTIVE, "INACTIVE");
    let after_refusal = vec![refusal("ERROR.NOT_FOUND"), fresh_qr.clone()];
    for (bank, call, heard) in [
        (&qr, Call::Status(lookup()), vec![payment]),
        (&qr, Call::Status(lookup()), after_refusal),
        (&qr, register_on(None), vec![fresh_qr]),
        (&qr, Call::Refund(refund_call()), vec![refund.clone()]),
        (&qr, Call::RefundStatus(refund_call()), vec![refund.clone()]),
        (&link, Call::RefundStatus(refund_call()), vec![refund]),
        (&link, register_on(None), vec![order.clone()]),
        (&link, Call::Status(lookup()), vec![order]),
        (&link, Call::LinkCheck(link_call()), vec![sticker.clone()]),
        (&link, Call::LinkBind(link_call()), vec![sticker]),
    ] {
        let (certainty, code, _) = fault(&**bank, &call, &heard);
        assert_eq!(
            (certainty, code),
            (Certainty::Unknown, Code::ProviderUnclear),
            "{call:?}"
        );
    }
}

static WORDS: [&str; 12] = [
    bodies::QR_REGISTERED,
    bodies::PAYMENT_NO_INFO,
    bodies::ORDER_NEW,
    bodies::LINK_INACTIVE,
    bodies::REFUND_IN_PROGRESS,
    bodies::SPRING_404,
    "",
    "{}",
    r#"{"code":"ERROR.NOT_FOUND"}"#,
    r#"{"code":"ERROR.WRONG_QR_STATUS"}"#,
    r#"{"code":"ORDER_HAS_FINAL_STATUS"}"#,
    r#"{"qrId":"AD1000000000000000000000DYNTEST1","qrStatus":"PAID"}"#,
];

proptest! {
    /// Nobody has said SUCCESS of a payment, nor PAID of an order: so no call panics, none finds money, and none
    /// sends for ever.
    #[test]
    fn nothing_but_the_word_is_paid(heard in prop::collection::vec(any_response(&WORDS), 0..5)) {
        for (connector, link) in [(dynamic(), false), (cash_link(), true)] {
            for call in calls(link) {
                finds_no_money(&*connector, &call, &heard, 4);
            }
        }
    }
}

/// A probe asks and changes nothing; "not found" ends it well, a refused key as a fault of the login.
#[test]
fn a_probe_only_asks() {
    for (connector, turns) in [(dynamic(), 2), (cash_link(), 1)] {
        let probe = connector.probe(order());
        let mut heard = Vec::new();
        let answer = loop {
            match connector.next(&probe, &heard, NOW).unwrap() {
                Turn::Send(request) => {
                    assert_eq!(request.method, connector::Method::Get);
                    heard.push(refusal("ERROR.NOT_FOUND"));
                }
                Turn::Done(answer) => break answer,
            }
        };
        assert_eq!(
            (answer, heard.len()),
            (Answer::Payment(PaymentState::NotFound), turns)
        );
        let refused = WireResponse::new(401, "");
        assert_eq!(
            fault(&*connector, &probe, &[refused]),
            (Certainty::Unknown, Code::ProviderLogin, None)
        );
    }
}
