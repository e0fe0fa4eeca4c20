//! The stable codes of failures. A register may build on them; they are never renamed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why something did not go as asked. The text for people stands in the `texts` room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    // --- the request itself ---
    /// Not JSON, not UTF-8, or not a message of this protocol.
    Malformed,
    /// A field is missing, unknown, or of the wrong type or range; the detail names it.
    InvalidField,
    /// The sum is outside of what the module takes; the detail names the limits.
    AmountOutOfRange,
    /// Larger than the daemon takes.
    TooLarge,
    /// No such operation in this protocol.
    UnknownOperation,
    /// No such module, or the module is not switched on.
    UnknownModule,
    /// The module has no settings for this store and register.
    NotConfigured,
    /// The same id was used before for something else.
    IdConflict,
    /// No operation under this id.
    UnknownPayment,
    /// No token, or a token that is not valid here.
    Unauthorized,
    /// Too many requests from this register.
    RateLimited,
    /// The register waits for less time than a payment needs.
    DeadlineTooShort,
    /// The module cannot do this.
    Unsupported,
    /// A payment of this receipt is open or paid already; there may be only one.
    ReceiptHasPayment,
    /// The payment does not wait for a confirmation: it has none, or has ended.
    NotAwaitingConfirmation,
    /// The payment was confirmed before, with another sum.
    AlreadyConfirmed,
    // --- what became of it ---
    /// Nothing of this receipt can be paid this way: the provider offers no money for it.
    NothingPayable,
    /// The buyer's bank declined.
    Declined,
    /// Nobody paid in time.
    Expired,
    /// Cancelled by the cashier.
    Cancelled,
    /// It is paid already; return it with a refund.
    AlreadyPaid,
    /// It is not paid, so there is nothing to refund.
    NotPaid,
    /// Refunds would exceed what was paid.
    RefundExceedsPayment,
    /// Another refund of this payment has not ended, and this provider takes one at a time.
    RefundUnderWay,
    /// The provider refused; the detail has its words.
    ProviderRefused,
    /// The provider does not know our login, key or certificate.
    ProviderLogin,
    /// Another payment is under way on this link.
    LinkBusy,
    /// The link belongs to another register, store or merchant.
    LinkForeign,
    /// The link is not tied to any register yet.
    LinkUnbound,
    /// The scanned text is not a payment link (another host, or a bad checksum).
    NotALink,
    /// The bank wants a terminal number to bind this link.
    TerminalNumberNeeded,
    /// The terminal number belongs to another register; the detail names it.
    TerminalNumberTaken,
    /// The module charges a code from the buyer's phone, and none was scanned.
    CustomerCodeNeeded,
    // --- when things break ---
    /// The provider could not be reached; nothing was sent.
    ProviderUnreachable,
    /// The provider did not answer, or broke off; what it did is not known.
    ProviderSilent,
    /// The provider answered something that we do not understand.
    ProviderUnclear,
    /// The provider asks for fewer calls.
    ProviderBusy,
    /// What became of it is not known yet; it is being asked about. Do not repeat.
    Unresolved,
    /// The daemon is going down and takes no new work.
    ShuttingDown,
    /// The journal cannot be written; nothing was started.
    JournalUnavailable,
    /// A fault of our own; the log has it.
    Internal,
}

impl Code {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 41] = [
        Self::Malformed,
        Self::InvalidField,
        Self::AmountOutOfRange,
        Self::TooLarge,
        Self::UnknownOperation,
        Self::UnknownModule,
        Self::NotConfigured,
        Self::IdConflict,
        Self::UnknownPayment,
        Self::Unauthorized,
        Self::RateLimited,
        Self::DeadlineTooShort,
        Self::Unsupported,
        Self::ReceiptHasPayment,
        Self::NotAwaitingConfirmation,
        Self::AlreadyConfirmed,
        Self::NothingPayable,
        Self::Declined,
        Self::Expired,
        Self::Cancelled,
        Self::AlreadyPaid,
        Self::NotPaid,
        Self::RefundExceedsPayment,
        Self::RefundUnderWay,
        Self::ProviderRefused,
        Self::ProviderLogin,
        Self::LinkBusy,
        Self::LinkForeign,
        Self::LinkUnbound,
        Self::NotALink,
        Self::TerminalNumberNeeded,
        Self::TerminalNumberTaken,
        Self::CustomerCodeNeeded,
        Self::ProviderUnreachable,
        Self::ProviderSilent,
        Self::ProviderUnclear,
        Self::ProviderBusy,
        Self::Unresolved,
        Self::ShuttingDown,
        Self::JournalUnavailable,
        Self::Internal,
    ];

    /// Whether a register may try again (with a new id) after this code stood in a final answer: only where it
    /// is certain that no money moved and another try can help.
    pub const fn repeatable(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::Declined
                | Self::Expired
                | Self::Cancelled
                | Self::RefundUnderWay
                | Self::LinkBusy
                | Self::ProviderUnreachable
                | Self::ProviderSilent
                | Self::ProviderBusy
                | Self::ShuttingDown
                | Self::JournalUnavailable
        )
    }

    /// The code as it stands on the wire.
    pub fn as_str(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|v| v.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_never_repeatable() {
        assert!(!Code::Unresolved.repeatable());
        assert!(!Code::AlreadyPaid.repeatable());
        assert!(!Code::IdConflict.repeatable());
    }

    #[test]
    fn codes_are_snake_case() {
        assert_eq!(Code::RefundExceedsPayment.as_str(), "refund_exceeds_payment");
        assert!(Code::ALL.iter().all(|code| !code.as_str().is_empty()));
    }
}
