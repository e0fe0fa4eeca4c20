//! Delivers notifications in the background.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use rustls::ClientConfig;

use crate::provider::{Notification, Provider};
use crate::server::StartError;
use crate::shared::SharedProvider;
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
pub(crate) async fn run(provider: SharedProvider, client: reqwest::Client) {
    loop {
        let mut by_address: BTreeMap<String, Vec<Notification>> = BTreeMap::new();
        for one in provider.with(Provider::notifications) {
            by_address.entry(one.url.clone()).or_default().push(one);
        }
        let sent = stream::iter(by_address.into_values()).map(|all| send_all(&client, &provider, all));
        sent.buffer_unordered(MAX_AT_ONCE)
            .for_each(|()| std::future::ready(()))
            .await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn send_all(client: &reqwest::Client, provider: &SharedProvider, notifications: Vec<Notification>) {
    for notification in notifications {
        send(client, provider, notification).await;
    }
}

async fn send(client: &reqwest::Client, provider: &SharedProvider, notification: Notification) {
    let mut request = client.post(&notification.url);
    for (name, value) in &notification.headers {
        request = request.header(name, value);
    }
    let sent = request
        .header("Content-Type", "application/json")
        .body(notification.body)
        .send()
        .await;
    match sent {
        Ok(response) if response.status().as_u16() == 200 => {
            provider.with(|provider, _| provider.notification_accepted(notification.id));
        }
        Ok(response) => tracing::debug!(
            status = response.status().as_u16(),
            "a notification was not accepted"
        ),
        Err(error) => tracing::debug!(error = %error.without_url(), "a notification was not delivered"),
    }
}
