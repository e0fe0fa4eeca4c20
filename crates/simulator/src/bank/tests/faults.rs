use super::*;
use crate::faults::{Fault, UNKNOWN_WORD, When};

fn with_fault(fault: Fault) -> Stage {
    let mut stage = Stage::new();
    stage.bank.add_fault(Rule {
        endpoint: Some(Endpoint::RegisterQr),
        fault,
        when: When::Next(1),
    });
    stage
}

/// Registers once with the fault; returns the reply and whether the bank has acted.
fn register(stage: &mut Stage) -> (Reply, bool) {
    let request = Request::new("POST", "/api/sbp/v2/qrs").json(dynamic_body("o-1", ""));
    let reply = stage.reply(&request);
    let acted = stage.books().entries.len() == 1;
    (reply, acted)
}

fn answer(fault: Fault) -> (Answer, bool) {
    let (reply, acted) = register(&mut with_fault(fault));
    (reply.answer().expect("an answer"), acted)
}

#[test]
fn connections_break_before_and_after_acting() {
    let (reply, acted) = register(&mut with_fault(Fault::DropBefore));
    assert_eq!(
        (reply, acted),
        (
            Reply::Dropped {
                acted: false,
                delay_ms: 0
            },
            false
        )
    );
    let mut stage = with_fault(Fault::DropAfter);
    let (reply, acted) = register(&mut stage);
    assert_eq!(
        (reply, acted),
        (
            Reply::Dropped {
                acted: true,
                delay_ms: 0
            },
            true
        )
    );
    let (reply, _) = register(&mut stage);
    assert!(reply.answer().is_some(), "the fault strikes once");
    assert_eq!(stage.bank.calls_of(Endpoint::RegisterQr), 2);
}

#[test]
fn http_errors_with_and_without_acting() {
    for code in [500, 502, 503] {
        let (before, acted) = answer(Fault::Status { code, acted: false });
        assert_eq!((before.status, acted), (code, false));
        let (after, acted) = answer(Fault::Status { code, acted: true });
        assert_eq!((after.status, acted), (code, true));
        assert!(serde_json::from_slice::<serde_json::Value>(&after.body).is_err());
    }
    let (busy, acted) = answer(Fault::TooManyRequests { retry_after_s: 7 });
    assert_eq!(
        (busy.status, busy.header("retry-after"), acted),
        (429, Some("7"), false)
    );
}

#[test]
fn bodies_are_spoiled_after_acting() {
    let (cut, acted) = answer(Fault::MalformedJson);
    assert!(acted && cut.status == 200 && serde_json::from_slice::<serde_json::Value>(&cut.body).is_err());
    let (html, acted) = answer(Fault::HtmlBody);
    assert!(acted && html.text().starts_with("<!doctype html>"));
    let (empty, acted) = answer(Fault::EmptyBody);
    assert!(acted && empty.status == 200 && empty.body.is_empty());
    let (renamed, acted) = answer(Fault::WrongContentType);
    assert_eq!(
        (acted, renamed.header("content-type"), renamed.headers.len()),
        (true, Some("text/plain"), 1)
    );
    assert_eq!(field(&renamed, "qrStatus"), "NEW");
    let (slow, acted) = answer(Fault::SlowBody { ms: 900 });
    assert_eq!((acted, slow.slow_body_ms), (true, 900));
    let (late, acted) = answer(Fault::Delay { ms: 31_000 });
    assert_eq!(
        (acted, late.delay_ms, field(&late, "qrStatus").as_str()),
        (true, 31_000, "NEW")
    );
}

#[test]
fn unknown_words_and_fields_keep_the_json_sound() {
    let (unknown, _) = answer(Fault::UnknownStatus);
    assert_eq!(field(&unknown, "qrStatus"), UNKNOWN_WORD);
    assert!(serde_json::from_slice::<serde_json::Value>(&unknown.body).is_ok());
    let (extra, _) = answer(Fault::ExtraFields);
    assert_eq!(field(&extra, "qrStatus"), "NEW");
    let value: serde_json::Value = serde_json::from_slice(&extra.body).unwrap();
    assert_eq!(value["newField"]["flag"], true);
}

#[test]
fn unknown_words_reach_every_status_field() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.cash_link();
    stage.activate("o-1", &qr_id);
    stage.pay(&link);
    let rule = Rule {
        endpoint: None,
        fault: Fault::UnknownStatus,
        when: When::ChancePerMille(1000),
    };
    stage.bank.add_fault(rule);
    assert_eq!(stage.order_state("o-1"), UNKNOWN_WORD);
    assert_eq!(stage.payment_status(&qr_id), UNKNOWN_WORD);
    let refund = stage.post("/api/payments/v1/orders/o-1/refunds/r", r#"{"amount":1}"#);
    assert_eq!(field(&refund, "refundStatus"), UNKNOWN_WORD);
    stage.bank.clear_faults();
    assert_eq!(stage.order_state("o-1"), "PAID");
}

#[test]
fn a_rule_without_endpoint_strikes_everywhere_and_unknown_paths_are_spared() {
    let mut stage = Stage::new();
    stage.bank.add_fault(Rule {
        endpoint: None,
        fault: Fault::DropBefore,
        when: When::Next(1),
    });
    assert_eq!(stage.get("/api/nowhere").status, 404);
    let reply = stage.reply(&Request::new("GET", "/api/payments/v2/banks").bearer(KEY));
    assert_eq!(
        reply,
        Reply::Dropped {
            acted: false,
            delay_ms: 0
        }
    );
}

#[test]
fn rules_are_written_in_json_as_documented() {
    let rule: Rule = serde_json::from_str(
        r#"{"endpoint":"payment_info","fault":{"kind":"status","code":502,"acted":true},"when":{"next":3}}"#,
    )
    .unwrap();
    let fault = Fault::Status {
        code: 502,
        acted: true,
    };
    assert_eq!(
        rule,
        Rule {
            endpoint: Some(Endpoint::PaymentInfo),
            fault,
            when: When::Next(3)
        }
    );
    let rule: Rule =
        serde_json::from_str(r#"{"fault":{"kind":"drop_after"},"when":{"chance_per_mille":50}}"#).unwrap();
    assert_eq!(
        rule,
        Rule {
            endpoint: None,
            fault: Fault::DropAfter,
            when: When::ChancePerMille(50)
        }
    );
}
