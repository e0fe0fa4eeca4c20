//! How long a code may be shown.

use domain::Timestamp;
use protocol::QrReport;
use std::time::Duration;

/// A reply that seems to have been longer on its way tells of a wrong clock rather than of a slow network.
const DELAY_MAX: Duration = Duration::from_mins(2);

/// The time until `expires_at` by the register's clock. A clock that goes wrong is not believed: then the code lives
/// as long as the daemon said when it sent the reply (`expires_in_ms`).
pub(super) fn life(qr: &QrReport, now: Timestamp) -> Duration {
    let told = Duration::from_millis(qr.expires_in_ms);
    let Ok(dies_at) = qr.expires_at.parse::<jiff::Timestamp>() else {
        return told;
    };
    let left = dies_at.as_microsecond().saturating_sub(now.as_micros());
    let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
    match told.checked_sub(left) {
        Some(delay) if delay <= DELAY_MAX => left,
        _ => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_reply_shortens_the_life_and_a_wrong_clock_does_not() {
        let qr = QrReport {
            payload: "x".to_owned(),
            expires_at: "2026-11-22T10:05:00.000Z".to_owned(),
            expires_in_ms: 300_000,
        };
        let sent = Timestamp::from_micros(1_795_341_600_000_000);
        let before = |s: i64| Timestamp::from_micros(sent.as_micros() - s * 1_000_000);
        assert_eq!(life(&qr, sent), Duration::from_mins(5));
        assert_eq!(life(&qr, sent.plus_ms(7_000)), Duration::from_secs(293));
        assert_eq!(life(&qr, before(3600)), Duration::from_mins(5), "a slow clock");
        assert_eq!(
            life(&qr, sent.plus_ms(3_600_000)),
            Duration::from_mins(5),
            "a fast clock"
        );
        let broken = QrReport {
            expires_at: "tomorrow".to_owned(),
            ..qr
        };
        assert_eq!(life(&broken, sent), Duration::from_mins(5));
    }

    #[test]
    fn a_code_that_is_almost_dead_dies_in_time() {
        let qr = QrReport {
            payload: "x".to_owned(),
            expires_at: "2026-11-22T10:00:05.000Z".to_owned(),
            expires_in_ms: 5_000,
        };
        let late = Timestamp::from_micros(1_795_341_609_000_000);
        assert_eq!(life(&qr, late), Duration::ZERO);
    }
}
