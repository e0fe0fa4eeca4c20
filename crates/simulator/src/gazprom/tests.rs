//! The wire format, and who is let in.

use super::*;
use crate::clock::{MINUTE_US, SECOND_US};
use crate::payer::PayerAction;
use crate::provider::Provider as _;

const NOW: i64 = 1_795_000_000_000_000;

fn bank() -> Gazprom {
    Gazprom::new(Opening::sample(1))
}

fn call(bank: &mut Gazprom, method: &str, path: &str, body: &Value, now: i64) -> (u16, Value) {
    let token = Opening::sample(1).secret;
    let mut request = Request::new(method, &format!("{API}{path}")).bearer(token.expose_secret());
    if !body.is_null() {
        request = request.json(body.to_string());
    }
    let answer = bank.handle(&request, now).answer().unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

/// The `data` of a call that must succeed.
fn done(bank: &mut Gazprom, method: &str, path: &str, body: &Value, now: i64) -> Value {
    let (status, said) = call(bank, method, path, body, now);
    assert_eq!((status, &said["code"]), (200, &json!("0")), "{said}");
    said["data"].clone()
}

/// The code of a call that must fail.
fn code(bank: &mut Gazprom, method: &str, path: &str, body: &Value, now: i64) -> (u16, String) {
    let (status, said) = call(bank, method, path, body, now);
    (status, said["code"].as_str().unwrap().to_owned())
}

fn order(id: &str) -> Value {
    json!({
        "orderId": id, "merchantId": MERCHANT, "account": ACCOUNT, "templateVersion": "01", "qrcType": "02",
        "amount": 15_000, "currency": "RUB", "paymentPurpose": "Чек 1", "lifetime": 5,
    })
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

fn word(bank: &mut Gazprom, order: &str, now: i64) -> Value {
    let asked = json!({ "orderIds": [order] });
    done(bank, "PUT", "qrc-status", &asked, now)[0]["status"].clone()
}

#[test]
fn only_the_token_opens_the_door() {
    let mut bank = bank();
    let request = Request::new("POST", &format!("{API}qrc-data")).json(order("o-1").to_string());
    for request in [request.clone(), request.bearer("another")] {
        assert_eq!(bank.handle(&request, NOW).answer().unwrap().status, 401);
    }
    assert_eq!(
        bank.handle(&Request::new("GET", "/"), NOW)
            .answer()
            .unwrap()
            .status,
        404
    );
    assert!(bank.books(NOW).entries.is_empty());
}

#[test]
fn one_call_tells_of_many_codes() {
    let mut bank = bank();
    let drawn: Vec<Value> = (0..3)
        .map(|number| done(&mut bank, "POST", "qrc-data", &order(&format!("o-{number}")), NOW))
        .collect();
    bank.payer(drawn[1]["payload"].as_str().unwrap(), PayerAction::Pay, None, NOW)
        .unwrap();
    let asked = json!({ "qrcIds": [drawn[0]["qrcId"], drawn[1]["qrcId"], "AD0"], "orderIds": ["o-2"] });
    let told = done(&mut bank, "PUT", "qrc-status", &asked, NOW);
    let words: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].clone())
        .collect();
    assert_eq!(words, [json!("NTST"), json!("ACWP"), Value::Null, json!("NTST")]);
    assert_eq!(told[2], json!({ "qrcId": "AD0", "code": "NOT_FOUND" }));
    assert!(told[1]["trxId"].is_string() && told[0]["trxId"].is_null());
    assert_eq!(bank.calls_of(Step::Status), 1);
    let many = json!({ "orderIds": vec!["o-1"; STATUS_MAX + 1] });
    assert_eq!(code(&mut bank, "PUT", "qrc-status", &many, NOW).0, 400);
    assert_eq!(code(&mut bank, "PUT", "qrc-status", &json!({}), NOW).0, 400);
}

#[test]
fn a_payment_goes_through_its_words_and_back() {
    let mut bank = bank();
    let drawn = done(&mut bank, "POST", "qrc-data", &order("o-1"), NOW);
    let text = drawn["payload"].as_str().unwrap();
    bank.payer(text, PayerAction::Start, None, NOW).unwrap();
    assert_eq!(word(&mut bank, "o-1", NOW), "RCVD");
    assert_eq!(word(&mut bank, "o-1", NOW + SECOND_US), "ACTC");
    bank.payer(text, PayerAction::Decline, None, NOW).unwrap();
    assert_eq!(word(&mut bank, "o-1", NOW), "RJCT");
    bank.payer(text, PayerAction::Pay, None, NOW).unwrap();
    assert_eq!(word(&mut bank, "o-1", NOW), "ACWP");
    let cancel = format!("qrc-data/{}/cancel", drawn["qrcId"].as_str().unwrap());
    assert_eq!(
        code(&mut bank, "POST", &cancel, &Value::Null, NOW),
        (409, "WRONG_STATUS".to_owned())
    );
    let asked = json!({ "orderIds": ["o-1"] });
    let trx = done(&mut bank, "PUT", "qrc-status", &asked, NOW)[0]["trxId"].clone();
    let refund = json!({ "refundId": "r-1", "trxId": trx, "amount": 5_000, "currency": "RUB" });
    assert_eq!(
        done(&mut bank, "POST", "refunds", &refund, NOW)["status"],
        "IN_PROGRESS"
    );
    assert_eq!(
        code(&mut bank, "POST", "refunds", &refund, NOW).1,
        "REFUND_EXISTS"
    );
    let more = with(
        with(refund.clone(), "refundId", json!("r-2")),
        "amount",
        json!(10_001),
    );
    assert_eq!(
        code(&mut bank, "POST", "refunds", &more, NOW).1,
        "AMOUNT_EXCEEDS_REST"
    );
    let end = NOW + 2 * SECOND_US;
    assert_eq!(
        done(&mut bank, "GET", "refunds/r-1", &Value::Null, end)["status"],
        "COMPLETED"
    );
    assert_eq!(
        code(&mut bank, "GET", "refunds/r-9", &Value::Null, end),
        (404, "NOT_FOUND".to_owned())
    );
}

#[test]
fn an_unpaid_qr_is_cancelled_or_expires() {
    let mut bank = bank();
    let drawn = done(&mut bank, "POST", "qrc-data", &order("o-1"), NOW);
    let id = drawn["qrcId"].as_str().unwrap();
    let payload = done(
        &mut bank,
        "GET",
        &format!("qrc-data/{id}/payload"),
        &Value::Null,
        NOW,
    );
    assert_eq!(payload["payload"], drawn["payload"]);
    let cancelled = done(
        &mut bank,
        "POST",
        &format!("qrc-data/{id}/cancel"),
        &Value::Null,
        NOW,
    );
    assert_eq!(cancelled["status"], "CANCELLED");
    done(&mut bank, "POST", "qrc-data", &order("o-2"), NOW);
    assert_eq!(word(&mut bank, "o-2", NOW + 5 * MINUTE_US), "EXPIRED");
}

#[test]
fn wrong_orders_are_refused() {
    let mut bank = bank();
    for (key, value, expected) in [
        ("orderId", json!(""), "INVALID_REQUEST"),
        ("merchantId", json!("MA9"), "UNKNOWN_MERCHANT"),
        ("account", Value::Null, "UNKNOWN_MERCHANT"),
        ("amount", json!(-1), "INVALID_REQUEST"),
        ("amount", json!("1"), "INVALID_REQUEST"),
        ("currency", json!("USD"), "INVALID_REQUEST"),
        ("lifetime", json!(129_601), "INVALID_REQUEST"),
        ("qrcType", json!("01"), "INVALID_REQUEST"),
        ("templateVersion", Value::Null, "INVALID_REQUEST"),
    ] {
        let body = with(order("o-1"), key, value);
        assert_eq!(
            code(&mut bank, "POST", "qrc-data", &body, NOW),
            (400, expected.to_owned()),
            "{key}"
        );
    }
    done(&mut bank, "POST", "qrc-data", &order("o-1"), NOW);
    assert_eq!(
        code(&mut bank, "POST", "qrc-data", &order("o-1"), NOW),
        (409, "ORDER_EXISTS".to_owned())
    );
}

#[test]
fn a_sticker_is_bound_then_takes_one_order_at_a_time() {
    let mut bank = bank();
    let sticker = bank.blank_sticker().unwrap();
    let id = crate::link::qr_id(&sticker).unwrap().to_owned();
    let link = format!("cash-links/{id}");
    assert_eq!(
        code(&mut bank, "GET", &link, &Value::Null, NOW).1,
        "LINK_NOT_YOURS"
    );
    let shop = json!({ "merchantId": MERCHANT, "account": ACCOUNT, "terminalId": "7" });
    let bound = done(&mut bank, "POST", &format!("{link}/binding"), &shop, NOW);
    assert_eq!(
        (&bound["status"], &bound["terminalId"]),
        (&json!("INACTIVATED"), &json!("7"))
    );
    let activations = format!("{link}/activations");
    let first = done(&mut bank, "POST", &activations, &order("o-1"), NOW);
    assert_eq!(first["payload"], sticker);
    assert_eq!(
        done(&mut bank, "GET", &link, &Value::Null, NOW)["status"],
        "ACTIVATED"
    );
    assert_eq!(
        code(&mut bank, "POST", &activations, &order("o-2"), NOW).1,
        "LINK_BUSY"
    );
    let too_long = with(order("o-2"), "lifetime", json!(21));
    assert_eq!(code(&mut bank, "POST", &activations, &too_long, NOW).0, 400);
    let first_params = first["paramsId"].as_str().unwrap();
    let gone = done(
        &mut bank,
        "DELETE",
        &format!("{activations}/{first_params}"),
        &Value::Null,
        NOW,
    );
    assert_eq!(gone["status"], "CANCELLED");
    let second = done(&mut bank, "POST", &activations, &order("o-2"), NOW);
    bank.payer(&sticker, PayerAction::Pay, None, NOW).unwrap();
    let told = done(
        &mut bank,
        "PUT",
        "qrc-status",
        &json!({ "paramsIds": [second["paramsId"]] }),
        NOW,
    );
    assert_eq!(
        (&told[0]["status"], &told[0]["qrcId"]),
        (&json!("ACWP"), &json!(id))
    );
    let made = done(&mut bank, "POST", "cash-links", &shop, NOW);
    assert_eq!(made["status"], "INACTIVATED");
}
