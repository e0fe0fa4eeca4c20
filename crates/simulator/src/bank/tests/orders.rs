use super::*;
use crate::clock::SECOND_US;

#[test]
fn a_cash_link_waits_is_activated_paid_and_waits_again() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.cash_link();
    assert_eq!(
        stage.bank.look(&link, stage.now).unwrap().state,
        PayerState::Inactive
    );
    let body = format!(
        r#"{{"id":"o-1","amount":50.05,"comment":"Стол 4","extra":{{"apiClient":"till","n":1.10}},
            "expirationDate":"{}","qr":{{"id":"{qr_id}","additionalInfo":"Касса","paymentDetails":"Обед"}}}}"#,
        with_seconds(START + MINUTE_US)
    );
    let created = stage.post("/api/payment/v1/orders", &body);
    assert_eq!(
        created.text(),
        format!(
            r#"{{"id":"o-1","amount":50.05,"comment":"Стол 4","extra":{{"apiClient":"till","n":1.10}},"status":{{"value":"NEW","date":"{}"}},"expirationDate":"{}","qr":{{"id":"{qr_id}","additionalInfo":"Касса","paymentDetails":"Обед"}}}}"#,
            crate::clock::with_micros(START),
            with_seconds(START + MINUTE_US)
        )
    );
    assert_eq!(
        (stage.qr_status(&qr_id), stage.order_state("o-1")),
        ("NEW".into(), "NEW".into())
    );
    stage
        .bank
        .pay(&link, PayerAction::Start, None, stage.now)
        .unwrap();
    assert_eq!(
        (stage.qr_status(&qr_id), stage.order_state("o-1")),
        ("IN_PROGRESS".into(), "NEW".into())
    );
    stage.pay(&link);
    assert_eq!(
        (stage.qr_status(&qr_id), stage.order_state("o-1")),
        ("INACTIVE".into(), "PAID".into())
    );
    let inactive = Err(PayerError::NotPayable(PayerState::Inactive));
    assert_eq!(stage.bank.pay(&link, PayerAction::Pay, None, stage.now), inactive);
    stage.activate("o-2", &qr_id);
    assert_eq!(
        (stage.order_state("o-1"), stage.order_state("o-2")),
        ("PAID".into(), "NEW".into())
    );
}

#[test]
fn a_cash_link_has_one_active_order() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.cash_link();
    stage.activate("o-1", &qr_id);
    let second = stage.activate("o-2", &qr_id);
    assert_error(
        &second,
        400,
        "ERROR.WRONG_QR_STATUS",
        "Нельзя сменить статус QR-кода с NEW на NEW",
    );
    let cancelled = stage.delete("/api/payment/v1/orders/o-1");
    assert_eq!((cancelled.status, cancelled.body.len()), (200, 0));
    assert_eq!(
        (stage.order_state("o-1"), stage.qr_status(&qr_id)),
        ("CANCELLED".into(), "INACTIVE".into())
    );
    assert_eq!(stage.activate("o-2", &qr_id).status, 200);
    assert_eq!(stage.pay(&link).order.as_deref(), Some("o-2"));
}

#[test]
fn an_activation_expires_and_frees_the_link() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.cash_link();
    stage.activate("o-1", &qr_id);
    stage.now += 5 * MINUTE_US;
    assert_eq!(stage.order_state("o-1"), "EXPIRED");
    assert_eq!(stage.qr_status(&qr_id), "INACTIVE");
    assert_eq!(
        stage.bank.look(&link, stage.now).unwrap().state,
        PayerState::Inactive
    );
    let no_date = format!(r#"{{"id":"o-2","amount":1,"qr":{{"id":"{qr_id}"}}}}"#);
    assert_eq!(stage.post("/api/payment/v1/orders", &no_date).status, 200);
    stage.now += 20 * MINUTE_US - SECOND_US;
    assert_eq!(stage.order_state("o-2"), "NEW");
    stage.now += SECOND_US;
    assert_eq!(stage.order_state("o-2"), "EXPIRED");
}

#[test]
fn the_same_order_id_returns_the_stored_order() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.cash_link();
    let first = stage.activate("o-1", &qr_id);
    assert_eq!(stage.activate("o-1", &qr_id), first);
    stage.pay(&link);
    let again = stage.activate("o-1", &qr_id);
    assert_eq!(field(&again, "value"), "PAID");
    assert_eq!(stage.books().entries.len(), 1, "nothing new was opened");
    assert_eq!(stage.qr_status(&qr_id), "INACTIVE");
}

#[test]
fn an_order_in_a_final_state_cannot_be_cancelled() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.cash_link();
    stage.activate("o-1", &qr_id);
    stage
        .bank
        .pay(&link, PayerAction::Start, None, stage.now)
        .unwrap();
    let busy = stage.delete("/api/payment/v1/orders/o-1");
    assert_eq!(field(&busy, "code"), "ERROR.WRONG_QR_STATUS");
    stage.pay(&link);
    let words = "Заказ с идентификатором o-1 имеет статус PAID";
    assert_error(
        &stage.delete("/api/payment/v1/orders/o-1"),
        400,
        "ORDER_HAS_FINAL_STATUS",
        words,
    );
    stage.activate("o-2", &qr_id);
    stage.delete("/api/payment/v1/orders/o-2");
    let words = "Заказ с идентификатором o-2 имеет статус CANCELLED";
    assert_error(
        &stage.delete("/api/payment/v1/orders/o-2"),
        400,
        "ORDER_HAS_FINAL_STATUS",
        words,
    );
}

#[test]
fn refusals_of_orders() {
    let mut stage = Stage::new();
    let (dynamic, _) = stage.dynamic("d");
    let words = "Заказ с идентификатором nope не найден у данного партнера";
    assert_error(
        &stage.get("/api/payment/v1/orders/nope"),
        404,
        "ORDER_NOT_FOUND",
        words,
    );
    assert_error(
        &stage.delete("/api/payment/v1/orders/nope"),
        404,
        "ORDER_NOT_FOUND",
        words,
    );
    let cases = [
        (r#"{"id":"a"}"#.to_owned(), 400, "ERROR.INVALID_REQUEST"),
        (
            r#"{"id":"a","amount":-1}"#.to_owned(),
            400,
            "ERROR.INVALID_REQUEST",
        ),
        (
            r#"{"id":"a b","amount":1}"#.to_owned(),
            400,
            "ERROR.INVALID_ORDER",
        ),
        (
            r#"{"amount":1,"expirationDate":"2001-01-01T00:00:00+03:00"}"#.to_owned(),
            400,
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID",
        ),
        (
            r#"{"amount":1,"qr":{"id":"AS00"}}"#.to_owned(),
            404,
            "ERROR.NOT_FOUND",
        ),
        (r#"{"amount":1,"qr":{}}"#.to_owned(), 400, "ERROR.INVALID_REQUEST"),
        (
            format!(r#"{{"amount":1,"qr":{{"id":"{dynamic}"}}}}"#),
            400,
            "ERROR.INVALID_REQUEST",
        ),
    ];
    for (body, status, code) in cases {
        let answer = stage.post("/api/payment/v1/orders", &body);
        assert_eq!(
            (answer.status, field(&answer, "code").as_str()),
            (status, code),
            "{body}"
        );
    }
    let (foreign, _) = stage.cash_link();
    let request = Request::new("POST", "/api/payment/v1/orders").bearer(OTHER_KEY);
    let answer = stage.answer(&request.json(format!(r#"{{"amount":1,"qr":{{"id":"{foreign}"}}}}"#)));
    assert_eq!(field(&answer, "code"), "ERROR.NOT_FOUND");
}

#[test]
fn an_order_without_an_id_gets_one() {
    let mut stage = Stage::new();
    let created = stage.post("/api/payment/v1/orders", r#"{"amount":314}"#);
    let id = field(&created, "id");
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'), "{id}");
    assert_eq!(stage.order_state(&id), "NEW");
    assert_eq!(stage.delete(&format!("/api/payment/v1/orders/{id}")).status, 200);
}

#[test]
fn money_can_arrive_after_the_end() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.cash_link();
    stage.activate("o-1", &qr_id);
    assert_eq!(
        stage.bank.pay_late("o-1", stage.now),
        Err(PayerError::NothingDead)
    );
    stage.delete("/api/payment/v1/orders/o-1");
    stage.activate("o-2", &qr_id);
    stage.bank.pay_late("o-1", stage.now).unwrap();
    assert_eq!(
        (stage.order_state("o-1"), stage.order_state("o-2")),
        ("PAID".into(), "NEW".into())
    );
    assert_eq!(stage.qr_status(&qr_id), "NEW", "the active order keeps the link");
    assert_eq!(stage.pay(&link).order.as_deref(), Some("o-2"));
    assert_eq!(stage.books().paid(), Kopecks(10_010));
}
