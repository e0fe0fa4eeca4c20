//! What the tests that need a real server are given. Nothing is skipped: what is missing fails the test and says why.

use std::path::PathBuf;

/// A value that `cargo xtask test` puts into the environment.
///
/// # Panics
/// When it is not there.
pub fn given(name: &str) -> String {
    match std::env::var(name) {
        Ok(value) => value,
        Err(_) => fail(&format!(
            "{name} is not set: run the tests through `cargo xtask test`, which starts what they need"
        )),
    }
}

/// The RabbitMQ of this run.
pub fn amqp_url() -> String {
    given("QRPAY_TEST_AMQP_URL")
}

/// The MariaDB of this run: a server on which databases may be made.
pub fn mariadb_url() -> String {
    given("QRPAY_TEST_MARIADB_URL")
}

/// The WebDriver of this run.
pub fn chromedriver_url() -> String {
    given("QRPAY_TEST_CHROMEDRIVER")
}

/// One of our own binaries, built beside the test.
///
/// # Panics
/// When it is not there.
pub fn binary(name: &str) -> PathBuf {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.parent()?.join(name)));
    match beside {
        Some(path) if path.exists() => path,
        _ => fail(&format!(
            "the binary `{name}` is not built: run the tests through `cargo xtask test`"
        )),
    }
}

#[expect(
    clippy::panic,
    reason = "a test helper: a missing server must fail the test, never skip it"
)]
fn fail(why: &str) -> ! {
    panic!("{why}")
}

/// What stands at an address on this machine.
///
/// # Errors
/// When nobody answers.
pub async fn fetch(url: &str) -> anyhow::Result<String> {
    // Installing it twice is an error that means "it is there".
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::get(url).await?.text().await?)
}
