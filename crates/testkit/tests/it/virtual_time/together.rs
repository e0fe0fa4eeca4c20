//! One question for many payments, at a bank that takes up to a hundred codes at once: everybody hears of their own payment,
//! and a fault of the question is nobody's refusal.

use super::id;
use domain::{OperationId, State};
use protocol::Reply;
use simulator::bank::PayerAction;
use simulator::{Fault, Step, When};
use testkit::books;
use testkit::provider::SimulatedProvider;
use testkit::till::Till;
use testkit::world::World;

const MODULE: &str = "qrgazprom";
/// More than the bank takes in one question.
const BUYERS: usize = 130;
/// In ten seconds four times a second, each time at most two for so many.
const QUESTIONS_MAX: usize = 80;

async fn shown(world: &World<dyn SimulatedProvider>) -> Vec<Reply> {
    let payments = (0..BUYERS).map(|n| {
        let till = Till::of_module(MODULE, &format!("till-{n}"));
        let amount = 10_000 + i64::try_from(n).unwrap();
        async move { world.show(till.pay("p", amount).unwrap()).await.unwrap() }
    });
    futures_util::future::join_all(payments).await
}

/// How many questions the bank hears while this long passes.
async fn asked(world: &World<dyn SimulatedProvider>, ms: u64) -> usize {
    let before = world.bank.lock().calls_of(Step::Status);
    world.pass(ms).await;
    usize::try_from(world.bank.lock().calls_of(Step::Status) - before).unwrap()
}

async fn states(world: &World<dyn SimulatedProvider>, ids: &[OperationId], state: State) -> usize {
    let mut count = 0;
    for operation in ids {
        let stands = world.look(*operation).await.unwrap();
        count += usize::from(stands.state == Some(state));
    }
    count
}

#[tokio::test(start_paused = true)]
async fn many_payments_are_asked_about_together_and_each_hears_its_own() {
    let world = World::for_module(MODULE, 1).await.unwrap();
    let replies = shown(&world).await;
    let ids: Vec<OperationId> = replies.iter().map(id).collect();
    let questions = asked(&world, 10_000).await;
    assert!(
        (2..=QUESTIONS_MAX).contains(&questions),
        "{questions} questions for {BUYERS} payments"
    );

    // Every third buyer pays, every seventh of the others declines.
    let pays = |n: usize| n.is_multiple_of(3);
    for (n, reply) in replies.iter().enumerate().filter(|(n, _)| pays(*n)) {
        world
            .buyer(reply, PayerAction::Pay)
            .unwrap_or_else(|why| panic!("{n}: {why}"));
    }
    world.pass(60_000).await;
    for (n, operation) in ids.iter().enumerate() {
        let reply = world.look(*operation).await.unwrap();
        let expected = if pays(n) {
            State::Paid
        } else {
            State::AwaitingPayment
        };
        assert_eq!(reply.state, Some(expected), "{n}");
        assert_eq!(reply.amount.unwrap().get(), 10_000 + i64::try_from(n).unwrap());
    }
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_question_that_fails_is_nobodys_refusal() {
    let world = World::for_module(MODULE, 2).await.unwrap();
    let replies = shown(&world).await;
    let ids: Vec<OperationId> = replies.iter().map(id).collect();
    let faults = [
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::Status {
            code: 500,
            acted: false,
        },
        Fault::MalformedJson,
        Fault::UnknownStatus,
        Fault::EmptyBody,
    ];
    for fault in faults {
        let said = format!("{fault:?}");
        world.bank.lock().plan(Some(Step::Status), fault, When::Next(4));
        world.pass(20_000).await;
        assert_eq!(
            states(&world, &ids, State::AwaitingPayment).await,
            BUYERS,
            "{said}"
        );
    }
    for reply in &replies {
        world.buyer(reply, PayerAction::Pay).unwrap();
    }
    for operation in &ids {
        let end = world.ended(*operation).await.unwrap();
        assert_eq!(end.state, Some(State::Paid), "{end:?}");
    }
    books::agree(&world).await.unwrap();
}
