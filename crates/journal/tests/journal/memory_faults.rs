//! Faults on demand in the journal in memory.

use crate::build::{opening, payment};
use journal::memory::{Injected, Write};
use journal::{Journal, JournalError, MemoryJournal, Opened};

#[tokio::test]
async fn fails_before_and_after_the_commit() {
    let journal = MemoryJournal::new();
    let (lost, kept) = (payment("lost", 100), payment("kept", 100));
    let (lost_id, kept_id) = (lost.id, kept.id);
    journal.set_faults(Some(Box::new(move |write| match write {
        Write::Open(id) if id == lost_id => Injected::BeforeCommit,
        Write::Open(id) if id == kept_id => Injected::AfterCommit,
        _ => Injected::Nothing,
    })));
    for operation in [&lost, &kept] {
        let failed = journal.open(opening(operation)).await;
        assert!(matches!(failed, Err(JournalError::Unavailable(_))));
    }
    assert!(journal.get(lost_id).await.unwrap().is_none());
    assert!(journal.get(kept_id).await.unwrap().is_some());

    journal.set_faults(None);
    assert_eq!(journal.open(opening(&lost)).await.unwrap(), Opened::New);
}
