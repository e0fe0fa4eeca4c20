//! The outbox: in order, until confirmed.

use crate::bench::Bench;
use crate::build::{at, outgoing, payment};
use journal::OutboxRow;

fn bodies(rows: &[OutboxRow]) -> Vec<&str> {
    rows.iter().map(|row| row.outgoing.body.as_str()).collect()
}

pub async fn keeps_order_until_delivered(bench: Bench) {
    let first = payment("a", 100);
    bench.open(&first).await;
    let messages = ["one", "two", "three", "four"];
    let all: Vec<_> = messages
        .iter()
        .map(|body| outgoing(Some(first.id), body))
        .collect();
    bench.journal.enqueue(all.clone(), at(1)).await.unwrap();
    let rows = bench.journal.outbox(0, 10).await.unwrap();
    assert_eq!(bodies(&rows), messages);
    assert_eq!(rows[0].outgoing, all[0]);
    assert!(rows.is_sorted_by(|a, b| a.row < b.row));

    let page = bench.journal.outbox(rows[0].row, 2).await.unwrap();
    assert_eq!(bodies(&page), ["two", "three"]);
    bench
        .journal
        .delivered(&[rows[1].row, rows[3].row])
        .await
        .unwrap();
    // Confirming twice, or what was never there, does no harm.
    bench.journal.delivered(&[rows[1].row, i64::MAX]).await.unwrap();
    bench.journal.delivered(&[]).await.unwrap();
    let left = bench.journal.outbox(0, 10).await.unwrap();
    assert_eq!(bodies(&left), ["one", "three"]);

    // A row id is not used again, also when the last row is gone.
    bench.journal.delivered(&[rows[2].row]).await.unwrap();
    bench
        .journal
        .enqueue(vec![outgoing(None, "five")], at(2))
        .await
        .unwrap();
    let last = bench.journal.outbox(rows[3].row, 10).await.unwrap();
    assert_eq!(bodies(&last), ["five"]);
}

pub async fn delivers_many(bench: Bench) {
    let all = (0..140).map(|n| outgoing(None, &n.to_string())).collect();
    bench.journal.enqueue(all, at(1)).await.unwrap();
    bench.journal.enqueue(Vec::new(), at(1)).await.unwrap();
    let rows = bench.journal.outbox(0, 1000).await.unwrap();
    assert_eq!(rows.len(), 140);
    let ids: Vec<_> = rows.iter().map(|row| row.row).collect();
    bench.journal.delivered(&ids[..139]).await.unwrap();
    assert_eq!(bodies(&bench.journal.outbox(0, 1000).await.unwrap()), ["139"]);
}
