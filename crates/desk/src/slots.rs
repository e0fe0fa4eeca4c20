//! Which operations are being worked on, and how to reach each.

use crate::slot::Command;
use domain::OperationId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Notify, mpsc};

/// The slots by operation.
#[derive(Default)]
pub struct Slots {
    open: Mutex<HashMap<OperationId, mpsc::Sender<Command>>>,
    one_left: Notify,
}

impl Slots {
    /// How to reach an operation's slot.
    pub fn find(&self, id: OperationId) -> Option<mpsc::Sender<Command>> {
        self.lock().get(&id).cloned()
    }

    /// Notes a new slot. Returns false, and notes nothing, when the operation has one already.
    pub fn enter(&self, id: OperationId, inbox: mpsc::Sender<Command>) -> bool {
        let mut open = self.lock();
        if open.contains_key(&id) {
            return false;
        }
        open.insert(id, inbox);
        true
    }

    /// Forgets a slot that has nothing to do, unless something has just come in for it. Returns whether it is
    /// forgotten. Whoever found it before and comes too late sees it closed, and seeks again.
    pub fn retire(&self, id: OperationId, commands: &mpsc::Receiver<Command>) -> bool {
        let mut open = self.lock();
        if !commands.is_empty() {
            return false;
        }
        open.remove(&id);
        true
    }

    /// Forgets a slot that has ended.
    pub fn leave(&self, id: OperationId, inbox: &mpsc::Sender<Command>) {
        let mut open = self.lock();
        if open.get(&id).is_some_and(|known| known.same_channel(inbox)) {
            open.remove(&id);
        }
        drop(open);
        self.one_left.notify_waiters();
    }

    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Waits until every slot has ended, at most so long.
    pub async fn parked(&self, within_ms: u64) {
        let all_left = async {
            loop {
                let left = self.one_left.notified();
                if self.len() == 0 {
                    return;
                }
                left.await;
            }
        };
        if tokio::time::timeout(std::time::Duration::from_millis(within_ms), all_left)
            .await
            .is_err()
        {
            tracing::warn!(
                open = self.len(),
                "calls are still on their way; they will be asked about at the next start"
            );
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<OperationId, mpsc::Sender<Command>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
