//! How long a register waits, and for what.

use std::time::Duration;

/// Limits of waiting. The defaults fit a till whose payment takes up to 310 seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// For the final answer, everything included. The daemon hears of it (`timeout_ms`) and answers at least ten
    /// seconds earlier. It takes 30 seconds to one hour.
    pub total: Duration,
    /// For the first answer to one message. More than the eight seconds that a connection may take.
    pub answer: Duration,
    /// For a sign of life while a payment is under way; after it the daemon is asked how the payment stands.
    pub silence: Duration,
    /// Between attempts to reach the daemon.
    pub pause: Duration,
    /// Attempts to connect before "nothing was sent" is said.
    pub attempts: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(310),
            answer: Duration::from_secs(20),
            silence: Duration::from_secs(45),
            pause: Duration::from_secs(1),
            attempts: 3,
        }
    }
}

impl Patience {
    /// The total, as the messages carry it.
    pub(crate) fn total_ms(&self) -> u64 {
        u64::try_from(self.total.as_millis()).unwrap_or(u64::MAX)
    }
}
