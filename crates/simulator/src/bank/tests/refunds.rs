use super::*;
use crate::books::RefundState;
use crate::clock::SECOND_US;

fn refund_body(order: &str, refund_id: &str, amount: &str) -> String {
    format!(r#"{{"order":"{order}","refundId":"{refund_id}","amount":{amount}}}"#)
}

fn paid_order(stage: &mut Stage, order: &str) {
    let (_, link) = stage.dynamic(order);
    stage.pay(&link);
}

#[test]
fn a_refund_is_in_progress_then_completed() {
    let mut stage = Stage::new();
    paid_order(&mut stage, "o-1");
    let asked = stage.post("/api/sbp/v1/refund", &refund_body("o-1", "r-1", "40.5"));
    assert_eq!(
        asked.text(),
        r#"{"code":"SUCCESS","amount":40.5,"refundStatus":"IN_PROGRESS"}"#
    );
    stage.now += 2 * SECOND_US;
    let done = stage.get("/api/sbp/v1/refund/r-1");
    assert_eq!(
        done.text(),
        r#"{"code":"SUCCESS","amount":40.5,"refundStatus":"COMPLETED"}"#
    );
    assert_eq!(
        (stage.books().paid(), stage.books().refunded()),
        (Kopecks(10_000), Kopecks(4_050))
    );
}

#[test]
fn partial_refunds_never_exceed_the_payment() {
    let mut stage = Stage::new();
    paid_order(&mut stage, "o-1");
    stage.post("/api/sbp/v1/refund", &refund_body("o-1", "r-1", "60"));
    let words = "Сумма возврата больше суммы остатка по платежу";
    let over = stage.post("/api/sbp/v1/refund", &refund_body("o-1", "r-2", "40.01"));
    assert_error(&over, 200, "ERROR.REFUND_INSUFFICIENT_FUNDS", words);
    assert_eq!(
        stage
            .post("/api/sbp/v1/refund", &refund_body("o-1", "r-3", "40"))
            .status,
        200
    );
    let over = stage.post("/api/payments/v2/orders/o-1/refunds/r-4", r#"{"amount":0.01}"#);
    assert_error(&over, 400, "ERROR.REFUND_INSUFFICIENT_FUNDS", words);
    stage.now += 2 * SECOND_US;
    assert_eq!(stage.books().refunded(), Kopecks(10_000));
}

#[test]
fn the_same_refund_id_moves_no_more_money() {
    let mut stage = Stage::new();
    paid_order(&mut stage, "o-1");
    paid_order(&mut stage, "o-2");
    let first = stage.post("/api/sbp/v1/refund", &refund_body("o-1", "r-1", "30"));
    assert_eq!(
        stage.post("/api/sbp/v1/refund", &refund_body("o-1", "r-1", "30")),
        first
    );
    let elsewhere = stage.post("/api/sbp/v1/refund", &refund_body("o-2", "r-1", "30"));
    assert_eq!(field(&elsewhere, "code"), "ERROR.INVALID_REQUEST");
    stage.now += 2 * SECOND_US;
    assert_eq!(stage.books().refunded(), Kopecks(3_000));
}

#[test]
fn a_declined_refund_gives_the_money_back_to_the_rest() {
    let mut stage = Stage::new();
    paid_order(&mut stage, "o-1");
    stage.bank.decline_next_refund(DeclineReason::WrongRecipient);
    let path = "/api/payments/v2/orders/o-1/refunds/r-1";
    let asked = stage.post(path, r#"{"amount":100,"paymentDetails":"Возврат"}"#);
    assert!(
        asked
            .text()
            .starts_with(r#"{"amount":100,"status":{"value":"IN_PROGRESS","date":""#),
        "{}",
        asked.text()
    );
    stage.now += 2 * SECOND_US;
    let declined = stage.get(path);
    assert_eq!(
        (field(&declined, "value"), field(&declined, "declineReason")),
        ("DECLINED".into(), "WRONG_RECIPIENT".into())
    );
    let again = stage.post("/api/payments/v1/orders/o-1/refunds/r-2", r#"{"amount":100}"#);
    assert_eq!(field(&again, "refundStatus"), "IN_PROGRESS");
    stage.now += 2 * SECOND_US;
    assert_eq!(
        field(
            &stage.get("/api/payments/v1/orders/o-1/refunds/r-2"),
            "refundStatus"
        ),
        "COMPLETED"
    );
    let books = stage.books();
    let states: Vec<_> = books.entries[0]
        .refunds
        .iter()
        .map(|refund| refund.state)
        .collect();
    assert_eq!(states, [RefundState::Declined, RefundState::Completed]);
    assert_eq!(books.refunded(), Kopecks(10_000));
}

#[test]
fn a_cash_link_order_is_refunded_by_its_id() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.cash_link();
    stage.activate("o-1", &qr_id);
    let early = stage.post("/api/payments/v1/orders/o-1/refunds/r-1", r#"{"amount":1}"#);
    assert_eq!(
        field(&early, "code"),
        "ERROR.REFUND_INSUFFICIENT_FUNDS",
        "nothing is paid yet"
    );
    stage.pay(&link);
    let refund = stage.post("/api/payments/v1/orders/o-1/refunds/r-1", r#"{"amount":50.05}"#);
    assert_eq!(
        refund.text(),
        r#"{"code":"SUCCESS","amount":50.05,"refundStatus":"IN_PROGRESS"}"#
    );
}

#[test]
fn a_static_payment_is_refunded_by_its_transaction() {
    let mut stage = Stage::new();
    let answer = stage.register(r#"{"qrType":"QRStatic","sbpMerchantId":"MA000001","order":"shelf"}"#);
    let link = field(&answer, "payload");
    let first = stage
        .bank
        .pay(&link, PayerAction::Pay, Some(Kopecks(100)), stage.now)
        .unwrap();
    stage
        .bank
        .pay(&link, PayerAction::Pay, Some(Kopecks(900)), stage.now)
        .unwrap();
    let unnamed = stage.post("/api/sbp/v1/refund", &refund_body("shelf", "r-1", "1"));
    assert_error(
        &unnamed,
        200,
        "ERROR.INVALID_REQUEST",
        "Не передан обязательный параметр transactionId",
    );
    let id = first.transaction_id.unwrap();
    let body =
        |amount| format!(r#"{{"order":"shelf","refundId":"r-1","amount":{amount},"transactionId":{id}}}"#);
    let over = stage.post("/api/sbp/v1/refund", &body("1.01"));
    assert_eq!(field(&over, "code"), "ERROR.REFUND_INSUFFICIENT_FUNDS");
    assert_eq!(
        field(&stage.post("/api/sbp/v1/refund", &body("1")), "code"),
        "SUCCESS"
    );
}

#[test]
fn refusals_of_refunds() {
    let mut stage = Stage::new();
    paid_order(&mut stage, "o-1");
    let words = "Возврат с refundId r-9 не найден";
    assert_error(
        &stage.get("/api/sbp/v1/refund/r-9"),
        200,
        "ERROR.REFUND_NOT_FOUND",
        words,
    );
    assert_error(
        &stage.get("/api/payments/v1/orders/o-1/refunds/r-9"),
        404,
        "ERROR.REFUND_NOT_FOUND",
        words,
    );
    let small = stage.post("/api/sbp/v1/refund", &refund_body("o-1", "r", "0"));
    assert_error(
        &small,
        200,
        "ERROR.INVALID_REQUEST",
        "Сумма возврата не может быть меньше 1 копейки",
    );
    let unknown = stage.post("/api/sbp/v1/refund", &refund_body("o-9", "r", "1"));
    assert_eq!(field(&unknown, "code"), "ERROR.NOT_FOUND");
    let unknown = stage.post("/api/payments/v1/orders/o-9/refunds/r", r#"{"amount":1}"#);
    assert_error(
        &unknown,
        404,
        "ORDER_NOT_FOUND",
        "Заказ с идентификатором o-9 не найден у данного партнера",
    );
    let no_id = stage.post("/api/sbp/v1/refund", r#"{"order":"o-1","amount":1}"#);
    assert_error(
        &no_id,
        200,
        "ERROR.INVALID_REQUEST",
        "Не передан обязательный параметр refundId",
    );
    let details = format!(r#"{{"amount":1,"paymentDetails":"{}"}}"#, "x".repeat(141));
    let long = stage.post("/api/payments/v2/orders/o-1/refunds/r", &details);
    assert_eq!(field(&long, "code"), "ERROR.INVALID_REQUEST");
    let foreign = Request::new("POST", "/api/sbp/v1/refund")
        .bearer(OTHER_KEY)
        .json(refund_body("o-1", "r", "1"));
    assert_eq!(field(&stage.answer(&foreign), "code"), "ERROR.NOT_FOUND");
    assert!(stage.books().entries[0].refunds.is_empty());
}
