//! Words of the pages and of the typed register, as constants.

pub mod cli;
pub mod device;
pub mod kiosk;
pub mod module;
pub mod pinpad;
pub mod tape;
pub mod till;
pub mod ukm;

use crate::Text;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A sentence in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Russian.
    pub ru: &'static str,
    /// English.
    pub en: &'static str,
}

/// A language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

impl Lang {
    /// The two letters of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The language of a system's locale: `ru_RU.UTF-8` is Russian, everything else English.
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("ru") {
            Self::Ru
        } else {
            Self::En
        }
    }

    /// A sentence of ours.
    pub const fn say(self, word: Word) -> &'static str {
        match self {
            Self::Ru => word.ru,
            Self::En => word.en,
        }
    }

    /// A sentence of the daemon's.
    pub fn pick(self, text: &Text) -> &str {
        match self {
            Self::Ru => &text.ru,
            Self::En => &text.en,
        }
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ru" => Ok(Self::Ru),
            "en" => Ok(Self::En),
            other => Err(format!("`{other}` is not a language here: ru or en")),
        }
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $ru:literal, $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Word = Word { ru: $ru, en: $en };)*
    };
}
pub(crate) use words;
