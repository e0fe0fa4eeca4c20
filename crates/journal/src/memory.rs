//! A journal in memory, for tests in virtual time. Same meaning as the others, and faults on demand.

mod state;

use crate::{
    Holder, Journal, JournalError, ListFilter, ModuleSettings, Opened, Opening, OutboxRow, Outgoing,
    SettingsWrite, StoryLine, change::Change, change::Stored,
};
use async_trait::async_trait;
use domain::{CallerId, ModuleName, OperationId, StoreId, TerminalId, Timestamp, Waiter};
use state::State;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A write that is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// [`Journal::open`] of this operation.
    Open(OperationId),
    /// [`Journal::commit`] of this operation.
    Commit(OperationId),
    /// [`Journal::attach`] to this operation.
    Attach(OperationId),
    /// [`Journal::enqueue`].
    Enqueue,
    /// [`Journal::adopt`].
    Adopt,
    /// [`Journal::take`] of this operation.
    Take(OperationId),
    /// [`Journal::renew`].
    Renew,
    /// [`Journal::release`].
    Release,
    /// [`Journal::delivered`].
    Delivered,
    /// [`Journal::ensure_module`] or [`Journal::write_settings`].
    Settings,
}

/// What shall go wrong with a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Injected {
    /// Nothing.
    Nothing,
    /// The database fails before the commit: nothing is written and the caller is told `Unavailable`.
    BeforeCommit,
    /// The answer to the commit is lost: it is written, and the caller is told `Unavailable`.
    AfterCommit,
}

/// Decides the fate of each write, in the order they come. A seeded or scripted closure.
pub type Faults = Box<dyn FnMut(Write) -> Injected + Send>;

/// A line of the audit: when, who, what (JSON).
pub type AuditLine = (Timestamp, String, String);

/// A handle on a journal in memory.
pub struct MemoryJournal {
    shared: Arc<Shared>,
    closed: AtomicBool,
}

struct Shared {
    state: Mutex<State>,
    faults: Mutex<Option<Faults>>,
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryJournal {
    /// An empty journal without faults.
    pub fn new() -> Self {
        let shared = Shared {
            state: Mutex::default(),
            faults: Mutex::new(None),
        };
        Self {
            shared: Arc::new(shared),
            closed: AtomicBool::new(false),
        }
    }

    /// Another handle on the same data, as a second daemon on the same MariaDB has.
    pub fn second_handle(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            closed: AtomicBool::new(false),
        }
    }

    /// A handle on the same data with all leases cleared, as a restarted daemon on a SQLite file has.
    pub fn restart(&self) -> Self {
        self.state().clear_leases();
        self.second_handle()
    }

    /// From now on `faults` decides the fate of each write, through any handle. `None` ends it.
    pub fn set_faults(&self, faults: Option<Faults>) {
        *self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// Makes an operation's row unreadable, as damaged JSON does in a database.
    pub fn damage(&self, id: OperationId) {
        self.state().damage(id);
    }

    /// The audit so far, oldest line first.
    pub fn audit(&self) -> Vec<AuditLine> {
        self.state().audit()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<MutexGuard<'_, State>, JournalError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(JournalError::Unavailable("it is closed".to_owned()));
        }
        Ok(self.state())
    }

    fn write<T>(
        &self,
        write: Write,
        work: impl FnOnce(&mut State) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut state = self.read()?;
        let mut faults = self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let injected = faults.as_mut().map_or(Injected::Nothing, |decide| decide(write));
        drop(faults);
        if injected == Injected::BeforeCommit {
            return Err(JournalError::Unavailable(
                "injected: failed before the commit".to_owned(),
            ));
        }
        let done = work(&mut state)?;
        if injected == Injected::AfterCommit {
            return Err(JournalError::Unavailable(
                "injected: the commit was not confirmed".to_owned(),
            ));
        }
        Ok(done)
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn open(&self, opening: Opening) -> Result<Opened, JournalError> {
        self.write(Write::Open(opening.operation.id), |state| state.open(opening))
    }

    async fn commit(&self, change: Change) -> Result<(), JournalError> {
        self.write(Write::Commit(change.operation.id), |state| state.commit(change))
    }

    async fn attach(&self, id: OperationId, waiter: Waiter) -> Result<(), JournalError> {
        self.write(Write::Attach(id), |state| state.attach(id, waiter))
    }

    async fn enqueue(&self, outgoing: Vec<Outgoing>, _now: Timestamp) -> Result<(), JournalError> {
        self.write(Write::Enqueue, |state| {
            state.enqueue(outgoing);
            Ok(())
        })
    }

    async fn get(&self, id: OperationId) -> Result<Option<Stored>, JournalError> {
        self.read()?.get(id)
    }

    async fn find(
        &self,
        store: &StoreId,
        terminal: &TerminalId,
        caller: &CallerId,
    ) -> Result<Option<Stored>, JournalError> {
        self.read()?.find(store, terminal, caller)
    }

    async fn find_by_receipt(
        &self,
        store: &StoreId,
        number: &str,
        shift: Option<u32>,
        limit: u32,
    ) -> Result<Vec<Stored>, JournalError> {
        self.read()?.find_by_receipt(store, number, shift, limit)
    }

    async fn story(&self, id: OperationId) -> Result<Vec<StoryLine>, JournalError> {
        Ok(self.read()?.story(id))
    }

    async fn list(&self, filter: &ListFilter) -> Result<Vec<domain::Operation>, JournalError> {
        self.read()?.list(filter)
    }

    async fn adopt(
        &self,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Stored>, JournalError> {
        self.write(Write::Adopt, |state| Ok(state.adopt(holder, now, until, limit)))
    }

    async fn take(
        &self,
        id: OperationId,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Stored>, JournalError> {
        self.write(Write::Take(id), |state| state.take(id, holder, now, until))
    }

    async fn renew(&self, holder: Holder, until: Timestamp) -> Result<u64, JournalError> {
        self.write(Write::Renew, |state| Ok(state.renew(holder, until)))
    }

    async fn release(&self, holder: Holder) -> Result<(), JournalError> {
        self.write(Write::Release, |state| {
            state.release(holder);
            Ok(())
        })
    }

    async fn outbox(&self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, JournalError> {
        Ok(self.read()?.outbox(after, limit))
    }

    async fn delivered(&self, rows: &[i64]) -> Result<(), JournalError> {
        self.write(Write::Delivered, |state| {
            state.delivered(rows);
            Ok(())
        })
    }

    async fn ensure_module(&self, module: &ModuleName) -> Result<(), JournalError> {
        self.write(Write::Settings, |state| {
            state.ensure_module(module);
            Ok(())
        })
    }

    async fn settings(&self, module: &ModuleName) -> Result<ModuleSettings, JournalError> {
        self.read()?.settings(module)
    }

    async fn write_settings(
        &self,
        write: SettingsWrite,
        who: &str,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.write(Write::Settings, |state| state.write_settings(write, who, now))
    }

    async fn settings_revision(&self) -> Result<i64, JournalError> {
        Ok(self.read()?.revision())
    }

    async fn link_holder(
        &self,
        module: &ModuleName,
        link_id: &str,
    ) -> Result<Option<OperationId>, JournalError> {
        Ok(self.read()?.link_holder(module, link_id))
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}
