//! The register of operations: its own spelling, and only what moved money.

use super::*;
use connector::Turn;
use connector::listing::{Listed, Moved, Period};

const PERIOD: Period = Period {
    from: NOW,
    to: NOW.plus_ms(86_400_000),
};

fn listed(body: &str) -> Result<Vec<Listed>, Fault> {
    let heard = [WireResponse::new(200, body.to_owned())];
    match sber(SBP).next_listing(&PERIOD, &heard, NOW)? {
        Turn::Done(listed) => Ok(listed),
        Turn::Send(_) => panic!("it wants to hear more"),
    }
}

fn with(operations: &Value) -> String {
    json!({ "rqUid": "x", "errorCode": "000000", "registryData": { "orderParams": { "orderParam": [
        { "orderId": ORDER_ID, "partnerOrderNumber": order().as_str(), "amount": 111_011,
          "orderOperationParams": { "orderOperationParam": operations } },
    ] } } })
    .to_string()
}

fn operation(kind: &str, sum: i64, code: &str) -> Value {
    json!({ "operationId": "OP-1", "operationDateTime": "2026-11-22T13:00:00Z", "operationType": kind,
            "operationSum": sum, "operationCurrency": "643", "responseCode": code })
}

#[test]
fn the_question_is_in_the_banks_spelling_and_moscows_time() {
    let bank = sber(SBP);
    assert!(bank.lists());
    let Ok(Turn::Send(request)) = bank.next_listing(&PERIOD, &[], NOW) else {
        panic!("nothing is asked")
    };
    assert!(request.url.ends_with("/registry"), "{}", request.url);
    assert_eq!(request.token.as_ref().unwrap().scope, "auth://qr/order.registry");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let header = request.headers.iter().find(|(name, _)| name == "rquid").unwrap();
    assert_eq!(body["rqUid"], header.1.expose());
    assert_eq!(body["registryType"], "REGISTRY");
    assert_eq!(
        (&body["startPeriod"], &body["endPeriod"]),
        (&json!("2026-11-22T13:00:00Z"), &json!("2026-11-23T13:00:00Z"))
    );
    assert!(body["idQR"].is_string() && body.get("rq_uid").is_none());
}

#[test]
fn payments_and_returns_are_listed_and_attempts_are_not() {
    let operations = json!([
        operation("PAY", 111_011, "00"),
        operation("PAY", 111_011, "51"),
        operation("SBP_PAY_ACKNOWL", 111_011, "00"),
        operation("REFUND", 5_000, "00"),
    ]);
    let told = listed(&with(&operations)).unwrap();
    let movements: Vec<_> = told.iter().map(|one| (one.moved, one.amount.get())).collect();
    assert_eq!(movements, [(Moved::Paid, 111_011), (Moved::Returned, 5_000)]);
    assert_eq!(told[0].order.as_deref(), Some(order().as_str()));
    assert_eq!(told[0].id.as_deref(), Some("OP-1"));
    assert_eq!(
        listed("{\"errorCode\":\"000000\"}"),
        Ok(Vec::new()),
        "a day without any"
    );
}

#[test]
fn what_is_not_understood_is_no_empty_register() {
    let no_sum = json!([{ "operationType": "PAY", "responseCode": "00" }]);
    for body in [
        with(&json!([operation("GIFT", 1, "00")])),
        with(&no_sum),
        "{\"errorCode\":\"100500\",\"errorDescription\":\"x\"}".to_owned(),
        "{}".to_owned(),
        "<html>".to_owned(),
    ] {
        assert_eq!(listed(&body).unwrap_err().certainty, Certainty::Unknown, "{body}");
    }
}
