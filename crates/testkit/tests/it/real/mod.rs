//! The whole system for real.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod bad_input;
mod broker;
mod configuration;
mod kill;
mod module;
mod outputs;
mod payments;
mod python;
mod registry;
mod stop;
mod takeover;
mod till;
mod till_at_demo;
#[path = "../../../../qrpos/tests/window/mod.rs"]
mod window;
