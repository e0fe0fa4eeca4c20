//! What a provider's words mean to us.

use domain::Code;
use std::collections::BTreeMap;

/// What a word says of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PaymentWord {
    /// Nobody has tried to pay.
    NotStarted,
    /// Somebody is paying.
    InProgress,
    /// Money has moved.
    Paid,
    /// An attempt was declined.
    Declined,
    /// The QR has died unpaid.
    Expired,
    /// Cancelled unpaid.
    Cancelled,
    /// Not known to the provider.
    NotFound,
}

/// What a word says of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RefundWord {
    /// Under way.
    InProgress,
    /// The money went back.
    Completed,
    /// Refused for good.
    Declined,
    /// Not known to the provider.
    NotFound,
}

/// What a word says of a sticker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LinkWord {
    /// Ours, with an order on it.
    Active,
    /// Ours, without one.
    Inactive,
    /// Ours; whether there is an order on it is not said.
    Ours,
    /// Blank or somebody else's.
    NotOurs,
}

/// What a refusal's code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The provider does not know the order, refund or link.
    NotFound,
    /// The provider understood and said no.
    No(Code),
    /// Counted, not carried out: it may be repeated.
    Busy,
    /// The provider failed; what it did is not known.
    Silent,
    /// It is about a repeat: the order is known already, and is to be asked about.
    Repeat,
}

/// A word that means something, and the words for it.
pub(crate) type Words<T> = BTreeMap<String, T>;

/// The states of a payment, by their names in a profile.
pub(crate) const PAYMENT: [(&str, PaymentWord); 7] = [
    ("not_started", PaymentWord::NotStarted),
    ("in_progress", PaymentWord::InProgress),
    ("paid", PaymentWord::Paid),
    ("declined", PaymentWord::Declined),
    ("expired", PaymentWord::Expired),
    ("cancelled", PaymentWord::Cancelled),
    ("not_found", PaymentWord::NotFound),
];

/// The states of a refund.
pub(crate) const REFUND: [(&str, RefundWord); 4] = [
    ("in_progress", RefundWord::InProgress),
    ("completed", RefundWord::Completed),
    ("declined", RefundWord::Declined),
    ("not_found", RefundWord::NotFound),
];

/// The states of a sticker.
pub(crate) const LINK: [(&str, LinkWord); 4] = [
    ("active", LinkWord::Active),
    ("inactive", LinkWord::Inactive),
    ("ours", LinkWord::Ours),
    ("not_ours", LinkWord::NotOurs),
];

/// The refusals. Only such as prove that nothing was done are `No`.
pub(crate) const REFUSALS: [(&str, Meaning); 15] = [
    ("not_found", Meaning::NotFound),
    ("repeat", Meaning::Repeat),
    ("busy", Meaning::Busy),
    ("unknown", Meaning::Silent),
    ("refused", Meaning::No(Code::ProviderRefused)),
    ("login", Meaning::No(Code::ProviderLogin)),
    ("declined", Meaning::No(Code::Declined)),
    ("amount", Meaning::No(Code::AmountOutOfRange)),
    ("not_paid", Meaning::No(Code::NotPaid)),
    ("refund_exceeds_payment", Meaning::No(Code::RefundExceedsPayment)),
    ("link_busy", Meaning::No(Code::LinkBusy)),
    ("link_foreign", Meaning::No(Code::LinkForeign)),
    ("link_unbound", Meaning::No(Code::LinkUnbound)),
    ("not_a_link", Meaning::No(Code::NotALink)),
    ("terminal_number_needed", Meaning::No(Code::TerminalNumberNeeded)),
];
