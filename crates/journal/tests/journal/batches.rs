//! Group commit: jobs share a transaction and nothing else.

use crate::bench::Bench;
use crate::build::{at, change, link_payment, next, opening, payment, refund};
use domain::{ModuleName, OperationId, State};
use journal::{Change, JournalError, Opened, SettingsWrite};
use std::sync::Arc;
use tokio::task::JoinSet;

pub async fn one_bad_job_spoils_no_other(bench: Bench) {
    let paid = bench.open_paid("paid", 100).await;
    let busy = link_payment("busy", "AS1");
    bench.open(&busy).await;
    let bystander = payment("bystander", 100);
    bench.open(&bystander).await;

    let mut good = JoinSet::new();
    for n in 0..100 {
        let journal = Arc::clone(&bench.journal);
        let new = opening(&payment(&format!("good-{n}"), 100));
        good.spawn(async move { journal.open(new).await });
    }
    let mut bad = JoinSet::new();
    for n in 0..5 {
        let large = opening(&refund(&format!("large-{n}"), paid.id, 101));
        let linked = opening(&link_payment(&format!("linked-{n}"), "AS1"));
        for new in [large, linked] {
            let journal = Arc::clone(&bench.journal);
            bad.spawn(async move {
                let opened = journal.open(new).await.unwrap();
                assert!(matches!(
                    opened,
                    Opened::RefundExceeds { .. } | Opened::Held { .. }
                ));
            });
        }
        let stale = change(&next(&next(&bystander, State::Closing), State::Closing));
        let journal = Arc::clone(&bench.journal);
        bad.spawn(async move {
            let refused = journal.commit(stale).await;
            assert!(matches!(refused, Err(JournalError::Stale { .. })));
        });
        // A statement that fails by itself, after others of its job were done.
        let broken = Change {
            settings: Some(SettingsWrite::Merchant {
                module: ModuleName::new("nobody").unwrap(),
                id: 0,
                value: None,
            }),
            ..change(&next(&bystander, State::AwaitingPayment))
        };
        let journal = Arc::clone(&bench.journal);
        bad.spawn(async move {
            let refused = journal.commit(broken).await;
            assert!(matches!(refused, Err(JournalError::Damaged(_))), "{refused:?}");
        });
    }
    for opened in good.join_all().await {
        assert_eq!(opened.unwrap(), Opened::New);
    }
    bad.join_all().await;
    assert_eq!(bench.stored(bystander.id).await.operation, bystander);
    assert_eq!(bench.journal.story(bystander.id).await.unwrap().len(), 1);
}

pub async fn closes_cleanly(mut bench: Bench) {
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let journal = Arc::clone(&bench.journal);
        let operation = payment(&format!("r{n}"), 100);
        tasks.spawn(async move { (operation.id, journal.open(opening(&operation)).await) });
    }
    bench.journal.close().await;
    let refused = bench.journal.open(opening(&payment("late", 100))).await;
    assert!(matches!(refused, Err(JournalError::Unavailable(_))));
    let unread = bench.journal.get(OperationId::mint(at(1))).await;
    assert!(matches!(unread, Err(JournalError::Unavailable(_))));

    let answers = tasks.join_all().await;
    bench.reopen().await;
    for (id, answer) in answers {
        // What was confirmed is there, what was refused is not.
        let found = bench.journal.get(id).await.unwrap().is_some();
        assert_eq!(found, answer.is_ok(), "{answer:?}");
    }
    bench.journal.close().await;
}
