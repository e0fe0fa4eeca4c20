//! Money: whole kopecks inside, rubles with up to two decimals on the wire.

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

/// The longest whole part of an amount that is read: 12 digits of rubles.
const MAX_WHOLE_DIGITS: usize = 12;

/// An amount in kopecks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kopecks(pub i64);

impl Kopecks {
    /// Reads rubles as a JSON number prints them: `10`, `10.5`, `1110.11`. No sign, no exponent, at most two decimals.
    pub fn from_rubles(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || whole.len() > MAX_WHOLE_DIGITS || fraction.len() > 2 {
            return None;
        }
        let kopecks: i64 = format!("{fraction:0<2}").parse().ok()?;
        whole
            .parse::<i64>()
            .ok()?
            .checked_mul(100)?
            .checked_add(kopecks)
            .map(Self)
    }

    /// Prints rubles as the bank does: without trailing zeros (`12500.5`, `1`), the form the signature is made over.
    pub fn to_rubles(self) -> String {
        let (whole, fraction) = (self.0 / 100, self.0 % 100);
        match (fraction, fraction % 10) {
            (0, _) => whole.to_string(),
            (_, 0) => format!("{whole}.{}", fraction / 10),
            _ => format!("{whole}.{fraction:02}"),
        }
    }
}

/// Kopecks that go out as a JSON number of rubles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rubles(pub Kopecks);

impl Serialize for Rubles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_rubles())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubles_are_read_exactly() {
        let read = |text| Kopecks::from_rubles(text).map(|kopecks| kopecks.0);
        assert_eq!(read("1110.11"), Some(111_011));
        assert_eq!(read("0.1"), Some(10));
        assert_eq!(read("314"), Some(31_400));
        assert_eq!(read("0.29"), Some(29));
        for bad in [
            "",
            ".5",
            "1.",
            "-1",
            "1.001",
            "1e2",
            "\"1\"",
            "1 000",
            "9999999999999",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn rubles_are_printed_without_trailing_zeros() {
        assert_eq!(Kopecks(10_101).to_rubles(), "101.01");
        assert_eq!(Kopecks(1_250_050).to_rubles(), "12500.5");
        assert_eq!(Kopecks(100).to_rubles(), "1");
        assert_eq!(Kopecks(5).to_rubles(), "0.05");
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for kopecks in 0..20_000 {
            assert_eq!(
                Kopecks::from_rubles(&Kopecks(kopecks).to_rubles()),
                Some(Kopecks(kopecks))
            );
        }
    }

    #[test]
    fn json_carries_a_number() {
        assert_eq!(
            serde_json::to_string(&Rubles(Kopecks(111_011))).unwrap(),
            "1110.11"
        );
    }
}
