//! The whole system for real: the daemon's own binary as a process, the simulated bank behind mTLS, a real broker, a
//! real database, and wires between them that can be held and cut.

pub mod books;
pub mod broker;
pub mod demo;
pub mod log;
pub mod process;
pub mod queue;
pub mod replies;
pub mod site;
pub mod store;
pub mod wire;

use anyhow::bail;
use std::time::Duration;

/// How long something that must come is waited for. It is long because machines are slow; nothing is measured.
pub const PATIENCE: Duration = Duration::from_mins(2);
/// The pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits until `look` finds something.
///
/// # Errors
/// When it does not within [`PATIENCE`], or when looking fails.
pub async fn until<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let looking = async {
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    match tokio::time::timeout(PATIENCE, looking).await {
        Ok(found) => found,
        Err(_) => bail!("waited in vain for this: {what}"),
    }
}

/// A plain HTTP client; TLS is never asked of it.
///
/// # Errors
/// When it cannot be made.
pub fn http_client() -> anyhow::Result<reqwest::Client> {
    // Another test of this process may have chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
