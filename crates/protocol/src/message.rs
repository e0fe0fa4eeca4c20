//! What a register sends. Unknown fields are refused, so that a misspelt one is noticed.

use domain::receipt::Receipt;
use domain::{CallerId, Kopecks, ModuleName, OperationId, StoreId, TerminalId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A register's message, by its `operation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// `pay`
    Pay(Pay),
    /// `cancel`
    Cancel(Cancel),
    /// `refund`
    Refund(Refund),
    /// `confirm`
    Confirm(Confirm),
    /// `status`
    Status(Status),
    /// `link_check`
    LinkCheck(LinkCheck),
    /// `link_bind`
    LinkBind(LinkBind),
    /// `receipt_find`
    ReceiptFind(ReceiptFind),
}

/// What every message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Common<'a> {
    /// The word in `operation`.
    pub operation: &'static str,
    /// The register's id of this request.
    pub id: &'a CallerId,
    /// The module, when the message names it (over AMQP the routing key does).
    pub module: Option<&'a ModuleName>,
    /// The store.
    pub store: &'a StoreId,
    /// The register.
    pub terminal: &'a TerminalId,
}

/// Takes money from the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pay {
    /// Version of the protocol: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1))]
    pub protocol: Option<u32>,
    /// `pay`
    #[schemars(extend("const" = "pay"))]
    pub operation: String,
    /// The register's id of this request, the idempotency key within the store and register. A UUID is best.
    pub id: CallerId,
    /// The module. Over AMQP the routing key names it and this field may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The store's id.
    pub store: StoreId,
    /// The register's id.
    pub terminal: TerminalId,
    /// How long the register waits for the final answer, in milliseconds: 30000 to 3600000. The QR's life is
    /// shortened so that the answer comes at least ten seconds earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 30_000, max = 3_600_000))]
    pub timeout_ms: Option<u64>,
    /// The sum in kopecks, 1 or more.
    #[schemars(extend("minimum" = 1))]
    pub amount: Kopecks,
    /// Purpose shown to the payer, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 140))]
    pub purpose: Option<String>,
    /// "Код ЦФО": the retailer's cost centre, at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub cost_centre: Option<String>,
    /// The receipt that is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// A code scanned from the buyer's phone, for modules that take one; at most 1024 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub customer_code: Option<String>,
    /// The buyer's card as the pin-pad names it, for modules that reserve; at most 512 characters. The daemon does not
    /// look into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    pub card_token: Option<String>,
    /// The scanned cash link; when left out, the one bound to the register. At most 512 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    pub link: Option<String>,
    /// How long the QR shall live, in seconds: 30 to 7776000. When left out, the module's `qrTtl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 30, max = 7_776_000))]
    pub lifetime_s: Option<u32>,
    /// Which of several systems behind one gateway: `sbp`, `webmoney`, …; at most 32 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub tender: Option<String>,
    /// The buyer as the receipt names them (a loyalty card, a phone), for modules with subscriptions: a subscriber is
    /// charged without scanning, anybody else gets a QR or the link. At most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub subscriber: Option<String>,
    /// This register's earlier payment that this one takes the place of (the sum has changed, say): it is cancelled
    /// first, so that the link is free. When it turns out to be paid, this one is refused with `already_paid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<CallerId>,
}

/// Cancels a payment that is not paid yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["payment"]}, {"required": ["operation_id"]}]))]
pub struct Cancel {
    /// Version of the protocol: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1))]
    pub protocol: Option<u32>,
    /// `cancel`
    #[schemars(extend("const" = "cancel"))]
    pub operation: String,
    /// The register's id of this request.
    pub id: CallerId,
    /// The module. Over AMQP the routing key names it and this field may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The store's id.
    pub store: StoreId,
    /// The register's id.
    pub terminal: TerminalId,
    /// The payment, by the register's id. Either this or `operation_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<CallerId>,
    /// The payment, by the daemon's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
}

/// Gives money of a payment back, whole or in part; several refunds may follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["payment"]}, {"required": ["operation_id"]}]))]
pub struct Refund {
    /// Version of the protocol: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1))]
    pub protocol: Option<u32>,
    /// `refund`
    #[schemars(extend("const" = "refund"))]
    pub operation: String,
    /// The register's id of this request, the idempotency key within the store and register.
    pub id: CallerId,
    /// The module. Over AMQP the routing key names it and this field may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The store's id.
    pub store: StoreId,
    /// The register's id.
    pub terminal: TerminalId,
    /// How long the register waits for the final answer, in milliseconds: 30000 to 3600000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 30_000, max = 3_600_000))]
    pub timeout_ms: Option<u64>,
    /// The payment, by the register's id, when this register made it. Either this or `operation_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<CallerId>,
    /// The payment, by the daemon's id: for a return at another register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// The sum in kopecks; when left out, all that is left of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 1))]
    pub amount: Option<Kopecks>,
    /// Why, as shown to the buyer, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 140))]
    pub purpose: Option<String>,
}

/// Confirms the debit of a payment that is `awaiting_confirmation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["payment"]}, {"required": ["operation_id"]}]))]
pub struct Confirm {
    /// Version of the protocol: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1))]
    pub protocol: Option<u32>,
    /// `confirm`
    #[schemars(extend("const" = "confirm"))]
    pub operation: String,
    /// The register's id of this request.
    pub id: CallerId,
    /// The module. Over AMQP the routing key names it and this field may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The store's id.
    pub store: StoreId,
    /// The register's id.
    pub terminal: TerminalId,
    /// The payment, by the register's id. Either this or `operation_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<CallerId>,
    /// The payment, by the daemon's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// The sum to debit in kopecks, from 1 to what is available and to what was asked; when left out, as much as can
    /// be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 1))]
    pub amount: Option<Kopecks>,
}

/// Asks how an operation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["payment"]}, {"required": ["operation_id"]}]))]
pub struct Status {
    /// Version of the protocol: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1))]
    pub protocol: Option<u32>,
    /// `status`
    #[schemars(extend("const" = "status"))]
    pub operation: String,
    /// The register's id of this request.
    pub id: CallerId,
    /// The module. Over AMQP the routing key names it and this field may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The store's id.
    pub store: StoreId,
    /// The register's id.
    pub terminal: TerminalId,
    /// The operation (payment, refund or link question), by the register's id. Either this or `operation_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<CallerId>,
    /// The operation, by the daemon's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
}

/// Asks what a sticker is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkCheck {
    /// Version of the protocol: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1))]
    pub protocol: Option<u32>,
    /// `link_check`
    #[schemars(extend("const" = "link_check"))]
    pub operation: String,
    /// The register's id of this request, the idempotency key within the store and register.
    pub id: CallerId,
    /// The module. Over AMQP the routing key names it and this field may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The store's id.
    pub store: StoreId,
    /// The register's id.
    pub terminal: TerminalId,
    /// How long the register waits for the final answer, in milliseconds: 30000 to 3600000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 30_000, max = 3_600_000))]
    pub timeout_ms: Option<u64>,
    /// What the scanner read, at most 512 characters.
    #[schemars(length(min = 1, max = 512))]
    pub link: String,
}

/// Ties a sticker to this register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBind {
    /// Version of the protocol: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1))]
    pub protocol: Option<u32>,
    /// `link_bind`
    #[schemars(extend("const" = "link_bind"))]
    pub operation: String,
    /// The register's id of this request, the idempotency key within the store and register.
    pub id: CallerId,
    /// The module. Over AMQP the routing key names it and this field may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The store's id.
    pub store: StoreId,
    /// The register's id.
    pub terminal: TerminalId,
    /// How long the register waits for the final answer, in milliseconds: 30000 to 3600000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 30_000, max = 3_600_000))]
    pub timeout_ms: Option<u64>,
    /// What the scanner read, at most 512 characters.
    #[schemars(length(min = 1, max = 512))]
    pub link: String,
    /// The bank's terminal number, for banks that ask it once (Alfa-Bank): digits, at most 32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 32), regex(pattern = r"^[0-9]+$"))]
    pub terminal_number: Option<String>,
}

/// Asks for the payments of a receipt of this store, and what of them may be refunded. Changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFind {
    /// Version of the protocol: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1))]
    pub protocol: Option<u32>,
    /// `receipt_find`
    #[schemars(extend("const" = "receipt_find"))]
    pub operation: String,
    /// The register's id of this request.
    pub id: CallerId,
    /// The module. Over AMQP the routing key names it and this field may be left out. Payments of every module are
    /// found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleName>,
    /// The store's id.
    pub store: StoreId,
    /// The register's id; payments of every register of the store are found.
    pub terminal: TerminalId,
    /// The receipt.
    pub receipt: ReceiptName,
}

/// How a receipt is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptName {
    /// The receipt's number as `pay` had it, 1 to 64 characters.
    #[schemars(length(min = 1, max = 64))]
    pub number: String,
    /// The shift's number; when left out, every shift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<u32>,
}

impl Message {
    /// What every message has.
    pub fn common(&self) -> Common<'_> {
        macro_rules! common {
            ($operation:literal, $m:expr) => {
                Common {
                    operation: $operation,
                    id: &$m.id,
                    module: $m.module.as_ref(),
                    store: &$m.store,
                    terminal: &$m.terminal,
                }
            };
        }
        match self {
            Self::Pay(m) => common!("pay", m),
            Self::Cancel(m) => common!("cancel", m),
            Self::Refund(m) => common!("refund", m),
            Self::Confirm(m) => common!("confirm", m),
            Self::Status(m) => common!("status", m),
            Self::LinkCheck(m) => common!("link_check", m),
            Self::LinkBind(m) => common!("link_bind", m),
            Self::ReceiptFind(m) => common!("receipt_find", m),
        }
    }
}
