//! What is particular to SQLite: the file's lock, its durability, the operator's tool beside the daemon.

use crate::build::{at, change, module, next, opening, paid, payment, refund};
use domain::State;
use journal::{Change, Journal, JournalError, JournalOptions, Opened, SettingsWrite, SqliteJournal};
use sqlx::{AnyConnection, Connection, Executor, Row};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinSet;

fn file() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal.db");
    (folder, path)
}

async fn open(path: &PathBuf) -> Result<SqliteJournal, JournalError> {
    SqliteJournal::open(path, JournalOptions::default()).await
}

async fn by_hand(path: &std::path::Path) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&format!("sqlite://{}", path.display()))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_second_daemon_is_refused() {
    let (folder, path) = file();
    let first = open(&path).await.unwrap();
    assert!(matches!(open(&path).await, Err(JournalError::InUse(name)) if name.contains("journal.db")));
    let other_name = folder.path().join(".").join("journal.db");
    assert!(matches!(open(&other_name).await, Err(JournalError::InUse(_))));
    first.close().await;
    open(&path).await.unwrap().close().await;
}

#[tokio::test]
async fn the_writer_waits_for_the_disk() {
    let (_folder, path) = file();
    let journal = open(&path).await.unwrap();
    let expected = [("journal_mode", "wal"), ("synchronous", "2")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(journal.durability().await.unwrap(), expected);
    journal.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_our_account_only() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = file();
    let journal = open(&path).await.unwrap();
    journal.open(opening(&payment("a", 1))).await.unwrap();
    for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        let mode = folder.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    journal.close().await;
}

#[tokio::test]
async fn unusable_places_are_named() {
    let (folder, path) = file();
    let subfolder = folder.path().join("folder");
    std::fs::create_dir(&subfolder).unwrap();
    for place in [folder.path().join("none").join("journal.db"), subfolder] {
        let error = open(&place).await.err().unwrap();
        assert!(
            matches!(&error, JournalError::Unavailable(text) if text.contains("file ")),
            "{error}"
        );
    }
    let missing = SqliteJournal::open_for_settings(&path).await.err().unwrap();
    assert!(matches!(missing, JournalError::Unavailable(_)), "{missing}");
    std::fs::write(
        &path,
        "not a database, but long enough to look like one to a careless reader",
    )
    .unwrap();
    let foreign = open(&path).await.err().unwrap();
    assert!(matches!(foreign, JournalError::Unavailable(_)), "{foreign}");
}

#[tokio::test]
async fn settings_can_be_written_beside_the_daemon() {
    let (_folder, path) = file();
    let daemon = open(&path).await.unwrap();
    daemon.ensure_module(&module()).await.unwrap();
    let payment = payment("a", 100);
    daemon.open(opening(&payment)).await.unwrap();

    let tool = SqliteJournal::open_for_settings(&path).await.unwrap();
    let write = SettingsWrite::Merchant {
        module: module(),
        id: 3,
        value: Some(serde_json::Map::new()),
    };
    tool.write_settings(write, "operator", at(1)).await.unwrap();
    assert_eq!(daemon.settings_revision().await.unwrap(), 1);
    assert!(
        daemon
            .settings(&module())
            .await
            .unwrap()
            .merchants
            .contains_key(&3)
    );
    assert_eq!(tool.get(payment.id).await.unwrap().unwrap().operation, payment);
    let refused = tool.open(opening(&crate::build::payment("b", 1))).await;
    assert!(matches!(refused, Err(JournalError::Unavailable(_))));
    tool.close().await;
    // The tool has not touched the daemon's leases.
    let next = change(&next(&payment, State::AwaitingPayment));
    daemon.commit(next).await.unwrap();
    daemon.close().await;
}

#[tokio::test]
async fn an_old_schema_is_a_clear_error() {
    let (_folder, path) = file();
    let options = JournalOptions {
        migrate: false,
        ..JournalOptions::default()
    };
    let error = SqliteJournal::open(&path, options)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("run `qrpayd migrate`"), "{error}");
    journal::migrate(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    SqliteJournal::open(&path, options).await.unwrap().close().await;

    let mut connection = by_hand(&path).await;
    connection
        .execute("UPDATE _sqlx_migrations SET version = version + 9000")
        .await
        .unwrap();
    for migrate in [false, true] {
        let options = JournalOptions { migrate, ..options };
        let error = SqliteJournal::open(&path, options)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("newer"), "{error}");
    }
}

#[tokio::test]
async fn an_address_chooses_the_journal() {
    let (_folder, path) = file();
    let url = format!("sqlite:{}", path.display());
    let journal = journal::connect(&url, JournalOptions::default()).await.unwrap();
    assert_eq!(
        journal.open(opening(&payment("a", 1))).await.unwrap(),
        Opened::New
    );
    journal.close().await;
    for wrong in ["", "sqlite:", "sqlite::memory:", "postgres://u:secret@h/d"] {
        let error = journal::connect(wrong, JournalOptions::default()).await.err();
        let text = error.unwrap().to_string();
        assert!(text.contains("sqlite:PATH") && !text.contains("secret"), "{text}");
    }
}

/// A tool holds the write lock while jobs pile up, so that they come to the writer as one batch.
#[tokio::test]
async fn a_full_batch_with_every_kind_of_failure() {
    let (_folder, path) = file();
    let journal = Arc::new(open(&path).await.unwrap());
    let first = payment("first", 100);
    journal.open(opening(&first)).await.unwrap();
    let done = paid(&first);
    journal.commit(change(&done)).await.unwrap();

    let mut blocker = by_hand(&path).await;
    blocker.execute(sqlx::raw_sql("BEGIN IMMEDIATE")).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..60 {
        let journal = Arc::clone(&journal);
        let note = Change {
            settings: Some(SettingsWrite::Merchant {
                module: module(),
                id: 1,
                value: None,
            }),
            ..change(&next(&done, State::Paid))
        };
        let new = opening(&match n % 3 {
            0 => refund(&format!("r{n}"), done.id, 101),
            _ => payment(&format!("p{n}"), 100),
        });
        tasks.spawn(async move {
            if n % 3 == 1 {
                journal.commit(note).await.is_err()
            } else {
                let opened = journal.open(new).await.unwrap();
                (opened == Opened::New) == (n % 3 == 2)
            }
        });
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    blocker.execute(sqlx::raw_sql("ROLLBACK")).await.unwrap();
    assert!(tasks.join_all().await.into_iter().all(|as_expected| as_expected));
    assert_eq!(journal.get(done.id).await.unwrap().unwrap().operation, done);
    journal.close().await;
}

#[tokio::test]
async fn the_manuals_view_shows_payments() {
    let (_folder, path) = file();
    let journal = open(&path).await.unwrap();
    journal.ensure_module(&module()).await.unwrap();
    let first = payment("a", 100);
    journal.open(opening(&first)).await.unwrap();
    journal.commit(change(&paid(&first))).await.unwrap();
    let back = refund("b", first.id, 100);
    journal.open(opening(&back)).await.unwrap();
    journal.close().await;

    let mut connection = by_hand(&path).await;
    let row = connection
        .fetch_one("SELECT op_date, id, cancel, data FROM qrraiffd_transactions")
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>(0), "2026-11-22 10:00:00");
    assert_eq!(row.get::<Vec<u8>, _>(1), first.id.as_bytes());
    assert_eq!(row.get::<Vec<u8>, _>(2), back.id.as_bytes());
    let data: String = row.get(3);
    assert!(
        data.contains("\"paid\"") && data.len() < 2048,
        "{} bytes",
        data.len()
    );
}

/// A file as an earlier version left it: the columns of receipts are not there yet.
#[tokio::test]
async fn payments_from_before_are_found_by_their_receipts() {
    let (_folder, path) = file();
    let journal = SqliteJournal::open(&path, JournalOptions::default())
        .await
        .unwrap();
    let payment = crate::build::receipt_payment("a", Some(5), "15");
    journal.open(crate::build::opening(&payment)).await.unwrap();
    journal.close().await;
    let mut connection = by_hand(&path).await;
    for step in [
        "DROP INDEX operations_receipt",
        "ALTER TABLE operations DROP COLUMN receipt_number",
        "ALTER TABLE operations DROP COLUMN receipt_shift",
        "DELETE FROM _sqlx_migrations WHERE version = 3",
    ] {
        connection.execute(step).await.unwrap();
    }
    drop(connection);
    let journal = SqliteJournal::open(&path, JournalOptions::default())
        .await
        .unwrap();
    let found = journal
        .find_by_receipt(&payment.request.store, "15", Some(5), 50)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].operation.id, payment.id);
}
