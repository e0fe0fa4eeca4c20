//! A journal to be tested: fresh, reopened, seen by a second daemon, damaged by hand.

use domain::OperationId;
use journal::{Journal, JournalOptions, MariaJournal, MemoryJournal, Opened, SqliteJournal};
use sqlx::{AnyConnection, Connection, Executor, Row};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::LocalSet;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Memory,
    Sqlite,
    MariaDb,
}

pub struct Bench {
    pub kind: Kind,
    pub journal: Arc<dyn Journal>,
    memory: Arc<MemoryJournal>,
    folder: Arc<TempDir>,
    database: Option<Database>,
}

/// A database of its own on the test server.
#[derive(Clone)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    pub async fn create() -> Self {
        let server = std::env::var("QRPAY_TEST_MARIADB_URL").unwrap_or_else(|_| {
            panic!("QRPAY_TEST_MARIADB_URL is not set: run it through `cargo xtask test`")
        });
        let database = Self {
            server: server.trim_end_matches('/').to_owned(),
            name: format!("qrpay_{}", Uuid::new_v4().simple()),
        };
        database
            .on_server(format!("CREATE DATABASE `{}`", database.name))
            .await;
        database
    }

    pub fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    pub async fn drop(&self) {
        self.on_server(format!("DROP DATABASE `{}`", self.name)).await;
    }

    pub async fn on_server(&self, statement: String) {
        execute(&self.server, statement).await;
    }
}

async fn execute(url: &str, statement: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.unwrap();
    connection
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement)))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// Other tests may loosen the shared server for a moment; those who do not test that need not notice.
pub fn options() -> JournalOptions {
    JournalOptions {
        allow_weak_durability: true,
        ..JournalOptions::default()
    }
}

impl Bench {
    async fn new(kind: Kind) -> Self {
        let memory = Arc::new(MemoryJournal::new());
        let mut bench = Self {
            kind,
            journal: Arc::clone(&memory) as Arc<dyn Journal>,
            memory,
            folder: Arc::new(TempDir::new().unwrap()),
            database: None,
        };
        if kind == Kind::MariaDb {
            bench.database = Some(Database::create().await);
        }
        if kind != Kind::Memory {
            bench.journal = bench.connect().await;
        }
        bench
    }

    async fn connect(&self) -> Arc<dyn Journal> {
        match &self.database {
            Some(database) => Arc::new(MariaJournal::connect(&database.url(), options()).await.unwrap()),
            None => Arc::new(SqliteJournal::open(self.path(), options()).await.unwrap()),
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("журнал 1.db")
    }

    fn url(&self) -> String {
        match &self.database {
            Some(database) => database.url(),
            None => format!("sqlite://{}", self.path().display()).replace(' ', "%20"),
        }
    }

    /// What another daemon on the same data sees. A SQLite file has only one daemon.
    pub async fn second(&self) -> Arc<dyn Journal> {
        match self.kind {
            Kind::Memory => Arc::new(self.memory.second_handle()),
            Kind::Sqlite => Arc::clone(&self.journal),
            Kind::MariaDb => self.connect().await,
        }
    }

    /// Closes the journal and opens it again.
    pub async fn reopen(&mut self) {
        self.journal.close().await;
        self.journal = match self.kind {
            Kind::Memory => Arc::new(self.memory.restart()),
            Kind::Sqlite | Kind::MariaDb => self.connect().await,
        };
    }

    /// Makes an operation's JSON unreadable.
    pub async fn damage(&self, id: OperationId) {
        if self.kind == Kind::Memory {
            self.memory.damage(id);
            return;
        }
        let hex = id.to_string().replace('-', "");
        let text = format!(r#"UPDATE operations SET data = '{{"id": broken' WHERE id = x'{hex}'"#);
        execute(&self.url(), text).await;
    }

    /// The audit, oldest line first: who and what.
    pub async fn audit(&self) -> Vec<(String, String)> {
        if self.kind == Kind::Memory {
            let lines = self.memory.audit();
            return lines.into_iter().map(|(_, who, what)| (who, what)).collect();
        }
        self.rows("SELECT who, what FROM audit ORDER BY seq").await
    }

    /// Rows of two texts, read by hand.
    pub async fn rows(&self, question: &'static str) -> Vec<(String, String)> {
        let mut connection = AnyConnection::connect(&self.url()).await.unwrap();
        let rows = sqlx::query(question).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// Opens an operation that must be new.
    pub async fn open(&self, operation: &domain::Operation) {
        let opened = self.journal.open(crate::build::opening(operation)).await.unwrap();
        assert_eq!(opened, Opened::New);
    }

    /// Opens a payment and commits that it was paid.
    pub async fn open_paid(&self, caller: &str, sum: i64) -> domain::Operation {
        let payment = crate::build::payment(caller, sum);
        self.open(&payment).await;
        let paid = crate::build::paid(&payment);
        self.journal.commit(crate::build::change(&paid)).await.unwrap();
        paid
    }

    pub async fn stored(&self, id: OperationId) -> journal::Stored {
        self.journal.get(id).await.unwrap().unwrap()
    }
}

/// Runs a case on a fresh journal and clears up, also when the case fails.
pub async fn run<F>(kind: Kind, case: fn(Bench) -> F)
where
    F: Future<Output = ()> + 'static,
{
    let bench = Bench::new(kind).await;
    let database = bench.database.clone();
    let journal = Arc::clone(&bench.journal);
    let done = LocalSet::new()
        .run_until(async { tokio::task::spawn_local(case(bench)).await })
        .await;
    journal.close().await;
    if let Some(database) = database {
        database.drop().await;
    }
    if let Err(error) = done {
        std::panic::resume_unwind(error.into_panic());
    }
}
