//! The tokens that logins gave: one login per token's life, however many calls want it at the same time.

use connector::provider::Transport;
use connector::wire::HeaderValue;
use connector::{Token, TokenNeed};
use domain::Fault;
use ring::digest;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many tokens are kept; the one that was used longest ago goes first.
pub const TOKENS_MAX: usize = 4_096;
/// How long before its end a token is no longer used, in milliseconds: a request may wait for the rate limit and for
/// its connection first. A token that lives less than four times as long is left a quarter of its life.
pub const TOKEN_MARGIN_MS: u64 = 30_000;
/// The longest that a token is believed to live, in milliseconds (one day).
pub const TOKEN_LIFE_MAX_MS: u64 = 86_400_000;

/// Every token, by what makes logins equal.
#[derive(Default)]
pub(crate) struct Tokens {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    slots: HashMap<Vec<u8>, Used>,
    uses: u64,
}

struct Used {
    slot: Arc<Slot>,
    last_use: u64,
}

/// The place of one token.
#[derive(Default)]
pub(crate) struct Slot {
    /// Held by the one who logs in. Those who wait here are calls that the engine lets run, so they are as few; the
    /// wait ends with the login, which the rate limit's wait and the transport's timeout bound.
    state: tokio::sync::Mutex<State>,
    failures: AtomicU64,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// For those who waited while the login failed, and for nobody later.
    last_failure: Option<Fault>,
}

struct Kept {
    value: Arc<SecretString>,
    renew_at: Instant,
}

/// A token as one call holds it.
pub(crate) struct Held {
    pub(crate) value: Arc<SecretString>,
    /// Whether this call logged in for it just now.
    pub(crate) fresh: bool,
}

impl Tokens {
    /// The place of the token that this need names. Found or made.
    pub(crate) fn slot(&self, transport: &Transport, need: &TokenNeed) -> Arc<Slot> {
        let key = fingerprint(transport, need);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.uses += 1;
        let last_use = known.uses;
        if let Some(used) = known.slots.get_mut(&key) {
            used.last_use = last_use;
            return Arc::clone(&used.slot);
        }
        if known.slots.len() >= TOKENS_MAX {
            let oldest = known.slots.values().map(|used| used.last_use).min();
            known.slots.retain(|_, used| Some(used.last_use) != oldest);
        }
        let slot = Arc::new(Slot::default());
        let used = Used {
            slot: Arc::clone(&slot),
            last_use,
        };
        known.slots.insert(key, used);
        slot
    }
}

impl Slot {
    /// The kept token, or what `login` gives. Only one login runs at a time; those who wait for it share its end, also
    /// when it failed. Dropped in the middle, it leaves the login to the next in the line.
    pub(crate) async fn token(
        &self,
        login: impl Future<Output = Result<Token, Fault>>,
    ) -> Result<Held, Fault> {
        let failures_before = self.failures.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(kept) = state.kept.as_ref().filter(|kept| Instant::now() < kept.renew_at) {
            return Ok(Held {
                value: Arc::clone(&kept.value),
                fresh: false,
            });
        }
        let failed_meanwhile = self.failures.load(Ordering::Acquire) != failures_before;
        if let Some(fault) = state.last_failure.as_ref().filter(|_| failed_meanwhile) {
            return Err(fault.clone());
        }
        state.kept = None;
        // The life is counted from before the login: the provider counts from some moment during it.
        let asked_at = Instant::now();
        match login.await {
            Ok(token) => {
                let value = Arc::new(token.value);
                state.kept = Some(Kept {
                    value: Arc::clone(&value),
                    renew_at: asked_at + usable_for(token.lives_ms),
                });
                state.last_failure = None;
                Ok(Held { value, fresh: true })
            }
            Err(fault) => {
                state.last_failure = Some(fault.clone());
                self.failures.fetch_add(1, Ordering::Release);
                Err(fault)
            }
        }
    }

    /// Drops a token that the provider no longer takes, unless another call has replaced it already.
    pub(crate) async fn forget(&self, held: &Held) {
        let mut state = self.state.lock().await;
        if state
            .kept
            .as_ref()
            .is_some_and(|kept| Arc::ptr_eq(&kept.value, &held.value))
        {
            state.kept = None;
        }
    }
}

fn usable_for(lives_ms: u64) -> Duration {
    let lives_ms = lives_ms.min(TOKEN_LIFE_MAX_MS);
    Duration::from_millis(lives_ms - TOKEN_MARGIN_MS.min(lives_ms / 4))
}

/// What makes two needs share a token, hashed so that no password lies in a map. Two merchants on one host differ in
/// their credentials and so never get each other's token.
fn fingerprint(transport: &Transport, need: &TokenNeed) -> Vec<u8> {
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut add = |part: &[u8]| {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    };
    add(need.scope.as_bytes());
    add(transport.ca.as_deref().unwrap_or_default().as_bytes());
    if let Some(identity) = &transport.identity {
        add(identity.certificates.as_bytes());
        add(identity.key.expose_secret().as_bytes());
    } else {
        add(b"");
        add(b"");
    }
    add(need.login.method.as_str().as_bytes());
    add(need.login.url.as_bytes());
    add(&need.login.body);
    for (name, value) in &need.login.headers {
        if let HeaderValue::Secret(secret) = value {
            add(name.as_bytes());
            add(secret.expose_secret().as_bytes());
        }
    }
    hash.finish().as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use connector::{Method, WireRequest};

    fn need(scope: &str, request_id: &str, password: &str) -> TokenNeed {
        TokenNeed {
            scope: scope.to_owned(),
            login: WireRequest::new(Method::Post, "https://bank.example/oauth")
                .header("rquid", request_id)
                .basic("client", &SecretString::from(password)),
            read: Arc::new(connector::token::oauth),
        }
    }

    fn transport() -> Transport {
        Transport {
            timeout_ms: 1_000,
            rate_per_s: 0,
            ca: None,
            identity: None,
        }
    }

    #[test]
    fn a_token_is_shared_by_equal_logins_only() {
        let tokens = Tokens::default();
        let slot = tokens.slot(&transport(), &need("create", "1", "pw"));
        assert!(Arc::ptr_eq(
            &slot,
            &tokens.slot(&transport(), &need("create", "2", "pw"))
        ));
        assert!(!Arc::ptr_eq(
            &slot,
            &tokens.slot(&transport(), &need("status", "1", "pw"))
        ));
        assert!(!Arc::ptr_eq(
            &slot,
            &tokens.slot(&transport(), &need("create", "1", "other"))
        ));
        let other_roots = Transport {
            ca: Some("roots".into()),
            ..transport()
        };
        assert!(!Arc::ptr_eq(
            &slot,
            &tokens.slot(&other_roots, &need("create", "1", "pw"))
        ));
    }

    #[test]
    fn no_more_tokens_are_kept_than_the_limit() {
        let tokens = Tokens::default();
        let first = tokens.slot(&transport(), &need("0", "1", "pw"));
        for scope in 1..=TOKENS_MAX {
            tokens.slot(&transport(), &need(&scope.to_string(), "1", "pw"));
        }
        assert_eq!(tokens.known.lock().unwrap().slots.len(), TOKENS_MAX);
        assert!(!Arc::ptr_eq(
            &first,
            &tokens.slot(&transport(), &need("0", "1", "pw"))
        ));
    }

    #[test]
    fn the_margin_never_eats_a_short_life() {
        assert_eq!(usable_for(3_600_000), Duration::from_secs(3_570));
        assert_eq!(usable_for(60_000), Duration::from_secs(45));
        assert_eq!(usable_for(0), Duration::ZERO);
        assert_eq!(
            usable_for(u64::MAX),
            Duration::from_millis(TOKEN_LIFE_MAX_MS - TOKEN_MARGIN_MS)
        );
    }
}
