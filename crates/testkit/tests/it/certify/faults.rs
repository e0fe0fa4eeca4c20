//! One fault at one kind of call: whatever comes, the end is the truth.

use super::shop::{Shop, is, says, verdict};
use super::{Subject, Verdict};
use anyhow::{Context, Result, ensure};
use domain::{CallKind, Code, State};
use protocol::{LinkVerdict, Reply};
use simulator::bank::PayerAction;
use simulator::{Fault, Step};
use testkit::till::Till;

/// Every kind of call.
pub const KINDS: [CallKind; 8] = [
    CallKind::Register,
    CallKind::Confirm,
    CallKind::Status,
    CallKind::Revoke,
    CallKind::Refund,
    CallKind::RefundStatus,
    CallKind::LinkCheck,
    CallKind::LinkBind,
];
/// What a busy provider asks for, seconds: longer than any pause of our own.
const RETRY_AFTER_S: u32 = 17;

/// These faults at one kind of call, each once and twice in a row.
pub async fn at(subject: Subject, kind: CallKind, faults: &[Fault]) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    if !shop.abilities.allows(kind) {
        shop.says_unsupported(kind)?;
        return Ok(Verdict::Unsupported);
    }
    for fault in faults {
        for times in [1, 2] {
            strike(subject, kind, fault, times)
                .await
                .with_context(|| format!("{fault:?} at {kind:?}, {times} in a row"))?;
        }
    }
    Ok(Verdict::Ok)
}

/// These faults at every kind of call that the module has; those that it lacks must say so.
pub async fn everywhere(subject: Subject, faults: &[Fault]) -> Result<Verdict> {
    for kind in KINDS {
        at(subject, kind, faults).await?;
    }
    Ok(Verdict::Ok)
}

/// The answer comes after the settings' timeout.
pub async fn slow(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let ms = shop.timeout_ms()?.saturating_add(5_000);
    everywhere(subject, &[Fault::Delay { ms }, Fault::SlowBody { ms }]).await
}

/// 429: no request goes to that provider before the time is over.
pub async fn busy(subject: Subject) -> Result<Verdict> {
    let fault = Fault::TooManyRequests {
        retry_after_s: RETRY_AFTER_S,
    };
    for kind in KINDS {
        let shop = Shop::open(subject).await?;
        if !shop.abilities.allows(kind) {
            shop.says_unsupported(kind)?;
            continue;
        }
        let shop = strike(subject, kind, &fault, 1)
            .await
            .with_context(|| format!("at {kind:?}"))?;
        left_alone(&shop).with_context(|| format!("at {kind:?}"))?;
    }
    everybody_waits(subject, &fault).await?;
    Ok(Verdict::Ok)
}

/// One operation was told to wait; another one's call to the same provider waits as well.
async fn everybody_waits(subject: Subject, fault: &Fault) -> Result<()> {
    let shop = Shop::open(subject).await?;
    shop.paid("p1", 15_000).await?;
    let shown = shop.awaiting("p2", 700).await?;
    asked_about(&shop);
    shop.plan(CallKind::Status, fault, 1);
    if shop.abilities.reservation {
        shop.buyer(&shown, PayerAction::Pay).await?;
    }
    while !shop
        .world
        .bank
        .exchanges()
        .iter()
        .any(|one| one.status == Some(429))
    {
        shop.world.pass(100).await;
    }
    let other = if shop.abilities.refund {
        shop.till.refund("r1", "p1", None)?
    } else {
        let terminal = "2".to_owned();
        Till {
            terminal,
            ..shop.till.clone()
        }
        .pay("p3", 700)?
    };
    let other = shop.world.send(other).await?;
    shop.buyer(&shown, PayerAction::Pay).await?;
    is(&shop.ended(&shown).await?, State::Paid)?;
    if other.operation_id.is_some() {
        shop.ended(&other).await?;
    }
    left_alone(&shop).context("two operations")?;
    shop.close().await
}

/// After the 429 nothing came in before the time was over.
fn left_alone(shop: &Shop) -> Result<()> {
    let exchanges = shop.world.bank.exchanges();
    let mut after = exchanges.iter().skip_while(|one| one.status != Some(429));
    let told = after.next().context("nobody was told to wait")?;
    let next = after.next().context("nothing was asked afterwards")?;
    let waited_ms = (next.at - told.at) / 1_000;
    ensure!(
        waited_ms >= i64::from(RETRY_AFTER_S) * 1_000,
        "asked again after {waited_ms} ms"
    );
    Ok(())
}

/// The provider does not know our login: a person is told, nothing is lost, and the right login mends it.
pub async fn login(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", 15_000).await?;
    shop.login(false).await?;
    shop.buyer(&shown, PayerAction::Pay).await?;
    shop.world.pass(20_000).await;
    let told = shop.world.look(super::shop::id(&shown)?).await?;
    ensure!(
        !told.is_final,
        "a refused login says nothing about the payment: {told:?}"
    );
    shop.login(true).await?;
    let end = shop.ended(&shown).await?;
    if shop.abilities.reservation {
        // The debit was turned away at the door: nothing has moved, and the reservation is given up.
        ensure!(end.state != Some(State::Paid), "debited without a login: {end:?}");
        says(&end, Code::ProviderLogin)?;
    } else {
        is(&end, State::Paid)?;
    }
    shop.login(false).await?;
    let refused = shop.show("p2", 700).await?;
    if refused.is_final {
        is(&refused, State::Refused)?;
        says(&refused, Code::ProviderLogin)?;
    }
    if shop.abilities.refund && end.state == Some(State::Paid) {
        let refund = shop.world.send(shop.till.refund("r1", "p1", None)?).await?;
        shop.world.pass(20_000).await;
        let refund = shop.world.look(super::shop::id(&refund)?).await?;
        ensure!(
            refund.state != Some(State::Refunded),
            "refunded without a login: {refund:?}"
        );
        if refund.is_final {
            says(&refund, Code::ProviderLogin)?;
        }
    }
    shop.login(true).await?;
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// The provider turns our client certificate away: a person is told, nothing is lost, and the right one mends it.
pub async fn certificate(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", 15_000).await?;
    if !shop.wrong_certificate().await? {
        shop.buyer(&shown, PayerAction::Pay).await?;
        is(&shop.ended(&shown).await?, State::Paid)?;
        shop.close().await?;
        return Ok(Verdict::NeverHappens);
    }
    shop.buyer(&shown, PayerAction::Pay).await?;
    shop.world.pass(20_000).await;
    let told = shop.world.look(super::shop::id(&shown)?).await?;
    ensure!(
        !told.is_final,
        "a refused certificate says nothing about the payment: {told:?}"
    );
    shop.login(true).await?;
    is(&shop.ended(&shown).await?, State::Paid)?;
    ensure!(
        shop.wrong_certificate().await?,
        "the certificate was asked for a moment ago"
    );
    let refused = shop.show("p2", 700).await?;
    ensure!(
        refused.state != Some(State::AwaitingPayment),
        "registered without a certificate: {refused:?}"
    );
    if refused.is_final {
        is(&refused, State::Refused)?;
        says(&refused, Code::ProviderLogin)?;
    }
    shop.login(true).await?;
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// Every token ends before its time, once before each kind of call: one new login, and nothing is done twice.
pub async fn token(subject: Subject) -> Result<Verdict> {
    let shop = Shop::open(subject).await?;
    let shown = shop.awaiting("p1", 15_000).await?;
    if !shop.world.bank.lock().forget_tokens() {
        let logins = shop.world.bank.lock().calls_of(Step::Login);
        ensure!(logins == 0, "a provider with tokens needs `forget_tokens`");
        shop.buyer(&shown, PayerAction::Pay).await?;
        is(&shop.ended(&shown).await?, State::Paid)?;
        shop.close().await?;
        return Ok(Verdict::NeverHappens);
    }
    shop.buyer(&shown, PayerAction::Pay).await?;
    is(&shop.ended(&shown).await?, State::Paid)?;
    shop.world.bank.lock().forget_tokens();
    let second = shop.awaiting("p2", 700).await?;
    shop.world.bank.lock().forget_tokens();
    shop.world.send(shop.till.cancel("c1", "p2")?).await?;
    is(&shop.ended(&second).await?, State::Cancelled)?;
    if shop.abilities.refund {
        shop.world.bank.lock().forget_tokens();
        let end = shop.finish(shop.till.refund("r1", "p1", None)?).await?;
        is(&end, State::Refunded)?;
    }
    shop.close().await?;
    Ok(Verdict::Ok)
}

/// A day that meets the fault, in a world of its own. The fault must really strike.
async fn strike(subject: Subject, kind: CallKind, fault: &Fault, times: u32) -> Result<Shop> {
    let binds = kind == CallKind::LinkBind;
    let shop = if binds {
        Shop::without_sticker(subject).await?
    } else {
        Shop::open(subject).await?
    };
    let before = match kind {
        CallKind::Register => register(&shop, fault, times).await,
        CallKind::Status => status(&shop, fault, times).await,
        CallKind::Revoke => revoke(&shop, fault, times).await,
        CallKind::Refund | CallKind::RefundStatus => refund(&shop, kind, fault, times).await,
        CallKind::LinkCheck => check(&shop, fault, times).await,
        CallKind::LinkBind => bind(&shop, fault, times).await,
        CallKind::Confirm => confirm(&shop, fault, times).await,
    }?;
    ensure!(shop.calls(kind) > before, "the fault met no call");
    shop.world.bank.lock().clear_plans();
    shop.close().await?;
    Ok(shop)
}

async fn register(shop: &Shop, fault: &Fault, times: u32) -> Result<u64> {
    let before = shop.calls(CallKind::Register);
    shop.plan(CallKind::Register, fault, times);
    let shown = shop.show("p1", 15_000).await?;
    if matches!(
        shown.state,
        Some(State::AwaitingPayment | State::AwaitingConfirmation)
    ) {
        shop.buyer(&shown, PayerAction::Pay).await?;
        is(&shop.ended(&shown).await?, State::Paid)?;
    } else {
        let end = shop.ended(&shown).await?;
        ensure!(end.state != Some(State::Paid), "nobody has paid: {end:?}");
        ensure!(end.error.is_some(), "it failed and says no reason: {end:?}");
    }
    // The next buyer is served.
    shop.world.bank.lock().clear_plans();
    shop.paid("p2", 700).await?;
    Ok(before)
}

async fn status(shop: &Shop, fault: &Fault, times: u32) -> Result<u64> {
    let shown = shop.awaiting("p1", 15_000).await?;
    let before = shop.calls(CallKind::Status);
    asked_about(shop);
    shop.plan(CallKind::Status, fault, times);
    shop.buyer(&shown, PayerAction::Pay).await?;
    is(&shop.ended(&shown).await?, State::Paid)?;
    Ok(before)
}

/// The debit of what was reserved: whatever becomes of its answer, money moves once, or surely not at all.
async fn confirm(shop: &Shop, fault: &Fault, times: u32) -> Result<u64> {
    let shown = shop.awaiting("p1", 15_000).await?;
    let before = shop.calls(CallKind::Confirm);
    shop.plan(CallKind::Confirm, fault, times);
    shop.buyer(&shown, PayerAction::Pay).await?;
    let end = shop.ended(&shown).await?;
    if end.state != Some(State::Paid) {
        ensure!(end.error.is_some(), "it failed and says no reason: {end:?}");
    }
    shop.agree().await?;
    shop.world.bank.lock().clear_plans();
    shop.paid("p2", 700).await?;
    Ok(before)
}

/// A payment that waits for the buyer is asked about anyway; one that is reserved only when the answer to its debit is lost.
fn asked_about(shop: &Shop) {
    if shop.abilities.reservation {
        shop.plan(CallKind::Confirm, &Fault::DropAfter, 1);
    }
}

async fn revoke(shop: &Shop, fault: &Fault, times: u32) -> Result<u64> {
    let shown = shop.awaiting("p1", 15_000).await?;
    let before = shop.calls(CallKind::Revoke);
    shop.plan(CallKind::Revoke, fault, times);
    shop.world.send(shop.till.cancel("c1", "p1")?).await?;
    let end = shop.ended(&shown).await?;
    ensure!(end.state != Some(State::Paid), "nobody has paid: {end:?}");
    ensure!(
        shop.buyer(&shown, PayerAction::Pay).await.is_err(),
        "it ended and can be paid all the same"
    );
    Ok(before)
}

/// A refund is asked about when its answer is lost, so that is how the question is met.
async fn refund(shop: &Shop, kind: CallKind, fault: &Fault, times: u32) -> Result<u64> {
    shop.paid("p1", 15_000).await?;
    let before = shop.calls(kind);
    if kind == CallKind::RefundStatus {
        shop.plan(CallKind::Refund, &Fault::DropAfter, 1);
    }
    shop.plan(kind, fault, times);
    let end = shop.finish(shop.till.refund("r1", "p1", None)?).await?;
    is(&end, State::Refunded)?;
    Ok(before)
}

async fn check(shop: &Shop, fault: &Fault, times: u32) -> Result<u64> {
    let sticker = match &shop.sticker {
        Some(own) => own.clone(),
        None => shop.blank_sticker()?,
    };
    let before = shop.calls(CallKind::LinkCheck);
    shop.plan(CallKind::LinkCheck, fault, times);
    let end = shop.finish(shop.till.check("k1", &sticker)?).await?;
    answered_or_told(&end)?;
    shop.world.bank.lock().clear_plans();
    shop.world.pass(60_000).await;
    let again = shop.finish(shop.till.check("k2", &sticker)?).await?;
    is(&again, State::Done)?;
    Ok(before)
}

async fn bind(shop: &Shop, fault: &Fault, times: u32) -> Result<u64> {
    let sticker = shop.blank_sticker()?;
    let before = shop.calls(CallKind::LinkBind);
    shop.plan(CallKind::LinkBind, fault, times);
    let end = shop.bind(&shop.till, "b1", &sticker).await?;
    answered_or_told(&end)?;
    shop.world.bank.lock().clear_plans();
    shop.world.pass(60_000).await;
    let again = shop.bind(&shop.till, "b2", &sticker).await?;
    let bound = matches!(
        verdict(&again),
        Some(LinkVerdict::BoundNow | LinkVerdict::ThisRegister)
    );
    ensure!(bound, "the second time it must be bound: {again:?}");
    Ok(before)
}

/// A question about a sticker ends with its answer, or with words about the provider in the promised time.
fn answered_or_told(end: &Reply) -> Result<()> {
    let provider = [
        Code::ProviderSilent,
        Code::ProviderUnclear,
        Code::ProviderBusy,
        Code::ProviderUnreachable,
    ];
    let told = super::shop::code(end).is_some_and(|code| provider.contains(&code));
    ensure!(
        end.state == Some(State::Done) || told,
        "neither an answer nor a reason: {end:?}"
    );
    Ok(())
}
