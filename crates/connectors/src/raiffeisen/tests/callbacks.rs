use super::*;
use crate::samples::operation;
use connector::{CallbackError, RawCallback};
use proptest::prelude::*;

const PAYMENT: &str = bodies::CALLBACK_PAYMENT;
const ORDER: &str = bodies::CALLBACK_ORDER;

/// `printf %s '1110.10|MA0000000001|ORDER|SUCCESS|DATE' | openssl dgst -sha256 -hmac test-secret-key`
const PAYMENT_SIGNATURE: &str = "23d203866907b190200a30b0043e2443dcd617c8eb1c617ec6de2ce88370ffa7";
/// `printf %s '1110.1|pub-1|ORDER|SUCCESS|DATE' | openssl dgst -sha256 -hmac test-secret-key`
const ORDER_SIGNATURE: &str = "8665ffc9b5ce86d398293cb2f3bd88a8c88463436be3f5e9c0ea25dd1176595c";

fn callback(body: &str, signatures: &[&str]) -> RawCallback {
    RawCallback {
        headers: signatures
            .iter()
            .map(|signature| ("x-api-signature-sha256".to_owned(), (*signature).to_owned()))
            .collect(),
        body: body.to_owned().into(),
    }
}

#[test]
fn both_notifications_are_verified_as_openssl_does() {
    assert_eq!(dynamic().verify(&callback(PAYMENT, &[PAYMENT_SIGNATURE])), Ok(()));
    assert_eq!(cash_link().verify(&callback(ORDER, &[ORDER_SIGNATURE])), Ok(()));
}

#[test]
fn the_sum_is_signed_as_it_is_printed() {
    let reprinted = PAYMENT.replace("1110.10", "1110.1");
    let verdict = dynamic().verify(&callback(&reprinted, &[PAYMENT_SIGNATURE]));
    assert_eq!(verdict, Err(CallbackError::Signature));
    let whole = ORDER.replace("1110.10", "1110.1");
    assert_eq!(cash_link().verify(&callback(&whole, &[ORDER_SIGNATURE])), Ok(()));
}

#[test]
fn what_is_not_signed_is_not_believed() {
    for changed in [
        PAYMENT.replace("1110.10", "1.10"),
        PAYMENT.replace("SUCCESS", "DECLINED"),
        PAYMENT.replace("9e0f1a2b", "9e0f1aff"),
    ] {
        let verdict = dynamic().verify(&callback(&changed, &[PAYMENT_SIGNATURE]));
        assert_eq!(verdict, Err(CallbackError::Signature));
    }
    for signatures in [
        &[][..],
        &[PAYMENT_SIGNATURE, PAYMENT_SIGNATURE],
        &["00"],
        &[ORDER_SIGNATURE],
    ] {
        let verdict = dynamic().verify(&callback(PAYMENT, signatures));
        assert_eq!(verdict, Err(CallbackError::Signature));
    }
    let unreadable = dynamic().verify(&callback("{}", &[PAYMENT_SIGNATURE]));
    assert!(matches!(unreadable, Err(CallbackError::Unreadable(_))));
}

#[test]
fn an_orders_notification_needs_the_public_id() {
    let mut settings = merchant(1);
    settings.remove("publicId");
    let bank = build(1, &settings, json!({})).unwrap().connector;
    let verdict = bank.verify(&callback(ORDER, &[ORDER_SIGNATURE]));
    assert!(matches!(verdict, Err(CallbackError::Unreadable(what)) if what.contains("publicId")));
}

#[test]
fn a_notification_leads_to_its_operation() {
    for body in [PAYMENT, ORDER] {
        assert_eq!(
            (providers()[0].callback_operation)(&callback(body, &[])),
            Some(operation())
        );
    }
    for body in ["", "{}", r#"{"order":"somebody-else"}"#, r#"{"order":5}"#] {
        assert_eq!((providers()[0].callback_operation)(&callback(body, &[])), None);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused(body in prop::collection::vec(any::<u8>(), 0..200), signature in ".{0,70}") {
        let callback = RawCallback {
            headers: vec![("x-api-signature-sha256".to_owned(), signature)],
            body: body.into(),
        };
        prop_assert!(dynamic().verify(&callback).is_err());
        let _ = (providers()[0].callback_operation)(&callback);
    }
}
