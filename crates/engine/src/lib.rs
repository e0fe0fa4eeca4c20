//! Decides. A pure state machine: an operation, an event and the moment go in; the changed operation, the facts to
//! be journaled and the effects to be carried out after the commit come out.
//!
//! Invariant: no I/O, no clock, no storage, no randomness. Whatever happened in the world is an [`Event`].

pub mod decision;
pub mod event;

pub use decision::{Decision, Effect, Tell};
pub use event::Event;
