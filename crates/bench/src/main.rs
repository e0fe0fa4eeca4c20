//! Measures `qrpayd run` from outside, as a shop meets it: registers, a simulated bank, a real daemon process. Beside
//! it stand the floors of the same machine and disk. Run it through `cargo xtask bench`, which builds everything and
//! starts the servers.

mod daemon;
mod figures;
mod floors;
mod load;
mod machine;
mod process;
mod report;
mod shop;
mod stack;

use anyhow::{Context, Result};
use clap::Parser;
use report::Report;
use std::path::PathBuf;
use std::time::Duration;

/// What to measure, and against what.
#[derive(Debug, Clone, Parser)]
#[command(name = "bench", about = "Measures qrpayd; run it through `cargo xtask bench`")]
pub(crate) struct Options {
    /// The daemon's program.
    #[arg(long)]
    qrpayd: PathBuf,
    /// RabbitMQ.
    #[arg(long)]
    amqp_url: String,
    /// MariaDB: a server on which databases may be made.
    #[arg(long)]
    mariadb_url: String,
    /// Where the journals of this run lie.
    #[arg(long)]
    folder: PathBuf,
    /// Where the daemon's logs go.
    #[arg(long)]
    logs: PathBuf,
    /// Where the report is written.
    #[arg(long)]
    out: PathBuf,
    /// The commit, for the report.
    #[arg(long)]
    commit: String,
    /// Shorter and coarser.
    #[arg(long)]
    quick: bool,
    /// Only one of the two stacks.
    #[arg(long, value_enum)]
    only: Option<stack::Kind>,
}

impl Options {
    /// How long one number of registers is measured.
    const fn window(&self) -> Duration {
        Duration::from_millis(if self.quick { 2_000 } else { 5_000 })
    }

    /// How long the registers work before the measuring begins.
    const fn warm_up(&self) -> Duration {
        Duration::from_millis(if self.quick { 500 } else { 1_000 })
    }

    /// How long each floor is measured.
    const fn floor_window(&self) -> Duration {
        Duration::from_millis(if self.quick { 500 } else { 1_500 })
    }

    /// How many registers pay at once, one run each.
    const fn registers(&self) -> &'static [usize] {
        if self.quick { &[1, 64] } else { &[1, 16, 64, 256] }
    }

    /// How many payments are left open to see what they weigh; 0 = none.
    const fn open_payments(&self) -> usize {
        if self.quick { 0 } else { 10_000 }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    // Two TLS backends must not be chosen between at run time.
    let _ = rustls::crypto::ring::default_provider().install_default();
    sqlx::any::install_default_drivers();
    let machine = machine::describe(&options)?;
    let floors = floors::measure(&options).await.context("the floors")?;
    let mut stacks = Vec::new();
    for kind in [stack::Kind::Http, stack::Kind::Amqp] {
        if options.only.is_none_or(|only| only == kind) {
            let measured = stack::measure(&options, kind).await;
            stacks.push(measured.with_context(|| kind.title().to_owned())?);
        }
    }
    let report = Report {
        machine,
        floors,
        stacks,
    };
    report.print();
    report.write(&options.out)
}
