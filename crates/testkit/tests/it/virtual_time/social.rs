//! Social processing as it is shipped: its profile against the simulated service, with baskets of which only a part is social.

use super::{code, id};
use domain::{Code, Kopecks, State};
use protocol::{Message, Reply};
use serde_json::json;
use simulator::social::{CARD, EMPTY_CARD, GOODS, SHORT_CARD};
use simulator::{Fault, Step, When};
use testkit::provider::SimulatedProvider;
use testkit::till::Till;
use testkit::world::World;

const MODULE: &str = "soc_processing";
/// A good of no programme.
const CHOCOLATE: &str = "2000000000091";

type Shop = World<dyn SimulatedProvider>;

async fn shop() -> Shop {
    World::for_module(MODULE, 1).await.unwrap()
}

fn till() -> Till {
    Till::of_module(MODULE, "1")
}

/// Milk for 95 rubles, chocolate for 120, bread for 63: 278 rubles, of which 158 are social.
fn basket(payment: &str, card: &str) -> Message {
    let item = |name: &str, code: &str, sum: i64| json!({ "name": name, "code": code, "quantity": "1", "price": sum, "sum": sum });
    let fields = json!({ "amount": 27_800, "card_token": card, "receipt": { "number": format!("r-{payment}"), "shift": 3, "items": [
        item("Молоко", GOODS[0], 9_500), item("Шоколад", CHOCOLATE, 12_000), item("Хлеб", GOODS[1], 6_300),
    ] } });
    till().message("pay", payment, &fields).unwrap()
}

fn confirm(payment: &str, amount: Option<i64>) -> Message {
    let mut fields = json!({ "payment": payment });
    if let Some(amount) = amount {
        fields["amount"] = amount.into();
    }
    till()
        .message("confirm", &format!("{payment}-yes"), &fields)
        .unwrap()
}

async fn reserved(shop: &Shop, payment: &str, card: &str) -> Reply {
    let shown = shop.show(basket(payment, card)).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingConfirmation), "{shown:?}");
    shown
}

fn lines(reply: &Reply) -> Vec<(u32, i64)> {
    let report = reply.reservation.as_ref().unwrap();
    report
        .positions
        .iter()
        .map(|line| (line.number, line.sum.get()))
        .collect()
}

/// What is left on a card.
fn left(shop: &Shop, card: &str) -> i64 {
    let now = shop.bank.now();
    let cards = shop.bank.lock().cards(now);
    cards.iter().find(|one| one.token == card).unwrap().budget.0
}

#[tokio::test(start_paused = true)]
async fn of_a_mixed_basket_the_social_goods_are_listed_debited_and_refunded_whole() {
    let shop = shop().await;
    let before = left(&shop, CARD);
    let shown = reserved(&shop, "p1", CARD).await;
    assert_eq!(lines(&shown), [(1, 9_500), (3, 6_300)]);
    assert_eq!(shown.reservation.as_ref().unwrap().available.get(), 15_800);
    assert_eq!(left(&shop, CARD), before - 15_800, "it is held");
    shop.send(confirm("p1", None)).await.unwrap();
    let end = shop.ended(id(&shown)).await.unwrap();
    assert_eq!(
        (end.state, end.amount.map(Kopecks::get)),
        (Some(State::Paid), Some(15_800)),
        "{end:?}"
    );
    assert_eq!(lines(&end), [(1, 9_500), (3, 6_300)], "the register marks them");

    let part = till().refund("r1", "p1", Some(9_500)).unwrap();
    let told = shop.finish(part).await.unwrap();
    assert_eq!(code(&told), Some(Code::Unsupported));
    assert!(!told.error.unwrap().text.ru.is_empty());
    assert_eq!(shop.bank.lock().calls_of(Step::Refund), 0);
    let whole = till().refund("r2", "p1", None).unwrap();
    assert_eq!(shop.finish(whole).await.unwrap().state, Some(State::Refunded));
    assert_eq!(left(&shop, CARD), before);
}

#[tokio::test(start_paused = true)]
async fn the_register_may_debit_less_and_the_rest_is_free_again() {
    let shop = shop().await;
    let before = left(&shop, CARD);
    let shown = reserved(&shop, "p1", CARD).await;
    let over = shop.send(confirm("p1", Some(15_801))).await.unwrap();
    assert_eq!(code(&over), Some(Code::AmountOutOfRange));
    shop.send(confirm("p1", Some(10_000))).await.unwrap();
    let end = shop.ended(id(&shown)).await.unwrap();
    assert_eq!(end.amount.map(Kopecks::get), Some(10_000), "{end:?}");
    assert_eq!(left(&shop, CARD), before - 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_short_budget_pays_a_part_of_a_line_and_an_empty_one_nothing() {
    let shop = shop().await;
    let shown = reserved(&shop, "p1", SHORT_CARD).await;
    assert_eq!(lines(&shown), [(1, 9_500), (3, 500)]);
    shop.send(till().cancel("c1", "p1").unwrap()).await.unwrap();
    assert_eq!(
        shop.ended(id(&shown)).await.unwrap().state,
        Some(State::Cancelled)
    );
    assert_eq!(left(&shop, SHORT_CARD), 10_000, "what was held is free");

    let nothing = shop.finish(basket("p2", EMPTY_CARD)).await.unwrap();
    assert_eq!(
        (nothing.state, code(&nothing)),
        (Some(State::Declined), Some(Code::NothingPayable))
    );
    let stranger = shop.finish(basket("p3", "mir-unknown")).await.unwrap();
    assert!(
        matches!(stranger.state, Some(State::Declined | State::Refused)),
        "{stranger:?}"
    );
}

/// The answer to the debit is lost; then the power goes. The card is charged once.
#[tokio::test(start_paused = true)]
async fn a_lost_debit_is_asked_about_also_after_a_crash() {
    let mut shop = shop().await;
    let before = left(&shop, CARD);
    let shown = reserved(&shop, "p1", CARD).await;
    shop.bank
        .lock()
        .plan(Some(Step::Confirm), Fault::DropAfter, When::Next(1));
    shop.send(confirm("p1", None)).await.unwrap();
    shop.pass(100).await;
    shop.crash().await.unwrap();
    let end = shop.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    assert_eq!(shop.bank.lock().calls_of(Step::Confirm), 1);
    assert_eq!(left(&shop, CARD), before - 15_800);
}

/// A reservation whose answer was lost was shown to nobody: it is given up and holds no money.
#[tokio::test(start_paused = true)]
async fn a_lost_reservation_is_given_up() {
    let shop = shop().await;
    let before = left(&shop, CARD);
    shop.bank
        .lock()
        .plan(Some(Step::Register), Fault::DropAfter, When::Next(1));
    let end = shop.finish(basket("p1", CARD)).await.unwrap();
    assert!(end.state != Some(State::Paid) && end.error.is_some(), "{end:?}");
    assert_eq!(left(&shop, CARD), before);
    reserved(&shop, "p2", CARD).await;
}
