//! The times and limits that an operation lives by: noted when it opens, so that a later change of settings
//! does not change the rules in the middle.

use serde::{Deserialize, Serialize};

/// Times in milliseconds, limits in counts. Made from a module's settings (the manual's `qrTtl`, `interval`,
/// `return_interval`, `cancel_lifetime`, …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Life of a QR or of an activation (`qrTtl`).
    pub qr_ttl_ms: u64,
    /// Pause between status questions (`interval`).
    pub interval_ms: u64,
    /// Pause between status questions in the first [`Policy::eager_for_ms`].
    pub eager_interval_ms: u64,
    /// How long after the QR was shown the eager pace lasts.
    pub eager_for_ms: u64,
    /// Pause between attempts to cancel or refund when the provider did not agree (`return_interval`).
    pub return_interval_ms: u64,
    /// How long such attempts go on (`cancel_lifetime`); 0 = no limit.
    pub cancel_lifetime_ms: u64,
    /// How long a registration that nobody answered is tried.
    pub register_for_ms: u64,
    /// How long "no such order" means "not yet" rather than "never".
    pub not_found_grace_ms: u64,
    /// Consecutive technical errors of status questions after which waiting ends; 0 = no limit.
    pub technical_errors_max: u32,
    /// How long an unpaid operation is watched after its end for money that comes late.
    pub late_watch_ms: u64,
    /// How long the daemon works on an answer before it says "unknown, do not repeat".
    pub answer_within_ms: u64,
    /// What happens when the money came after the cashier cancelled or time ran out, but before the register was
    /// given a final answer.
    pub money_while_closing: MoneyWhileClosing,
    /// The store's time as minutes east of UTC: for what is printed on the receipt tape.
    #[serde(default)]
    pub utc_offset_min: u32,
}

/// What to do with money that arrives while a payment is being closed and the register still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyWhileClosing {
    /// Tell the register that it is paid.
    Accept,
    /// Give it back and tell the register that it is not paid.
    Reverse,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            qr_ttl_ms: 5 * 60_000,
            interval_ms: 5_000,
            eager_interval_ms: 1_000,
            eager_for_ms: 30_000,
            return_interval_ms: 3 * 60_000,
            cancel_lifetime_ms: 0,
            register_for_ms: 45_000,
            not_found_grace_ms: 30_000,
            technical_errors_max: 0,
            late_watch_ms: 15 * 60_000,
            answer_within_ms: 300_000,
            money_while_closing: MoneyWhileClosing::Accept,
            utc_offset_min: 180,
        }
    }
}
