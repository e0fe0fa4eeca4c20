//! A QR code in half blocks: a character is one module wide and two high.

use super::canvas::{Canvas, Style};
use qr::{Matrix, QUIET_ZONE};

/// The least light rim that phones read: on a white block the standard's four are drawn where there is room.
const QUIET_ZONE_MIN: usize = 2;

/// A code that fits.
pub struct Code {
    matrix: Matrix,
    quiet: usize,
}

impl Code {
    /// The code of that text that fits into so many columns and rows: with the widest rim, and then at the better error
    /// level.
    pub fn fitting(payload: &str, columns: usize, rows: usize) -> Option<Self> {
        let matrices = [
            Matrix::encode(payload).ok()?,
            Matrix::encode_compact(payload).ok()?,
        ];
        let sizes = (QUIET_ZONE_MIN..=QUIET_ZONE).rev();
        let mut candidates = sizes.flat_map(|quiet| {
            matrices.iter().map(move |matrix| Self {
                matrix: matrix.clone(),
                quiet,
            })
        });
        candidates.find(|code| code.width() <= columns && code.height() <= rows)
    }

    /// Columns.
    pub const fn width(&self) -> usize {
        self.matrix.side() + 2 * self.quiet
    }

    /// Rows.
    pub const fn height(&self) -> usize {
        self.width().div_ceil(2)
    }

    /// Draws it with its corner there.
    pub fn draw(&self, canvas: &mut Canvas, x: usize, y: usize) {
        for row in 0..self.height() {
            let line: String = (0..self.width())
                .map(
                    |column| match (self.is_dark(column, 2 * row), self.is_dark(column, 2 * row + 1)) {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        (false, false) => ' ',
                    },
                )
                .collect();
            canvas.put(x, y + row, self.width(), &line, Style::Code);
        }
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = x.checked_sub(self.quiet).zip(y.checked_sub(self.quiet));
        inside.is_some_and(|(x, y)| self.matrix.is_dark(x, y))
    }
}
