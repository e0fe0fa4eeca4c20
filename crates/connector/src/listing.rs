//! The provider's own register of the operations of a period: what it believes has happened, to be compared with our
//! journal.

use domain::{Kopecks, Timestamp};

/// A period, its end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

impl Period {
    /// Whether a moment lies in it.
    pub fn has(&self, moment: Timestamp) -> bool {
        self.from <= moment && moment < self.to
    }

    /// The period with so much more on both sides.
    pub fn wider(&self, ms: u64) -> Self {
        let earlier_us = i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1_000);
        Self {
            from: Timestamp::from_micros(self.from.as_micros().saturating_sub(earlier_us)),
            to: self.to.plus_ms(ms),
        }
    }
}

/// What an operation of the register is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moved {
    /// A buyer has paid.
    Paid,
    /// Money went back.
    Returned,
}

/// One movement of money in the register. Attempts that moved nothing are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Our order id, as the provider was told it; absent when the provider shows none.
    pub order: Option<String>,
    /// The provider's id of the movement.
    pub id: Option<String>,
    /// What it is.
    pub moved: Moved,
    /// The sum.
    pub amount: Kopecks,
    /// When, as the provider prints it.
    pub at: Option<String>,
}
