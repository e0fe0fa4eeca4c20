//! The terminal: taken over, painted, and given back as it was.

use crate::till::render::{Canvas, Cell, Style};
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::style::{
    Attribute, Color, Print, ResetColor, SetAttribute, SetBackgroundColor, SetForegroundColor,
};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{execute, queue};
use std::io::{Stdout, Write, stdout};

/// Black and white from the fixed part of the 256 colours, which themes do not change.
const BLACK: Color = Color::AnsiValue(16);
const WHITE: Color = Color::AnsiValue(231);

/// The terminal while the till has it. Dropping gives it back, also when the program fails.
pub struct Terminal {
    out: Stdout,
    painted: Option<Canvas>,
}

impl Terminal {
    /// Takes it over.
    pub fn take() -> std::io::Result<Self> {
        enable_raw_mode()?;
        let mut terminal = Self {
            out: stdout(),
            painted: None,
        };
        execute!(terminal.out, EnterAlternateScreen, Hide, Clear(ClearType::All))?;
        Ok(terminal)
    }

    /// Columns and rows; 80 by 24 when the terminal does not tell.
    pub fn size() -> (usize, usize) {
        let (width, height) = size().unwrap_or((80, 24));
        (usize::from(width), usize::from(height))
    }

    /// Everything must be painted again.
    pub fn forget(&mut self) {
        self.painted = None;
    }

    /// Paints the rows that have changed.
    pub fn paint(&mut self, canvas: Canvas) -> std::io::Result<()> {
        if self.painted.is_none() {
            queue!(self.out, Clear(ClearType::All))?;
        }
        let before: Vec<&[Cell]> = self
            .painted
            .as_ref()
            .map(|canvas| canvas.rows().collect())
            .unwrap_or_default();
        for (y, row) in canvas.rows().enumerate() {
            if before.get(y) != Some(&row) {
                queue!(self.out, MoveTo(0, u16::try_from(y).unwrap_or(u16::MAX)))?;
                print_row(&mut self.out, row)?;
            }
        }
        self.out.flush()?;
        self.painted = Some(canvas);
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nothing more can be done when the terminal is gone.
        let _ = execute!(
            self.out,
            ResetColor,
            SetAttribute(Attribute::Reset),
            Show,
            LeaveAlternateScreen
        );
        let _ = disable_raw_mode();
    }
}

fn print_row(out: &mut Stdout, row: &[Cell]) -> std::io::Result<()> {
    for run in row.chunk_by(|one, next| one.style == next.style) {
        let style = run.first().map_or(Style::Plain, |cell| cell.style);
        let text: String = run
            .iter()
            .map(|cell| cell.character)
            .filter(|c| *c != Cell::HALF)
            .collect();
        queue!(out, SetAttribute(Attribute::Reset), ResetColor)?;
        match style {
            Style::Plain => {}
            Style::Title => queue!(out, SetAttribute(Attribute::Reverse))?,
            Style::Bold => queue!(out, SetAttribute(Attribute::Bold))?,
            Style::Dim => queue!(out, SetAttribute(Attribute::Dim))?,
            Style::Good => queue!(
                out,
                SetForegroundColor(Color::Green),
                SetAttribute(Attribute::Bold)
            )?,
            Style::Bad => queue!(out, SetForegroundColor(Color::Red), SetAttribute(Attribute::Bold))?,
            Style::Code => queue!(out, SetForegroundColor(BLACK), SetBackgroundColor(WHITE))?,
        }
        queue!(out, Print(text))?;
    }
    queue!(out, SetAttribute(Attribute::Reset), ResetColor)
}
