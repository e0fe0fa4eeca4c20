//! A desk in memory for the tests of both doors: it keeps what it was told and can be made to fail.

use crate::{CallbackVerdict, Desk, DeskError, OutboxReply};
use async_trait::async_trait;
use bytes::Bytes;
use domain::{CallerId, Code, ModuleName, OperationId, State, StoreId, Waiter};
use protocol::{BadMessage, Message, Reply, turned_away};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, Semaphore, mpsc};

pub struct Known {
    pub store: StoreId,
    message: Message,
    pub reply: Reply,
}

type Called = (String, Vec<(String, String)>, Bytes);

/// See the module.
pub struct FakeDesk {
    /// By the register's id.
    pub known: Mutex<BTreeMap<CallerId, Known>>,
    /// Ids in the order in which `handle` took them.
    pub handled: Mutex<Vec<String>>,
    /// How many `handle` calls began.
    pub attempts: AtomicUsize,
    /// Waiters of messages that were turned away, with their codes.
    pub turned_away: Mutex<Vec<Code>>,
    pub rows: Mutex<BTreeMap<i64, OutboxReply>>,
    next_row: Mutex<i64>,
    news: Notify,
    pub journal_down: AtomicBool,
    pub shutting_down: AtomicBool,
    pub panics: AtomicBool,
    /// Each `handle` needs a place; take them all away and everything waits.
    pub gate: Semaphore,
    pub working: AtomicUsize,
    /// Module, headers and body of each callback.
    pub callbacks: Mutex<Vec<Called>>,
    pub verdict: Mutex<CallbackVerdict>,
    /// What `watch` tells after the current reply.
    pub later: Mutex<Vec<Reply>>,
}

impl Default for FakeDesk {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            handled: Mutex::default(),
            attempts: AtomicUsize::new(0),
            turned_away: Mutex::default(),
            rows: Mutex::default(),
            next_row: Mutex::new(1),
            news: Notify::new(),
            journal_down: AtomicBool::new(false),
            shutting_down: AtomicBool::new(false),
            panics: AtomicBool::new(false),
            gate: Semaphore::new(10_000),
            working: AtomicUsize::new(0),
            callbacks: Mutex::default(),
            verdict: Mutex::new(CallbackVerdict::Taken),
            later: Mutex::default(),
        }
    }
}

impl FakeDesk {
    pub fn put(&self, waiter: Waiter, body: String) {
        let row = {
            let mut next = self.next_row.lock().unwrap();
            *next += 1;
            *next
        };
        self.rows
            .lock()
            .unwrap()
            .insert(row, OutboxReply { row, waiter, body });
        self.news.notify_waiters();
    }

    fn up(&self) -> Result<(), DeskError> {
        if self.shutting_down.load(SeqCst) {
            return Err(DeskError::ShuttingDown);
        }
        if self.journal_down.load(SeqCst) {
            return Err(DeskError::JournalUnavailable("disk full".to_owned()));
        }
        Ok(())
    }

    fn answer(&self, message: &Message) -> Reply {
        let common = message.common();
        let mut known = self.known.lock().unwrap();
        if let Message::Status(status) = message {
            let found = known.values().find(|known| {
                known.reply.operation_id == status.operation_id && known.store == *common.store
            });
            return found.map_or_else(
                || turned_away(None, Some(message), Code::UnknownPayment, None),
                |found| found.reply.clone().answering(message),
            );
        }
        if let Some(first) = known.get(common.id) {
            if first.message == *message {
                return first.reply.clone();
            }
            return turned_away(None, Some(message), Code::IdConflict, None);
        }
        let mut reply = turned_away(None, Some(message), Code::Internal, None);
        reply.error = None;
        reply.operation_id = Some(OperationId::from_bytes(*uuid::Uuid::new_v4().as_bytes()));
        reply.state = Some(State::AwaitingPayment);
        reply.is_final = false;
        let entry = Known {
            store: common.store.clone(),
            message: message.clone(),
            reply: reply.clone(),
        };
        known.insert(common.id.clone(), entry);
        reply
    }
}

#[async_trait]
impl Desk for FakeDesk {
    async fn handle(&self, message: Message, waiter: Option<Waiter>) -> Result<Reply, DeskError> {
        self.attempts.fetch_add(1, SeqCst);
        self.working.fetch_add(1, SeqCst);
        let place = self.gate.acquire().await;
        self.working.fetch_sub(1, SeqCst);
        drop(place);
        assert!(!self.panics.load(SeqCst), "asked to");
        self.up()?;
        let reply = self.answer(&message);
        self.handled.lock().unwrap().push(message.common().id.to_string());
        if let Some(waiter) = waiter {
            self.put(waiter, serde_json::to_string(&reply).unwrap());
        }
        Ok(reply)
    }

    async fn turn_away(&self, bad: &BadMessage, waiter: Waiter) -> Result<(), DeskError> {
        self.up()?;
        self.turned_away.lock().unwrap().push(bad.code);
        let reply = turned_away(bad.id.clone(), None, bad.code, Some(bad.detail.clone()));
        self.put(waiter, serde_json::to_string(&reply).unwrap());
        Ok(())
    }

    async fn look(&self, id: OperationId) -> Result<Option<Reply>, DeskError> {
        self.up()?;
        let known = self.known.lock().unwrap();
        let found = known.values().find(|known| known.reply.operation_id == Some(id));
        Ok(found.map(|known| known.reply.clone()))
    }

    async fn watch(&self, id: OperationId) -> Result<Option<mpsc::Receiver<Arc<Reply>>>, DeskError> {
        let Some(now) = self.look(id).await? else {
            return Ok(None);
        };
        let (sender, receiver) = mpsc::channel(16);
        sender.try_send(Arc::new(now)).unwrap();
        for reply in self.later.lock().unwrap().iter() {
            sender.try_send(Arc::new(reply.clone())).unwrap();
        }
        // The sender stays open: the stream must end by the final reply, not by the channel's end.
        tokio::spawn(async move { sender.closed().await });
        Ok(Some(receiver))
    }

    async fn callback(
        &self,
        module: &ModuleName,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> CallbackVerdict {
        self.callbacks
            .lock()
            .unwrap()
            .push((module.to_string(), headers, body));
        *self.verdict.lock().unwrap()
    }

    fn modules(&self) -> Vec<ModuleName> {
        Vec::new()
    }

    async fn outbox(&self, after: i64) -> Result<Vec<OutboxReply>, DeskError> {
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            let rows: Vec<OutboxReply> = {
                let rows = self.rows.lock().unwrap();
                rows.range(after + 1..).map(|(_, reply)| reply.clone()).collect()
            };
            if !rows.is_empty() {
                return Ok(rows);
            }
            news.await;
        }
    }

    async fn delivered(&self, rows: &[i64]) -> Result<(), DeskError> {
        let mut kept = self.rows.lock().unwrap();
        for row in rows {
            assert!(kept.remove(row).is_some(), "row {row} was confirmed twice");
        }
        Ok(())
    }
}
