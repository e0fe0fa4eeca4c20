//! Refunds never exceed their payment.

use crate::bench::Bench;
use crate::build::{at, change, kopecks, next, opening, paid, payment, refund};
use domain::{Fact, Kopecks, Operation, OperationId, State};
use journal::{Change, JournalError, Opened};
use std::sync::Arc;
use tokio::task::JoinSet;

pub async fn row_01_concurrent_refunds_never_exceed_the_payment(bench: Bench) {
    let paid = bench.open_paid("r1", 1_000).await;
    let second = bench.second().await;
    let mut tasks = JoinSet::new();
    for n in 0..40 {
        let journal = Arc::clone(if n % 2 == 0 { &bench.journal } else { &second });
        let new = opening(&refund(&format!("refund-{n}"), paid.id, 70));
        tasks.spawn(async move { journal.open(new).await.unwrap() });
    }
    let opened = tasks.join_all().await;
    // 14 × 70 = 980; a fifteenth would make 1050.
    assert_eq!(opened.iter().filter(|one| **one == Opened::New).count(), 14);
    let refused = Opened::RefundExceeds { left: kopecks(20) };
    assert_eq!(opened.iter().filter(|one| **one == refused).count(), 26);
    let stored = bench.stored(paid.id).await;
    assert_eq!(stored.refund_reserved, kopecks(980));
    assert!(stored.refund_reserved <= paid.paid.unwrap().amount);
}

pub async fn refunds_in_parts(bench: Bench) {
    let paid = bench.open_paid("r1", 1_000).await;
    bench.open(&refund("a", paid.id, 600)).await;
    let large = refund("b", paid.id, 401);
    let refused = bench.journal.open(opening(&large)).await.unwrap();
    assert_eq!(refused, Opened::RefundExceeds { left: kopecks(400) });
    assert_eq!(bench.journal.get(large.id).await.unwrap(), None);
    assert!(bench.journal.story(large.id).await.unwrap().is_empty());
    bench.open(&refund("b", paid.id, 400)).await;
    assert_eq!(bench.stored(paid.id).await.refund_reserved, kopecks(1_000));
}

pub async fn one_refund_at_a_time_where_the_provider_wants_it(bench: Bench) {
    let paid = bench.open_paid("r1", 1_000).await;
    let other = bench.open_paid("r2", 1_000).await;
    let alone = |caller: &str, payment: OperationId| {
        let mut refund = refund(caller, payment, 100);
        refund.abilities.one_refund_at_a_time = true;
        refund
    };
    let second = bench.second().await;
    let mut tasks = JoinSet::new();
    for n in 0..10 {
        let journal = Arc::clone(if n % 2 == 0 { &bench.journal } else { &second });
        let new = alone(&format!("refund-{n}"), paid.id);
        tasks.spawn(async move { (journal.open(opening(&new)).await.unwrap(), new) });
    }
    let ends = tasks.join_all().await;
    let (_, first) = ends.iter().find(|(opened, _)| *opened == Opened::New).unwrap();
    let held = Opened::Held { holder: first.id };
    assert_eq!(ends.iter().filter(|(opened, _)| *opened == held).count(), 9);
    assert_eq!(bench.stored(paid.id).await.refund_reserved, kopecks(100));
    // Another payment's refund is nobody's hindrance; and every end frees the payment for the next.
    bench.open(&alone("elsewhere", other.id)).await;
    let refunded = next(first, State::Refunded);
    bench.journal.commit(change(&refunded)).await.unwrap();
    let next_one = alone("next", paid.id);
    bench.open(&next_one).await;
    let refused = next(&next_one, State::Refused);
    bench.journal.commit(change(&refused)).await.unwrap();
    bench.open(&alone("last", paid.id)).await;
}

pub async fn releases_on_refusal_once(bench: Bench) {
    let paid = bench.open_paid("r1", 1_000).await;
    bench.open(&refund("kept", paid.id, 300)).await;
    let lost = refund("lost", paid.id, 700);
    bench.open(&lost).await;
    let mut refused = Operation {
        due_at: Some(at(900)),
        ..next(&lost, State::Refused)
    };
    bench.journal.commit(change(&refused)).await.unwrap();
    assert_eq!(bench.stored(paid.id).await.refund_reserved, kopecks(300));
    // Later notes on the refused refund, held or resting, give nothing back again.
    for _ in 0..2 {
        refused = next(&refused, State::Refused);
        let noted = Change {
            facts: vec![Fact::ConflictingRepeat],
            ..change(&refused)
        };
        bench.journal.commit(noted).await.unwrap();
        assert_eq!(bench.stored(paid.id).await.refund_reserved, kopecks(300));
    }

    let good = refund("good", paid.id, 700);
    bench.open(&good).await;
    bench
        .journal
        .commit(change(&next(&good, State::Refunded)))
        .await
        .unwrap();
    assert_eq!(bench.stored(paid.id).await.refund_reserved, kopecks(1_000));
}

pub async fn repeats_reserve_once(bench: Bench) {
    let paid = bench.open_paid("r1", 1_000).await;
    let first = refund("a", paid.id, 600);
    bench.open(&first).await;
    for _ in 0..3 {
        let again = Operation {
            id: OperationId::mint(at(7)),
            ..first.clone()
        };
        let opened = bench.journal.open(opening(&again)).await.unwrap();
        assert!(matches!(opened, Opened::Existing(found) if found.operation == first));
    }
    assert_eq!(bench.stored(paid.id).await.refund_reserved, kopecks(600));
}

pub async fn refuses_refunds_of_what_is_not_paid(bench: Bench) {
    let unpaid = payment("r1", 1_000);
    bench.open(&unpaid).await;
    let nothing = Opened::RefundExceeds { left: Kopecks::ZERO };
    for target in [unpaid.id, OperationId::mint(at(1))] {
        let opened = bench.journal.open(opening(&refund("a", target, 1))).await;
        assert_eq!(opened.unwrap(), nothing);
    }
    // A refund that is turned away at once takes nothing and is kept.
    let turned_away = Operation {
        version: 1,
        ..next(&refund("b", unpaid.id, 1), State::Refused)
    };
    bench.open(&turned_away).await;
    assert_eq!(bench.stored(unpaid.id).await.refund_reserved, Kopecks::ZERO);
}

/// A payment that ended unpaid, and the change that says that money came after all.
async fn late_money(bench: &Bench, reversal: Operation) -> (Operation, Change) {
    let first = payment("r1", 500);
    bench.open(&first).await;
    let expired = Operation {
        due_at: Some(at(10)),
        ..next(&first, State::Expired)
    };
    bench.journal.commit(change(&expired)).await.unwrap();
    let mut reversal = reversal;
    if let domain::request::Order::Refund(order) = &mut reversal.request.order {
        order.payment = first.id;
    }
    let late = Operation {
        state: State::Expired,
        finished_at: expired.finished_at,
        reversal: Some(reversal.id),
        ..paid(&expired)
    };
    let done = Change {
        reversal: Some(Box::new(opening(&reversal))),
        ..change(&late)
    };
    (expired, done)
}

pub async fn opens_a_reversal_with_its_payment(bench: Bench) {
    let reversal = refund("reversal", OperationId::mint(at(0)), 500);
    let (expired, done) = late_money(&bench, reversal.clone()).await;
    bench.journal.commit(done.clone()).await.unwrap();
    let stored = bench.stored(expired.id).await;
    assert_eq!(stored.operation, done.operation);
    assert_eq!(stored.refund_reserved, kopecks(500));
    let opened = bench.stored(reversal.id).await.operation;
    assert_eq!(opened.amount(), kopecks(500));
    assert_eq!(bench.journal.story(reversal.id).await.unwrap().len(), 1);
    // The register's own refund finds nothing left.
    let another = opening(&refund("a", expired.id, 1));
    let left = Opened::RefundExceeds { left: Kopecks::ZERO };
    assert_eq!(bench.journal.open(another).await.unwrap(), left);
    // The same decision again is stale and opens nothing.
    let again = bench.journal.commit(done).await;
    assert!(matches!(again, Err(JournalError::Stale { .. })));
    assert_eq!(bench.stored(expired.id).await.refund_reserved, kopecks(500));
}

pub async fn undoes_all_when_the_reversal_is_too_large(bench: Bench) {
    let reversal = refund("reversal", OperationId::mint(at(0)), 501);
    let (expired, done) = late_money(&bench, reversal.clone()).await;
    let refused = bench.journal.commit(done).await;
    assert!(matches!(refused, Err(JournalError::Damaged(_))), "{refused:?}");
    assert_eq!(bench.stored(expired.id).await.operation, expired);
    assert_eq!(bench.journal.get(reversal.id).await.unwrap(), None);
    assert_eq!(bench.journal.story(expired.id).await.unwrap().len(), 2);
}
