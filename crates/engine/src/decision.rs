//! What the engine answers.

use domain::{Call, Fact, Kopecks, Operation};

/// The outcome of one event. When `facts` is empty nothing needs to be written: a question was asked or answered
/// with nothing new. Whoever works on the operation keeps it in memory all the same; it then differs from the
/// journaled one in `in_flight`, `act_at`, `due_at` and `technical_errors`, which [`crate::Event::Resumed`] makes
/// good after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The operation after the event; its version has grown by one if there are facts.
    pub operation: Operation,
    /// What is to be journaled, in order.
    pub facts: Vec<Fact>,
    /// What is to be done after the commit, in order.
    pub effects: Vec<Effect>,
}

/// Something to be done once the decision is in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Make this call and bring the answer back as an event. At most one per decision.
    Call(Call),
    /// Tell everybody who waits for this operation how it stands.
    Tell(Tell),
    /// Open a refund that gives late money back. It is inserted in the same commit as the facts.
    OpenReversal {
        /// How much came.
        amount: Kopecks,
    },
}

/// What kind of message goes to those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// More will follow.
    Progress,
    /// The last one.
    Final,
}
