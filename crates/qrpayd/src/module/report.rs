//! The lines of a trial: how each step ended and what to do.

use texts::words::module as words;
use texts::{Lang, Word};

/// Prints a line for each step and counts what is wrong.
pub(super) struct Report {
    pub lang: Lang,
    pub faults: usize,
    pub warnings: usize,
}

/// What belongs into the braces of a sentence.
pub(super) type Values<'a> = &'a [(&'a str, &'a str)];

impl Report {
    pub fn new(lang: Lang) -> Self {
        Self {
            lang,
            faults: 0,
            warnings: 0,
        }
    }

    /// A step that went well.
    pub fn ok(&mut self, word: Word, values: Values<'_>) {
        self.line(words::OK, word, values);
    }

    /// A step that needs a look; registers can pay all the same.
    pub fn warning(&mut self, word: Word, values: Values<'_>) {
        self.warnings += 1;
        self.line(words::WARNING, word, values);
    }

    /// A step that keeps registers from paying.
    pub fn fault(&mut self, word: Word, values: Values<'_>) {
        self.faults += 1;
        self.line(words::FAULT, word, values);
    }

    pub fn text(&self, word: Word, values: Values<'_>) -> String {
        self.lang.fill(word, values)
    }

    fn line(&self, level: Word, word: Word, values: Values<'_>) {
        println!("{}: {}", self.lang.say(level), one_line(&self.text(word, values)));
    }
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
