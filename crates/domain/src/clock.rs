//! The one door through which time comes in.

use crate::Timestamp;

/// Tells the time. The daemon passes the system's clock, the tests one that they turn by hand.
pub trait Clock: Send + Sync {
    /// The moment now.
    fn now(&self) -> Timestamp;
}
