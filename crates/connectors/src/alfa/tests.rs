//! The sources played back: fixtures have the known shapes with values of our own.

mod cash_link;
mod dynamic;
mod faults;
mod refund;

use super::providers;
use crate::samples::{self, LINK_ID, NOW, QR_ID, end, kopecks, lookup, ok, order, payment, talk, written};
use connector::conversation::converse;
use connector::sign::rsa::{SigningKey, VerifyingKey};
use connector::{Built, CallbackError, ConfigError, Connector, RawCallback, WireResponse};
use domain::call::{LinkCall, LinkState, Lookup, Reference, RefundCall, Register};
use domain::{Answer, Call, Certainty, Code, Fault, PaymentState, RefundState};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

const STICKER: &str =
    "https://qr.nspk.ru/AS1000000000000000000000LNKTEST1?type=01&bank=100000000008&crc=35E3";
const KEY: &str = include_str!("../../../connector/src/sign/fixtures/test-key-pkcs8.pem");
const CERTIFICATE: &str = include_str!("../../../connector/src/sign/fixtures/test-certificate.pem");

/// Bodies of the known shapes.
mod bodies {
    pub const ACTIVATION: &str = include_str!("fixtures/activation.json");
    pub const LINK_STATUS: &str = include_str!("fixtures/link_status.json");
    pub const QR_PAID: &str = include_str!("fixtures/qr_paid.json");
    pub const QR_REGISTERED: &str = include_str!("fixtures/qr_registered.json");
    pub const QR_STATUS: &str = include_str!("fixtures/qr_status.json");
    pub const REFUSAL: &str = include_str!("fixtures/refusal.json");
    pub const REVERSAL: &str = include_str!("fixtures/reversal.json");
    pub const REVERSAL_STATUS: &str = include_str!("fixtures/reversal_status.json");
}

fn merchant(module: usize) -> Map<String, Value> {
    let mut settings = json!({
        "url": "https://bank.example/fsCryptoProxy",
        "key_name": "c2b-pos-test",
        "cert": CERTIFICATE,
        "pkey": KEY,
        "not_found_codes": "15, 16",
        "purpose": "Чек %receipt%",
    });
    if module == 0 {
        settings["TermNo"] = json!("70001");
    } else {
        settings["link_status"] = json!("latest");
    }
    serde_json::from_value(settings).unwrap()
}

fn build(module: usize, merchant: &Map<String, Value>, terminal: Value) -> Result<Built, ConfigError> {
    providers()[module].connect(merchant, &serde_json::from_value(terminal).unwrap())
}

fn with(module: usize, key: &str, value: Value) -> Box<dyn Connector> {
    let mut settings = merchant(module);
    settings.insert(key.to_owned(), value);
    build(module, &settings, bound(module)).unwrap().connector
}

/// The row of a register whose sticker is bound.
fn bound(module: usize) -> Value {
    if module == 0 {
        return json!({});
    }
    json!({"qr_id": LINK_ID, "payload": STICKER, "TermNo": "70001"})
}

fn bank(module: usize) -> Box<dyn Connector> {
    build(module, &merchant(module), bound(module)).unwrap().connector
}

fn dynamic() -> Box<dyn Connector> {
    bank(0)
}

fn cash_link() -> Box<dyn Connector> {
    bank(1)
}

/// A payment as its module knows it after the registration.
fn registered(module: usize) -> Lookup {
    let reference = Reference::default().with("term_no", "70001");
    lookup(if module == 0 {
        reference.with("qr_id", QR_ID).with("payrrn", "000000000101")
    } else {
        reference
            .with("payrrn", "000000000202")
            .with(Reference::LINK, LINK_ID)
    })
}

/// Lives are whole minutes, rounded up.
fn register_on(link_id: Option<&str>) -> Call {
    Call::Register(Box::new(Register {
        expires_at: NOW.plus_ms(290_999),
        link_id: link_id.map(str::to_owned),
        ..samples::register()
    }))
}

fn refund_call(module: usize) -> RefundCall {
    RefundCall {
        purpose: None,
        ..samples::refund_of(registered(module))
    }
}

fn link_call(terminal_number: Option<&str>) -> LinkCall {
    LinkCall {
        terminal_number: terminal_number.map(str::to_owned),
        ..samples::link_call(STICKER)
    }
}

/// Every call of a module, each with a body that answers it well.
fn calls(module: usize) -> Vec<(Call, &'static str)> {
    let (fresh, status) = if module == 0 {
        (bodies::QR_REGISTERED, bodies::QR_STATUS)
    } else {
        (bodies::ACTIVATION, bodies::LINK_STATUS)
    };
    let mut calls = vec![
        (register_on(None), fresh),
        (Call::Status(registered(module)), status),
        (Call::Refund(refund_call(module)), bodies::REVERSAL),
        (Call::RefundStatus(refund_call(module)), bodies::REVERSAL_STATUS),
    ];
    if module == 1 {
        let link = bodies::LINK_STATUS;
        calls.extend([
            (Call::Revoke(registered(1)), bodies::REFUSAL),
            (Call::LinkCheck(link_call(None)), link),
            (Call::LinkBind(link_call(None)), link),
        ]);
    }
    calls
}

/// The bank's own codes are spoken of elsewhere.
fn fault(bank: &dyn Connector, call: &Call, responses: &[WireResponse]) -> (Certainty, Code) {
    let (certainty, code, _) = samples::fault(bank, call, responses);
    (certainty, code)
}

/// What was sent, as text for a snapshot. Each request bears the signature of its own bytes.
fn transcript(bank: &dyn Connector, call: &Call, responses: &[WireResponse]) -> String {
    let ours = VerifyingKey::from_pem(CERTIFICATE).ok().unwrap();
    let sent = talk(bank, call, responses).sent;
    for request in &sent {
        let signatures = request.headers.iter().filter(|(name, _)| name == "authorization");
        for (_, signature) in signatures {
            assert!(ours.verify_base64(&request.body, signature.expose()));
        }
    }
    sent.iter().map(written).collect()
}

fn refusal(code: &str) -> WireResponse {
    ok(bodies::REFUSAL.replace("\"7\"", code))
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    let problem = |module: usize, key: &str, value: Value, terminal: Value| {
        let mut settings = merchant(module);
        if value.is_null() {
            settings.remove(key);
        } else {
            settings.insert(key.to_owned(), value);
        }
        match build(module, &settings, terminal) {
            Ok(_) => panic!("{key} was taken"),
            Err(error) => error.to_string(),
        }
    };
    for (module, key, value, said) in [
        (0, "TermNo", json!(70_001), "digits in quotes"),
        (0, "TermNo", json!("70-001"), "1 to 32 digits"),
        (0, "TermNo", Value::Null, "`TermNo` is missing"),
        (0, "key_name", json!("мой ключ"), "visible ASCII"),
        (0, "cert", Value::Null, "lets nobody in"),
        (0, "pkey", Value::Null, "every request is signed"),
        (
            0,
            "pkey",
            json!(CERTIFICATE),
            "is a certificate, not its private key",
        ),
        (0, "bank_cert", json!(KEY), "is a private key"),
        (0, "not_found_codes", json!("15,,16"), "separated by commas"),
        (0, "not_found_codes", json!("0"), "other than 0"),
        (0, "redirectUrl", json!("https://магазин.рф"), "percent-encoded"),
        (0, "interval", json!(5), "from 10 to 300"),
        (0, "purpose", json!("%shop%"), "%shop%"),
        (1, "qrTtl", json!(4), "at least 5 minutes"),
        (1, "qrTtl", json!(21), "at most 20 minutes"),
        (1, "TermNo", json!("70001"), "belongs in the terminals table"),
        (1, "link_status", json!("yes"), "unknown, latest"),
    ] {
        let told = problem(module, key, value, bound(module));
        assert!(told.contains(said), "{key}: {told}");
    }
    let other_link = json!({"qr_id": QR_ID, "payload": STICKER});
    assert!(problem(1, "qrTtl", json!(5), other_link).contains("bind the link again"));
}

#[test]
fn a_key_of_its_own_may_sign() {
    let mut settings = merchant(0);
    settings.insert("sign_key".to_owned(), json!(KEY));
    settings.insert("pkey".to_owned(), json!("-----BEGIN a key for TLS only"));
    assert!(build(0, &settings, json!({})).is_ok());
    // Behind a tunnel of this machine's own nothing but the signature is ours.
    for (key, value) in [
        ("url", Some(json!("http://127.0.0.1:8443"))),
        ("cert", None),
        ("pkey", None),
    ] {
        match value {
            Some(value) => settings.insert(key.to_owned(), value),
            None => settings.remove(key),
        };
    }
    assert!(build(0, &settings, json!({})).is_ok());
}

#[test]
fn the_bank_is_not_asked_more_often_than_every_ten_seconds() {
    for module in [0, 1] {
        let policy = build(module, &merchant(module), bound(module)).unwrap().policy;
        assert_eq!((policy.interval_ms, policy.eager_interval_ms), (10_000, 10_000));
    }
}

#[test]
fn a_lacking_ability_is_told_and_nothing_is_sent() {
    assert!(!dynamic().abilities().revoke && cash_link().abilities().revoke);
    for call in [
        Call::Revoke(registered(0)),
        Call::LinkCheck(link_call(None)),
        Call::LinkBind(link_call(Some("70001"))),
    ] {
        let told = fault(&*dynamic(), &call, &[]);
        assert_eq!(told, (Certainty::Refused, Code::Unsupported));
    }
}

/// Nothing is signed in a notification, so nothing of it is taken.
#[test]
fn notifications_are_not_taken() {
    let body = json!({"qrcId": QR_ID, "trxId": "B6", "status": "ACWP", "amount": 111_011}).to_string();
    let callback = RawCallback {
        headers: Vec::new(),
        body: body.into(),
    };
    for (module, provider) in providers().iter().enumerate() {
        assert_eq!((provider.callback_operation)(&callback), None);
        assert_eq!(bank(module).verify(&callback), Err(CallbackError::Unsupported));
    }
}
