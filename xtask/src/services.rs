//! The servers that the tests need: each on loopback, on free ports, with all its files in the run's folder. A server
//! that the machine runs already is neither used nor touched.
//!
//! The tests find them by these variables:
//!
//! - `QRPAY_TEST_AMQP_URL`: RabbitMQ, user `guest`
//! - `QRPAY_TEST_RABBITMQ_CTL`: a program that is `rabbitmqctl` for this broker (`stop_app`, `start_app`, …)
//! - `QRPAY_TEST_MARIADB_URL`: MariaDB, user `root`, who may create databases
//! - `QRPAY_TEST_CHROMEDRIVER`: chromedriver
//! - `QRPAY_TEST_CHROMIUM`: the browser's program
//! - `QRPAY_TEST_BIN_DIR`: the folder with the product's own programs, built before the tests

mod chromedriver;
mod mariadb;
mod rabbitmq;

use crate::processes::{RUN_MARK, Run};
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// Variables for the tests.
pub type Environment = Vec<(&'static str, String)>;

/// Starts one server; the number tells the attempts apart.
type Starter = fn(&Run, u32) -> Result<Environment>;

/// How often a server is started anew, with other ports: somebody else may take a port just after it was found free.
const START_ATTEMPTS: u32 = 3;
/// How often a starting server is asked whether it is ready: at most two minutes.
const READY_PROBES: u32 = 600;
/// The pause between two such questions.
const PROBE_PAUSE: Duration = Duration::from_millis(200);
/// How long connecting, and reading the first bytes, may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// How much of a log is shown when a server does not start.
const LOG_TAIL_LINES: usize = 30;

/// Starts all of them at the same time and says where they listen.
pub fn start(run: &Run) -> Result<Environment> {
    start_these(
        run,
        &[
            ("RabbitMQ", rabbitmq::start),
            ("MariaDB", mariadb::start),
            ("chromedriver", chromedriver::start),
        ],
    )
}

/// Starts those that the product itself works with.
pub fn start_without_browser(run: &Run) -> Result<Environment> {
    start_these(run, &[("RabbitMQ", rabbitmq::start), ("MariaDB", mariadb::start)])
}

fn start_these(run: &Run, starters: &[(&str, Starter)]) -> Result<Environment> {
    let outcomes: Vec<Result<Environment>> = thread::scope(|scope| {
        let threads: Vec<_> = starters
            .iter()
            .map(|(name, starter)| scope.spawn(move || with_attempts(run, name, *starter)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("a starter broke off")))
            .collect()
    });
    let mut environment = Environment::new();
    for outcome in outcomes {
        environment.extend(outcome?);
    }
    for (name, value) in &environment {
        println!("{name}={value}");
    }
    Ok(environment)
}

fn with_attempts(run: &Run, name: &str, starter: Starter) -> Result<Environment> {
    let mut attempt = 1;
    loop {
        match starter(run, attempt) {
            Ok(environment) => return Ok(environment),
            Err(error) if attempt < START_ATTEMPTS => {
                eprintln!("{name} did not start, trying again: {error:#}");
                attempt += 1;
            }
            Err(error) => return Err(error.context(format!("{name} did not start"))),
        }
    }
}

/// Ports that nobody listens on now, all different.
fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut ports = [0; N];
    let mut held = Vec::with_capacity(N);
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("cannot find a free port")?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// A server that has been started.
struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts it with the run's mark; what it prints goes to the log.
    fn spawn(run: &Run, command: &mut Command, log: &Path) -> Result<Self> {
        use std::os::unix::process::CommandExt;
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .env(RUN_MARK, &run.mark)
            .stdin(Stdio::null())
            .stderr(output.try_clone()?)
            .stdout(output)
            // Ctrl-C is for this tool alone; the guard stops the servers.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot run {}", command.get_program().display()))?;
        Ok(Self {
            child,
            log: log.to_owned(),
        })
    }

    /// Waits until the probe says yes. A server that ends meanwhile, or is never ready, is stopped and reported.
    fn wait_ready(&mut self, probe: impl Fn() -> bool) -> Result<()> {
        for _ in 0..READY_PROBES {
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "it ended at once ({status}); its last words:\n{}",
                    self.log_tail()
                );
            }
            if probe() {
                return Ok(());
            }
            thread::sleep(PROBE_PAUSE);
        }
        self.stop()?;
        bail!("it was not ready in time; its last words:\n{}", self.log_tail());
    }

    /// Lets it run until the run ends.
    fn keep(self, run: &Run) {
        run.keep(self.child);
    }

    fn stop(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn log_tail(&self) -> String {
        tail(&fs::read_to_string(&self.log).unwrap_or_default(), LOG_TAIL_LINES)
    }
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    let start = all.len().saturating_sub(lines);
    all.iter().skip(start).copied().collect::<Vec<_>>().join("\n")
}

/// Connects, says something, and gives the first bytes of the answer.
fn first_bytes(port: u16, greeting: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect_timeout(&address, PROBE_TIMEOUT).ok()?;
    stream.set_read_timeout(Some(PROBE_TIMEOUT)).ok()?;
    stream.write_all(greeting).ok()?;
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer).ok()?;
    (count > 0).then(|| buffer.iter().take(count).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ() {
        let [one, two, three] = free_ports::<3>().unwrap();
        assert!(one != two && two != three && one != three && one != 0);
    }

    #[test]
    fn a_server_that_ends_at_once_is_reported_with_its_last_words() {
        let run = Run::begin().unwrap();
        let log = run.logs("short").unwrap().join("out");
        let mut command = Command::new("sh");
        command.args(["-c", "echo no room on the disk; exit 3"]);
        let mut server = Server::spawn(&run, &mut command, &log).unwrap();
        let error = server.wait_ready(|| false).unwrap_err().to_string();
        assert!(error.contains("no room on the disk"), "{error}");
        run.end(false).unwrap();
    }

    #[test]
    fn the_tail_of_a_log_is_its_last_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("a", 2), "a");
    }

    #[test]
    fn nobody_answers_on_a_free_port() {
        let [port] = free_ports::<1>().unwrap();
        assert_eq!(first_bytes(port, b"hello"), None);
    }
}
