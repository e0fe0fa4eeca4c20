//! HTTP values in plain types: what comes in, what goes out, and what happens to the connection.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;

use crate::form;

/// One HTTP request, as the bank reads it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Upper-case method.
    pub method: String,
    /// Path, with the query if there is one: `/api/sbp/v2/qrs`.
    pub path: String,
    /// Header names (any case) and values.
    pub headers: Vec<(String, String)>,
    /// Raw body.
    pub body: Vec<u8>,
    /// The client certificate of the TLS session (DER, the leaf); none if none was shown.
    pub client_certificate: Option<Vec<u8>>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            ..Self::default()
        }
    }

    /// Adds `Authorization: Bearer <key>`.
    pub fn bearer(mut self, key: &str) -> Self {
        self.headers
            .push(("Authorization".to_owned(), format!("Bearer {key}")));
        self
    }

    /// Sets a JSON body and its `Content-Type`.
    pub fn json(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.headers
            .push(("Content-Type".to_owned(), "application/json".to_owned()));
        self.body = body.into();
        self
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Comes over TLS with this client certificate (DER).
    pub fn with_certificate(mut self, der: &[u8]) -> Self {
        self.client_certificate = Some(der.to_vec());
        self
    }

    /// The path without its query.
    pub fn address(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// The parts of the path that follow this beginning; none when it begins otherwise.
    pub fn parts_after(&self, beginning: &str) -> Vec<&str> {
        let rest = self.address().strip_prefix(beginning).unwrap_or_default();
        rest.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// A value of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        form::value(self.path.split_once('?')?.1, name)
    }

    /// A value of a form body (`application/x-www-form-urlencoded`), decoded.
    pub fn form(&self, name: &str) -> Option<String> {
        form::value(std::str::from_utf8(&self.body).ok()?, name)
    }

    /// The JSON body; none if it is not of this form.
    pub fn json_as<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The key of `Authorization: Bearer`.
    pub fn bearer_key(&self) -> Option<&str> {
        self.header("Authorization")?.strip_prefix("Bearer ")
    }

    /// Name and password of `Authorization: Basic`.
    pub fn basic(&self) -> Option<(String, String)> {
        let encoded = self.header("Authorization")?.strip_prefix("Basic ")?;
        let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
        let (name, password) = text.split_once(':')?;
        Some((name.to_owned(), password.to_owned()))
    }

    /// True if this very client certificate (DER) was shown.
    pub fn shows(&self, certificate: &[u8]) -> bool {
        self.client_certificate.as_deref() == Some(certificate)
    }

    /// The value of a header that stands exactly once. A repeated header is as good as none.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value.as_str())
    }
}

/// What the caller gets to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An HTTP answer, perhaps a spoiled one.
    Answer(Answer),
    /// The connection was dropped without an answer.
    Dropped {
        /// True if the bank had done what it was asked before the connection broke.
        acted: bool,
        /// How long the caller waited before that.
        delay_ms: u64,
    },
}

impl Reply {
    /// The answer, if there is one.
    pub fn answer(self) -> Option<Answer> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Dropped { .. } => None,
        }
    }
}

/// One HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// Raw body.
    pub body: Vec<u8>,
    /// How long the bank keeps the caller waiting before the first byte.
    pub delay_ms: u64,
    /// How long the body takes, if it is sent slowly; 0 = at once.
    pub slow_body_ms: u64,
}

impl Answer {
    /// An answer of this type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self {
            status,
            headers,
            body: body.into(),
            delay_ms: 0,
            slow_body_ms: 0,
        }
    }

    /// A JSON answer.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// 200 without a body, as DELETE answers.
    pub(crate) fn empty() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
            delay_ms: 0,
            slow_body_ms: 0,
        }
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of the first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[test]
    fn a_request_is_taken_apart() {
        let mut request = Request::new("POST", "/pay/1?name=%D0%AF+b&empty=")
            .with_header("Authorization", "Basic YTpiOmM=");
        request.body = b"grant_type=client_credentials&scope=https%3A%2F%2Fx".to_vec();
        assert_eq!(request.address(), "/pay/1");
        assert_eq!(request.query("name").as_deref(), Some("Я b"));
        assert_eq!(request.query("empty").as_deref(), Some(""));
        assert_eq!(request.query("none"), None);
        assert_eq!(request.form("scope").as_deref(), Some("https://x"));
        assert_eq!(request.basic(), Some(("a".to_owned(), "b:c".to_owned())));
        assert_eq!(request.bearer_key(), None);
    }

    #[test]
    fn only_the_very_certificate_is_the_one_that_was_shown() {
        let request = Request::new("GET", "/").with_certificate(b"der");
        assert!(request.shows(b"der") && !request.shows(b"other"));
        assert!(!Request::new("GET", "/").shows(b"der"));
    }
}
