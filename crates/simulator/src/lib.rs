//! A simulated Raiffeisenbank SBP service: the bank's side, a payer with a phone, and faults on demand.
//!
//! Written from the bank's public documents (the OpenAPI of the SBP service and the official Java SDK) and from
//! the NSPK link format, and from nothing else: no type is shared with the rooms that talk to the bank, so that
//! two independent readings meet in the tests.
//!
//! - [`bank::Bank`] is the bank itself: pure, synchronous, time is an argument. Tests in virtual time call
//!   [`bank::Bank::handle`] with HTTP values and need no socket.
//! - [`server::Simulator`] puts that bank behind HTTPS on loopback, with the payer's page and the control API.

pub mod bank;
pub mod books;
pub mod callbacks;
pub mod clock;
mod control;
pub mod crc;
mod delivery;
pub mod dualconnector;
pub mod faults;
pub mod link;
pub mod money;
mod payer_json;
mod payer_page;
mod picture;
mod random;
pub mod server;
pub mod shared;
pub mod signature;
mod tls;
pub mod wire;

pub use bank::{Bank, BankOptions, Merchant};
pub use books::{BookEntry, BookRefund, Books};
pub use callbacks::Callback;
pub use clock::Clock;
pub use faults::{CallbackFault, CallbackRule, Fault, Rule, When};
pub use server::{ClientAuth, Options, Running, Simulator, StartError};
pub use shared::SharedBank;
pub use tls::ClientIdentity;
pub use wire::{Answer, Reply, Request};
