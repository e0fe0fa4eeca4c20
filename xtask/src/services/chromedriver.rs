//! A chromedriver of our own; browsers are started by it, on demand.

use super::{Environment, Server, first_bytes, free_ports};
use crate::processes::{Run, find_program};
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

/// Starts chromedriver. The profiles of its browsers lie in the run's folder.
pub(super) fn start(run: &Run, attempt: u32) -> Result<Environment> {
    let state = run.state(&format!("chromedriver-{attempt}"))?;
    let logs = run.logs(&format!("chromedriver-{attempt}"))?;
    let program = find_program("chromedriver").context("chromedriver is missing")?;
    let browser = find_program("chromium").context("chromium is missing")?;
    let [port] = free_ports()?;
    for folder in ["home", "tmp"] {
        fs::create_dir_all(state.join(folder))?;
    }
    let mut command = Command::new(program);
    command
        .arg(format!("--port={port}"))
        .env("HOME", state.join("home"))
        .env("TMPDIR", state.join("tmp"))
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_CACHE_HOME");
    let mut server = Server::spawn(run, &mut command, &logs.join("chromedriver.out"))?;
    let request = format!("GET /status HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    server.wait_ready(|| {
        first_bytes(port, request.as_bytes()).is_some_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
    })?;
    server.keep(run);
    Ok(vec![
        ("QRPAY_TEST_CHROMEDRIVER", format!("http://127.0.0.1:{port}")),
        ("QRPAY_TEST_CHROMIUM", browser.display().to_string()),
    ])
}
