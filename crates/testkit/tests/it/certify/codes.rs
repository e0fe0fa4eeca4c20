//! Payments by a code on the buyer's phone: the sending itself takes the money, so it is sent once.

use super::shop::{Shop, id, is, says};
use super::{Subject, Verdict};
use anyhow::{Result, ensure};
use domain::{CallKind, Code, State, Taking};
use protocol::Reply;
use simulator::bank::PayerAction;
use simulator::{CodeOutcome, Fault};

const SUM: i64 = 15_000;
/// What a register scans where the provider has no codes.
const SOME_CODE: &str = "2000000000000000";

pub async fn paid(subject: Subject) -> Result<Verdict> {
    let Some(shop) = open(subject).await? else {
        return Ok(Verdict::Unsupported);
    };
    let code = shop.code(CodeOutcome::Pay)?;
    let end = shop.finish(shop.asks_by_code("p1", SUM, &code)?).await?;
    is(&end, State::Paid)?;
    let repeat = shop.finish(shop.asks_by_code("p1", SUM, &code)?).await?;
    ensure!(
        repeat.operation_id == end.operation_id,
        "a repeat is another payment"
    );
    ensure!(charged(&shop) == 1, "charged more than once");
    if shop.abilities.refund {
        let back = shop.finish(shop.till.refund("r1", "p1", None)?).await?;
        is(&back, State::Refunded)?;
    }
    // The code is spent: somebody else's payment by it is refused.
    let used = shop.finish(shop.asks_by_code("p2", SUM, &code)?).await?;
    ensure!(
        used.state != Some(State::Paid),
        "a spent code was charged: {used:?}"
    );
    shop.close().await?;
    Ok(Verdict::Ok)
}

pub async fn declined(subject: Subject) -> Result<Verdict> {
    let Some(shop) = open(subject).await? else {
        return Ok(Verdict::Unsupported);
    };
    let code = shop.code(CodeOutcome::Decline)?;
    let end = shop.finish(shop.asks_by_code("p1", SUM, &code)?).await?;
    ensure!(
        matches!(end.state, Some(State::Declined | State::Refused)),
        "it was declined: {end:?}"
    );
    ensure!(charged(&shop) == 1, "a code was tried more than once");
    let next = shop.code(CodeOutcome::Pay)?;
    is(
        &shop.finish(shop.asks_by_code("p2", SUM, &next)?).await?,
        State::Paid,
    )?;
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// The buyer confirms on the phone after the register has scanned it.
pub async fn confirmed(subject: Subject) -> Result<Verdict> {
    let Some(shop) = open(subject).await? else {
        return Ok(Verdict::Unsupported);
    };
    let code = shop.code(CodeOutcome::Hang)?;
    let shown = shop.world.show(shop.asks_by_code("p1", SUM, &code)?).await?;
    is(&shown, State::AwaitingPayment)?;
    act(&shop, &code, PayerAction::Pay)?;
    is(&shop.ended(&shown).await?, State::Paid)?;
    let code = shop.code(CodeOutcome::Hang)?;
    let shown = shop.world.show(shop.asks_by_code("p2", SUM, &code)?).await?;
    act(&shop, &code, PayerAction::Decline)?;
    let end = shop.ended(&shown).await?;
    ensure!(end.state != Some(State::Paid), "nobody has paid: {end:?}");
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// Whether it arrived or not: nothing is charged twice, and the register learns the truth.
pub async fn lost(subject: Subject) -> Result<Verdict> {
    let Some(shop) = open(subject).await? else {
        return Ok(Verdict::Unsupported);
    };
    for (payment, fault, arrives) in [("p1", Fault::DropBefore, false), ("p2", Fault::DropAfter, true)] {
        let before = charged(&shop);
        let code = shop.code(CodeOutcome::Pay)?;
        shop.plan(CallKind::Register, &fault, 1);
        let end = shop.finish(shop.asks_by_code(payment, SUM, &code)?).await?;
        ensure!(
            (end.state == Some(State::Paid)) == arrives,
            "the truth is otherwise: {end:?}"
        );
        ensure!(charged(&shop) == before + 1, "the code was sent again");
        shop.agree().await?;
        ensure!(id(&end).is_ok(), "it opened nothing");
    }
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// The shop; none when the module takes no codes, says so, and sends nothing.
async fn open(subject: Subject) -> Result<Option<Shop>> {
    let shop = Shop::open(subject).await?;
    if shop.abilities.customer_code != Taking::Never {
        return Ok(Some(shop));
    }
    let told: Reply = shop.finish(shop.asks_by_code("p1", SUM, SOME_CODE)?).await?;
    says(&told, Code::Unsupported)?;
    ensure!(charged(&shop) == 0, "what is unsupported was sent");
    shop.close().await?;
    Ok(None)
}

fn charged(shop: &Shop) -> u64 {
    shop.calls(CallKind::Register)
}

fn act(shop: &Shop, code: &str, action: PayerAction) -> Result<()> {
    let now = shop.world.bank.now();
    shop.world.bank.lock().payer(code, action, None, now)?;
    Ok(())
}
