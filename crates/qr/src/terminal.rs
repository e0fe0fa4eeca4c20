//! The pen for a command line.

use crate::Matrix;

/// Black on white from the fixed part of the 256 colours, which themes do not change.
const COLOURS: &str = "\x1b[38;5;16;48;5;231m";
/// Back to the terminal's own colours.
const RESET: &str = "\x1b[0m";

impl Matrix {
    /// Lines of half blocks: a character is one module wide and two high. Each line sets its own colours, so the
    /// quiet zone is light on a dark terminal too. Holds control codes: only for a real terminal.
    pub fn terminal(&self) -> String {
        let edge = self.side_with_quiet_zone();
        let mut text = String::new();
        for y in (0..edge).step_by(2) {
            text.push_str(COLOURS);
            for x in 0..edge {
                let upper = self.is_dark_from_quiet_zone(x, y);
                let lower = self.is_dark_from_quiet_zone(x, y + 1);
                text.push(match (upper, lower) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text.push_str(RESET);
            text.push('\n');
        }
        text
    }

    /// Columns and lines that [`Matrix::terminal`] takes.
    pub const fn terminal_size(&self) -> (usize, usize) {
        let edge = self.side_with_quiet_zone();
        (edge, edge.div_ceil(2))
    }
}
