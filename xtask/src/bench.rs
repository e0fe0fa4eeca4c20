//! `cargo xtask bench`: how fast the product is on this machine, beside what the machine gives by itself.

use crate::processes::{RUN_MARK, Run};
use crate::repository::{cargo, metadata, root};
use crate::{install, services};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Shorter and coarser: less than 40 seconds after the build
    #[arg(long)]
    quick: bool,
    /// Only one stack: `http` (with SQLite) or `amqp` (with MariaDB)
    #[arg(long)]
    only: Option<String>,
    /// Measure the programs in this folder instead of building them: to compare with an earlier build
    #[arg(long)]
    bin_dir: Option<PathBuf>,
}

/// Builds with optimisations, starts the servers, measures, writes `target/bench/latest.json`. True when all payments
/// went well; how fast they went is for people to judge.
pub fn run(options: &Options) -> Result<bool> {
    let root = root();
    install::install_missing(&root)?;
    let programs = match &options.bin_dir {
        Some(folder) => folder.clone(),
        None => build(&root)?,
    };
    let run = Run::begin()?;
    let measured = measure(&root, &programs, options, &run);
    run.end(!matches!(measured, Ok(true)))?;
    measured
}

/// Builds the daemon and the driver and tells where they are.
fn build(root: &Path) -> Result<PathBuf> {
    let built = cargo(root)
        .args(["build", "--release", "-p", "qrpayd", "-p", "bench"])
        .stdin(Stdio::null())
        .status()
        .context("cannot run cargo")?;
    anyhow::ensure!(built.success(), "the build failed: {built}");
    let metadata = metadata(root, &["--no-deps"])?;
    let target = metadata["target_directory"]
        .as_str()
        .context("cargo metadata named no target_directory")?;
    Ok(Path::new(target).join("release"))
}

fn measure(root: &Path, programs: &Path, options: &Options, run: &Run) -> Result<bool> {
    let environment = services::start_without_browser(run)?;
    let address = |name: &str| -> Result<&str> {
        let found = environment.iter().find(|(known, _)| *known == name);
        let (_, value) = found.with_context(|| format!("no server gave {name}"))?;
        Ok(value.as_str())
    };
    let mut driver = Command::new(programs.join("bench"));
    driver
        .arg("--qrpayd")
        .arg(programs.join("qrpayd"))
        .args(["--amqp-url", address("QRPAY_TEST_AMQP_URL")?])
        .args(["--mariadb-url", address("QRPAY_TEST_MARIADB_URL")?])
        .arg("--folder")
        .arg(run.state("bench")?)
        .arg("--logs")
        .arg(run.logs("bench")?)
        .arg("--out")
        .arg(root.join("target/bench/latest.json"))
        .args(["--commit", &commit(root)])
        .args(options.quick.then_some("--quick"))
        .env(RUN_MARK, &run.mark)
        .stdin(Stdio::null());
    if let Some(only) = &options.only {
        driver.args(["--only", only]);
    }
    let status = driver.status().context("cannot run the driver")?;
    Ok(status.success())
}

/// The commit, with a mark when files were changed since.
fn commit(root: &Path) -> String {
    let output = Command::new("git")
        .args(["describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"])
        .current_dir(root)
        .output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Ok(_) | Err(_) => "unknown".to_owned(),
    }
}
