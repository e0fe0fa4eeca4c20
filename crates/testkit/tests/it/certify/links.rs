//! Cash links: checked, bound, paid over.

use super::shop::{Shop, is, says, verdict};
use super::{Subject, Verdict, Way};
use anyhow::{Result, ensure};
use domain::{CallKind, Code, State, Taking};
use protocol::{LinkVerdict, Reply};
use simulator::CodeOutcome;
use simulator::bank::PayerAction;
use testkit::till::Till;

/// A well-formed sticker of nobody whom this provider knows, for modules without links. Invented.
fn any_sticker() -> Result<String> {
    let shop = simulator_sticker();
    shop.ok_or_else(|| anyhow::anyhow!("no sticker could be minted"))
}

fn simulator_sticker() -> Option<String> {
    use testkit::provider::SimulatedProvider;
    SimulatedProvider::blank_sticker(&mut testkit::bank::raiffeisen(1))
}

pub async fn check(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    if !shop.abilities.link_check {
        let told = shop.finish(shop.till.check("k1", &any_sticker()?)?).await?;
        says(&told, Code::Unsupported)?;
        shop.says_unsupported(CallKind::LinkCheck)?;
        return Ok(Verdict::Unsupported);
    }
    let blank = shop.blank_sticker()?;
    let end = shop.finish(shop.till.check("k1", &blank)?).await?;
    ensure!(
        verdict(&end) == Some(LinkVerdict::NotOurs),
        "a blank sticker: {end:?}"
    );
    if let Some(own) = &shop.sticker {
        let end = shop.finish(shop.till.check("k2", own)?).await?;
        ensure!(
            verdict(&end) == Some(LinkVerdict::ThisRegister),
            "its own sticker: {end:?}"
        );
    }
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn bind(subject: Subject) -> Result<Verdict> {
    let shop = Shop::without_sticker(subject).await?;
    if !shop.abilities.link_bind {
        let told = shop.finish(shop.till.bind("b1", &any_sticker()?)?).await?;
        says(&told, Code::Unsupported)?;
        shop.says_unsupported(CallKind::LinkBind)?;
        return Ok(Verdict::Unsupported);
    }
    let sticker = shop.blank_sticker()?;
    let end = shop.bind(&shop.till, "b1", &sticker).await?;
    ensure!(verdict(&end) == Some(LinkVerdict::BoundNow), "{end:?}");
    // Another register does not get it.
    let other = other(&shop);
    let told = shop.finish(other.bind("b1", &sticker)?).await?;
    is(&told, State::Refused)?;
    says(&told, Code::LinkForeign)?;
    ensure!(shop.calls(CallKind::LinkBind) == 1, "bound more than once");
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// Two payments over one sticker, one after the other.
pub async fn pay(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    if !shop.abilities.cash_link {
        return no_cash_link(&shop).await;
    }
    for payment in ["p1", "p2"] {
        shop.paid(payment, 700).await?;
    }
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// A second payment on a link that is in use is turned away and never sent.
pub async fn second_register(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    if !shop.abilities.cash_link {
        return no_cash_link(&shop).await;
    }
    let shown = shop.awaiting("p1", 700).await?;
    // The same register number in another store has the same settings row, and so the same link.
    let second = shop.till.clone().of_store("2");
    says(&shop.finish(second.pay("p1", 200)?).await?, Code::LinkBusy)?;
    ensure!(shop.calls(CallKind::Register) == 1, "the second was sent");
    unbound(&shop, &shown).await?;
    shop.buyer(&shown, PayerAction::Pay).await?;
    is(&shop.ended(&shown).await?, State::Paid)?;
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// A register with no sticker: it is told so, or shows a QR of its own where the module can draw one.
async fn unbound(shop: &Shop, shown: &Reply) -> Result<()> {
    let asks = other(shop).pay("p1", 200)?;
    if shop.way != Way::Sticker {
        return says(&shop.finish(asks).await?, Code::LinkUnbound);
    }
    let own = shop.world.show(asks).await?;
    is(&own, State::AwaitingPayment)?;
    ensure!(payload(&own) != payload(shown), "two registers share a QR");
    Ok(())
}

fn payload(reply: &Reply) -> Option<String> {
    reply.qr.as_ref().map(|qr| qr.payload.clone())
}

fn other(shop: &Shop) -> Till {
    Till {
        terminal: "2".to_owned(),
        ..shop.till.clone()
    }
}

/// A module without cash links draws a QR of its own for each payment, so two registers never meet on one.
async fn no_cash_link(shop: &Shop) -> Result<Verdict> {
    let first = shop.awaiting("p1", 700).await?;
    if shop.abilities.customer_code == Taking::Always {
        let code = shop.code(CodeOutcome::Hang)?;
        let fields = serde_json::json!({ "amount": 700, "customer_code": code });
        let second = shop
            .world
            .show(other(shop).message("pay", "p1", &fields)?)
            .await?;
        // The buyer's own code is charged, so there is nothing to show and nothing to share.
        ensure!(first.operation_id != second.operation_id, "two payments are one");
        shop.close().await?;
        return Ok(Verdict::Unsupported);
    }
    let second = shop.world.show(shop.asks_at(&other(shop), "p1", 700)?).await?;
    if shop.abilities.reservation {
        // The receipt itself is paid, so there is nothing to show and nothing to share.
        ensure!(first.operation_id != second.operation_id, "two payments are one");
        shop.close().await?;
        return Ok(Verdict::Unsupported);
    }
    ensure!(
        payload(&first).is_some_and(|text| !text.is_empty()),
        "nothing to show: {first:?}"
    );
    ensure!(payload(&first) != payload(&second), "two payments share a QR");
    shop.close().await?;
    Ok(Verdict::Unsupported)
}
