//! The bank behind HTTPS, with the payer's page and the control API on a plain HTTP port beside it.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::bank::{Bank, BankOptions, Merchant};
use crate::clock::{self, Clock};
use crate::shared::SharedBank;
use crate::tls::{Authority, ClientIdentity};
use crate::{control, delivery, door, payer_page};

pub use crate::door::{MAX_BODY_BYTES, MAX_CONNECTIONS};

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
    /// More providers than ports.
    #[error("there are not enough ports above {0}. Choose a lower one, or 0 for free ones")]
    Ports(u16),
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
        tasks.spawn(door::accept(listener, tls, bank.as_provider()));
        tasks.spawn(delivery::run(bank.as_provider(), client));
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
            let routers = (running.payer_router(), running.control_router());
            let address = open_payer_port(bind, routers, &mut running.tasks).await?;
            running.payer_url = Some(format!("http://{address}/payer"));
            running.control_url = Some(format!("http://{address}/control"));
        }
        Ok(running)
    }
}

impl Running {
    /// The payer's page, to be nested under a prefix: `Router::new().nest("/payer", running.payer_router())`.
    pub fn payer_router(&self) -> Router {
        payer_page::router(vec![self.bank.as_provider()])
    }

    /// The control API, to be nested under a prefix. It has no password: only for loopback and tests.
    pub fn control_router(&self) -> Router {
        control::router(self.bank.clone()).merge(control::providers::router(vec![self.bank.as_provider()]))
    }

    /// Issues a client certificate from the simulator's own authority.
    pub fn issue_client(&self, name: &str) -> Result<ClientIdentity, StartError> {
        Ok(self.authority.issue_client(name)?)
    }

    /// Stops serving; connections are cut. Returns when nothing runs any more.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// Serves the payer's page under `/payer` and the control API under `/control`, in plain HTTP.
pub(crate) async fn open_payer_port(
    bind: SocketAddr,
    (payer, control): (Router, Router),
    tasks: &mut JoinSet<()>,
) -> Result<SocketAddr, StartError> {
    let (listener, address) = listen(bind).await?;
    let to_payer = get(|| async { Redirect::to("/payer") });
    let router = Router::new()
        .route("/", to_payer.clone())
        .route("/payer/", to_payer)
        .nest("/payer", payer)
        .nest("/control", control);
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the payer's page has stopped");
        }
    });
    Ok(address)
}

pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Bind { address, source })?;
    let bound = listener
        .local_addr()
        .map_err(|source| StartError::Bind { address, source })?;
    Ok((listener, bound))
}

#[cfg(test)]
mod tests;
