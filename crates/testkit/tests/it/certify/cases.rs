//! The columns of the table, in order.

use super::{Case, Subject, Verdict, codes, faults, links, money, subscribers};
use anyhow::Result;
use domain::CallKind;
use simulator::Fault;
use std::future::Future;

/// Every case.
pub fn all() -> Vec<Case> {
    let mut cases = vec![
        case("pay", money::pay),
        case("decline", money::decline),
        case("expire", money::expire),
        case("cancel before payment", money::cancel_before_payment),
        case("cancel after payment", money::cancel_after_payment),
        case("notification", money::notification),
        case("full refund", money::full_refund),
        case("partial refund", money::partial_refund),
        case("several refunds, one over", money::several_refunds),
        case("refund declined", money::declined_refund),
        case("late money goes back", money::late_money),
        case("duplicate request", money::duplicate),
        case("customer's code: paid", codes::paid),
        case("customer's code: declined", codes::declined),
        case("customer's code: confirmed on the phone", codes::confirmed),
        case("customer's code: lost answer", codes::lost),
        case("subscriber: charged", subscribers::charged),
        case("subscriber: declined", subscribers::declined),
        case("subscriber: others get a QR", subscribers::others),
        case("subscriber: lost answer", subscribers::lost),
        case("link check", links::check),
        case("link bind", links::bind),
        case("link pay", links::pay),
        case("link, second register", links::second_register),
    ];
    for kind in faults::KINDS {
        let name = kind_name(kind);
        cases.push(lost(
            format!("lost before acting: {name}"),
            kind,
            Fault::DropBefore,
        ));
        cases.push(lost(format!("lost after acting: {name}"), kind, Fault::DropAfter));
    }
    cases.extend([
        broken("malformed answer", vec![Fault::MalformedJson]),
        broken("web page", vec![Fault::HtmlBody]),
        broken("empty body", vec![Fault::EmptyBody]),
        broken("unknown status word", vec![Fault::UnknownStatus]),
        case("slow beyond the timeout", faults::slow),
        case("429 with Retry-After", faults::busy),
        broken("5xx", failures()),
        case("login refused", faults::login),
        case("certificate refused", faults::certificate),
        case("token ended before its time", faults::token),
    ]);
    cases
}

fn failures() -> Vec<Fault> {
    let both = |code| [false, true].map(|acted| Fault::Status { code, acted });
    [500, 503, 504].into_iter().flat_map(both).collect()
}

fn case<F>(name: &str, run: fn(Subject) -> F) -> Case
where
    F: Future<Output = Result<Verdict>> + 'static,
{
    Case {
        name: name.to_owned(),
        run: Box::new(move |subject| Box::pin(run(subject))),
    }
}

fn lost(name: String, kind: CallKind, fault: Fault) -> Case {
    Case {
        name,
        run: Box::new(move |subject| {
            let fault = fault.clone();
            Box::pin(async move { faults::at(subject, kind, &[fault]).await })
        }),
    }
}

fn broken(name: &str, faults: Vec<Fault>) -> Case {
    Case {
        name: name.to_owned(),
        run: Box::new(move |subject| {
            let faults = faults.clone();
            Box::pin(async move { faults::everywhere(subject, &faults).await })
        }),
    }
}

fn kind_name(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Register => "register",
        CallKind::Status => "status",
        CallKind::Revoke => "revoke",
        CallKind::Refund => "refund",
        CallKind::RefundStatus => "refund status",
        CallKind::LinkCheck => "link check",
        CallKind::LinkBind => "link bind",
        CallKind::Confirm => "confirm",
    }
}
