//! The daemon as one thing: the desk, its doors, and the order in which they open and close.

use crate::profiles;
use anyhow::Context;
use axum::Router;
use axum::serve::ListenerExt;
use connector::Registry;
use desk::{Desk, Modules};
use domain::{Clock, ModuleName};
use gateway::TokenOwner;
use gateway::amqp::address::BrokerAddress;
use gateway::amqp::{AmqpDoor, AmqpHandle, AmqpOptions};
use gateway::http::{HttpOptions, Tokens};
use journal::Journal;
use outbound::Outbound;
use settings::Settings;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Everything that a daemon is made of.
pub struct Parts {
    /// Where it remembers.
    pub journal: Arc<dyn Journal>,
    /// Where it takes the time from.
    pub clock: Arc<dyn Clock>,
    /// Every module that can be switched on.
    pub registry: Registry,
    /// Looks whether the operator's own modules are described anew.
    pub renew: Option<desk::modules::Renew>,
    /// The modules that are switched on.
    pub modules: Vec<ModuleName>,
    /// Where the HTTP door listens.
    pub listen: SocketAddr,
    /// Where providers call back, when not at the HTTP door.
    pub callback_listen: Option<SocketAddr>,
    /// The registers that may come in over HTTP.
    pub tokens: Tokens,
    /// The largest body over HTTP, in bytes.
    pub body_limit_bytes: usize,
    /// Requests of one register each second; 0 = no limit.
    pub rate_limit_per_s: u32,
    /// How long a register is taken to wait when its message does not say, in milliseconds.
    pub register_timeout_ms: u64,
    /// The AMQP door, when there is a broker.
    pub amqp: Option<AmqpOptions>,
    /// More pages to serve beside the HTTP door (the demo's).
    pub pages: Router,
}

impl Parts {
    /// From the settings file, with a journal that is open.
    pub fn from_settings(
        settings: &Settings,
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let owners = settings.http.tokens.iter().map(|token| {
            let owner = TokenOwner {
                store: token.store.clone(),
                terminal: token.terminal.clone(),
            };
            (token.token.clone(), owner)
        });
        let (registry, renew) = profiles::open(settings)?;
        Ok(Self {
            journal,
            clock,
            registry,
            renew,
            modules: settings.modules.clone(),
            listen: settings.http.listen,
            callback_listen: settings.http.callback_listen,
            tokens: Tokens::new(owners.collect()).context("http.tokens")?,
            body_limit_bytes: settings.http.body_limit_bytes,
            rate_limit_per_s: settings.http.rate_limit_per_s,
            register_timeout_ms: settings.register_timeout_ms,
            amqp: amqp_options(&settings.amqp)?,
            pages: Router::new(),
        })
    }
}

fn amqp_options(settings: &settings::Amqp) -> anyhow::Result<Option<AmqpOptions>> {
    if settings.brokers.is_empty() {
        return Ok(None);
    }
    let address = |broker: &settings::Broker| {
        BrokerAddress::parse(&broker.url).with_context(|| format!("amqp.urls: {}", broker.shown_url))
    };
    let addresses = settings
        .brokers
        .iter()
        .map(address)
        .collect::<anyhow::Result<_>>()?;
    Ok(Some(AmqpOptions {
        ca_pem: settings.ca_pem.clone(),
        prefetch: settings.prefetch,
        max_body_bytes: settings.message_limit_bytes,
        exchange: settings.exchange.clone(),
        dead_letter_queue: settings.dead_letter_queue.clone(),
        ..AmqpOptions::new(addresses)
    }))
}

/// A running daemon.
pub struct Daemon {
    desk: Desk,
    journal: Arc<dyn Journal>,
    outbound: Arc<Outbound>,
    amqp: Option<AmqpHandle>,
    http_address: SocketAddr,
    callback_address: SocketAddr,
    stop_http: CancellationToken,
    servers: Vec<JoinHandle<()>>,
}

impl Daemon {
    /// Takes up what an earlier life left open, then opens the doors.
    pub async fn start(parts: Parts) -> anyhow::Result<Self> {
        let outbound = Arc::new(Outbound::new(
            outbound::Options::default(),
            Arc::clone(&parts.clock),
        ));
        let modules = Modules::switch_on(&parts.modules, &parts.registry, parts.journal.as_ref()).await?;
        let modules = match parts.renew {
            Some(renew) => modules.renewed_by(renew),
            None => modules,
        };
        let desk = Desk::new(
            Arc::clone(&parts.journal),
            Arc::clone(&outbound),
            Arc::clone(&parts.clock),
            modules,
            desk::Options {
                register_timeout_ms: parts.register_timeout_ms,
                ..desk::Options::default()
            },
        );
        let listener = bind(parts.listen, "http.listen").await?;
        let http_address = listener.local_addr()?;
        let callback_listener = match parts.callback_listen {
            Some(address) => Some(bind(address, "http.callback_listen").await?),
            None => None,
        };
        let resumed = desk.start().await.context("open operations cannot be taken up")?;
        if resumed > 0 {
            tracing::info!(count = resumed, "open operations were taken up");
        }
        let behind: Arc<dyn gateway::Desk> = Arc::new(desk.clone());
        let amqp = parts.amqp.map(|options| {
            AmqpDoor::start(
                options,
                Arc::clone(&behind),
                desk.module_names(),
                Arc::clone(&parts.clock),
            )
        });
        let stop_http = CancellationToken::new();
        let mut servers = Vec::new();
        let mut pages = parts.pages;
        let mut callback_address = http_address;
        let callbacks = gateway::http::callback_router(Arc::clone(&behind));
        match callback_listener {
            Some(listener) => {
                callback_address = listener.local_addr()?;
                servers.push(serve(listener, callbacks, stop_http.clone()));
            }
            // The door has the same fallback, and a router takes only one.
            None => pages = pages.merge(callbacks.reset_fallback()),
        }
        let options = HttpOptions {
            max_body_bytes: parts.body_limit_bytes,
            per_second: parts.rate_limit_per_s,
            // A second's worth may come at once, or the setting would promise more than it gives.
            burst: parts.rate_limit_per_s.max(gateway::http::BURST),
            ..HttpOptions::new(parts.tokens, amqp_state(amqp.as_ref()))
        };
        let door = gateway::http::router(behind, options);
        servers.push(serve(listener, pages.merge(door), stop_http.clone()));
        let journal = parts.journal;
        Ok(Self {
            desk,
            journal,
            outbound,
            amqp,
            http_address,
            callback_address,
            stop_http,
            servers,
        })
    }

    /// Where the HTTP door listens.
    pub const fn http_address(&self) -> SocketAddr {
        self.http_address
    }

    /// Where providers call back.
    pub const fn callback_address(&self) -> SocketAddr {
        self.callback_address
    }

    /// The desk, to be asked how it is.
    pub fn clone_desk(&self) -> Desk {
        self.desk.clone()
    }

    /// Stops: no new work, calls that are on their way come home, replies leave, the rest is parked in the journal.
    /// All of it takes at most about `within_ms`; what is not done by then is taken up at the next start.
    pub async fn stop(self, within_ms: u64) {
        let farewell_ms = (within_ms / FAREWELL_SHARE).min(FAREWELL_MAX_MS);
        let deadline = tokio::time::Instant::now() + Duration::from_millis(within_ms);
        self.outbound.close();
        self.desk.stop(within_ms.saturating_sub(farewell_ms)).await;
        let journal = Arc::clone(&self.journal);
        let farewell = async {
            self.say_goodbye().await;
            journal.close().await;
        };
        if tokio::time::timeout_at(deadline, farewell).await.is_err() {
            tracing::warn!(
                "the doors were not closed in time; replies that have not left are sent after the next start"
            );
        }
    }

    /// Closes the doors; replies that wait are sent first.
    async fn say_goodbye(self) {
        if let Some(amqp) = self.amqp {
            amqp.stop().await;
        }
        self.stop_http.cancel();
        for server in self.servers {
            let patience = Duration::from_millis(LAST_REQUESTS_MS);
            if tokio::time::timeout(patience, server).await.is_err() {
                tracing::debug!("a connection was still open and is closed now");
            }
        }
    }
}

/// Which part of a stop is left to the doors: one in so many.
const FAREWELL_SHARE: u64 = 4;
/// The doors need no more than this, in milliseconds.
const FAREWELL_MAX_MS: u64 = 5_000;
/// How long open HTTP connections may take to end at a stop, in milliseconds.
const LAST_REQUESTS_MS: u64 = 1_000;

async fn bind(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{key}: {address} cannot be listened on; another program may have it, choose another port")
    })
}

fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> JoinHandle<()> {
    // Without this an event that follows another closely waits for the register's delayed acknowledgement, 40 ms.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small packets of a connection may be held back");
        }
    });
    tokio::spawn(async move {
        let server = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = server.await {
            tracing::error!(%error, "the HTTP door broke");
        }
    })
}

fn amqp_state(handle: Option<&AmqpHandle>) -> Arc<dyn Fn() -> String + Send + Sync> {
    let state = handle.map(AmqpHandle::state);
    Arc::new(move || {
        state
            .as_ref()
            .map_or_else(|| "off".to_owned(), |state| state.borrow().to_string())
    })
}
