//! The register's side of an InPAS pin-pad: a client of the DualConnector 2.x Service (HTTP, XML, windows-1251).
//! These payments do not pass through the daemon: the register speaks to the terminal beside it.
//!
//! What this room keeps to:
//!
//! - Before money is asked for, the [`Intent`] is in the register's own [journal](Journal) and on the disk. After a crash
//!   the register knows that an operation is open.
//! - An outcome that is not known is never repeated. It is looked up by the copy of the last receipt
//!   ([`Pinpad::resolve`]) or decided by a person ([`Pinpad::decide`]); until then no other money is asked for.
//! - Only a failed connect proves that nothing was sent. "Approved" needs the terminal's own word for this operation,
//!   this sum and this terminal.
//! - Card data is neither logged nor kept.
//!
//! Where the facts come from: the vendor's openly licensed client (codes, fields, limits), samples of replies that
//! users of the service have published, and the UKM 5 manual. What none of them says is configuration: the codes of
//! the QR operations, and how a reply tells card from QR.
//!
//! Building requests ([`request`]) and reading replies ([`answer`], [`outcome`]) needs no socket; [`Pinpad`] joins
//! them with the sender.

pub mod answer;
pub mod clock;
pub mod copy;
pub mod error;
pub mod fields;
mod inner;
pub mod journal;
pub mod operations;
pub mod outcome;
pub mod pinpad;
pub mod printed;
pub mod request;
mod resolve;
mod send;
pub mod settings;
pub mod slip;
mod wording;

pub use clock::SystemClock;
pub use copy::Evidence;
pub use error::PinpadError;
pub use fields::Fields;
pub use journal::{Decision, End, Intent, Journal, JournalError, Original};
pub use operations::{Op, Operations};
pub use outcome::{Approval, Decline, Doubt, Outcome, UsedTender};
pub use pinpad::{Done, Pinpad, Report, Stage, Told, WayBack};
pub use resolve::Resolution;
pub use send::Health;
pub use settings::{Known, Settings, Tender};
pub use slip::{Slip, SlipKind};
pub use wording::Advice;
