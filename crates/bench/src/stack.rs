//! One stack from the register to the disk: HTTP on SQLite, or RabbitMQ on MariaDB.

use crate::daemon::{Installation, free_port};
use crate::figures::micros;
use crate::floors::sql;
use crate::load::{self, Load, Waiting};
use crate::shop::Shop;
use crate::{Options, shop};
use anyhow::Result;
use serde::Serialize;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long the opening of many payments may take.
const OPENING_PATIENCE: Duration = Duration::from_secs(30);
/// How many registers open them.
const OPENING_REGISTERS: usize = 32;

/// Which stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// HTTP and SQLite.
    Http,
    /// RabbitMQ and MariaDB.
    Amqp,
}

impl Kind {
    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Http => "HTTP + SQLite (synchronous=FULL)",
            Self::Amqp => "RabbitMQ + MariaDB (innodb_flush_log_at_trx_commit=1)",
        }
    }
}

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Stack {
    /// Which one.
    pub kind: Kind,
    /// From the start of the program with an empty journal to its first answer, in microseconds.
    pub first_start_us: u64,
    /// The same with the journal of the whole run.
    pub later_start_us: u64,
    /// The daemon's memory right after the start, in kilobytes.
    pub idle_rss_kb: u64,
    /// One line for each number of registers.
    pub loads: Vec<Load>,
    /// What the journal grew by per payment, in bytes, indexes included.
    pub journal_bytes_per_payment: u64,
    /// Many payments that wait.
    pub waiting: Option<Waiting>,
}

/// Measures it on a fresh journal.
pub async fn measure(options: &Options, kind: Kind) -> Result<Stack> {
    let name = match kind {
        Kind::Http => "http",
        Kind::Amqp => "amqp",
    };
    let folder = options.folder.join(name);
    fs::create_dir_all(&folder)?;
    let file = folder.join("journal.db");
    let (journal, amqp_url) = match kind {
        Kind::Http => (format!("sqlite:{}", file.display()), None),
        Kind::Amqp => {
            let database = sql::make_database(&options.mariadb_url, "qrpay_bench").await?;
            (database, Some(options.amqp_url.as_str()))
        }
    };
    let port = free_port()?;
    let shop = Arc::new(Shop::open(format!("http://127.0.0.1:{port}")).await?);
    let installation = Installation::make(
        &options.qrpayd,
        &folder,
        port,
        (&journal, amqp_url),
        &shop.address(),
    )
    .await?;
    let most = options.registers().iter().max().copied().unwrap_or(1);
    let registers = shop.registers(most.min(shop::REGISTERS_MAX), amqp_url)?;

    let mut daemon = installation.start().await?;
    let first_start_us = micros(daemon.served_after);
    let idle_rss_kb = crate::process::rss_kb(daemon.pid)?;
    let mut loads = Vec::new();
    for count in options.registers() {
        let some = registers.get(..*count).unwrap_or(&registers);
        let load = load::run(&shop, some, daemon.pid, options.warm_up(), options.window()).await?;
        println!("{name}, {count} registers: {} payments/s", load.per_second);
        loads.push(load);
    }
    daemon.stop().await?;
    let (sales, paid) = shop.books();
    anyhow::ensure!(
        i64::try_from(sales)? * shop::AMOUNT == paid,
        "the bank has {sales} sales, but {paid} kopecks were paid"
    );
    let journal_bytes = match kind {
        Kind::Http => file_bytes(&file),
        Kind::Amqp => sql::database_bytes(&journal, "qrpay_bench").await?,
    };

    daemon = installation.start().await?;
    let later_start_us = micros(daemon.served_after);
    let mut waiting = None;
    if options.open_payments() > 0 && kind == Kind::Http {
        let some = registers.get(..OPENING_REGISTERS).unwrap_or(&registers);
        let count = options.open_payments();
        let mut open = load::leave_open(&shop, some, daemon.pid, count, OPENING_PATIENCE).await?;
        daemon.stop().await?;
        daemon = installation.start().await?;
        open.restart_ms = micros(daemon.served_after) / 1_000;
        waiting = Some(open);
    }
    daemon.stop().await?;
    drop(registers);
    if let Some(shop) = Arc::into_inner(shop) {
        shop.close().await;
    }
    Ok(Stack {
        kind,
        first_start_us,
        later_start_us,
        idle_rss_kb,
        loads,
        journal_bytes_per_payment: journal_bytes / u64::try_from(sales.max(1))?,
        waiting,
    })
}

/// The file with its write-ahead log.
fn file_bytes(file: &Path) -> u64 {
    let log = file.with_extension("db-wal");
    [file, &log]
        .into_iter()
        .filter_map(|path| Some(fs::metadata(path).ok()?.len()))
        .sum()
}
