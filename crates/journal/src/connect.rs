//! Chooses the journal by its address.

use crate::sql::{MariaJournal, SqliteJournal};
use crate::{Journal, JournalError, JournalOptions};
use std::path::Path;
use std::sync::Arc;

/// Opens the journal at `url`: `sqlite:PATH` or `mysql://USER:PASSWORD@HOST:PORT/DATABASE` (`mariadb://` is the same).
/// A password in the address stands in no error.
pub async fn connect(url: &str, options: JournalOptions) -> Result<Arc<dyn Journal>, JournalError> {
    match Address::read(url)? {
        Address::Sqlite(path) => Ok(Arc::new(SqliteJournal::open(path, options).await?)),
        Address::MariaDb => Ok(Arc::new(MariaJournal::connect(url, options).await?)),
    }
}

/// Opens the journal at `url` beside a daemon that may be running: to read, and to write settings. A SQLite file is
/// not locked.
pub async fn connect_for_settings(url: &str) -> Result<Arc<dyn Journal>, JournalError> {
    match Address::read(url)? {
        Address::Sqlite(path) => Ok(Arc::new(SqliteJournal::open_for_settings(path).await?)),
        Address::MariaDb => {
            let options = JournalOptions {
                migrate: false,
                allow_weak_durability: true,
                ..JournalOptions::default()
            };
            Ok(Arc::new(MariaJournal::connect(url, options).await?))
        }
    }
}

/// Brings the schema at `url` up to date. A SQLite file must not be in use by a daemon.
pub async fn migrate(url: &str) -> Result<(), JournalError> {
    let options = JournalOptions {
        migrate: true,
        allow_weak_durability: true,
        ..JournalOptions::default()
    };
    connect(url, options).await?.close().await;
    Ok(())
}

enum Address<'a> {
    Sqlite(&'a Path),
    MariaDb,
}

impl<'a> Address<'a> {
    fn read(url: &'a str) -> Result<Self, JournalError> {
        if url.starts_with("mysql://") || url.starts_with("mariadb://") {
            return Ok(Self::MariaDb);
        }
        let path = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && path != ":memory:" => Ok(Self::Sqlite(Path::new(path))),
            _ => Err(JournalError::Unavailable(
                "its address must be `sqlite:PATH` or `mysql://USER:PASSWORD@HOST:PORT/DATABASE`".to_owned(),
            )),
        }
    }
}
