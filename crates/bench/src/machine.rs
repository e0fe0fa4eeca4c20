//! On what it was measured.

use crate::Options;
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// File systems that forget everything at a power cut: nothing about durability can be measured there.
const FORGETFUL: [&str; 3] = ["tmpfs", "ramfs", "overlay-tmpfs"];

/// The machine and the moment.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// When, UTC.
    pub at: String,
    /// Of what commit.
    pub commit: String,
    /// How many cores.
    pub cores: usize,
    /// What kind of core.
    pub cpu: String,
    /// Memory, in megabytes.
    pub memory_mb: u64,
    /// The file system that the journals lie on.
    pub file_system: String,
    /// Whether this was the short run.
    pub quick: bool,
}

/// Looks at the machine. A folder in memory is an error.
pub fn describe(options: &Options) -> Result<Machine> {
    let file_system = file_system(&options.folder)?;
    if FORGETFUL.contains(&file_system.as_str()) {
        bail!(
            "{} lies in memory ({file_system}): a commit there waits for no disk. Set TMPDIR to a folder on a disk",
            options.folder.display()
        );
    }
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name"));
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let total_kb = total.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    Ok(Machine {
        at: now(),
        commit: options.commit.clone(),
        cores: std::thread::available_parallelism()?.get(),
        cpu: model
            .unwrap_or("unknown")
            .trim_start_matches([' ', '\t', ':'])
            .to_owned(),
        memory_mb: total_kb.unwrap_or_default() / 1_024,
        file_system,
        quick: options.quick,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the date of a report; nothing is decided by it"
)]
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The type of the file system that the folder lies on: that of the longest mount point above it.
fn file_system(folder: &Path) -> Result<String> {
    let folder = folder
        .canonicalize()
        .with_context(|| folder.display().to_string())?;
    let mounts = fs::read_to_string("/proc/mounts").context("/proc/mounts")?;
    let above = mounts.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (point, kind) = (fields.next()?, fields.next()?);
        folder.starts_with(point).then_some((point.len(), kind))
    });
    let nearest = above.max_by_key(|(length, _)| *length);
    Ok(nearest.map_or("unknown", |(_, kind)| kind).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_on_proc() {
        assert_eq!(file_system(Path::new("/proc/self")).unwrap(), "proc");
    }
}
