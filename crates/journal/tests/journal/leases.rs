//! Leases: who works on what.

use crate::bench::{Bench, Kind};
use crate::build::{
    HOLDER, OTHER_HOLDER, at, change, link_payment, module, next, opening, outgoing, paid, payment, waiter,
};
use domain::{Operation, OperationId, State};
use journal::{Holder, JournalError, Opening, Stored};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::task::JoinSet;

fn ids(stored: &[Stored]) -> Vec<OperationId> {
    stored.iter().map(|one| one.operation.id).collect()
}

fn due(caller: &str, due_ms: Option<u64>) -> Operation {
    Operation {
        due_at: due_ms.map(at),
        ..payment(caller, 100)
    }
}

pub async fn adopts_what_is_due(bench: Bench) {
    let late = due("late", Some(900));
    let early = due("early", Some(100));
    let never = due("never", None);
    for operation in [&late, &early, &never] {
        let new = Opening {
            waiter: Some(waiter("w")),
            ..opening(operation)
        };
        bench.journal.open(new).await.unwrap();
    }
    // While the lease lives nobody else gets anything.
    let none = bench
        .journal
        .adopt(OTHER_HOLDER, at(60_000), at(90_000), 10)
        .await;
    assert!(none.unwrap().is_empty());
    bench.journal.release(HOLDER).await.unwrap();
    let first = bench
        .journal
        .adopt(OTHER_HOLDER, at(1), at(90_000), 1)
        .await
        .unwrap();
    assert_eq!(ids(&first), [early.id]);
    assert_eq!(first[0].waiters, [waiter("w")]);
    let rest = bench
        .journal
        .adopt(OTHER_HOLDER, at(1), at(90_000), 10)
        .await
        .unwrap();
    assert_eq!(ids(&rest), [late.id]);
    assert!(
        bench
            .journal
            .adopt(OTHER_HOLDER, at(1), at(90_000), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn two_holders_never_share(bench: Bench) {
    for n in 0..60 {
        bench.open(&payment(&format!("r{n}"), 100)).await;
    }
    bench.journal.release(HOLDER).await.unwrap();
    let second = bench.second().await;
    let mut tasks = JoinSet::new();
    for n in 0..8_u8 {
        let journal = Arc::clone(if n % 2 == 0 { &bench.journal } else { &second });
        tasks.spawn(async move {
            let holder = Holder([10 + n; 16]);
            let mut mine = Vec::new();
            // The other may hold row locks for a moment, so one empty answer is not the end.
            for _ in 0..20 {
                let adopted = journal.adopt(holder, at(1), at(90_000), 5).await.unwrap();
                mine.extend(ids(&adopted));
            }
            mine
        });
    }
    let all: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let different: HashSet<_> = all.iter().copied().collect();
    assert_eq!(all.len(), 60);
    assert_eq!(different.len(), 60);
}

pub async fn leases_expire(bench: Bench) {
    let first = payment("a", 100);
    bench.open(&first).await;
    let too_early = bench.journal.adopt(OTHER_HOLDER, at(60_000), at(99_000), 9).await;
    assert!(too_early.unwrap().is_empty());
    let after = bench.journal.adopt(OTHER_HOLDER, at(60_001), at(99_000), 9).await;
    assert_eq!(ids(&after.unwrap()), [first.id]);
    let stale = bench
        .journal
        .commit(change(&next(&first, State::AwaitingPayment)))
        .await;
    assert!(matches!(stale, Err(JournalError::Stale { .. })));
}

pub async fn renews_and_releases(bench: Bench) {
    for caller in ["a", "b", "c"] {
        bench.open(&payment(caller, 100)).await;
    }
    assert_eq!(bench.journal.renew(HOLDER, at(500_000)).await.unwrap(), 3);
    // MariaDB must count rows that it found, not rows that it changed.
    assert_eq!(bench.journal.renew(HOLDER, at(500_000)).await.unwrap(), 3);
    assert_eq!(bench.journal.renew(OTHER_HOLDER, at(1)).await.unwrap(), 0);
    let held = bench
        .journal
        .adopt(OTHER_HOLDER, at(400_000), at(900_000), 9)
        .await;
    assert!(held.unwrap().is_empty());
    bench.journal.release(HOLDER).await.unwrap();
    assert_eq!(bench.journal.renew(HOLDER, at(500_000)).await.unwrap(), 0);
    let free = bench.journal.adopt(OTHER_HOLDER, at(1), at(900_000), 9).await;
    assert_eq!(free.unwrap().len(), 3);
}

pub async fn what_rests_drops_out(bench: Bench) {
    let first = payment("a", 100);
    bench.open(&first).await;
    bench.journal.commit(change(&paid(&first))).await.unwrap();
    let watched = payment("b", 100);
    bench.open(&watched).await;
    let expired = Operation {
        due_at: Some(at(700_000)),
        ..next(&watched, State::Expired)
    };
    bench.journal.commit(change(&expired)).await.unwrap();
    assert_eq!(bench.journal.renew(HOLDER, at(60_000)).await.unwrap(), 1);
    let adopted = bench.journal.adopt(OTHER_HOLDER, at(60_001), at(99_000), 9).await;
    assert_eq!(ids(&adopted.unwrap()), [watched.id]);
}

pub async fn finds_everything_after_reopening(mut bench: Bench) {
    let first = link_payment("a", "AS1");
    let new = Opening {
        waiter: Some(waiter("w")),
        outgoing: vec![outgoing(Some(first.id), "one"), outgoing(None, "two")],
        ..opening(&first)
    };
    bench.journal.open(new).await.unwrap();
    let paid = bench.open_paid("b", 700).await;
    bench.reopen().await;

    let stored = bench.stored(first.id).await;
    assert_eq!(stored.operation, first);
    assert_eq!(stored.waiters, [waiter("w")]);
    assert_eq!(bench.stored(paid.id).await.operation, paid);
    assert_eq!(bench.journal.story(paid.id).await.unwrap().len(), 2);
    let rows = bench.journal.outbox(0, 10).await.unwrap();
    let bodies: Vec<_> = rows.iter().map(|row| row.outgoing.body.as_str()).collect();
    assert_eq!(bodies, ["one", "two"]);
    assert_eq!(
        bench.journal.link_holder(&module(), "AS1").await.unwrap(),
        Some(first.id)
    );
    // The daemon that had a SQLite file is gone when another opens it; on MariaDB it may live elsewhere.
    let now = if bench.kind == Kind::MariaDb {
        at(60_001)
    } else {
        at(1)
    };
    let adopted = bench
        .journal
        .adopt(OTHER_HOLDER, now, at(90_000), 9)
        .await
        .unwrap();
    assert_eq!(ids(&adopted), [first.id]);
    bench.journal.close().await;
}

pub async fn one_is_taken_by_name(bench: Bench) {
    let first = payment("a", 100);
    bench.open(&first).await;
    let journal = &bench.journal;
    let ours = journal.take(first.id, HOLDER, at(1), at(60_000)).await.unwrap();
    assert_eq!(ours.unwrap().operation, first);
    let held = journal
        .take(first.id, OTHER_HOLDER, at(2), at(90_000))
        .await
        .unwrap();
    assert!(held.is_none(), "a living holder keeps it");
    let run_out = journal
        .take(first.id, OTHER_HOLDER, at(60_001), at(90_000))
        .await
        .unwrap();
    assert!(run_out.is_some());
    let stale = journal
        .commit(change(&next(&first, State::AwaitingPayment)))
        .await;
    assert!(matches!(stale, Err(JournalError::Stale { .. })));
    let nobody = payment("never-opened", 100).id;
    assert!(
        journal
            .take(nobody, HOLDER, at(1), at(2))
            .await
            .unwrap()
            .is_none()
    );
}
