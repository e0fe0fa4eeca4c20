//! Moments as providers write them.

use domain::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// How a moment is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    /// `iso`: `2026-11-22T13:00:00+03:00`, in the store's own time.
    Iso,
    /// `utc`: `2026-11-22T10:00:00Z`
    Utc,
    /// `unix_s`: seconds since 1970.
    UnixS,
    /// `unix_ms`: milliseconds since 1970.
    UnixMs,
    /// `yyyyMMddHHmmss`, `dd.MM.yyyy` and the like, in the store's own time.
    Pattern(String),
}

/// What a profile may write for a moment, for messages.
pub(crate) const FORMATS: &str =
    "iso, utc, unix_s, unix_ms, or a pattern of yyyy MM dd HH mm ss like yyyyMMddHHmmss";

impl TimeFormat {
    /// Reads the name of a format or a pattern of `yyyy MM dd HH mm ss` and marks between them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "iso" => Self::Iso,
            "utc" => Self::Utc,
            "unix_s" => Self::UnixS,
            "unix_ms" => Self::UnixMs,
            pattern => Self::Pattern(strftime(pattern)?),
        })
    }

    /// Whether it is written as digits only.
    pub(crate) const fn is_number(&self) -> bool {
        matches!(self, Self::UnixS | Self::UnixMs)
    }

    /// The moment as text; the offset is minutes east of UTC. None for a moment out of range.
    pub(crate) fn write(&self, moment: Timestamp, utc_offset_min: u32) -> Option<String> {
        let jiff = jiff::Timestamp::from_microsecond(moment.as_micros()).ok()?;
        let local = || Some(jiff.to_zoned(zone(utc_offset_min)?));
        Some(match self {
            Self::Iso => local()?.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            Self::Utc => jiff.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Self::UnixS => jiff.as_second().to_string(),
            Self::UnixMs => moment.as_millis().to_string(),
            Self::Pattern(pattern) => local()?.strftime(pattern).to_string(),
        })
    }

    /// The moment behind a text. None when it is not of this format.
    pub(crate) fn read(&self, text: &str, utc_offset_min: u32) -> Option<Timestamp> {
        let jiff = match self {
            Self::Iso | Self::Utc => text.parse().ok()?,
            Self::UnixS => jiff::Timestamp::from_second(text.parse().ok()?).ok()?,
            Self::UnixMs => jiff::Timestamp::from_millisecond(text.parse().ok()?).ok()?,
            Self::Pattern(pattern) => {
                let civil = DateTime::strptime(pattern, text).ok()?;
                zone(utc_offset_min)?.to_timestamp(civil).ok()?
            }
        };
        Some(Timestamp::from_micros(jiff.as_microsecond()))
    }
}

fn zone(utc_offset_min: u32) -> Option<TimeZone> {
    let seconds = i32::try_from(utc_offset_min).ok()?.checked_mul(60)?;
    Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}

fn strftime(pattern: &str) -> Option<String> {
    const LETTERS: [(&str, &str); 6] = [
        ("yyyy", "%Y"),
        ("MM", "%m"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("mm", "%M"),
        ("ss", "%S"),
    ];
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if let Some((letters, code)) = LETTERS.iter().find(|(letters, _)| rest.starts_with(letters)) {
            out.push_str(code);
            rest = rest.get(letters.len()..)?;
        } else if c == 'T' || matches!(c, '-' | '.' | '/' | ':' | ' ') {
            out.push(c);
            rest = rest.get(c.len_utf8()..)?;
        } else {
            return None;
        }
    }
    out.contains('%').then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 22 November 2026, 10:00:05 UTC.
    const MOMENT: Timestamp = Timestamp::from_micros(1_795_341_605_000_000);

    #[test]
    fn a_moment_is_written_and_read_in_each_format() {
        for (format, text) in [
            ("iso", "2026-11-22T13:00:05+03:00"),
            ("utc", "2026-11-22T10:00:05Z"),
            ("unix_s", "1795341605"),
            ("unix_ms", "1795341605000"),
            ("yyyyMMddHHmmss", "20261122130005"),
            ("dd.MM.yyyy HH:mm:ss", "22.11.2026 13:00:05"),
        ] {
            let format = TimeFormat::parse(format).unwrap();
            assert_eq!(format.write(MOMENT, 180).as_deref(), Some(text));
            assert_eq!(format.read(text, 180), Some(MOMENT), "{text}");
        }
        let day = TimeFormat::parse("dd.MM.yyyy").unwrap();
        assert_eq!(day.write(MOMENT, 900).as_deref(), Some("23.11.2026"));
    }

    #[test]
    fn what_is_no_format_or_no_moment_is_refused() {
        for text in ["", "isO", "ddd", "%Y", "yyyy%", "-", "life"] {
            assert_eq!(TimeFormat::parse(text), None, "{text}");
        }
        for text in ["", "yesterday", "99999999999999999999"] {
            assert_eq!(TimeFormat::Iso.read(text, 0), None);
            assert_eq!(TimeFormat::UnixMs.read(text, 0), None);
        }
        assert_eq!(TimeFormat::Iso.write(Timestamp::MAX, 0), None);
    }
}
