//! A line that is typed or scanned into.

/// The most characters of a field: a buyer's code has up to 1024.
const CHARS_MAX: usize = 1024;

/// What has been typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field(String);

impl Field {
    /// A field with something in it.
    pub fn with(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A character more; what cannot be printed is left out.
    pub fn push(&mut self, character: char) {
        if !character.is_control() && self.0.chars().count() < CHARS_MAX {
            self.0.push(character);
        }
    }

    /// A character less.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Without the blanks around it.
    pub fn text(&self) -> &str {
        self.0.trim()
    }

    /// As typed.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
