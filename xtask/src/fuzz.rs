//! `cargo xtask fuzz`: a long run of one reader over spoilt input. The tests run each shortly.

use crate::repository::{cargo, root};
use anyhow::{Context, Result};

/// Which reader, and for how long.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The reader: `hocon`, `link`, `dualconnector` or `protocol`
    target: String,
    /// How many inputs
    #[arg(long, default_value_t = 1_000_000)]
    inputs: u64,
    /// The same seed makes the same inputs
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// True when nothing broke. The input that broke it lies in `target/fuzz-<target>`.
pub fn run(options: &Options) -> Result<bool> {
    let root = root();
    let kept = root.join("target").join(format!("fuzz-{}", options.target));
    let (inputs, seed) = (options.inputs.to_string(), options.seed.to_string());
    let status = cargo(&root)
        .args([
            "run",
            "--release",
            "--quiet",
            "-p",
            "fuzz",
            "--",
            &options.target,
            &inputs,
            &seed,
        ])
        .arg(kept)
        .status()
        .context("cargo cannot be started")?;
    Ok(status.success())
}
