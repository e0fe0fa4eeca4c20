//! A provider's door: HTTPS on a port, with or without client certificates, and what happens to connections on demand.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::shared::SharedProvider;
use crate::wire::{Answer, Reply, Request};

/// Longest request body that is read.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// How many connections are served at once; further ones wait.
pub const MAX_CONNECTIONS: usize = 512;
/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the head of a request may take, also on an idle connection. Longer than HTTP clients keep one idle.
const HEAD_TIMEOUT: Duration = Duration::from_mins(2);
/// Pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// A slow body is sent in this many pieces.
const SLOW_PIECES: usize = 10;

/// Serves until its task is aborted; connections are cut then.
pub(crate) async fn accept(listener: TcpListener, tls: ServerConfig, provider: SharedProvider) {
    let tls = TlsAcceptor::from(Arc::new(tls));
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // No file handles left, most likely: give the others time to end.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (tls, provider) = (tls.clone(), provider.clone());
        connections.spawn(async move {
            serve_connection(stream, tls, provider).await;
            drop(place);
        });
    }
}

async fn serve_connection(stream: TcpStream, tls: TlsAcceptor, provider: SharedProvider) {
    let _ = stream.set_nodelay(true);
    let stream = match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%error, "TLS handshake refused"),
        Err(_) => return tracing::debug!("TLS handshake took too long"),
    };
    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let certificate = certificates.first().map(|leaf| leaf.to_vec());
    let service = service_fn(move |request| respond(request, certificate.clone(), provider.clone()));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "connection ended");
    }
}

/// The connection is to be cut without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on demand")]
struct DropConnection;

async fn respond(
    request: hyper::Request<Incoming>,
    client_certificate: Option<Vec<u8>>,
    provider: SharedProvider,
) -> Result<hyper::Response<Body>, DropConnection> {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(Body::new(body), MAX_BODY_BYTES).await else {
        return Ok(status_only(413));
    };
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| {
        (
            name.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    let request = Request {
        method: head.method.to_string(),
        path: head
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        headers: headers.collect(),
        body: body.to_vec(),
        client_certificate,
    };
    match provider.with(|provider, now| provider.handle(&request, now)) {
        Reply::Dropped { delay_ms, .. } => {
            delay(delay_ms).await;
            Err(DropConnection)
        }
        Reply::Answer(answer) => {
            delay(answer.delay_ms).await;
            Ok(written(answer))
        }
    }
}

/// Waits so long. The timer rounds up to its next millisecond, so no delay must not become a sleep.
async fn delay(delay_ms: u64) {
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
}

fn written(answer: Answer) -> hyper::Response<Body> {
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let length = answer.body.len();
    let body = if answer.slow_body_ms == 0 {
        Body::from(answer.body)
    } else {
        response = response.header("Content-Length", length);
        slow_body(&answer.body, answer.slow_body_ms)
    };
    response.body(body).unwrap_or_else(|_| status_only(500))
}

fn status_only(status: u16) -> hyper::Response<Body> {
    let mut response = hyper::Response::new(Body::empty());
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    response
}

/// The body in pieces, with pauses that add up to about `total_ms`.
fn slow_body(body: &[u8], total_ms: u64) -> Body {
    let size = body.len().div_ceil(SLOW_PIECES).max(1);
    let pieces: Vec<Bytes> = body.chunks(size).map(Bytes::copy_from_slice).collect();
    let pause = Duration::from_millis(total_ms / u64::try_from(pieces.len().max(1)).unwrap_or(1));
    let pieces = stream::unfold(pieces.into_iter(), move |mut left| async move {
        let piece = left.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok::<_, Infallible>(piece), left))
    });
    Body::from_stream(pieces)
}
