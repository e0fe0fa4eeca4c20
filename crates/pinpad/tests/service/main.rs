//! The pin-pad against a simulated DualConnector Service, over real HTTP on loopback.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of the tests")]

mod back;
mod counter;
mod faults;
mod sales;
mod unknown;

pub(crate) use counter::{Counter, kopecks};
