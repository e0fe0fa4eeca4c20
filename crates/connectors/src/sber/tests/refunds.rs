use super::*;
use domain::OperationId;

fn state(connector: &dyn Connector, call: &Call, responses: &[WireResponse]) -> RefundState {
    match end(connector, call, responses) {
        Ok(Answer::Refund(state)) => state,
        other => panic!("not a refund's state: {other:?}"),
    }
}

fn completed(id: &str) -> RefundState {
    RefundState::Completed {
        reference: Reference::default().with(Reference::TRANSACTION, id),
    }
}

/// The same refund, its first step so long ago.
fn prepared_before(ms: u64, seen: &str) -> RefundCall {
    let at = NOW.as_micros() - i64::try_from(ms).unwrap() * 1_000;
    RefundCall {
        reference: prepared()
            .reference
            .with("seen", seen)
            .with("prepared_at", at.to_string()),
        ..prepared()
    }
}

#[test]
fn requests_are_as_documented() {
    let bank = sber(SBP);
    insta::assert_snapshot!(
        "refund_first_step",
        transcript(&*bank, &Call::Refund(refund_call()), &[])
    );
    insta::assert_snapshot!(
        "refund_second_step",
        transcript(&*bank, &Call::Refund(prepared()), &[refusal("100003")])
    );
    insta::assert_snapshot!(
        "refund_status",
        transcript(&*bank, &Call::RefundStatus(prepared()), &[])
    );
}

/// Two steps: what was there before is in the journal before anything moves money.
#[test]
fn a_refund_is_prepared_and_then_sent() {
    let bank = sber(SBP);
    let first = state(&*bank, &Call::Refund(refund_call()), &[ok(bodies::ORDER_PAID)]);
    let RefundState::Prepared { reference } = first else {
        panic!("not prepared: {first:?}")
    };
    assert_eq!(reference, prepared().reference);
    let second = RefundCall {
        reference,
        ..refund_call()
    };
    let sent = talk(&*bank, &Call::Refund(second.clone()), &[]).sent;
    assert!(sent[0].url.ends_with("/cancel"));
    assert_eq!(
        state(&*bank, &Call::Refund(second), &[ok(bodies::REFUNDED)]),
        completed("OP-REFUND")
    );
}

#[test]
fn earlier_refunds_are_kept_in_mind() {
    let order = paid_with(&[returned("OP-1", 15_050), returned("OP-2", 100)]);
    let first = state(&*sber(SBP), &Call::Refund(refund_call()), &[order]);
    let RefundState::Prepared { reference } = first else {
        panic!("not prepared")
    };
    assert_eq!(reference.get("seen"), Some("OP-1\nOP-2"));
}

/// The heart of it: a lost answer is resolved by what is new in the order.
#[test]
fn row_06_a_lost_refund_is_known_again_by_what_is_new() {
    let bank = sber(SBP);
    let old = || returned("OP-1", 15_050);
    let asked = |ms, order| state(&*bank, &Call::RefundStatus(prepared_before(ms, "OP-1")), &[order]);
    assert_eq!(
        asked(1_000, paid_with(&[old(), returned("OP-NEW", 15_050)])),
        completed("OP-NEW")
    );
    // The old refund of the same sum is not this one, and neither is a new one of another sum.
    let unseen = || paid_with(&[old(), returned("OP-OTHER", 15_051)]);
    assert_eq!(asked(1_000, unseen()), RefundState::InProgress);
    assert_eq!(asked(20 * 60_000 - 1, unseen()), RefundState::InProgress);
    assert_eq!(asked(20 * 60_000, unseen()), RefundState::NotFound);
    let mut failed = returned("OP-FAILED", 15_050);
    failed["response_code"] = json!("96");
    failed["response_desc"] = json!("Ошибка");
    let declined = RefundState::Declined {
        reason: Some("Ошибка".to_owned()),
    };
    assert_eq!(asked(1_000, paid_with(&[old(), failed.clone()])), declined);
    let second_try = paid_with(&[old(), failed, returned("OP-NEW", 15_050)]);
    assert_eq!(asked(1_000, second_try), completed("OP-NEW"));
}

#[test]
fn two_new_refunds_of_one_sum_are_a_case_for_a_person() {
    let order = paid_with(&[returned("OP-A", 15_050), returned("OP-B", 15_050)]);
    let (certainty, code, _) = fault(&*sber(SBP), &Call::RefundStatus(prepared()), &[order]);
    assert_eq!((certainty, code), UNCLEAR);
    let mut nameless = returned("", 15_050);
    nameless["operation_id"] = Value::Null;
    let order = paid_with(&[nameless]);
    let (certainty, code, _) = fault(&*sber(SBP), &Call::RefundStatus(prepared()), &[order]);
    assert_eq!((certainty, code), UNCLEAR);
}

/// What was not prepared was not sent: nobody has to be asked.
#[test]
fn before_its_first_step_a_refund_was_not_sent() {
    let bank = sber(SBP);
    assert_eq!(
        state(&*bank, &Call::RefundStatus(refund_call()), &[]),
        RefundState::NotFound
    );
    // The next refund id of late money is another refund, and is prepared anew.
    let mut next_id = prepared();
    let operation: OperationId = "0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c".parse().unwrap();
    next_id.refund = operation.order(2);
    assert_eq!(
        state(&*bank, &Call::RefundStatus(next_id.clone()), &[]),
        RefundState::NotFound
    );
    let order = paid_with(&[returned("OP-1", 15_050)]);
    let RefundState::Prepared { reference } = state(&*bank, &Call::Refund(next_id), &[order]) else {
        panic!("not prepared")
    };
    assert_eq!(reference.get("seen"), Some("OP-1"));
}

/// Sent again, it keeps what was seen before the first sending, and looks once more before it sends.
#[test]
fn a_refund_is_sent_again_only_after_another_look() {
    let bank = sber(SBP);
    let stale = Call::Refund(prepared_before(20 * 60_000, "OP-1"));
    let unseen = paid_with(&[returned("OP-1", 15_050)]);
    let RefundState::Prepared { reference } = state(&*bank, &stale, &[unseen]) else {
        panic!("not prepared")
    };
    assert_eq!(
        reference,
        Reference::default().with("prepared_at", NOW.as_micros().to_string())
    );
    let arrived = paid_with(&[returned("OP-1", 15_050), returned("OP-NEW", 15_050)]);
    assert_eq!(state(&*bank, &stale, &[arrived]), completed("OP-NEW"));
}

/// The first step asks only, so whatever becomes of it, nothing was sent.
#[test]
fn a_first_step_that_fails_has_sent_nothing() {
    let bank = sber(SBP);
    let call = Call::Refund(refund_call());
    for (answer, code) in [
        (WireResponse::new(500, ""), Code::ProviderSilent),
        (WireResponse::new(401, ""), Code::ProviderLogin),
        (ok("<html></html>"), Code::ProviderUnclear),
        (refusal("100001"), Code::ProviderRefused),
        (refusal(NOT_FOUND), Code::ProviderUnclear),
    ] {
        let told = fault(&*bank, &call, &[answer]);
        assert_eq!((told.0, told.1), (Certainty::NotSent, code));
    }
}

/// The call wants the operation that paid and its authorisation code.
#[test]
fn a_payment_without_its_operation_cannot_be_refunded() {
    let bank = sber(SBP);
    let call = Call::Refund(refund_call());
    let without = ok(bodies::ORDER_PAID.replace("\"auth_code\"", "\"auth_code_\""));
    let told = fault(&*bank, &call, std::slice::from_ref(&without));
    assert_eq!((told.0, told.1), (Certainty::Refused, Code::ProviderUnclear));
    // What was kept when the payment was paid is as good.
    let mut kept = refund_call();
    kept.payment.reference = kept.payment.reference.with("auth_code", "123456");
    let RefundState::Prepared { reference } = state(&*bank, &Call::Refund(kept), &[without]) else {
        panic!("not prepared")
    };
    assert_eq!(reference.get("auth_code"), Some("123456"));
}

#[test]
fn the_masked_payer_is_told_only_where_the_settings_say_so() {
    let reference = |bank: &dyn Connector| {
        let answer = state(bank, &Call::Refund(refund_call()), &[ok(bodies::ORDER_PAID)]);
        let RefundState::Prepared { reference } = answer else {
            panic!("not prepared")
        };
        reference
    };
    assert_eq!(reference(&*sber(SBP)).get("sbp_payer_id"), None);
    let telling = with_key(SBP, "sbp_payer_id", json!("masked"));
    let kept = reference(&*telling);
    assert_eq!(kept.get("sbp_payer_id"), Some("+7 900 ***-**-67"));
    let call = RefundCall {
        reference: kept,
        ..refund_call()
    };
    let sent = talk(&*telling, &Call::Refund(call), &[]).sent;
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert_eq!(body["sbp_payer_id"], "+7 900 ***-**-67");
}

#[test]
fn a_refund_ends_as_the_bank_says() {
    let bank = sber(SBP);
    let call = Call::Refund(prepared());
    let body = bodies::REFUNDED;
    let with = |old: &str, new: &str| ok(body.replace(old, new));
    for word in ["PAID", "REFUNDED"] {
        assert_eq!(
            state(&*bank, &call, &[with("\"PAID\"", &format!("\"{word}\""))]),
            completed("OP-REFUND")
        );
    }
    assert_eq!(
        state(&*bank, &call, &[with("\"PAID\"", "\"ON_PAYMENT\"")]),
        RefundState::InProgress
    );
    for declined in [with("\"PAID\"", "\"DECLINED\""), with("\"00\"", "\"96\"")] {
        assert!(matches!(
            state(&*bank, &call, &[declined]),
            RefundState::Declined { .. }
        ));
    }
    for broken in [
        with("15050", "15051"),
        with("15050", "150.50"),
        with("\"REFUND\"", "\"REVERSE\""),
        with("\"643\"", "\"840\""),
        with("\"PAID\"", "\"DONE\""),
        with("order_status", "order_status_"),
    ] {
        let (certainty, code, _) = fault(&*bank, &call, &[broken]);
        assert_eq!((certainty, code), UNCLEAR);
    }
}

#[test]
fn a_refused_refund_is_believed_only_when_the_order_shows_none() {
    let bank = sber(SBP);
    let call = Call::Refund(prepared());
    let first = || refusal("100003");
    let (certainty, code, told) = fault(&*bank, &call, &[first(), ok(bodies::ORDER_PAID)]);
    assert_eq!((certainty, code), (Certainty::Refused, Code::ProviderRefused));
    assert_eq!(told.as_deref(), Some("100003"));
    let arrived = [first(), paid_with(&[returned("OP-NEW", 15_050)])];
    assert_eq!(state(&*bank, &call, &arrived), completed("OP-NEW"));
    for silent in [
        WireResponse::new(503, ""),
        WireResponse::new(429, ""),
        WireResponse::new(401, ""),
        refusal(NOT_FOUND),
        refusal("100001"),
    ] {
        assert_eq!(fault(&*bank, &call, &[first(), silent]).0, Certainty::Unknown);
    }
}

/// SBP has no reverse, and after one nothing more can be given back.
#[test]
fn a_reverse_is_never_sent() {
    for module in [SBP, SBER_PAY] {
        let sent = talk(&*sber(module), &Call::Refund(prepared()), &[]).sent;
        let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
        assert_eq!(body["operation_type"], "REFUND");
    }
}
