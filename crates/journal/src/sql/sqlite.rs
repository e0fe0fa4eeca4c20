//! The journal in a SQLite file.

use super::dialect::Dialect;
use super::failure::journal_error;
use super::journal::{Scope, SqlJournal};
use super::writer::{Source, one_text};
use super::{others, schema};
use crate::{JournalError, JournalOptions};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Executor};
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Marks a journal in a SQLite file.
#[derive(Debug)]
pub struct Sqlite;

/// The writing connection. FULL makes each commit wait until it is on the disk; in WAL mode NORMAL would lose the
/// last ones on a power cut. The busy timeout covers an operator's tool that writes settings at the same moment.
const WRITER_SETUP: [&str; 3] = [
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
];

const READER_SETUP: [&str; 2] = ["PRAGMA busy_timeout = 5000", "PRAGMA query_only = ON"];

/// How long a question waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

impl SqlJournal<Sqlite> {
    /// Opens the journal in the file at `path`, making it if it is not there. One daemon at a time: the second gets
    /// [`JournalError::InUse`]. Leases of the daemon that had the file before are cleared, since it is gone.
    pub async fn open(path: impl AsRef<Path>, options: JournalOptions) -> Result<Self, JournalError> {
        let path = canonical(path.as_ref())?;
        let lock = lock(&path)?;
        create(&path)?;
        let source = source(&path)?;
        let mut connection = connect(&source, options.migrate).await?;
        connection
            .execute(sqlx::raw_sql(
                "UPDATE operations SET lease_holder = NULL, lease_until = NULL WHERE lease_holder IS NOT NULL",
            ))
            .await
            .map_err(|error| journal_error(&error))?;
        let readers = readers(&source, options);
        Ok(Self::start(readers, source, connection, Some(lock), Scope::Whole))
    }

    /// Opens an existing file beside the daemon that works on it, for an operator's tool: it may read operations
    /// and read and write settings; anything else is [`JournalError::Unavailable`].
    pub async fn open_for_settings(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = canonical(path.as_ref())?;
        if !path.exists() {
            return Err(JournalError::Unavailable(format!(
                "there is no file {} yet: run `qrpayd migrate`, which makes it",
                path.display()
            )));
        }
        let source = source(&path)?;
        let connection = connect(&source, false).await?;
        let options = JournalOptions {
            readers: 1,
            ..JournalOptions::default()
        };
        let readers = readers(&source, options);
        Ok(Self::start(
            readers,
            source,
            connection,
            None,
            Scope::SettingsOnly,
        ))
    }
}

async fn connect(source: &Source, migrate: bool) -> Result<AnyConnection, JournalError> {
    let mut connection = source.connect().await.map_err(|error| journal_error(&error))?;
    let mode = one_text(&mut connection, "PRAGMA journal_mode")
        .await
        .map_err(|error| journal_error(&error))?;
    if mode != "wal" {
        return Err(JournalError::Unavailable(format!(
            "the file system does not allow a write-ahead log (journal mode is `{mode}`): put the file on a local disk"
        )));
    }
    schema::prepare(&mut connection, source.dialect, migrate).await?;
    let weak = others::durability(&mut connection, source.dialect)
        .await
        .map_err(|error| journal_error(&error))?
        .into_iter()
        .find(|(name, value)| name == "synchronous" && value != "2");
    match weak {
        Some((_, value)) => Err(JournalError::NotDurable(format!(
            "synchronous is {value}, not FULL"
        ))),
        None => Ok(connection),
    }
}

fn source(path: &Path) -> Result<Source, JournalError> {
    sqlx::any::install_default_drivers();
    let address: AnyConnectOptions = format!("sqlite://{}?mode=rw", percent_encoded(path)?)
        .parse()
        .map_err(|error: sqlx::Error| journal_error(&error))?;
    Ok(Source {
        dialect: Dialect::Sqlite,
        address,
        setup: &WRITER_SETUP,
    })
}

fn readers(source: &Source, options: JournalOptions) -> AnyPool {
    AnyPoolOptions::new()
        .max_connections(options.readers.clamp(1, 64))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move {
                for statement in READER_SETUP {
                    connection.execute(sqlx::raw_sql(statement)).await?;
                }
                Ok(())
            })
        })
        .connect_lazy_with(source.address.clone())
}

/// One name for one file, so that two daemons cannot lock it under two names.
fn canonical(path: &Path) -> Result<PathBuf, JournalError> {
    let unusable =
        |error: std::io::Error| JournalError::Unavailable(format!("file {}: {error}", path.display()));
    if path.exists() {
        return path.canonicalize().map_err(unusable);
    }
    let full = std::path::absolute(path).map_err(unusable)?;
    let (Some(folder), Some(name)) = (full.parent(), full.file_name()) else {
        return Err(JournalError::Unavailable(format!(
            "{} names no file",
            path.display()
        )));
    };
    Ok(folder.canonicalize().map_err(unusable)?.join(name))
}

/// Makes the file if it is not there, for our own account only: settings hold the providers' passwords. SQLite gives
/// its write-ahead log the same rights.
fn create(path: &Path) -> Result<(), JournalError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .map(|_| ())
        .map_err(|error| JournalError::Unavailable(format!("file {}: {error}", path.display())))
}

/// Takes the lock file `PATH.lock`. The operating system gives it back when the process ends, however it ends.
fn lock(path: &Path) -> Result<File, JournalError> {
    let mut name = OsString::from(path);
    name.push(".lock");
    let unusable = |error: std::io::Error| {
        JournalError::Unavailable(format!("lock file {}: {error}", Path::new(&name).display()))
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// The path as it may stand in an address.
fn percent_encoded(path: &Path) -> Result<String, JournalError> {
    let text = path.to_str().ok_or_else(|| {
        JournalError::Unavailable(format!("the path {} is not valid UTF-8", path.display()))
    })?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_');
    Ok(text
        .bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect())
}
