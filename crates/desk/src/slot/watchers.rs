//! Those who watch an operation.

use super::Slot;
use protocol::Reply;
use std::sync::Arc;
use tokio::sync::mpsc;

/// How many replies may wait for one watcher before it is dropped.
const WATCHER_BUFFER: usize = 16;
/// How many may watch one operation at once.
const WATCHERS_MAX: usize = 64;

/// One who watches. A channel keeps room for 32 replies as long as it is open, so they are passed by pointer.
pub type Watcher = mpsc::Sender<Arc<Reply>>;

/// A new channel for one who watches.
pub fn watcher() -> (Watcher, mpsc::Receiver<Arc<Reply>>) {
    mpsc::channel(WATCHER_BUFFER)
}

impl Slot {
    /// Tells one more how the operation stands, now and until it ends.
    pub(super) fn watch(&mut self, watcher: Watcher) {
        let reply = self.reply();
        let goes_on = !reply.is_final;
        if watcher.try_send(Arc::new(reply)).is_ok() && goes_on && self.watchers.len() < WATCHERS_MAX {
            self.watchers.push(watcher);
        }
    }

    /// Tells everybody who watches. Who does not keep up is dropped.
    pub(super) fn tell_watchers(&mut self) {
        if self.watchers.is_empty() {
            return;
        }
        let reply = Arc::new(self.reply());
        self.watchers
            .retain(|watcher| watcher.try_send(Arc::clone(&reply)).is_ok());
        if reply.is_final {
            self.watchers.clear();
        }
    }

    /// Forgets those who no longer listen: a register goes as soon as it has its QR.
    pub(super) fn forget_gone_watchers(&mut self) {
        self.watchers.retain(|watcher| !watcher.is_closed());
    }
}
