//! What went wrong between us and a provider, and, before anything else, what that proves.

use crate::Code;
use serde::{Deserialize, Serialize};

/// What a failed call proves about the provider's side. This is the first thing a fault says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The provider never saw the call (only a failed connect proves that). It may be repeated blindly.
    NotSent,
    /// The provider saw the call and said no. It is a result.
    Refused,
    /// Anything else. It is asked about until it is known.
    Unknown,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{certainty:?}, {}: {detail}", .code.as_str())]
pub struct Fault {
    /// What it proves.
    pub certainty: Certainty,
    /// Our code for it.
    pub code: Code,
    /// The provider's own code, when it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    /// For the log and the operator: what happened, without secrets or personal data.
    pub detail: String,
    /// The provider asked to wait so long before the next call, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Fault {
    /// The provider never saw the call.
    pub fn not_sent(detail: impl Into<String>) -> Self {
        Self::new(Certainty::NotSent, Code::ProviderUnreachable, detail)
    }

    /// The provider said no.
    pub fn refused(code: Code, detail: impl Into<String>) -> Self {
        Self::new(Certainty::Refused, code, detail)
    }

    /// Nobody knows what the provider did.
    pub fn unknown(code: Code, detail: impl Into<String>) -> Self {
        Self::new(Certainty::Unknown, code, detail)
    }

    /// The same fault with the provider's own code.
    pub fn with_provider_code(mut self, code: impl Into<String>) -> Self {
        self.provider_code = Some(code.into());
        self
    }

    /// The same fault with the wait that the provider asked for.
    pub fn retry_after_ms(mut self, wait_ms: u64) -> Self {
        self.retry_after_ms = Some(wait_ms);
        self
    }

    fn new(certainty: Certainty, code: Code, detail: impl Into<String>) -> Self {
        Self {
            certainty,
            code,
            provider_code: None,
            detail: detail.into(),
            retry_after_ms: None,
        }
    }
}
