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

    /// A line in it. A character that it lacks is an error: a question mark on a receipt helps nobody.
    pub fn encode(self, line: &str) -> Result<Vec<u8>, QrError> {
        let (bytes, _, has_unknown) = self.page.encoding().encode(line);
        if !has_unknown {
            return Ok(bytes.into_owned());
        }
        let lacks = |c: &char| self.page.encoding().encode(c.encode_utf8(&mut [0; 4])).2;
        Err(QrError::NotInCodePage {
            found: line.chars().find(lacks).unwrap_or_default(),
            page: self.page.as_str(),
        })
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
            page(CodePage::Cp866).encode("150 ₽"),
            Err(QrError::NotInCodePage {
                found: '₽',
                page: "cp866"
            })
        );
    }
}
