//! Whole days: many registers, random buyers, cashiers who cancel, lost replies, a bank and a journal that fail,
//! power cuts. Each day is drawn from a seed. When the faults have stopped and time has passed, the books must agree
//! and everybody must have had an answer.
//!
//! `QRPAY_SEEDS=N` runs N more days. A failure names its seed.

mod check;
mod dice;
mod register;
mod shop;

use anyhow::{Context, Result};
use dice::Dice;
use journal::memory::{Injected, Write};
use serde_json::json;
use shop::Shop;
use simulator::{CallbackFault, CallbackRule, Fault, When};
use std::sync::Arc;
use std::time::Duration;
use testkit::till::Till;
use testkit::world::World;

/// Registers that show QR codes.
const TILLS: u64 = 32;
/// Registers with a cash link.
const LINK_TILLS: u64 = 8;
/// Payments of one register in a day.
const PAYMENTS: u64 = 9;
/// Power cuts in a day.
const CRASHES: u64 = 12;
/// The longest pause between two power cuts, in milliseconds.
const CRASH_WITHIN_MS: u64 = 40 * 60_000;
/// How long the world is left alone at the end, in milliseconds.
const REST_MS: u64 = 4 * 3_600_000;

macro_rules! days {
    ($($name:ident: $seed:literal;)*) => {$(
        #[test]
        fn $name() {
            run($seed);
        }
    )*};
}

days! {
    day_1: 1;
    day_2: 2;
    day_3: 3;
    day_4: 4;
    day_5: 5;
    day_6: 6;
}

#[test]
fn day_1000_and_as_many_more_as_are_asked_for() {
    let more = std::env::var("QRPAY_SEEDS").map_or(0, |text| text.parse().unwrap());
    for seed in 1_000..=1_000 + more {
        run(seed);
    }
}

fn run(seed: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    match runtime.block_on(day(seed)) {
        Ok(sums) => println!("seed {seed}: {sums}"),
        Err(error) => panic!("seed {seed}: {error:?}"),
    }
}

async fn day(seed: u64) -> Result<check::Sums> {
    let mut dice = Dice::new(seed);
    let mut world = World::new(seed, json!({"rate_limit": 500, "timeout": 10})).await?;
    let shop = Arc::new(Shop::new(&world));
    let tills = open_the_shop(&world).await?;
    plan_faults(&world, dice.fork());

    let mut work = tokio::task::JoinSet::new();
    for till in tills {
        work.spawn(register::work(Arc::clone(&shop), till, dice.fork()));
    }
    let notices = tokio::spawn(shop::notices(Arc::clone(&shop)));
    let answers = tokio::spawn(shop::answers(Arc::clone(&shop)));
    for _ in 0..CRASHES {
        world.pass(dice.below(CRASH_WITHIN_MS)).await;
        while world.crash().await.is_err() {
            world.pass(1_000).await;
        }
        shop.moved_to(&world);
    }
    while let Some(done) = work.join_next().await {
        done.context("a register broke")??;
    }
    world.bank.lock().clear_faults();
    world.journal.set_faults(None);
    world.pass(REST_MS).await;
    notices.abort();
    answers.abort();
    check::all(&world, &shop).await
}

async fn open_the_shop(world: &World) -> Result<Vec<Till>> {
    let mut tills: Vec<_> = (0..TILLS)
        .map(|number| Till::new(&format!("{number}")).of_store(&format!("{}", number % 4)))
        .collect();
    for number in 0..LINK_TILLS {
        let till = Till::with_link(&format!("link-{number}"));
        let sticker = world.bank.lock().print_sticker();
        world.finish(till.bind("bind", &sticker)?).await?;
        tills.push(till);
    }
    Ok(tills)
}

fn plan_faults(world: &World, mut dice: Dice) {
    let status = |code, acted| Fault::Status { code, acted };
    for (fault, per_mille) in [
        (Fault::Delay { ms: 700 }, 200),
        (Fault::Delay { ms: 4_000 }, 30),
        (Fault::Delay { ms: 15_000 }, 5),
        (Fault::DropBefore, 10),
        (Fault::DropAfter, 20),
        (status(500, true), 5),
        (status(502, false), 8),
        (status(504, true), 8),
        (Fault::TooManyRequests { retry_after_s: 2 }, 4),
        (Fault::MalformedJson, 5),
        (Fault::HtmlBody, 5),
        (Fault::EmptyBody, 5),
        (Fault::UnknownStatus, 5),
        (Fault::WrongContentType, 5),
        (Fault::SlowBody { ms: 15_000 }, 3),
        (Fault::ExtraFields, 20),
    ] {
        world.bank.fault(None, fault, When::ChancePerMille(per_mille));
    }
    for fault in [
        CallbackFault::Duplicate,
        CallbackFault::Reorder,
        CallbackFault::WrongSignature,
        CallbackFault::Suppress,
    ] {
        let when = When::ChancePerMille(100);
        world.bank.lock().add_callback_fault(CallbackRule { fault, when });
    }
    world.journal.set_faults(Some(Box::new(move |write| {
        if write == Write::Settings {
            return Injected::Nothing;
        }
        match dice.below(1_000) {
            0..12 => Injected::BeforeCommit,
            12..24 => Injected::AfterCommit,
            _ => Injected::Nothing,
        }
    })));
}

async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
