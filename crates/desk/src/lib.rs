//! The desk behind the doors: takes messages in, lets the engine decide, has the journal remember, and only then
//! carries the effects out. What comes of them is the next event.
//!
//! Each open operation is a [`slot`]: one task that owns it, so that a callback, a poll, a cancel and a repeat can
//! never work on it at the same time.

mod at_once;
mod batch;
mod callback;
mod cancel;
mod confirm;
pub mod modules;
mod opening;
mod receipts;
mod refund;
mod replace;

mod keeper;
mod links;
mod look;
mod slot;
mod slots;
mod story;

pub use modules::{Module, Modules, ModulesError};

use async_trait::async_trait;
use bytes::Bytes;
use domain::{Clock, ModuleName, OperationId, Waiter};
use gateway::{CallbackVerdict, DeskError, OutboxReply};
use journal::{Holder, Journal, JournalError};
use outbound::Outbound;
use protocol::{BadMessage, Message, Reply};
use slots::Slots;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How many replies are read from the outbox at once.
const OUTBOX_PAGE: u32 = 512;

/// A journal that takes longer than this to tell a number does not answer, in milliseconds.
const ANSWER_WITHIN_MS: u64 = 5_000;
/// How many operations may be in doubt at once; more are found at the next start.
const DOUBTFUL_MAX: usize = 10_000;

/// Times that the desk itself lives by.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long a lease on an operation lasts, in milliseconds. It is renewed three times as often.
    pub lease_ms: u64,
    /// How long a register is taken to wait for its final answer when its message does not say, in milliseconds.
    pub register_timeout_ms: u64,
    /// How often it is asked whether settings changed, in milliseconds.
    pub settings_every_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lease_ms: 30_000,
            register_timeout_ms: 310_000,
            settings_every_ms: 1_000,
        }
    }
}

/// The desk. Cheap to clone; all clones are one desk.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

pub(crate) struct Inner {
    pub journal: Arc<dyn Journal>,
    pub outbound: Arc<Outbound>,
    pub clock: Arc<dyn Clock>,
    pub modules: Modules,
    pub holder: Holder,
    pub options: Options,
    pub slots: Slots,
    pub batches: batch::Batches,
    pub outbox_filled: Notify,
    pub stopping: CancellationToken,
    /// The power is gone: nothing more may be written or sent.
    pub abandoned: CancellationToken,
    pub closed: AtomicBool,
    /// Operations that may be in the journal although it said that it could not write them.
    pub doubtful: Mutex<Vec<OperationId>>,
}

impl Desk {
    /// Puts a desk together. Nothing runs yet: [`Desk::start`] takes up what an earlier life left open.
    pub fn new(
        journal: Arc<dyn Journal>,
        outbound: Arc<Outbound>,
        clock: Arc<dyn Clock>,
        modules: Modules,
        options: Options,
    ) -> Self {
        let holder = Holder(*OperationId::mint(clock.now()).as_bytes());
        Self(Arc::new(Inner {
            journal,
            outbound,
            clock,
            modules,
            holder,
            options,
            slots: Slots::default(),
            batches: batch::Batches::default(),
            outbox_filled: Notify::new(),
            stopping: CancellationToken::new(),
            abandoned: CancellationToken::new(),
            closed: AtomicBool::new(false),
            doubtful: Mutex::default(),
        }))
    }

    /// Takes up every operation that wants attention, then keeps leases and settings fresh until the stop.
    /// Returns how many operations were taken up.
    pub async fn start(&self) -> Result<usize, JournalError> {
        let resumed = keeper::adopt_all(&self.0).await?;
        keeper::run(&self.0);
        Ok(resumed)
    }

    /// Takes no new work, lets calls that are on their way come home within `within_ms`, parks the rest, gives the
    /// leases back. What is parked goes on at the next start.
    pub async fn stop(&self, within_ms: u64) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.0.stopping.cancel();
        self.0.slots.parked(within_ms).await;
        if let Err(error) = self.0.journal.release(self.0.holder).await {
            tracing::warn!(%error, "the leases could not be given back; they will run out by themselves");
        }
    }

    /// Ends as a power cut does: nothing is finished, nothing is given back. For tests of what comes after.
    pub fn abandon(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.0.abandoned.cancel();
        self.0.stopping.cancel();
    }

    /// The modules that are switched on.
    pub fn module_names(&self) -> Vec<ModuleName> {
        self.0.modules.names()
    }

    /// Whether the journal answers: what the watchdog asks.
    pub async fn journal_answers(&self) -> bool {
        let asked = self.0.journal.settings_revision();
        let answer = tokio::time::timeout(std::time::Duration::from_millis(ANSWER_WITHIN_MS), asked).await;
        matches!(answer, Ok(Ok(_)))
    }

    /// How many operations are being worked on.
    pub fn open_count(&self) -> usize {
        self.0.slots.len()
    }
}

impl Inner {
    pub fn taking_work(&self) -> Result<(), DeskError> {
        if self.closed.load(Ordering::SeqCst) {
            Err(DeskError::ShuttingDown)
        } else {
            Ok(())
        }
    }

    /// Notes an operation to be looked for as soon as the journal can be read again.
    pub fn doubt(&self, id: OperationId) {
        let mut doubtful = self.doubtful.lock().unwrap_or_else(PoisonError::into_inner);
        if doubtful.len() < DOUBTFUL_MAX {
            doubtful.push(id);
        }
    }

    pub fn lease_until(&self) -> domain::Timestamp {
        self.clock.now().plus_ms(self.options.lease_ms)
    }
}

#[async_trait]
impl gateway::Desk for Desk {
    async fn handle(&self, message: Message, waiter: Option<Waiter>) -> Result<Reply, DeskError> {
        self.0.taking_work()?;
        match &message {
            Message::Pay(_) | Message::LinkCheck(_) | Message::LinkBind(_) => {
                opening::open(&self.0, &message, waiter).await
            }
            Message::Refund(refund) => refund::open(&self.0, refund, &message, waiter).await,
            Message::Cancel(cancel) => cancel::cancel(&self.0, cancel, &message, waiter).await,
            Message::Confirm(confirm) => confirm::confirm(&self.0, confirm, &message, waiter).await,
            Message::Status(status) => look::status(&self.0, status, &message, waiter).await,
            Message::ReceiptFind(find) => receipts::find(&self.0, find, &message, waiter).await,
        }
    }

    async fn turn_away(&self, bad: &BadMessage, waiter: Waiter) -> Result<(), DeskError> {
        let reply = protocol::turned_away(bad.id.clone(), None, bad.code, Some(bad.detail.clone()));
        look::enqueue(&self.0, &reply, None, waiter).await
    }

    async fn look(&self, id: OperationId) -> Result<Option<Reply>, DeskError> {
        look::look(&self.0, id).await
    }

    async fn watch(
        &self,
        id: OperationId,
    ) -> Result<Option<tokio::sync::mpsc::Receiver<Arc<Reply>>>, DeskError> {
        look::watch(&self.0, id).await
    }

    async fn callback(
        &self,
        module: &ModuleName,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> CallbackVerdict {
        callback::callback(&self.0, module, headers, body).await
    }

    fn modules(&self) -> Vec<ModuleName> {
        self.0.modules.names()
    }

    async fn outbox(&self, after: i64) -> Result<Vec<OutboxReply>, DeskError> {
        loop {
            let filled = self.0.outbox_filled.notified();
            let rows = self
                .0
                .journal
                .outbox(after, OUTBOX_PAGE)
                .await
                .map_err(unavailable)?;
            if !rows.is_empty() {
                let reply = |row: journal::OutboxRow| (row.row, row.outgoing.waiter, row.outgoing.body);
                return Ok(rows
                    .into_iter()
                    .map(reply)
                    .map(|(row, waiter, body)| OutboxReply { row, waiter, body })
                    .collect());
            }
            filled.await;
        }
    }

    async fn delivered(&self, rows: &[i64]) -> Result<(), DeskError> {
        self.0.journal.delivered(rows).await.map_err(unavailable)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands in map_err, which gives the error away"
)]
pub(crate) fn unavailable(error: JournalError) -> DeskError {
    tracing::error!(%error, "the journal cannot be used; nothing was started");
    DeskError::JournalUnavailable(error.to_string())
}
