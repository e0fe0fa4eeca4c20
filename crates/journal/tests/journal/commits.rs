//! Committing: compare-and-set on version and lease; final states stay.

use crate::bench::Bench;
use crate::build::{HOLDER, OTHER_HOLDER, at, change, next, outgoing, paid, payment};
use domain::{Fact, Operation, State};
use journal::{Change, JournalError};
use std::sync::Arc;
use tokio::task::JoinSet;

fn is_stale(result: &Result<(), JournalError>, operation: &Operation) -> bool {
    matches!(result, Err(JournalError::Stale { id, expected })
        if *id == operation.id && *expected == operation.version - 1)
}

pub async fn commits_by_compare_and_set(bench: Bench) {
    let first = payment("r1", 100);
    bench.open(&first).await;
    let second = next(&first, State::AwaitingPayment);
    let done = Change {
        outgoing: vec![outgoing(Some(first.id), "qr")],
        ..change(&second)
    };
    bench.journal.commit(done).await.unwrap();
    let third = paid(&second);
    bench.journal.commit(change(&third)).await.unwrap();
    assert_eq!(bench.stored(first.id).await.operation, third);
    assert_eq!(bench.journal.outbox(0, 10).await.unwrap().len(), 1);
    assert_eq!(bench.journal.story(first.id).await.unwrap().len(), 3);
}

pub async fn refuses_a_stale_version(bench: Bench) {
    let first = payment("r1", 100);
    bench.open(&first).await;
    let second = next(&first, State::AwaitingPayment);
    bench.journal.commit(change(&second)).await.unwrap();
    let skipped = Operation {
        version: 7,
        ..second.clone()
    };
    for wrong in [next(&first, State::Closing), skipped, payment("r2", 1)] {
        let late = Change {
            outgoing: vec![outgoing(None, "never sent")],
            ..change(&wrong)
        };
        let refused = bench.journal.commit(late).await;
        assert!(is_stale(&refused, &wrong), "{refused:?}");
    }
    assert_eq!(bench.stored(first.id).await.operation, second);
    assert_eq!(bench.journal.story(first.id).await.unwrap().len(), 2);
    assert!(bench.journal.outbox(0, 10).await.unwrap().is_empty());
}

pub async fn refuses_a_lost_lease(bench: Bench) {
    let first = payment("r1", 100);
    bench.open(&first).await;
    let second = next(&first, State::AwaitingPayment);
    let stranger = Change {
        holder: OTHER_HOLDER,
        ..change(&second)
    };
    assert!(is_stale(&bench.journal.commit(stranger).await, &second));

    let adopted = bench
        .journal
        .adopt(OTHER_HOLDER, at(60_001), at(120_000), 10)
        .await;
    assert_eq!(adopted.unwrap().len(), 1);
    assert!(is_stale(&bench.journal.commit(change(&second)).await, &second));
    let owner = Change {
        holder: OTHER_HOLDER,
        ..change(&second)
    };
    bench.journal.commit(owner).await.unwrap();
}

pub async fn row_02_a_final_state_is_never_overwritten(bench: Bench) {
    let resting = bench.open_paid("resting", 100).await;
    let opened = payment("watched", 100);
    bench.open(&opened).await;
    // It has ended, but is still watched for late money by the holder of its lease.
    let watched = Operation {
        due_at: Some(at(900)),
        ..next(&opened, State::Expired)
    };
    bench.journal.commit(change(&watched)).await.unwrap();

    for ended in [resting, watched] {
        for state in State::ALL.into_iter().filter(|state| *state != ended.state) {
            let wrong = next(&ended, state);
            let refused = bench.journal.commit(change(&wrong)).await;
            assert!(is_stale(&refused, &wrong), "{state:?}: {refused:?}");
        }
        assert_eq!(bench.stored(ended.id).await.operation, ended);
    }
}

pub async fn row_09_a_conflict_is_journaled_after_the_end(bench: Bench) {
    let paid = bench.open_paid("r1", 100).await;
    let noted = next(&paid, State::Paid);
    let conflict = |holder| Change {
        facts: vec![Fact::ConflictingRepeat],
        holder,
        ..change(&noted)
    };
    // Nobody holds what has ended and rests: any daemon may note it, the version decides who was first.
    bench.journal.commit(conflict(OTHER_HOLDER)).await.unwrap();
    assert!(is_stale(&bench.journal.commit(conflict(HOLDER)).await, &noted));
    let story = bench.journal.story(paid.id).await.unwrap();
    assert_eq!(story.last().unwrap().fact, Fact::ConflictingRepeat);
    assert_eq!(story.iter().filter(|line| line.fact.needs_a_person()).count(), 1);
}

pub async fn concurrent_commits_of_one_version(bench: Bench) {
    let first = payment("r1", 100);
    bench.open(&first).await;
    let second = bench.second().await;
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let journal = Arc::clone(if n % 2 == 0 { &bench.journal } else { &second });
        let done = change(&next(&first, State::AwaitingPayment));
        tasks.spawn(async move { journal.commit(done).await.is_ok() });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|ok| **ok).count(), 1);
    assert_eq!(bench.stored(first.id).await.operation.version, 2);
    assert_eq!(bench.journal.story(first.id).await.unwrap().len(), 2);
}

pub async fn late_attention_takes_the_lease_again(bench: Bench) {
    let paid = bench.open_paid("r1", 100).await;
    let watched = Operation {
        due_at: Some(at(5)),
        ..next(&paid, State::Paid)
    };
    bench.journal.commit(change(&watched)).await.unwrap();
    assert_eq!(bench.journal.renew(HOLDER, at(60_000)).await.unwrap(), 1);
    let others = bench
        .journal
        .adopt(OTHER_HOLDER, at(10), at(99), 10)
        .await
        .unwrap();
    assert!(others.is_empty());
    let stranger = Change {
        holder: OTHER_HOLDER,
        ..change(&next(&watched, State::Paid))
    };
    assert!(bench.journal.commit(stranger).await.is_err());
}
