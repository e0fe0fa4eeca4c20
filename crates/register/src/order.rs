//! What a register asks for, and the messages that come of it.

use crate::{Patience, RegisterError};
use domain::receipt::Receipt;
use domain::{CallerId, Kopecks, ModuleName, OperationId, StoreId, TerminalId};
use protocol::message;
use serde::Serialize;
use uuid::Uuid;

/// A payment to be taken.
#[derive(Clone, PartialEq, Eq)]
pub struct Pay {
    /// The idempotency key. [`Pay::new`] mints a random UUID; a register that wants to survive its own crash
    /// writes it down before it pays.
    pub id: CallerId,
    /// The sum.
    pub amount: Kopecks,
    /// Purpose shown to the payer, at most 140 characters.
    pub purpose: Option<String>,
    /// "Код ЦФО": the retailer's cost centre.
    pub cost_centre: Option<String>,
    /// The receipt that is paid.
    pub receipt: Option<Receipt>,
    /// A code scanned from the buyer's phone. As good as money: has no `Debug`.
    pub customer_code: Option<String>,
    /// The buyer's card as the pin-pad names it, for modules that reserve. Personal: has no `Debug`.
    pub card_token: Option<String>,
    /// The scanned cash link; when absent, the one bound to the register.
    pub link: Option<String>,
    /// Life of the QR in seconds; when absent, the module's own.
    pub lifetime_s: Option<u32>,
    /// Which of several systems behind one gateway.
    pub tender: Option<String>,
    /// The buyer as the receipt names them, for modules with subscriptions. Personal data: has no `Debug`.
    pub subscriber: Option<String>,
    /// This register's earlier payment that this one takes the place of.
    pub replaces: Option<CallerId>,
}

impl Pay {
    /// A payment of this sum under a new id.
    pub fn new(amount: Kopecks) -> Self {
        Self {
            id: new_id(),
            amount,
            purpose: None,
            cost_centre: None,
            receipt: None,
            customer_code: None,
            card_token: None,
            link: None,
            lifetime_s: None,
            tender: None,
            subscriber: None,
            replaces: None,
        }
    }
}

/// Money to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The idempotency key of the refund itself.
    pub id: CallerId,
    /// The payment.
    pub payment: PaymentId,
    /// The sum; when absent, all that is left of the payment.
    pub amount: Option<Kopecks>,
    /// Why, as shown to the buyer, at most 140 characters.
    pub purpose: Option<String>,
}

impl Refund {
    /// A refund of all that is left of a payment, under a new id.
    pub fn new(payment: PaymentId) -> Self {
        Self {
            id: new_id(),
            payment,
            amount: None,
            purpose: None,
        }
    }
}

/// How to name a payment or a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentId {
    /// By the id that this register gave it.
    Caller(CallerId),
    /// By the daemon's id: also from another register.
    Operation(OperationId),
}

impl PaymentId {
    fn split(self) -> (Option<CallerId>, Option<OperationId>) {
        match self {
            Self::Caller(id) => (Some(id), None),
            Self::Operation(id) => (None, Some(id)),
        }
    }
}

/// Who sends: what every message has.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) module: Option<ModuleName>,
    pub(crate) store: StoreId,
    pub(crate) terminal: TerminalId,
}

/// A message ready to be sent, and sent again: always these bytes.
#[derive(Clone)]
pub(crate) struct Envelope {
    pub(crate) id: CallerId,
    pub(crate) operation: &'static str,
    pub(crate) module: Option<ModuleName>,
    pub(crate) body: Vec<u8>,
    /// Whose status tells how this message stands.
    pub(crate) subject: PaymentId,
    /// After how many milliseconds nobody waits for it any more and it may die in a queue.
    pub(crate) stale_after_ms: Option<u64>,
}

/// A random id for a request. Not time-ordered: the register may have no right clock.
pub fn new_id() -> CallerId {
    let text = Uuid::new_v4().hyphenated().to_string();
    CallerId::new(text).unwrap_or_else(|_| unreachable!("a UUID is 36 printable characters"))
}

macro_rules! message {
    ($sender:expr, $kind:ident, $operation:literal, $id:expr, { $($field:ident: $value:expr),* $(,)? }) => {
        message::$kind {
            protocol: Some(protocol::VERSION),
            operation: $operation.to_owned(),
            id: $id,
            module: $sender.module.clone(),
            store: $sender.store.clone(),
            terminal: $sender.terminal.clone(),
            $($field: $value),*
        }
    };
}

impl Sender {
    pub(crate) fn pay(&self, pay: Pay, patience: &Patience) -> Result<Envelope, RegisterError> {
        let Pay {
            id,
            amount,
            purpose,
            cost_centre,
            receipt,
            customer_code,
            card_token,
            link,
            lifetime_s,
            tender,
            subscriber,
            replaces,
        } = pay;
        let message = message!(self, Pay, "pay", id.clone(), {
            timeout_ms: Some(patience.total_ms()),
            amount: amount,
            purpose: purpose,
            cost_centre: cost_centre,
            receipt: receipt,
            customer_code: customer_code,
            card_token: card_token,
            link: link,
            lifetime_s: lifetime_s,
            tender: tender,
            subscriber: subscriber,
            replaces: replaces,
        });
        let subject = PaymentId::Caller(id.clone());
        self.envelope("pay", id, subject, &message, Some(patience.total_ms()))
    }

    pub(crate) fn cancel(&self, payment: PaymentId) -> Result<Envelope, RegisterError> {
        let id = new_id();
        let (caller, operation) = payment.clone().split();
        let message = message!(self, Cancel, "cancel", id.clone(), {
            payment: caller,
            operation_id: operation,
        });
        self.envelope("cancel", id, payment, &message, None)
    }

    pub(crate) fn refund(&self, refund: Refund, patience: &Patience) -> Result<Envelope, RegisterError> {
        let id = refund.id;
        let (caller, operation) = refund.payment.split();
        let message = message!(self, Refund, "refund", id.clone(), {
            timeout_ms: Some(patience.total_ms()),
            payment: caller,
            operation_id: operation,
            amount: refund.amount,
            purpose: refund.purpose,
        });
        let subject = PaymentId::Caller(id.clone());
        self.envelope("refund", id, subject, &message, Some(patience.total_ms()))
    }

    pub(crate) fn status(&self, operation: PaymentId) -> Result<Envelope, RegisterError> {
        let id = new_id();
        let (caller, operation_id) = operation.clone().split();
        let message = message!(self, Status, "status", id.clone(), {
            payment: caller,
            operation_id: operation_id,
        });
        self.envelope("status", id, operation, &message, Some(60_000))
    }

    pub(crate) fn confirm(
        &self,
        payment: PaymentId,
        amount: Option<Kopecks>,
    ) -> Result<Envelope, RegisterError> {
        let id = new_id();
        let (caller, operation) = payment.clone().split();
        let message = message!(self, Confirm, "confirm", id.clone(), {
            payment: caller,
            operation_id: operation,
            amount: amount,
        });
        self.envelope("confirm", id, payment, &message, None)
    }

    pub(crate) fn receipt_find(&self, number: &str, shift: Option<u32>) -> Result<Envelope, RegisterError> {
        let id = new_id();
        let message = message!(self, ReceiptFind, "receipt_find", id.clone(), {
            receipt: message::ReceiptName { number: number.to_owned(), shift },
        });
        let subject = PaymentId::Caller(id.clone());
        self.envelope("receipt_find", id, subject, &message, Some(60_000))
    }

    pub(crate) fn link_check(&self, scanned: &str, patience: &Patience) -> Result<Envelope, RegisterError> {
        let id = new_id();
        let message = message!(self, LinkCheck, "link_check", id.clone(), {
            timeout_ms: Some(patience.total_ms()),
            link: scanned.to_owned(),
        });
        let subject = PaymentId::Caller(id.clone());
        self.envelope("link_check", id, subject, &message, Some(patience.total_ms()))
    }

    pub(crate) fn link_bind(
        &self,
        scanned: &str,
        terminal_number: Option<&str>,
        patience: &Patience,
    ) -> Result<Envelope, RegisterError> {
        let id = new_id();
        let message = message!(self, LinkBind, "link_bind", id.clone(), {
            timeout_ms: Some(patience.total_ms()),
            link: scanned.to_owned(),
            terminal_number: terminal_number.map(str::to_owned),
        });
        let subject = PaymentId::Caller(id.clone());
        self.envelope("link_bind", id, subject, &message, Some(patience.total_ms()))
    }

    fn envelope(
        &self,
        operation: &'static str,
        id: CallerId,
        subject: PaymentId,
        message: &impl Serialize,
        stale_after_ms: Option<u64>,
    ) -> Result<Envelope, RegisterError> {
        let body = serde_json::to_vec(message)
            .map_err(|error| RegisterError::Settings(format!("the message cannot be written: {error}")))?;
        Ok(Envelope {
            id,
            operation,
            module: self.module.clone(),
            body,
            subject,
            stale_after_ms,
        })
    }
}
