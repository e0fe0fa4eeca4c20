//! Logins at a bank that gives a token per scope: never more than one for a token's life, however many pay at once;
//! and refunds at the same bank, which gives them no id.

use super::code;
use domain::{Code, State};
use simulator::bank::PayerAction;
use simulator::{Fault, Step, When};
use testkit::books;
use testkit::provider::SimulatedProvider;
use testkit::till::Till;
use testkit::world::World;

const MODULE: &str = "qrsber";

fn till(terminal: &str) -> Till {
    Till::of_module(MODULE, terminal)
}

fn logins(world: &World<dyn SimulatedProvider>) -> u64 {
    world.bank.lock().calls_of(Step::Login)
}

/// So many payments at once, each asked for and paid.
async fn pay_at_once(world: &World<dyn SimulatedProvider>, group: &str, count: usize) {
    let payments = (0..count).map(|n| {
        let message = till(&format!("{group}-{n}")).pay("p", 100).unwrap();
        async move {
            let shown = world.show(message).await.unwrap();
            world.buyer(&shown, PayerAction::Pay).unwrap();
            world.ended(super::id(&shown)).await.unwrap()
        }
    });
    for end in futures_util::future::join_all(payments).await {
        assert_eq!(end.state, Some(State::Paid), "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_hundred_payments_log_in_once_for_each_scope() {
    let world = World::for_module(MODULE, 1).await.unwrap();
    pay_at_once(&world, "a", 200).await;
    assert_eq!(logins(&world), 2, "to create and to ask");
    // Both tokens end before their time: one more login for each, and nobody is charged twice.
    assert!(world.bank.lock().forget_tokens());
    pay_at_once(&world, "b", 200).await;
    assert_eq!(logins(&world), 4);
    books::agree(&world).await.unwrap();
}

/// Two refunds of one sum look alike at this bank, so the second waits for the end of the first.
#[tokio::test(start_paused = true)]
async fn refunds_without_an_id_are_made_one_after_another() {
    let world = World::for_module(MODULE, 1).await.unwrap();
    let till = till("1");
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.ended(super::id(&shown)).await.unwrap();
    let lost = When::Next(1);
    world.bank.lock().plan(Some(Step::Refund), Fault::DropAfter, lost);
    let first = world
        .send(till.refund("r1", "p1", Some(5_000)).unwrap())
        .await
        .unwrap();
    let second = till.refund("r2", "p1", Some(5_000)).unwrap();
    let told = world.send(second).await.unwrap();
    assert_eq!(code(&told), Some(Code::RefundUnderWay), "{told:?}");
    let end = world.ended(super::id(&first)).await.unwrap();
    assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    let again = world
        .finish(till.refund("r3", "p1", Some(5_000)).unwrap())
        .await
        .unwrap();
    assert_eq!(again.state, Some(State::Refunded), "{again:?}");
    assert_eq!(world.bank.lock().calls_of(Step::Refund), 2);
    books::agree(&world).await.unwrap();
}
