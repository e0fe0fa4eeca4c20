//! The journal over SQL: callers' side of the writer, and the readers.

use super::dialect::Dialect;
use super::failure::journal_error;
use super::work::{Abort, Done, Job, NewOperation, NewVersion, Work};
use super::writer::{ANSWER_TIMEOUT, QUEUE_MAX, Source, Writer, within};
use super::{read, settings};
use crate::{
    Change, Holder, Journal, JournalError, ListFilter, ModuleSettings, Opened, Opening, OutboxRow, Outgoing,
    SettingsWrite, Stored, StoryLine,
};
use async_trait::async_trait;
use domain::{CallerId, ModuleName, Operation, OperationId, StoreId, TerminalId, Timestamp, Waiter};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool};
use std::fs::File;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// A journal over SQL; see [`SqliteJournal`](super::SqliteJournal) and [`MariaJournal`](super::MariaJournal).
pub struct SqlJournal<Engine> {
    readers: AnyPool,
    dialect: Dialect,
    scope: Scope,
    writer: Mutex<Option<WriterHandle>>,
    engine: PhantomData<fn() -> Engine>,
}

/// What a handle may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everything.
    Whole,
    /// Settings and reading, beside a daemon that has the file.
    SettingsOnly,
}

struct WriterHandle {
    jobs: mpsc::Sender<Job>,
    task: JoinHandle<()>,
}

impl<Engine> SqlJournal<Engine> {
    /// Starts the writer.
    pub(super) fn start(
        readers: AnyPool,
        source: Source,
        connection: AnyConnection,
        lock: Option<File>,
        scope: Scope,
    ) -> Self {
        let dialect = source.dialect;
        let (jobs, inbox) = mpsc::channel(QUEUE_MAX);
        let writer = Writer {
            source,
            connection: Some(connection),
            jobs: inbox,
            lock,
        };
        let task = tokio::spawn(writer.run());
        Self {
            readers,
            dialect,
            scope,
            writer: Mutex::new(Some(WriterHandle { jobs, task })),
            engine: PhantomData,
        }
    }

    /// What the writing connection says about what survives a power cut, as name and value: `journal_mode` and
    /// `synchronous` (2 = FULL) of SQLite, the `innodb_…` and binlog variables of MariaDB.
    pub async fn durability(&self) -> Result<Vec<(String, String)>, JournalError> {
        match self.submit(Work::Durability).await? {
            Done::Settings(settings) => Ok(settings),
            other => Err(mismatch(&other)),
        }
    }

    /// Hands a write to the writer and waits until its transaction is committed.
    async fn submit(&self, work: Work) -> Result<Done, JournalError> {
        let allowed = matches!(
            work,
            Work::Settings { .. } | Work::EnsureModule(_) | Work::Durability
        );
        if self.scope == Scope::SettingsOnly && !allowed {
            return Err(JournalError::Unavailable(
                "it was opened for settings only".to_owned(),
            ));
        }
        let closed = || JournalError::Unavailable("it is closed".to_owned());
        let jobs = {
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.as_ref().map(|writer| writer.jobs.clone())
        };
        let (reply, answer) = oneshot::channel();
        let job = Job { work, reply };
        jobs.ok_or_else(closed)?.send(job).await.map_err(|_| closed())?;
        answer.await.map_err(|_| {
            JournalError::Unavailable(
                "the writer ended before it answered; the write may have been done".to_owned(),
            )
        })?
    }

    async fn write(&self, work: Work) -> Result<(), JournalError> {
        self.submit(work).await.map(|_| ())
    }

    async fn reader(&self) -> Result<PoolConnection<Any>, sqlx::Error> {
        self.readers.acquire().await
    }

    /// Waits for the answer to a question.
    async fn answer<T>(
        &self,
        question: impl Future<Output = Result<T, Abort>> + Send,
    ) -> Result<T, JournalError> {
        let answer = within(self.dialect, ANSWER_TIMEOUT, question).await;
        answer.map_err(|abort| match abort {
            Abort::Database(error) => journal_error(&error),
            Abort::Refused(Err(error)) => error,
            Abort::Refused(Ok(done)) => mismatch(&done),
        })
    }
}

fn mismatch(done: &Done) -> JournalError {
    JournalError::Unavailable(format!("the writer answered another question: {done:?}"))
}

#[async_trait]
impl<Engine> Journal for SqlJournal<Engine> {
    async fn open(&self, opening: Opening) -> Result<Opened, JournalError> {
        let work = Work::Open(Box::new(NewOperation::new(opening)?));
        match self.submit(work).await? {
            Done::Opened(opened) => Ok(opened),
            other => Err(mismatch(&other)),
        }
    }

    async fn commit(&self, change: Change) -> Result<(), JournalError> {
        self.write(Work::Commit(Box::new(NewVersion::new(change)?))).await
    }

    async fn attach(&self, id: OperationId, waiter: Waiter) -> Result<(), JournalError> {
        self.write(Work::Attach { id, waiter }).await
    }

    async fn enqueue(&self, outgoing: Vec<Outgoing>, now: Timestamp) -> Result<(), JournalError> {
        if outgoing.is_empty() {
            return Ok(());
        }
        self.write(Work::Enqueue { outgoing, now }).await
    }

    async fn get(&self, id: OperationId) -> Result<Option<Stored>, JournalError> {
        self.answer(async { read::by_id(&mut *self.reader().await?, id).await })
            .await
    }

    async fn find(
        &self,
        store: &StoreId,
        terminal: &TerminalId,
        caller: &CallerId,
    ) -> Result<Option<Stored>, JournalError> {
        self.answer(async { read::by_key(&mut *self.reader().await?, (store, terminal, caller)).await })
            .await
    }

    async fn find_by_receipt(
        &self,
        store: &StoreId,
        number: &str,
        shift: Option<u32>,
        limit: u32,
    ) -> Result<Vec<Stored>, JournalError> {
        self.answer(async {
            read::by_receipt(&mut *self.reader().await?, store, (number, shift), limit).await
        })
        .await
    }

    async fn story(&self, id: OperationId) -> Result<Vec<StoryLine>, JournalError> {
        self.answer(async { read::story(&mut *self.reader().await?, id).await })
            .await
    }

    async fn list(&self, filter: &ListFilter) -> Result<Vec<Operation>, JournalError> {
        self.answer(async { read::list(&mut *self.reader().await?, filter).await })
            .await
    }

    async fn adopt(
        &self,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Stored>, JournalError> {
        let work = Work::Adopt {
            holder,
            now,
            until,
            limit,
        };
        match self.submit(work).await? {
            Done::Adopted(adopted) => Ok(adopted),
            other => Err(mismatch(&other)),
        }
    }

    async fn take(
        &self,
        id: OperationId,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Stored>, JournalError> {
        let work = Work::Take {
            id,
            holder,
            now,
            until,
        };
        match self.submit(work).await? {
            Done::Adopted(taken) => Ok(taken.into_iter().next()),
            other => Err(mismatch(&other)),
        }
    }

    async fn renew(&self, holder: Holder, until: Timestamp) -> Result<u64, JournalError> {
        match self.submit(Work::Renew { holder, until }).await? {
            Done::Count(count) => Ok(count),
            other => Err(mismatch(&other)),
        }
    }

    async fn release(&self, holder: Holder) -> Result<(), JournalError> {
        self.write(Work::Release(holder)).await
    }

    async fn outbox(&self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, JournalError> {
        self.answer(async { read::outbox(&mut *self.reader().await?, after, limit).await })
            .await
    }

    async fn delivered(&self, rows: &[i64]) -> Result<(), JournalError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.write(Work::Delivered(rows.to_vec())).await
    }

    async fn ensure_module(&self, module: &ModuleName) -> Result<(), JournalError> {
        self.write(Work::EnsureModule(module.clone())).await
    }

    async fn settings(&self, module: &ModuleName) -> Result<ModuleSettings, JournalError> {
        self.answer(async { settings::read(&mut *self.reader().await?, module).await })
            .await
    }

    async fn write_settings(
        &self,
        write: SettingsWrite,
        who: &str,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.write(Work::Settings {
            write: Box::new(write),
            who: who.to_owned(),
            now,
        })
        .await
    }

    async fn settings_revision(&self) -> Result<i64, JournalError> {
        self.answer(async { read::revision(&mut *self.reader().await?).await })
            .await
    }

    async fn link_holder(
        &self,
        module: &ModuleName,
        link_id: &str,
    ) -> Result<Option<OperationId>, JournalError> {
        self.answer(async { read::link_holder(&mut *self.reader().await?, module, link_id).await })
            .await
    }

    async fn close(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(WriterHandle { jobs, task }) = writer {
            drop(jobs);
            if let Err(error) = task.await {
                tracing::error!(%error, "the journal's writer ended badly");
            }
        }
        self.readers.close().await;
    }
}
