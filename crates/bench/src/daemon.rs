//! The daemon under measurement: its settings, its process, its journal.

use crate::shop::{self, REGISTERS_MAX, STORE};
use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

/// How long the daemon may take to serve, or to stop.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long one of its short commands may take.
const COMMAND_PATIENCE: Duration = Duration::from_secs(30);
/// The pause between two looks whether it serves.
const LOOK_PAUSE: Duration = Duration::from_millis(1);

/// A daemon that can be started and stopped, again and again, on the same journal.
pub struct Installation {
    program: PathBuf,
    config: PathBuf,
    folder: PathBuf,
    port: u16,
}

/// A daemon that serves.
pub struct Daemon {
    child: Child,
    /// Its process id.
    pub pid: u32,
    /// From the start of the program to the first answer.
    pub served_after: Duration,
}

impl Installation {
    /// Writes the settings, makes the journal, imports the shop.
    pub async fn make(
        program: &Path,
        folder: &Path,
        port: u16,
        (journal_url, amqp_url): (&str, Option<&str>),
        bank: &shop::BankAddress,
    ) -> Result<Self> {
        let installation = Self {
            program: program.to_owned(),
            config: folder.join("qrpayd.conf"),
            folder: folder.to_owned(),
            port,
        };
        fs::write(&installation.config, settings(port, journal_url, amqp_url)?)?;
        let rows = json!({
            "module": shop::MODULE,
            "merchants": { "0": {
                "url": bank.url, "ca": bank.ca_pem, "sbpMerchantId": shop::MERCHANT, "secretKey": shop::SECRET_KEY,
                // Callbacks tell of the money; this only matters when one is lost.
                "interval": 300, "rate_limit": 0,
            }},
        });
        let file = folder.join("shop.json");
        fs::write(&file, rows.to_string())?;
        let config = installation.config.display().to_string();
        installation.obey(&["migrate", "--config", &config]).await?;
        installation
            .obey(&[
                "config",
                "--config",
                &config,
                "import",
                &file.display().to_string(),
            ])
            .await?;
        Ok(installation)
    }

    /// Where registers come in over HTTP.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it and waits until it answers.
    pub async fn start(&self) -> Result<Daemon> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("qrpayd.log"))?;
        let begun = Instant::now();
        let mut child = Command::new(&self.program)
            .args(["run", "--config"])
            .arg(&self.config)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| self.program.display().to_string())?;
        let pid = child.id().context("the daemon ended at once")?;
        let health = format!("{}/api/v1/health", self.url());
        let client = reqwest::Client::builder().no_proxy().build()?;
        while begun.elapsed() < PATIENCE {
            if let Some(status) = child.try_wait()? {
                bail!("the daemon ended ({status}); see {}", self.folder.display());
            }
            if let Ok(answer) = client.get(&health).send().await
                && answer.status().is_success()
            {
                return Ok(Daemon {
                    child,
                    pid,
                    served_after: begun.elapsed(),
                });
            }
            sleep(LOOK_PAUSE).await;
        }
        bail!("the daemon did not serve in time; see {}", self.folder.display())
    }

    async fn obey(&self, arguments: &[&str]) -> Result<()> {
        let command = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = timeout(COMMAND_PATIENCE, command).await??;
        ensure!(
            output.status.success(),
            "qrpayd {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}

impl Daemon {
    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) -> Result<()> {
        // The shell's own kill: a bare machine has no other.
        let asked = Command::new("sh")
            .args(["-c", "kill -s TERM \"$1\"", "sh", &self.pid.to_string()])
            .status()
            .await?;
        ensure!(asked.success(), "the daemon could not be told to stop");
        timeout(PATIENCE, self.child.wait())
            .await
            .context("the daemon does not stop")??;
        Ok(())
    }
}

/// A port that nobody listens on now.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}

/// The settings of a shop; durability is on, since the daemon refuses anything else.
fn settings(port: u16, journal_url: &str, amqp_url: Option<&str>) -> Result<String> {
    let mut tokens = String::new();
    for number in 0..REGISTERS_MAX {
        let (terminal, token) = (shop::terminal(number), shop::token(number));
        writeln!(
            tokens,
            "    {{ store = \"{STORE}\", terminal = \"{terminal}\", token = \"{token}\" }}"
        )?;
    }
    let brokers = amqp_url.map(|url| format!("\"{url}\"")).unwrap_or_default();
    Ok(format!(
        "journal {{ url = \"{journal_url}\" }}\n\
         http {{\n  listen = \"127.0.0.1:{port}\"\n  rate_limit_per_s = 0\n  tokens = [\n{tokens}  ]\n}}\n\
         amqp {{ urls = [ {brokers} ] }}\n\
         modules = [ \"{}\" ]\n\
         log {{ format = text, level = info }}\n",
        shop::MODULE
    ))
}
