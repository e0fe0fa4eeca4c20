//! Numbered fields of the SA protocol, and which of them may be shown.

use std::collections::BTreeMap;
use std::fmt;

/// Sum, in kopecks, digits only.
pub const AMOUNT: u16 = 0;
/// Code of the currency: 643.
pub const CURRENCY: u16 = 4;
/// Code of authorisation, at most 8 characters.
pub const AUTH_CODE: u16 = 13;
/// The acquirer's number of the operation (RRN), at most 12 characters.
pub const RRN: u16 = 14;
/// The host's own code, such as `ER3`.
pub const HOST_CODE: u16 = 15;
/// A text for people, `^`, the name of a picture.
pub const TEXT: u16 = 19;
/// The terminal's date and time.
pub const TERMINAL_TIME: u16 = 21;
/// What is to be done.
pub const OPERATION: u16 = 25;
/// The terminal's own number of the operation.
pub const TERMINAL_TRX: u16 = 26;
/// The terminal's id.
pub const TERMINAL: u16 = 27;
/// How the operation ended.
pub const STATUS: u16 = 39;
/// Detail of a user command.
pub const COMMAND_MODE: u16 = 64;
/// Which user command.
pub const COMMAND: u16 = 65;
/// How a user command ended: 0 well, 1 badly.
pub const COMMAND_RESULT: u16 = 67;
/// Receipts.
pub const RECEIPT: u16 = 90;

/// The highest number of a field that is sent or read. The published tables end at 108.
pub const FIELD_MAX: u16 = 999;

/// The fields whose values may stand in a log. Every other one may be a card's number, a key, or a field of a newer
/// profile that holds such: it is shown by its length.
const SHOWN: [u16; 14] = [
    AMOUNT,
    CURRENCY,
    AUTH_CODE,
    RRN,
    HOST_CODE,
    TEXT,
    TERMINAL_TIME,
    OPERATION,
    TERMINAL_TRX,
    TERMINAL,
    STATUS,
    COMMAND_MODE,
    COMMAND,
    COMMAND_RESULT,
];
/// The longest value that a log shows, in characters.
const SHOWN_CHARS_MAX: usize = 60;

/// Fields by their number. `Debug` shows no card data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<u16, String>);

impl Fields {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more field.
    pub fn with(mut self, number: u16, value: impl Into<String>) -> Self {
        self.set(number, value);
        self
    }

    /// Sets a field.
    pub fn set(&mut self, number: u16, value: impl Into<String>) {
        self.0.insert(number, value.into());
    }

    /// A field's value without blanks around it. None if the field is not there or is blank.
    pub fn get(&self, number: u16) -> Option<&str> {
        let value = self.0.get(&number).map(|value| value.trim());
        value.filter(|value| !value.is_empty())
    }

    /// A field's value as it came.
    pub(crate) fn raw(&self, number: u16) -> Option<&str> {
        self.0.get(&number).map(String::as_str)
    }

    /// All of them, by rising number.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &str)> {
        self.0.iter().map(|(number, value)| (*number, value.as_str()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (number, value) in &self.0 {
            let length = value.chars().count();
            if SHOWN.contains(number) && length <= SHOWN_CHARS_MAX {
                map.entry(number, value);
            } else {
                map.entry(number, &format_args!("({length} characters)"));
            }
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_data_is_not_shown() {
        let secret = "4111111111111111=2512";
        for number in [10, 11, 12, 16, 17, 18, 40, 41, 42, 43, 70, 86, 90, 109, 999] {
            let shown = format!("{:?}", Fields::new().with(number, secret));
            assert_eq!(shown, format!("{{{number}: (21 characters)}}"));
        }
        assert_eq!(format!("{:?}", Fields::new().with(STATUS, "1")), "{39: \"1\"}");
    }
}
