//! The way to the service. One attempt, one connection, no repeats.

use crate::answer::BODY_BYTES_MAX;
use crate::error::PinpadError;
use crate::outcome::Doubt;
use crate::request::{CONTENT_TYPE, Request};
use reqwest::header::{ACCEPT, CONTENT_TYPE as CONTENT_TYPE_HEADER};
use reqwest::{Client, Response, StatusCode, Url};
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// How long connecting may take, in milliseconds. The service is on the same machine or in the same shop.
const CONNECT_MS: u64 = 5_000;
/// How long the service may think about whether it is well, in milliseconds.
const HEALTH_MS: u64 = 5_000;
/// What a healthy service answers to a plain GET.
const HEALTHY: &str = "OKWORK";
/// How many causes of an error are told.
const CAUSES_MAX: usize = 4;

/// How the service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "health", rename_all = "snake_case")]
pub enum Health {
    /// It works.
    Works,
    /// Something answers there, but it is not the service.
    Other,
    /// Nothing answers.
    Away {
        /// Why.
        reason: String,
    },
}

/// Why there is no body.
pub(crate) enum Failure {
    /// The connection was never there.
    NotSent(PinpadError),
    /// The request may have arrived.
    Lost(Doubt),
}

pub(crate) struct Service {
    client: Client,
    url: Url,
}

impl Service {
    pub(crate) fn new(url: &str) -> Result<Self, PinpadError> {
        let bad = |why: &dyn std::fmt::Display| PinpadError::Client(why.to_string());
        let client = Client::builder()
            .tls_backend_preconfigured(no_tls()?)
            .http1_only()
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            // A kept connection that was closed meanwhile would look like a lost answer.
            .pool_max_idle_per_host(0)
            .connect_timeout(Duration::from_millis(CONNECT_MS))
            .build()
            .map_err(|error| bad(&error))?;
        Ok(Self {
            client,
            url: Url::parse(url).map_err(|error| bad(&error))?,
        })
    }

    /// Asks the service whether it works. Touches no terminal.
    pub(crate) async fn health(&self) -> Health {
        let sent = self
            .client
            .get(self.url.clone())
            .timeout(Duration::from_millis(HEALTH_MS))
            .send()
            .await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                return Health::Away {
                    reason: causes(&error),
                };
            }
        };
        match body(response).await {
            Ok(body) if String::from_utf8_lossy(&body).trim() == HEALTHY => Health::Works,
            _ => Health::Other,
        }
    }

    /// Sends a request and reads the body of the answer.
    pub(crate) async fn exchange(&self, request: &Request) -> Result<Vec<u8>, Failure> {
        tracing::debug!(target: "wire", op = %request.op, fields = ?request.fields, "to the pin-pad");
        let sent = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE_HEADER, CONTENT_TYPE)
            .header(ACCEPT, CONTENT_TYPE)
            .timeout(Duration::from_millis(request.wait_ms))
            .body(request.body.clone())
            .send()
            .await;
        let response = sent.map_err(|error| self.failure(&error))?;
        body(response).await.map_err(Failure::Lost)
    }

    /// Only a failure to connect proves that nothing was sent.
    fn failure(&self, error: &reqwest::Error) -> Failure {
        if error.is_connect() || error.is_builder() {
            return Failure::NotSent(PinpadError::NotSent {
                url: self.url.to_string(),
                reason: causes(error),
            });
        }
        tracing::warn!(target: "wire", reason = causes(error), "the pin-pad's answer was lost");
        Failure::Lost(Doubt::NoAnswer)
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, Doubt> {
    let status = response.status();
    if status != StatusCode::OK {
        return Err(Doubt::Http {
            status: status.as_u16(),
        });
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Doubt::NoAnswer)? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(Doubt::Unclear {
                detail: format!("the answer has more than {BODY_BYTES_MAX} bytes"),
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The service speaks plain HTTP; the client wants to be told about TLS all the same. It trusts nobody.
fn no_tls() -> Result<ClientConfig, PinpadError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| PinpadError::Client(error.to_string()))?;
    Ok(config
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

fn causes(error: &reqwest::Error) -> String {
    let mut told = String::new();
    let mut cause: Option<&dyn Error> = error.source();
    for _ in 0..CAUSES_MAX {
        let Some(next) = cause else { break };
        if !told.is_empty() {
            told.push_str(": ");
        }
        told.push_str(&next.to_string());
        cause = next.source();
    }
    if told.is_empty() {
        "no connection".to_owned()
    } else {
        told
    }
}
