//! What is particular to MariaDB: the address, the schema, lost connections, a read-only server's errors.

use crate::bench::{Database, options};
use crate::build::{at, change, module, opening, paid, payment, refund};
use journal::{Journal, JournalError, JournalOptions, MariaJournal, Opened, Opening};
use sqlx::{AnyConnection, Connection, Executor, Row};

async fn by_hand(database: &Database) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&database.url()).await.unwrap()
}

#[tokio::test]
async fn an_address_chooses_the_journal() {
    let database = Database::create().await;
    journal::migrate(&database.url()).await.unwrap();
    let options = JournalOptions {
        migrate: false,
        ..options()
    };
    let journal = journal::connect(&database.url(), options).await.unwrap();
    assert_eq!(
        journal.open(opening(&payment("a", 1))).await.unwrap(),
        Opened::New
    );
    journal.close().await;
    database.drop().await;
}

#[tokio::test]
async fn an_old_schema_is_a_clear_error() {
    let database = Database::create().await;
    let options = JournalOptions {
        migrate: false,
        ..options()
    };
    let error = MariaJournal::connect(&database.url(), options)
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains("run `qrpayd migrate`"), "{error}");
    database.drop().await;
}

#[tokio::test]
async fn errors_hold_no_password() {
    let database = Database::create().await;
    let (_, server) = database
        .url()
        .split_once('@')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    for url in [
        format!("mysql://nobody:geheim7@{server}"),
        "mysql://nobody:geheim7@127.0.0.1:1/none".to_owned(),
        "mysql://nobody:geheim7@127.0.0.1:notaport/none".to_owned(),
    ] {
        let error = MariaJournal::connect(&url, options()).await.err().unwrap();
        assert!(matches!(&error, JournalError::Unavailable(_)));
        assert!(!error.to_string().contains("geheim7"), "{error}");
        assert!(!format!("{error:?}").contains("geheim7"), "{error:?}");
    }
    database.drop().await;
}

#[tokio::test]
async fn a_lost_connection_is_made_anew() {
    let database = Database::create().await;
    let journal = MariaJournal::connect(&database.url(), options()).await.unwrap();
    journal.open(opening(&payment("a", 1))).await.unwrap();
    let mut connection = by_hand(&database).await;
    let rows = sqlx::query(
        "SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let kill = format!("KILL CONNECTION {}", row.get::<i64, _>(0));
        connection
            .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(kill)))
            .await
            .unwrap();
    }
    assert_eq!(
        journal.open(opening(&payment("b", 1))).await.unwrap(),
        Opened::New
    );
    journal.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_text_that_does_not_fit_is_an_error_of_its_own_job() {
    let database = Database::create().await;
    let journal = std::sync::Arc::new(MariaJournal::connect(&database.url(), options()).await.unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let journal = std::sync::Arc::clone(&journal);
        let mut waiter = crate::build::waiter("w");
        if n == 20 {
            waiter.reply_to = "x".repeat(256);
        }
        let new = Opening {
            waiter: Some(waiter),
            ..opening(&payment(&format!("r{n}"), 1))
        };
        let id = new.operation.id;
        tasks.spawn(async move {
            let ok = journal.open(new).await.is_ok();
            assert_eq!(journal.get(id).await.unwrap().is_some(), ok);
            ok
        });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|ok| **ok).count(), 39);
    journal.close().await;
    database.drop().await;
}

/// Another transaction holds a row for longer than one attempt waits: the batch is run again and succeeds.
#[tokio::test]
async fn a_lock_timeout_is_retried() {
    let database = Database::create().await;
    let journal = MariaJournal::connect(&database.url(), options()).await.unwrap();
    let first = payment("a", 1);
    journal.open(opening(&first)).await.unwrap();
    let mut other = by_hand(&database).await;
    other.execute(sqlx::raw_sql("START TRANSACTION")).await.unwrap();
    other
        .execute(sqlx::raw_sql("SELECT id FROM operations FOR UPDATE"))
        .await
        .unwrap();
    let commit = tokio::spawn(async move {
        let done = journal.commit(change(&paid(&first))).await;
        journal.close().await;
        done
    });
    // Longer than one lock wait (3 s), shorter than all attempts.
    other.execute(sqlx::raw_sql("SELECT SLEEP(4)")).await.unwrap();
    other.execute(sqlx::raw_sql("ROLLBACK")).await.unwrap();
    commit.await.unwrap().unwrap();
    database.drop().await;
}

#[tokio::test]
async fn the_manuals_view_shows_payments() {
    let database = Database::create().await;
    let journal = MariaJournal::connect(&database.url(), options()).await.unwrap();
    journal.ensure_module(&module()).await.unwrap();
    let first = payment("a", 100);
    journal.open(opening(&first)).await.unwrap();
    journal.commit(change(&paid(&first))).await.unwrap();
    let back = refund("b", first.id, 100);
    journal.open(opening(&back)).await.unwrap();
    assert_eq!(journal.settings(&module()).await.unwrap().merchants.len(), 0);
    assert!(
        journal
            .adopt(crate::build::OTHER_HOLDER, at(1), at(2), 5)
            .await
            .unwrap()
            .is_empty()
    );
    journal.close().await;

    let mut connection = by_hand(&database).await;
    let row = connection
        .fetch_one("SELECT CAST(op_date AS CHAR), id, cancel, data FROM qrraiffd_transactions")
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>(0), "2026-11-22 10:00:00");
    assert_eq!(row.get::<Vec<u8>, _>(1), first.id.as_bytes());
    assert_eq!(row.get::<Vec<u8>, _>(2), back.id.as_bytes());
    assert!(row.get::<String, _>(3).contains("\"paid\""));
    database.drop().await;
}
