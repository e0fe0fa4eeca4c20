//! The daemon as a process.

use super::log::Log;
use super::{PATIENCE, until};
use crate::environment;
use anyhow::{Context, bail};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// A running `qrpayd run`. It is killed when it is dropped.
pub struct Process {
    child: Child,
    /// `host:port` of its HTTP door.
    pub http: String,
}

/// How a process ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// Its status.
    pub status: ExitStatus,
    /// How long it took from the signal on.
    pub took: Duration,
}

impl Process {
    /// Starts it and waits until it says that it serves. What it writes goes to the log.
    ///
    /// # Errors
    /// When it ends instead.
    pub async fn start(config: &Path, log: &Log) -> anyhow::Result<Self> {
        Self::launch(command(config, &["run"]), log).await
    }

    /// The same with a command of the caller's making.
    ///
    /// # Errors
    /// When it ends instead.
    pub async fn launch(mut command: Command, log: &Log) -> anyhow::Result<Self> {
        let mark = log.mark();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("qrpayd run")?;
        if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
            log.follow(out);
            log.follow(err);
        }
        let mut process = Self {
            child,
            http: String::new(),
        };
        let serves = until("the daemon serves", async || {
            if let Some(status) = process.child.try_wait()? {
                bail!("the daemon ended instead of serving: {status}");
            }
            Ok(log.find(mark, &["qrpayd serves", "http="]))
        })
        .await?;
        let address = serves
            .split("http=")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        process.http = address.context("the daemon names no address")?.into();
        Ok(process)
    }

    /// SIGKILL: nothing is finished.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub fn kill_9(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the daemon had ended by itself: {status}");
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends a signal by its name: `TERM`, `INT`.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()?;
        anyhow::ensure!(status.success(), "kill: {status}");
        Ok(())
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ended(&mut self) -> anyhow::Result<Ended> {
        let since = Instant::now();
        let status = until("the daemon ends", async || Ok(self.child.try_wait()?)).await?;
        Ok(Ended {
            status,
            took: since.elapsed(),
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command of the daemon's binary, with the settings file.
pub fn command(config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(environment::binary("qrpayd"));
    command
        .args(arguments)
        .arg("--config")
        .arg(config)
        .env_remove("JOURNAL_STREAM");
    command
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or does not end.
pub async fn run(mut command: Command) -> anyhow::Result<Output> {
    let running = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output());
    Ok(tokio::time::timeout(PATIENCE, running)
        .await
        .context("a command does not end")???)
}

/// The output of a command that must succeed.
///
/// # Errors
/// When it did not.
pub fn succeed(output: Output) -> anyhow::Result<String> {
    let err = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{}: {err}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// What a command said that must fail.
///
/// # Errors
/// When it did not.
pub fn fail(output: &Output) -> anyhow::Result<String> {
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        !output.status.success(),
        "it should have failed and said: {out}{err}"
    );
    Ok(format!("{out}{err}"))
}
