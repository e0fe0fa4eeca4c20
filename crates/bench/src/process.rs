//! What the system knows of processes: CPU time, memory, written bytes.

use anyhow::{Context, Result};
use serde::Serialize;
use std::fs;

/// Microseconds of one tick of `/proc/PID/stat`: the kernel reports 100 a second to programs.
const TICK_US: u64 = 10_000;
/// The variable that marks every process of a run of the tools.
const RUN_MARK: &str = "QRPAY_TEST_RUN";

/// CPU time that a process has used, user and system, in microseconds.
pub fn cpu_us(pid: u32) -> Result<u64> {
    let stat = read(pid, "stat")?;
    // The name in brackets may hold anything; the fields after it are numbers.
    let (_, fields) = stat.rsplit_once(')').context("stat without a name")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || -> Result<u64> { Ok(fields.next().context("stat is too short")?.parse()?) };
    Ok((ticks()? + ticks()?) * TICK_US)
}

/// Memory that is in use (`VmRSS`), in kilobytes.
pub fn rss_kb(pid: u32) -> Result<u64> {
    number_after(&read(pid, "status")?, "VmRSS:")
}

/// Bytes that the process has caused to be written to a disk.
pub fn written_bytes(pid: u32) -> Result<u64> {
    number_after(&read(pid, "io")?, "write_bytes:")
}

/// CPU time of the whole machine, in microseconds: all of it, and what was idle.
pub fn machine_us() -> Result<(u64, u64)> {
    let stat = fs::read_to_string("/proc/stat").context("/proc/stat")?;
    let line = stat.lines().next().context("/proc/stat is empty")?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .take(8)
        .filter_map(|field| field.parse().ok())
        .collect();
    let idle: u64 = ticks.iter().skip(3).take(2).sum();
    Ok((ticks.iter().sum::<u64>() * TICK_US, idle * TICK_US))
}

/// The servers of this run, by the name of their program.
pub fn servers(program: &str) -> Vec<u32> {
    let Ok(mark) = std::env::var(RUN_MARK) else {
        return Vec::new();
    };
    let wanted = format!("{RUN_MARK}={mark}");
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let is_ours = |pid: &u32| {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        name.trim() == program
            && environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == wanted.as_bytes())
    };
    pids.filter(is_ours).collect()
}

/// CPU time of everybody who takes part, in microseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[expect(clippy::struct_field_names, reason = "the unit stands last in every name")]
pub struct Cpu {
    /// The daemon.
    pub daemon_us: u64,
    /// This process: registers, bank, buyers.
    pub driver_us: u64,
    /// RabbitMQ.
    pub broker_us: u64,
    /// MariaDB.
    pub database_us: u64,
    /// All cores of the machine, used or idle.
    pub machine_us: u64,
    /// What of it was idle.
    pub idle_us: u64,
}

impl Cpu {
    /// Up to now.
    pub fn now(daemon: u32) -> Result<Self> {
        let all = |program| -> Result<u64> { servers(program).into_iter().map(cpu_us).sum() };
        let (machine_us, idle_us) = machine_us()?;
        Ok(Self {
            daemon_us: cpu_us(daemon)?,
            driver_us: cpu_us(std::process::id())?,
            broker_us: all("beam.smp")?,
            database_us: all("mariadbd")?,
            machine_us,
            idle_us,
        })
    }

    /// Since an earlier moment.
    pub const fn since(self, before: Self) -> Self {
        Self {
            daemon_us: self.daemon_us.saturating_sub(before.daemon_us),
            driver_us: self.driver_us.saturating_sub(before.driver_us),
            broker_us: self.broker_us.saturating_sub(before.broker_us),
            database_us: self.database_us.saturating_sub(before.database_us),
            machine_us: self.machine_us.saturating_sub(before.machine_us),
            idle_us: self.idle_us.saturating_sub(before.idle_us),
        }
    }

    /// What processes outside this run took of the machine, in thousandths.
    pub const fn strangers_permille(self) -> u64 {
        let ours = self.daemon_us + self.driver_us + self.broker_us + self.database_us;
        let used = self.machine_us.saturating_sub(self.idle_us);
        let machine = if self.machine_us == 0 { 1 } else { self.machine_us };
        used.saturating_sub(ours) * 1_000 / machine
    }
}

fn read(pid: u32, file: &str) -> Result<String> {
    fs::read_to_string(format!("/proc/{pid}/{file}")).with_context(|| format!("/proc/{pid}/{file}"))
}

fn number_after(text: &str, name: &str) -> Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.with_context(|| format!("{name} is missing"))?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_figures() {
        let own = std::process::id();
        assert!(rss_kb(own).unwrap() > 100);
        let (machine, idle) = machine_us().unwrap();
        assert!(machine >= idle && machine > 0);
        let before = Cpu::now(own).unwrap();
        assert!(Cpu::now(own).unwrap().since(before).strangers_permille() <= 1_000);
    }

    #[test]
    fn numbers_are_found_by_name() {
        assert_eq!(number_after("a: 1\nVmRSS:\t  42 kB\n", "VmRSS:").unwrap(), 42);
        assert!(number_after("a: 1", "b:").is_err());
    }
}
