//! What a register asked for, checked and ready to be journaled. It never changes afterwards.

use crate::receipt::Receipt;
use crate::{CallerId, Kopecks, ModuleName, OperationId, StoreId, TerminalId};
use serde::{Deserialize, Serialize};

/// A request that opens an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The register's own id; with store and terminal it is the idempotency key.
    pub id: CallerId,
    /// Which module is to serve it.
    pub module: ModuleName,
    /// The store it comes from.
    pub store: StoreId,
    /// The register it comes from.
    pub terminal: TerminalId,
    /// What is asked.
    pub order: Order,
    /// How long the register waits for the final answer, in milliseconds. Not part of the content: a repeat
    /// may name another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

impl Request {
    /// Whether a repeat under the same id asks for the same thing.
    pub fn same_content(&self, other: &Self) -> bool {
        let Self {
            id,
            module,
            store,
            terminal,
            order,
            timeout_ms: _,
        } = self;
        id == &other.id
            && module == &other.module
            && store == &other.store
            && terminal == &other.terminal
            && order == &other.order
    }

    /// The money it moves; zero for questions about links.
    pub fn amount(&self) -> Kopecks {
        match &self.order {
            Order::Pay(pay) => pay.amount,
            Order::Refund(refund) => refund.amount,
            Order::LinkCheck(_) | Order::LinkBind(_) => Kopecks::ZERO,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Take money from the buyer.
    Pay(Box<Pay>),
    /// Give money back.
    Refund(Refund),
    /// Ask what a sticker is.
    LinkCheck(Link),
    /// Tie a sticker to this register.
    LinkBind(Link),
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pay {
    /// The sum, above zero.
    pub amount: Kopecks,
    /// Purpose shown to the payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// "Код ЦФО": the retailer's cost centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<String>,
    /// The receipt it pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// A code scanned from the buyer's phone. It is as good as money: never logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_code: Option<String>,
    /// The buyer's card as the pin-pad names it, opaque to us, for modules that reserve. Personal: never logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_token: Option<String>,
    /// The scanned cash link; when absent, the one that is bound to the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// How long the QR shall live, in seconds; when absent, the module's `qrTtl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_s: Option<u32>,
    /// Which of several systems behind one gateway (`sbp`, `webmoney`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<String>,
    /// The buyer as the receipt names them, for modules with subscriptions. Personal data: never logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<String>,
    /// The payment of the same register that this one takes the place of: it is cancelled first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<CallerId>,
}

/// A refund of a payment, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Which payment.
    pub payment: OperationId,
    /// The sum, above zero.
    pub amount: Kopecks,
    /// Why, as shown to the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who wanted it.
    pub origin: RefundOrigin,
}

/// Who wanted a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundOrigin {
    /// A register, returning goods.
    Register,
    /// The daemon: money came after the register had been told that there is none. Such a refund is repeated
    /// until the provider agrees.
    LateMoney,
}

/// A sticker's link, as scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What the scanner read.
    pub payload: String,
    /// The bank's terminal number, for banks that ask it once at binding (Alfa).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal_number: Option<String>,
}
