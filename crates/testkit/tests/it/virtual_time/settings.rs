//! Settings: who is served with which, and changes while the daemon runs.

use super::{code, id};
use domain::{Code, ModuleName, State, StoreId};
use journal::SettingsWrite;
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use testkit::till::Till;
use testkit::world::{DYNAMIC, World, merchant_row};

fn module() -> ModuleName {
    ModuleName::new(DYNAMIC).unwrap()
}

fn merchant(id: i64, changes: &serde_json::Value) -> SettingsWrite {
    let mut row = merchant_row("https://bank.example");
    row.extend(changes.as_object().unwrap().clone());
    SettingsWrite::Merchant {
        module: module(),
        id,
        value: Some(row),
    }
}

fn store(name: &str, merchant: i64) -> SettingsWrite {
    SettingsWrite::Store {
        module: module(),
        store: StoreId::new(name).unwrap(),
        merchant: Some(merchant),
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_module_is_turned_away() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::of_module("qrsomebank", "1");
    let told = world.send(till.pay("p1", 100).unwrap()).await.unwrap();
    assert_eq!((told.is_final, code(&told)), (true, Some(Code::UnknownModule)));
    assert_eq!(told.operation_id, None);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_not_listed_has_merchant_0() {
    let world = World::new(1, json!({})).await.unwrap();
    let shown = world
        .show(Till::new("1").of_store("9").pay("p1", 100).unwrap())
        .await
        .unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment));
}

#[tokio::test(start_paused = true)]
async fn a_store_without_a_merchant_is_turned_away_with_words_for_the_operator() {
    let world = World::new(1, json!({})).await.unwrap();
    world.configure(store("9", 7)).await.unwrap();
    let till = Till::new("1").of_store("9");
    let told = world.send(till.pay("p1", 100).unwrap()).await.unwrap();
    assert_eq!(code(&told), Some(Code::NotConfigured));
    let detail = told.error.unwrap().detail.unwrap();
    assert!(
        detail.contains("merchant 7") && detail.contains("store `9`"),
        "{detail}"
    );
    // The same request is served as soon as the merchant is there.
    world.configure(merchant(7, &json!({}))).await.unwrap();
    let shown = world.show(till.pay("p1", 100).unwrap()).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment));
}

#[tokio::test(start_paused = true)]
async fn a_bad_configuration_is_turned_away_and_names_the_key() {
    let world = World::new(1, json!({})).await.unwrap();
    world.configure(store("9", 7)).await.unwrap();
    let bad = merchant(7, &json!({"qrTtl": 1, "timeout": 60}));
    world.configure(bad).await.unwrap();
    let told = world
        .send(Till::new("1").of_store("9").pay("p1", 100).unwrap())
        .await
        .unwrap();
    assert_eq!(code(&told), Some(Code::NotConfigured));
    let detail = told.error.unwrap().detail.unwrap();
    assert!(detail.contains("timeout"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_used_for_the_very_next_call() {
    let world = World::new(1, json!({"secretKey": "a-key-that-the-bank-does-not-know"}))
        .await
        .unwrap();
    let till = Till::new("1");
    // The registration needs no key at this bank; every question does.
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.pass(10_000).await;
    let before = world.look(id(&shown)).await.unwrap();
    assert_eq!(
        before.state,
        Some(State::AwaitingPayment),
        "a refused question says nothing"
    );
    world.configure(merchant(0, &json!({}))).await.unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid));
    assert!(world.clock.now().ms_since(testkit::clock::BEGINNING) < 20_000);
    assert_eq!(world.bank.calls_of(Endpoint::RegisterQr), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_change_does_not_end_what_is_under_way() {
    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    world
        .configure(merchant(0, &json!({"secretKey": 5})))
        .await
        .unwrap();
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.pass(60_000).await;
    assert_eq!(
        world.look(id(&shown)).await.unwrap().state,
        Some(State::AwaitingPayment)
    );
    world.configure(merchant(0, &json!({}))).await.unwrap();
    assert_eq!(world.ended(id(&shown)).await.unwrap().state, Some(State::Paid));
}

#[tokio::test(start_paused = true)]
async fn a_sum_outside_the_limits_is_turned_away() {
    let world = World::new(1, json!({"min_amount": 100, "max_amount": 500}))
        .await
        .unwrap();
    for amount in [99, 501] {
        let told = world
            .send(Till::new("1").pay("p1", amount).unwrap())
            .await
            .unwrap();
        assert_eq!(code(&told), Some(Code::AmountOutOfRange), "{amount}");
    }
    assert_eq!(world.bank.calls_of(Endpoint::RegisterQr), 0);
}
