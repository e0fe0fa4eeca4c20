//! One QR matrix, several pens. [`Matrix::encode`] lays the modules out once; each pen draws the same matrix for
//! another surface: [`Matrix::svg`] for pages, [`Matrix::png`] for files, [`Matrix::terminal`] for a command line,
//! [`Matrix::raster`] for a receipt printer. Devices that draw a QR themselves are given its text: printers by
//! [`escpos`], buyer displays by [`mertech`].

pub mod escpos;
pub mod mertech;
mod png;
mod svg;
mod terminal;

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the symbol that every pen draws. ISO/IEC 18004 asks for four.
pub const QUIET_ZONE: usize = 4;

/// The most bytes of UTF-8 that a symbol holds at error level M (version 40, byte mode).
pub const TEXT_BYTES_MAX: usize = 2331;

/// Why there is no QR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// There is nothing to encode.
    #[error("there is no text to put into the QR")]
    Empty,
    /// The text does not fit.
    #[error("a text of {found} bytes does not fit into a QR, which holds {TEXT_BYTES_MAX} at error level M")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// The asked size of a module cannot be drawn.
    #[error("a module of {found} pixels cannot be drawn: 1 to {max} can")]
    Scale {
        /// What was asked.
        found: u32,
        /// The most pixels.
        max: u32,
    },
    /// The paper is too narrow for the symbol, one dot for each module.
    #[error("a QR of {modules} modules with its quiet zone does not fit on paper of {dots} dots")]
    TooWide {
        /// Modules along the edge, quiet zone included.
        modules: usize,
        /// What the paper has.
        dots: usize,
    },
    /// The printer's code page has no such character.
    #[error("the code page {page} has no `{found}`: take the character out of the line")]
    NotInCodePage {
        /// The character.
        found: char,
        /// The code page.
        page: &'static str,
    },
    /// Printers know this code page by different numbers.
    #[error(
        "printers know the code page {page} by different numbers: name this one's, as its manual has it (`ESC t`)"
    )]
    NumberMissing {
        /// The code page.
        page: &'static str,
    },
    /// A buyer display takes visible ASCII only.
    #[error("a buyer display shows links of visible ASCII characters, and this text has others")]
    NotAscii,
    /// A buyer display takes no text as long as this.
    #[error("a text of {found} bytes is too long for a buyer display, which takes {max}")]
    TooLongForDisplay {
        /// Its length in bytes.
        found: usize,
        /// The most bytes.
        max: usize,
    },
    /// The PNG could not be written.
    #[error("the PNG could not be written: {0}")]
    Png(String),
}

/// The modules of a QR symbol, without the quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    side: usize,
    dark: Vec<bool>,
}

impl Matrix {
    /// Lays out a text at error level M, so that 15 % of the symbol may be unreadable; at a better level where
    /// that does not make the symbol larger.
    pub fn encode(text: &str) -> Result<Self, QrError> {
        Self::encode_at(text, QrCodeEcc::Medium)
    }

    /// The same at error level L (7 %): a smaller symbol, for screens without room, where nothing wears it off.
    pub fn encode_compact(text: &str) -> Result<Self, QrError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(QrError::TooLong { found: text.len() });
        }
        Self::encode_at(text, QrCodeEcc::Low)
    }

    fn encode_at(text: &str, level: QrCodeEcc) -> Result<Self, QrError> {
        if text.is_empty() {
            return Err(QrError::Empty);
        }
        let too_long = || QrError::TooLong { found: text.len() };
        let code = QrCode::encode_text(text, level).map_err(|_| too_long())?;
        let side = code.size();
        let dark = (0..side)
            .flat_map(|y| (0..side).map(move |x| (x, y)))
            .map(|(x, y)| code.get_module(x, y))
            .collect();
        Ok(Self {
            side: usize::try_from(side).map_err(|_| too_long())?,
            dark,
        })
    }

    /// Modules along one edge, without the quiet zone: 21 to 177.
    pub const fn side(&self) -> usize {
        self.side
    }

    /// Modules along one edge with the quiet zone on both ends.
    pub const fn side_with_quiet_zone(&self) -> usize {
        self.side + 2 * QUIET_ZONE
    }

    /// Whether a module is dark; `x` goes right and `y` down from the symbol's corner. What lies outside is light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.side && y < self.side && self.dark.get(y * self.side + x).copied().unwrap_or(false)
    }

    /// The same, counted from the corner of the quiet zone.
    pub(crate) fn is_dark_from_quiet_zone(&self, x: usize, y: usize) -> bool {
        match (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE)) {
            (Some(x), Some(y)) => self.is_dark(x, y),
            _ => false,
        }
    }
}
