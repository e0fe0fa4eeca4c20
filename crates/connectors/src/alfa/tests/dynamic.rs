use super::*;

const QR: &str = bodies::QR_REGISTERED;
const PAID: &str = bodies::QR_PAID;

fn status(body: impl Into<String>) -> PaymentState {
    payment(&*dynamic(), &Call::Status(registered(0)), &[ok(body)])
}

#[test]
fn requests_are_as_known() {
    let bank = dynamic();
    insta::assert_snapshot!("qr_register", transcript(&*bank, &register_on(None), &[]));
    insta::assert_snapshot!("qr_status", transcript(&*bank, &Call::Status(registered(0)), &[]));
}

/// Whatever a repeat means to the bank: it is sent with the same `messageID` and may live no longer than the first.
#[test]
fn a_repeat_has_the_same_message_id() {
    let sent = |now| {
        let talk = converse(&*dynamic(), &register_on(None), &[], now);
        let body: Value = serde_json::from_slice(&talk.sent[0].body).unwrap();
        (body["messageID"].clone(), body["qrTtl"].clone())
    };
    let id = json!("0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b");
    assert_eq!(sent(NOW), (id.clone(), json!(5)));
    assert_eq!(sent(NOW.plus_ms(60_000)), (id.clone(), json!(4)));
    assert_eq!(sent(NOW.plus_ms(900_000)), (id, json!(1)));
}

#[test]
fn a_registration_gives_the_qr_and_what_status_needs() {
    let Ok(Answer::Registered(told)) = end(&*dynamic(), &register_on(None), &[ok(QR)]) else {
        panic!("not registered")
    };
    assert!(told.payload.unwrap().contains(QR_ID));
    assert_eq!(told.expires_at, Some(NOW.plus_ms(300_000)));
    assert_eq!(told.reference, registered(0).reference);
}

#[test]
fn a_qr_that_cannot_be_shown_or_asked_about_is_not_registered() {
    for body in [
        QR.replace("\"payload\"", "\"payload_\""),
        QR.replace("https://qr.nspk.ru", "javascript:"),
        QR.replace(&format!("\"{QR_ID}\""), "\"../x\""),
        QR.replace("\"qrcId\"", "\"qrcId_\""),
        QR.replace("70001", "70002"),
    ] {
        let told = fault(&*dynamic(), &register_on(None), &[ok(body)]);
        assert_eq!(told, (Certainty::Unknown, Code::ProviderUnclear));
    }
}

#[test]
fn a_status_is_what_the_word_says() {
    for (word, state) in [
        ("NTST", PaymentState::NotStarted),
        ("RCVD", PaymentState::InProgress),
        ("ACTC", PaymentState::InProgress),
        ("RJCT", PaymentState::Declined { reason: None }),
    ] {
        assert_eq!(status(bodies::QR_STATUS.replace("NTST", word)), state, "{word}");
    }
    let lost = Call::Status(lookup(Reference::default()));
    assert_eq!(payment(&*dynamic(), &lost, &[]), PaymentState::NotFound);
    for code in ["\"15\"", "16"] {
        let told = payment(&*dynamic(), &Call::Status(registered(0)), &[refusal(code)]);
        assert_eq!(told, PaymentState::NotFound);
    }
}

#[test]
fn paid_is_acwp_with_its_transfer_and_its_ids() {
    let PaymentState::Paid { amount, reference } = status(PAID) else {
        panic!("not paid")
    };
    assert_eq!(amount, Some(kopecks(111_011)));
    for (key, value) in [
        ("transaction_id", "B6000000000000000000000000TEST01"),
        ("trx_dt", "20261122130107"),
        ("payrrn", "000000000101"),
        ("term_no", "70001"),
    ] {
        assert_eq!(reference.get(key), Some(value));
    }
    for without in ["null", "\"\"", "\" \""] {
        let body = PAID.replace("\"B6000000000000000000000000TEST01\"", without);
        assert_eq!(status(body), PaymentState::InProgress, "{without}");
    }
}

#[test]
fn a_payment_of_something_else_is_unclear() {
    for body in [
        PAID.replace(QR_ID, "AD1000000000000000000000DYNTEST2"),
        PAID.replace("\"qrcId\"", "\"qrcId_\""),
        PAID.replace("RUB", "USD"),
        PAID.replace("111011,", "1110.11,"),
        PAID.replace("\"70001\"", "70002"),
    ] {
        let told = fault(&*dynamic(), &Call::Status(registered(0)), &[ok(body)]);
        assert_eq!(told, (Certainty::Unknown, Code::ProviderUnclear));
    }
}
