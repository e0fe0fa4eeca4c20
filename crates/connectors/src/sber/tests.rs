//! The bank's documents, played back: fixtures have the documented shapes with values of our own.

mod faults;
mod listing;
mod payments;
mod refunds;

use super::providers;
use crate::samples::{self, NOW, SECRET, end, fault, kopecks, ok, order, payment, talk, written};
use connector::nspk::PaymentLink;
use connector::{Built, CallbackError, ConfigError, Connector, RawCallback, WireResponse};
use domain::call::{Lookup, Reference, RefundCall, Register, Registered};
use domain::{Answer, Call, Certainty, Code, Fault, LostRegistration, PaymentState, RefundState, Taking};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const ORDER_ID: &str = "9c1f0000aaaa4bbb8cccdddd0000test";
const SCANNED: &str = "https://sberbank.ru/qr/?ClientIdQr=1&HashId=TEST&TimeStamp=1";
/// The code that these tests let the bank answer with about an order that it does not know.
const NOT_FOUND: &str = "100404";

/// Bodies of the documented shapes.
mod bodies {
    pub const CREATED: &str = include_str!("fixtures/created.json");
    pub const ORDER_CREATED: &str = include_str!("fixtures/order_created.json");
    pub const ORDER_PAID: &str = include_str!("fixtures/order_paid.json");
    pub const REFUNDED: &str = include_str!("fixtures/refunded.json");
    pub const REFUSED: &str = include_str!("fixtures/refused.json");
    pub const REVOKED: &str = include_str!("fixtures/revoked.json");
}

const SBP: usize = 0;
const SBER_PAY: usize = 1;

fn merchant(module: usize) -> Map<String, Value> {
    let mut settings = json!({
        "url": "https://mc.api.sberbank.ru:443/prod",
        "client_id": "11111111-2222-3333-4444-555555555555",
        "client_secret": SECRET,
        "member_id": "00000123",
        "tid": "70000001",
        "not_found_codes": format!("1, {NOT_FOUND}"),
        "purpose": "Чек %receipt%",
    });
    if module == SBER_PAY {
        settings["id_qr"] = json!("1000100001");
    }
    serde_json::from_value(settings).unwrap()
}

fn build(module: usize, merchant: &Map<String, Value>) -> Result<Built, ConfigError> {
    providers()[module].connect(merchant, &Map::new())
}

fn sber(module: usize) -> Box<dyn Connector> {
    build(module, &merchant(module)).unwrap().connector
}

fn with_key(module: usize, key: &str, value: Value) -> Box<dyn Connector> {
    let mut settings = merchant(module);
    settings.insert(key.to_owned(), value);
    build(module, &settings).unwrap().connector
}

fn register(customer_code: Option<&str>) -> Call {
    Call::Register(Box::new(Register {
        customer_code: customer_code.map(str::to_owned),
        ..samples::register()
    }))
}

fn registered_reference() -> Reference {
    Reference::default()
        .with(Reference::QR, ORDER_ID)
        .with("tid", "70000001")
        .with("id_qr", "70000001")
}

fn lookup() -> Lookup {
    samples::lookup(registered_reference())
}

/// The same when the answer to the registration was lost.
fn unheard() -> Lookup {
    Lookup {
        reference: Reference::default(),
        ..lookup()
    }
}

fn refund_call() -> RefundCall {
    samples::refund_of(lookup())
}

/// The same after its first step, which found nothing.
fn prepared() -> RefundCall {
    RefundCall {
        reference: Reference::default()
            .with("order_id", ORDER_ID)
            .with("operation_id", "OP-PAID")
            .with("auth_code", "123456")
            .with("seen", "")
            .with("seen_for", refund_call().refund.as_str())
            .with("prepared_at", NOW.as_micros().to_string()),
        ..refund_call()
    }
}

/// Every call of a module, refunds before and after their first step.
fn calls() -> Vec<Call> {
    vec![
        register(None),
        Call::Status(lookup()),
        Call::Status(unheard()),
        Call::Revoke(lookup()),
        Call::Revoke(unheard()),
        Call::Refund(refund_call()),
        Call::Refund(prepared()),
        Call::RefundStatus(prepared()),
    ]
}

fn refusal(code: &str) -> WireResponse {
    ok(bodies::REFUSED.replace("100001", code))
}

/// The order's status in another state.
fn order_in(state: &str) -> WireResponse {
    ok(bodies::ORDER_CREATED.replace("CREATED", state))
}

/// A paid order with more operations.
fn paid_with(operations: &[Value]) -> WireResponse {
    let mut order: Value = serde_json::from_str(bodies::ORDER_PAID).unwrap();
    let list = order["order_operation_params"].as_array_mut().unwrap();
    list.extend_from_slice(operations);
    ok(order.to_string())
}

/// An operation that gave money back.
fn returned(id: &str, sum: i64) -> Value {
    json!({"operation_id": id, "operation_type": "REFUND", "operation_sum": sum, "operation_currency": "643",
        "response_code": "00"})
}

/// What was sent, as text for a snapshot, with the scope of each token.
fn transcript(bank: &dyn Connector, call: &Call, responses: &[WireResponse]) -> String {
    let mut parts = Vec::new();
    for request in talk(bank, call, responses).sent {
        let scope = request.token.as_ref().map(|need| need.scope.clone());
        parts.push(format!("token: {}\n", scope.unwrap()));
        parts.push(written(&request));
    }
    parts.concat()
}

const UNCLEAR: (Certainty, Code) = (Certainty::Unknown, Code::ProviderUnclear);

#[test]
fn settings_are_checked_before_anything_is_sent() {
    let problem = |module: usize, key: &str, value: Value| {
        let mut settings = merchant(module);
        settings.insert(key.to_owned(), value);
        match build(module, &settings) {
            Ok(_) => panic!("{key} was taken"),
            Err(error) => error.to_string(),
        }
    };
    for (text, said) in [
        (problem(SBP, "tid", json!("700000001")), "at most 8"),
        (problem(SBP, "member_id", json!("123456789")), "at most 8"),
        (problem(SBP, "id_qr", json!("1000100001")), "same as tid"),
        (
            problem(SBP, "order_path", json!("qr/order")),
            "begin with a slash",
        ),
        (
            problem(SBP, "order_path", json!("/qr/order/")),
            "not end with one",
        ),
        (problem(SBER_PAY, "pay_path", json!("/pay?x")), "no blanks"),
        (problem(SBP, "sbp_member_id", json!("111")), "12 digits"),
        (
            problem(SBP, "sbp_payer_id", json!("+79001234567")),
            "omit, masked",
        ),
        (problem(SBP, "pay_path", json!("/pay")), "unknown key"),
        (
            problem(SBER_PAY, "sbp_member_id", json!("100000000111")),
            "unknown key",
        ),
        (problem(SBP, "purpose", json!("%shop%")), "%shop%"),
    ] {
        assert!(text.contains(said), "{text}");
    }
    for (module, key) in [(SBP, "client_secret"), (SBP, "tid"), (SBER_PAY, "id_qr")] {
        let mut settings = merchant(module);
        settings.remove(key);
        let missing = build(module, &settings).err();
        assert!(
            matches!(missing, Some(ConfigError::Missing { key: named, .. }) if named == key),
            "{missing:?}"
        );
    }
}

#[test]
fn the_settings_show_no_secret() {
    let settings = super::config::Settings::read(&merchant(SBP), super::Module::Sbp).unwrap();
    assert!(!format!("{settings:?}").contains(SECRET));
}

#[test]
fn the_module_says_what_it_can() {
    for module in [SBP, SBER_PAY] {
        let abilities = sber(module).abilities();
        assert!(abilities.revoke && abilities.refund && abilities.one_refund_at_a_time);
        assert!(!abilities.link_check && !abilities.link_bind && !abilities.cash_link);
        assert_eq!(abilities.lost_registration, LostRegistration::AskByOrder);
    }
    assert_eq!(sber(SBP).abilities().customer_code, Taking::Never);
    assert_eq!(sber(SBER_PAY).abilities().customer_code, Taking::Optional);
}

/// Nobody signs this bank's notifications, so none is a hint.
#[test]
fn an_unsigned_notification_is_not_believed() {
    let body = json!({"rqUid": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "orderId": ORDER_ID,
        "partnerOrderNumber": order().as_str(), "orderState": "PAID"});
    let notice = RawCallback {
        headers: Vec::new(),
        body: body.to_string().into(),
    };
    for provider in providers() {
        assert_eq!((provider.callback_operation)(&notice), None);
    }
    assert_eq!(sber(SBP).verify(&notice), Err(CallbackError::Unsupported));
}

#[test]
fn the_fixture_holds_a_link_that_can_be_scanned() {
    let created: Value = serde_json::from_str(bodies::CREATED).unwrap();
    assert!(PaymentLink::parse(created["order_form_url"].as_str().unwrap()).is_ok());
}
