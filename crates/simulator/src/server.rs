//! The bank behind HTTPS, with the payer's page and the control API on a plain HTTP port beside it.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Redirect;
use axum::routing::get;
use futures_util::stream;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::bank::{Bank, BankOptions, Merchant};
use crate::clock::{self, Clock};
use crate::shared::SharedBank;
use crate::tls::{Authority, ClientIdentity};
use crate::wire::{Answer, Reply, Request};
use crate::{control, delivery, payer_page};

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

/// Whether the bank's door asks for a client certificate.
#[derive(Debug, Clone, Default)]
pub enum ClientAuth {
    /// No client certificate (what Raiffeisenbank's documents describe).
    #[default]
    NotAsked,
    /// Demanded, issued by the simulator's own authority: see [`Running::issue_client`].
    OwnCa,
    /// Demanded, issued by one of these authorities (PEM).
    Ca(String),
}

/// How a simulator is started.
#[derive(Clone)]
pub struct Options {
    /// The bank: shops, seed, times. `base_url` is filled in at the start.
    pub bank: BankOptions,
    /// Where HTTPS listens; port 0 = a free one.
    pub bind: SocketAddr,
    /// Where the payer's page and the control API listen in plain HTTP; none = not at all (mount the routers elsewhere).
    pub payer_bind: Option<SocketAddr>,
    /// Client certificates.
    pub client_auth: ClientAuth,
    /// The clock.
    pub clock: Clock,
    /// Authorities (PEM) to trust besides the simulator's own, when a notification goes to an `https` address.
    pub callback_ca_pem: Option<String>,
}

impl Options {
    /// Loopback, free ports, no client certificates, the system's clock.
    pub fn new(merchants: Vec<Merchant>) -> Self {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            bank: BankOptions::new(merchants),
            bind: loopback,
            payer_bind: Some(loopback),
            client_auth: ClientAuth::NotAsked,
            clock: clock::system(),
            callback_ca_pem: None,
        }
    }
}

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port cannot be opened.
    #[error("cannot listen on {address}: {source}. Choose another port")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A private key cannot be used.
    #[error("the generated private key cannot be used")]
    Key,
    /// A PEM text holds no certificate.
    #[error("the PEM text of an authority cannot be read")]
    Pem,
    /// TLS cannot be set up.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The check of client certificates cannot be set up.
    #[error("cannot set up the check of client certificates: {0}")]
    Clients(#[from] rustls::server::VerifierBuilderError),
    /// The sender of notifications cannot be set up.
    #[error("cannot set up the sender of notifications: {0}")]
    Sender(#[from] reqwest::Error),
}

/// Starts simulators.
pub struct Simulator;

/// A simulator at work. Dropping it stops it as well.
pub struct Running {
    /// `https://127.0.0.1:PORT`; the bank's paths under it begin with `/api`.
    pub base_url: String,
    /// The authority to trust, PEM.
    pub ca_pem: String,
    /// `http://127.0.0.1:PORT/payer`, if a port was asked for.
    pub payer_url: Option<String>,
    /// `http://127.0.0.1:PORT/control`, if a port was asked for.
    pub control_url: Option<String>,
    /// The bank, for looking and meddling in the same process.
    pub bank: SharedBank,
    authority: Authority,
    tasks: JoinSet<()>,
}

impl Simulator {
    /// Makes certificates, opens the ports and begins to serve. Must be called inside a Tokio runtime.
    pub async fn start(options: Options) -> Result<Running, StartError> {
        let authority = Authority::generate()?;
        let tls = authority.server_config(options.bind.ip(), &options.client_auth)?;
        let (listener, address) = listen(options.bind).await?;
        let base_url = format!("https://{address}");
        let bank = Bank::new(BankOptions {
            base_url: base_url.clone(),
            ..options.bank
        });
        let bank = SharedBank::new(bank, options.clock);
        let client = delivery::client(&authority.pem, options.callback_ca_pem.as_deref())?;

        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, TlsAcceptor::from(Arc::new(tls)), bank.clone()));
        tasks.spawn(delivery::run(bank.clone(), client));
        let mut running = Running {
            base_url,
            ca_pem: authority.pem.clone(),
            payer_url: None,
            control_url: None,
            bank,
            authority,
            tasks,
        };
        if let Some(bind) = options.payer_bind {
            running.open_payer_port(bind).await?;
        }
        Ok(running)
    }
}

impl Running {
    /// The payer's page, to be nested under a prefix: `Router::new().nest("/payer", running.payer_router())`.
    pub fn payer_router(&self) -> Router {
        payer_page::router(self.bank.clone())
    }

    /// The control API, to be nested under a prefix. It has no password: only for loopback and tests.
    pub fn control_router(&self) -> Router {
        control::router(self.bank.clone())
    }

    /// Issues a client certificate from the simulator's own authority.
    pub fn issue_client(&self, name: &str) -> Result<ClientIdentity, StartError> {
        Ok(self.authority.issue_client(name)?)
    }

    /// Stops serving; connections are cut. Returns when nothing runs any more.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }

    async fn open_payer_port(&mut self, bind: SocketAddr) -> Result<(), StartError> {
        let (listener, address) = listen(bind).await?;
        let to_payer = get(|| async { Redirect::to("/payer") });
        let router = Router::new()
            .route("/", to_payer.clone())
            .route("/payer/", to_payer)
            .nest("/payer", self.payer_router())
            .nest("/control", self.control_router());
        self.payer_url = Some(format!("http://{address}/payer"));
        self.control_url = Some(format!("http://{address}/control"));
        self.tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the payer's page has stopped");
            }
        });
        Ok(())
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Bind { address, source })?;
    let bound = listener
        .local_addr()
        .map_err(|source| StartError::Bind { address, source })?;
    Ok((listener, bound))
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, bank: SharedBank) {
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
        let (tls, bank) = (tls.clone(), bank.clone());
        connections.spawn(async move {
            serve_connection(stream, tls, bank).await;
            drop(place);
        });
    }
}

async fn serve_connection(stream: TcpStream, tls: TlsAcceptor, bank: SharedBank) {
    let _ = stream.set_nodelay(true);
    let stream = match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%error, "TLS handshake refused"),
        Err(_) => return tracing::debug!("TLS handshake took too long"),
    };
    let service = service_fn(move |request| respond(request, bank.clone()));
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
    bank: SharedBank,
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
    };
    match bank.with(|bank, now| bank.handle(&request, now)) {
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

#[cfg(test)]
mod tests;
