//! What can happen to an operation.

use domain::{Answer, CallKind, Fault, Kopecks};

/// Something that happened in the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A call came back. An answer that nobody waits for (a call that was given up as lost) is believed only when
    /// it says that money moved or that a QR exists; whoever makes the calls does not mix up two calls of a kind.
    Answered {
        /// Which call.
        call: CallKind,
        /// What came of it.
        result: Result<Answer, Fault>,
    },
    /// The moment that the operation asked to be woken at has come (or may have: it is checked against `now`).
    Due,
    /// The cashier or an operator wants it cancelled.
    CancelRequested,
    /// The register confirms the debit of what was reserved. It counts once, and only while it is waited for and the
    /// sum can be debited; otherwise nothing happens.
    Confirmed {
        /// The sum to debit.
        amount: Kopecks,
    },
    /// The provider hinted (by a callback) that something changed. It is never believed, only asked about.
    Hint,
    /// A daemon has taken the operation up from the journal and does not know which of its calls were made.
    Resumed,
    /// The same id came again with other content.
    ConflictingRepeat,
}
