//! Keeps leases and settings fresh, and takes up what nobody holds.

use crate::{Inner, slot};
use engine::Event;
use journal::JournalError;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How many operations are taken up at once.
const ADOPT_PAGE: u32 = 500;

/// Takes up every operation that wants attention and has no living holder. Returns how many.
pub async fn adopt_all(inner: &Arc<Inner>) -> Result<usize, JournalError> {
    let mut count = 0;
    loop {
        let now = inner.clock.now();
        let page = inner
            .journal
            .adopt(inner.holder, now, inner.lease_until(), ADOPT_PAGE)
            .await?;
        if page.is_empty() {
            return Ok(count);
        }
        for stored in page {
            if slot::start(inner, stored, Vec::new(), Some(Event::Resumed)) {
                count += 1;
            }
        }
    }
}

/// Starts the keeper's tasks; they end with the desk.
pub fn run(inner: &Arc<Inner>) {
    tokio::spawn(until_stopped(
        Arc::clone(inner),
        inner.options.lease_ms / 3,
        leases,
    ));
    tokio::spawn(until_stopped(
        Arc::clone(inner),
        inner.options.settings_every_ms,
        settings,
    ));
}

async fn until_stopped<F>(inner: Arc<Inner>, every_ms: u64, step: impl Fn(Arc<Inner>) -> F + Send)
where
    F: Future<Output = ()> + Send,
{
    loop {
        tokio::select! {
            () = inner.stopping.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(every_ms)) => step(Arc::clone(&inner)).await,
        }
    }
}

async fn leases(inner: Arc<Inner>) {
    if let Err(error) = inner.journal.renew(inner.holder, inner.lease_until()).await {
        tracing::error!(%error, "leases could not be renewed");
        return;
    }
    settle_doubts(&inner).await;
    match adopt_all(&inner).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "operations without a living holder were taken up"),
        Err(error) => tracing::error!(%error, "operations could not be taken up"),
    }
}

/// Looks for operations that may have been written although the journal said otherwise.
async fn settle_doubts(inner: &Arc<Inner>) {
    let doubtful = std::mem::take(&mut *inner.doubtful.lock().unwrap_or_else(PoisonError::into_inner));
    for id in doubtful {
        let now = inner.clock.now();
        match inner
            .journal
            .take(id, inner.holder, now, inner.lease_until())
            .await
        {
            Ok(Some(stored)) => {
                slot::start(inner, stored, Vec::new(), Some(Event::Resumed));
            }
            Ok(None) => {}
            Err(_) => inner.doubt(id),
        }
    }
}

async fn settings(inner: Arc<Inner>) {
    match inner.modules.refresh(inner.journal.as_ref()).await {
        Ok(true) => tracing::info!("module settings were changed; they are in force"),
        Ok(false) => {}
        Err(error) => {
            tracing::error!(%error, "module settings could not be read; the earlier ones stay in force");
        }
    }
}
