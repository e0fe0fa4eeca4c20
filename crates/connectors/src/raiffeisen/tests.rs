//! The bank's documents, played back: fixtures have the documented shapes with values of our own.

mod callbacks;
mod cash_link;
mod dynamic;
mod faults;

use super::providers;
use crate::samples::{
    self, LINK_ID, NOW, QR_ID, SECRET, end, fault, kopecks, ok, order, payment, register_on, talk, transcript,
};
use connector::nspk::PaymentLink;
use connector::{Built, ConfigError, Connector, WireResponse};
use domain::call::{LinkCall, Lookup, Reference, RefundCall};
use domain::{Answer, Call, Certainty, Code, PaymentState, TerminalId};
use domain::{LinkState, RefundState};
use serde_json::{Map, Value, json};

/// Bodies of the documented shapes.
mod bodies {
    pub const CALLBACK_ORDER: &str = include_str!("fixtures/callback_order.json");
    pub const CALLBACK_PAYMENT: &str = include_str!("fixtures/callback_payment.json");
    pub const LINK_INACTIVE: &str = include_str!("fixtures/link_inactive.json");
    pub const ORDER_NEW: &str = include_str!("fixtures/order_new.json");
    pub const PAYMENT_NO_INFO: &str = include_str!("fixtures/payment_no_info.json");
    pub const PAYMENT_SUCCESS: &str = include_str!("fixtures/payment_success.json");
    pub const QR_REGISTERED: &str = include_str!("fixtures/qr_registered.json");
    pub const REFUND_IN_PROGRESS: &str = include_str!("fixtures/refund_in_progress.json");
    pub const SPRING_404: &str = include_str!("fixtures/spring_404.json");
}

fn merchant(module: usize) -> Map<String, Value> {
    let mut settings = json!({
        "url": "https://pay-test.raif.ru",
        "secretKey": SECRET,
        "publicId": "pub-1",
        "account": "40702810900000000001",
        "purpose": "Чек %receipt%",
    });
    if module == 0 {
        settings["sbpMerchantId"] = json!("MA0000000001");
    }
    serde_json::from_value(settings).unwrap()
}

fn build(module: usize, merchant: &Map<String, Value>, terminal: Value) -> Result<Built, ConfigError> {
    providers()[module].connect(merchant, &serde_json::from_value(terminal).unwrap())
}

fn dynamic() -> Box<dyn Connector> {
    build(0, &merchant(0), json!({})).unwrap().connector
}

fn sticker() -> String {
    let link: Value = serde_json::from_str(bodies::LINK_INACTIVE).unwrap();
    link["payload"].as_str().unwrap().to_owned()
}

fn cash_link() -> Box<dyn Connector> {
    build(1, &merchant(1), json!({"payload": sticker()}))
        .unwrap()
        .connector
}

/// A payment whose QR dies five minutes from now.
fn lookup() -> Lookup {
    let dies_at = NOW.plus_ms(300_000).as_micros().to_string();
    samples::lookup(
        Reference::default()
            .with("qr_id", QR_ID)
            .with("expires_at", dies_at),
    )
}

fn refund_call() -> RefundCall {
    samples::refund_of(lookup())
}

fn link_call() -> LinkCall {
    LinkCall {
        terminal: TerminalId::new("Касса 3").unwrap(),
        ..samples::link_call(&sticker())
    }
}

/// Every call of a module.
fn calls(link: bool) -> Vec<Call> {
    let mut calls = vec![
        register_on(Some(LINK_ID)),
        Call::Status(lookup()),
        Call::Revoke(lookup()),
        Call::Refund(refund_call()),
        Call::RefundStatus(refund_call()),
    ];
    if link {
        calls.extend([Call::LinkCheck(link_call()), Call::LinkBind(link_call())]);
    }
    calls
}

fn refusal(code: &str) -> WireResponse {
    WireResponse::new(400, format!(r#"{{"code":"{code}","message":"Причина"}}"#))
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    let problem = |module: usize, key: &str, value: Value, terminal: Value| {
        let mut settings = merchant(module);
        settings.insert(key.to_owned(), value);
        match build(module, &settings, terminal) {
            Ok(_) => panic!("{key} was taken"),
            Err(error) => error.to_string(),
        }
    };
    for (text, said) in [
        (
            problem(0, "url", json!("https://pay.raif.ru/api"), json!({})),
            "the module adds it",
        ),
        (
            problem(0, "sbpMerchantId", json!("MA00000000012"), json!({})),
            "at most 12",
        ),
        (problem(0, "account", json!("40702"), json!({})), "20 digits"),
        (problem(0, "purpose", json!("%shop%"), json!({})), "%shop%"),
        (problem(1, "qrTtl", json!(21), json!({})), "at most 20 minutes"),
        (
            problem(1, "interval", json!(5), json!({"qr_id": "as1"})),
            "32 capital",
        ),
        (
            problem(
                1,
                "interval",
                json!(5),
                json!({"qr_id": QR_ID, "payload": sticker()}),
            ),
            "bind the link again",
        ),
        (
            problem(
                1,
                "interval",
                json!(5),
                json!({"payload": sticker().replace("07&", "08&")}),
            ),
            "checksum",
        ),
    ] {
        assert!(text.contains(said), "{text}");
    }
    let mut settings = merchant(0);
    settings.remove("sbpMerchantId");
    assert!(matches!(
        build(0, &settings, json!({})),
        Err(ConfigError::Missing {
            key: "sbpMerchantId",
            ..
        })
    ));
}

#[test]
fn the_settings_show_no_secret() {
    let settings = super::config::Settings::dynamic(&merchant(0)).unwrap();
    assert!(!format!("{settings:?}").contains(SECRET));
}

#[test]
fn only_the_cash_link_knows_links() {
    assert!(!dynamic().abilities().link_check);
    assert!(cash_link().abilities().link_bind);
    for call in [Call::LinkCheck(link_call()), Call::LinkBind(link_call())] {
        let fault = talk(&*dynamic(), &call, &[]).end.unwrap().unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::Refused, Code::Unsupported)
        );
    }
}

#[test]
fn fixtures_hold_links_that_can_be_scanned() {
    assert_eq!(PaymentLink::parse(&sticker()).unwrap().qrc_id(), LINK_ID);
    let qr: Value = serde_json::from_str(bodies::QR_REGISTERED).unwrap();
    assert_eq!(
        PaymentLink::parse(qr["payload"].as_str().unwrap())
            .unwrap()
            .qrc_id(),
        QR_ID
    );
}
