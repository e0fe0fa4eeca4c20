//! Two small banks with true books: one that takes money, one that gives it back. Calls to them can be lost on the
//! way there, on the way back, or arrive late.

use crate::moves::Say;
use domain::{Call, OrderId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How long a bank may take to see what it was sent, in milliseconds. With a late arrival it stays within the grace.
const SEEN_AFTER_MS: u64 = 8_000;

/// A bank of either kind.
pub trait Bank {
    /// A call arrives. What the bank answers to it.
    fn receive(&mut self, call: &Call, now: Timestamp) -> Say;
}

/// What a till bank is like.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent yes-or-no facts, read by name"
)]
pub struct Manners {
    /// The same order may be registered again.
    pub repeatable: bool,
    /// The QR hangs at the till: it can be paid without being shown.
    pub sticker: bool,
    /// Registering charges the buyer's code.
    pub charges: bool,
    /// It reserves, and debits when it is told to.
    pub reserves: bool,
    /// Asked about a reservation, it tells what is reserved.
    pub tells_reserved: bool,
    /// Its QR lives for an hour, whatever was asked.
    pub long_life: bool,
    /// It counts the QR's life from the arrival, not from the order.
    pub relative_life: bool,
    /// So long a payment is not seen in the status, in milliseconds.
    pub lag_ms: u64,
    /// While it is not seen, nothing is said of it at all.
    pub silent_lag: bool,
}

/// The bank that takes money.
#[derive(Debug, Clone, Default)]
pub struct Till {
    manners: Manners,
    pub order_ids: BTreeSet<OrderId>,
    arrived_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    revoked: bool,
    declined: bool,
    pub paid_at: Option<Timestamp>,
    /// How many times it debited.
    pub debits: u32,
}

impl Till {
    /// A bank with empty books.
    pub fn new(manners: Manners) -> Self {
        Self {
            manners,
            ..Self::default()
        }
    }

    /// Whether somebody who sees the QR can pay now.
    pub fn payable(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| now < end) && !self.revoked && self.paid_at.is_none()
    }

    /// A buyer pays, or is declined by their own bank.
    pub fn buyer(&mut self, succeeds: bool, now: Timestamp) {
        if !self.payable(now) {
            return;
        }
        if succeeds {
            self.paid_at = Some(now);
        } else {
            self.declined = true;
        }
    }

    fn register(&mut self, call: &domain::call::Register, now: Timestamp) -> Say {
        self.order_ids.insert(call.order.clone());
        let again = self.arrived_at.is_some();
        if again && (!self.manners.repeatable || self.paid_at.is_some()) {
            return Say::Refused;
        }
        self.arrived_at = self.arrived_at.or(Some(now));
        let ttl_ms = call.expires_at.ms_since(call.created_at);
        self.ends_at = Some(match self.manners {
            Manners { long_life: true, .. } => now.plus_ms(3_600_000),
            Manners {
                relative_life: true, ..
            } => now.plus_ms(ttl_ms),
            _ => call.expires_at,
        });
        if self.manners.charges {
            self.paid_at = Some(now);
            return self.status(now);
        }
        if self.manners.reserves {
            return Say::Reserved;
        }
        if self.manners.long_life {
            Say::RegisteredForAnHour
        } else {
            Say::Registered
        }
    }

    fn status(&self, now: Timestamp) -> Say {
        let (Some(arrived_at), Some(ends_at)) = (self.arrived_at, self.ends_at) else {
            return Say::NotFound;
        };
        if let Some(paid_at) = self.paid_at {
            if now.ms_since(paid_at) >= self.manners.lag_ms {
                return Say::Paid;
            }
            if !self.manners.silent_lag {
                return Say::InProgress;
            }
        } else if !self.manners.repeatable && now.ms_since(arrived_at) < SEEN_AFTER_MS {
            return Say::NotFound;
        }
        match self {
            _ if self.revoked => Say::Cancelled,
            _ if ends_at <= now => Say::Expired,
            _ if self.declined => Say::Declined,
            _ if self.manners.tells_reserved => Say::Reserved,
            _ => Say::NotStarted,
        }
    }

    fn confirm(&mut self, now: Timestamp) -> Say {
        if !self.payable(now) {
            return Say::Refused;
        }
        self.debits += 1;
        self.paid_at = Some(now);
        self.status(now)
    }

    fn revoke(&mut self, now: Timestamp) -> Say {
        if self.arrived_at.is_none() || self.paid_at.is_some() || self.ends_at.is_some_and(|end| end <= now) {
            return Say::Refused;
        }
        self.revoked = true;
        Say::Revoked
    }
}

impl Bank for Till {
    fn receive(&mut self, call: &Call, now: Timestamp) -> Say {
        match call {
            Call::Register(call) => self.register(call, now),
            Call::Status(lookup) => {
                self.order_ids.insert(lookup.order.clone());
                self.status(now)
            }
            Call::Confirm(_) => self.confirm(now),
            Call::Revoke(_) => self.revoke(now),
            _ => Say::Refused,
        }
    }
}

/// What becomes of one refund that the bank took in.
#[derive(Debug, Clone, Copy)]
pub enum Payout {
    /// Refused at the door; the bank forgets it.
    RefusedAtOnce,
    /// Taken in, and declined after so many milliseconds.
    Declined(u64),
    /// Taken in, and paid out after so many milliseconds.
    Completed(u64),
}

/// The bank that gives money back.
#[derive(Debug, Clone, Default)]
pub struct Vault {
    /// What becomes of the refunds with new ids, in this order; later ones are paid out at once.
    payouts: Vec<Payout>,
    /// A known id is answered with "such a refund exists" instead of its state.
    refuses_repeats: bool,
    books: BTreeMap<OrderId, (Timestamp, Payout)>,
    new_ids: usize,
}

impl Vault {
    /// A bank with empty books.
    pub fn new(payouts: Vec<Payout>, refuses_repeats: bool) -> Self {
        Self {
            payouts,
            refuses_repeats,
            ..Self::default()
        }
    }

    /// How many refunds were, or still may be, paid out.
    pub fn owed(&self, now: Timestamp) -> usize {
        let counts = |(at, payout): &(Timestamp, Payout)| match payout {
            Payout::RefusedAtOnce => false,
            Payout::Declined(ms) => now < at.plus_ms(*ms),
            Payout::Completed(_) => true,
        };
        self.books.values().filter(|book| counts(book)).count()
    }

    fn state(&self, id: &OrderId, now: Timestamp) -> Say {
        match self.books.get(id) {
            None => Say::RefundNotFound,
            Some((at, _)) if now.ms_since(*at) < SEEN_AFTER_MS => Say::RefundNotFound,
            Some((at, Payout::Completed(ms))) if at.plus_ms(*ms) <= now => Say::RefundDone,
            Some((at, Payout::Declined(ms))) if at.plus_ms(*ms) <= now => Say::RefundDeclined,
            Some(_) => Say::RefundUnderWay,
        }
    }

    fn refund(&mut self, id: &OrderId, now: Timestamp) -> Say {
        if self.books.contains_key(id) {
            let state = self.state(id, now);
            return match state {
                _ if self.refuses_repeats => Say::Refused,
                Say::RefundNotFound => Say::RefundUnderWay,
                _ => state,
            };
        }
        let payout = self
            .payouts
            .get(self.new_ids)
            .copied()
            .unwrap_or(Payout::Completed(0));
        self.new_ids += 1;
        if matches!(payout, Payout::RefusedAtOnce) {
            return Say::Refused;
        }
        self.books.insert(id.clone(), (now, payout));
        match payout {
            Payout::Completed(0) => Say::RefundDone,
            _ => Say::RefundUnderWay,
        }
    }
}

impl Bank for Vault {
    fn receive(&mut self, call: &Call, now: Timestamp) -> Say {
        match call {
            Call::Refund(call) => self.refund(&call.refund, now),
            Call::RefundStatus(call) => self.state(&call.refund, now),
            _ => Say::Refused,
        }
    }
}
