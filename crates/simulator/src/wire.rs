//! HTTP values in plain types: what comes in, what goes out, and what happens to the connection.

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

    /// The value of a header that stands exactly once. A repeated header is as good as none.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
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
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self {
            status,
            headers,
            body: body.into(),
            delay_ms: 0,
            slow_body_ms: 0,
        }
    }

    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
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
