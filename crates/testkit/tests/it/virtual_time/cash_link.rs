//! Payments over a sticker at the register.

use super::{calls, code, id};
use domain::{Code, ModuleName, State};
use journal::Journal;
use protocol::{LinkVerdict, Reply};
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{Fault, When};
use testkit::books;
use testkit::till::Till;
use testkit::world::{CASH_LINK, World};

/// A world with one sticker that is bound to register 1.
async fn bound() -> (World, Till, String) {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::with_link("1");
    let sticker = world.bank.lock().print_sticker();
    let end = world.finish(till.bind("b1", &sticker).unwrap()).await.unwrap();
    assert_eq!(verdict(&end), Some(LinkVerdict::BoundNow), "{end:?}");
    (world, till, sticker)
}

fn verdict(reply: &Reply) -> Option<LinkVerdict> {
    reply.link.as_ref().map(|link| link.verdict)
}

fn buyer(world: &World, sticker: &str, action: PayerAction) {
    let now = world.bank.now();
    world.bank.lock().pay(sticker, action, None, now).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_check_tells_what_a_sticker_is() {
    let (world, till, sticker) = bound().await;
    let check = async |till: &Till, id: &str, link: &str| {
        let end = world.finish(till.check(id, link).unwrap()).await.unwrap();
        (verdict(&end), code(&end))
    };
    assert_eq!(
        check(&till, "k1", &sticker).await,
        (Some(LinkVerdict::ThisRegister), None)
    );
    let other = Till::with_link("2");
    assert_eq!(
        check(&other, "k1", &sticker).await,
        (Some(LinkVerdict::OtherRegister), None)
    );
    let blank = world.bank.lock().print_sticker();
    assert_eq!(
        check(&till, "k2", &blank).await,
        (Some(LinkVerdict::NotOurs), None)
    );
    assert_eq!(
        check(&till, "k3", "https://example.org/x").await,
        (None, Some(Code::NotALink))
    );
    let misread = sticker.replace("type=01", "type=02");
    assert_eq!(check(&till, "k4", &misread).await, (None, Some(Code::NotALink)));
    // Bound at the bank, but the register's row was deleted: nobody's.
    let write = journal::SettingsWrite::Terminal {
        module: ModuleName::new(CASH_LINK).unwrap(),
        terminal: domain::TerminalId::new("1").unwrap(),
        value: None,
    };
    world.configure(write).await.unwrap();
    assert_eq!(
        check(&till, "k5", &sticker).await,
        (Some(LinkVerdict::Unassigned), None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_binding_whose_answer_was_lost_is_done_once() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::with_link("1");
    let sticker = world.bank.lock().print_sticker();
    world
        .bank
        .fault(Some(Endpoint::BindDraft), Fault::DropAfter, When::Next(1));
    let end = world.finish(till.bind("b1", &sticker).unwrap()).await.unwrap();
    assert_eq!(verdict(&end), Some(LinkVerdict::BoundNow), "{end:?}");
    assert_eq!(calls(&world, Endpoint::BindDraft), 1);
    assert_eq!(world.journal.audit().last().unwrap().1, "daemon");
}

#[tokio::test(start_paused = true)]
async fn another_registers_sticker_is_not_bound_again() {
    let (world, _, sticker) = bound().await;
    let end = world
        .finish(Till::with_link("2").bind("b1", &sticker).unwrap())
        .await
        .unwrap();
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Refused), Some(Code::LinkForeign))
    );
}

#[tokio::test(start_paused = true)]
async fn a_payment_over_it() {
    let (world, till, sticker) = bound().await;
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
    buyer(&world, &sticker, PayerAction::Pay);
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    let end = world
        .finish(till.refund("r1", "p1", None).unwrap())
        .await
        .unwrap();
    assert_eq!(end.state, Some(State::Refunded), "{end:?}");
    // The link is free for the next buyer.
    let shown = world.show(till.pay("p2", 700).unwrap()).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_register_without_a_link_is_told_to_bind_one() {
    let (world, _, sticker) = bound().await;
    let other = Till::with_link("2");
    let told = world.finish(other.pay("p1", 100).unwrap()).await.unwrap();
    assert_eq!(code(&told), Some(Code::LinkUnbound));
    let scanned = other
        .message("pay", "p2", &json!({"amount": 100, "link": sticker}))
        .unwrap();
    assert_eq!(
        code(&world.finish(scanned).await.unwrap()),
        Some(Code::LinkForeign)
    );
    assert_eq!(calls(&world, Endpoint::CreateOrder), 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_payment_on_the_same_link_waits_for_its_release() {
    let (world, till, sticker) = bound().await;
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    // The same register id in another store has the same settings row, and so the same link.
    let second = Till::with_link("1").of_store("2");
    let told = world.finish(second.pay("p1", 200).unwrap()).await.unwrap();
    assert_eq!(code(&told), Some(Code::LinkBusy));
    assert!(told.error.unwrap().repeatable);
    assert_eq!(
        calls(&world, Endpoint::CreateOrder),
        1,
        "the second was never sent"
    );
    world.send(till.cancel("c1", "p1").unwrap()).await.unwrap();
    world.ended(id(&shown)).await.unwrap();
    let module = ModuleName::new(CASH_LINK).unwrap();
    let operation = world.stored(id(&shown)).await.unwrap().operation;
    let holder = world
        .journal
        .link_holder(&module, operation.link_id.as_deref().unwrap())
        .await
        .unwrap();
    assert_eq!(holder, None);
    let shown = world.show(second.pay("p2", 200).unwrap()).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment));
    buyer(&world, &sticker, PayerAction::Pay);
    assert_eq!(world.ended(id(&shown)).await.unwrap().state, Some(State::Paid));
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_activation_whose_answer_was_lost_is_asked_about_and_paid() {
    let (world, till, sticker) = bound().await;
    world
        .bank
        .fault(Some(Endpoint::CreateOrder), Fault::DropAfter, When::Next(1));
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
    assert_eq!(calls(&world, Endpoint::CreateOrder), 1);
    buyer(&world, &sticker, PayerAction::Pay);
    assert_eq!(world.ended(id(&shown)).await.unwrap().state, Some(State::Paid));
    books::agree(&world).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn it_expires_and_nobody_can_pay_any_more() {
    let (world, till, sticker) = bound().await;
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    assert_eq!(world.ended(id(&shown)).await.unwrap().state, Some(State::Expired));
    let now = world.bank.now();
    assert!(
        world
            .bank
            .lock()
            .pay(&sticker, PayerAction::Pay, None, now)
            .is_err()
    );
    books::agree(&world).await.unwrap();
}
