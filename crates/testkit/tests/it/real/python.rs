//! The example in Python, `docs/examples/register.py`, in a virtual environment of its own against the real broker and the real
//! daemon.

use anyhow::Context;
use simulator::bank::PayerAction;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use testkit::real::site::{CASH_LINK, DYNAMIC, Site};
use testkit::real::store::Kind;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// Debian's own interpreter, for which the test command installs what makes virtual environments.
const PYTHON: &str = "/usr/bin/python3";
/// The client, pinned.
const PIKA: &str = "pika==1.3.2";

/// The interpreter of a new virtual environment that has the client.
async fn environment(folder: &Path) -> anyhow::Result<PathBuf> {
    let place = folder.join("python");
    succeed(Command::new(PYTHON).args(["-m", "venv"]).arg(&place)).await?;
    let python = place.join("bin/python");
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        PIKA,
    ];
    succeed(Command::new(&python).args(install)).await?;
    Ok(python)
}

async fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output().await?;
    let told = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{command:?}: {told}");
    Ok(())
}

struct Example<'a> {
    site: &'a Site,
    python: PathBuf,
}

impl Example<'_> {
    /// Runs it; the buyer pays when a QR is shown. The exit code and what was printed.
    async fn run(&self, module: &str, arguments: &[&str]) -> anyhow::Result<(Option<i32>, String)> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/register.py");
        let mut process = Command::new(&self.python)
            .arg(script)
            .arg(self.site.host.url(&self.site.host.broker))
            .args([module, "1", "1"])
            .args(arguments)
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("no output")?).lines();
        let mut printed = String::new();
        while let Some(line) = lines.next_line().await? {
            if let Some(payload) = line.strip_prefix("QR ") {
                self.site.buyer(payload, PayerAction::Pay)?;
            }
            printed.push_str(&line);
            printed.push('\n');
        }
        Ok((process.wait().await?.code(), printed))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_pays_asks_refunds_and_checks_a_sticker() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    let python = environment(site.folder.path()).await?;
    let example = Example { site: &site, python };

    let (code, said) = example.run(DYNAMIC, &["pay", "py-1", "15001"]).await?;
    assert!(code == Some(0) && said.contains("\"state\": \"paid\""), "{said}");
    let (code, said) = example.run(DYNAMIC, &["pay", "py-1", "15001"]).await?;
    assert!(
        code == Some(0) && said.contains("\"state\": \"paid\""),
        "a repeat: {said}"
    );
    let (code, said) = example.run(DYNAMIC, &["pay", "py-1", "15002"]).await?;
    assert!(code == Some(2) && said.contains("id_conflict"), "{said}");
    let (code, said) = example.run(DYNAMIC, &["status", "py-2", "py-1"]).await?;
    assert!(code == Some(0) && said.contains("\"state\": \"paid\""), "{said}");
    let (code, said) = example.run(DYNAMIC, &["refund", "py-3", "py-1", "5000"]).await?;
    assert!(
        code == Some(0) && said.contains("\"state\": \"refunded\""),
        "{said}"
    );
    let (code, said) = example.run(DYNAMIC, &["refund", "py-4", "py-1", "15000"]).await?;
    assert!(
        code == Some(2) && said.contains("refund_exceeds_payment"),
        "{said}"
    );
    let sticker = site.bank.bank.with(|bank, _| bank.print_sticker());
    let (code, said) = example.run(CASH_LINK, &["link_check", "py-5", &sticker]).await?;
    assert!(code == Some(0) && said.contains("not_ours"), "{said}");

    site.agree().await?;
    drop(example);
    site.close().await
}
