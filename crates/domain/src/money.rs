//! Money is whole kopecks. No float comes near it: text is read digit by digit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in kopecks (1 ruble = 100 kopecks). Never negative in a request; the type itself allows
/// only what [`Kopecks::new`] lets in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Kopecks(#[schemars(range(min = 0, max = 100_000_000_000_i64))] i64);

/// Why a text or number is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Below zero.
    #[error("an amount of money cannot be negative")]
    Negative,
    /// Above [`Kopecks::MAX`].
    #[error("an amount of money cannot exceed {} kopecks", Kopecks::MAX.get())]
    TooLarge,
    /// Not a decimal number with at most two digits after the point.
    #[error("`{0}` is not an amount in rubles with at most two digits after the point")]
    NotRubles(String),
}

impl Kopecks {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that is accepted anywhere: one billion rubles. A larger one is a mistake.
    pub const MAX: Self = Self(100_000_000_000);

    /// Takes whole kopecks, from zero to [`Kopecks::MAX`].
    pub const fn new(kopecks: i64) -> Result<Self, MoneyError> {
        if kopecks < 0 {
            return Err(MoneyError::Negative);
        }
        if kopecks > Self::MAX.0 {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self(kopecks))
    }

    /// The number of kopecks.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether there is nothing to pay.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, if it stays within [`Kopecks::MAX`].
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_add(other.0)?).ok()
    }

    /// The difference, if it is not negative.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_sub(other.0)?).ok()
    }

    /// Reads rubles with at most two digits after the point (`1110.11`, `12500.5`, `1`), exactly as several
    /// banks print them in JSON. An exponent, a sign, blanks or a third digit that is not zero are refused.
    pub fn from_rubles(text: &str) -> Result<Self, MoneyError> {
        let refuse = || MoneyError::NotRubles(text.chars().take(40).collect());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || !digits(whole)
            || !digits(fraction)
            || (text.contains('.') && fraction.is_empty())
        {
            return Err(refuse());
        }
        let (cents, rest) = fraction.split_at(fraction.len().min(2));
        if rest.bytes().any(|b| b != b'0') {
            return Err(refuse());
        }
        let whole: i64 = whole.parse().map_err(|_| MoneyError::TooLarge)?;
        let cents: i64 = format!("{cents:0<2}").parse().map_err(|_| refuse())?;
        let total = whole
            .checked_mul(100)
            .and_then(|w| w.checked_add(cents))
            .ok_or(MoneyError::TooLarge)?;
        Self::new(total)
    }

    /// Prints rubles with two digits after the point: `1110.11`. This is what goes on the wire to a bank that
    /// counts in rubles.
    pub fn to_rubles(self) -> String {
        format!("{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl fmt::Display for Kopecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rubles())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_banks_print() {
        for (text, kopecks) in [
            ("1110.11", 111_011),
            ("12500.5", 1_250_050),
            ("1", 100),
            ("0.01", 1),
            ("7.100", 710),
        ] {
            assert_eq!(Kopecks::from_rubles(text).unwrap().get(), kopecks, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_money() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1.234",
            " 1",
            "1,50",
            "NaN",
            "99999999999999999999",
        ] {
            assert!(Kopecks::from_rubles(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn rubles_round_trip(kopecks in 0..=Kopecks::MAX.get()) {
            let money = Kopecks::new(kopecks).unwrap();
            prop_assert_eq!(Kopecks::from_rubles(&money.to_rubles()).unwrap(), money);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,30}") {
            let _ = Kopecks::from_rubles(&text);
        }
    }
}
