//! Payments that are reserved first: one to a receipt.

use crate::bench::Bench;
use crate::build::{change, next, opening, paid, payment, receipt_payment};
use domain::{ModuleName, Operation, State, StoreId, TerminalId};
use journal::Opened;
use std::sync::Arc;
use tokio::task::JoinSet;

async fn refused(bench: &Bench, payment: &Operation) -> Opened {
    let opened = bench.journal.open(opening(payment)).await.unwrap();
    assert_eq!(bench.journal.get(payment.id).await.unwrap(), None);
    opened
}

pub async fn one_payment_per_receipt(bench: Bench) {
    let first = receipt_payment("a", Some(5), "15");
    bench.open(&first).await;
    let taken = Opened::ReceiptHasPayment { holder: first.id };
    assert_eq!(refused(&bench, &receipt_payment("b", Some(5), "15")).await, taken);
    // Another number, shift, register, store or module is another receipt.
    bench.open(&receipt_payment("c", Some(5), "16")).await;
    bench.open(&receipt_payment("d", Some(6), "15")).await;
    bench.open(&receipt_payment("e", None, "15")).await;
    let mut elsewhere = receipt_payment("f", Some(5), "15");
    elsewhere.request.terminal = TerminalId::new("касса 8").unwrap();
    bench.open(&elsewhere).await;
    let mut elsewhere = receipt_payment("g", Some(5), "15");
    elsewhere.request.store = StoreId::new("магазин 2").unwrap();
    bench.open(&elsewhere).await;
    let mut elsewhere = receipt_payment("h", Some(5), "15");
    elsewhere.request.module = ModuleName::new("certificates").unwrap();
    bench.open(&elsewhere).await;
    // A shift that is not named is one of its own.
    assert!(matches!(
        refused(&bench, &receipt_payment("i", None, "15")).await,
        Opened::ReceiptHasPayment { .. }
    ));
}

pub async fn concurrent_claims_of_one_receipt(bench: Bench) {
    let second = bench.second().await;
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let journal = Arc::clone(if n % 2 == 0 { &bench.journal } else { &second });
        let new = opening(&receipt_payment(&format!("r{n}"), Some(5), "15"));
        tasks.spawn(async move { journal.open(new).await.unwrap() });
    }
    let opened = tasks.join_all().await;
    let new = opened.iter().filter(|one| **one == Opened::New).count();
    let taken = |one: &&Opened| matches!(one, Opened::ReceiptHasPayment { .. });
    assert_eq!((new, opened.iter().filter(taken).count()), (1, 19));
}

pub async fn an_unpaid_end_frees_the_receipt(bench: Bench) {
    for (caller, state) in [
        ("a", State::Cancelled),
        ("b", State::Expired),
        ("c", State::Declined),
        ("d", State::Refused),
    ] {
        let payment = receipt_payment(caller, Some(5), "15");
        bench.open(&payment).await;
        let closing = next(&payment, State::Closing);
        bench.journal.commit(change(&closing)).await.unwrap();
        refused(&bench, &receipt_payment("other", Some(5), "15")).await;
        bench
            .journal
            .commit(change(&next(&closing, state)))
            .await
            .unwrap();
    }
    let last = receipt_payment("e", Some(5), "15");
    bench.open(&last).await;
}

pub async fn a_paid_receipt_stays_paid(bench: Bench) {
    let first = receipt_payment("a", Some(5), "15");
    bench.open(&first).await;
    bench.journal.commit(change(&paid(&first))).await.unwrap();
    let taken = Opened::ReceiptHasPayment { holder: first.id };
    assert_eq!(refused(&bench, &receipt_payment("b", Some(5), "15")).await, taken);
    // A repeat of the same request is no second payment.
    let again = bench.journal.open(opening(&first)).await.unwrap();
    assert!(matches!(again, Opened::Existing(stored) if stored.operation.id == first.id));
}

pub async fn other_payments_of_a_receipt_are_as_many_as_they_are(bench: Bench) {
    for caller in ["a", "b"] {
        let mut one = receipt_payment(caller, Some(5), "15");
        one.abilities.reservation = false;
        bench.open(&one).await;
        let mut nameless = payment(&format!("{caller}-without"), 100);
        nameless.abilities.reservation = true;
        bench.open(&nameless).await;
    }
}

pub async fn finds_the_payments_of_a_receipt(bench: Bench) {
    let mut made = Vec::new();
    for (caller, shift, number) in [
        ("a", Some(5), "15"),
        ("b", Some(6), "15"),
        ("c", None, "15"),
        ("d", Some(5), "16"),
    ] {
        let mut one = receipt_payment(caller, shift, number);
        one.abilities.reservation = false;
        bench.open(&one).await;
        made.push(one);
    }
    let mut elsewhere = receipt_payment("e", Some(5), "15");
    elsewhere.request.store = StoreId::new("магазин 2").unwrap();
    bench.open(&elsewhere).await;
    let mut neighbour = receipt_payment("f", Some(5), "15");
    neighbour.abilities.reservation = false;
    neighbour.request.terminal = TerminalId::new("касса 8").unwrap();
    bench.open(&neighbour).await;
    bench.open(&payment("without", 100)).await;
    bench.journal.commit(change(&paid(&made[0]))).await.unwrap();

    let store = &made[0].request.store;
    let found = async |number: &str, shift, limit| {
        let found = bench.journal.find_by_receipt(store, number, shift, limit).await;
        let ids = found.unwrap().into_iter().map(|stored| stored.operation.id);
        ids.collect::<Vec<_>>()
    };
    let mut all = vec![made[0].id, made[1].id, made[2].id, neighbour.id];
    all.sort_by(|one, other| other.cmp(one));
    assert_eq!(found("15", None, 50).await, all);
    assert_eq!(found("15", None, 2).await, all[..2]);
    let mut fifth = vec![made[0].id, neighbour.id];
    fifth.sort_by(|one, other| other.cmp(one));
    assert_eq!(found("15", Some(5), 50).await, fifth);
    assert_eq!(found("16", Some(6), 50).await, Vec::new());
    assert_eq!(found("1", None, 50).await, Vec::new());
    let paid = bench
        .journal
        .find_by_receipt(store, "15", Some(5), 50)
        .await
        .unwrap();
    let state = |id| {
        paid.iter()
            .find(|stored| stored.operation.id == id)
            .unwrap()
            .operation
            .state
    };
    assert_eq!(
        (state(made[0].id), state(neighbour.id)),
        (State::Paid, State::Registering)
    );
}
