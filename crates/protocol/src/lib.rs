//! The register's own messages: one JSON form for AMQP and HTTP. All field names stand in [`message`] and
//! [`reply`], so that another dialect can be put beside them.

pub mod check;
pub mod message;
pub mod parse;
pub mod render;
pub mod reply;
pub mod request;
pub mod schema;
pub mod wording;

#[cfg(test)]
mod tests;

pub use check::check;
pub use message::{
    Cancel, Common, Confirm, LinkBind, LinkCheck, Message, Pay, ReceiptFind, ReceiptName, Refund, Status,
};
pub use parse::{BadMessage, parse};
pub use render::{receipt_found, receipt_payment, render, turned_away};
pub use reply::{
    Failure, LinkReport, LinkVerdict, QrReport, ReceiptPayment, Refundable, Reply, ReservationReport,
};
pub use request::Target;

/// The version of the protocol that this crate speaks.
pub const VERSION: u32 = 1;
