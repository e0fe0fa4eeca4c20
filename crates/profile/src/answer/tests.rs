use super::body::{Body, Format, Place};
use crate::Profile;
use connector::conversation::converse;
use connector::{Connector, Provider, WireResponse};
use domain::call::{Lookup, Reference, RefundCall, Register};
use domain::{
    Answer, Call, Certainty, Code, Fault, Kopecks, OperationId, PaymentState, RefundState, StoreId,
    TerminalId, Timestamp,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::LazyLock;

const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);
const ORDER: &str = "07070707070707070707070707070707";

static BANK: LazyLock<Vec<Provider>> = LazyLock::new(|| {
    let text = include_str!("../fixtures/bank.conf");
    Profile::parse(Path::new("bank.conf"), text).unwrap().providers()
});

fn bank() -> Box<dyn Connector> {
    connect(
        &BANK[0],
        json!({"url": "https://bank.example/api", "token": "S3CRET", "shop": "17"}),
    )
}

fn connect(provider: &Provider, merchant: Value) -> Box<dyn Connector> {
    let Value::Object(merchant) = merchant else {
        panic!()
    };
    provider.connect(&merchant, &Map::new()).unwrap().connector
}

fn lookup() -> Lookup {
    Lookup {
        order: OperationId::from_bytes([7; 16]).order(1),
        amount: Kopecks::new(15_000).unwrap(),
        reference: Reference::default(),
    }
}

fn register() -> Call {
    Call::Register(Box::new(Register {
        order: lookup().order,
        amount: lookup().amount,
        created_at: NOW,
        expires_at: NOW.plus_ms(300_000),
        store: StoreId::new("12").unwrap(),
        terminal: TerminalId::new("3").unwrap(),
        purpose: None,
        cost_centre: None,
        receipt: None,
        customer_code: None,
        card_token: None,
        link_id: None,
        tender: None,
        subscriber: None,
    }))
}

fn refund() -> RefundCall {
    RefundCall {
        refund: OperationId::from_bytes([8; 16]).order(1),
        amount: Kopecks::new(5_000).unwrap(),
        payment: lookup(),
        purpose: None,
        reference: Reference::default(),
    }
}

fn hear(call: &Call, answers: &[(u16, &str)]) -> Result<Answer, Fault> {
    let answers: Vec<WireResponse> = answers
        .iter()
        .map(|(status, body)| WireResponse::new(*status, (*body).to_owned()))
        .collect();
    let talk = converse(&*bank(), call, &answers, NOW);
    talk.end
        .unwrap_or_else(|| panic!("it wants more answers: {:?}", talk.sent))
}

fn status(body: &str) -> Result<Answer, Fault> {
    hear(&Call::Status(lookup()), &[(200, body)])
}

fn paid(body: &str) -> bool {
    matches!(status(body), Ok(Answer::Payment(PaymentState::Paid { .. })))
}

#[test]
fn every_status_word_has_its_meaning() {
    for (word, state) in [
        ("NEW", PaymentState::NotStarted),
        ("WAIT", PaymentState::InProgress),
        (
            "NO",
            PaymentState::Declined {
                reason: Some("why".to_owned()),
            },
        ),
        ("DEAD", PaymentState::Expired),
        ("OFF", PaymentState::Cancelled),
    ] {
        let body = format!(r#"{{"code":"0","id":"{ORDER}","status":"{word}","message":"why"}}"#);
        assert_eq!(status(&body), Ok(Answer::Payment(state)), "{word}");
    }
    let body = format!(r#"{{"code":"0","id":"{ORDER}","status":"PAID","sum":15000,"trx":"T1"}}"#);
    let reference = Reference::default().with("trx", "T1");
    assert_eq!(
        status(&body),
        Ok(Answer::Payment(PaymentState::Paid {
            amount: Some(lookup().amount),
            reference
        }))
    );
}

#[test]
fn paid_needs_the_word_about_this_very_order() {
    let good = format!(r#"{{"code":"0","id":"{ORDER}","status":"PAID"}}"#);
    assert!(paid(&good));
    for bad in [
        good.replace("PAID", "paid"),
        good.replace("PAID", "PAID "),
        good.replace(ORDER, "other"),
        good.replace("\"id\"", "\"ID\""),
        good.replace("\"0\"", "\"1\""),
        good.replace("\"code\":\"0\",", ""),
        good.replace("\"status\":\"PAID\"", "\"status\":[\"PAID\"]"),
        good.replace("\"status\":\"PAID\"", "\"status\":\"PAID\",\"status\":\"NEW\""),
        good.replace("\"status\":\"PAID\"", "\"status\":\"PAID\",\"sum\":\"a lot\""),
        good.replace("\"status\":\"PAID\"", "\"status\":\"PAID\",\"sum\":1.5"),
        good.replace("\"status\":\"PAID\"", "\"status\":\"PAID\",\"trx\":\"a\\nb\""),
        format!("[{good}]"),
        format!("<html>{good}</html>"),
        good[..good.len() - 1].to_owned(),
        String::new(),
    ] {
        let fault = status(&bad).unwrap_err();
        assert_eq!(fault.certainty, Certainty::Unknown, "{bad}");
    }
}

#[test]
fn a_refusal_means_what_the_profile_says() {
    use Certainty::{NotSent, Refused, Unknown};
    for (http, code, certainty, meant) in [
        (400, "404", Refused, Code::ProviderRefused),
        (200, "400", Refused, Code::ProviderRefused),
        (409, "409", Unknown, Code::ProviderSilent),
        (200, "503", NotSent, Code::ProviderBusy),
        (200, "500", Unknown, Code::ProviderSilent),
        (200, "nobody knows", Unknown, Code::ProviderUnclear),
        (500, "400", Unknown, Code::ProviderSilent),
        (401, "400", Refused, Code::ProviderLogin),
        (429, "400", NotSent, Code::ProviderBusy),
        (302, "0", Unknown, Code::ProviderUnclear),
    ] {
        let body = format!(r#"{{"code":"{code}","message":"why"}}"#);
        let fault = hear(&register(), &[(http, &body)]).unwrap_err();
        assert_eq!((fault.certainty, fault.code), (certainty, meant), "{http} {code}");
        // A question that is refused says nothing about the order; only 429 leaves it unasked.
        match hear(&Call::Status(lookup()), &[(http, &body)]) {
            Ok(answer) => assert_eq!((code, answer), ("404", Answer::Payment(PaymentState::NotFound))),
            Err(fault) => assert_ne!(fault.certainty, Refused, "{http} {code}"),
        }
    }
}

#[test]
fn a_refused_revocation_asks_the_status() {
    let no = (200, r#"{"code":"400"}"#);
    let state = |word: &str| format!(r#"{{"code":"0","id":"{ORDER}","status":"{word}"}}"#);
    let revoke = Call::Revoke(lookup());
    assert_eq!(hear(&revoke, &[(200, r#"{"code":"0"}"#)]), Ok(Answer::Revoked));
    assert_eq!(
        hear(&revoke, &[(204, "")]).unwrap_err().certainty,
        Certainty::Unknown,
        "no word for yes"
    );
    let dead = state("DEAD");
    assert_eq!(
        hear(&revoke, &[no, (200, &dead)]),
        Ok(Answer::Payment(PaymentState::Expired))
    );
    let alive = state("NEW");
    assert_eq!(
        hear(&revoke, &[no, (200, &alive)]).unwrap_err().certainty,
        Certainty::Unknown
    );
    assert_eq!(
        hear(&revoke, &[no, (403, "")]).unwrap_err().certainty,
        Certainty::Unknown
    );
}

#[test]
fn a_refused_refund_is_believed_when_the_provider_does_not_know_it() {
    let id = refund().refund.to_string();
    let call = Call::Refund(refund());
    let no = (200, r#"{"code":"400"}"#);
    let said = |word: &str, sum: u32| format!(r#"{{"code":"0","id":"{id}","status":"{word}","sum":{sum}}}"#);
    assert_eq!(
        hear(&call, &[(200, &said("NEW", 5_000))]),
        Ok(Answer::Refund(RefundState::InProgress))
    );
    assert_eq!(
        hear(&call, &[no, (200, r#"{"code":"404"}"#)])
            .unwrap_err()
            .certainty,
        Certainty::Refused
    );
    assert!(matches!(
        hear(&call, &[no, (200, &said("DONE", 5_000))]),
        Ok(Answer::Refund(RefundState::Completed { .. }))
    ));
    assert_eq!(
        hear(&call, &[no, (200, &said("DONE", 1))]).unwrap_err().certainty,
        Certainty::Unknown
    );
    assert_eq!(
        hear(&call, &[no, (401, "")]).unwrap_err().certainty,
        Certainty::Unknown
    );
    assert_eq!(
        hear(&Call::RefundStatus(refund()), &[(200, r#"{"code":"404"}"#)]),
        Ok(Answer::Refund(RefundState::NotFound))
    );
}

#[test]
fn a_place_is_found_or_is_nothing() {
    let body = br#"{"a":{"b":[{"c":"x"},{"c":1.50}],"d/e":true,"f~g":null,"h":{}}}"#;
    let body = Body::parse(body, Format::Json).ok().unwrap();
    for (place, found) in [
        ("/a/b/0/c", Some("x")),
        ("/a/b/1/c", Some("1.50")),
        ("/a/d~1e", Some("true")),
        ("/a/f~0g", None),
        ("/a/h", None),
        ("/a/b/2/c", None),
        ("/a/b/x", None),
        ("/z", None),
    ] {
        let place = Place::parse(place, Format::Json).unwrap();
        assert_eq!(body.text(&place), Ok(found.map(str::to_owned)), "{place:?}");
    }
    let xml = b"<e:Envelope xmlns:e='u'><Body><r><s> PAID </s><i>1</i><i>2</i></r></Body></e:Envelope>";
    let body = Body::parse(xml, Format::Xml).ok().unwrap();
    let at = |path: &str| Place::parse(path, Format::Xml).unwrap();
    assert_eq!(body.text(&at("Envelope/Body/r/s")), Ok(Some("PAID".to_owned())));
    assert_eq!(body.text(&at("Envelope/Body/r")), Ok(None));
    assert_eq!(body.list(&at("Envelope/Body/r/i")).unwrap().unwrap().len(), 2);
    assert!(body.list(&at("Envelope/Nobody/i")).unwrap().is_none());
}

proptest! {
    #[test]
    fn any_bytes_are_never_paid(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..80)) {
        let calls = [register(), Call::Status(lookup()), Call::Revoke(lookup()), Call::Refund(refund()), Call::RefundStatus(refund())];
        for call in calls {
            let answers = vec![WireResponse::new(status, body.clone()); 3];
            let end = converse(&*bank(), &call, &answers, NOW).end;
            prop_assert!(!matches!(end, Some(Ok(
                Answer::Payment(PaymentState::Paid { .. }) | Answer::Registered(_) | Answer::Refund(RefundState::Completed { .. })
            ))), "{:?}", end);
        }
    }

    #[test]
    fn any_json_is_paid_only_by_the_word(word in "[A-Z]{0,5}", id in "[0-9a-f]{0,32}", more in "[a-z]{0,4}") {
        let body = json!({"code": "0", "id": id, "status": word, more: [1, {"x": null}]}).to_string();
        prop_assert_eq!(paid(&body), word == "PAID" && id == ORDER);
    }
}
