use super::*;
use crate::samples::{any_response, finds_no_money};
use proptest::prelude::*;

/// Every way in which no answer can be read, for every call of both modules.
#[test]
fn every_broken_answer_proves_what_it_proves() {
    use Certainty::{NotSent, Refused, Unknown};
    for module in [0, 1] {
        for (call, good) in calls(module) {
            let asks = matches!(call, Call::Status(_) | Call::RefundStatus(_));
            let door = if asks { Unknown } else { Refused };
            // The first turn of a refund is a question: when it fails, no refund was sent.
            let unknown = if matches!(call, Call::Refund(_)) {
                NotSent
            } else {
                Unknown
            };
            for (status, body, certainty, code) in [
                (200, "<html>proxy</html>", unknown, Code::ProviderUnclear),
                (200, "{\"ErrorCode\":", unknown, Code::ProviderUnclear),
                (200, "null", unknown, Code::ProviderUnclear),
                (200, "{}", unknown, Code::ProviderUnclear),
                (200, "", unknown, Code::ProviderUnclear),
                (200, "{\"ErrorCode\":null}", unknown, Code::ProviderUnclear),
                (302, "", unknown, Code::ProviderUnclear),
                (400, "", unknown, Code::ProviderUnclear),
                (401, "", door, Code::ProviderLogin),
                (403, "<html></html>", door, Code::ProviderLogin),
                (404, "", unknown, Code::ProviderUnclear),
                (429, "", NotSent, Code::ProviderBusy),
                (500, "", unknown, Code::ProviderSilent),
                (502, good, unknown, Code::ProviderSilent),
            ] {
                let told = fault(&*bank(module), &call, &[WireResponse::new(status, body)]);
                assert_eq!(told, (certainty, code), "{call:?} {status} {body}");
            }
            if good != bodies::REFUSAL {
                let told = fault(&*bank(module), &call, &[WireResponse::new(400, good)]);
                assert_eq!(told, (unknown, Code::ProviderUnclear), "{call:?}");
            }
        }
    }
}

/// A refusal is one whatever its code is printed as, with its words in clear.
#[test]
fn a_refusal_is_told_in_the_banks_words() {
    for code in ["7", "\"7\"", "\"-1\"", "99"] {
        for status in [200, 400] {
            let response = WireResponse::new(status, refusal(code).body);
            let fault = end(&*dynamic(), &register_on(None), &[response]).unwrap_err();
            assert_eq!(fault.certainty, Certainty::Refused);
            assert!(fault.detail.contains("Причина"), "{}", fault.detail);
            assert_eq!(fault.provider_code.as_deref(), Some(code.trim_matches('"')));
        }
    }
}

fn signed_by_the_bank(body: &str) -> WireResponse {
    let key = SigningKey::from_pem(&SecretString::from(KEY)).ok().unwrap();
    let mut response = ok(body);
    let signature = key.sign_base64(body.as_bytes()).unwrap();
    response.headers.push(("authorization".to_owned(), signature));
    response
}

/// With the bank's certificate in the settings, an answer that it has not signed is none, refusals included.
#[test]
fn the_banks_signature_is_checked_where_its_certificate_is_known() {
    for module in [0, 1] {
        let strict = with(module, "bank_cert", json!(CERTIFICATE));
        for (call, good) in calls(module) {
            let unsigned = ok(good);
            let mut forged = signed_by_the_bank(good);
            forged.body = good.replace("70001", "070001").into();
            let mut broken = ok(good);
            broken
                .headers
                .push(("authorization".to_owned(), "c2ln".to_owned()));
            for bad in [unsigned, forged, broken] {
                let told = fault(&*strict, &call, &[bad]);
                assert_ne!(told.0, Certainty::Refused, "{call:?}");
                assert_eq!(told.1, Code::ProviderUnclear, "{call:?}");
            }
            let signed = signed_by_the_bank(good);
            let heard = talk(&*strict, &call, &[signed]);
            let unclear = matches!(&heard.end, Some(Err(fault)) if fault.code == Code::ProviderUnclear);
            assert!(!unclear, "{call:?}: {heard:?}");
        }
    }
}

/// A word that the bank's next release may bring.
#[test]
fn row_14_an_unknown_status_word_is_unknown_and_calls_a_person() {
    let new = |body: &str, word: &str| ok(body.replace(&format!("\"{word}\""), "\"NEW1\""));
    for (module, call, response) in [
        (0, Call::Status(registered(0)), new(bodies::QR_STATUS, "NTST")),
        (1, Call::Status(registered(1)), new(bodies::LINK_STATUS, "NTST")),
        (
            1,
            Call::LinkCheck(link_call(None)),
            new(bodies::LINK_STATUS, "NTST"),
        ),
        (
            1,
            Call::LinkBind(link_call(None)),
            new(bodies::LINK_STATUS, "NTST"),
        ),
        (
            0,
            Call::RefundStatus(refund_call(0)),
            new(bodies::REVERSAL_STATUS, "ACTC"),
        ),
        (
            1,
            Call::RefundStatus(refund_call(1)),
            new(bodies::REVERSAL_STATUS, "ACTC"),
        ),
    ] {
        let told = fault(&*bank(module), &call, &[response]);
        assert_eq!(told, (Certainty::Unknown, Code::ProviderUnclear), "{call:?}");
    }
}

/// A probe asks and changes nothing, bound or not; "not found" ends it well, a refused key as a fault of the login.
#[test]
fn a_probe_only_asks() {
    let unbound = build(1, &merchant(1), json!({})).unwrap().connector;
    for connector in [dynamic(), cash_link(), unbound] {
        let probe = connector.probe(order());
        let sent = talk(&*connector, &probe, &[]).sent;
        let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
        assert_eq!((sent.len(), body["command"].as_str()), (1, Some("GetQRCstatus")));
        let found = payment(&*connector, &probe, &[refusal("15")]);
        assert_eq!(found, PaymentState::NotFound);
        let refused = WireResponse::new(401, "");
        assert_eq!(
            fault(&*connector, &probe, &[refused]),
            (Certainty::Unknown, Code::ProviderLogin)
        );
    }
}

static WORDS: [&str; 9] = [
    bodies::QR_REGISTERED,
    bodies::QR_STATUS,
    bodies::ACTIVATION,
    bodies::LINK_STATUS,
    bodies::REVERSAL,
    bodies::REVERSAL_STATUS,
    bodies::REFUSAL,
    "",
    r#"{"ErrorCode":"0","status":"ACWP"}"#,
];

proptest! {
    /// Nobody has said ACWP and named a transfer: so no call panics, none finds money, and none sends for ever.
    #[test]
    fn nothing_but_the_word_is_paid(heard in prop::collection::vec(any_response(&WORDS), 0..5)) {
        for module in [0, 1] {
            let connector = bank(module);
            for (call, _) in calls(module) {
                finds_no_money(&*connector, &call, &heard, 3);
            }
        }
    }
}
