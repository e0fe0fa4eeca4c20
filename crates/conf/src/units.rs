//! Durations and sizes, in whole numbers.

use crate::error::Problem;

/// A second in milliseconds.
pub const SECOND_MS: u64 = 1_000;
/// A kibibyte in bytes.
pub const KIB: usize = 1_024;

/// `10 second`, `500 ms`, `5 minutes`: milliseconds. HOCON reads a bare number as milliseconds, which nobody expects
/// where the product's own files write seconds; so it is refused.
pub(crate) fn duration_ms(text: &str) -> Result<u64, Problem> {
    const EXPECTED: &str = "a duration with its unit (ms, second, minute, hour), like \"10 second\"";
    let (number, unit) = split(text).ok_or_else(|| wrong(EXPECTED, text))?;
    let factor = match unit {
        "" => return Err(Problem::UnitMissing(number.to_string())),
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1,
        "s" | "second" | "seconds" => SECOND_MS,
        "m" | "minute" | "minutes" => 60 * SECOND_MS,
        "h" | "hour" | "hours" => 3_600 * SECOND_MS,
        "d" | "day" | "days" => 24 * 3_600 * SECOND_MS,
        _ => return Err(wrong(EXPECTED, text)),
    };
    number.checked_mul(factor).ok_or_else(|| wrong(EXPECTED, text))
}

/// `64 KiB`, `1 MiB`, `65536`: bytes.
pub(crate) fn size_bytes(text: &str) -> Result<u64, Problem> {
    const EXPECTED: &str = "a size in bytes or with a unit (kB, KiB, MB, MiB), like \"64 KiB\"";
    let (number, unit) = split(text).ok_or_else(|| wrong(EXPECTED, text))?;
    let factor = match unit {
        "" | "B" | "b" | "byte" | "bytes" => 1,
        "kB" | "kilobyte" | "kilobytes" => 1_000,
        "K" | "k" | "Ki" | "KiB" | "kibibyte" | "kibibytes" => 1_024,
        "MB" | "megabyte" | "megabytes" => 1_000_000,
        "M" | "m" | "Mi" | "MiB" | "mebibyte" | "mebibytes" => 1_024 * 1_024,
        _ => return Err(wrong(EXPECTED, text)),
    };
    number.checked_mul(factor).ok_or_else(|| wrong(EXPECTED, text))
}

fn split(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim()))
}

fn wrong(expected: &'static str, found: &str) -> Problem {
    Problem::WrongType {
        expected,
        found: format!("`{found}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_name_their_unit() {
        for (text, expected) in [
            ("10 second", 10_000),
            ("500ms", 500),
            ("5 minutes", 300_000),
            (" 1 h ", 3_600_000),
        ] {
            assert_eq!(duration_ms(text), Ok(expected));
        }
        let bare = duration_ms("310").unwrap_err();
        assert_eq!(bare.to_string(), "310 of what? Name the unit: \"310 second\"");
        for bad in [
            "",
            "second",
            "1.5 s",
            "-1 s",
            "10 parsec",
            "99999999999999999999 s",
            "18446744073709551615 d",
        ] {
            assert!(
                matches!(duration_ms(bad), Err(Problem::WrongType { .. })),
                "{bad}"
            );
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        for (text, expected) in [
            ("65536", 65_536),
            ("64 KiB", 65_536),
            ("1 MiB", 1_048_576),
            ("2 kB", 2_000),
        ] {
            assert_eq!(size_bytes(text), Ok(expected));
        }
        for bad in ["", "KiB", "1.5 MiB", "1 KB?", "-1"] {
            assert!(size_bytes(bad).is_err(), "{bad}");
        }
    }
}
