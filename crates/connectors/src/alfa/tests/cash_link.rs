use super::*;

const ACTIVATION: &str = bodies::ACTIVATION;
const LINK: &str = bodies::LINK_STATUS;

fn unbound() -> Box<dyn Connector> {
    build(1, &merchant(1), json!({})).unwrap().connector
}

/// A payment whose activation was never answered.
fn lost() -> Lookup {
    lookup(Reference::default().with(Reference::LINK, LINK_ID))
}

#[test]
fn requests_are_as_known() {
    let bank = cash_link();
    insta::assert_snapshot!(
        "link_register",
        transcript(&*bank, &register_on(Some(LINK_ID)), &[])
    );
    insta::assert_snapshot!(
        "link_status",
        transcript(&*bank, &Call::Status(registered(1)), &[])
    );
    insta::assert_snapshot!(
        "link_revoke",
        transcript(&*bank, &Call::Revoke(registered(1)), &[refusal("7")])
    );
    insta::assert_snapshot!("link_lost", transcript(&*bank, &Call::Status(lost()), &[]));
    insta::assert_snapshot!(
        "link_check",
        transcript(&*bank, &Call::LinkCheck(link_call(None)), &[])
    );
    let commanded = with(1, "bind_command", json!("BindCashQRc"));
    insta::assert_snapshot!(
        "link_bind",
        transcript(
            &*commanded,
            &Call::LinkBind(link_call(Some("70002"))),
            &[refusal("7")]
        )
    );
}

#[test]
fn an_activation_gives_the_key_of_its_payment() {
    for link in [None, Some(LINK_ID)] {
        let Ok(Answer::Registered(told)) = end(&*cash_link(), &register_on(link), &[ok(ACTIVATION)]) else {
            panic!("not registered")
        };
        assert_eq!(told.payload.as_deref(), Some(STICKER));
        assert_eq!(told.expires_at, Some(NOW.plus_ms(300_000)));
        assert_eq!(told.reference.get("payrrn"), Some("000000000202"));
        assert_eq!(told.reference.get("term_no"), Some("70001"));
    }
}

/// The bank takes 5 to 20 minutes.
#[test]
fn an_activation_lives_at_least_as_long_as_the_bank_allows() {
    let Call::Register(mut call) = register_on(None) else {
        panic!("not a registration")
    };
    for (seconds, minutes) in [(30, 5), (301, 6), (1_200, 20)] {
        call.expires_at = NOW.plus_ms(seconds * 1_000);
        let sent = talk(&*cash_link(), &Call::Register(call.clone()), &[]).sent;
        let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
        assert_eq!(body["qrTtl"], minutes);
    }
}

#[test]
fn an_activation_of_something_else_is_asked_about() {
    for body in [
        ACTIVATION.replace("LNKTEST1", "LNKTEST2"),
        ACTIVATION.replace("111011", "111010"),
        ACTIVATION.replace("\"payrrn\"", "\"payrrn_\""),
        ACTIVATION.replace("\"000000000202\"", "\"\""),
        ACTIVATION.replace("70001", "70002"),
    ] {
        let told = fault(&*cash_link(), &register_on(None), &[ok(body)]);
        assert_eq!(told, (Certainty::Unknown, Code::ProviderUnclear));
    }
    let refused = fault(&*cash_link(), &register_on(None), &[refusal("7")]);
    assert_eq!(refused, (Certainty::Refused, Code::ProviderRefused));
}

#[test]
fn without_a_link_or_its_number_nothing_is_sent() {
    let told = fault(&*unbound(), &register_on(None), &[]);
    assert_eq!(told, (Certainty::Refused, Code::LinkUnbound));
    let no_number = build(1, &merchant(1), json!({"payload": STICKER}))
        .unwrap()
        .connector;
    let told = fault(&*no_number, &register_on(None), &[]);
    assert_eq!(told, (Certainty::Refused, Code::TerminalNumberNeeded));
}

#[test]
fn a_payment_is_known_by_its_activation() {
    let call = Call::Status(registered(1));
    assert_eq!(
        payment(&*cash_link(), &call, &[ok(LINK)]),
        PaymentState::NotStarted
    );
    let paid = LINK
        .replace("NTST", "ACWP")
        .replace("\"trxId\": null", "\"trxId\": \"B6\"");
    // A number loses its zeros on the way.
    for body in [paid.clone(), paid.replace("\"000000000202\"", "202")] {
        let told = payment(&*cash_link(), &call, &[ok(body)]);
        assert!(matches!(told, PaymentState::Paid { amount: Some(sum), .. } if sum == kopecks(111_011)));
    }
    for body in [
        paid.replace("000000000202", "000000000203"),
        paid.replace("\"payrrn\"", "\"payrrn_\""),
    ] {
        let told = fault(&*cash_link(), &call, &[ok(body)]);
        assert_eq!(told, (Certainty::Unknown, Code::ProviderUnclear));
    }
}

#[test]
fn a_deactivation_that_is_refused_asks_how_the_payment_stands() {
    let call = Call::Revoke(registered(1));
    assert_eq!(end(&*cash_link(), &call, &[ok(LINK)]), Ok(Answer::Revoked));
    let told = payment(&*cash_link(), &call, &[refusal("7"), ok(LINK)]);
    assert_eq!(told, PaymentState::NotStarted);
    let broken = [refusal("7"), WireResponse::new(429, "")];
    assert_eq!(fault(&*cash_link(), &call, &broken).0, Certainty::Unknown);
    // Of a lost activation only the link is known.
    let lost = Call::Revoke(lost());
    assert_eq!(end(&*cash_link(), &lost, &[ok(LINK)]), Ok(Answer::Revoked));
    assert_eq!(fault(&*cash_link(), &lost, &[refusal("7")]).0, Certainty::Refused);
}

/// Never "paid", and never "not paid" while it could be.
#[test]
fn a_lost_activation_is_found_by_its_link_where_the_bank_shows_the_last_one() {
    let call = Call::Status(lost());
    let Ok(Answer::Registered(told)) = end(&*cash_link(), &call, &[ok(LINK)]) else {
        panic!("not found")
    };
    assert_eq!(told.reference.get("payrrn"), Some("000000000202"));
    assert_eq!(told.expires_at, Some(NOW.plus_ms(20 * 60_000)));
    for gone in [
        ok(LINK.replace("111011", "700")),
        ok(LINK.replace("\"000000000202\"", "null").replace("111011", "null")),
        refusal("15"),
    ] {
        assert_eq!(payment(&*cash_link(), &call, &[gone]), PaymentState::NotFound);
    }
    for unclear in [
        ok(LINK.replace("NTST", "ACWP")),
        ok(LINK.replace("111011", "null")),
        ok(LINK.replace("LNKTEST1", "LNKTEST2")),
        refusal("7"),
    ] {
        assert_eq!(fault(&*cash_link(), &call, &[unclear]).0, Certainty::Unknown);
    }
}

#[test]
fn where_nobody_has_said_what_the_link_shows_a_lost_activation_waits_for_a_person() {
    let cautious = with(1, "link_status", json!("unknown"));
    let fault = end(&*cautious, &Call::Status(lost()), &[]).unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::Unknown, Code::ProviderUnclear)
    );
    assert!(fault.detail.contains("1110.11"), "{}", fault.detail);
}

#[test]
fn a_link_is_asked_about_under_the_registers_number() {
    let call = Call::LinkCheck(link_call(None));
    let active = |word: &str| match end(&*cash_link(), &call, &[ok(LINK.replace("NTST", word))]) {
        Ok(Answer::Link(LinkState::Ours { active, .. })) => active,
        other => panic!("not ours: {other:?}"),
    };
    assert_eq!(["NTST", "ACTC", "ACWP"].map(active), [None, Some(true), None]);
    let not_ours = Ok(Answer::Link(LinkState::NotOurs));
    assert_eq!(end(&*cash_link(), &call, &[refusal("15")]), not_ours);
    assert_eq!(end(&*unbound(), &call, &[]), not_ours);
    assert_eq!(
        fault(&*cash_link(), &call, &[refusal("7")]),
        (Certainty::Refused, Code::ProviderRefused)
    );
}

#[test]
fn the_terminal_number_is_asked_once() {
    let bind = |number| Call::LinkBind(link_call(number));
    assert_eq!(
        fault(&*unbound(), &bind(None), &[]),
        (Certainty::Refused, Code::TerminalNumberNeeded)
    );
    let ours = |told| matches!(told, Ok(Answer::Link(LinkState::Ours { .. })));
    assert!(ours(end(&*unbound(), &bind(Some("70001")), &[ok(LINK)])));
    // The register has it already.
    assert!(ours(end(&*cash_link(), &bind(None), &[ok(LINK)])));
    // A binding whose answer was lost is asked about under the number that it was sent with.
    let check = Call::LinkCheck(link_call(Some("70001")));
    assert!(ours(end(&*unbound(), &check, &[ok(LINK)])));
    // Without the bank's command the question alone decides.
    assert_eq!(
        end(&*unbound(), &bind(Some("70001")), &[refusal("15")]),
        Ok(Answer::Link(LinkState::NotOurs))
    );
}

#[test]
fn the_banks_own_command_binds_where_the_settings_name_it() {
    let bank = with(1, "bind_command", json!("BindCashQRc"));
    let bind = Call::LinkBind(link_call(Some("70001")));
    let ours = |told| matches!(told, Ok(Answer::Link(LinkState::Ours { .. })));
    assert!(ours(end(&*bank, &bind, &[ok(LINK)])));
    // Bound by an earlier call, whose answer was lost.
    assert!(ours(end(&*bank, &bind, &[refusal("7"), ok(LINK)])));
    assert_eq!(
        fault(&*bank, &bind, &[refusal("7"), refusal("15")]),
        (Certainty::Refused, Code::ProviderRefused)
    );
    assert_eq!(
        end(&*bank, &bind, &[refusal("15"), refusal("15")]),
        Ok(Answer::Link(LinkState::NotOurs))
    );
}
