//! What the daemon answers. Several replies may answer one request; the last has `final: true`.

use domain::{CallerId, Code, Kopecks, ModuleName, OperationId, ReservedPosition, State, TerminalId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use texts::Text;

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reply {
    /// Version of the protocol: 1.
    pub protocol: u32,
    /// The register's id of the request, when it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CallerId>,
    /// The `operation` of the request, when it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The daemon's id of the operation that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// Where the operation stands; absent when the request opened none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Whether this is the last word: nothing more follows, and the state never changes.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The sum in kopecks: what was asked; once a reservation is confirmed, what was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Kopecks>,
    /// For a payment: what of it has been refunded or is being refunded, in kopecks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Kopecks>,
    /// The QR to show. Absent when there is none to show any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr: Option<QrReport>,
    /// What may be debited for the receipt, for modules that reserve; from the reservation on, in every reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation: Option<ReservationReport>,
    /// Requisites for reconciliation with the bank's statement, separated by commas: module, our order id, the
    /// provider's QR id, the provider's transaction id, the moment. An unknown one is empty.
    #[serde(rename = "qrRequisites", default, skip_serializing_if = "Option::is_none")]
    pub requisites: Option<String>,
    /// Lines for the receipt tape, at most 40 characters each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slip: Vec<String>,
    /// The answer to a question about a sticker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkReport>,
    /// The answer to a question about a receipt: its payments, newest first, at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    pub payments: Vec<ReceiptPayment>,
    /// A sentence for the cashier on how it stands.
    pub message: Text,
    /// Why it failed, when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

impl Reply {
    /// The QR that the buyer is to see. None while none can be paid, and none where nothing is to be seen: the buyer's own
    /// code or subscription is charged, and [`QrReport`] tells only how long that may take.
    pub fn code(&self) -> Option<&QrReport> {
        self.qr.as_ref().filter(|qr| !qr.payload.is_empty())
    }
}

/// A QR to be shown to the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QrReport {
    /// The text inside the QR; empty where the buyer is charged without one.
    pub payload: String,
    /// When it dies, RFC 3339 in UTC.
    pub expires_at: String,
    /// In how many milliseconds it dies, for registers whose clock is not right.
    pub expires_in_ms: u64,
}

/// What the provider reserved for a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReservationReport {
    /// The most that may be debited, in kopecks. It may be more than was asked; no more than was asked is debited.
    pub available: Kopecks,
    /// The lines of the receipt that may be paid this way.
    pub positions: Vec<ReservedPosition>,
    /// The sum that was confirmed, in kopecks; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Kopecks>,
    /// The moment until which it may be confirmed, ISO 8601 in UTC; only while it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_by: Option<String>,
    /// How many milliseconds are left to confirm it, for registers whose clock is not right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_in_ms: Option<u64>,
}

/// A failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// The stable code.
    pub code: Code,
    /// What the cashier is told.
    pub text: Text,
    /// Whether the register may try again with a new id.
    pub repeatable: bool,
    /// For the engineer: what and where; in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Failure {
    /// The detail, where it tells support more than the code does: who cancels or waits in vain knows all there is.
    pub fn for_support(&self) -> Option<&str> {
        let is_plain = matches!(self.code, Code::Cancelled | Code::Expired);
        self.detail.as_deref().filter(|_| !is_plain)
    }
}

/// A payment of a receipt, and what of it may be refunded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptPayment {
    /// The daemon's id, under which it may be refunded at any register of the store.
    pub operation_id: OperationId,
    /// The module that took it; its refund goes through the same.
    pub module: ModuleName,
    /// Which of several systems behind the module took it, as `pay` named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<String>,
    /// The register that took it.
    pub terminal: TerminalId,
    /// Where it stands.
    pub state: State,
    /// The sum in kopecks: once paid, what was paid.
    pub amount: Kopecks,
    /// What of it has been refunded or is being refunded, in kopecks.
    pub refunded: Kopecks,
    /// What of it is left to refund, in kopecks; zero when it is not paid.
    pub left: Kopecks,
    /// What may be asked of the bank now.
    pub refund: Refundable,
    /// When it was paid, else when it was asked for; RFC 3339 in UTC.
    pub at: String,
    /// Requisites for reconciliation, once it is paid.
    #[serde(rename = "qrRequisites", default, skip_serializing_if = "Option::is_none")]
    pub requisites: Option<String>,
    /// For the cashier, before the attempt: what is not possible and what to do. Absent when a part may be refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// What may be refunded of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refundable {
    /// Any part of what is left.
    Partial,
    /// Only all of it at once.
    Whole,
    /// Nothing.
    None,
}

/// What a sticker is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkReport {
    /// The verdict.
    pub verdict: LinkVerdict,
    /// The link's id.
    pub link_id: String,
    /// The register that has it, when it is another one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_terminal: Option<String>,
}

/// The verdict on a sticker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkVerdict {
    /// It belongs to this register.
    ThisRegister,
    /// It has just been bound to this register.
    BoundNow,
    /// It belongs to another register of ours.
    OtherRegister,
    /// It belongs to this merchant, but no register has it.
    Unassigned,
    /// It is not tied to this merchant: blank, or somebody else's. Binding tells which.
    NotOurs,
}
