//! Payments, cancels and refunds when nothing breaks.

use super::shop::{Shop, id, is, one_operation, says};
use super::{Subject, Verdict};
use anyhow::{Result, ensure};
use domain::{CallKind, Code, State, Taking};
use gateway::CallbackVerdict;
use simulator::bank::PayerAction;
use testkit::provider::{self, Lack, RefundState, SaleState};

const SUM: i64 = 15_000;
/// The gateway names a transaction and no QR.
const WITHOUT_QR_IDS: [&str; 1] = ["webmoney"];
/// The bank's documents have no id of a payment over an order, only the order's own, which is ours.
const WITHOUT_PAYMENT_IDS: [&str; 1] = ["qrraiffd_variable"];

pub async fn pay(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", SUM).await?;
    shop.buyer(&shown, PayerAction::Start).await?;
    shop.world.pass(5_000).await;
    shop.agree().await?;
    shop.buyer(&shown, PayerAction::Pay).await?;
    let end = shop.ended(&shown).await?;
    is(&end, State::Paid)?;
    has_requisites(&shop, &end)?;
    ensure!(shop.registered_once(), "registered more than once");
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// What the retailer reconciles by: the module, our order, the bank's id of a QR of its own, the bank's id of the payment.
fn has_requisites(shop: &Shop, end: &protocol::Reply) -> Result<()> {
    let requisites = end.requisites.as_deref().unwrap_or_default();
    let fields: Vec<&str> = requisites.split(',').collect();
    ensure!(
        fields.len() == 5 && fields[..2].iter().all(|field| !field.is_empty()),
        "{requisites}"
    );
    let abilities = &shop.abilities;
    let draws = !abilities.cash_link && !abilities.reservation && abilities.customer_code != Taking::Always;
    let draws = draws && !WITHOUT_QR_IDS.contains(&shop.module);
    ensure!(
        !draws || !fields[2].is_empty(),
        "the id of the QR is missing: {requisites}"
    );
    ensure!(
        !fields[3].is_empty() || WITHOUT_PAYMENT_IDS.contains(&shop.module),
        "the bank's id of the payment is missing: {requisites}"
    );
    Ok(())
}

pub async fn decline(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", SUM).await?;
    let declined = shop.buyer(&shown, PayerAction::Decline).await;
    if shop.lacks(Lack::PayerDecline) {
        ensure!(declined.is_err(), "declared as never happening, and it happened");
        shop.close().await?;
        return Ok(Verdict::NeverHappens);
    }
    declined?;
    let end = shop.ended(&shown).await?;
    let unpaid = matches!(
        end.state,
        Some(State::Declined | State::Expired | State::Cancelled)
    );
    ensure!(unpaid, "nobody has paid: {end:?}");
    // Where nothing can be revoked a decline is taken for the end; a second attempt is late money, which `close`
    // finds given back.
    let paid_after_all = shop.buyer(&shown, PayerAction::Pay).await.is_ok();
    ensure!(
        !paid_after_all || !shop.abilities.revoke,
        "it ended and can be paid all the same"
    );
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn expire(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", SUM).await?;
    is(&shop.ended(&shown).await?, State::Expired)?;
    ensure!(
        shop.buyer(&shown, PayerAction::Pay).await.is_err(),
        "it ended and can be paid all the same"
    );
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// Without the ability to revoke, the cancel ends only when nobody can pay any more.
pub async fn cancel_before_payment(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", SUM).await?;
    shop.finish(shop.till.cancel("c1", "p1")?).await?;
    is(&shop.ended(&shown).await?, State::Cancelled)?;
    ensure!(
        shop.buyer(&shown, PayerAction::Pay).await.is_err(),
        "it ended and can be paid all the same"
    );
    shop.close().await?;
    if shop.abilities.revoke {
        ensure!(shop.calls(CallKind::Revoke) > 0, "it was not revoked");
        return Ok(Verdict::Ok);
    }
    shop.says_unsupported(CallKind::Revoke)?;
    Ok(Verdict::Unsupported)
}

pub async fn cancel_after_payment(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    shop.paid("p1", SUM).await?;
    let told = shop.finish(shop.till.cancel("c1", "p1")?).await?;
    is(&told, State::Paid)?;
    says(&told, Code::AlreadyPaid)?;
    // The buyer was faster than the cashier, and we have not heard of it yet.
    let shown = shop.awaiting("p2", SUM).await?;
    shop.buyer(&shown, PayerAction::Pay).await?;
    shop.world.send(shop.till.cancel("c2", "p2")?).await?;
    is(&shop.ended(&shown).await?, State::Paid)?;
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn full_refund(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    shop.paid("p1", SUM).await?;
    let end = shop.finish(shop.till.refund("r1", "p1", None)?).await?;
    if !shop.abilities.refund {
        return no_refunds(&shop, &end).await;
    }
    is(&end, State::Refunded)?;
    ensure!(given_back(&shop) == SUM, "the whole sum did not go back");
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn partial_refund(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    shop.paid("p1", SUM).await?;
    let end = shop.finish(shop.till.refund("r1", "p1", Some(5_000))?).await?;
    if !shop.abilities.partial_refund {
        return no_refunds(&shop, &end).await;
    }
    is(&end, State::Refunded)?;
    ensure!(given_back(&shop) == 5_000, "another sum went back");
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn several_refunds(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    shop.paid("p1", SUM).await?;
    let parts = [("r1", 4_000), ("r2", 6_000), ("r3", 5_000)];
    for (refund, sum) in parts {
        let end = shop.finish(shop.till.refund(refund, "p1", Some(sum))?).await?;
        if !shop.abilities.partial_refund {
            return no_refunds(&shop, &end).await;
        }
        is(&end, State::Refunded)?;
    }
    let sent = shop.calls(CallKind::Refund);
    let over = shop.finish(shop.till.refund("r4", "p1", Some(1))?).await?;
    says(&over, Code::RefundExceedsPayment)?;
    ensure!(shop.calls(CallKind::Refund) == sent, "one over was sent");
    ensure!(given_back(&shop) == SUM, "another sum went back");
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn declined_refund(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    shop.paid("p1", SUM).await?;
    if !shop.abilities.refund {
        let end = shop.finish(shop.till.refund("r1", "p1", None)?).await?;
        return no_refunds(&shop, &end).await;
    }
    let planned = shop.world.bank.lock().decline_next_refund();
    if shop.lacks(Lack::RefundDecline) {
        ensure!(
            planned.is_err(),
            "declared as never happening, and it can be planned"
        );
        shop.close().await?;
        return Ok(Verdict::NeverHappens);
    }
    planned?;
    let end = shop.finish(shop.till.refund("r1", "p1", None)?).await?;
    is(&end, State::Refused)?;
    says(&end, Code::ProviderRefused)?;
    ensure!(given_back(&shop) == 0, "a declined refund moved money");
    let end = shop.finish(shop.till.refund("r2", "p1", None)?).await?;
    is(&end, State::Refunded)?;
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// The same request at every moment of its life finds the one operation; other content under its id is a conflict.
pub async fn duplicate(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let pay = shop.asks("p1", SUM)?;
    let (first, second) = tokio::join!(shop.world.send(pay.clone()), shop.world.send(pay.clone()));
    let shown = shop.world.show(pay.clone()).await?;
    shop.buyer(&shown, PayerAction::Pay).await?;
    let end = shop.finish(pay.clone()).await?;
    let after = shop.finish(pay).await?;
    one_operation(&[&first?, &second?, &shown, &end, &after])?;
    is(&after, State::Paid)?;
    says(&shop.finish(shop.asks("p1", SUM + 1)?).await?, Code::IdConflict)?;
    ensure!(shop.registered_once(), "registered more than once");
    if shop.abilities.refund {
        let refund = shop.till.refund("r1", "p1", None)?;
        let (first, second) = tokio::join!(shop.world.send(refund.clone()), shop.world.send(refund.clone()));
        let end = shop.finish(refund.clone()).await?;
        let after = shop.finish(refund).await?;
        one_operation(&[&first?, &second?, &end, &after])?;
        is(&after, State::Refunded)?;
        ensure!(shop.calls(CallKind::Refund) == 1, "refunded more than once");
    }
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// A notification is heard, and asked about at once.
pub async fn notification(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", SUM).await?;
    shop.world.pass(60_000).await;
    shop.buyer(&shown, PayerAction::Pay).await?;
    let verdicts = shop.world.deliver_callbacks().await;
    let lacks = shop.lacks(Lack::Notifications);
    if lacks {
        ensure!(verdicts.is_empty(), "declared as never happening, and it came");
    } else {
        ensure!(!verdicts.is_empty(), "no notification came");
        ensure!(
            verdicts.iter().all(|one| *one == CallbackVerdict::Taken),
            "not taken: {verdicts:?}"
        );
    }
    is(&shop.ended(&shown).await?, State::Paid)?;
    shop.close().await?;
    Ok(if lacks { Verdict::NeverHappens } else { Verdict::Ok })
}

/// Money after the end goes back by itself, once.
pub async fn late_money(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", SUM).await?;
    is(&shop.ended(&shown).await?, State::Expired)?;
    let now = shop.world.bank.now();
    let order = id(&shown)?.order(1);
    let reference = shop.world.stored(id(&shown)?).await?.operation.reference;
    let came = provider::late_money(&mut *shop.world.bank.lock(), &order, &reference, now);
    if shop.lacks(Lack::LateMoney) {
        ensure!(came.is_err(), "declared as never happening, and it happened");
        shop.close().await?;
        return Ok(Verdict::NeverHappens);
    }
    came?;
    shop.world.pass(3_600_000).await;
    let payment = shop.world.stored(id(&shown)?).await?.operation;
    ensure!(
        payment.state == State::Expired,
        "what was final stays so: {payment:?}"
    );
    if !shop.abilities.refund {
        // Nothing can send it back; it must be written down for a person, and not be tried.
        ensure!(
            payment.paid.is_some(),
            "the late money was not noted: {payment:?}"
        );
        shop.says_unsupported(CallKind::Refund)?;
        return Ok(Verdict::Unsupported);
    }
    ensure!(
        given_back(&shop) == SUM,
        "the late money did not go back: {payment:?}"
    );
    ensure!(shop.calls(CallKind::Refund) == 1, "given back more than once");
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// The module lacks this sort of refund: the register is told so, nothing was sent, the payment stays paid.
async fn no_refunds(shop: &Shop, told: &protocol::Reply) -> Result<Verdict> {
    says(told, Code::Unsupported)?;
    ensure!(shop.calls(CallKind::Refund) == 0, "what is unsupported was sent");
    if !shop.abilities.refund {
        shop.says_unsupported(CallKind::Refund)?;
        shop.says_unsupported(CallKind::RefundStatus)?;
    }
    shop.close().await?;
    Ok(Verdict::Unsupported)
}

fn given_back(shop: &Shop) -> i64 {
    let sales = shop.sales();
    let refunds = sales
        .iter()
        .filter(|sale| sale.state == SaleState::Paid)
        .flat_map(|sale| &sale.refunds);
    let completed = refunds.filter(|refund| refund.state == RefundState::Completed);
    completed.map(|refund| refund.amount).sum()
}
