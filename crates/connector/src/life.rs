//! Lives in whole minutes, for banks that count so.

use domain::Timestamp;
use std::ops::RangeInclusive;

/// How many whole minutes a QR must live to last until `end`: never less, or it dies while the buyer sees it.
pub fn minutes(now: Timestamp, end: Timestamp, allowed: &RangeInclusive<u64>) -> u64 {
    let minutes = end.ms_since(now).div_ceil(60_000);
    minutes.clamp(*allowed.start(), *allowed.end())
}

/// The latest moment at which a QR of that life can die: the bank had made it when its answer was heard.
pub fn dies_at(now: Timestamp, minutes: u64) -> Timestamp {
    now.plus_ms(minutes.saturating_mul(60_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_lasts_until_its_end_within_what_is_allowed() {
        let now = Timestamp::from_micros(1_795_341_600_000_000);
        for (ms, expected) in [(290_999, 5), (300_000, 5), (300_001, 6), (0, 1), (86_400_000, 20)] {
            assert_eq!(minutes(now, now.plus_ms(ms), &(1..=20)), expected, "{ms}");
        }
        assert_eq!(dies_at(now, 5), now.plus_ms(300_000));
    }
}
