//! One operation from its request to its end: everything the engine needs to decide, and all that a person sees.

use crate::call::{LinkState, Reference, ReservedPosition};
use crate::request::{Order, Request};
use crate::{Abilities, CallKind, Code, Kopecks, OperationId, OrderId, Policy, TerminalId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An operation. The journal stores it whole; `version` guards every change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Our id.
    pub id: OperationId,
    /// What was asked. Never changes.
    pub request: Request,
    /// The times and limits it lives by. Never changes.
    pub policy: Policy,
    /// What the module can do. Never changes.
    pub abilities: Abilities,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The moment until which the register was promised an answer.
    pub answer_by: Timestamp,
    /// Grows by one with each committed change; the guard of compare-and-set.
    pub version: u64,
    /// Where it stands.
    pub state: State,
    /// The call that was decided on and whose answer has not been heard.
    pub in_flight: Option<InFlight>,
    /// When the next call is planned; none when there is nothing more to ask.
    pub act_at: Option<Timestamp>,
    /// When the engine wants to be woken: the earliest of the next call, the QR's end and the promised answer.
    pub due_at: Option<Timestamp>,
    /// Whether an earlier registration, confirmation or refund may have arrived although nobody answered it.
    pub uncertain: bool,
    /// Which attempt the order id stands for; see [`OperationId::order`].
    pub attempt: u32,
    /// What is known of the sendings of a registration, confirmation or refund.
    #[serde(default)]
    pub sent: Sent,
    /// Technical errors in a row.
    pub technical_errors: u32,
    /// What the buyer is shown.
    pub qr: Option<Qr>,
    /// What the receipt may be paid with, and what of it was confirmed; for modules that reserve.
    #[serde(default)]
    pub reservation: Option<Reservation>,
    /// The cash link's id, when it works over one.
    pub link_id: Option<String>,
    /// What the provider wants to hear again.
    pub reference: Reference,
    /// Set while the loop is being closed, and kept as its story.
    pub closing: Option<Closing>,
    /// Why it failed, when it did.
    pub failure: Option<Failure>,
    /// When and how much the provider says was paid.
    pub paid: Option<Paid>,
    /// The refund that gives late money back.
    pub reversal: Option<OperationId>,
    /// For a refund: the payment as the provider knows it.
    pub payment: Option<PaymentRef>,
    /// For a question about a sticker: to whom our own settings give it. Looked up when the operation opens.
    pub link_owner: Option<LinkOwner>,
    /// For a question about a sticker: the provider's answer.
    pub link: Option<LinkState>,
    /// When it reached its final state.
    pub finished_at: Option<Timestamp>,
}

impl Operation {
    /// What kind of operation it is.
    pub fn kind(&self) -> OperationKind {
        use crate::request::Order;
        match self.request.order {
            Order::Pay(_) => OperationKind::Payment,
            Order::Refund(_) => OperationKind::Refund,
            Order::LinkCheck(_) => OperationKind::LinkCheck,
            Order::LinkBind(_) => OperationKind::LinkBind,
        }
    }

    /// The id under which the provider knows it.
    pub fn order(&self) -> OrderId {
        self.id.order(self.attempt)
    }

    /// The sum that was asked.
    pub fn amount(&self) -> Kopecks {
        self.request.amount()
    }

    /// The sum that was confirmed of a reservation.
    pub fn confirmed(&self) -> Option<Kopecks> {
        self.reservation
            .as_ref()
            .and_then(|reservation| reservation.confirmed)
    }

    /// The sum that it moves: what was confirmed of a reservation, else what was asked.
    pub fn charge(&self) -> Kopecks {
        self.confirmed().unwrap_or_else(|| self.amount())
    }

    /// Whether the registration itself charges the buyer, by the code on their phone or by their subscription: there is
    /// one attempt. A subscription that is not there ends in a QR like any other.
    pub fn charges_the_buyer(&self) -> bool {
        let shown = self.qr.as_ref().is_some_and(|qr| !qr.payload.is_empty());
        match &self.request.order {
            Order::Pay(pay) => pay.customer_code.is_some() || pay.subscriber.is_some() && !shown,
            Order::Refund(_) | Order::LinkCheck(_) | Order::LinkBind(_) => false,
        }
    }

    /// The most that may be confirmed now: what is reserved, up to what was asked. None when nothing is reserved.
    pub fn confirmable(&self) -> Option<Kopecks> {
        let reservation = self.reservation.as_ref()?;
        Some(reservation.available.min(self.amount()))
    }

    /// Whether no money can move because its reservation was never confirmed.
    pub fn unconfirmed(&self) -> bool {
        self.abilities.reservation && self.kind() == OperationKind::Payment && self.confirmed().is_none()
    }
}

/// The kinds of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Money from the buyer.
    Payment,
    /// Money back.
    Refund,
    /// A question about a sticker.
    LinkCheck,
    /// A sticker's binding.
    LinkBind,
}

/// Where an operation stands. A final state never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The provider is being asked for a QR, a reservation, a refund, or an answer about a sticker.
    Registering,
    /// The buyer can pay.
    AwaitingPayment,
    /// The provider has reserved money for the receipt; the register is to confirm the debit.
    AwaitingConfirmation,
    /// The register has confirmed; the provider is being told to debit.
    Confirming,
    /// The loop is being closed: revoke, then ask once more.
    Closing,
    /// The refund is under way at the provider.
    Refunding,
    /// The promised time is over and the outcome is not known; it is still being asked about.
    Unresolved,
    /// Final: the money has moved.
    Paid,
    /// Final: the buyer's bank declined, and nobody can pay it any more.
    Declined,
    /// Final: nobody paid in time, and nobody can pay it any more.
    Expired,
    /// Final: cancelled, and nobody can pay it any more.
    Cancelled,
    /// Final: the provider refused, or was never reached; no money moved.
    Refused,
    /// Final: the money went back.
    Refunded,
    /// Final: the question about a sticker was answered.
    Done,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 14] = [
        Self::Registering,
        Self::AwaitingPayment,
        Self::AwaitingConfirmation,
        Self::Confirming,
        Self::Closing,
        Self::Refunding,
        Self::Unresolved,
        Self::Paid,
        Self::Declined,
        Self::Expired,
        Self::Cancelled,
        Self::Refused,
        Self::Refunded,
        Self::Done,
    ];

    /// Whether it never changes again.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Paid
                | Self::Declined
                | Self::Expired
                | Self::Cancelled
                | Self::Refused
                | Self::Refunded
                | Self::Done
        )
    }

    /// Its name, as in the journal and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registering => "registering",
            Self::AwaitingPayment => "awaiting_payment",
            Self::AwaitingConfirmation => "awaiting_confirmation",
            Self::Confirming => "confirming",
            Self::Closing => "closing",
            Self::Refunding => "refunding",
            Self::Unresolved => "unresolved",
            Self::Paid => "paid",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::Refunded => "refunded",
            Self::Done => "done",
        }
    }
}

/// A call on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    /// What was asked.
    pub kind: CallKind,
    /// When it was decided.
    pub since: Timestamp,
}

/// The sendings of a registration, confirmation or refund under the present order id. It decides what a later "not found" or
/// "refused" proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sent {
    /// When the last one was decided on; "not found" proves nothing until the grace after it is over.
    pub last_at: Option<Timestamp>,
    /// How many times one of them was left open: nobody heard its answer, or the answer was "under way". As long as
    /// it is above zero, the refusal of a repeat ("such an order exists") does not prove that nothing happened.
    pub unanswered: u32,
    /// A repeated refund was refused while an earlier sending of it was unanswered.
    pub refused: bool,
    /// The end of the QR's life as the provider named it. Money can come until then, whatever our own end is.
    pub provider_end: Option<Timestamp>,
}

/// What the buyer is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qr {
    /// The text inside the QR; empty when there is nothing to show (a sticker was activated, a customer's code
    /// was charged, money was reserved).
    pub payload: String,
    /// When it dies; of a reservation, the moment until which it may be confirmed.
    pub expires_at: Timestamp,
}

/// What the provider reserved for a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The most that may be debited.
    pub available: Kopecks,
    /// The lines of the receipt that may be paid out of it.
    pub positions: Vec<ReservedPosition>,
    /// What the register confirmed. Set once, before the provider is told; never changes then.
    pub confirmed: Option<Kopecks>,
}

/// The closing of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// What it is to end as, if no money came.
    pub because: Because,
    /// When closing began.
    pub since: Timestamp,
    /// Whether the provider has agreed to take no more money.
    pub revoked: bool,
    /// How many times the provider was asked to revoke.
    pub revokes: u32,
    /// What comes next.
    pub step: ClosingStep,
}

/// The two steps of a closing: nothing is said to be over before both were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosingStep {
    /// Ask the provider to take no more money.
    Revoke,
    /// Ask once more whether money came in between.
    Ask,
}

/// Why a payment is being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The cashier cancelled.
    Cancelled,
    /// Its time is over.
    Expired,
    /// The buyer's bank declined.
    Declined,
    /// Too many technical errors in a row.
    TechnicalErrors,
    /// The provider did not answer the registration.
    NoAnswer,
}

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Our code.
    pub code: Code,
    /// The provider's own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    /// What happened, for the operator.
    pub detail: String,
}

/// What the provider says was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// When we heard of it.
    pub at: Timestamp,
    /// The sum.
    pub amount: Kopecks,
}

/// A payment as its provider knows it: what a refund needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRef {
    /// The order id of the payment.
    pub order: OrderId,
    /// What was paid.
    pub amount: Kopecks,
    /// The provider's ids.
    pub reference: Reference,
}

/// To whom our own settings give a sticker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkOwner {
    /// The register that asks.
    ThisRegister,
    /// Another register.
    OtherRegister {
        /// Which.
        terminal: TerminalId,
    },
    /// No register.
    Nobody,
}
