//! Those who watch an operation.

use super::Slot;
use protocol::Reply;
use tokio::sync::mpsc;

/// How many replies may wait for one watcher before it is dropped.
const WATCHER_BUFFER: usize = 16;
/// How many may watch one operation at once.
const WATCHERS_MAX: usize = 64;

/// A new channel for one who watches.
pub fn watcher() -> (mpsc::Sender<Reply>, mpsc::Receiver<Reply>) {
    mpsc::channel(WATCHER_BUFFER)
}

impl Slot {
    /// Tells one more how the operation stands, now and until it ends.
    pub(super) fn watch(&mut self, watcher: mpsc::Sender<Reply>) {
        let reply = self.reply();
        let goes_on = !reply.is_final;
        if watcher.try_send(reply).is_ok() && goes_on && self.watchers.len() < WATCHERS_MAX {
            self.watchers.push(watcher);
        }
    }

    /// Tells everybody who watches. Who does not keep up is dropped.
    pub(super) fn tell_watchers(&mut self) {
        let reply = self.reply();
        self.watchers
            .retain(|watcher| watcher.try_send(reply.clone()).is_ok());
        if reply.is_final {
            self.watchers.clear();
        }
    }
}
