//! The two journals of a daemon, and how to hold each from outside so that nothing can be committed.

use crate::environment;
use anyhow::Context;
use journal::Journal;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// Which journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A database on the run's server.
    MariaDb,
}

/// Both.
pub const KINDS: [Kind; 2] = [Kind::Sqlite, Kind::MariaDb];

/// A journal of its own.
pub struct Store {
    /// Which.
    pub kind: Kind,
    /// As `journal.url` has it.
    pub url: String,
    database: String,
}

/// The journal is held until this is released.
pub struct Held(AnyConnection);

impl Store {
    /// A fresh one.
    ///
    /// # Errors
    /// When the database cannot be made.
    pub async fn new(kind: Kind, folder: &Path) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let database = format!("qrpay_{}", Uuid::new_v4().simple());
        let url = match kind {
            Kind::Sqlite => format!("sqlite:{}", folder.join("journal.db").display()),
            Kind::MariaDb => {
                let server = environment::mariadb_url();
                run(&server, format!("CREATE DATABASE `{database}`")).await?;
                format!("{}/{database}", server.trim_end_matches('/'))
            }
        };
        Ok(Self { kind, url, database })
    }

    /// Opens it beside the daemon, to look.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn look(&self) -> anyhow::Result<Arc<dyn Journal>> {
        Ok(journal::connect_for_settings(&self.url).await?)
    }

    /// Lets nothing be committed until it is released: the file's write lock, or locks on every operation and on
    /// the gaps between them.
    ///
    /// # Errors
    /// When the lock is not granted.
    pub async fn hold(&self) -> anyhow::Result<Held> {
        let (url, statements) = match self.kind {
            Kind::Sqlite => (
                self.url.replacen("sqlite:", "sqlite://", 1),
                ["PRAGMA busy_timeout = 60000", "BEGIN IMMEDIATE", "SELECT 1"],
            ),
            Kind::MariaDb => (
                self.url.clone(),
                [
                    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                    "START TRANSACTION",
                    "SELECT data FROM operations FOR UPDATE",
                ],
            ),
        };
        let mut connection = AnyConnection::connect(&url).await?;
        for statement in statements {
            connection
                .execute(sqlx::raw_sql(statement))
                .await
                .context("the journal cannot be held")?;
        }
        Ok(Held(connection))
    }

    /// Removes what is not in the folder.
    ///
    /// # Errors
    /// When the server does not obey.
    pub async fn remove(&self) -> anyhow::Result<()> {
        if self.kind == Kind::MariaDb {
            let statement = format!("DROP DATABASE `{}`", self.database);
            run(&environment::mariadb_url(), statement).await?;
        }
        Ok(())
    }
}

impl Held {
    /// Lets commits pass again.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn release(mut self) -> anyhow::Result<()> {
        self.0.execute(sqlx::raw_sql("ROLLBACK")).await?;
        self.0.close().await?;
        Ok(())
    }
}

async fn run(url: &str, statement: String) -> anyhow::Result<()> {
    let mut connection = AnyConnection::connect(url)
        .await
        .context("the MariaDB of this run")?;
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(statement)))
        .await?;
    connection.close().await?;
    Ok(())
}
