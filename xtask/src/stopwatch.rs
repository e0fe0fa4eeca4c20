//! How long a step took, for people to read.

use std::time::{Duration, Instant};

/// Started when it is made.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    #[expect(
        clippy::disallowed_methods,
        reason = "a tool that tells how long a step took; nothing is decided by it"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start, like `12.3 s`.
    pub fn read(&self) -> String {
        format_seconds(self.0.elapsed())
    }
}

fn format_seconds(duration: Duration) -> String {
    format!("{}.{} s", duration.as_secs(), duration.subsec_millis() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_one_digit_after_the_point() {
        assert_eq!(format_seconds(Duration::from_millis(12_399)), "12.3 s");
        assert_eq!(format_seconds(Duration::from_millis(80)), "0.0 s");
    }
}
