//! The HTTP door: `POST /api/v1/operations`, then server-sent events.

use crate::RegisterError;
use crate::door::{Door, DoorError, Line, REPLY_BYTES_MAX, read_reply};
use crate::order::Envelope;
use crate::sse::Events;
use async_trait::async_trait;
use domain::OperationId;
use protocol::Reply;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode, Url};
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;

/// Speaks HTTP to the daemon.
pub(crate) struct HttpDoor {
    client: Client,
    operations: Url,
    address: String,
    token: SecretString,
}

impl HttpDoor {
    pub(crate) fn new(
        url: &str,
        token: SecretString,
        connect_timeout: Duration,
    ) -> Result<Self, RegisterError> {
        let bad =
            |why: String| RegisterError::Settings(format!("the daemon's address cannot be used: {why}"));
        let base = Url::parse(url).map_err(|error| bad(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https")
            || !base.username().is_empty()
            || base.password().is_some()
        {
            return Err(bad(
                "it must look like `http://host:port`, without a user name".to_owned()
            ));
        }
        let operations = base
            .join("/api/v1/operations")
            .map_err(|error| bad(error.to_string()))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls()?)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(connect_timeout)
            .build()
            .map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            client,
            address: base.origin().ascii_serialization(),
            operations,
            token,
        })
    }
}

/// TLS with the system's own list of authorities (`SSL_CERT_FILE` may name another).
fn tls() -> Result<ClientConfig, RegisterError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| RegisterError::Settings(format!("TLS cannot be set up: {error}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[async_trait]
impl Door for HttpDoor {
    fn address(&self) -> &str {
        &self.address
    }

    async fn open(&self, envelope: &Envelope) -> Result<Box<dyn Line>, DoorError> {
        let response = self
            .client
            .post(self.operations.clone())
            .bearer_auth(self.token.expose_secret())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .body(envelope.body.clone())
            .send()
            .await
            .map_err(|error| broken(&error))?;
        let status = response.status();
        let body = read_body(response).await?;
        let reply = read_reply(&body).map_err(|error| not_a_reply(status, error))?;
        Ok(Box::new(HttpLine {
            client: self.client.clone(),
            operations: self.operations.clone(),
            token: self.token.clone(),
            operation: reply.operation_id,
            first: Some(reply),
            stream: None,
        }))
    }
}

/// What it means that something answered, but not with a reply.
fn not_a_reply(status: StatusCode, error: DoorError) -> DoorError {
    match status {
        // A server that says so has not looked at the message.
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNAUTHORIZED => {
            DoorError::NotTheDaemon(format!(
                "something answered with HTTP {status}, but it is not the daemon"
            ))
        }
        status if status.is_success() => error,
        status => DoorError::Broken(format!("HTTP {status} without a reply of the daemon")),
    }
}

struct HttpLine {
    client: Client,
    operations: Url,
    token: SecretString,
    operation: Option<OperationId>,
    first: Option<Reply>,
    stream: Option<(Response, Events)>,
}

#[async_trait]
impl Line for HttpLine {
    async fn next(&mut self) -> Result<Reply, DoorError> {
        if let Some(reply) = self.first.take() {
            return Ok(reply);
        }
        if self.stream.is_none() {
            self.stream = Some((self.subscribe().await?, Events::default()));
        }
        let Some((response, events)) = &mut self.stream else {
            return Err(DoorError::Broken("there is no stream of events".to_owned()));
        };
        loop {
            if let Some(data) = events.next() {
                return read_reply(&data);
            }
            let chunk = response.chunk().await.map_err(|error| broken(&error))?;
            let Some(chunk) = chunk else {
                return Err(DoorError::Broken(
                    "the stream of events ended before the final reply".to_owned(),
                ));
            };
            events
                .feed(&chunk)
                .map_err(|_| DoorError::Broken("an event is too large".to_owned()))?;
        }
    }
}

impl HttpLine {
    async fn subscribe(&self) -> Result<Response, DoorError> {
        let Some(operation) = self.operation else {
            return Err(DoorError::Broken(
                "the reply names no operation to follow".to_owned(),
            ));
        };
        let url = format!("{}/{operation}/events", self.operations);
        let response = self
            .client
            .get(url)
            .bearer_auth(self.token.expose_secret())
            .header(ACCEPT, "text/event-stream")
            .send()
            .await
            .map_err(|error| broken(&error))?;
        if response.status() != StatusCode::OK {
            return Err(DoorError::Broken(format!(
                "HTTP {} instead of a stream of events",
                response.status()
            )));
        }
        Ok(response)
    }
}

/// Only a failed connect proves that nothing was sent.
fn broken(error: &reqwest::Error) -> DoorError {
    let reason = with_causes(error);
    if error.is_connect() {
        DoorError::NotSent(reason)
    } else {
        DoorError::Broken(reason)
    }
}

/// The error and what caused it, without the address, which the caller names itself.
fn with_causes(error: &reqwest::Error) -> String {
    let mut text = if error.is_connect() {
        "no connection".to_owned()
    } else if error.is_timeout() {
        "no answer in time".to_owned()
    } else {
        "the connection broke".to_owned()
    };
    let mut deepest = None;
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        deepest = Some(next);
        cause = next.source();
    }
    if let Some(cause) = deepest {
        text = format!("{text}: {cause}");
    }
    text
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, DoorError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > REPLY_BYTES_MAX {
            return Err(DoorError::Broken("the answer is too large".to_owned()));
        }
    }
    Ok(body)
}
