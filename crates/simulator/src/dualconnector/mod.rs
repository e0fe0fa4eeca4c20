//! A simulated InPAS DualConnector 2.x Service with a pin-pad: HTTP and XML in windows-1251 on one side, a screen with
//! keys on the other, faults on demand. No real money moves.
//!
//! Written from the published client libraries of the service and from samples of its replies. Four things are not
//! published and are **invented** here: the codes of the QR operations, the field that tells card from QR, its words,
//! and the wording of receipts. A register gets them as settings ([`Options`]).
//!
//! [`router`] can be mounted anywhere (`/pinpad` in the demo):
//!
//! | call | what it is |
//! |---|---|
//! | POST the mount point itself | the service |
//! | GET the mount point itself | its health: `OKWORK` |
//! | GET, POST `screen` | the pin-pad's page: its screen and keys |
//! | GET `state` | the screen as JSON |
//! | POST `key` | a key as JSON: `{"key":"tap"}` |
//! | POST `faults` | plans a fault for the next request: `{"fault":"drop_after"}` |

mod faults;
mod message;
mod pad;
mod page;
mod receipt;
mod service;
mod terminal;
mod words;

pub use faults::Fault;
pub use pad::PinPad;
pub use service::{Running, router, start};
pub use terminal::{Key, Options, Screen};

#[cfg(test)]
mod tests;
