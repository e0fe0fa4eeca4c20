//! The sender against real servers on loopback, and the conversation in virtual time.
#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot do its work must end the test at once"
)]

mod conversation;
mod https;
mod once;
mod server;
mod tokens;
mod transcript;
mod wire;

use connector::provider::Transport;
use connector::{Method, WireRequest};
use domain::{Clock, Timestamp};

/// A clock that stands still: nothing here depends on the time of day.
pub struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_795_341_600_000_000)
    }
}

/// A transport with a generous timeout, no limit and no certificates.
pub fn transport() -> Transport {
    Transport {
        timeout_ms: 60_000,
        rate_per_s: 0,
        ca: None,
        identity: None,
    }
}

/// A POST with a small body.
pub fn post(url: &str, body: &str) -> WireRequest {
    WireRequest::new(Method::Post, url).body(body.to_owned())
}
