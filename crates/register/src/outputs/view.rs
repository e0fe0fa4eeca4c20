//! What a page shows, and why a code is gone.

use super::Warning;
use domain::{Kopecks, State};
use serde::Serialize;
use tokio::time::Instant;

/// Why a code is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// It was paid.
    Paid,
    /// The bank declined or refused.
    Failed,
    /// Its time is over.
    Expired,
    /// It was cancelled, or is being closed.
    Cancelled,
    /// The outcome is not known, or the register has gone: nobody should pay it now.
    Unknown,
}

impl Withdrawal {
    /// What the state of a payment means for its code; `None` while the code may stand or another one may come.
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Paid => Some(Self::Paid),
            State::Declined | State::Refused => Some(Self::Failed),
            State::Expired => Some(Self::Expired),
            State::Cancelled => Some(Self::Cancelled),
            State::Unresolved => Some(Self::Unknown),
            _ => None,
        }
    }

    /// Whether it is worth telling after the code went for another reason.
    pub(super) const fn is_news(self) -> bool {
        matches!(self, Self::Paid | Self::Failed)
    }
}

/// What is on the buyer's side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Face {
    /// Nothing.
    #[default]
    Idle,
    /// A code.
    Code {
        /// The text inside it.
        payload: String,
        /// The sum.
        amount: Option<Kopecks>,
        /// When it is withdrawn by itself.
        dies_at: Instant,
    },
    /// The code is gone; this stands for a moment.
    Withdrawn(Withdrawal),
}

/// What a page may show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// For the buyer.
    pub face: Face,
    /// For the cashier: what failed when the face last changed, also when it changed by itself.
    pub warnings: Vec<Warning>,
}
