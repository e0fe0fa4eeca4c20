//! Tokens: one per scope, for an application that knows its secret.

use std::collections::BTreeMap;

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{CLIENT_ID, Call, Sber, messages};
use crate::clock::SECOND_US;
use crate::wire::{Answer, Request};

/// How long a token lives, seconds.
pub const TOKEN_LIVES_S: i64 = 3_600;
/// How many tokens are remembered; the oldest is forgotten for a new one.
const MAX_TOKENS: usize = 1_000;

/// The tokens that are good.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    known: BTreeMap<String, Token>,
}

#[derive(Debug)]
struct Token {
    scope: &'static str,
    expires_at: i64,
}

impl Tokens {
    /// The token of a request must be known, alive, and of the call's scope.
    pub(super) fn check(&self, request: &Request, scope: &str, now: i64) -> Result<(), Answer> {
        let token = request.bearer_key().and_then(|key| self.known.get(key));
        match token.filter(|token| now < token.expires_at) {
            None => Err(messages::gateway(401, "the token is missing, unknown or over")),
            Some(token) if token.scope != scope => {
                Err(messages::gateway(403, "the token is of another scope"))
            }
            Some(_) => Ok(()),
        }
    }

    fn add(&mut self, text: String, token: Token) {
        if self.known.len() >= MAX_TOKENS {
            let oldest = self.known.iter().min_by_key(|(_, token)| token.expires_at);
            let oldest = oldest.map(|(text, _)| text.clone());
            if let Some(oldest) = oldest {
                self.known.remove(&oldest);
            }
        }
        self.known.insert(text, token);
    }
}

/// The scopes that the shop's application has.
const CALLS: [Call; 6] = [
    Call::Creation,
    Call::Status,
    Call::Revocation,
    Call::Cancel,
    Call::Pay,
    Call::Registry,
];

impl Sber {
    pub(super) fn token(&mut self, request: &Request, now: i64) -> Answer {
        if !request.header("RqUID").is_some_and(messages::is_request_id) {
            return messages::gateway(400, "RqUID is not 32 hexadecimal digits");
        }
        if request.header("Content-Type") != Some("application/x-www-form-urlencoded")
            || request.form("grant_type").as_deref() != Some("client_credentials")
        {
            return messages::gateway(400, "not a form of the grant client_credentials");
        }
        let known = (CLIENT_ID.to_owned(), self.secret.expose_secret().to_owned());
        if request.basic() != Some(known) {
            return messages::gateway(401, "the application or its secret is unknown");
        }
        let asked = request.form("scope").unwrap_or_default();
        let scopes = CALLS.iter().filter_map(|call| call.scope());
        let Some(scope) = scopes.into_iter().find(|scope| **scope == *asked) else {
            return messages::gateway(400, "the application has no such scope");
        };
        let text = self.ledger.uuid();
        let body = json!({"access_token": text, "token_type": "Bearer", "expires_in": TOKEN_LIVES_S, "scope": scope});
        let expires_at = now.saturating_add(TOKEN_LIVES_S * SECOND_US);
        self.tokens.add(text, Token { scope, expires_at });
        Answer::json(200, body.to_string())
    }
}
