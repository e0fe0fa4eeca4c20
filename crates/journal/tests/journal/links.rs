//! Cash links: one open payment on each.

use crate::bench::Bench;
use crate::build::{change, link_check, link_payment, module, next, opening};
use domain::{ModuleName, State};
use journal::Opened;
use std::sync::Arc;
use tokio::task::JoinSet;

pub async fn one_payment_per_link(bench: Bench) {
    let first = link_payment("a", "AS1");
    bench.open(&first).await;
    let second = link_payment("b", "AS1");
    let busy = bench.journal.open(opening(&second)).await.unwrap();
    assert_eq!(busy, Opened::Held { holder: first.id });
    assert_eq!(bench.journal.get(second.id).await.unwrap(), None);
    assert_eq!(
        bench.journal.link_holder(&module(), "AS1").await.unwrap(),
        Some(first.id)
    );
    // Other links, the same link in other letters, and the same link of another module are free.
    bench.open(&link_payment("c", "AS2")).await;
    bench.open(&link_payment("d", "as1")).await;
    let mut elsewhere = link_payment("e", "AS1");
    elsewhere.request.module = ModuleName::new("qrsberpay").unwrap();
    bench.open(&elsewhere).await;
}

pub async fn concurrent_claims_of_one_link(bench: Bench) {
    let second = bench.second().await;
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let journal = Arc::clone(if n % 2 == 0 { &bench.journal } else { &second });
        let new = opening(&link_payment(&format!("r{n}"), "AS1"));
        tasks.spawn(async move { journal.open(new).await.unwrap() });
    }
    let opened = tasks.join_all().await;
    assert_eq!(opened.iter().filter(|one| **one == Opened::New).count(), 1);
    let holder = bench
        .journal
        .link_holder(&module(), "AS1")
        .await
        .unwrap()
        .unwrap();
    let busy = Opened::Held { holder };
    assert_eq!(opened.iter().filter(|one| **one == busy).count(), 19);
}

pub async fn releases_at_the_end(bench: Bench) {
    let first = link_payment("a", "AS1");
    bench.open(&first).await;
    let closing = next(&first, State::Closing);
    bench.journal.commit(change(&closing)).await.unwrap();
    assert!(
        bench
            .journal
            .link_holder(&module(), "AS1")
            .await
            .unwrap()
            .is_some()
    );
    bench
        .journal
        .commit(change(&next(&closing, State::Cancelled)))
        .await
        .unwrap();
    assert_eq!(bench.journal.link_holder(&module(), "AS1").await.unwrap(), None);
    bench.open(&link_payment("b", "AS1")).await;
}

pub async fn questions_claim_nothing(bench: Bench) {
    bench.open(&link_check("a", "AS1")).await;
    assert_eq!(bench.journal.link_holder(&module(), "AS1").await.unwrap(), None);
    let payment = link_payment("b", "AS1");
    bench.open(&payment).await;
    bench.open(&link_check("c", "AS1")).await;
    assert_eq!(
        bench.journal.link_holder(&module(), "AS1").await.unwrap(),
        Some(payment.id)
    );
}
