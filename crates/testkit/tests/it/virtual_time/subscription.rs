//! Bank Khlynov's subscription and sticker where the certification suite does not look: power that goes in the middle of a
//! charge, subscribers beside a sticker, an activation whose answer was lost.

use super::{code, id};
use domain::{Code, State};
use protocol::{LinkVerdict, Message, Reply};
use serde_json::json;
use simulator::bank::PayerAction;
use simulator::khlynov::SUBSCRIBER;
use simulator::{Fault, Step, When};
use testkit::books;
use testkit::provider::{SaleState, SimulatedProvider, sales};
use testkit::till::Till;
use testkit::world::World;

const MODULE: &str = "qrbankhlynov";

type Shop = World<dyn SimulatedProvider>;

async fn shop() -> Shop {
    World::for_module(MODULE, 1).await.unwrap()
}

fn till(terminal: &str) -> Till {
    Till::of_module(MODULE, terminal)
}

fn subscribed(payment: &str, subscriber: &str) -> Message {
    let fields = json!({ "amount": 15_000, "subscriber": subscriber });
    till("1").message("pay", payment, &fields).unwrap()
}

/// How many payments have taken money, and how many QRs or activations can still be paid.
fn money(shop: &Shop) -> (usize, usize) {
    let now = shop.bank.now();
    let sales = sales(&mut *shop.bank.lock(), now);
    let count = |state| sales.iter().filter(|sale| sale.state == state).count();
    (count(SaleState::Paid), count(SaleState::Open))
}

/// Whatever becomes of the answer to the charge: it is sent once, and nobody is shown a QR beside it.
#[tokio::test(start_paused = true)]
async fn a_lost_charge_is_asked_about_and_never_sent_again() {
    let shop = shop().await;
    for (n, (fault, arrived)) in [
        (Fault::DropBefore, false),
        (Fault::DropAfter, true),
        (Fault::MalformedJson, true),
        (Fault::UnknownStatus, true),
        (Fault::HtmlBody, true),
    ]
    .into_iter()
    .enumerate()
    {
        let said = format!("{fault:?}");
        let before = shop.bank.lock().calls_of(Step::Register);
        shop.bank.lock().plan(Some(Step::Register), fault, When::Next(1));
        let end = shop
            .finish(subscribed(&format!("p{n}"), SUBSCRIBER))
            .await
            .unwrap();
        let expected = if arrived { State::Paid } else { State::Refused };
        assert_eq!(end.state, Some(expected), "{said}: {end:?}");
        assert_eq!(shop.bank.lock().calls_of(Step::Register), before + 1, "{said}");
    }
    assert_eq!(money(&shop), (4, 0));
    books::agree(&shop).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_power_goes_in_the_middle_of_a_charge() {
    let mut shop = shop().await;
    let slow = Fault::Delay { ms: 5_000 };
    shop.bank.lock().plan(Some(Step::Register), slow, When::Next(1));
    let opened = shop.send(subscribed("p1", SUBSCRIBER)).await.unwrap();
    shop.pass(1_000).await;
    shop.crash().await.unwrap();
    let end = shop.ended(id(&opened)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    assert_eq!(money(&shop), (1, 0));
    books::agree(&shop).await.unwrap();
}

async fn bound(shop: &Shop) -> String {
    let sticker = shop.bank.lock().blank_sticker().unwrap();
    let checked = shop
        .finish(till("1").check("k1", &sticker).unwrap())
        .await
        .unwrap();
    assert_eq!(checked.link.unwrap().verdict, LinkVerdict::NotOurs);
    let end = shop
        .finish(till("1").bind("b1", &sticker).unwrap())
        .await
        .unwrap();
    assert_eq!(end.link.unwrap().verdict, LinkVerdict::BoundNow);
    let checked = shop
        .finish(till("1").check("k2", &sticker).unwrap())
        .await
        .unwrap();
    assert_eq!(checked.link.unwrap().verdict, LinkVerdict::ThisRegister);
    sticker
}

async fn awaiting(shop: &Shop, payment: &str) -> Reply {
    let shown = shop.show(till("1").pay(payment, 15_000).unwrap()).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
    shown
}

fn scans(shop: &Shop, sticker: &str, action: PayerAction) {
    let now = shop.bank.now();
    shop.bank.lock().payer(sticker, action, None, now).unwrap();
}

#[tokio::test(start_paused = true)]
async fn with_a_sticker_all_goes_over_it_and_subscribers_still_pay_without() {
    let shop = shop().await;
    let sticker = bound(&shop).await;
    let shown = awaiting(&shop, "p1").await;
    let busy = till("1").of_store("2").pay("p1", 200).unwrap();
    assert_eq!(code(&shop.finish(busy).await.unwrap()), Some(Code::LinkBusy));
    scans(&shop, &sticker, PayerAction::Pay);
    assert_eq!(shop.ended(id(&shown)).await.unwrap().state, Some(State::Paid));
    let back = till("1").refund("r1", "p1", Some(5_000)).unwrap();
    assert_eq!(shop.finish(back).await.unwrap().state, Some(State::Refunded));

    let shown = awaiting(&shop, "p2").await;
    let cancelled = shop.finish(till("1").cancel("c2", "p2").unwrap()).await.unwrap();
    assert_eq!(cancelled.state, Some(State::Cancelled), "{cancelled:?}");
    assert_eq!(
        shop.ended(id(&shown)).await.unwrap().state,
        Some(State::Cancelled)
    );

    let shown = awaiting(&shop, "p3").await;
    let expired = shop.ended(id(&shown)).await.unwrap();
    assert_eq!(expired.state, Some(State::Expired), "{expired:?}");

    let charged = shop.finish(subscribed("p4", SUBSCRIBER)).await.unwrap();
    assert_eq!(charged.state, Some(State::Paid), "{charged:?}");
    let shown = shop.show(subscribed("p5", "somebody-else")).await.unwrap();
    scans(&shop, &sticker, PayerAction::Pay);
    assert_eq!(shop.ended(id(&shown)).await.unwrap().state, Some(State::Paid));
    assert_eq!(money(&shop), (3, 0));
    books::agree(&shop).await.unwrap();
}

/// An activation whose answer was lost is found on its link, or was never made; nobody pays twice and nothing stays active.
#[tokio::test(start_paused = true)]
async fn a_lost_activation_is_found_on_its_link() {
    let shop = shop().await;
    let sticker = bound(&shop).await;
    for (payment, fault) in [
        ("p1", Fault::DropBefore),
        ("p2", Fault::DropAfter),
        ("p3", Fault::EmptyBody),
    ] {
        let said = format!("{fault:?}");
        shop.bank.lock().plan(Some(Step::Register), fault, When::Next(1));
        let shown = awaiting(&shop, payment).await;
        scans(&shop, &sticker, PayerAction::Pay);
        let end = shop.ended(id(&shown)).await.unwrap();
        // A payment of the same sum went before over the same link.
        assert_eq!(end.state, Some(State::Paid), "{said}: {end:?}");
    }
    assert_eq!(money(&shop), (3, 0));
    books::agree(&shop).await.unwrap();
}
