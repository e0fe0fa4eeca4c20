//! The databases by themselves: one row, one transaction, again and again.

use super::ROUNDS_MAX;
use crate::figures::per_second;
use anyhow::Result;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// A row of about the size of an operation.
const ROW_BYTES: usize = 1_024;
/// The database of the floor.
const FLOOR_DATABASE: &str = "bench_floor";

/// SQLite with a write-ahead log and `synchronous=FULL`.
pub async fn sqlite_commits(folder: &Path, window: Duration) -> Result<u64> {
    let url = format!("sqlite:{}?mode=rwc", folder.join("floor.db").display());
    let mut connection = AnyConnection::connect(&url).await?;
    for statement in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"] {
        connection.execute(sqlx::raw_sql(statement)).await?;
    }
    let made = "CREATE TABLE floor (id INTEGER PRIMARY KEY, v TEXT NOT NULL)";
    connection.execute(sqlx::raw_sql(made)).await?;
    commits(connection, window).await
}

/// MariaDB with the server's settings.
pub async fn mariadb_commits(server: &str, window: Duration) -> Result<u64> {
    let url = make_database(server, FLOOR_DATABASE).await?;
    let mut connection = AnyConnection::connect(&url).await?;
    let made = "CREATE TABLE floor (id BIGINT PRIMARY KEY AUTO_INCREMENT, v TEXT NOT NULL) ENGINE = InnoDB";
    connection.execute(sqlx::raw_sql(made)).await?;
    commits(connection, window).await
}

async fn commits(mut connection: AnyConnection, window: Duration) -> Result<u64> {
    let row = "x".repeat(ROW_BYTES);
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < window && count < ROUNDS_MAX {
        sqlx::query("INSERT INTO floor (v) VALUES (?)")
            .bind(row.as_str())
            .execute(&mut connection)
            .await?;
        count += 1;
    }
    let rate = per_second(count, begun.elapsed());
    connection.close().await?;
    Ok(rate)
}

/// Makes an empty database on the server and gives its address.
pub async fn make_database(server: &str, name: &'static str) -> Result<String> {
    let server = server.trim_end_matches('/');
    let mut connection = AnyConnection::connect(server).await?;
    for statement in [
        format!("DROP DATABASE IF EXISTS `{name}`"),
        format!("CREATE DATABASE `{name}`"),
    ] {
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(statement)))
            .await?;
    }
    connection.close().await?;
    Ok(format!("{server}/{name}"))
}

/// What a database takes on the disk, in bytes.
pub async fn database_bytes(url: &str, name: &'static str) -> Result<u64> {
    let mut connection = AnyConnection::connect(url).await?;
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(FILE_SIZE), 0) AS SIGNED) FROM information_schema.INNODB_SYS_TABLESPACES \
         WHERE NAME LIKE CONCAT(?, '/%')",
    )
    .bind(name)
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}
