use super::*;
use crate::clock::SECOND_US;
use crate::faults::{CallbackFault, When};
use crate::signature::hmac_sha256_hex;

#[test]
fn a_payment_is_notified_with_a_signature_over_the_documented_string() {
    let mut stage = Stage::new();
    let answer = stage.register(&dynamic_body("o-1", "").replace(":100", ":101.01"));
    stage.pay(&field(&answer, "payload"));
    let sent = stage.bank.take_callbacks(stage.now);
    assert_eq!(
        (sent.len(), sent[0].url.as_str()),
        (1, "http://127.0.0.1:9/notify")
    );
    let date = crate::clock::with_micros(START);
    let qr_id = field(&answer, "qrId");
    assert_eq!(
        sent[0].body,
        format!(
            r#"{{"transactionId":17001,"qrId":"{qr_id}","sbpMerchantId":"MA000001","merchantId":1,"amount":101.01,"currency":"RUB","transactionDate":"{date}","paymentStatus":"SUCCESS","additionalInfo":null,"order":"o-1","createDate":"{date}"}}"#
        )
    );
    assert_eq!(
        sent[0].signature,
        hmac_sha256_hex(KEY, &format!("101.01|MA000001|o-1|SUCCESS|{date}"))
    );
}

#[test]
fn a_notification_comes_until_it_is_accepted() {
    let mut stage = Stage::new();
    let (_, link) = stage.dynamic("o-1");
    stage
        .bank
        .pay(&link, PayerAction::Decline, None, stage.now)
        .unwrap();
    assert!(
        stage.bank.take_callbacks(stage.now)[0]
            .body
            .contains("\"DECLINED\"")
    );
    assert!(stage.bank.take_callbacks(stage.now).is_empty());
    assert_eq!(stage.bank.next_callback_at(), Some(START + SECOND_US));
    stage.now += SECOND_US;
    let again = stage.bank.take_callbacks(stage.now);
    assert_eq!(again[0].attempt, 2);
    stage.bank.callback_accepted(again[0].id);
    assert_eq!(stage.bank.next_callback_at(), None);
}

#[test]
fn faults_of_notifications() {
    let outcome = |fault| {
        let mut stage = Stage::new();
        stage.bank.add_callback_fault(CallbackRule {
            fault,
            when: When::Next(1),
        });
        for order in ["o-1", "o-2"] {
            let (_, link) = stage.dynamic(order);
            stage.pay(&link);
        }
        let sent = stage.bank.take_callbacks(stage.now);
        let order = |body: &str| if body.contains("\"o-1\"") { 1 } else { 2 };
        let orders: Vec<_> = sent.iter().map(|callback| order(&callback.body)).collect();
        let date = crate::clock::with_micros(START);
        let right = hmac_sha256_hex(KEY, &format!("100|MA000001|o-1|SUCCESS|{date}"));
        let signed = sent.iter().any(|callback| callback.signature == right);
        (orders, signed)
    };
    assert_eq!(outcome(CallbackFault::Duplicate), (vec![1, 1, 2], true));
    assert_eq!(outcome(CallbackFault::Reorder), (vec![2, 1], true));
    assert_eq!(outcome(CallbackFault::WrongSignature), (vec![1, 2], false));
    assert_eq!(outcome(CallbackFault::Suppress), (vec![2], false));
}

#[test]
fn a_shop_without_an_address_is_not_notified() {
    let mut stage = Stage::new();
    let body = dynamic_body("o-1", "").replace(SHOP, "MA000002");
    let link = field(&stage.register(&body), "payload");
    stage.pay(&link);
    assert_eq!(stage.bank.next_callback_at(), None);
}
