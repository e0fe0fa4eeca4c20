//! Sends what connectors built: TLS and client certificates, timeouts, rate limits, circuit breakers, and a
//! transcript without secrets.
//!
//! Invariant: a fault says first what it proves. Only a connection that was never made proves "not sent"; from the
//! moment a request may have left this machine, everything that goes wrong is `Unknown`. Nothing is sent twice here:
//! repeating is the engine's decision. The one exception is a request that the provider turned away for an outdated
//! token, which proves that it did nothing.

mod breaker;
mod failure;
mod http;
mod limiter;
mod obstacle;
mod outbound;
mod providers;
mod redact;
mod sender;
mod tls;
mod tokens;
mod transcript;

pub use breaker::BreakerState;
pub use http::{BODY_MAX_BYTES, CLIENTS_MAX, CONNECT_MAX_MS, HttpSender, IDLE_CONNECTION_MS};
pub use limiter::{PAUSE_MAX_MS, WAITING_MAX};
pub use obstacle::{Distrust, Endpoint, Failure, Obstacle};
pub use outbound::{Options, Outbound, Route};
pub use providers::{PROVIDERS_MAX, ProviderHealth};
pub use redact::redact;
pub use sender::Sender;
pub use tls::{TransportError, check_transport};
pub use tokens::{TOKEN_LIFE_MAX_MS, TOKEN_MARGIN_MS, TOKENS_MAX};
