//! A clock that follows tokio's: with paused time it stands still until everybody sleeps, then jumps.

use domain::{Clock, Timestamp};
use tokio::time::Instant;

/// 2026-11-22T10:00:00Z, when every test begins.
pub const BEGINNING: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

/// Virtual time.
#[derive(Debug, Clone, Copy)]
pub struct VirtualClock {
    began: Instant,
}

impl VirtualClock {
    /// Begins now, at [`BEGINNING`]. Must be called inside a tokio runtime.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
        }
    }
}

impl Default for VirtualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let micros = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(BEGINNING.as_micros().saturating_add(micros))
    }
}
