//! The public clients' shapes played back with values of our own, and every answer that is not one.

use super::providers;
use crate::samples::{self, LINK_ID, NOW, QR_ID, kopecks, link_call, lookup, refund_of};
use connector::conversation::{Conversation, converse};
use connector::{Built, CallbackError, ConfigError, Connector, RawCallback, WireResponse};
use domain::call::{LinkState, Lookup, Reference, Register, Registered};
use domain::{Answer, Call, CallKind, Certainty, Code, Fault, LostRegistration, PaymentState, RefundState};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const ORDER: &str = "0199a1b2c3d47e5f8a6b7c8d9e0f1a2b";

fn merchant() -> Map<String, Value> {
    let settings = json!({
        "url": "http://bank.example", "extEntityId": "shop-1", "merchantId": "MA0000000056", "account": "40702810900000000056",
        "accAlias": "main", "authsp": "shop.example", "redirectUrl": "https://shop.example/thanks", "purpose": "Чек %receipt%",
        "refund_status_path": "/refund/state/{internalTxId}", "activate_path": "/cash-qr/activate",
        "activation_state_path": "/cash-qr/state/{paramsId}", "deactivate_path": "/cash-qr/end/{qrcId}/{paramsId}",
        "link_state_path": "/cash-qr/link/{qrcId}", "bind_path": "/cash-qr/bind/{qrcId}",
        "subscription_path": "/subscription/charge", "subscription_state_path": "/subscription/charge/{internalTxId}",
        "not_found_codes": "NOT_FOUND, 404", "not_subscribed_codes": "NO_SUBSCRIPTION",
    });
    serde_json::from_value(settings).unwrap()
}

fn build(merchant: &Map<String, Value>, terminal: Value) -> Result<Built, ConfigError> {
    providers()[0].connect(merchant, &serde_json::from_value(terminal).unwrap())
}

/// Without these keys.
fn without(keys: &[&str], terminal: Value) -> Box<dyn Connector> {
    let mut settings = merchant();
    settings.retain(|key, _| !keys.contains(&key.as_str()));
    build(&settings, terminal).unwrap().connector
}

fn dynamic() -> Box<dyn Connector> {
    without(&[], json!({}))
}

fn linked() -> Box<dyn Connector> {
    without(&[], json!({ "qr_id": LINK_ID }))
}

fn register(subscriber: Option<&str>) -> Call {
    Call::Register(Box::new(Register {
        purpose: Some("Оплата заказа".to_owned()),
        receipt: None,
        // Lives are whole minutes, rounded up.
        expires_at: NOW.plus_ms(290_999),
        subscriber: subscriber.map(str::to_owned),
        ..samples::register()
    }))
}

fn of(key: &str, value: &str) -> Lookup {
    lookup(Reference::default().with(key, value))
}

fn talk(bank: &dyn Connector, call: &Call, said: &[(u16, Value)]) -> Conversation {
    let said: Vec<_> = said
        .iter()
        .map(|(status, body)| WireResponse::new(*status, body.to_string()))
        .collect();
    converse(bank, call, &said, NOW)
}

fn answer(bank: &dyn Connector, call: &Call, said: &[(u16, Value)]) -> Answer {
    talk(bank, call, said)
        .end
        .expect("it wants to hear more")
        .unwrap()
}

fn fault(bank: &dyn Connector, call: &Call, said: &[(u16, Value)]) -> Fault {
    talk(bank, call, said)
        .end
        .expect("it wants to hear more")
        .unwrap_err()
}

fn wrong(status: u16, code: &str) -> (u16, Value) {
    (status, json!({ "code": code, "message": "почему" }))
}

fn drawn() -> (u16, Value) {
    (
        200,
        json!({ "qrcId": QR_ID, "payload": format!("https://qr.nspk.ru/{QR_ID}?type=02"), "qrcType": "02" }),
    )
}

fn activated() -> (u16, Value) {
    (200, json!({ "qrcId": LINK_ID, "paramsId": "params-1" }))
}

fn stands(word: &str) -> (u16, Value) {
    (
        200,
        json!({ "payStatus": { "status": word, "trxId": "A1", "amount": 111_011 }, "qrCode": { "qrcId": QR_ID },
                "paramsId": "params-1", "internalTxId": ORDER }),
    )
}

fn refunded(word: &str) -> (u16, Value) {
    (200, json!({ "status": word, "trxId": "R1", "amount": 15_050 }))
}

#[test]
fn requests_are_as_the_public_clients_send_them() {
    let (dynamic, linked) = (dynamic(), linked());
    let calls = [
        (&dynamic, register(None), vec![]),
        (
            &dynamic,
            register(Some("card-77")),
            vec![wrong(404, "NO_SUBSCRIPTION")],
        ),
        (&linked, register(None), vec![]),
        (&dynamic, Call::Status(of("qr_id", QR_ID)), vec![]),
        (&linked, Call::Status(of("params_id", "params-1")), vec![]),
        (
            &linked,
            Call::Status(of(Reference::LINK, LINK_ID)),
            vec![wrong(404, "404")],
        ),
        (
            &linked,
            Call::Revoke(lookup(
                Reference::default()
                    .with("params_id", "params-1")
                    .with(Reference::LINK, LINK_ID),
            )),
            vec![],
        ),
        (&dynamic, Call::Refund(refund_of(of("qr_id", QR_ID))), vec![]),
        (
            &linked,
            Call::Refund(refund_of(of("transaction_id", "A1"))),
            vec![wrong(409, "EXISTS")],
        ),
        (&dynamic, Call::LinkCheck(link_call("")), vec![]),
        (&dynamic, Call::LinkBind(link_call("")), vec![]),
    ];
    let mut parts = Vec::new();
    for (bank, call, said) in calls {
        for request in talk(bank.as_ref(), &call, &said).sent {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let headers = request
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.expose()));
            let line = format!("{} {}", request.method.as_str(), request.url);
            let headers = headers.collect::<Vec<_>>().join("\n");
            parts.push(format!("{line}\n{headers}\n{body:#}\n\n"));
        }
    }
    insta::assert_snapshot!(parts.concat());
}

#[test]
fn abilities_are_what_the_settings_have_addresses_for() {
    let bare = without(
        &[
            "refund_status_path",
            "activate_path",
            "activation_state_path",
            "deactivate_path",
            "link_state_path",
            "bind_path",
            "subscription_path",
            "subscription_state_path",
        ],
        json!({}),
    );
    let abilities = bare.abilities();
    assert!(abilities.link_check && !abilities.link_bind && !abilities.refund && !abilities.subscriber);
    assert_eq!(abilities.lost_registration, LostRegistration::RepeatSameOrder);
    for call in [
        Call::Revoke(of("qr_id", QR_ID)),
        Call::Refund(refund_of(of("qr_id", QR_ID))),
        Call::LinkBind(link_call("")),
    ] {
        let told = fault(bare.as_ref(), &call, &[]);
        assert_eq!(
            (told.code, told.certainty),
            (Code::Unsupported, Certainty::Refused)
        );
    }
    let told = fault(bare.as_ref(), &register(Some("card-77")), &[]);
    assert_eq!(told.code, Code::Unsupported, "{told:?}");
    let abilities = linked().abilities();
    assert!(
        abilities.cash_link && abilities.revoke && abilities.subscriber && abilities.allows(CallKind::Refund)
    );
    assert_eq!(abilities.lost_registration, LostRegistration::AskByOrder);
}

#[test]
fn settings_that_cannot_work_are_named() {
    let told = |key: &str, value: Option<&str>, terminal: Value| {
        let mut settings = merchant();
        match value {
            Some(value) => settings.insert(key.to_owned(), value.into()),
            None => settings.remove(key),
        };
        build(&settings, terminal)
            .err()
            .expect("it is accepted")
            .to_string()
    };
    for (key, value, words) in [
        ("extEntityId", None, "extEntityId"),
        ("deactivate_path", None, "deactivate_path"),
        ("activate_path", None, "activate_path"),
        ("subscription_state_path", None, "subscription_state_path"),
        ("subscription_path", None, "subscription_path"),
        ("refund_status_path", Some("/refund/state"), "{internalTxId}"),
        (
            "refund_status_path",
            Some("refund/{internalTxId}"),
            "must begin with /",
        ),
        ("bind_path", Some("/bind/{linkId}"), "bind_path"),
        ("not_found_codes", Some("A,,B"), "not_found_codes"),
        ("authsp", Some("shop example"), "authsp"),
        ("account", Some("123"), "account"),
    ] {
        let text = told(key, value, json!({}));
        assert!(text.contains(words), "{key}: {text}");
    }
    let mut bare = merchant();
    bare.retain(|key, _| !key.starts_with("activat") && key != "deactivate_path");
    let text = build(&bare, json!({ "qr_id": LINK_ID }))
        .err()
        .expect("it is accepted")
        .to_string();
    assert!(text.contains("activate_path"), "{text}");
    assert!(told("qrTtl", Some("x"), json!({})).contains("qrTtl"));
}

#[test]
fn a_qr_an_activation_and_a_charge_are_registered() {
    let Answer::Registered(qr) = answer(dynamic().as_ref(), &register(None), &[drawn()]) else {
        panic!("no QR")
    };
    assert_eq!(qr.reference.get("qr_id"), Some(QR_ID));
    assert_eq!(qr.expires_at, Some(NOW.plus_ms(300_000)));
    assert!(qr.payload.unwrap().contains(QR_ID));
    let Answer::Registered(activation) = answer(linked().as_ref(), &register(None), &[activated()]) else {
        panic!("no activation")
    };
    assert_eq!(activation.reference.get("params_id"), Some("params-1"));
    for word in ["NTST", "RCVD", "ACWP"] {
        let charge = answer(dynamic().as_ref(), &register(Some("card-77")), &[stands(word)]);
        let expected = Registered {
            reference: Reference::default().with("charge_id", ORDER),
            ..Registered::default()
        };
        assert_eq!(charge, Answer::Registered(expected), "{word}");
    }
    let declined = answer(dynamic().as_ref(), &register(Some("card-77")), &[stands("RJCT")]);
    assert_eq!(declined, Answer::Payment(PaymentState::Declined { reason: None }));
}

/// The charge is sent once: only the bank's word that there is no subscription leads on to a QR.
#[test]
fn only_who_has_no_subscription_gets_the_qr() {
    let others = answer(
        dynamic().as_ref(),
        &register(Some("card-77")),
        &[wrong(404, "NO_SUBSCRIPTION"), drawn()],
    );
    assert!(
        matches!(others, Answer::Registered(Registered { payload: Some(_), .. })),
        "{others:?}"
    );
    for (status, code) in [(404, "NOT_FOUND"), (400, "LIMIT")] {
        let talk = talk(
            dynamic().as_ref(),
            &register(Some("card-77")),
            &[wrong(status, code)],
        );
        assert_eq!(talk.sent.len(), 1, "{code}");
        assert_eq!(
            talk.end.unwrap().unwrap_err().certainty,
            Certainty::Refused,
            "{code}"
        );
    }
    for said in [
        (500, json!({})),
        (404, json!({})),
        (200, json!({ "payStatus": { "status": "ACWP" } })),
    ] {
        let talk = talk(
            dynamic().as_ref(),
            &register(Some("card-77")),
            std::slice::from_ref(&said),
        );
        assert_eq!(talk.sent.len(), 1, "{said:?}");
        assert_eq!(
            talk.end.unwrap().unwrap_err().certainty,
            Certainty::Unknown,
            "{said:?}"
        );
    }
}

#[test]
fn every_word_of_a_payment_is_told() {
    let states = [
        ("NTST", PaymentState::NotStarted),
        ("RCVD", PaymentState::InProgress),
        ("ACTC", PaymentState::InProgress),
        ("RJCT", PaymentState::Declined { reason: None }),
        (
            "ACWP",
            PaymentState::Paid {
                amount: Some(kopecks(111_011)),
                reference: Reference::default().with("transaction_id", "A1"),
            },
        ),
    ];
    let asked = [
        (dynamic(), of("qr_id", QR_ID)),
        (linked(), of("params_id", "params-1")),
        (dynamic(), of("charge_id", ORDER)),
    ];
    for (bank, lookup) in asked {
        let call = Call::Status(lookup);
        for (word, state) in &states {
            assert_eq!(
                answer(bank.as_ref(), &call, &[stands(word)]),
                Answer::Payment(state.clone())
            );
        }
        assert_eq!(
            answer(bank.as_ref(), &call, &[wrong(404, "NOT_FOUND")]),
            Answer::Payment(PaymentState::NotFound)
        );
        for said in [
            stands("PAID"),
            wrong(400, "OTHER"),
            wrong(403, "NOT_FOUND"),
            (200, json!({})),
        ] {
            assert_eq!(fault(bank.as_ref(), &call, &[said]).certainty, Certainty::Unknown);
        }
        let strangers = (
            200,
            json!({ "payStatus": { "status": "ACWP" }, "qrCode": { "qrcId": LINK_ID }, "paramsId": "params-2", "internalTxId": "x" }),
        );
        assert_eq!(
            fault(bank.as_ref(), &call, &[strangers]).code,
            Code::ProviderUnclear
        );
    }
}

/// An unseen QR is nobody's; an activation is looked for on its link and is never "paid" from there.
#[test]
fn what_a_lost_registration_left_is_looked_for() {
    let no_subscriptions = ["subscription_path", "subscription_state_path"];
    let unseen = without(&no_subscriptions, json!({}));
    let talk_of = talk(unseen.as_ref(), &Call::Status(lookup(Reference::default())), &[]);
    assert!(talk_of.sent.is_empty());
    assert_eq!(talk_of.end.unwrap(), Ok(Answer::Payment(PaymentState::NotFound)));

    let call = Call::Status(of(Reference::LINK, LINK_ID));
    let bank = without(&no_subscriptions, json!({ "qr_id": LINK_ID }));
    let last = |amount: i64, word: &str| {
        let activation = json!({ "paramsId": "params-9", "amount": amount, "status": word });
        (200, json!({ "qrcId": LINK_ID, "activation": activation }))
    };
    let Answer::Registered(found) = answer(bank.as_ref(), &call, &[last(111_011, "NTST")]) else {
        panic!("not found")
    };
    assert_eq!(found.reference.get("params_id"), Some("params-9"));
    for said in [
        last(5, "NTST"),
        (200, json!({ "qrcId": LINK_ID })),
        wrong(404, "NOT_FOUND"),
    ] {
        assert_eq!(
            answer(bank.as_ref(), &call, &[said]),
            Answer::Payment(PaymentState::NotFound)
        );
    }
    assert_eq!(
        fault(bank.as_ref(), &call, &[last(111_011, "ACWP")]).certainty,
        Certainty::Unknown
    );
    let blind = without(
        &["link_state_path", no_subscriptions[0], no_subscriptions[1]],
        json!({ "qr_id": LINK_ID }),
    );
    assert!(fault(blind.as_ref(), &call, &[]).detail.contains("1110.11"));
    // With subscriptions the charge is asked about first.
    let paid = answer(linked().as_ref(), &call, &[stands("ACWP")]);
    assert!(
        matches!(paid, Answer::Payment(PaymentState::Paid { .. })),
        "{paid:?}"
    );
    let found = answer(
        linked().as_ref(),
        &call,
        &[wrong(404, "NOT_FOUND"), last(111_011, "NTST")],
    );
    assert!(matches!(found, Answer::Registered(_)), "{found:?}");
}

#[test]
fn a_deactivation_that_is_refused_asks_how_the_payment_stands() {
    let call = Call::Revoke(of("params_id", "params-1"));
    assert_eq!(
        answer(linked().as_ref(), &call, &[(200, json!({}))]),
        Answer::Revoked
    );
    let paid = answer(
        linked().as_ref(),
        &call,
        &[wrong(409, "WRONG_STATE"), stands("ACWP")],
    );
    assert!(
        matches!(paid, Answer::Payment(PaymentState::Paid { .. })),
        "{paid:?}"
    );
    let unclear = fault(
        linked().as_ref(),
        &call,
        &[wrong(409, "WRONG_STATE"), wrong(400, "X")],
    );
    assert_eq!(unclear.certainty, Certainty::Unknown);
    let charged = answer(
        linked().as_ref(),
        &Call::Revoke(of("charge_id", ORDER)),
        &[stands("ACWP")],
    );
    assert!(
        matches!(charged, Answer::Payment(PaymentState::Paid { .. })),
        "{charged:?}"
    );
}

#[test]
fn refunds_end_by_their_own_word_only() {
    let bank = dynamic();
    let call = Call::Refund(refund_of(of("qr_id", QR_ID)));
    let under_way = Answer::Refund(RefundState::InProgress);
    assert_eq!(
        answer(bank.as_ref(), &call, &[(202, json!({ "trxId": "R1" }))]),
        under_way
    );
    // Refused: an earlier sending may have done it.
    let done = answer(
        bank.as_ref(),
        &call,
        &[wrong(409, "EXISTS"), refunded("CONFIRMED")],
    );
    assert!(
        matches!(done, Answer::Refund(RefundState::Completed { .. })),
        "{done:?}"
    );
    let refused = fault(
        bank.as_ref(),
        &call,
        &[wrong(400, "LIMIT"), wrong(404, "NOT_FOUND")],
    );
    assert_eq!(
        (refused.certainty, refused.code),
        (Certainty::Refused, Code::ProviderRefused)
    );
    let unclear = fault(bank.as_ref(), &call, &[wrong(400, "LIMIT"), wrong(400, "X")]);
    assert_eq!(unclear.certainty, Certainty::Unknown);
    let nameless = fault(bank.as_ref(), &Call::Refund(refund_of(of("params_id", "p"))), &[]);
    assert_eq!(nameless.certainty, Certainty::Refused);

    let call = Call::RefundStatus(refund_of(of("qr_id", QR_ID)));
    for word in ["CONFIRMED", "COMPLETED", "SUCCESS", "ACSC"] {
        let told = answer(bank.as_ref(), &call, &[refunded(word)]);
        assert!(
            matches!(told, Answer::Refund(RefundState::Completed { .. })),
            "{word}"
        );
    }
    for word in ["REFUSED", "REJECTED", "RJCT"] {
        let told = answer(bank.as_ref(), &call, &[refunded(word)]);
        assert_eq!(
            told,
            Answer::Refund(RefundState::Declined { reason: None }),
            "{word}"
        );
    }
    assert_eq!(answer(bank.as_ref(), &call, &[refunded("RCVD")]), under_way);
    assert_eq!(
        answer(bank.as_ref(), &call, &[wrong(404, "404")]),
        Answer::Refund(RefundState::NotFound)
    );
    let other_sum = (200, json!({ "status": "CONFIRMED", "amount": 1 }));
    let other_id = (200, json!({ "status": "CONFIRMED", "internalTxId": "x" }));
    for said in [
        refunded("ERROR"),
        refunded("FAILED"),
        refunded("?"),
        other_sum,
        other_id,
        wrong(400, "X"),
        (404, json!({})),
    ] {
        assert_eq!(fault(bank.as_ref(), &call, &[said]).certainty, Certainty::Unknown);
    }
}

#[test]
fn a_sticker_is_ours_when_the_list_has_it() {
    let bank = dynamic();
    let ours = Answer::Link(LinkState::Ours {
        payload: None,
        active: None,
    });
    let listed = [
        (200, json!([LINK_ID])),
        (200, json!([{ "qrcId": "AS2" }, { "qrcId": LINK_ID }])),
    ];
    for said in listed {
        assert_eq!(
            answer(bank.as_ref(), &Call::LinkCheck(link_call("")), &[said]),
            ours
        );
    }
    let none = answer(
        bank.as_ref(),
        &Call::LinkCheck(link_call("")),
        &[(200, json!([]))],
    );
    assert_eq!(none, Answer::Link(LinkState::NotOurs));

    let call = Call::LinkBind(link_call(""));
    assert_eq!(answer(bank.as_ref(), &call, &[(200, json!({}))]), ours);
    assert_eq!(
        answer(
            bank.as_ref(),
            &call,
            &[wrong(409, "BOUND"), (200, json!([LINK_ID]))]
        ),
        ours
    );
    let refused = fault(bank.as_ref(), &call, &[wrong(409, "FOREIGN"), (200, json!([]))]);
    assert_eq!(refused.certainty, Certainty::Refused);
    // Without an address of its own the list is the proof.
    let listed = without(&["bind_path"], json!({}));
    assert_eq!(answer(listed.as_ref(), &call, &[(200, json!([LINK_ID]))]), ours);
}

#[test]
fn notifications_are_not_believed() {
    let callback = RawCallback {
        headers: Vec::new(),
        body: "{}".into(),
    };
    assert_eq!(dynamic().verify(&callback), Err(CallbackError::Unsupported));
    assert!((providers()[0].callback_operation)(&callback).is_none());
}

proptest! {
    #[test]
    fn no_bytes_are_a_payment(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let said = [WireResponse::new(status, body)];
        for (bank, call) in [
            (dynamic(), register(Some("card-77"))),
            (dynamic(), Call::Status(of("qr_id", QR_ID))),
            (linked(), Call::Status(of("params_id", "params-1"))),
            (linked(), Call::RefundStatus(refund_of(of("qr_id", QR_ID)))),
        ] {
            let end = converse(bank.as_ref(), &call, &said, NOW).end;
            let paid = matches!(end, Some(Ok(Answer::Payment(PaymentState::Paid { .. }) | Answer::Refund(RefundState::Completed { .. }))));
            prop_assert!(!paid);
        }
    }
}
