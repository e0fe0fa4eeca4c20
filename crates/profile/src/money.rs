//! Money in a provider's own unit.

use domain::Kopecks;

/// What a provider counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Unit {
    /// Whole kopecks: `111011`.
    #[default]
    Kopecks,
    /// Rubles with two digits after the point: `1110.11`.
    Rubles,
}

impl Unit {
    /// The sum as it is written.
    pub(crate) fn write(self, sum: Kopecks) -> String {
        match self {
            Self::Kopecks => sum.get().to_string(),
            Self::Rubles => sum.to_rubles(),
        }
    }

    /// The sum that is written so. None when it is not one.
    pub(crate) fn read(self, text: &str) -> Option<Kopecks> {
        match self {
            Self::Kopecks => {
                let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                let number = text.parse().ok().filter(|_| digits)?;
                Kopecks::new(number).ok()
            }
            Self::Rubles => Kopecks::from_rubles(text).ok(),
        }
    }
}
