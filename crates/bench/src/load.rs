//! So many registers at once, each paying again and again.

use crate::figures::{Spread, micros, per_second};
use crate::process::{self, Cpu};
use crate::shop::{Sample, Shop};
use anyhow::{Context, Result, ensure};
use register::Register;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// The most payments of one register in one run: the loop is bounded in count as it is in time.
const PAYMENTS_MAX: usize = 100_000;

/// What so many registers got.
#[derive(Debug, Clone, Serialize)]
pub struct Load {
    /// How many registers paid at once.
    pub registers: usize,
    /// Payments that ended in the window.
    pub payments: u64,
    /// Those each second.
    pub per_second: u64,
    /// From a register's request to its QR, the bank's own time included.
    pub to_qr: Spread,
    /// From the buyer's payment to the register's final reply, the bank's own time included.
    pub to_final: Spread,
    /// CPU time per payment, in microseconds.
    pub cpu_per_payment: Share,
    /// CPU that processes outside this run took meanwhile, in thousandths of the machine.
    pub strangers_permille: u64,
    /// Bytes that the daemon wrote to the disk per payment (with MariaDB the server writes them).
    pub written_bytes_per_payment: u64,
    /// The daemon's memory at the end, in kilobytes.
    pub daemon_rss_kb: u64,
}

/// CPU time per payment, in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
#[expect(clippy::struct_field_names, reason = "the unit stands last in every name")]
pub struct Share {
    /// The daemon.
    pub daemon_us: u64,
    /// Registers, bank and buyers.
    pub driver_us: u64,
    /// RabbitMQ.
    pub broker_us: u64,
    /// MariaDB.
    pub database_us: u64,
}

/// Lets every register pay until the time is over. A payment that fails fails the run.
pub async fn run(
    shop: &Arc<Shop>,
    registers: &[Register],
    daemon: u32,
    warm_up: Duration,
    window: Duration,
) -> Result<Load> {
    let from = Instant::now() + warm_up;
    let until = from + window;
    let mut paying = JoinSet::new();
    for register in registers {
        paying.spawn(pay_until(Arc::clone(shop), register.clone(), until));
    }
    sleep_until(from).await;
    let (cpu, written, begun) = (Cpu::now(daemon)?, process::written_bytes(daemon)?, Instant::now());
    sleep_until(until).await;
    let (cpu, ended) = (Cpu::now(daemon)?.since(cpu), Instant::now());
    let written = process::written_bytes(daemon)?.saturating_sub(written);
    let mut samples = Vec::new();
    while let Some(paid) = paying.join_next().await {
        samples.extend(paid??);
    }
    samples.retain(|sample| sample.ended > begun && sample.ended <= ended);
    let payments = u64::try_from(samples.len())?;
    ensure!(payments > 0, "no payment ended in {} ms", window.as_millis());
    Ok(Load {
        registers: registers.len(),
        payments,
        per_second: per_second(payments, ended - begun),
        to_qr: Spread::of(samples.iter().map(|sample| sample.to_qr_us).collect()),
        to_final: Spread::of(samples.iter().map(|sample| sample.to_final_us).collect()),
        cpu_per_payment: Share {
            daemon_us: cpu.daemon_us / payments,
            driver_us: cpu.driver_us / payments,
            broker_us: cpu.broker_us / payments,
            database_us: cpu.database_us / payments,
        },
        strangers_permille: cpu.strangers_permille(),
        written_bytes_per_payment: written / payments,
        daemon_rss_kb: process::rss_kb(daemon)?,
    })
}

async fn pay_until(shop: Arc<Shop>, register: Register, until: Instant) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    while Instant::now() < until && samples.len() < PAYMENTS_MAX {
        samples.push(shop.pay(&register).await?);
    }
    Ok(samples)
}

/// What many payments weigh that wait for their buyers.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// How many payments are open.
    pub payments: usize,
    /// How long it took to open them, in milliseconds.
    pub opened_in_ms: u64,
    /// The daemon's memory before, in kilobytes.
    pub rss_before_kb: u64,
    /// The daemon's memory with all of them, in kilobytes.
    pub rss_kb: u64,
    /// From the start of a daemon that finds all of them in its journal to its first answer, in milliseconds.
    pub restart_ms: u64,
}

/// Opens payments that nobody pays, at most for `patience`. `restart_ms` is for the caller to fill in.
pub async fn leave_open(
    shop: &Arc<Shop>,
    registers: &[Register],
    daemon: u32,
    count: usize,
    patience: Duration,
) -> Result<Waiting> {
    let rss_before_kb = process::rss_kb(daemon)?;
    let begun = Instant::now();
    let each = count.div_ceil(registers.len().max(1));
    let mut opening = JoinSet::new();
    for register in registers {
        let (shop, register) = (Arc::clone(shop), register.clone());
        opening.spawn(async move {
            let mut opened = 0;
            while opened < each && begun.elapsed() < patience {
                shop.only_show(&register).await?;
                opened += 1;
            }
            anyhow::Ok(opened)
        });
    }
    let mut payments = 0;
    while let Some(opened) = opening.join_next().await {
        payments += opened??;
    }
    Ok(Waiting {
        payments,
        opened_in_ms: micros(begun.elapsed()) / 1_000,
        rss_before_kb,
        rss_kb: process::rss_kb(daemon).context("the daemon with many open payments")?,
        restart_ms: 0,
    })
}
