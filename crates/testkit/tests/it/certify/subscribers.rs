//! Payments by a subscription: the request itself takes the money, so it is sent once. Who has none gets a QR.

use super::shop::{Shop, is, says};
use super::{Subject, Verdict};
use anyhow::{Result, ensure};
use domain::{CallKind, Code, State, Taking};
use protocol::Message;
use serde_json::json;
use simulator::bank::PayerAction;
use simulator::khlynov::{POOR_SUBSCRIBER, SUBSCRIBER};
use simulator::{CodeOutcome, Fault};

const SUM: i64 = 15_000;

pub async fn charged(subject: Subject) -> Result<Verdict> {
    let Some(shop) = open(subject).await? else {
        return Ok(Verdict::Unsupported);
    };
    let end = shop.finish(asks(&shop, "p1", SUBSCRIBER)?).await?;
    is(&end, State::Paid)?;
    let nothing_shown = end.qr.as_ref().is_none_or(|qr| qr.payload.is_empty());
    ensure!(nothing_shown, "a QR beside the charge: {end:?}");
    let repeat = shop.finish(asks(&shop, "p1", SUBSCRIBER)?).await?;
    ensure!(
        repeat.operation_id == end.operation_id,
        "a repeat is another payment"
    );
    ensure!(shop.calls(CallKind::Register) == 1, "charged more than once");
    if shop.abilities.refund {
        is(
            &shop.finish(shop.till.refund("r1", "p1", None)?).await?,
            State::Refunded,
        )?;
    }
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn declined(subject: Subject) -> Result<Verdict> {
    let Some(shop) = open(subject).await? else {
        return Ok(Verdict::Unsupported);
    };
    let end = shop.finish(asks(&shop, "p1", POOR_SUBSCRIBER)?).await?;
    ensure!(
        matches!(end.state, Some(State::Declined | State::Refused)),
        "it was declined: {end:?}"
    );
    let nothing_shown = end.qr.as_ref().is_none_or(|qr| qr.payload.is_empty());
    ensure!(nothing_shown, "declined, and shown a QR to pay: {end:?}");
    is(&shop.finish(asks(&shop, "p2", SUBSCRIBER)?).await?, State::Paid)?;
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn others(subject: Subject) -> Result<Verdict> {
    let Some(shop) = open(subject).await? else {
        return Ok(Verdict::Unsupported);
    };
    let shown = shop.world.show(asks(&shop, "p1", "somebody-else")?).await?;
    is(&shown, State::AwaitingPayment)?;
    shop.buyer(&shown, PayerAction::Pay).await?;
    is(&shop.ended(&shown).await?, State::Paid)?;
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// The charge is never sent a second time: what arrived is found, what did not ends unpaid.
pub async fn lost(subject: Subject) -> Result<Verdict> {
    let Some(shop) = open(subject).await? else {
        return Ok(Verdict::Unsupported);
    };
    for (payment, fault, arrives) in [
        ("p1", Fault::DropBefore, false),
        ("p2", Fault::DropAfter, true),
        ("p3", Fault::MalformedJson, true),
    ] {
        let before = shop.calls(CallKind::Register);
        shop.plan(CallKind::Register, &fault, 1);
        let end = shop.finish(asks(&shop, payment, SUBSCRIBER)?).await?;
        ensure!(
            (end.state == Some(State::Paid)) == arrives,
            "the truth is otherwise after {fault:?}: {end:?}"
        );
        ensure!(
            shop.calls(CallKind::Register) == before + 1,
            "the charge was sent again after {fault:?}"
        );
        shop.agree().await?;
    }
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// The shop; none when the module has no subscriptions, says so, and sends nothing.
async fn open(subject: Subject) -> Result<Option<Shop>> {
    let shop = Shop::open(subject).await?;
    if shop.abilities.subscriber {
        return Ok(Some(shop));
    }
    let told = shop.finish(asks(&shop, "p1", SUBSCRIBER)?).await?;
    says(&told, Code::Unsupported)?;
    ensure!(
        shop.calls(CallKind::Register) == 0,
        "what is unsupported was sent"
    );
    shop.close().await?;
    Ok(None)
}

fn asks(shop: &Shop, id: &str, subscriber: &str) -> Result<Message> {
    let mut fields = json!({ "amount": SUM, "subscriber": subscriber });
    if shop.abilities.customer_code == Taking::Always {
        fields["customer_code"] = shop.code(CodeOutcome::Pay)?.into();
    }
    shop.till.message("pay", id, &fields)
}
