//! Opening: once per register's id.

use crate::bench::Bench;
use crate::build::{at, change, kopecks, opening, outgoing, paid, payment, waiter};
use domain::{CallerId, Fact, Operation, OperationId, State};
use journal::{JournalError, Opened, Opening, WAITERS_MAX};
use std::sync::Arc;
use tokio::task::JoinSet;

/// The same request again, as a fresh delivery opens it: with another id of ours.
fn repeat(operation: &Operation) -> Operation {
    Operation {
        id: OperationId::mint(at(5)),
        ..operation.clone()
    }
}

fn existing(opened: Opened) -> journal::Stored {
    match opened {
        Opened::Existing(stored) => *stored,
        other => panic!("{other:?}"),
    }
}

pub async fn opens_once(bench: Bench) {
    let first = payment("r1", 100);
    let new = Opening {
        waiter: Some(waiter("a")),
        outgoing: vec![outgoing(Some(first.id), "{}")],
        ..opening(&first)
    };
    assert_eq!(bench.journal.open(new).await.unwrap(), Opened::New);
    let again = Opening {
        outgoing: vec![outgoing(None, "never written")],
        ..opening(&repeat(&first))
    };
    let found = existing(bench.journal.open(again).await.unwrap());
    assert_eq!(found.operation, first);
    assert_eq!(found.waiters, [waiter("a")]);
    assert_eq!(bench.journal.outbox(0, 10).await.unwrap().len(), 1);
    assert_eq!(bench.journal.story(first.id).await.unwrap().len(), 1);

    let request = &first.request;
    let by_key = bench
        .journal
        .find(&request.store, &request.terminal, &request.id)
        .await;
    assert_eq!(by_key.unwrap().unwrap(), found);
    let unknown = CallerId::new("r2").unwrap();
    let nobody = bench
        .journal
        .find(&request.store, &request.terminal, &unknown)
        .await;
    assert_eq!(nobody.unwrap(), None);
    assert_eq!(bench.journal.get(OperationId::mint(at(9))).await.unwrap(), None);
}

pub async fn concurrent_repeats_open_once(bench: Bench) {
    let first = payment("r1", 100);
    let second = bench.second().await;
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let journal = Arc::clone(if n % 2 == 0 { &bench.journal } else { &second });
        let new = opening(&repeat(&first));
        tasks.spawn(async move { journal.open(new).await.unwrap() });
    }
    let opened = tasks.join_all().await;
    assert_eq!(opened.iter().filter(|one| **one == Opened::New).count(), 1);
}

pub async fn shows_conflicting_content(bench: Bench) {
    let first = payment("r1", 100);
    bench.open(&first).await;
    let other = Opening {
        waiter: Some(waiter("b")),
        ..opening(&payment("r1", 999))
    };
    let found = existing(bench.journal.open(other.clone()).await.unwrap());
    assert!(!found.operation.request.same_content(&other.operation.request));
    assert_eq!(found.operation.amount(), kopecks(100));
    assert!(found.waiters.is_empty());
    assert!(bench.stored(first.id).await.waiters.is_empty());
}

pub async fn attaches_a_new_waiter(bench: Bench) {
    let first = payment("r1", 100);
    for (correlation, waiting) in [("a", 1), ("b", 2), ("a", 2)] {
        let new = Opening {
            waiter: Some(waiter(correlation)),
            ..opening(&repeat(&first))
        };
        if let Opened::Existing(found) = bench.journal.open(new).await.unwrap() {
            assert_eq!(found.waiters.len(), waiting);
        }
    }
    let request = &first.request;
    let found = bench
        .journal
        .find(&request.store, &request.terminal, &request.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.waiters, [waiter("a"), waiter("b")]);
}

pub async fn attaches_by_id(bench: Bench) {
    let first = payment("r1", 100);
    bench.open(&first).await;
    let silent = domain::Waiter {
        correlation_id: None,
        ..waiter("")
    };
    let all = [waiter("z"), silent, waiter(""), waiter("a")];
    for one in all.iter().chain(&all) {
        bench.journal.attach(first.id, one.clone()).await.unwrap();
    }
    assert_eq!(bench.stored(first.id).await.waiters, all);
    let unknown = bench.journal.attach(OperationId::mint(at(1)), waiter("a")).await;
    assert!(matches!(unknown, Err(JournalError::Damaged(_))));
}

pub async fn keeps_the_latest_waiters(bench: Bench) {
    let first = payment("r1", 100);
    bench.open(&first).await;
    for n in 0..WAITERS_MAX + 3 {
        bench
            .journal
            .attach(first.id, waiter(&n.to_string()))
            .await
            .unwrap();
    }
    let waiters = bench.stored(first.id).await.waiters;
    assert_eq!(waiters.len(), WAITERS_MAX as usize);
    assert_eq!(waiters.first(), Some(&waiter("3")));
    assert_eq!(waiters.last(), Some(&waiter(&(WAITERS_MAX + 2).to_string())));
}

pub async fn row_08_replay_returns_the_stored_final_state(bench: Bench) {
    let paid = bench.open_paid("r1", 100).await;
    let replay = Opening {
        waiter: Some(waiter("late")),
        ..opening(&repeat(&payment("r1", 100)))
    };
    let found = existing(bench.journal.open(replay).await.unwrap());
    assert_eq!(found.operation, paid);
    assert_eq!(found.operation.state, State::Paid);
    assert_eq!(found.waiters, [waiter("late")]);
}

pub async fn tells_ids_apart(bench: Bench) {
    for caller in ["a", "A", "ё", "Ё", "е"] {
        bench.open(&payment(caller, 100)).await;
    }
    let mut blank = payment("a", 100);
    blank.request.store = domain::StoreId::new("магазин 1 ").unwrap();
    bench.open(&blank).await;
}

pub async fn keeps_cyrillic_text(mut bench: Bench) {
    let first = payment("чек-№15", 100);
    let new = Opening {
        outgoing: vec![outgoing(Some(first.id), r#"{"text":"Оплачено ✓ 𝄞"}"#)],
        ..opening(&first)
    };
    bench.journal.open(new).await.unwrap();
    bench.reopen().await;
    assert_eq!(bench.stored(first.id).await.operation, first);
    let rows = bench.journal.outbox(0, 1).await.unwrap();
    assert_eq!(rows[0].outgoing.body, r#"{"text":"Оплачено ✓ 𝄞"}"#);
    bench.journal.close().await;
}

pub async fn refuses_a_taken_id(bench: Bench) {
    let first = payment("r1", 100);
    bench.open(&first).await;
    let thief = Operation {
        id: first.id,
        ..payment("r2", 100)
    };
    let refused = bench.journal.open(opening(&thief)).await;
    assert!(matches!(refused, Err(JournalError::Stale { id, expected: 0 }) if id == first.id));
    assert_eq!(bench.stored(first.id).await.operation, first);
    // The journal goes on as before.
    let mut done = change(&paid(&first));
    done.facts.push(Fact::Revoked);
    bench.journal.commit(done).await.unwrap();
}
