//! Values that a bank sends as a number in one answer and as a text in the next.

use crate::rubles;
use domain::Kopecks;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A JSON number or text, as it is printed: `7` for both `7` and `"7"`. Works with `serde_json` from text only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed(pub String);

impl Printed {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A sum in whole kopecks; none for anything but decimal digits in the range of a sum.
    pub fn kopecks(&self) -> Option<Kopecks> {
        let digits = !self.0.is_empty() && self.0.bytes().all(|b| b.is_ascii_digit());
        let number = self.0.parse().ok().filter(|_| digits)?;
        Kopecks::new(number).ok()
    }
}

impl<'de> Deserialize<'de> for Printed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if let Some(text) = rubles::printed(&raw) {
            return Ok(Self(text.to_owned()));
        }
        // A text with escapes in it.
        serde_json::from_str(raw.get())
            .map(Self)
            .map_err(|_| D::Error::custom("neither a number nor a text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_text_are_the_same() {
        for json in ["70001", "\"70001\"", "\"7000\\u0031\""] {
            assert_eq!(serde_json::from_str::<Printed>(json).unwrap().as_str(), "70001");
        }
        for json in ["null", "true", "{}", "[7]", ""] {
            assert!(serde_json::from_str::<Printed>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::from_str::<Option<Printed>>("null").unwrap(), None);
    }

    #[test]
    fn a_sum_is_digits_only() {
        let kopecks = |text: &str| Printed(text.to_owned()).kopecks();
        assert_eq!(kopecks("15000"), Kopecks::new(15_000).ok());
        for text in ["", "-1", "+1", "1.0", "1e2", " 1", "99999999999999999999"] {
            assert_eq!(kopecks(text), None, "{text}");
        }
    }
}
