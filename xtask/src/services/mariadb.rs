//! A MariaDB server of our own.

use super::{Environment, Server, first_bytes, free_ports};
use crate::processes::{Run, find_program};
use anyhow::{Context, Result};
use std::fs;
use std::process::{Command, Stdio};

/// Run at each start: an unnamed user at this host would be taken before a named one from anywhere.
const INIT_SQL: &str = "DELETE FROM mysql.global_priv WHERE User = '';\nFLUSH PRIVILEGES;\n";

/// Makes a data folder and starts the server on it. `root` has no password and may create databases.
pub(super) fn start(run: &Run, attempt: u32) -> Result<Environment> {
    let state = run.state(&format!("mariadb-{attempt}"))?;
    let logs = run.logs(&format!("mariadb-{attempt}"))?;
    let data = format!("--datadir={}", state.join("data").display());
    let as_root = is_root()?.then_some("--user=root");

    let installer = find_program("mariadb-install-db").context("mariadb-install-db is missing")?;
    let output = Command::new(installer)
        .arg("--no-defaults")
        .args(["--auth-root-authentication-method=normal", "--skip-test-db"])
        .arg(&data)
        .args(as_root)
        .stdin(Stdio::null())
        .output()
        .context("cannot run mariadb-install-db")?;
    fs::write(logs.join("install.out"), [output.stdout, output.stderr].concat())?;
    anyhow::ensure!(
        output.status.success(),
        "mariadb-install-db failed, see {}",
        logs.join("install.out").display()
    );

    let [port] = free_ports()?;
    let init = state.join("init.sql");
    fs::write(&init, INIT_SQL)?;
    let program = find_program("mariadbd").context("mariadbd is missing")?;
    let mut command = Command::new(program);
    command
        .arg("--no-defaults")
        .arg(&data)
        .args(as_root)
        .args(["--bind-address=127.0.0.1", &format!("--port={port}")])
        .arg(format!("--socket={}", state.join("sock").display()))
        .arg(format!("--pid-file={}", state.join("pid").display()))
        .arg(format!("--init-file={}", init.display()))
        .arg(format!("--tmpdir={}", state.display()))
        // What the journal demands of a production server too.
        .arg("--innodb-flush-log-at-trx-commit=1")
        // Many tests at once, each with its own databases and connections.
        .args([
            "--max-connections=500",
            // On a busy machine a handshake may take longer than the ten seconds of the default.
            "--connect-timeout=120",
            "--back-log=500",
            "--innodb-buffer-pool-size=128M",
            "--innodb-log-file-size=64M",
        ]);
    let mut server = Server::spawn(run, &mut command, &logs.join("server.out"))?;
    // The server speaks first: after the length and a sequence number comes protocol version 10.
    server.wait_ready(|| first_bytes(port, b"").is_some_and(|answer| answer.get(4) == Some(&10)))?;
    server.keep(run);
    Ok(vec![(
        "QRPAY_TEST_MARIADB_URL",
        format!("mysql://root@127.0.0.1:{port}/"),
    )])
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output().context("cannot run id")?;
    Ok(output.stdout.trim_ascii() == b"0")
}
