//! Text in the printer's code page.

use crate::QrError;
use encoding_rs::{Encoding, IBM866, WINDOWS_1251};

/// A code page with Cyrillic letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePage {
    /// cp866, "Cyrillic 2" of most printers.
    Cp866,
    /// windows-1251.
    Windows1251,
}

impl CodePage {
    /// Its name in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cp866 => "cp866",
            Self::Windows1251 => "windows-1251",
        }
    }

    /// The number that `ESC t` selects it by on most printers. For windows-1251 makers agree on none, so the settings
    /// must name it.
    pub const fn usual_number(self) -> Option<u8> {
        match self {
            Self::Cp866 => Some(17),
            Self::Windows1251 => None,
        }
    }

    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Cp866 => IBM866,
            Self::Windows1251 => WINDOWS_1251,
        }
    }
}

/// A code page and the number that this printer knows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPage {
    /// The code page.
    pub page: CodePage,
    /// The argument of `ESC t`; the printer's manual has it.
    pub number: u8,
}

impl TextPage {
    /// A page under the number that the settings name, or else under its usual one.
    pub fn new(page: CodePage, number: Option<u8>) -> Result<Self, QrError> {
        match number.or(page.usual_number()) {
            Some(number) => Ok(Self { page, number }),
            None => Err(QrError::NumberMissing { page: page.as_str() }),
        }
    }

    /// The command that selects it.
    pub(super) const fn select(self) -> [u8; 3] {
        [0x1B, b't', self.number]
    }

    /// A line in it. Typographic quotes, dashes and blanks that the page lacks become those of a typewriter; any other
    /// character that it lacks is an error, since a question mark on a receipt helps nobody.
    pub fn encode(self, line: &str) -> Result<Vec<u8>, QrError> {
        let mut bytes = Vec::with_capacity(line.len());
        for character in line.chars() {
            let encoded = self.encode_text(character.encode_utf8(&mut [0; 4]));
            let encoded = encoded.or_else(|| self.encode_text(plain(character)?));
            bytes.extend(encoded.ok_or(QrError::NotInCodePage {
                found: character,
                page: self.page.as_str(),
            })?);
        }
        Ok(bytes)
    }

    fn encode_text(self, text: &str) -> Option<Vec<u8>> {
        let (bytes, _, has_unknown) = self.page.encoding().encode(text);
        (!has_unknown).then(|| bytes.into_owned())
    }
}

/// What a typewriter has for it.
const fn plain(character: char) -> Option<&'static str> {
    match character {
        '«' | '»' | '„' | '“' | '”' => Some("\""),
        '‘' | '’' => Some("'"),
        '–' | '—' | '−' | '\u{2011}' => Some("-"),
        '…' => Some("..."),
        '\u{a0}' | '\u{202f}' | '\u{2009}' => Some(" "),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_the_bytes_of_the_page() {
        let page = |page| TextPage { page, number: 17 };
        assert_eq!(
            page(CodePage::Cp866).encode("Чек № 7").unwrap(),
            *b"\x97\xA5\xAA \xFC 7"
        );
        assert_eq!(
            page(CodePage::Windows1251).encode("Чек № 7").unwrap(),
            *b"\xD7\xE5\xEA \xB9 7"
        );
        assert_eq!(
            page(CodePage::Cp866).encode("«Сыр» — 5…").unwrap(),
            *b"\"\x91\xEB\xE0\" - 5..."
        );
        assert_eq!(
            page(CodePage::Windows1251).encode("«Сыр» — 5").unwrap(),
            *b"\xAB\xD1\xFB\xF0\xBB \x97 5"
        );
        assert_eq!(
            page(CodePage::Cp866).encode("150 ₽"),
            Err(QrError::NotInCodePage {
                found: '₽',
                page: "cp866"
            })
        );
    }
}
