use super::*;
use crate::samples::{any_response, finds_no_money};
use proptest::prelude::*;

/// A body that would be an answer to the call.
fn good(call: &Call) -> &'static str {
    match call {
        Call::Register(_) => bodies::CREATED,
        Call::Revoke(lookup) if lookup.reference.get(Reference::QR).is_some() => bodies::REVOKED,
        Call::Refund(call) if call.reference.get("seen_for").is_some() => bodies::REFUNDED,
        _ => bodies::ORDER_PAID,
    }
}

/// Every documented HTTP error and every way in which no answer can be read, for every call of both modules.
#[test]
fn every_broken_answer_proves_what_it_proves() {
    use Certainty::{NotSent, Refused, Unknown};
    for module in [SBP, SBER_PAY] {
        for call in calls() {
            let asks = matches!(call, Call::Status(_) | Call::RefundStatus(_));
            let first_step = matches!(&call, Call::Refund(call) if call.reference.get("seen_for").is_none());
            for (status, body, certainty, code) in [
                (
                    200,
                    "<html><body>proxy</body></html>",
                    Unknown,
                    Code::ProviderUnclear,
                ),
                (200, "{\"order_id\":", Unknown, Code::ProviderUnclear),
                (200, "null", Unknown, Code::ProviderUnclear),
                (200, "", Unknown, Code::ProviderUnclear),
                (200, "{}", Unknown, Code::ProviderUnclear),
                (200, "{\"error_code\":\"000000\"}", Unknown, Code::ProviderUnclear),
                (302, "", Unknown, Code::ProviderUnclear),
                (400, "", Unknown, Code::ProviderUnclear),
                (400, "<html></html>", Unknown, Code::ProviderUnclear),
                (400, good(&call), Unknown, Code::ProviderUnclear),
                (401, "", Refused, Code::ProviderLogin),
                (403, "<html></html>", Refused, Code::ProviderLogin),
                (404, "{}", Unknown, Code::ProviderUnclear),
                (405, "<html></html>", Unknown, Code::ProviderUnclear),
                (429, "", NotSent, Code::ProviderBusy),
                (500, "", Unknown, Code::ProviderSilent),
                (503, good(&call), Unknown, Code::ProviderSilent),
            ] {
                let certainty = match certainty {
                    _ if first_step => NotSent,
                    Refused if asks => Unknown,
                    certainty => certainty,
                };
                let told = fault(&*sber(module), &call, &[WireResponse::new(status, body)]);
                assert_eq!((told.0, told.1), (certainty, code), "{call:?} {status} {body}");
            }
        }
    }
}

/// The gateway's own refusals of a malformed request come before the order service is reached.
#[test]
fn the_gateways_refusal_is_one() {
    for status in [400, 405] {
        let answer = WireResponse::new(status, r#"{"httpCode":"400","httpMessage":"Bad Request"}"#);
        let told = fault(&*sber(SBP), &register(None), std::slice::from_ref(&answer));
        let code = format!("HTTP {status}");
        assert_eq!(told, (Certainty::Refused, Code::ProviderRefused, Some(code)));
        let asked = fault(&*sber(SBP), &Call::Status(lookup()), &[answer]);
        assert_eq!(asked.0, Certainty::Unknown);
    }
}

#[test]
fn a_business_error_refuses_a_change_and_proves_nothing_of_a_question() {
    let bank = sber(SBP);
    for answer in [
        refusal("100001"),
        ok(bodies::REFUSED.replace("\"100001\"", "100001")),
        WireResponse::new(400, bodies::REFUSED),
    ] {
        let code = Some("100001".to_owned());
        let told = fault(&*bank, &register(None), std::slice::from_ref(&answer));
        assert_eq!(told, (Certainty::Refused, Code::ProviderRefused, code.clone()));
        for call in [Call::Status(lookup()), Call::RefundStatus(prepared())] {
            let told = fault(&*bank, &call, std::slice::from_ref(&answer));
            assert_eq!(told, (Certainty::Unknown, Code::ProviderRefused, code.clone()));
        }
    }
}

/// Without the setting no code means "no such order", and the operator is told of the key.
#[test]
fn which_code_means_not_found_stands_in_the_settings() {
    let mut settings = merchant(SBP);
    settings.remove("not_found_codes");
    let bank = build(SBP, &settings).unwrap().connector;
    let end = end(&*bank, &Call::Status(lookup()), &[refusal(NOT_FOUND)]).unwrap_err();
    assert_eq!(end.certainty, Certainty::Unknown);
    assert!(end.detail.contains("not_found_codes"), "{}", end.detail);
}

#[test]
fn the_bank_may_ask_to_wait() {
    let mut busy = WireResponse::new(429, "");
    busy.headers.push(("retry-after".to_owned(), "12".to_owned()));
    let fault = end(&*sber(SBP), &register(None), &[busy]).unwrap_err();
    assert_eq!(fault.retry_after_ms, Some(12_000));
}

/// A word that the bank's next release may bring, in every place where a status stands.
#[test]
fn row_14_an_unknown_status_word_is_unknown_and_calls_a_person() {
    let bank = sber(SBER_PAY);
    let word = |body: &str, old: &str| ok(body.replace(&format!("\"{old}\""), "\"A_NEW_WORD\""));
    let order = || word(bodies::ORDER_CREATED, "CREATED");
    for (call, heard) in [
        (register(None), vec![word(bodies::CREATED, "CREATED")]),
        (register(Some(SCANNED)), vec![ok(bodies::REVOKED), order()]),
        (Call::Status(lookup()), vec![order()]),
        (
            Call::Revoke(lookup()),
            vec![word(bodies::REVOKED, "REVOKED"), order()],
        ),
        (Call::Revoke(unheard()), vec![order()]),
        (Call::Refund(prepared()), vec![word(bodies::REFUNDED, "PAID")]),
        (Call::Refund(prepared()), vec![word(bodies::REFUNDED, "REFUND")]),
    ] {
        let (certainty, code, _) = fault(&*bank, &call, &heard);
        assert_eq!((certainty, code), UNCLEAR, "{call:?}");
    }
}

static WORDS: [&str; 10] = [
    bodies::CREATED,
    bodies::ORDER_CREATED,
    bodies::REVOKED,
    bodies::REFUNDED,
    bodies::REFUSED,
    "",
    "{}",
    r#"{"error_code":"100404"}"#,
    r#"{"error_code":"000000","order_state":"ON_PAYMENT"}"#,
    r#"{"error_code":"000000","order_state":"DECLINED","order_operation_params":[{"operation_type":"PAY"}]}"#,
];

proptest! {
    /// No order was said to be paid: so no call panics, none finds money, and none sends for ever.
    #[test]
    fn nothing_but_the_word_is_paid(heard in prop::collection::vec(any_response(&WORDS), 0..5)) {
        for module in [SBP, SBER_PAY] {
            let bank = sber(module);
            for call in calls().into_iter().chain([register(Some(SCANNED))]) {
                finds_no_money(&*bank, &call, &heard, 3);
            }
        }
    }
}

/// A probe asks and changes nothing; "not found" ends it well, a refused key as a fault of the login.
#[test]
fn a_probe_only_asks() {
    for module in [SBP, SBER_PAY] {
        let bank = sber(module);
        let probe = bank.probe(order());
        let conversation = talk(&*bank, &probe, &[refusal(NOT_FOUND)]);
        assert!(
            conversation
                .sent
                .iter()
                .all(|request| request.url.ends_with("/status"))
        );
        assert_eq!(
            conversation.end,
            Some(Ok(Answer::Payment(PaymentState::NotFound)))
        );
        assert_eq!(
            fault(&*bank, &probe, &[WireResponse::new(401, "")]),
            (Certainty::Unknown, Code::ProviderLogin, None)
        );
    }
}
