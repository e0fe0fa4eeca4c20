//! Whole-number statistics.

use serde::Serialize;
use std::time::Duration;

/// A distribution of times, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_field_names, reason = "the unit stands last in every name")]
pub struct Spread {
    /// Half of them are at most this.
    pub p50_us: u64,
    /// 95 of 100 are at most this.
    pub p95_us: u64,
    /// 99 of 100 are at most this.
    pub p99_us: u64,
}

impl Spread {
    /// Of these times, in any order. All zero when there are none.
    pub fn of(mut times_us: Vec<u64>) -> Self {
        times_us.sort_unstable();
        let at = |percent: usize| {
            let rank = (times_us.len() * percent).div_ceil(100).max(1);
            times_us.get(rank - 1).copied().unwrap_or_default()
        };
        Self {
            p50_us: at(50),
            p95_us: at(95),
            p99_us: at(99),
        }
    }
}

/// A duration in whole microseconds.
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// How many a second, when so many took this long.
pub fn per_second(count: u64, took: Duration) -> u64 {
    count.saturating_mul(1_000_000) / micros(took).max(1)
}

/// Microseconds as milliseconds with two digits after the point.
pub fn ms(us: u64) -> String {
    format!("{}.{:02}", us / 1_000, us % 1_000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let spread = Spread::of((1..=200).rev().collect());
        assert_eq!((spread.p50_us, spread.p95_us, spread.p99_us), (100, 190, 198));
        assert_eq!(Spread::of(vec![7]).p99_us, 7);
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }

    #[test]
    fn rates_and_times_are_whole_numbers() {
        assert_eq!(per_second(500, Duration::from_millis(250)), 2_000);
        assert_eq!(per_second(1, Duration::ZERO), 1_000_000);
        assert_eq!(ms(1_239), "1.23");
        assert_eq!(ms(12), "0.01");
    }
}
