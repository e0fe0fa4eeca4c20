//! The report: a table for people, JSON for later comparisons.

use crate::figures::{Spread, ms};
use crate::floors::Floors;
use crate::load::Load;
use crate::machine::Machine;
use crate::stack::Stack;
use anyhow::{Context, Result};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// Everything that was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// On what.
    pub machine: Machine,
    /// What the machine gives by itself.
    pub floors: Floors,
    /// The product.
    pub stacks: Vec<Stack>,
}

impl Report {
    /// Writes it as JSON.
    pub fn write(&self, out: &Path) -> Result<()> {
        if let Some(folder) = out.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(out, text).with_context(|| out.display().to_string())?;
        println!("\nwritten to {}", out.display());
        Ok(())
    }

    /// Prints it.
    pub fn print(&self) {
        let machine = &self.machine;
        println!(
            "\n{}, commit {}, {} cores ({}), {} MB, {}{}",
            machine.at,
            machine.commit,
            machine.cores,
            machine.cpu,
            machine.memory_mb,
            machine.file_system,
            if machine.quick { ", quick" } else { "" }
        );
        self.floors.print();
        for stack in &self.stacks {
            stack.print(&self.floors);
        }
    }
}

impl Floors {
    fn print(&self) {
        println!("\nFloors");
        for (name, rate) in [
            ("write 4 KiB + fdatasync, one by one", self.fsyncs_per_s),
            ("SQLite WAL+FULL commits, one by one", self.sqlite_commits_per_s),
            ("MariaDB commits, one by one", self.mariadb_commits_per_s),
            ("HTTP echo, 1 client", self.http_echoes_per_s),
            ("HTTP echo, 64 clients", self.http_echoes_of_many_per_s),
            ("RabbitMQ request-reply, 1 client", self.amqp_echoes_per_s),
            (
                "RabbitMQ request-reply, 64 clients",
                self.amqp_echoes_of_many_per_s,
            ),
        ] {
            println!("  {name:<40} {rate:>8} /s");
        }
        for (name, spread) in [
            ("bank alone: register a QR, p50", self.bank_register),
            ("bank alone: status question, p50", self.bank_status),
        ] {
            println!("  {name:<40} {:>8} ms", ms(spread.p50_us));
        }
    }
}

impl Stack {
    fn print(&self, floors: &Floors) {
        println!("\n{}", self.kind.title());
        println!(
            "  {:>9} {:>9} | {:^23} | {:^23} | CPU us per payment: daemon, driver, broker, database",
            "registers", "pay/s", "pay to QR p50/95/99 ms", "paid to final, ms"
        );
        for load in &self.loads {
            load.print();
        }
        if let Some(lone) = self.loads.iter().find(|load| load.registers == 1) {
            let own = |spread: Spread, bank: Spread| ms(spread.p50_us.saturating_sub(bank.p50_us));
            println!(
                "  the daemon's own time with one register, without the bank: {} ms to the QR, {} ms to the final reply",
                own(lone.to_qr, floors.bank_register),
                own(lone.to_final, floors.bank_status)
            );
        }
        println!(
            "  journal: {} bytes per payment; start to serving: {} ms (empty), {} ms (after the run); RSS {} kB idle",
            self.journal_bytes_per_payment,
            ms(self.first_start_us),
            ms(self.later_start_us),
            self.idle_rss_kb
        );
        if let Some(waiting) = &self.waiting {
            println!(
                "  {} open payments: RSS {} kB (before: {} kB), opened in {} ms; restart with them: {} ms",
                waiting.payments,
                waiting.rss_kb,
                waiting.rss_before_kb,
                waiting.opened_in_ms,
                waiting.restart_ms
            );
        }
    }
}

impl Load {
    fn print(&self) {
        let share = self.cpu_per_payment;
        println!(
            "  {:>9} {:>9} | {} | {} | {}, {}, {}, {} (strangers: {} per mille; {} bytes written; RSS {} kB)",
            self.registers,
            self.per_second,
            columns(self.to_qr),
            columns(self.to_final),
            share.daemon_us,
            share.driver_us,
            share.broker_us,
            share.database_us,
            self.strangers_permille,
            self.written_bytes_per_payment,
            self.daemon_rss_kb
        );
    }
}

fn columns(spread: Spread) -> String {
    format!(
        "{:>7} {:>7} {:>7}",
        ms(spread.p50_us),
        ms(spread.p95_us),
        ms(spread.p99_us)
    )
}
