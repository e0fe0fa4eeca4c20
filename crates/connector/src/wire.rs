//! HTTP as values: what a connector wants to be sent, and what came back.

use crate::token::TokenNeed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use std::fmt;

/// The methods that providers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// DELETE
    Delete,
    /// PATCH
    Patch,
}

impl Method {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
        }
    }
}

/// A header's value. A secret one is never printed.
#[derive(Clone)]
pub enum HeaderValue {
    /// May stand in a transcript.
    Plain(String),
    /// Authorization and the like.
    Secret(SecretString),
}

impl HeaderValue {
    /// The value for the wire.
    pub fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(text) => text.expose_secret(),
        }
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => fmt::Debug::fmt(text, f),
            Self::Secret(_) => f.write_str("[secret]"),
        }
    }
}

/// A request to a provider.
#[derive(Debug, Clone)]
pub struct WireRequest {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Headers in the order they are to be sent.
    pub headers: Vec<(Cow<'static, str>, HeaderValue)>,
    /// The exact bytes: they may be signed.
    pub body: Bytes,
    /// The token that the sender puts into it, when it needs one.
    pub token: Option<Box<TokenNeed>>,
}

impl WireRequest {
    /// A request without a body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            token: None,
        }
    }

    /// With one more header.
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), HeaderValue::Plain(value.into())));
        self
    }

    /// With one more header that is never printed.
    pub fn secret_header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers
            .push((name.into(), HeaderValue::Secret(SecretString::from(value.into()))));
        self
    }

    /// With `Authorization: Bearer …`.
    pub fn bearer(self, key: &SecretString) -> Self {
        self.secret_header("authorization", format!("Bearer {}", key.expose_secret()))
    }

    /// With `Authorization: Basic …` (RFC 7617).
    pub fn basic(self, user: &str, password: &SecretString) -> Self {
        let pair = SecretString::from(format!("{user}:{}", password.expose_secret()));
        let encoded = STANDARD.encode(pair.expose_secret());
        self.secret_header("authorization", format!("Basic {encoded}"))
    }

    /// With a token that the sender gets by logging in and puts in as `Authorization: Bearer …`. A connector that
    /// asks for one sets no `Authorization` itself.
    pub fn with_token(mut self, need: TokenNeed) -> Self {
        self.token = Some(Box::new(need));
        self
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

/// A provider's response: it came as a whole, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireResponse {
    /// The HTTP status.
    pub status: u16,
    /// Header names in small letters.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Bytes,
}

impl WireResponse {
    /// A response without headers; for tests.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// The first header of that name (small letters).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The start of the body as text, for the log: at most 300 characters, control characters replaced.
    pub fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.chars()
            .take(300)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    }
}

/// A callback as it arrived, byte for byte.
#[derive(Debug, Clone)]
pub struct RawCallback {
    /// Header names in small letters.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Bytes,
}

impl RawCallback {
    /// The only header of that name; none when it is missing or stands twice.
    pub fn only_header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        let first = found.next()?;
        if found.next().is_some() {
            None
        } else {
            Some(first.1.as_str())
        }
    }
}
