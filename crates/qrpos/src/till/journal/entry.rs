//! What one line of the till's journal says.

use domain::{CallerId, Kopecks, ModuleName, Timestamp};
use serde::{Deserialize, Serialize};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// A receipt is about to be paid. Written again when its lines change before any of it is paid.
    Receipt {
        /// When.
        at: Timestamp,
        /// Its number.
        number: u32,
        /// What is bought.
        lines: Vec<Line>,
    },
    /// A payment or a refund is about to be sent.
    Begun(Begun),
    /// It has ended.
    Ended(Ended),
    /// Cash was taken for a receipt; the change is given already.
    Cash {
        /// When.
        at: Timestamp,
        /// The receipt.
        number: u32,
        /// What stays in the drawer.
        amount: Kopecks,
    },
    /// A receipt is paid in full.
    Closed {
        /// When.
        at: Timestamp,
        /// The receipt.
        number: u32,
    },
    /// A receipt was given up; its cash was handed back.
    GivenUp {
        /// When.
        at: Timestamp,
        /// The receipt.
        number: u32,
    },
    /// The shift was closed, and the next one has begun.
    ShiftClosed {
        /// When.
        at: Timestamp,
        /// The one that was closed.
        shift: u32,
    },
    /// The first line of a file that was begun anew: what the lines before it came to.
    Carried(Box<super::Book>),
}

/// A line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is called.
    pub name: String,
    /// Its bar code; a social programme knows goods by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub price: Kopecks,
    /// Sum of the line.
    pub sum: Kopecks,
}

/// A payment or a refund that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The request's id, under which its outcome can be asked for.
    pub id: CallerId,
    /// When.
    pub at: Timestamp,
    /// Which of the two.
    pub kind: Kind,
    /// The module that serves it.
    pub module: ModuleName,
    /// The means of payment, as the totals count it.
    pub tender: String,
    /// The sum.
    pub amount: Kopecks,
    /// The receipt's number.
    pub receipt: String,
    /// How long the till waits for the end, in milliseconds. After this a request that the daemon has never heard of
    /// can no longer reach it.
    pub wait_ms: u64,
}

/// What moves money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// To the shop.
    Payment,
    /// Back to the buyer.
    Refund,
}

/// How it ended, for certain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The request's id.
    pub id: CallerId,
    /// When the till learned it.
    pub at: Timestamp,
    /// Whether money moved.
    pub moved: bool,
    /// How much, when it did.
    pub amount: Kopecks,
}
