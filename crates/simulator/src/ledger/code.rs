//! Customers' codes: the payer's phone shows one, the shop scans it and charges it once.

use serde::{Deserialize, Serialize};

use super::{Ledger, MAX_CODES, Refusal, SaleAt};
use crate::clock::MINUTE_US;

/// How long a code can be charged, microseconds.
pub const CODE_LIVES_US: i64 = 10 * MINUTE_US;

/// What happens when a code is charged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeOutcome {
    /// It is paid at once.
    #[default]
    Pay,
    /// It is declined.
    Decline,
    /// It is in progress until the payer pays or declines on his phone.
    Hang,
}

/// A code on somebody's phone.
#[derive(Debug, Clone, Copy)]
pub struct CustomerCode {
    /// What happens when it is charged.
    pub outcome: CodeOutcome,
    /// When it dies.
    pub expires_at: i64,
    used: bool,
}

impl Ledger {
    /// Gives this text to a payer's phone.
    pub fn add_code(&mut self, text: &str, outcome: CodeOutcome, now: i64) {
        if self.codes.len() >= MAX_CODES {
            let oldest = self.codes.iter().min_by_key(|(_, code)| code.expires_at);
            let oldest = oldest.map(|(text, _)| text.clone());
            if let Some(oldest) = oldest {
                self.codes.remove(&oldest);
            }
        }
        let code = CustomerCode {
            outcome,
            expires_at: now.saturating_add(CODE_LIVES_US),
            used: false,
        };
        self.codes.insert(text.to_owned(), code);
    }

    /// The code of this text.
    pub fn code(&self, text: &str) -> Option<&CustomerCode> {
        self.codes.get(text)
    }

    pub(super) fn use_code(&mut self, text: &str, now: i64) -> Result<CodeOutcome, Refusal> {
        let code = self.codes.get_mut(text).ok_or(Refusal::NoCode)?;
        if code.used {
            return Err(Refusal::CodeUsed);
        }
        if code.expires_at <= now {
            return Err(Refusal::NoCode);
        }
        code.used = true;
        Ok(code.outcome)
    }

    pub(super) fn sale_of_text(&self, text: &str) -> Option<SaleAt> {
        self.by_text.get(text).copied()
    }
}
