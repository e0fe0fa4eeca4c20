//! Delivers notifications in the background.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use rustls::ClientConfig;

use crate::bank::Bank;
use crate::callbacks::{Callback, SIGNATURE_HEADER};
use crate::server::StartError;
use crate::shared::SharedBank;
use crate::tls;

/// How often the queue is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long a shop may take to accept a notification.
const TIMEOUT: Duration = Duration::from_secs(10);
/// To how many addresses notifications are sent at once.
const MAX_AT_ONCE: usize = 16;

/// The HTTP client of notifications. It trusts the simulator's own authority and those in `more_pem`.
pub(crate) fn client(own_pem: &str, more_pem: Option<&str>) -> Result<reqwest::Client, StartError> {
    let mut roots = tls::roots(own_pem)?;
    for certificate in tls::certificates(more_pem.unwrap_or_default())? {
        roots.add(certificate)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy();
    Ok(builder
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()?)
}

/// Runs until its task is aborted. Notifications to one address go one after another, so that their order holds;
/// addresses do not wait for each other within a round.
pub(crate) async fn run(bank: SharedBank, client: reqwest::Client) {
    loop {
        let mut by_address: BTreeMap<String, Vec<Callback>> = BTreeMap::new();
        for callback in bank.with(Bank::take_callbacks) {
            by_address.entry(callback.url.clone()).or_default().push(callback);
        }
        let sent =
            stream::iter(by_address.into_values()).map(|callbacks| send_all(&client, &bank, callbacks));
        sent.buffer_unordered(MAX_AT_ONCE)
            .for_each(|()| std::future::ready(()))
            .await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn send_all(client: &reqwest::Client, bank: &SharedBank, callbacks: Vec<Callback>) {
    for callback in callbacks {
        send(client, bank, callback).await;
    }
}

async fn send(client: &reqwest::Client, bank: &SharedBank, callback: Callback) {
    let request = client
        .post(&callback.url)
        .header(SIGNATURE_HEADER, &callback.signature);
    let sent = request
        .header("Content-Type", "application/json")
        .body(callback.body)
        .send()
        .await;
    match sent {
        Ok(response) if response.status().as_u16() == 200 => {
            bank.with(|bank, _| bank.callback_accepted(callback.id));
        }
        Ok(response) => tracing::debug!(
            status = response.status().as_u16(),
            "a notification was not accepted"
        ),
        Err(error) => tracing::debug!(error = %error.without_url(), "a notification was not delivered"),
    }
}
