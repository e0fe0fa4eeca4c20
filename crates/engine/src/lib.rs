//! Decides. A pure state machine: an operation, an event and the moment go in; the changed operation, the facts to
//! be journaled and the effects to be carried out after the commit come out.
//!
//! Invariant: no I/O, no clock, no storage, no randomness. Whatever happened in the world is an [`Event`].
//!
//! Reading order: [`event`], [`decision`], [`open`], then `payment` with `registration`, `confirmation`, `money`, `closing`
//! and `watch`, then `refund`, `link`.

pub mod decision;
pub mod event;
pub mod open;

mod closing;
mod confirmation;
mod draft;
mod link;
mod money;
mod pace;
mod payment;
mod refund;
mod registration;
mod watch;

#[cfg(test)]
mod tests;

pub use decision::{Decision, Effect, Tell};
pub use event::Event;
pub use open::{Opening, open};

use domain::{Operation, OperationKind, Timestamp};
use draft::Draft;

/// Decides what an event means for an operation. The same arguments give the same decision, always.
pub fn decide(operation: &Operation, event: &Event, now: Timestamp) -> Decision {
    let mut draft = Draft::new(operation.clone(), now);
    if *event == Event::ConflictingRepeat {
        draft.fact(domain::Fact::ConflictingRepeat);
        return draft.finish();
    }
    match operation.kind() {
        OperationKind::Payment => payment::decide(&mut draft, event),
        OperationKind::Refund => refund::decide(&mut draft, event),
        OperationKind::LinkCheck | OperationKind::LinkBind => link::decide(&mut draft, event),
    }
    draft.finish()
}
