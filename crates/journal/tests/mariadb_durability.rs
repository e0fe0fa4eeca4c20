//! A MariaDB that can lose commits is refused. This is a test binary of its own, because it loosens the whole server
//! for a moment: no other test that connects with the default options may run beside it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use journal::{Journal, JournalError, JournalOptions, MariaJournal};
use sqlx::{AnyConnection, Connection, Executor};
use uuid::Uuid;

#[tokio::test]
async fn weak_durability_is_refused() {
    let server = std::env::var("QRPAY_TEST_MARIADB_URL")
        .unwrap_or_else(|_| panic!("QRPAY_TEST_MARIADB_URL is not set: run it through `cargo xtask test`"));
    let name = format!("qrpay_{}", Uuid::new_v4().simple());
    let url = format!("{}/{name}", server.trim_end_matches('/'));
    sqlx::any::install_default_drivers();
    let mut admin = AnyConnection::connect(&server).await.unwrap();
    run(&mut admin, format!("CREATE DATABASE `{name}`")).await;

    run(
        &mut admin,
        "SET GLOBAL innodb_flush_log_at_trx_commit = 2".to_owned(),
    )
    .await;
    let refused = MariaJournal::connect(&url, JournalOptions::default()).await.err();
    let allowed = JournalOptions {
        allow_weak_durability: true,
        ..JournalOptions::default()
    };
    let allowed = MariaJournal::connect(&url, allowed).await;
    run(
        &mut admin,
        "SET GLOBAL innodb_flush_log_at_trx_commit = 1".to_owned(),
    )
    .await;
    let strong = MariaJournal::connect(&url, JournalOptions::default()).await;
    run(&mut admin, format!("DROP DATABASE `{name}`")).await;

    let text = match refused {
        Some(JournalError::NotDurable(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(text, "innodb_flush_log_at_trx_commit is 2, set it to 1");
    allowed.unwrap().close().await;
    strong.unwrap().close().await;
}

async fn run(admin: &mut AnyConnection, statement: String) {
    admin
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement)))
        .await
        .unwrap();
}
