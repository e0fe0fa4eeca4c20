//! The real sender: one HTTP client per distinct transport.

use crate::failure;
use crate::obstacle::{Failure, Obstacle};
use crate::sender::Sender;
use crate::tls::{TransportError, client_config};
use async_trait::async_trait;
use bytes::BytesMut;
use connector::provider::Transport;
use connector::{Method, WireRequest, WireResponse};
use domain::{CallKind, Code, Fault};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use ring::digest;
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The largest response body that is read: 1 MiB. Providers' answers are a few KiB.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;
/// The longest time that connecting (name, TCP, TLS) may take, in milliseconds. It is never more than half of the
/// transport's whole timeout, so that a slow connect is still known as one.
pub const CONNECT_MAX_MS: u64 = 10_000;
/// How long an unused connection is kept, in milliseconds. Short, so that a request seldom meets a connection that
/// the provider has just closed.
pub const IDLE_CONNECTION_MS: u64 = 15_000;
/// How many HTTP clients are kept; the one that was used longest ago goes first.
pub const CLIENTS_MAX: usize = 256;

/// Sends over HTTP/1.1 with rustls. Follows no redirects, uses no proxy, keeps no cookies, never repeats a request.
#[derive(Default)]
pub struct HttpSender {
    clients: Mutex<Clients>,
}

#[derive(Default)]
struct Clients {
    known: HashMap<ClientKey, Known>,
    uses: u64,
}

struct Known {
    client: reqwest::Client,
    last_use: u64,
}

/// What makes two transports share connections: all that goes into a client. Certificates and key are hashed, so
/// that no key lies in a map.
#[derive(PartialEq, Eq, Hash)]
struct ClientKey {
    connect_ms: u64,
    ca: Option<Arc<str>>,
    identity: Option<Vec<u8>>,
}

impl ClientKey {
    fn of(transport: &Transport) -> Self {
        let identity = transport.identity.as_ref().map(|identity| {
            let mut hash = digest::Context::new(&digest::SHA256);
            hash.update(&identity.certificates.len().to_be_bytes());
            hash.update(identity.certificates.as_bytes());
            hash.update(identity.key.expose_secret().as_bytes());
            hash.finish().as_ref().to_vec()
        });
        Self {
            connect_ms: CONNECT_MAX_MS.min(transport.timeout_ms / 2).max(1),
            ca: transport.ca.clone(),
            identity,
        }
    }
}

impl HttpSender {
    /// A sender without connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends one request and reads its response, and says of a failure also where it happened.
    pub async fn exchange(
        &self,
        transport: &Transport,
        request: WireRequest,
    ) -> Result<WireResponse, Failure> {
        let settings = |fault| Failure {
            fault,
            obstacle: Obstacle::Settings,
        };
        let client = self
            .client(transport)
            .map_err(|error| settings(failure::not_configured(error.to_string())))?;
        let url = reqwest::Url::parse(&request.url).map_err(|error| {
            settings(failure::not_configured(format!(
                "the provider's address cannot be read: {error}"
            )))
        })?;
        let host = url.host_str().unwrap_or("the provider").to_owned();
        let headers = headers(&request).map_err(settings)?;
        let response = client
            .request(method(request.method), url)
            .headers(headers)
            .timeout(Duration::from_millis(transport.timeout_ms))
            .body(request.body)
            .send()
            .await
            .map_err(|error| failure::failure(&error, &host))?;
        read(response, &host).await
    }

    fn client(&self, transport: &Transport) -> Result<reqwest::Client, TransportError> {
        let key = ClientKey::of(transport);
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.uses += 1;
        let now = clients.uses;
        if let Some(known) = clients.known.get_mut(&key) {
            known.last_use = now;
            return Ok(known.client.clone());
        }
        let client = build(transport, key.connect_ms)?;
        if clients.known.len() >= CLIENTS_MAX {
            let oldest = clients.known.values().map(|known| known.last_use).min();
            clients.known.retain(|_, known| Some(known.last_use) != oldest);
        }
        clients.known.insert(
            key,
            Known {
                client: client.clone(),
                last_use: now,
            },
        );
        Ok(client)
    }
}

/// What is proven about repeats. `retry::never` switches off reqwest's own policy (it would repeat HTTP/2 refusals).
/// One loop below it has no switch: hyper-util takes a new connection when a kept one turned out to be closed. It
/// does so only with a request that hyper hands back whole, and hyper hands back only one that its connection task
/// had not yet taken from the queue, so no byte of it was written; once a byte may have been written the request is
/// lost to the loop and the call ends in an error. The test `row_06_a_post_is_never_sent_twice` holds this.
fn build(transport: &Transport, connect_ms: u64) -> Result<reqwest::Client, TransportError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(client_config(transport)?)
        .http1_only()
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(Duration::from_millis(connect_ms))
        .pool_idle_timeout(Duration::from_millis(IDLE_CONNECTION_MS))
        .user_agent(concat!("qrpayd/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| TransportError::Client(error.to_string()))
}

#[async_trait]
impl Sender for HttpSender {
    async fn send(
        &self,
        transport: &Transport,
        request: WireRequest,
        _kind: CallKind,
    ) -> Result<WireResponse, Fault> {
        self.exchange(transport, request)
            .await
            .map_err(|failure| failure.fault)
    }
}

async fn read(mut response: reqwest::Response, host: &str) -> Result<WireResponse, Failure> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let mut body = BytesMut::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failure::failure(&error, host))?
    {
        if body.len() + chunk.len() > BODY_MAX_BYTES {
            let detail =
                format!("{host} answered HTTP {status} with a body of more than {BODY_MAX_BYTES} bytes");
            return Err(Failure {
                fault: Fault::unknown(Code::ProviderUnclear, detail),
                obstacle: Obstacle::BrokeOff,
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(WireResponse {
        status,
        headers,
        body: body.freeze(),
    })
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
        Method::Patch => reqwest::Method::PATCH,
    }
}

fn headers(request: &WireRequest) -> Result<HeaderMap, Fault> {
    let mut map = HeaderMap::with_capacity(request.headers.len());
    for (name, value) in &request.headers {
        let bad = |what: &str| failure::not_configured(format!("the header `{name}` has {what}"));
        let key =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("a name that HTTP does not allow"))?;
        let mut text = HeaderValue::from_str(value.expose())
            .map_err(|_| bad("a value with characters that HTTP does not allow"))?;
        text.set_sensitive(matches!(value, connector::wire::HeaderValue::Secret(_)));
        map.append(key, text);
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transport(timeout_ms: u64, ca: Option<&str>) -> Transport {
        Transport {
            timeout_ms,
            rate_per_s: 0,
            ca: ca.map(Into::into),
            identity: None,
        }
    }

    #[test]
    fn equal_transports_share_a_client() {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let sender = HttpSender::new();
        for ca in [made.cert.pem(), made.cert.pem(), other.cert.pem()] {
            sender.client(&transport(30_000, Some(&ca))).unwrap();
        }
        assert_eq!(sender.clients.lock().unwrap().known.len(), 2);
    }

    #[test]
    fn connecting_takes_at_most_half_of_the_whole() {
        assert_eq!(ClientKey::of(&transport(4_000, None)).connect_ms, 2_000);
        assert_eq!(ClientKey::of(&transport(90_000, None)).connect_ms, CONNECT_MAX_MS);
    }
}
