//! The bank's books: what was ordered, paid and refunded, to be compared with somebody else's journal.

use serde::{Deserialize, Serialize};

use crate::money::Kopecks;

/// All that the bank knows at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// One entry per sale: a dynamic QR, one payment of a static QR, or one order (an activation of a cash link).
    pub entries: Vec<BookEntry>,
}

impl Books {
    /// Sum of all that was paid.
    pub fn paid(&self) -> Kopecks {
        let paid = self.entries.iter().filter(|entry| entry.state == SaleState::Paid);
        Kopecks(paid.filter_map(|entry| entry.amount).map(|amount| amount.0).sum())
    }

    /// Sum of all refunds that were completed.
    pub fn refunded(&self) -> Kopecks {
        let refunds = self.entries.iter().flat_map(|entry| &entry.refunds);
        Kopecks(
            refunds
                .filter(|refund| refund.state == RefundState::Completed)
                .map(|refund| refund.amount.0)
                .sum(),
        )
    }

    /// Entries of this order, in the order of their making.
    pub fn of_order(&self, order: &str) -> Vec<&BookEntry> {
        self.entries
            .iter()
            .filter(|entry| entry.order.as_deref() == Some(order))
            .collect()
    }
}

/// One sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookEntry {
    /// `sbpMerchantId` of the shop.
    pub merchant: String,
    /// The shop's order number or order id.
    pub order: Option<String>,
    /// QR id; absent for an order that was made without a cash link.
    pub qr_id: Option<String>,
    /// Amount in kopecks; absent for a static QR without a sum.
    pub amount: Option<Kopecks>,
    /// Where the sale stands.
    pub state: SaleState,
    /// Last outcome of a payer's attempt.
    pub last_attempt: PaymentStatus,
    /// When it was registered, microseconds since 1970.
    pub created_at: i64,
    /// When it was paid, microseconds since 1970.
    pub paid_at: Option<i64>,
    /// The bank's id of the last attempt.
    pub transaction_id: Option<u64>,
    /// Refunds of this sale, oldest first.
    pub refunds: Vec<BookRefund>,
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookRefund {
    /// The id that the shop chose; none at a bank that knows only its own.
    pub refund_id: Option<String>,
    /// Amount in kopecks.
    pub amount: Kopecks,
    /// Where the refund stands.
    pub state: RefundState,
    /// When it was asked for, microseconds since 1970.
    pub created_at: i64,
}

/// State of a sale: the values of `status.value` of an order, plus a payment that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SaleState {
    /// Waits for a payer.
    New,
    /// A payer has begun and not finished.
    InProgress,
    /// Paid.
    Paid,
    /// Cancelled by the shop.
    Cancelled,
    /// Its time ran out.
    Expired,
}

impl SaleState {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::InProgress => "IN_PROGRESS",
            Self::Paid => "PAID",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// `paymentStatus` of the bank's OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// Nobody has tried yet.
    NoInfo,
    /// A payer is at it.
    InProgress,
    /// The attempt failed.
    Declined,
    /// The money has come.
    Success,
}

impl PaymentStatus {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoInfo => "NO_INFO",
            Self::InProgress => "IN_PROGRESS",
            Self::Declined => "DECLINED",
            Self::Success => "SUCCESS",
        }
    }
}

/// `refundStatus` of the bank's OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundState {
    /// Accepted, not settled yet.
    InProgress,
    /// The money went back.
    Completed,
    /// The money could not go back.
    Declined,
}

impl RefundState {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Declined => "DECLINED",
        }
    }
}
