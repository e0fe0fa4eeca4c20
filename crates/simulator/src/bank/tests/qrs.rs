use super::*;
use crate::clock::DAY_US;
use crate::link;

#[test]
fn a_dynamic_qr_is_registered_without_a_key_in_both_versions() {
    let mut stage = Stage::new();
    let answer = stage.register(&dynamic_body("1-22-333", r#","account":40700000000000000001"#));
    let qr_id = field(&answer, "qrId");
    assert_eq!((answer.status, field(&answer, "qrStatus").as_str()), (200, "NEW"));
    assert_eq!(field(&answer, "payload"), link::dynamic(&qr_id, Kopecks(10_000)));
    assert_eq!(
        field(&answer, "qrUrl"),
        format!("https://bank.test/api/sbp/v1/qr/{qr_id}/image")
    );
    assert_eq!(
        field(&answer, "qrExpirationDate"),
        with_seconds(START + 3 * DAY_US)
    );
    assert!(!answer.text().contains("\"code\""));
    let old = Request::new("POST", "/api/sbp/v1/qr/register").json(dynamic_body("2", ""));
    let old = stage.answer(&old);
    assert_eq!(field(&old, "code"), "SUCCESS");
    assert!(!old.text().contains("qrStatus"));
}

#[test]
fn static_and_variable_codes_have_fixed_links() {
    let mut stage = Stage::new();
    let answer = stage.register(r#"{"qrType":"QRStatic","sbpMerchantId":"MA000001","order":"shelf"}"#);
    assert_eq!(field(&answer, "qrStatus"), "NEW");
    assert!(field(&answer, "payload").contains("?type=01&bank=100000000007&crc="));
    let with_sum =
        r#"{"qrType":"QRStatic","sbpMerchantId":"MA000001","order":"shelf2","amount":1.5,"currency":"RUB"}"#;
    assert!(field(&stage.register(with_sum), "payload").contains("&sum=150&cur=RUB&crc="));
    let (qr_id, payload) = stage.cash_link();
    assert!(qr_id.starts_with("AS") && !payload.contains("sum="));
}

#[test]
fn every_documented_refusal_of_a_registration() {
    let mut stage = Stage::new();
    let base = |more: &str| dynamic_body("o", more);
    let past = with_seconds(START - 1_000_000);
    let long = |n: usize| "я".repeat(n);
    let cases = [
        (
            r#"{"qrType":"QRDynamic"}"#.to_owned(),
            "ERROR.SBP_MERCHANT_ID_IS_MISSING",
        ),
        (
            base("").replace(SHOP, "MA999999"),
            "ERROR.MERCHANT_NOT_REGISTERED",
        ),
        (base("").replace(SHOP, "MA00000000001"), "ERROR.INVALID_REQUEST"),
        (
            base("").replace(",\"amount\":100", ""),
            "ERROR.DYNAMIC_QR_WITHOUT_AMOUNT",
        ),
        (base("").replace(":100", ":0"), "ERROR.INVALID_REQUEST"),
        (base("").replace(":100", ":1.001"), "ERROR.INVALID_REQUEST"),
        (base("").replace(":100", ":\"100\""), "ERROR.INVALID_REQUEST"),
        (base("").replace("RUB", "USD"), "ERROR.INVALID_REQUEST"),
        (
            base("").replace(",\"currency\":\"RUB\"", ""),
            "ERROR.INVALID_REQUEST",
        ),
        (base("").replace(",\"order\":\"o\"", ""), "ERROR.INVALID_REQUEST"),
        (dynamic_body("заказ", ""), "ERROR.INVALID_ORDER"),
        (dynamic_body("", ""), "ERROR.INVALID_ORDER"),
        (dynamic_body(&"x".repeat(41), ""), "ERROR.INVALID_ORDER"),
        (base("").replace("QRDynamic", "QRMagic"), "ERROR.INVALID_REQUEST"),
        (
            base(&format!(r#","qrExpirationDate":"{past}""#)),
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID",
        ),
        (
            base(r#","qrExpirationDate":"+5m""#),
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID",
        ),
        (base(r#","account":"123""#), "ERROR.ACCOUNT_IS_NOT_REGISTERED"),
        (
            base(r#","account":"40700000000000000009""#),
            "ERROR.ACCOUNT_IS_NOT_REGISTERED",
        ),
        (
            base(&format!(r#","additionalInfo":"{}""#, long(141))),
            "ERROR.INVALID_REQUEST",
        ),
        (
            base(&format!(r#","paymentDetails":"{}""#, long(186))),
            "ERROR.INVALID_REQUEST",
        ),
        (
            base(&format!(r#","qrDescription":"{}""#, long(33))),
            "ERROR.INVALID_REQUEST",
        ),
    ];
    for (body, code) in cases {
        let answer = stage.register(&body);
        assert_eq!(
            (answer.status, field(&answer, "code").as_str()),
            (200, code),
            "{body}"
        );
    }
    assert!(
        stage.books().entries.is_empty(),
        "a refused registration leaves nothing behind"
    );
    let limits = format!(
        r#","additionalInfo":"{}","paymentDetails":"{}""#,
        long(140),
        long(185)
    );
    assert_eq!(
        field(
            &stage.register(&dynamic_body(&"x".repeat(40), &limits)),
            "qrStatus"
        ),
        "NEW"
    );
}

#[test]
fn the_documented_words_of_refusals() {
    let mut stage = Stage::new();
    let answer = stage.register(&dynamic_body("o", "").replace(",\"amount\":100", ""));
    assert_error(
        &answer,
        200,
        "ERROR.DYNAMIC_QR_WITHOUT_AMOUNT",
        "Не передана сумма для динамического QR-кода",
    );
    let answer = stage.register(&dynamic_body("o", "").replace(SHOP, "MA999999"));
    assert_error(
        &answer,
        200,
        "ERROR.MERCHANT_NOT_REGISTERED",
        "Партнер с ID MA999999 не зарегистрирован",
    );
    let answer = stage.get("/api/sbp/v2/qrs/AD00");
    assert_error(
        &answer,
        200,
        "ERROR.NOT_FOUND",
        "QR-код не найден у данного партнера",
    );
}

#[test]
fn http_errors_look_like_spring() {
    let mut stage = Stage::new();
    let nowhere = stage.get("/api/sbp/v9/qrs");
    assert_eq!(
        (nowhere.status, field(&nowhere, "error").as_str()),
        (404, "Not Found")
    );
    assert_eq!(field(&nowhere, "path"), "/api/sbp/v9/qrs");
    assert_eq!(stage.get("/sbp/v2/qrs/x").status, 404, "every path is under /api");
    let broken = stage.register("{\"qrType\":");
    assert_eq!(
        (broken.status, field(&broken, "error").as_str()),
        (400, "Bad Request")
    );
    let mut untyped = Request::new("POST", "/api/sbp/v2/qrs");
    untyped.body = dynamic_body("o", "").into_bytes();
    assert_eq!(stage.answer(&untyped).status, 415);
}

#[test]
fn calls_about_a_qr_need_the_right_key() {
    let mut stage = Stage::new();
    let (qr_id, _) = stage.dynamic("o");
    let path = format!("/api/sbp/v2/qrs/{qr_id}");
    assert_eq!(stage.answer(&Request::new("GET", &path)).status, 401);
    assert_eq!(
        stage.answer(&Request::new("GET", &path).bearer("wrong")).status,
        401
    );
    assert_eq!(
        stage
            .answer(&Request::new("GET", &path).bearer(KEY).bearer(KEY))
            .status,
        401,
        "two headers"
    );
    let foreign = stage.answer(&Request::new("GET", &path).bearer(OTHER_KEY));
    assert_eq!(
        field(&foreign, "code"),
        "ERROR.NOT_FOUND",
        "another shop's QR does not exist"
    );
    for (method, path) in [
        ("DELETE", path.as_str()),
        ("GET", "/api/sbp/v1/qr/x/payment-info"),
        ("GET", "/api/sbp/v1/qr/x/info"),
        ("POST", "/api/sbp/v1/refund"),
        ("GET", "/api/sbp/v1/refund/x"),
        ("POST", "/api/payment/v1/orders"),
        ("GET", "/api/payment/v1/orders/x"),
        ("DELETE", "/api/payment/v1/orders/x"),
        ("POST", "/api/payments/v1/orders/x/refunds/y"),
        ("GET", "/api/payments/v2/orders/x/refunds/y"),
        ("POST", "/api/sbp/v1/qr-drafts/x"),
        ("POST", "/api/settings/v1/callback"),
        ("GET", "/api/payments/v2/banks"),
    ] {
        assert_eq!(
            stage.answer(&Request::new(method, path).json("{}")).status,
            401,
            "{method} {path}"
        );
    }
}

#[test]
fn payment_info_follows_the_payment() {
    let mut stage = Stage::new();
    let more = r#","additionalInfo":"Касса 3","paymentDetails":"Покупка""#;
    let answer = stage.register(&dynamic_body("o-1", more).replace(":100", ":1110.11"));
    let (qr_id, link) = (field(&answer, "qrId"), field(&answer, "payload"));
    let path = format!("/api/sbp/v1/qr/{qr_id}/payment-info");
    let before = stage.get(&path);
    assert_eq!(field(&before, "paymentStatus"), "NO_INFO");
    assert!(!before.text().contains("transactionId"));
    stage
        .bank
        .pay(&link, PayerAction::Start, None, stage.now)
        .unwrap();
    assert_eq!(
        (stage.payment_status(&qr_id), stage.qr_status(&qr_id)),
        ("IN_PROGRESS".into(), "IN_PROGRESS".into())
    );
    stage
        .bank
        .pay(&link, PayerAction::Decline, None, stage.now)
        .unwrap();
    assert_eq!(
        (stage.payment_status(&qr_id), stage.qr_status(&qr_id)),
        ("DECLINED".into(), "NEW".into())
    );
    stage.pay(&link);
    assert_eq!(stage.qr_status(&qr_id), "PAID");
    let after = stage.get(&path);
    let text = after.text();
    assert_eq!(
        (field(&after, "code"), field(&after, "paymentStatus")),
        ("SUCCESS".into(), "SUCCESS".into())
    );
    assert_eq!(field(&after, "transactionDate"), crate::clock::with_micros(START));
    for part in [
        r#""amount":1110.11,"#,
        r#""transactionId":17002"#,
        r#""merchantId":1,"#,
        r#""order":"o-1""#,
        r#""additionalInfo":"Касса 3""#,
        r#""paymentPurpose":"Покупка""#,
        r#""sbpMerchantId":"MA000001""#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(
        field(&stage.get(&format!("/api/sbp/v1/qr/{qr_id}/info")), "code"),
        "SUCCESS"
    );
}

#[test]
fn a_qr_is_cancelled_only_before_it_is_paid() {
    let mut stage = Stage::new();
    let (qr_id, link) = stage.dynamic("o-1");
    let path = format!("/api/sbp/v2/qrs/{qr_id}");
    stage
        .bank
        .pay(&link, PayerAction::Start, None, stage.now)
        .unwrap();
    let busy = stage.delete(&path);
    let words = "Нельзя сменить статус QR-кода с IN_PROGRESS на CANCELLED";
    assert_error(&busy, 200, "ERROR.WRONG_QR_STATUS", words);
    stage
        .bank
        .pay(&link, PayerAction::Decline, None, stage.now)
        .unwrap();
    let cancelled = stage.delete(&path);
    assert_eq!((cancelled.status, cancelled.body.len()), (200, 0));
    assert_eq!(stage.qr_status(&qr_id), "CANCELLED");
    assert_eq!(
        stage.bank.pay(&link, PayerAction::Pay, None, stage.now),
        Err(PayerError::NotPayable(PayerState::Cancelled))
    );
    let words = "Нельзя сменить статус QR-кода с CANCELLED на CANCELLED";
    assert_error(&stage.delete(&path), 200, "ERROR.WRONG_QR_STATUS", words);
    let (paid_id, link) = stage.dynamic("o-2");
    stage.pay(&link);
    let words = "Нельзя сменить статус QR-кода с PAID на CANCELLED";
    assert_error(
        &stage.delete(&format!("/api/sbp/v2/qrs/{paid_id}")),
        200,
        "ERROR.WRONG_QR_STATUS",
        words,
    );
}

#[test]
fn a_qr_dies_when_its_time_runs_out() {
    let mut stage = Stage::new();
    let expires = with_seconds(START + 60_000_000);
    let answer = stage.register(&dynamic_body(
        "o-1",
        &format!(r#","qrExpirationDate":"{expires}""#),
    ));
    let (qr_id, link) = (field(&answer, "qrId"), field(&answer, "payload"));
    stage.now += 59_999_999;
    assert_eq!(stage.qr_status(&qr_id), "NEW");
    stage.now += 1;
    assert_eq!(
        (stage.qr_status(&qr_id), stage.payment_status(&qr_id)),
        ("EXPIRED".into(), "NO_INFO".into())
    );
    let refused = Err(PayerError::NotPayable(PayerState::Expired));
    assert_eq!(stage.bank.pay(&link, PayerAction::Pay, None, stage.now), refused);
    assert_eq!(stage.books().entries[0].state, SaleState::Expired);
}

#[test]
fn a_payment_begun_in_time_may_end_after_the_time() {
    let mut stage = Stage::new();
    let (paid_id, paid) = stage.dynamic("o-1");
    let (declined_id, declined) = stage.dynamic("o-2");
    stage
        .bank
        .pay(&paid, PayerAction::Start, None, stage.now)
        .unwrap();
    stage
        .bank
        .pay(&declined, PayerAction::Start, None, stage.now)
        .unwrap();
    stage.now += 4 * DAY_US;
    assert_eq!(stage.payment_status(&paid_id), "IN_PROGRESS");
    stage.pay(&paid);
    stage
        .bank
        .pay(&declined, PayerAction::Decline, None, stage.now)
        .unwrap();
    assert_eq!(
        (stage.qr_status(&paid_id), stage.qr_status(&declined_id)),
        ("PAID".into(), "EXPIRED".into())
    );
}

#[test]
fn an_unpaid_order_number_gives_a_new_qr_and_a_paid_one_is_refused() {
    let mut stage = Stage::new();
    let (first, link) = stage.dynamic("o-1");
    let (second, _) = stage.dynamic("o-1");
    assert_ne!(first, second);
    stage.pay(&link);
    let answer = stage.register(&dynamic_body("o-1", ""));
    let words = "QR-код с номером заказа o-1, партнера MA000001 и успешными платежами уже зарегистрирован";
    assert_error(&answer, 200, "ERROR.ORDER_NUMBER_ALREADY_REGISTERED", words);
    let other = dynamic_body("o-1", "").replace(SHOP, "MA000002");
    assert_eq!(
        field(&stage.register(&other), "qrStatus"),
        "NEW",
        "numbers belong to a shop"
    );
}

#[test]
fn a_static_code_is_paid_many_times() {
    let mut stage = Stage::new();
    let answer = stage.register(r#"{"qrType":"QRStatic","sbpMerchantId":"MA000001","order":"shelf"}"#);
    let (qr_id, link) = (field(&answer, "qrId"), field(&answer, "payload"));
    let needed = stage.bank.pay(&link, PayerAction::Pay, None, stage.now);
    assert_eq!(needed, Err(PayerError::AmountNeeded));
    for kopecks in [100, 250] {
        stage
            .bank
            .pay(&link, PayerAction::Pay, Some(Kopecks(kopecks)), stage.now)
            .unwrap();
        assert_eq!(
            (stage.qr_status(&qr_id), stage.payment_status(&qr_id)),
            ("NEW".into(), "SUCCESS".into())
        );
    }
    assert_eq!(
        (stage.books().entries.len(), stage.books().paid()),
        (2, Kopecks(350))
    );
    stage.delete(&format!("/api/sbp/v2/qrs/{qr_id}"));
    assert_eq!(stage.qr_status(&qr_id), "CANCELLED");
}

#[test]
fn a_sticker_is_bound_once() {
    let mut stage = Stage::new();
    let link = stage.bank.print_sticker();
    let qr_id = link::qr_id(&link).unwrap().to_owned();
    assert_eq!(stage.bank.look(&link, stage.now), Err(PayerError::Unbound));
    let path = format!("/api/sbp/v1/qr-drafts/{qr_id}");
    let bound = stage.post(
        &path,
        r#"{"account":"40700000000000000001","qrDescription":"Касса 1"}"#,
    );
    assert_eq!(
        (field(&bound, "qrId"), field(&bound, "qrStatus")),
        (qr_id.clone(), "INACTIVE".into())
    );
    assert_eq!(field(&bound, "payload"), link);
    let words = format!("QR-draft с qrId: {qr_id} не зарегистрирован");
    assert_error(&stage.post(&path, "{}"), 200, "ERROR.NOT_FOUND", &words);
    assert_eq!(stage.qr_status(&qr_id), "INACTIVE");
    stage.activate("o-1", &qr_id);
    assert_eq!(stage.pay(&link).amount, Some(Kopecks(5_005)));
}

#[test]
fn the_picture_is_there_without_a_key() {
    let mut stage = Stage::new();
    let (qr_id, _) = stage.dynamic("o");
    let picture = stage.answer(&Request::new("GET", &format!("/api/sbp/v1/qr/{qr_id}/image")));
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, Some("image/svg+xml"))
    );
    assert!(picture.text().starts_with("<svg"));
}
