//! The journal in MariaDB.

use super::dialect::Dialect;
use super::failure::journal_error;
use super::journal::{Scope, SqlJournal};
use super::writer::Source;
use super::{others, schema};
use crate::{JournalError, JournalOptions};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, Executor};
use std::time::Duration;

/// Marks a journal in MariaDB.
#[derive(Debug)]
pub struct MariaDb;

/// READ COMMITTED: after a duplicate key the row of the other daemon must be visible, and gap locks are not wanted.
/// Strict mode: a text that does not fit is an error and is never cut.
const SETUP: [&str; 3] = [
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION innodb_lock_wait_timeout = 2",
    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
];

/// How long a question waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

impl SqlJournal<MariaDb> {
    /// Connects to `mysql://USER:PASSWORD@HOST:PORT/DATABASE` (MariaDB 10.6 or later). Several daemons may do so.
    /// A server that may lose commits on a power cut is [`JournalError::NotDurable`], unless the options allow it.
    pub async fn connect(url: &str, options: JournalOptions) -> Result<Self, JournalError> {
        let scrubbed = |error: &sqlx::Error| scrub(journal_error(error), url);
        sqlx::any::install_default_drivers();
        let address: AnyConnectOptions = url.parse().map_err(|error| scrubbed(&error))?;
        let source = Source {
            dialect: Dialect::MariaDb,
            address,
            setup: &SETUP,
        };
        let mut connection = source.connect().await.map_err(|error| scrubbed(&error))?;
        let reported = others::durability(&mut connection, source.dialect)
            .await
            .map_err(|error| scrubbed(&error))?;
        judge(&reported, options.allow_weak_durability)?;
        schema::prepare(&mut connection, source.dialect, options.migrate).await?;
        let readers = readers(&source, options);
        Ok(Self::start(readers, source, connection, None, Scope::Whole))
    }
}

fn readers(source: &Source, options: JournalOptions) -> AnyPool {
    AnyPoolOptions::new()
        .max_connections(options.readers.clamp(1, 64))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move {
                for statement in SETUP {
                    connection.execute(sqlx::raw_sql(statement)).await?;
                }
                Ok(())
            })
        })
        .connect_lazy_with(source.address.clone())
}

/// Refuses a server that can lose what it has confirmed.
fn judge(reported: &[(String, String)], allow_weak: bool) -> Result<(), JournalError> {
    let value = |name: &str| {
        let found = reported.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let binlog = value("log_bin") == "1";
    if binlog && value("binlog_format") == "STATEMENT" {
        return Err(JournalError::Unavailable(
            "binlog_format is STATEMENT, with which the server refuses our transactions: set it to MIXED or ROW"
                .to_owned(),
        ));
    }
    let mut weak = Vec::new();
    let flush = value("innodb_flush_log_at_trx_commit");
    if flush != "1" && flush != "3" {
        weak.push(format!("innodb_flush_log_at_trx_commit is {flush}, set it to 1"));
    }
    if binlog && value("sync_binlog") != "1" {
        weak.push(format!("sync_binlog is {}, set it to 1", value("sync_binlog")));
    }
    if weak.is_empty() {
        return Ok(());
    }
    let text = weak.join("; ");
    if allow_weak {
        tracing::warn!("the database may lose payments on a power cut: {text}");
        return Ok(());
    }
    Err(JournalError::NotDurable(text))
}

/// Takes the password out of an error, should a driver ever print the address.
fn scrub(error: JournalError, url: &str) -> JournalError {
    let Some(password) = password(url) else {
        return error;
    };
    match error {
        JournalError::Unavailable(text) => JournalError::Unavailable(text.replace(password, "***")),
        other => other,
    }
}

fn password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (login, _) = rest.rsplit_once('@')?;
    let (_, password) = login.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(flush: &str, log_bin: &str, sync: &str, format: &str) -> Vec<(String, String)> {
        [
            ("innodb_flush_log_at_trx_commit", flush),
            ("log_bin", log_bin),
            ("sync_binlog", sync),
            ("binlog_format", format),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn weak_servers_are_refused() {
        for (weak, names) in [
            (
                reported("2", "0", "0", "MIXED"),
                "innodb_flush_log_at_trx_commit is 2",
            ),
            (
                reported("0", "0", "0", "MIXED"),
                "innodb_flush_log_at_trx_commit is 0",
            ),
            (reported("1", "1", "0", "MIXED"), "sync_binlog is 0"),
        ] {
            let error = judge(&weak, false).unwrap_err();
            assert!(
                matches!(&error, JournalError::NotDurable(text) if text.contains(names)),
                "{error}"
            );
            assert!(judge(&weak, true).is_ok());
        }
    }

    #[test]
    fn strong_servers_are_taken() {
        assert!(judge(&reported("1", "0", "0", "MIXED"), false).is_ok());
        assert!(judge(&reported("1", "1", "1", "ROW"), false).is_ok());
    }

    #[test]
    fn statement_binlogs_are_refused_always() {
        assert!(judge(&reported("1", "1", "1", "STATEMENT"), true).is_err());
    }

    #[test]
    fn the_password_stands_in_no_error() {
        let url = "mysql://shop:p@ss:w0rd@db.example:3306/qrpay";
        assert_eq!(password(url), Some("p@ss:w0rd"));
        let error = JournalError::Unavailable(format!("cannot reach {url}"));
        assert_eq!(
            scrub(error, url).to_string(),
            "the journal cannot be used: cannot reach mysql://shop:***@db.example:3306/qrpay"
        );
        assert_eq!(password("mysql://root@127.0.0.1:3306/x"), None);
    }
}
