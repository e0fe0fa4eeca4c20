//! The disk.

use super::ROUNDS_MAX;
use crate::figures::per_second;
use anyhow::Result;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// What is written before each fdatasync.
const BLOCK: [u8; 4_096] = [7; 4_096];

/// Appends a block and waits until it is on the disk, again and again. Blocks the thread.
pub fn fsyncs(folder: &Path, window: Duration) -> Result<u64> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < window && count < ROUNDS_MAX {
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = per_second(count, begun.elapsed());
    fs::remove_file(path)?;
    Ok(rate)
}
