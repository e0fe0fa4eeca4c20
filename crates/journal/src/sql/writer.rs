//! The one task that writes: group commit.

use super::dialect::Dialect;
use super::failure::{Remedy, fails_alone, journal_error, remedy};
use super::tail::Tail;
use super::work::{Abort, Done, Job, Work};
use super::{operations, others, settings};
use crate::JournalError;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions, Connection, Executor, Row};
use std::fs::File;
use std::time::Duration;
use tokio::sync::mpsc;

/// Most jobs in one transaction.
pub(super) const BATCH_MAX: usize = 256;

/// Most jobs that wait for the writer; a caller beyond that waits for a place.
pub(super) const QUEUE_MAX: usize = 4096;

/// How often a batch is run when others were in its way (deadlock, lock timeout) or its connection was lost before
/// the commit.
const ATTEMPTS_MAX: u32 = 4;

/// How long MariaDB may take to let us in, or to take a transaction back.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long MariaDB may take for the statements of a batch or for its commit, and for a question. A connection that
/// is silent for longer is given up: the other side may be gone without a word. SQLite needs no such limit, its
/// busy timeout is all that it can wait for.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// How the writing connection is made.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) dialect: Dialect,
    pub(super) address: AnyConnectOptions,
    /// Run on each new connection.
    pub(super) setup: &'static [&'static str],
}

impl Source {
    pub(super) async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        within(self.dialect, CONNECT_TIMEOUT, async {
            let mut connection = self.address.connect().await?;
            for statement in self.setup {
                plain(&mut connection, statement).await?;
            }
            Ok(connection)
        })
        .await
    }
}

/// The writer's state.
pub(super) struct Writer {
    pub(super) source: Source,
    pub(super) connection: Option<AnyConnection>,
    pub(super) jobs: mpsc::Receiver<Job>,
    /// Held as long as this task can write: another daemon gets the file only after the last commit.
    pub(super) lock: Option<File>,
}

/// Which jobs get a savepoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Savepoints {
    /// Those that can be refused after they have written something.
    WhereNeeded,
    /// All: an earlier run of the batch met an error that belongs to one of them.
    Everywhere,
}

/// Why a batch failed.
struct BatchError {
    error: sqlx::Error,
    /// Whether the commit was under way: then it may have happened.
    committing: bool,
}

type Answers = Vec<Result<Done, JournalError>>;

impl Writer {
    /// Works until nobody can send jobs any more and all that were sent are done.
    pub(super) async fn run(mut self) {
        let mut waiting = Vec::with_capacity(BATCH_MAX);
        while self.jobs.recv_many(&mut waiting, BATCH_MAX).await > 0 {
            let (alone, batch): (Vec<_>, Vec<_>) = waiting.drain(..).partition(|job| job.work.runs_alone());
            for job in alone {
                let answer = self.run_alone(&job.work).await;
                // Who no longer waits for the answer does not need it.
                let _ = job.reply.send(answer);
            }
            if !batch.is_empty() {
                self.run_batch(batch).await;
            }
        }
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
        drop(self.lock);
    }

    async fn run_alone(&mut self, work: &Work) -> Result<Done, JournalError> {
        let dialect = self.source.dialect;
        let connection = self.connection().await.map_err(|error| journal_error(&error))?;
        let work = async {
            match work {
                Work::EnsureModule(module) => settings::ensure(connection, dialect, module)
                    .await
                    .map(|()| Done::Nothing),
                _ => others::durability(connection, dialect).await.map(Done::Settings),
            }
        };
        let done = within(dialect, ANSWER_TIMEOUT, work).await;
        if done.is_err() {
            self.connection = None;
        }
        done.map_err(|error| journal_error(&error))
    }

    async fn run_batch(&mut self, batch: Vec<Job>) {
        let answers = self.answers(&batch).await;
        for (job, answer) in batch.into_iter().zip(answers) {
            let _ = job.reply.send(answer);
        }
    }

    async fn answers(&mut self, batch: &[Job]) -> Answers {
        let mut savepoints = Savepoints::WhereNeeded;
        let mut attempt = 1;
        loop {
            let failed = match self.attempt(batch, savepoints).await {
                Ok(answers) => return answers,
                Err(failed) => failed,
            };
            self.give_up_transaction(&failed.error).await;
            if failed.committing {
                let text = format!(
                    "the commit was not confirmed, it may have been done: {}",
                    failed.error
                );
                return unavailable(batch, &text);
            }
            match remedy(&failed.error) {
                Remedy::Repeat if attempt < ATTEMPTS_MAX => {
                    tracing::warn!(attempt, error = %failed.error, "the journal repeats a transaction");
                    attempt += 1;
                }
                Remedy::Repeat | Remedy::Isolate if batch.len() == 1 => {
                    return vec![Err(journal_error(&failed.error))];
                }
                Remedy::Repeat | Remedy::Isolate if savepoints == Savepoints::WhereNeeded => {
                    savepoints = Savepoints::Everywhere;
                }
                _ => return unavailable(batch, &failed.error.to_string()),
            }
        }
    }

    /// Runs the batch in one transaction.
    async fn attempt(&mut self, batch: &[Job], savepoints: Savepoints) -> Result<Answers, BatchError> {
        let dialect = self.source.dialect;
        let before = |error| BatchError {
            error,
            committing: false,
        };
        let connection = self.connection().await.map_err(before)?;
        let statements = async {
            plain(connection, dialect.begin()).await?;
            let mut answers = Vec::with_capacity(batch.len());
            let mut tail = Tail::default();
            for job in batch {
                answers.push(guarded(connection, dialect, &job.work, savepoints, &mut tail).await?);
            }
            tail.write(connection).await?;
            Ok(answers)
        };
        let answers = within(dialect, ANSWER_TIMEOUT, statements)
            .await
            .map_err(before)?;
        let commit = within(dialect, ANSWER_TIMEOUT, plain(connection, "COMMIT"));
        commit.await.map_err(|error| BatchError {
            error,
            committing: true,
        })?;
        Ok(answers)
    }

    async fn connection(&mut self) -> Result<&mut AnyConnection, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.source.connect().await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// After a failure the connection is kept only if it can still answer.
    async fn give_up_transaction(&mut self, error: &sqlx::Error) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        if remedy(error) == Remedy::GiveUp {
            return;
        }
        let rollback = plain(&mut connection, "ROLLBACK");
        if within(self.source.dialect, CONNECT_TIMEOUT, rollback)
            .await
            .is_ok()
        {
            self.connection = Some(connection);
        }
    }
}

/// Runs one job so that, if it is refused, nothing of it stays.
async fn guarded<'a>(
    connection: &mut AnyConnection,
    dialect: Dialect,
    work: &'a Work,
    savepoints: Savepoints,
    tail: &mut Tail<'a>,
) -> Result<Result<Done, JournalError>, sqlx::Error> {
    let everywhere = savepoints == Savepoints::Everywhere;
    let guarded = everywhere || work.needs_savepoint();
    if guarded {
        plain(connection, "SAVEPOINT job").await?;
    }
    let mark = tail.mark();
    let mut done = run(connection, dialect, work, tail).await;
    if everywhere && done.is_ok() {
        // An error in what the job adds must be met while the job can still be undone.
        if let Err(error) = tail.write(connection).await {
            done = Err(error.into());
        }
    }
    if done.is_err() {
        tail.back_to(mark);
    }
    let answer = match done {
        Ok(done) => {
            if guarded {
                plain(connection, "RELEASE SAVEPOINT job").await?;
            }
            return Ok(Ok(done));
        }
        Err(Abort::Refused(answer)) => answer,
        Err(Abort::Database(error)) if everywhere && fails_alone(&error) => Err(journal_error(&error)),
        Err(Abort::Database(error)) => return Err(error),
    };
    if guarded {
        plain(connection, "ROLLBACK TO SAVEPOINT job").await?;
        plain(connection, "RELEASE SAVEPOINT job").await?;
    }
    Ok(answer)
}

async fn run<'a>(
    connection: &mut AnyConnection,
    dialect: Dialect,
    work: &'a Work,
    tail: &mut Tail<'a>,
) -> Result<Done, Abort> {
    match work {
        Work::Open(new) => operations::open(connection, dialect, new, tail)
            .await
            .map(Done::Opened),
        Work::Commit(new) => operations::commit(connection, dialect, new, tail).await,
        Work::Attach { id, waiter } => others::attach(connection, dialect, *id, waiter).await,
        Work::Enqueue { outgoing, now } => {
            tail.replies(outgoing, *now);
            Ok(Done::Nothing)
        }
        Work::Adopt {
            holder,
            now,
            until,
            limit,
        } => others::adopt(connection, dialect, *holder, *now, *until, *limit).await,
        Work::Take {
            id,
            holder,
            now,
            until,
        } => others::take(connection, *id, *holder, *now, *until).await,
        Work::Renew { holder, until } => others::renew(connection, *holder, *until).await,
        Work::Release(holder) => others::release(connection, *holder).await,
        Work::Delivered(rows) => others::delivered(connection, rows).await,
        Work::Settings { write, who, now } => {
            settings::write(connection, write, &[], who, *now).await?;
            Ok(Done::Nothing)
        }
        // These never come into a batch.
        Work::EnsureModule(_) | Work::Durability => Ok(Done::Nothing),
    }
}

/// Waits for MariaDB no longer than `limit`.
pub(super) async fn within<T, E: From<sqlx::Error>>(
    dialect: Dialect,
    limit: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    if dialect == Dialect::Sqlite {
        return work.await;
    }
    if let Ok(done) = tokio::time::timeout(limit, work).await {
        return done;
    }
    let text = format!("the server did not answer within {} s", limit.as_secs());
    Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, text)).into())
}

/// Runs a statement that MariaDB does not prepare.
async fn plain(connection: &mut AnyConnection, statement: &'static str) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::raw_sql(statement)).await.map(|_| ())
}

/// Reads one text from the connection, for set-up checks.
pub(super) async fn one_text(
    connection: &mut AnyConnection,
    statement: &'static str,
) -> Result<String, sqlx::Error> {
    connection.fetch_one(sqlx::raw_sql(statement)).await?.try_get(0)
}

fn unavailable(batch: &[Job], text: &str) -> Answers {
    tracing::error!(jobs = batch.len(), error = text, "the journal could not write");
    batch
        .iter()
        .map(|_| Err(JournalError::Unavailable(text.to_owned())))
        .collect()
}
