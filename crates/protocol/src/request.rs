//! From a message to the request that opens an operation.

use crate::{Cancel, Confirm, LinkBind, LinkCheck, Message, Pay, Refund, Status};
use domain::request::{self, Order, RefundOrigin, Request};
use domain::{CallerId, Kopecks, ModuleName, OperationId};
use serde::{Serialize, Serializer};

/// How a message names an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By the id that the same register gave it.
    Caller(CallerId),
    /// By the daemon's id: any register of the store may.
    Operation(OperationId),
}

fn target(payment: Option<&CallerId>, operation_id: Option<OperationId>) -> Option<Target> {
    match (payment, operation_id) {
        (Some(id), None) => Some(Target::Caller(id.clone())),
        (None, Some(id)) => Some(Target::Operation(id)),
        _ => None,
    }
}

macro_rules! targets {
    ($($message:ident),*) => {$(
        impl $message {
            /// Which operation it speaks of. Always there in a message that was parsed; none when a message made by
            /// hand names none or names it twice.
            pub fn target(&self) -> Option<Target> {
                target(self.payment.as_ref(), self.operation_id)
            }
        }
    )*};
}
targets!(Cancel, Confirm, Refund, Status);

impl Pay {
    /// The request that opens the payment at `module`.
    pub fn into_request(self, module: ModuleName) -> Request {
        Request {
            id: self.id,
            module,
            store: self.store,
            terminal: self.terminal,
            order: Order::Pay(Box::new(request::Pay {
                amount: self.amount,
                purpose: self.purpose,
                cost_centre: self.cost_centre,
                receipt: self.receipt,
                customer_code: self.customer_code,
                card_token: self.card_token,
                link: self.link,
                lifetime_s: self.lifetime_s,
                tender: self.tender,
                subscriber: self.subscriber,
                replaces: self.replaces,
            })),
            timeout_ms: self.timeout_ms,
        }
    }
}

impl Refund {
    /// The request that opens the refund of `payment`; `left` is what is left of it, taken when the message names no
    /// sum. A repeat must be looked for first ([`Refund::repeats`]): after it `left` is another.
    pub fn into_request(self, module: ModuleName, payment: OperationId, left: Kopecks) -> Request {
        Request {
            id: self.id,
            module,
            store: self.store,
            terminal: self.terminal,
            order: Order::Refund(request::Refund {
                payment,
                amount: self.amount.unwrap_or(left),
                purpose: self.purpose,
                origin: RefundOrigin::Register,
            }),
            timeout_ms: self.timeout_ms,
        }
    }

    /// Whether `stored` is what this message asked for the first time. A message without a sum repeats whatever sum
    /// was found then.
    pub fn repeats(&self, module: &ModuleName, payment: OperationId, stored: &Request) -> bool {
        self.clone()
            .into_request(module.clone(), payment, stored.amount())
            .same_content(stored)
    }
}

impl LinkCheck {
    /// The request that asks `module` about the sticker.
    pub fn into_request(self, module: ModuleName) -> Request {
        Request {
            id: self.id,
            module,
            store: self.store,
            terminal: self.terminal,
            order: Order::LinkCheck(request::Link {
                payload: self.link,
                terminal_number: None,
            }),
            timeout_ms: self.timeout_ms,
        }
    }
}

impl LinkBind {
    /// The request that ties the sticker at `module`.
    pub fn into_request(self, module: ModuleName) -> Request {
        Request {
            id: self.id,
            module,
            store: self.store,
            terminal: self.terminal,
            order: Order::LinkBind(request::Link {
                payload: self.link,
                terminal_number: self.terminal_number,
            }),
            timeout_ms: self.timeout_ms,
        }
    }
}

/// A message goes on the wire as the object it is; its `operation` field tells which.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Pay(m) => m.serialize(serializer),
            Self::Cancel(m) => m.serialize(serializer),
            Self::Refund(m) => m.serialize(serializer),
            Self::Confirm(m) => m.serialize(serializer),
            Self::Status(m) => m.serialize(serializer),
            Self::LinkCheck(m) => m.serialize(serializer),
            Self::LinkBind(m) => m.serialize(serializer),
            Self::ReceiptFind(m) => m.serialize(serializer),
        }
    }
}

impl Message {
    /// The same message with its module named: the AMQP door reads it from the queue.
    pub fn with_module(mut self, module: ModuleName) -> Self {
        let place = match &mut self {
            Self::Pay(m) => &mut m.module,
            Self::Cancel(m) => &mut m.module,
            Self::Refund(m) => &mut m.module,
            Self::Confirm(m) => &mut m.module,
            Self::Status(m) => &mut m.module,
            Self::LinkCheck(m) => &mut m.module,
            Self::LinkBind(m) => &mut m.module,
            Self::ReceiptFind(m) => &mut m.module,
        };
        *place = Some(module);
        self
    }
}
