//! Settings of a module as data: which keys there are, what they mean, how a value is checked. The same list
//! checks what is written, fills in defaults, and prints the documentation.

mod common;
mod describe;
mod merge;
mod p12;
mod read;
mod value;

pub use common::{COMMON, Limits, limits, policy, transport};
pub use describe::{Language, describe};
pub use merge::{check, merge, redact};
pub use read::{code_list, header_text, integer, required_secret, required_text, secret, text};

/// Where a key may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Only in `<module>_merchants`.
    Merchant,
    /// Only in `<module>_terminals`.
    Terminal,
    /// In both; the terminal's value wins.
    Both,
}

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    /// Text of at most so many characters, at least one.
    Text {
        /// The most characters.
        max: usize,
    },
    /// Exactly so many decimal digits, written as text: a bank account.
    Digits {
        /// How many.
        count: usize,
    },
    /// From one to so many decimal digits, written as text: a terminal number.
    Number {
        /// The most digits.
        max: usize,
    },
    /// An `http://` or `https://` address without a slash at the end.
    Url,
    /// A whole number.
    Integer {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A path of a readable file, or PEM text itself. `cert` may also name a PKCS#12 file (`.p12`, `.pfx`).
    Pem,
    /// Text that is never shown again: written by the operator or read from `<key>_file`.
    Secret,
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name, as in the product's manual where the manual has it.
    pub name: &'static str,
    /// What a value may be.
    pub kind: KeyType,
    /// Where it may stand.
    pub scope: Scope,
    /// Whether the module cannot work without it.
    pub required: bool,
    /// The value when none is written, as JSON text.
    pub default: Option<&'static str>,
    /// The unit, in English; empty when there is none.
    pub unit: &'static str,
    /// What it means, in Russian.
    pub doc_ru: &'static str,
    /// What it means, in English.
    pub doc_en: &'static str,
}

impl Key {
    /// A key that may be left out and has no default.
    pub const fn optional(
        name: &'static str,
        kind: KeyType,
        scope: Scope,
        doc_ru: &'static str,
        doc_en: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            scope,
            required: false,
            default: None,
            unit: "",
            doc_ru,
            doc_en,
        }
    }
}

/// Why settings cannot be used. Says which key and what to do; never shows a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not a JSON object.
    #[error("settings must be a JSON object: {0}")]
    NotObject(String),
    /// A key that the module does not have.
    #[error("unknown key `{key}`{}", suggestion.map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    UnknownKey {
        /// The key.
        key: String,
        /// The nearest known one.
        suggestion: Option<&'static str>,
    },
    /// A key in a table where it cannot stand.
    #[error("key `{key}` belongs in the {belongs} table")]
    WrongTable {
        /// The key.
        key: String,
        /// `merchants` or `terminals`.
        belongs: &'static str,
    },
    /// A value of the wrong type or out of range.
    #[error("key `{key}`: {problem}")]
    BadValue {
        /// The key.
        key: String,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// A key that the module cannot work without.
    #[error("key `{key}` is missing: {doc}")]
    Missing {
        /// The key.
        key: &'static str,
        /// What it means.
        doc: &'static str,
    },
}

impl ConfigError {
    /// A value that cannot be used.
    pub fn bad(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::BadValue {
            key: key.into(),
            problem: problem.into(),
        }
    }
}

/// Which table settings are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// `<module>_merchants`
    Merchants,
    /// `<module>_terminals`
    Terminals,
}

impl Scope {
    /// Whether a key of this scope may stand in that table.
    pub const fn allows(self, table: Table) -> bool {
        match self {
            Self::Both => true,
            Self::Merchant => matches!(table, Table::Merchants),
            Self::Terminal => matches!(table, Table::Terminals),
        }
    }
}

#[cfg(test)]
mod tests;
