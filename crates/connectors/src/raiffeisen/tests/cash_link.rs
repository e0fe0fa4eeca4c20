use super::*;

const ORDER: &str = bodies::ORDER_NEW;
const LINK: &str = bodies::LINK_INACTIVE;

fn order_word(word: &str) -> WireResponse {
    ok(ORDER.replace("\"NEW\"", &format!("\"{word}\"")))
}

#[test]
fn requests_are_as_documented() {
    let bank = cash_link();
    let refused = [refusal("ERROR.WRONG_QR_STATUS")];
    insta::assert_snapshot!(
        "link_register",
        transcript(&*bank, &register_on(Some(LINK_ID)), &refused)
    );
    insta::assert_snapshot!("link_status", transcript(&*bank, &Call::Status(lookup()), &[]));
    insta::assert_snapshot!("link_revoke", transcript(&*bank, &Call::Revoke(lookup()), &[]));
    insta::assert_snapshot!(
        "link_refund",
        transcript(&*bank, &Call::Refund(refund_call()), &[])
    );
    insta::assert_snapshot!(
        "link_refund_status",
        transcript(&*bank, &Call::RefundStatus(refund_call()), &[])
    );
    insta::assert_snapshot!(
        "link_check",
        transcript(&*bank, &Call::LinkCheck(link_call()), &[])
    );
    insta::assert_snapshot!("link_bind", transcript(&*bank, &Call::LinkBind(link_call()), &[]));
}

#[test]
fn an_activation_shows_the_registers_own_link() {
    for asked in [None, Some(LINK_ID)] {
        let Ok(Answer::Registered(registered)) = end(&*cash_link(), &register_on(asked), &[ok(ORDER)]) else {
            panic!("not registered")
        };
        assert_eq!(registered.payload, Some(sticker()));
        assert_eq!(registered.expires_at, Some(NOW.plus_ms(300_000)));
        assert_eq!(registered.reference.get("qr_id"), Some(LINK_ID));
    }
    // Another sticker was scanned: its text is not known here.
    let other = "AS1000000000000000000000LNKTEST2";
    let heard = [ok(ORDER.replace(LINK_ID, other))];
    let Ok(Answer::Registered(registered)) = end(&*cash_link(), &register_on(Some(other)), &heard) else {
        panic!("not registered")
    };
    assert_eq!(registered.payload, None);
}

#[test]
fn without_a_link_nothing_is_sent() {
    let unbound = build(1, &merchant(1), json!({})).unwrap().connector;
    for link in [None, Some("../../x")] {
        let (certainty, code, _) = fault(&*unbound, &register_on(link), &[]);
        assert_eq!((certainty, code), (Certainty::Refused, Code::LinkUnbound));
    }
}

#[test]
fn an_activation_of_something_else_is_asked_about() {
    for body in [
        ORDER.replace("9e0f1a2b", "9e0f1aff"),
        ORDER.replace("1110.11", "1110.1"),
        ORDER.replace("LNKTEST1", "LNKTEST2"),
        ORDER.replace("\"NEW\"", "\"PAID\""),
    ] {
        let (certainty, code, _) = fault(&*cash_link(), &register_on(None), &[ok(body)]);
        assert_eq!((certainty, code), (Certainty::Unknown, Code::ProviderUnclear));
    }
}

#[test]
fn a_refused_activation_is_believed_only_when_the_bank_does_not_know_the_order() {
    let nowhere = || refusal("ORDER_NOT_FOUND");
    for (code, ours) in [
        ("ERROR.NOT_FOUND", Code::LinkForeign),
        ("ERROR.WRONG_QR_STATUS", Code::LinkBusy),
        ("ERROR.INVALID_REQUEST", Code::ProviderRefused),
        ("ERROR.NEVER_HEARD_OF", Code::ProviderRefused),
    ] {
        let told = fault(&*cash_link(), &register_on(None), &[refusal(code), nowhere()]);
        assert_eq!(told, (Certainty::Refused, ours, Some(code.to_owned())));
        let repeated = end(&*cash_link(), &register_on(None), &[refusal(code), ok(ORDER)]);
        assert!(matches!(repeated, Ok(Answer::Registered(_))));
        for unclear in [
            order_word("PAID"),
            WireResponse::new(500, ""),
            WireResponse::new(429, ""),
            refusal(code),
        ] {
            if unclear == refusal("ERROR.NOT_FOUND") {
                continue;
            }
            let told = fault(&*cash_link(), &register_on(None), &[refusal(code), unclear]);
            assert_eq!(told.0, Certainty::Unknown, "{told:?}");
        }
    }
    let ended = fault(
        &*cash_link(),
        &register_on(None),
        &[refusal("ORDER_HAS_FINAL_STATUS"), nowhere()],
    );
    assert_eq!(ended.0, Certainty::Unknown);
}

#[test]
fn an_order_ends_as_the_bank_says() {
    let call = Call::Status(lookup());
    for (word, state) in [
        ("NEW", PaymentState::NotStarted),
        ("CANCELLED", PaymentState::Cancelled),
        ("EXPIRED", PaymentState::Expired),
    ] {
        assert_eq!(payment(&*cash_link(), &call, &[order_word(word)]), state);
    }
    let PaymentState::Paid { amount, reference } = payment(&*cash_link(), &call, &[order_word("PAID")])
    else {
        panic!("not paid")
    };
    assert_eq!(amount, Some(kopecks(111_011)));
    assert_eq!(reference.get("order_id"), Some(order().to_uuid_text().as_str()));
    assert_eq!(
        payment(&*cash_link(), &call, &[refusal("ORDER_NOT_FOUND")]),
        PaymentState::NotFound
    );
    for other in [
        order_word("SUCCESS"),
        order_word("paid"),
        ok(ORDER
            .replace("\"NEW\"", "\"PAID\"")
            .replace("9e0f1a2b", "9e0f1aff")),
    ] {
        let (certainty, code, _) = fault(&*cash_link(), &call, &[other]);
        assert_eq!((certainty, code), (Certainty::Unknown, Code::ProviderUnclear));
    }
}

#[test]
fn a_deactivation_is_agreed_or_the_status_answers() {
    let call = Call::Revoke(lookup());
    assert_eq!(end(&*cash_link(), &call, &[ok("")]), Ok(Answer::Revoked));
    let final_status = || refusal("ORDER_HAS_FINAL_STATUS");
    assert!(matches!(
        payment(&*cash_link(), &call, &[final_status(), order_word("PAID")]),
        PaymentState::Paid { .. }
    ));
    let cancelled = [final_status(), order_word("CANCELLED")];
    assert_eq!(payment(&*cash_link(), &call, &cancelled), PaymentState::Cancelled);
    let busy = [final_status(), WireResponse::new(429, "")];
    assert_eq!(fault(&*cash_link(), &call, &busy).0, Certainty::Unknown);
    assert_eq!(
        payment(&*cash_link(), &call, &[refusal("ORDER_NOT_FOUND")]),
        PaymentState::NotFound
    );
}

#[test]
fn a_link_is_ours_or_not() {
    let check = Call::LinkCheck(link_call());
    for (word, active) in [
        ("INACTIVE", Some(false)),
        ("NEW", Some(true)),
        ("IN_PROGRESS", Some(true)),
        ("PAID", None),
    ] {
        let ours = LinkState::Ours {
            payload: Some(sticker()),
            active,
        };
        let answer = end(&*cash_link(), &check, &[ok(LINK.replace("INACTIVE", word))]);
        assert_eq!(answer, Ok(Answer::Link(ours)));
    }
    let answer = end(&*cash_link(), &check, &[refusal("ERROR.NOT_FOUND")]);
    assert_eq!(answer, Ok(Answer::Link(LinkState::NotOurs)));
    let other = ok(LINK.replace("LNKTEST1", "LNKTEST2"));
    assert_eq!(fault(&*cash_link(), &check, &[other]).0, Certainty::Unknown);
}

#[test]
fn a_refused_binding_may_have_been_done_before() {
    let bind = Call::LinkBind(link_call());
    let bound = Ok(Answer::Link(LinkState::Ours {
        payload: Some(sticker()),
        active: Some(false),
    }));
    assert_eq!(end(&*cash_link(), &bind, &[ok(LINK)]), bound);
    let message = format!(r#"{{"message":"QR-draft с qrId: {LINK_ID} не зарегистрирован"}}"#);
    let no_draft = || WireResponse::new(400, message.clone());
    assert_eq!(end(&*cash_link(), &bind, &[no_draft(), ok(LINK)]), bound);
    let foreign = end(&*cash_link(), &bind, &[no_draft(), refusal("ERROR.NOT_FOUND")]);
    assert_eq!(foreign, Ok(Answer::Link(LinkState::NotOurs)));
    let wrong = [
        refusal("ERROR.ACCOUNT_IS_NOT_REGISTERED"),
        refusal("ERROR.NOT_FOUND"),
    ];
    assert_eq!(fault(&*cash_link(), &bind, &wrong).0, Certainty::Refused);
    let busy = [no_draft(), WireResponse::new(429, "")];
    assert_eq!(fault(&*cash_link(), &bind, &busy).0, Certainty::Unknown);
}

#[test]
fn a_link_id_never_leaves_its_place_in_the_address() {
    let mut link = link_call();
    link.link_id = "x/../../orders".to_owned();
    for call in [Call::LinkCheck(link.clone()), Call::LinkBind(link)] {
        assert_eq!(fault(&*cash_link(), &call, &[]).1, Code::NotALink);
    }
}
