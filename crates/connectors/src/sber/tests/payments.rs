use super::*;
use connector::conversation::converse;

#[test]
fn requests_are_as_documented() {
    let bank = sber(SBP);
    insta::assert_snapshot!("sbp_register", transcript(&*bank, &register(None), &[]));
    insta::assert_snapshot!("sbp_status", transcript(&*bank, &Call::Status(lookup()), &[]));
    let revoke = Call::Revoke(unheard());
    insta::assert_snapshot!(
        "sbp_revoke_unheard",
        transcript(&*bank, &revoke, &[ok(bodies::ORDER_CREATED)])
    );
    let bank = sber(SBER_PAY);
    insta::assert_snapshot!("sberpay_register", transcript(&*bank, &register(None), &[]));
    let charge = register(Some(SCANNED));
    insta::assert_snapshot!("sberpay_charge", transcript(&*bank, &charge, &[order_in("PAID")]));
}

#[test]
fn the_login_is_as_documented() {
    let sent = talk(&*sber(SBP), &register(None), &[]).sent;
    let need = sent[0].token.as_ref().unwrap();
    insta::assert_snapshot!("login", written(&need.login));
    let own = with_key(SBP, "token_url", json!("https://dev.example/tokens/v2/oauth"));
    let sent = talk(&*own, &register(None), &[]).sent;
    let need = sent[0].token.as_ref().unwrap();
    assert_eq!(need.login.url, "https://dev.example/tokens/v2/oauth");
}

/// 32 hexadecimal digits, in the header as in the body, another one for each request, the same for the same turn.
#[test]
fn each_request_has_an_id_of_its_own() {
    let bank = sber(SBP);
    let call = Call::Revoke(unheard());
    let heard = [order_in("CREATED"), refusal("100002"), order_in("CREATED")];
    let sent = |now| converse(&*bank, &call, &heard, now).sent;
    let mut ids = BTreeSet::new();
    for (request, again) in sent(NOW).iter().zip(sent(NOW)) {
        assert_eq!(request.body, again.body);
    }
    for request in sent(NOW).into_iter().chain(sent(NOW.plus_ms(1))) {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let id = body["rq_uid"].as_str().unwrap().to_owned();
        assert!(
            id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()),
            "{id}"
        );
        let header = request.headers.iter().find(|(name, _)| name == "rquid").unwrap();
        assert_eq!(header.1.expose(), id);
        ids.insert(id);
    }
    assert_eq!(ids.len(), 6);
}

#[test]
fn one_token_serves_a_scope() {
    let bank = sber(SBP);
    let login = |call: &Call, now| {
        let sent = converse(&*bank, call, &[], now).sent;
        let need = sent.into_iter().next().unwrap().token.unwrap();
        (need.scope, need.login)
    };
    let (scope, first) = login(&Call::Status(lookup()), NOW);
    let (other_scope, second) = login(&Call::Status(unheard()), NOW.plus_ms(5));
    assert_eq!((scope.as_str(), &first.url), (other_scope.as_str(), &second.url));
    assert_eq!(first.body, second.body);
    let ids = [&first, &second].map(|login| {
        login
            .headers
            .iter()
            .find(|(name, _)| name == "rquid")
            .unwrap()
            .1
            .expose()
            .to_owned()
    });
    assert_ne!(ids[0], ids[1], "each login has an id of its own");
    assert_ne!(login(&register(None), NOW).0, scope);
}

#[test]
fn a_registration_gives_the_qr_and_what_later_calls_need() {
    let Ok(Answer::Registered(registered)) = end(&*sber(SBP), &register(None), &[ok(bodies::CREATED)]) else {
        panic!("not registered")
    };
    assert!(registered.payload.unwrap().starts_with("https://qr.nspk.ru/AD1"));
    assert_eq!(registered.expires_at, None);
    assert_eq!(registered.reference, registered_reference());
}

#[test]
fn an_order_that_cannot_be_shown_or_asked_about_is_not_registered() {
    let body = bodies::CREATED;
    for broken in [
        body.replace("order_form_url", "order_form_url_"),
        body.replace("https://qr.nspk.ru", "javascript:"),
        body.replace("\"CREATED\"", "\"PAID\""),
        body.replace("\"CREATED\"", "\"FRESH\""),
        body.replace(ORDER_ID, "../x"),
        body.replace(ORDER_ID, ""),
        body.replace(order().as_str(), "0199a1b2c3d47e5f8a6b7c8d9e0f1aff"),
        body.replace("\"error_code\"", "\"error_code_\""),
    ] {
        let (certainty, code, _) = fault(&*sber(SBP), &register(None), &[ok(broken)]);
        assert_eq!((certainty, code), UNCLEAR);
    }
}

#[test]
fn an_order_stands_as_its_state_says() {
    let reference = Reference::default().with(Reference::QR, ORDER_ID);
    let paid = PaymentState::Paid {
        amount: None,
        reference,
    };
    for (word, state) in [
        ("CREATED", PaymentState::NotStarted),
        ("ON_PAYMENT", PaymentState::InProgress),
        ("DECLINED", PaymentState::Declined { reason: None }),
        ("EXPIRED", PaymentState::Expired),
        ("REVOKED", PaymentState::Cancelled),
        ("PAID", paid.clone()),
        // The money came, whatever became of it later.
        ("REFUNDED", paid.clone()),
        ("REVERSED", paid),
    ] {
        for lookup in [lookup(), unheard()] {
            let call = Call::Status(lookup);
            assert_eq!(payment(&*sber(SBP), &call, &[order_in(word)]), state, "{word}");
        }
    }
    for word in ["AUTHORIZED", "CONFIRMED"] {
        let (certainty, code, _) = fault(&*sber(SBP), &Call::Status(lookup()), &[order_in(word)]);
        assert_eq!((certainty, code), UNCLEAR, "{word}");
    }
    let unknown = [refusal(NOT_FOUND)];
    assert_eq!(
        payment(&*sber(SBP), &Call::Status(lookup()), &unknown),
        PaymentState::NotFound
    );
}

#[test]
fn paid_keeps_what_a_refund_needs() {
    let paid = PaymentState::Paid {
        amount: Some(kopecks(111_011)),
        reference: Reference::default()
            .with(Reference::QR, ORDER_ID)
            .with(Reference::TRANSACTION, "OP-PAID")
            .with("auth_code", "123456"),
    };
    for body in [
        bodies::ORDER_PAID.to_owned(),
        bodies::ORDER_PAID.replace("111011", "\"111011\""),
        bodies::ORDER_PAID.replace("\"123456\"", "123456"),
        bodies::ORDER_PAID.replace("\"00\"", "null"),
    ] {
        assert_eq!(payment(&*sber(SBP), &Call::Status(lookup()), &[ok(body)]), paid);
    }
}

#[test]
fn paid_needs_the_word_for_this_very_order() {
    let body = bodies::ORDER_PAID;
    for broken in [
        body.replace(ORDER_ID, "9c1f0000aaaa4bbb8cccdddd0000else"),
        body.replace("\"order_id\"", "\"order_id_\""),
        body.replace("\"mid\"", "\"partner_order_number\": \"x\", \"mid\""),
        body.replace("\"643\"", "\"840\""),
        body.replace("111011", "1110.11"),
        body.replace("111011", "-111011"),
        body.replace("\"order_state\": \"PAID\"", "\"order_state\": \"paid\""),
        body.replace("\"order_state\": \"PAID\"", "\"order_state\": null"),
    ] {
        let (certainty, code, _) = fault(&*sber(SBP), &Call::Status(lookup()), &[ok(broken.clone())]);
        assert_eq!((certainty, code), UNCLEAR, "{broken}");
    }
}

#[test]
fn another_sum_is_passed_on() {
    let heard = [ok(bodies::ORDER_PAID.replace("111011", "111010"))];
    let state = payment(&*sber(SBP), &Call::Status(lookup()), &heard);
    assert!(matches!(state, PaymentState::Paid { amount: Some(sum), .. } if sum == kopecks(111_010)));
}

/// A QR can be tried again after a decline; a buyer's code is spent.
#[test]
fn a_failed_attempt_ends_a_charge_and_no_qr() {
    let failed = ok(bodies::ORDER_PAID
        .replace("\"PAID\"", "\"CREATED\"")
        .replace("\"00\"", "\"51\""));
    assert_eq!(
        payment(
            &*sber(SBER_PAY),
            &Call::Status(lookup()),
            std::slice::from_ref(&failed)
        ),
        PaymentState::NotStarted
    );
    let mut charged = lookup();
    charged.reference = charged.reference.with("scanned", "1");
    let PaymentState::Declined { reason } = payment(&*sber(SBER_PAY), &Call::Status(charged), &[failed])
    else {
        panic!("not declined")
    };
    assert_eq!(reason.as_deref(), Some("Успешно"));
}

#[test]
fn a_charge_is_answered_by_the_status() {
    let bank = sber(SBER_PAY);
    let call = register(Some(SCANNED));
    let taken = || ok(bodies::REVOKED.replace("REVOKED", "PAID"));
    let PaymentState::Paid { amount, reference } = payment(&*bank, &call, &[taken(), ok(bodies::ORDER_PAID)])
    else {
        panic!("not paid")
    };
    assert_eq!(amount, Some(kopecks(111_011)));
    assert_eq!(reference.get("tid"), Some("70000001"));
    assert_eq!(reference.get("auth_code"), Some("123456"));
    for state in ["ON_PAYMENT", "CREATED"] {
        let Ok(Answer::Registered(Registered {
            payload: None,
            reference,
            ..
        })) = end(&*bank, &call, &[taken(), order_in(state)])
        else {
            panic!("not under way")
        };
        assert_eq!(reference.get("scanned"), Some("1"));
        assert_eq!(reference.get(Reference::QR), Some(ORDER_ID));
    }
    assert_eq!(
        payment(&*bank, &call, &[taken(), order_in("DECLINED")]),
        PaymentState::Declined { reason: None }
    );
    let unknown = [taken(), refusal(NOT_FOUND)];
    let (certainty, code, _) = fault(&*bank, &call, &unknown);
    assert_eq!((certainty, code), UNCLEAR);
}

/// A refusal of a charge may be about a charge that was carried out.
#[test]
fn a_refused_charge_is_believed_only_when_the_bank_knows_no_order() {
    let bank = sber(SBER_PAY);
    let call = register(Some(SCANNED));
    let refused = || refusal("100051");
    let (certainty, code, told) = fault(&*bank, &call, &[refused(), refusal(NOT_FOUND)]);
    assert_eq!((certainty, code), (Certainty::Refused, Code::ProviderRefused));
    assert_eq!(told.as_deref(), Some("100051"));
    assert!(matches!(
        payment(&*bank, &call, &[refused(), ok(bodies::ORDER_PAID)]),
        PaymentState::Paid { .. }
    ));
    assert_eq!(
        payment(&*bank, &call, &[refused(), order_in("CREATED")]),
        PaymentState::Declined {
            reason: Some("Причина отказа".to_owned())
        }
    );
    for silent in [
        WireResponse::new(503, ""),
        WireResponse::new(429, ""),
        WireResponse::new(401, ""),
        refusal("100001"),
    ] {
        assert_eq!(fault(&*bank, &call, &[refused(), silent]).0, Certainty::Unknown);
    }
}

#[test]
fn a_revocation_is_agreed_or_the_status_answers() {
    let bank = sber(SBP);
    let call = Call::Revoke(lookup());
    assert_eq!(end(&*bank, &call, &[ok(bodies::REVOKED)]), Ok(Answer::Revoked));
    let others = ok(bodies::REVOKED.replace(ORDER_ID, "9c1f0000aaaa4bbb8cccdddd0000else"));
    assert_eq!(fault(&*bank, &call, &[others]).0, Certainty::Unknown);
    for first in [refusal("100002"), ok(bodies::REVOKED.replace("REVOKED", "PAID"))] {
        let paid = [first.clone(), ok(bodies::ORDER_PAID)];
        assert!(matches!(payment(&*bank, &call, &paid), PaymentState::Paid { .. }));
        for (word, state) in [
            ("CREATED", PaymentState::NotStarted),
            ("ON_PAYMENT", PaymentState::InProgress),
            ("REVOKED", PaymentState::Cancelled),
            ("EXPIRED", PaymentState::Expired),
        ] {
            assert_eq!(payment(&*bank, &call, &[first.clone(), order_in(word)]), state);
        }
        let declined = [first.clone(), order_in("DECLINED")];
        assert_eq!(end(&*bank, &call, &declined), Ok(Answer::Revoked));
        let busy = [first, WireResponse::new(429, "")];
        assert_eq!(fault(&*bank, &call, &busy).0, Certainty::Unknown);
    }
}

/// Without the bank's id of the order it is asked for first.
#[test]
fn an_unheard_order_is_found_before_it_is_revoked() {
    let bank = sber(SBP);
    let call = Call::Revoke(unheard());
    let revoked = [order_in("CREATED"), ok(bodies::REVOKED)];
    assert_eq!(end(&*bank, &call, &revoked), Ok(Answer::Revoked));
    assert_eq!(
        payment(&*bank, &call, &[refusal(NOT_FOUND)]),
        PaymentState::NotFound
    );
    assert!(matches!(
        payment(&*bank, &call, &[ok(bodies::ORDER_PAID)]),
        PaymentState::Paid { .. }
    ));
    let lost_race = [order_in("CREATED"), refusal("100002"), ok(bodies::ORDER_PAID)];
    assert!(matches!(
        payment(&*bank, &call, &lost_race),
        PaymentState::Paid { .. }
    ));
}

/// The refund's terminal is the one that sold, whatever the register's settings say by then.
#[test]
fn a_question_names_the_terminal_that_sold() {
    let moved = with_key(SBP, "tid", json!("70000002"));
    let sent = talk(&*moved, &Call::Status(lookup()), &[]).sent;
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert_eq!(body["tid"], "70000001");
    let sent = talk(&*moved, &Call::Refund(prepared()), &[]).sent;
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert_eq!(
        (&body["tid"], &body["id_qr"]),
        (&json!("70000001"), &json!("70000001"))
    );
}
