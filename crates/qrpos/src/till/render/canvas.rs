//! Cells, and a pen that writes lines into a part of them.

use unicode_width::UnicodeWidthChar;

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// As the terminal writes.
    #[default]
    Plain,
    /// The bar at the top.
    Title,
    /// What matters.
    Bold,
    /// What explains.
    Dim,
    /// Good news.
    Good,
    /// Bad news, and mistakes.
    Bad,
    /// A QR code: black on white.
    Code,
}

/// A cell. The second half of a wide character is [`Cell::HALF`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// What is in it.
    pub character: char,
    /// How it looks.
    pub style: Style,
}

impl Cell {
    /// Stands for the second half of a wide character: nothing is printed for it.
    pub const HALF: char = '\0';
}

/// What is to be seen: as many cells as the window has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    width: usize,
    cells: Vec<Cell>,
    /// Something did not find room: a name that is too long, say. Sentences must always find it.
    pub is_cut: bool,
}

impl Canvas {
    /// Blank.
    pub fn new(width: usize, height: usize) -> Self {
        let blank = Cell {
            character: ' ',
            style: Style::Plain,
        };
        Self {
            width,
            cells: vec![blank; width * height],
            is_cut: false,
        }
    }

    /// Its rows, top first.
    pub fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks(self.width.max(1))
    }

    /// Writes into one row, no further than `width` columns from `x`. Returns how many it took.
    pub fn put(&mut self, x: usize, y: usize, width: usize, text: &str, style: Style) -> usize {
        let end = (x + width).min(self.width);
        let mut at = x;
        for character in text.chars() {
            let columns = columns(character);
            if columns == 0 {
                continue;
            }
            if at + columns > end {
                self.is_cut = true;
                break;
            }
            // A line break or a tab in a name is a blank here.
            let character = if character.is_whitespace() { ' ' } else { character };
            self.set(at, y, character, style);
            if columns == 2 {
                self.set(at + 1, y, Cell::HALF, style);
            }
            at += columns;
        }
        at - x
    }

    fn set(&mut self, x: usize, y: usize, character: char, style: Style) {
        if let Some(cell) = self.cells.get_mut(y * self.width + x) {
            *cell = Cell { character, style };
        }
    }
}

/// How many columns a character takes; nothing for what cannot be printed, so that no name can steer the terminal.
fn columns(character: char) -> usize {
    if character.is_whitespace() {
        return 1;
    }
    character.width().unwrap_or(0)
}

/// How many columns a text takes.
pub fn text_width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Breaks a text into rows of at most so many columns, at blanks where there are some.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let needed = text_width(word);
        if used > 0 && used + 1 + needed <= width {
            push(&mut rows, " ");
            used += 1;
        } else if used > 0 {
            rows.push(String::new());
            used = 0;
        }
        for character in word.chars() {
            let columns = columns(character);
            if used + columns > width {
                rows.push(String::new());
                used = 0;
            }
            used += columns;
            push(&mut rows, character.encode_utf8(&mut [0; 4]));
        }
    }
    rows
}

fn push(rows: &mut [String], text: &str) {
    if let Some(row) = rows.last_mut() {
        row.push_str(text);
    }
}

/// Writes one line below another; what does not fit into its part is left out.
pub struct Pen<'a> {
    canvas: &'a mut Canvas,
    x: usize,
    y: usize,
    width: usize,
    /// The first row that is not its own.
    bottom: usize,
}

impl<'a> Pen<'a> {
    /// A pen for a part of the canvas.
    pub fn new(canvas: &'a mut Canvas, x: usize, y: usize, width: usize, height: usize) -> Self {
        Self {
            canvas,
            x,
            y,
            width,
            bottom: y + height,
        }
    }

    /// Rows that are left.
    pub fn room(&self) -> usize {
        self.bottom.saturating_sub(self.y)
    }

    /// Rows that a text needs.
    pub fn needs(&self, text: &str) -> usize {
        wrap(text, self.width).len()
    }

    /// A text in as many rows as it needs.
    pub fn text(&mut self, text: &str, style: Style) {
        for row in wrap(text, self.width) {
            self.row(&row, style);
        }
    }

    /// A row, cut off at its end.
    pub fn row(&mut self, text: &str, style: Style) {
        if self.room() > 0 {
            self.canvas.put(self.x, self.y, self.width, text, style);
        } else {
            self.canvas.is_cut = true;
        }
        self.y += 1;
    }

    /// A row with something at its right end.
    pub fn pair(&mut self, left: &str, right: &str, style: Style) {
        if self.room() > 0 {
            let right_width = text_width(right).min(self.width);
            let left_width = self.width.saturating_sub(right_width + 1);
            self.canvas.put(self.x, self.y, left_width, left, style);
            let at = self.x + self.width - right_width;
            self.canvas.put(at, self.y, right_width, right, style);
        } else {
            self.canvas.is_cut = true;
        }
        self.y += 1;
    }

    /// A label and what is being typed; of a long text its end.
    pub fn field(&mut self, label: &str, typed: &str) {
        let room = self.width.saturating_sub(text_width(label) + 3);
        let mut tail = typed;
        while text_width(tail) > room {
            let mut characters = tail.chars();
            characters.next();
            tail = characters.as_str();
        }
        self.row(&format!("{label}: {tail}▏"), Style::Bold);
    }

    /// A blank row.
    pub fn skip(&mut self) {
        self.y += 1;
    }
}
