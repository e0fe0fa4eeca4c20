//! What we ask of a provider, and what it can answer. Connectors translate; nobody else knows the wire.

use crate::receipt::Receipt;
use crate::{Kopecks, OrderId, StoreId, TerminalId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kinds of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Ask for a QR, activate a cash link, charge a customer's code, or reserve what a receipt may be paid with.
    Register,
    /// Debit what was reserved.
    Confirm,
    /// Ask how a payment stands.
    Status,
    /// Take the QR back, deactivate the cash link, or give a reservation up.
    Revoke,
    /// Give money back.
    Refund,
    /// Ask how a refund stands.
    RefundStatus,
    /// Ask what a sticker is.
    LinkCheck,
    /// Tie a sticker to the merchant.
    LinkBind,
}

impl CallKind {
    /// Whether the call changes something at the provider. Such a call is journaled one by one before it is made;
    /// a question is covered by the journaled decision to keep asking.
    pub const fn changes_something(self) -> bool {
        matches!(
            self,
            Self::Register | Self::Confirm | Self::Revoke | Self::Refund | Self::LinkBind
        )
    }
}

/// What the provider told us about an operation and wants to hear again: ids, keyed by the connector's own names.
/// The journal keeps it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(pub BTreeMap<String, String>);

impl Reference {
    /// The key under which a [`Lookup`] names the cash link of its payment, whatever the provider told us.
    pub const LINK: &str = "link_id";
    /// The key of the provider's id of what was scanned: a QR, or the order behind it. It is printed on the slip and told
    /// in the requisites.
    pub const QR: &str = "qr_id";
    /// The key of the provider's id of the payment itself, once it is paid. It is printed on the slip and told in the
    /// requisites; a retailer reconciles by it.
    pub const TRANSACTION: &str = "transaction_id";

    /// One of the provider's ids.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The reference with one more id.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Takes over what a later answer adds.
    pub fn merge(&mut self, later: &Self) {
        self.0
            .extend(later.0.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
}

/// A call to a provider. Everything it needs is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// See [`CallKind::Register`].
    Register(Box<Register>),
    /// See [`CallKind::Confirm`].
    Confirm(ConfirmCall),
    /// See [`CallKind::Status`].
    Status(Lookup),
    /// See [`CallKind::Revoke`].
    Revoke(Lookup),
    /// See [`CallKind::Refund`].
    Refund(RefundCall),
    /// See [`CallKind::RefundStatus`].
    RefundStatus(RefundCall),
    /// See [`CallKind::LinkCheck`].
    LinkCheck(LinkCall),
    /// See [`CallKind::LinkBind`].
    LinkBind(LinkCall),
}

impl Call {
    /// Its kind.
    pub const fn kind(&self) -> CallKind {
        match self {
            Self::Register(_) => CallKind::Register,
            Self::Confirm(_) => CallKind::Confirm,
            Self::Status(_) => CallKind::Status,
            Self::Revoke(_) => CallKind::Revoke,
            Self::Refund(_) => CallKind::Refund,
            Self::RefundStatus(_) => CallKind::RefundStatus,
            Self::LinkCheck(_) => CallKind::LinkCheck,
            Self::LinkBind(_) => CallKind::LinkBind,
        }
    }
}

/// What a registration needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The id that the provider shall know it by.
    pub order: OrderId,
    /// The sum.
    pub amount: Kopecks,
    /// When the operation was opened.
    pub created_at: Timestamp,
    /// When the QR shall die.
    pub expires_at: Timestamp,
    /// The store.
    pub store: StoreId,
    /// The register.
    pub terminal: TerminalId,
    /// Purpose shown to the payer.
    pub purpose: Option<String>,
    /// The retailer's cost centre.
    pub cost_centre: Option<String>,
    /// The receipt.
    pub receipt: Option<Receipt>,
    /// A code scanned from the buyer's phone.
    pub customer_code: Option<String>,
    /// The buyer's card as the pin-pad names it, opaque to us, for modules that reserve. Personal: never logged.
    pub card_token: Option<String>,
    /// The cash link's id (`AS…`/`BS…`), for modules that work over one.
    pub link_id: Option<String>,
    /// Which of several systems behind one gateway.
    pub tender: Option<String>,
    /// The buyer as the receipt names them, for modules with subscriptions.
    pub subscriber: Option<String>,
}

/// How to find a payment at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Our order id.
    pub order: OrderId,
    /// The sum, to be compared with what the provider says: what was confirmed of a reservation, else what was asked.
    pub amount: Kopecks,
    /// What the provider told us.
    pub reference: Reference,
}

/// How to debit what was reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmCall {
    /// The payment; its sum is the one to debit.
    pub lookup: Lookup,
    /// The sum to debit: at most what was reserved, and at most what the register asked.
    pub amount: Kopecks,
    /// Purpose shown to the payer.
    pub purpose: Option<String>,
}

/// How to make or find a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundCall {
    /// Our id of the refund.
    pub refund: OrderId,
    /// The sum to give back.
    pub amount: Kopecks,
    /// The payment.
    pub payment: Lookup,
    /// Why, as shown to the buyer.
    pub purpose: Option<String>,
    /// What the provider told us about the refund.
    pub reference: Reference,
}

/// A question about a sticker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCall {
    /// The link's id, read from the scanned link after its checksum was verified.
    pub link_id: String,
    /// The whole scanned link.
    pub payload: String,
    /// The bank's terminal number, where one is asked.
    pub terminal_number: Option<String>,
    /// The store.
    pub store: StoreId,
    /// The register.
    pub terminal: TerminalId,
}

/// What a provider answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A QR was registered, or a link activated.
    Registered(Registered),
    /// So much of the receipt may be paid; no money moves until it is confirmed. The answer to a registration, or to
    /// the question what became of one, of a module with [`crate::Abilities::reservation`].
    Reserved(Reserved),
    /// How a payment stands. Of a reservation that is not confirmed, `NotStarted`.
    Payment(PaymentState),
    /// The provider will take no money for this order any more.
    Revoked,
    /// How a refund stands.
    Refund(RefundState),
    /// What a sticker is.
    Link(LinkState),
}

/// A registered payment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registered {
    /// What the QR must hold. Absent when there is nothing to show (a customer's code was charged).
    pub payload: Option<String>,
    /// When the provider says the QR dies; absent when it does not say.
    pub expires_at: Option<Timestamp>,
    /// Ids to be kept.
    pub reference: Reference,
}

/// What a provider lets a receipt be paid with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reserved {
    /// The most that may be debited; zero when nothing of the receipt may be paid this way.
    pub available: Kopecks,
    /// The lines that may be paid this way.
    pub positions: Vec<ReservedPosition>,
    /// When the provider says the reservation dies; absent when it does not say.
    pub expires_at: Option<Timestamp>,
    /// Ids to be kept.
    pub reference: Reference,
}

/// A line of the receipt that may be paid out of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReservedPosition {
    /// The line's number in the receipt, from 1.
    #[schemars(range(min = 1, max = 1000))]
    pub number: u32,
    /// What of the line may be paid, in kopecks.
    pub sum: Kopecks,
}

/// How a payment stands at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentState {
    /// Nobody has tried to pay.
    NotStarted,
    /// Somebody is paying just now.
    InProgress,
    /// Paid: money has moved.
    Paid {
        /// The sum that the provider names, when it names one.
        amount: Option<Kopecks>,
        /// Ids to be kept: they are needed for a refund.
        reference: Reference,
    },
    /// An attempt to pay was declined.
    Declined {
        /// The provider's words.
        reason: Option<String>,
    },
    /// The QR has died unpaid.
    Expired,
    /// The order was cancelled unpaid.
    Cancelled,
    /// The provider does not know the order.
    NotFound,
}

/// How a refund stands at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundState {
    /// Nothing that moves money was sent yet. Once these ids are in the journal, the refund is called again. For
    /// providers that give a refund no id of ours: what was there before the refund tells afterwards whether it arrived.
    Prepared {
        /// Ids to be kept; at least one is new.
        reference: Reference,
    },
    /// Under way.
    InProgress,
    /// The money went back.
    Completed {
        /// Ids to be kept.
        reference: Reference,
    },
    /// Refused for good.
    Declined {
        /// The provider's words.
        reason: Option<String>,
    },
    /// The provider does not know the refund.
    NotFound,
}

/// What a sticker is, in the provider's eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It belongs to this merchant.
    Ours {
        /// What its QR holds.
        payload: Option<String>,
        /// Whether an order is active on it now; absent when the provider does not say.
        active: Option<bool>,
    },
    /// It is not tied to this merchant: either blank, or somebody else's.
    NotOurs,
}
