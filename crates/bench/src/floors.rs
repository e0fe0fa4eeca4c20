//! What the machine, the disk and the servers give by themselves: nothing built on them can be quicker.

mod amqp;
mod bank;
mod disk;
mod http;
pub mod sql;

use crate::Options;
use crate::figures::Spread;
use anyhow::{Context, Result};
use serde::Serialize;

/// The most rounds of one floor: each loop is bounded in count as it is in time.
const ROUNDS_MAX: u64 = 1_000_000;
/// How many ask at once where the floor of many is measured.
const MANY: usize = 64;

/// The floors.
#[derive(Debug, Clone, Serialize)]
pub struct Floors {
    /// 4 KiB written and fdatasync, one after another, each second.
    pub fsyncs_per_s: u64,
    /// Transactions of one row in SQLite, WAL and FULL, one after another, each second.
    pub sqlite_commits_per_s: u64,
    /// Transactions of one row in MariaDB, one after another, each second.
    pub mariadb_commits_per_s: u64,
    /// HTTP round trips by one client, each second.
    pub http_echoes_per_s: u64,
    /// HTTP round trips by many clients at once, each second.
    pub http_echoes_of_many_per_s: u64,
    /// RabbitMQ request and direct reply by one client, each second.
    pub amqp_echoes_per_s: u64,
    /// RabbitMQ request and direct reply by many at once, each second.
    pub amqp_echoes_of_many_per_s: u64,
    /// The simulated bank by itself over HTTPS: registering a QR.
    pub bank_register: Spread,
    /// The simulated bank by itself over HTTPS: a status question.
    pub bank_status: Spread,
}

/// Measures them one after another.
pub async fn measure(options: &Options) -> Result<Floors> {
    let window = options.floor_window();
    let folder = options.folder.clone();
    let fsyncs = tokio::task::spawn_blocking(move || disk::fsyncs(&folder, window)).await?;
    let (bank_register, bank_status) = bank::alone(window).await.context("bank")?;
    Ok(Floors {
        fsyncs_per_s: fsyncs.context("fsync")?,
        sqlite_commits_per_s: sql::sqlite_commits(&options.folder, window)
            .await
            .context("SQLite")?,
        mariadb_commits_per_s: sql::mariadb_commits(&options.mariadb_url, window)
            .await
            .context("MariaDB")?,
        http_echoes_per_s: http::echoes(1, window).await.context("HTTP")?,
        http_echoes_of_many_per_s: http::echoes(MANY, window).await.context("HTTP")?,
        amqp_echoes_per_s: amqp::echoes(&options.amqp_url, 1, window)
            .await
            .context("RabbitMQ")?,
        amqp_echoes_of_many_per_s: amqp::echoes(&options.amqp_url, MANY, window)
            .await
            .context("RabbitMQ")?,
        bank_register,
        bank_status,
    })
}
