use super::*;

fn call(module: usize) -> Call {
    Call::Refund(refund_call(module))
}

fn standing(body: impl Into<String>) -> Result<Answer, Fault> {
    end(&*dynamic(), &Call::RefundStatus(refund_call(0)), &[ok(body)])
}

#[test]
fn requests_are_as_known() {
    for (module, bank) in [(0, dynamic()), (1, cash_link())] {
        let name = |what: &str| format!("{what}_{}", ["qr", "link"][module]);
        let checked = [ok(bodies::REVERSAL)];
        insta::assert_snapshot!(name("refund"), transcript(&*bank, &call(module), &checked));
        let status = Call::RefundStatus(refund_call(module));
        insta::assert_snapshot!(name("refund_status"), transcript(&*bank, &status, &[]));
    }
}

/// The payment is known to the bank under the terminal that took it, whichever register returns the goods.
#[test]
fn a_refund_names_the_terminal_of_the_payment() {
    let mut refund = refund_call(0);
    refund.payment.reference = refund.payment.reference.with("term_no", "70009");
    for call in [Call::Refund(refund.clone()), Call::RefundStatus(refund)] {
        let sent = talk(&*dynamic(), &call, &[]).sent;
        let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
        assert_eq!(body["TermNo"], "70009");
    }
}

#[test]
fn a_refund_is_under_way_when_both_steps_were_taken() {
    let both = [ok(bodies::REVERSAL), ok(bodies::REVERSAL)];
    for module in [0, 1] {
        let told = end(&*bank(module), &call(module), &both);
        assert_eq!(told, Ok(Answer::Refund(RefundState::InProgress)));
    }
}

#[test]
fn a_refusal_at_either_step_is_one() {
    let refused = (Certainty::Refused, Code::ProviderRefused);
    assert_eq!(fault(&*dynamic(), &call(0), &[refusal("7")]), refused);
    let second = [ok(bodies::REVERSAL), refusal("7")];
    assert_eq!(fault(&*dynamic(), &call(0), &second), refused);
    let nameless = Call::Refund(RefundCall {
        payment: lookup(Reference::default()),
        ..refund_call(0)
    });
    assert_eq!(fault(&*dynamic(), &nameless, &[]), refused);
}

/// The first step only asks: when it fails the money has not moved, and the refund may be tried again.
#[test]
fn a_failed_check_proves_that_nothing_was_sent_and_a_failed_refund_proves_nothing() {
    for broken in [
        WireResponse::new(500, ""),
        ok("<html></html>"),
        ok(bodies::REVERSAL.replace("1a2c", "1aff")),
    ] {
        let told = fault(&*dynamic(), &call(0), std::slice::from_ref(&broken));
        assert_eq!(told.0, Certainty::NotSent);
        let told = fault(&*dynamic(), &call(0), &[ok(bodies::REVERSAL), broken]);
        assert_eq!(told.0, Certainty::Unknown);
    }
}

#[test]
fn a_refund_ends_as_the_word_says() {
    let word = |word: &str| standing(bodies::REVERSAL_STATUS.replace("ACTC", word));
    for under_way in ["NTST", "RCVD", "ACTC"] {
        assert_eq!(word(under_way), Ok(Answer::Refund(RefundState::InProgress)));
    }
    assert!(matches!(
        word("ACWP"),
        Ok(Answer::Refund(RefundState::Completed { .. }))
    ));
    assert!(matches!(
        word("RJCT"),
        Ok(Answer::Refund(RefundState::Declined { .. }))
    ));
    let unknown = Call::RefundStatus(refund_call(0));
    assert_eq!(
        end(&*dynamic(), &unknown, &[refusal("15")]),
        Ok(Answer::Refund(RefundState::NotFound))
    );
    assert_eq!(
        fault(&*dynamic(), &unknown, &[refusal("7")]).0,
        Certainty::Unknown
    );
}

#[test]
fn the_standing_of_another_refund_is_unclear() {
    for body in [
        bodies::REVERSAL_STATUS.replace("1a2c", "1aff"),
        bodies::REVERSAL_STATUS.replace("15050", "15051"),
        bodies::REVERSAL_STATUS.replace("\"status\"", "\"status_\""),
    ] {
        let fault = standing(body).unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::Unknown, Code::ProviderUnclear)
        );
    }
}
