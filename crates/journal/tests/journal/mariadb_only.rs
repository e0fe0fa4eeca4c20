//! What is particular to MariaDB: the address, the schema, lost connections, a read-only server's errors.

use crate::bench::{Database, options};
use crate::build::{at, change, module, opening, paid, payment, refund};
use crate::line::{Cut, Line};
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

/// When a transaction in this database began that now waits for a lock. The server renews its table of transactions
/// only when nobody has read it for 0.1 s.
async fn waiting_since(connection: &mut AnyConnection, unlike: Option<&str>) -> String {
    for _ in 0..150 {
        let row = sqlx::query(
            "SELECT CAST(trx_started AS CHAR) FROM information_schema.innodb_trx t \
             JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
             WHERE p.db = DATABASE() AND t.trx_state = 'LOCK WAIT'",
        )
        .fetch_optional(&mut *connection)
        .await
        .unwrap();
        match row.map(|row| row.get::<String, _>(0)) {
            Some(since) if unlike != Some(since.as_str()) => return since,
            _ => connection
                .execute(sqlx::raw_sql("SELECT SLEEP(0.2)"))
                .await
                .map(|_| ())
                .unwrap(),
        }
    }
    panic!("nobody waits for the lock");
}

/// Another transaction holds a row for longer than one attempt waits: the batch is run again and succeeds.
#[tokio::test]
async fn a_lock_timeout_is_retried() {
    let database = Database::create().await;
    let journal = MariaJournal::connect(&database.url(), options()).await.unwrap();
    let first = payment("a", 1);
    journal.open(opening(&first)).await.unwrap();
    let mut other = by_hand(&database).await;
    let mut observer = by_hand(&database).await;
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
    let attempt = waiting_since(&mut observer, None).await;
    waiting_since(&mut observer, Some(&attempt)).await;
    other.execute(sqlx::raw_sql("ROLLBACK")).await.unwrap();
    commit.await.unwrap().unwrap();
    database.drop().await;
}

/// A row that stays locked fails its own job and no other.
#[tokio::test]
async fn a_row_that_stays_locked_spoils_no_other_job() {
    let database = Database::create().await;
    let journal = std::sync::Arc::new(MariaJournal::connect(&database.url(), options()).await.unwrap());
    let locked = payment("locked", 1);
    journal.open(opening(&locked)).await.unwrap();
    let mut other = by_hand(&database).await;
    other.execute(sqlx::raw_sql("START TRANSACTION")).await.unwrap();
    sqlx::query("UPDATE operations SET amount = amount + 1 WHERE id = ?")
        .bind(locked.id.as_bytes().to_vec())
        .execute(&mut other)
        .await
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..20 {
        let journal = std::sync::Arc::clone(&journal);
        let done = change(&paid(&locked));
        let new = opening(&payment(&format!("r{n}"), 1));
        tasks.spawn(async move {
            if n == 10 {
                matches!(journal.commit(done).await, Err(JournalError::Unavailable(_)))
            } else {
                opens_in_the_end(journal.as_ref(), new).await
            }
        });
    }
    assert!(tasks.join_all().await.into_iter().all(|as_expected| as_expected));
    other.execute(sqlx::raw_sql("ROLLBACK")).await.unwrap();
    journal.commit(change(&paid(&locked))).await.unwrap();
    journal.close().await;
    database.drop().await;
}

/// Opens as a caller does: what the journal could not take now is brought again. A busy server may end a wait of its
/// own for a lock in the middle of this test; a row that another holds for good must not show here.
async fn opens_in_the_end(journal: &MariaJournal, new: Opening) -> bool {
    for _ in 0..4 {
        match journal.open(new.clone()).await {
            Ok(Opened::New | Opened::Existing(_)) => return true,
            Err(JournalError::Unavailable(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    false
}

/// The line to the server is cut when the commit is on its way: before the server has it, or before we have the
/// answer. Nobody is told that it was done, and what was done is found afterwards.
#[tokio::test]
async fn a_commit_without_an_answer_is_unavailable() {
    for cut in [Cut::BeforeServer, Cut::BeforeAnswer] {
        let database = Database::create().await;
        journal::migrate(&database.url()).await.unwrap();
        let (url, line) = Line::to(&database).await;
        let journal = MariaJournal::connect(&url, options()).await.unwrap();
        let first = payment("a", 1);
        line.cut_next(cut);
        let error = journal.open(opening(&first)).await.unwrap_err();
        assert!(
            matches!(&error, JournalError::Unavailable(text) if text.contains("it may have been done")),
            "{error}"
        );
        let repeated = journal.open(opening(&payment("a", 1))).await.unwrap();
        match cut {
            Cut::BeforeServer => assert_eq!(repeated, Opened::New),
            Cut::BeforeAnswer => assert!(matches!(repeated, Opened::Existing(_))),
        }
        journal.close().await;
        database.drop().await;
    }
}

/// The server is gone without a word: writes and questions end all the same. Time is turned by the runtime.
#[tokio::test]
async fn a_silent_server_is_given_up() {
    let database = Database::create().await;
    let (url, line) = Line::to(&database).await;
    let journal = MariaJournal::connect(&url, options()).await.unwrap();
    let first = payment("a", 1);
    journal.open(opening(&first)).await.unwrap();
    assert!(journal.get(first.id).await.unwrap().is_some());
    line.fall_silent();
    tokio::time::pause();
    let written = journal.commit(change(&paid(&first))).await;
    assert!(
        matches!(written, Err(JournalError::Unavailable(_))),
        "{written:?}"
    );
    let asked = journal.get(first.id).await;
    assert!(matches!(asked, Err(JournalError::Unavailable(_))), "{asked:?}");
    tokio::time::resume();
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

/// A database as an earlier version left it: the columns of receipts are not there yet.
#[tokio::test]
async fn payments_from_before_are_found_by_their_receipts() {
    let database = Database::create().await;
    let journal = MariaJournal::connect(&database.url(), options()).await.unwrap();
    let payment = crate::build::receipt_payment("a", Some(5), "15");
    journal.open(opening(&payment)).await.unwrap();
    journal.close().await;
    let mut connection = by_hand(&database).await;
    for step in [
        "ALTER TABLE operations DROP INDEX operations_receipt, DROP COLUMN receipt_number, DROP COLUMN receipt_shift",
        "DELETE FROM _sqlx_migrations WHERE version >= 10",
    ] {
        connection.execute(step).await.unwrap();
    }
    connection.close().await.unwrap();
    let journal = MariaJournal::connect(&database.url(), options()).await.unwrap();
    let found = journal
        .find_by_receipt(&payment.request.store, "15", Some(5), 50)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].operation.id, payment.id);
    journal.close().await;
    database.drop().await;
}
