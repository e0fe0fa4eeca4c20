//! What is written, and what is read back.

use crate::{Holder, SettingsWrite};
use domain::{Fact, Operation, OperationId, Timestamp, Waiter};

/// A reply on its way to the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The operation it speaks of, if any.
    pub operation: Option<OperationId>,
    /// Who gets it.
    pub waiter: Waiter,
    /// The message, JSON.
    pub body: String,
}

/// A reply in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its row id; grows.
    pub row: i64,
    /// The reply.
    pub outgoing: Outgoing,
}

/// A new operation.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The operation as the engine opened it (version 1).
    pub operation: Operation,
    /// Its first facts.
    pub facts: Vec<Fact>,
    /// Who waits for it.
    pub waiter: Option<Waiter>,
    /// Replies that the opening itself brings (an operation that ends at once).
    pub outgoing: Vec<Outgoing>,
    /// Which daemon takes it up.
    pub holder: Holder,
    /// Until when.
    pub lease_until: Timestamp,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// What came of an opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It is in the journal.
    New,
    /// The same id is there already; whether its content is the same is for the caller to see
    /// ([`domain::request::Request::same_content`]).
    Existing(Box<Stored>),
    /// The refunds of the payment would exceed what was paid; so much is left, in kopecks.
    RefundExceeds {
        /// What can still be refunded.
        left: domain::Kopecks,
    },
    /// Another payment of the same receipt is open or paid, where there may be only one.
    ReceiptHasPayment {
        /// That payment.
        holder: OperationId,
    },
    /// Another payment is under way on the link, or another refund of the payment where one at a time is taken.
    Held {
        /// That operation.
        holder: OperationId,
    },
}

/// A committed decision.
#[derive(Debug, Clone)]
pub struct Change {
    /// The operation after the decision; the row's version must be one less.
    pub operation: Operation,
    /// Its facts; at least one.
    pub facts: Vec<Fact>,
    /// Replies to be sent.
    pub outgoing: Vec<Outgoing>,
    /// A refund of late money, opened in the same transaction. Its sum is reserved like any refund's.
    pub reversal: Option<Box<Opening>>,
    /// A settings write that belongs to it (a bound link), done in the name of `daemon`.
    pub settings: Option<SettingsWrite>,
    /// Keys of the written register's row whose values no other register of the module may have. One that has makes
    /// the commit fail with [`crate::JournalError::Taken`], and nothing of it is written.
    pub distinct: &'static [&'static str],
    /// Which daemon decided: it must hold the lease.
    pub holder: Holder,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// An operation as it was read, with those who wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The operation.
    pub operation: Operation,
    /// Who waits for its replies, in the order they came.
    pub waiters: Vec<Waiter>,
    /// What of a payment is reserved for refunds or refunded, in kopecks.
    pub refund_reserved: domain::Kopecks,
}
