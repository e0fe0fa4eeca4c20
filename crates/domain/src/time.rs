//! Moments as whole microseconds since 1970 (UTC): what the journal stores and the engine compares.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A moment in microseconds since 1970-01-01T00:00:00Z. It is an argument everywhere; only a
/// [`Clock`](crate::Clock) makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The latest moment that can be named; stands for "never".
    pub const MAX: Self = Self(i64::MAX);

    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0 / 1_000
    }

    /// This moment and so many milliseconds more. Saturates at [`Timestamp::MAX`].
    pub const fn plus_ms(self, ms: u64) -> Self {
        let micros = ms.saturating_mul(1_000);
        let micros = if micros > i64::MAX as u64 {
            i64::MAX
        } else {
            micros.cast_signed()
        };
        Self(self.0.saturating_add(micros))
    }

    /// The store's own time as a receipt prints it, `22.11.2026 13:00:05`; the offset is minutes east of UTC.
    pub fn as_printed(self, utc_offset_min: u32) -> String {
        let local = self.plus_ms(u64::from(utc_offset_min) * 60_000);
        jiff::Timestamp::from_microsecond(local.0)
            .map(|moment| moment.strftime("%d.%m.%Y %H:%M:%S").to_string())
            .unwrap_or_default()
    }

    /// Milliseconds from `earlier` to this moment; zero when `earlier` is later.
    pub const fn ms_since(self, earlier: Self) -> u64 {
        let micros = self.0.saturating_sub(earlier.0);
        if micros < 0 {
            0
        } else {
            micros.cast_unsigned() / 1_000
        }
    }
}

/// RFC 3339 with milliseconds in UTC: `2026-11-22T10:00:00.000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => write!(f, "{moment:.3}"),
            Err(_) => f.write_str("never"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_rfc_3339() {
        assert_eq!(
            Timestamp::from_micros(1_795_341_600_000_000).to_string(),
            "2026-11-22T10:00:00.000Z"
        );
        assert_eq!(Timestamp::MAX.to_string(), "never");
    }

    #[test]
    fn a_receipt_prints_the_time_of_the_store() {
        let moment = Timestamp::from_micros(1_795_341_605_000_000);
        assert_eq!(moment.as_printed(180), "22.11.2026 13:00:05");
        assert_eq!(moment.as_printed(840), "23.11.2026 00:00:05");
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp::MAX.plus_ms(u64::MAX), Timestamp::MAX);
        assert_eq!(
            Timestamp::from_micros(5_000).ms_since(Timestamp::from_micros(9_000)),
            0
        );
        assert_eq!(
            Timestamp::from_micros(0)
                .plus_ms(1_500)
                .ms_since(Timestamp::from_micros(0)),
            1_500
        );
    }
}
