//! Time as the bank sees it: microseconds since 1970 inside, Moscow time with an offset on the wire.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// Tells the time in microseconds since 1970-01-01 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// One second, in microseconds.
pub const SECOND_US: i64 = 1_000_000;
/// One minute, in microseconds.
pub const MINUTE_US: i64 = 60 * SECOND_US;
/// One day, in microseconds.
pub const DAY_US: i64 = 24 * 60 * MINUTE_US;

/// The machine's clock.
pub fn system() -> Clock {
    Arc::new(system_now_us)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the simulator reads the machine's clock"
)]
fn system_now_us() -> i64 {
    Timestamp::now().as_microsecond()
}

/// `2020-01-31T09:14:38.107227+03:00`, the form of `createDate` and `transactionDate`.
pub(crate) fn with_micros(at_us: i64) -> String {
    moscow(at_us, "%Y-%m-%dT%H:%M:%S%.6f%:z")
}

/// `2023-07-22T09:14:38+03:00`, the form of `qrExpirationDate`.
pub(crate) fn with_seconds(at_us: i64) -> String {
    moscow(at_us, "%Y-%m-%dT%H:%M:%S%:z")
}

/// `22.07.2023 09:14:38`, for people.
pub(crate) fn for_people(at_us: i64) -> String {
    moscow(at_us, "%d.%m.%Y %H:%M:%S")
}

/// `2020-12-03T17:56:36.546+0000`, the form of a Spring error body.
pub(crate) fn spring(at_us: i64) -> String {
    let at = Timestamp::from_microsecond(at_us).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

fn moscow(at_us: i64, format: &str) -> String {
    let at = Timestamp::from_microsecond(at_us).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::fixed(Offset::constant(3)))
        .strftime(format)
        .to_string()
}

/// Reads ISO 8601 with an offset; a time without an offset is not a point in time.
pub(crate) fn parse(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_printed_and_read_in_the_banks_forms() {
        let at_us = parse("2020-01-31T09:14:38.107227+03:00").unwrap();
        assert_eq!(with_micros(at_us), "2020-01-31T09:14:38.107227+03:00");
        assert_eq!(with_seconds(at_us), "2020-01-31T09:14:38+03:00");
        assert_eq!(spring(at_us), "2020-01-31T06:14:38.107+0000");
        assert_eq!(for_people(at_us), "31.01.2020 09:14:38");
        assert_eq!(parse("2020-01-31T09:14:38"), None);
        assert_eq!(parse("+5m"), None);
    }
}
