//! The vocabulary that every room speaks: money, ids, time, operations, calls, answers, faults.
//!
//! Invariant: no I/O, no clock, no async in this crate. A value here can be built in a test with one line.

pub mod ability;
pub mod call;
pub mod clock;
pub mod code;
pub mod fact;
pub mod fault;
pub mod ids;
pub mod money;
pub mod operation;
pub mod policy;
pub mod receipt;
pub mod request;
pub mod time;
pub mod waiter;

pub use ability::{Abilities, LostRegistration, Taking};
pub use call::{Answer, Call, CallKind, LinkState, PaymentState, RefundState, Reserved, ReservedPosition};
pub use clock::Clock;
pub use code::Code;
pub use fact::Fact;
pub use fault::{Certainty, Fault};
pub use ids::{CallerId, ModuleName, OperationId, OrderId, StoreId, TerminalId};
pub use money::Kopecks;
pub use operation::{Operation, OperationKind, State};
pub use policy::Policy;
pub use time::Timestamp;
pub use waiter::Waiter;
