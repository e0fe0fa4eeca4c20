//! Jobs for receipt printers that speak ESC/POS: lines of text in a code page and one QR, drawn by the printer itself
//! (`GS ( k`) or by us (`GS v 0`). Commands as in python-escpos, which printers of many makes are driven with.

mod code_page;
mod native;
mod raster;

pub use code_page::{CodePage, TextPage};
pub use native::{ErrorLevel, MODULE_DOTS_MAX, native};

use crate::{Matrix, QrError};

/// Dots along a module's edge when the settings name none: 0.75 mm on a printer of 8 dots per millimetre.
pub const MODULE_DOTS_DEFAULT: u8 = 6;

/// Dots that a character of the printer's first font is wide.
const CHARACTER_DOTS: usize = 12;
/// Clears the printer's buffer and modes.
const RESET: &[u8] = b"\x1B@";
const CENTRED: &[u8] = b"\x1Ba\x01";
/// Feeds four lines, so that the blade does not meet the last one.
const FEED: &[u8] = b"\x1Bd\x04";

/// How wide the paper is. The dots are those of printers with 8 dots per millimetre (203 dpi).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 58 mm, of which 48 mm are printed on: 384 dots.
    Mm58,
    /// 80 mm, of which 72 mm are printed on: 576 dots.
    Mm80,
}

impl Paper {
    /// Dots across the printed part; a multiple of eight.
    pub const fn dots(self) -> usize {
        match self {
            Self::Mm58 => 384,
            Self::Mm80 => 576,
        }
    }

    /// Characters in a line: 32 or 48.
    pub const fn columns(self) -> usize {
        self.dots() / CHARACTER_DOTS
    }
}

/// Who draws the QR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// The printer.
    Native,
    /// We do, as a picture, for printers without a QR command.
    Raster,
}

/// What happens at the end of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The paper is fed, not cut.
    None,
    /// A bridge is left.
    Partial,
    /// The paper is cut off.
    Full,
}

/// A printer as it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printer {
    /// Its paper.
    pub paper: Paper,
    /// Who draws.
    pub drawing: Drawing,
    /// How its text is encoded.
    pub page: TextPage,
    /// Dots along a module's edge, 1 to 16. Fewer are taken when the symbol would not fit.
    pub module_dots: u8,
    /// What happens at the end of a job.
    pub cut: Cut,
}

impl Printer {
    /// A job with a QR of `text` between lines above and below it. Lines are centred and broken between words.
    pub fn ticket(&self, above: &[String], text: &str, below: &[String]) -> Result<Vec<u8>, QrError> {
        let mut job = self.begin();
        self.print(above, &mut job)?;
        let matrix = Matrix::encode(text)?;
        let dots = self.module_dots(&matrix)?;
        match self.drawing {
            Drawing::Native => job.extend(native(text, dots, ErrorLevel::M)?),
            Drawing::Raster => job.extend(matrix.raster(self.paper, dots)?),
        }
        job.push(b'\n');
        self.print(below, &mut job)?;
        self.end(&mut job);
        Ok(job)
    }

    /// A job of lines alone.
    pub fn note(&self, lines: &[String]) -> Result<Vec<u8>, QrError> {
        let mut job = self.begin();
        self.print(lines, &mut job)?;
        self.end(&mut job);
        Ok(job)
    }

    fn begin(&self) -> Vec<u8> {
        [RESET, &self.page.select(), CENTRED].concat()
    }

    fn print(&self, lines: &[String], job: &mut Vec<u8>) -> Result<(), QrError> {
        for line in lines.iter().flat_map(|line| broken(line, self.paper.columns())) {
            job.extend(self.page.encode(&line)?);
            job.push(b'\n');
        }
        Ok(())
    }

    fn end(&self, job: &mut Vec<u8>) {
        job.extend(FEED);
        match self.cut {
            Cut::None => {}
            Cut::Partial => job.extend(b"\x1DV\x01"),
            Cut::Full => job.extend(b"\x1DV\x00"),
        }
    }

    /// As many dots as are asked for, or as fit with the quiet zone.
    fn module_dots(&self, matrix: &Matrix) -> Result<u8, QrError> {
        let modules = matrix.side_with_quiet_zone();
        let fitting = self.paper.dots() / modules;
        let asked = self.module_dots.clamp(1, MODULE_DOTS_MAX);
        match u8::try_from(fitting).unwrap_or(u8::MAX).min(asked) {
            0 => Err(QrError::TooWide {
                modules,
                dots: self.paper.dots(),
            }),
            dots => Ok(dots),
        }
    }
}

/// A line broken between words into lines of at most `columns` characters; a longer word is broken anywhere. Control
/// characters are left out: they would be commands.
fn broken(line: &str, columns: usize) -> Vec<String> {
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let mut lines = vec![String::new()];
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let characters: Vec<char> = word.chars().collect();
        for (at, part) in characters.chunks(columns).enumerate() {
            let part: String = part.iter().collect();
            match lines.last_mut() {
                Some(last) if last.is_empty() => *last = part,
                Some(last) if at == 0 && last.chars().count() + 1 + part.chars().count() <= columns => {
                    last.push(' ');
                    last.push_str(&part);
                }
                _ => lines.push(part),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(broken("Оплата по QR-коду", 32), ["Оплата по QR-коду"]);
        assert_eq!(broken("Оплата по QR-коду", 10), ["Оплата по", "QR-коду"]);
        assert_eq!(broken("семьсемьсемь и", 5), ["семьс", "емьсе", "мь и"]);
        assert_eq!(broken("", 32), [""]);
        assert_eq!(broken("a\x1B@b", 32), ["a@b"]);
    }
}
