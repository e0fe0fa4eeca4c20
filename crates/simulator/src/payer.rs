//! What a payer with a phone can do and see, at every provider.

use serde::{Deserialize, Serialize};

use crate::bank::QrKind;
use crate::link::Misread;
use crate::money::Kopecks;

/// What the payer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayerAction {
    /// Begins; the payment is `IN_PROGRESS` until it is paid or declined.
    Start,
    /// Pays.
    #[serde(rename = "paid")]
    Pay,
    /// The attempt fails (no money, the payer declined).
    #[serde(rename = "declined")]
    Decline,
}

/// What the phone shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayerView {
    /// QR id.
    pub qr_id: String,
    /// True if it is a code of the payer's own, for the shop to scan.
    pub is_code: bool,
    /// Name of the shop.
    pub shop: String,
    /// Kind of the QR.
    pub kind: QrKind,
    /// Sum in kopecks; absent if the payer must enter it.
    pub amount: Option<Kopecks>,
    /// Purpose of the payment.
    pub purpose: Option<String>,
    /// What the shop calls this QR (`qrDescription`): "the sticker at till 3".
    pub description: Option<String>,
    /// Order number.
    pub order: Option<String>,
    /// What can be done.
    pub state: PayerState,
    /// True if the last attempt was declined; the QR may be paid again while it lives.
    pub declined_before: bool,
    /// The bank's id of the last attempt.
    pub transaction_id: Option<u64>,
    /// When it was paid, microseconds since 1970.
    pub paid_at: Option<i64>,
    /// When the QR dies, microseconds since 1970.
    pub expires_at: Option<i64>,
}

/// State of a QR in the payer's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayerState {
    /// Can be paid.
    Ready,
    /// This payment has begun.
    InProgress,
    /// Is paid.
    Paid,
    /// Was cancelled by the shop.
    Cancelled,
    /// Its time ran out.
    Expired,
    /// A cash link without an active order, or a customer's code that nobody has charged.
    Inactive,
}

/// Why the phone cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayerError {
    /// Not a link, or a damaged one.
    #[error(transparent)]
    Misread(#[from] Misread),
    /// The bank does not know this QR.
    #[error("the bank does not know this QR code")]
    Unknown,
    /// A printed sticker that no shop has bound yet.
    #[error("this sticker is not bound to a shop yet")]
    Unbound,
    /// The QR cannot be paid now.
    #[error("this QR code cannot be paid now")]
    NotPayable(PayerState),
    /// A static QR without a sum needs one from the payer.
    #[error("enter the amount")]
    AmountNeeded,
    /// No cancelled or expired order of this number.
    #[error("there is no cancelled or expired order of this number")]
    NothingDead,
    /// The bank's books are full.
    #[error("the bank takes no more payments")]
    Overloaded,
    /// One of the things that the provider's `lacks` names.
    #[error("this never happens at this provider")]
    Never,
}
