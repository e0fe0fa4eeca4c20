use super::*;

#[test]
fn the_sandbox_pays_the_sum_that_is_asked() {
    let mut stage = Stage::new();
    let (qr_id, _) = stage.dynamic("o-1");
    let path = "/api/nspc-mock/v01/rfuture/payment/init";
    let pay =
        |amount: &str| Request::new("POST", path).json(format!(r#"{{"qrId":"{qr_id}","amount":{amount}}}"#));
    assert_eq!(field(&stage.answer(&pay("99")), "code"), "ERROR.INVALID_REQUEST");
    assert_eq!(stage.answer(&pay("100")).status, 200);
    assert_eq!(stage.qr_status(&qr_id), "PAID");
    assert_eq!(field(&stage.answer(&pay("100")), "code"), "ERROR.WRONG_QR_STATUS");
    assert_eq!(stage.books().paid(), Kopecks(10_000));
}

#[test]
fn a_paid_code_is_not_paid_again() {
    let mut stage = Stage::new();
    let (_, link) = stage.dynamic("o-1");
    stage.pay(&link);
    for action in [PayerAction::Start, PayerAction::Pay, PayerAction::Decline] {
        let again = stage.bank.pay(&link, action, None, stage.now);
        assert_eq!(again, Err(PayerError::NotPayable(PayerState::Paid)));
    }
    assert_eq!(stage.books().paid(), Kopecks(10_000));
}

#[test]
fn books_add_up_and_survive_json() {
    let mut stage = Stage::new();
    for number in 0..20 {
        let (_, link) = stage.dynamic(&format!("o-{number}"));
        if number % 2 == 0 {
            stage.pay(&link);
        }
        if number % 4 == 0 {
            stage.post(
                &format!("/api/payments/v1/orders/o-{number}/refunds/r-{number}"),
                r#"{"amount":12.34}"#,
            );
        }
    }
    stage.now += MINUTE_US;
    let books = stage.books();
    assert_eq!(
        (books.entries.len(), books.paid(), books.refunded()),
        (20, Kopecks(100_000), Kopecks(5 * 1_234))
    );
    let copy: Books = serde_json::from_str(&serde_json::to_string(&books).unwrap()).unwrap();
    assert_eq!(copy, books);
    let paid = &books.of_order("o-0")[0];
    assert_eq!(
        (paid.state, paid.paid_at, paid.refunds[0].refund_id.as_deref()),
        (SaleState::Paid, Some(START), Some("r-0"))
    );
    assert!(
        serde_json::to_string(&books)
            .unwrap()
            .contains(r#""amount":10000"#),
        "books are in kopecks"
    );
}

#[test]
fn settings_and_banks() {
    let mut stage = Stage::new();
    let body = r#"{"callbackUrl":"https://shop.example/notify"}"#;
    assert_eq!(stage.post("/api/settings/v1/callback", body).text(), body);
    for bad in [r#"{"callbackUrl":"http://shop.example"}"#, "{}"] {
        assert_eq!(
            field(&stage.post("/api/settings/v1/callback", bad), "code"),
            "ERROR.INVALID_REQUEST"
        );
    }
    assert!(stage.get("/api/payments/v2/banks").text().contains(r#""alias":"#));
}

#[test]
fn secrets_have_no_debug() {
    let shown = format!("{:?}", Stage::new().bank);
    assert!(!shown.contains(KEY) && !shown.contains(OTHER_KEY));
}
