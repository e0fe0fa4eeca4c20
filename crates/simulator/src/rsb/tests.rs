//! The wire format, and who is let in.

use super::*;
use crate::clock::{MINUTE_US, SECOND_US};
use crate::payer::PayerAction;
use crate::provider::Provider as _;

const NOW: i64 = 1_795_000_000_000_000;
const CERTIFICATE: &[u8] = b"the shop's certificate";

fn bank() -> Rsb {
    Rsb::new(Opening {
        certificate: CERTIFICATE.to_vec(),
        ..Opening::sample(1)
    })
}

fn request(method: &str, body: &Value) -> Request {
    Request::new("POST", &format!("{SERVICE}{method}"))
        .with_certificate(CERTIFICATE)
        .with_header("X-User-Login", LOGIN)
        .json(body.to_string())
}

fn call(bank: &mut Rsb, method: &str, body: &Value, now: i64) -> Value {
    let answer = bank.handle(&request(method, body), now).answer().unwrap();
    assert_eq!(answer.status, 200);
    serde_json::from_slice(&answer.body).unwrap()
}

fn order(source: &str) -> Value {
    json!({
        "sourceId": source, "terminalId": TERMINAL, "merchantId": MERCHANT, "account": ACCOUNT,
        "templateVersion": "01", "qrcType": "02", "qrcExpire": 5, "amount": 15_000, "currency": "RUB",
        "paymentPurpose": "MB0000000001 DATE:22.11.2026 OPER:PAY",
    })
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

#[test]
fn only_the_shop_is_let_in() {
    let mut bank = bank();
    let right = request("getQrCode", &order("o-1"));
    let mut no_login = right.clone();
    no_login.headers.remove(0);
    for (request, status) in [
        (right.clone().with_certificate(b"another"), 403),
        (
            Request {
                client_certificate: None,
                ..right.clone()
            },
            403,
        ),
        (no_login, 401),
        (Request::new("GET", "/"), 404),
        (right, 200),
    ] {
        assert_eq!(bank.handle(&request, NOW).answer().unwrap().status, status);
    }
    assert_eq!(bank.books(NOW).entries.len(), 1);
}

#[test]
fn a_payment_is_found_by_each_of_its_ids_and_refunded() {
    let mut bank = bank();
    let drawn = call(&mut bank, "getQrCode", &order("o-1"), NOW);
    assert_eq!(
        (&drawn["code"], &drawn["data"]["status"]),
        (&json!("0"), &json!("CREATED"))
    );
    let asked =
        json!({"sourceId": "o-1", "operationId": drawn["operationId"], "qrcId": drawn["data"]["qrcId"]});
    assert_eq!(
        call(&mut bank, "getQrdStatus", &asked, NOW)["data"]["status"],
        "NOT_STARTED"
    );
    let text = drawn["data"]["payload"].as_str().unwrap();
    bank.payer(text, PayerAction::Start, None, NOW).unwrap();
    assert_eq!(
        call(&mut bank, "getQrdStatus", &asked, NOW)["data"]["status"],
        "RECEIVED_OPKC"
    );
    let later = NOW + SECOND_US;
    assert_eq!(
        call(&mut bank, "getQrdStatus", &asked, later)["data"]["status"],
        "IN_PROGRESS_OPKC"
    );
    bank.payer(text, PayerAction::Pay, None, later).unwrap();
    let by_source = call(&mut bank, "getQrdStatus", &json!({"sourceId": "o-1"}), later);
    assert_eq!(by_source["data"]["status"], "ACCEPTED");
    assert_eq!(by_source["paymentdata"]["amount "], 15_000);
    let refund =
        json!({"sourceId": "r-1", "trxId": by_source["data"]["trxId"], "amount": 5_000, "currency": "RUB"});
    assert_eq!(
        call(&mut bank, "refundQrCode", &refund, later)["data"]["status"],
        "IN_PROGRESS"
    );
    assert_eq!(call(&mut bank, "refundQrCode", &refund, later)["code"], "103");
    let more = with(
        with(refund.clone(), "amount", json!(10_001)),
        "sourceId",
        json!("r-2"),
    );
    assert_eq!(call(&mut bank, "refundQrCode", &more, later)["code"], "107");
    let end = later + 2 * SECOND_US;
    let state = call(&mut bank, "getRefundStatus", &json!({"sourceId": "r-1"}), end);
    assert_eq!(state["data"], json!({"status": "COMPLETED", "amount": 5_000}));
    assert_eq!(
        call(&mut bank, "getRefundStatus", &json!({"sourceId": "r-9"}), end)["code"],
        "102"
    );
}

#[test]
fn a_qr_is_cancelled_declined_or_expires() {
    let mut bank = bank();
    let drawn = call(&mut bank, "getQrCode", &order("o-1"), NOW);
    let (asked, text) = (
        json!({"sourceId": "o-1"}),
        drawn["data"]["payload"].as_str().unwrap(),
    );
    bank.payer(text, PayerAction::Decline, None, NOW).unwrap();
    assert_eq!(
        call(&mut bank, "getQrdStatus", &asked, NOW)["data"]["status"],
        "DECLINED"
    );
    assert_eq!(
        call(&mut bank, "cancelQrCode", &asked, NOW)["data"]["status"],
        "CANCELLED"
    );
    assert_eq!(call(&mut bank, "cancelQrCode", &asked, NOW)["code"], "104");
    assert!(bank.payer(text, PayerAction::Pay, None, NOW).is_err());
    call(&mut bank, "getQrCode", &order("o-2"), NOW);
    let late = call(
        &mut bank,
        "getQrdStatus",
        &json!({"sourceId": "o-2"}),
        NOW + 5 * MINUTE_US,
    );
    assert_eq!(late["data"]["status"], "EXPIRED");
    assert_eq!(
        call(&mut bank, "getQrdStatus", &json!({"sourceId": "o-3"}), NOW)["code"],
        "102"
    );
}

#[test]
fn wrong_orders_are_refused() {
    let mut bank = bank();
    for (key, value, code) in [
        ("sourceId", json!(""), "100"),
        ("merchantId", json!("MB9"), "101"),
        ("account", Value::Null, "101"),
        ("amount", json!(0), "100"),
        ("amount", json!("15000"), "100"),
        ("currency", json!("USD"), "100"),
        ("qrcExpire", json!(0), "100"),
        ("qrcType", json!("01"), "100"),
        ("templateVersion", json!("02"), "100"),
    ] {
        let body = with(order("o-1"), key, value);
        assert_eq!(call(&mut bank, "getQrCode", &body, NOW)["code"], code, "{key}");
    }
    assert_eq!(call(&mut bank, "getQrCode", &order("o-1"), NOW)["code"], "0");
    assert_eq!(
        call(&mut bank, "getQrCode", &order("o-1"), NOW)["code"],
        "103",
        "the order is known"
    );
}

#[test]
fn a_cash_link_takes_one_order_at_a_time() {
    let mut bank = bank();
    let sticker = Teller::own_sticker(&mut bank).unwrap();
    let link = crate::link::qr_id(&sticker).unwrap().to_owned();
    let foreign = bank.blank_sticker().unwrap();
    let foreign = crate::link::qr_id(&foreign).unwrap().to_owned();
    let asked = json!({"qrcId": link});
    assert_eq!(
        call(&mut bank, "getCashLinkStatus", &asked, NOW)["data"]["status"],
        "DEACTIVATED"
    );
    assert_eq!(
        call(&mut bank, "getCashLinkStatus", &json!({"qrcId": foreign}), NOW)["code"],
        "106"
    );
    let body = |source: &str| with(order(source), "qrcId", json!(link));
    let active = call(&mut bank, "activateCashLink", &body("o-1"), NOW);
    assert_eq!(active["data"]["payload"], sticker);
    assert_eq!(
        call(&mut bank, "getCashLinkStatus", &asked, NOW)["data"]["status"],
        "ACTIVATED"
    );
    assert_eq!(
        call(&mut bank, "activateCashLink", &body("o-2"), NOW)["code"],
        "105"
    );
    let too_long = with(body("o-2"), "qrcExpire", json!(21));
    assert_eq!(call(&mut bank, "activateCashLink", &too_long, NOW)["code"], "100");
    let of_first = json!({"sourceId": "o-1", "qrcId": link, "paramsId": active["data"]["paramsId"]});
    assert_eq!(
        call(&mut bank, "deactivateCashLink", &of_first, NOW)["data"]["status"],
        "DEACTIVATED"
    );
    call(&mut bank, "activateCashLink", &body("o-2"), NOW);
    assert_eq!(
        call(&mut bank, "deactivateCashLink", &of_first, NOW)["code"],
        "104",
        "another order is active"
    );
    bank.payer(&sticker, PayerAction::Pay, None, NOW).unwrap();
    assert_eq!(
        call(&mut bank, "getQrdStatus", &json!({"sourceId": "o-2"}), NOW)["data"]["status"],
        "ACCEPTED"
    );
}
