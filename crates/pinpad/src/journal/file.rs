//! The file of [`lines`], in the words of the pin-pad's journal.

use super::{Entry, JournalError};
use lines::{BYTES_MAX, Lines, LinesError};
use std::path::{Path, PathBuf};

/// An open and locked file.
pub(super) struct File {
    path: PathBuf,
    lines: Lines,
}

impl File {
    /// Opens or makes it, locks it, takes off a line that was cut off, and returns the rest.
    pub(super) fn open(path: &Path) -> Result<(Self, String), JournalError> {
        let told = |error| told(path, error);
        let (mut lines, mut bytes) = Lines::open(path).map_err(told)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        bytes.truncate(whole);
        // Also when nothing is taken off: what was read is then on the disk for certain.
        lines.cut(whole).map_err(told)?;
        let text = String::from_utf8(bytes).map_err(|error| JournalError::Broken {
            path: path.to_owned(),
            line: line_of(&error),
            problem: "not UTF-8".to_owned(),
        })?;
        let path = path.to_owned();
        Ok((Self { path, lines }, text))
    }

    /// Appends an entry and waits until it is on the disk.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.lines.append(entry).map_err(|error| told(&self.path, error))
    }

    pub(super) const fn is_long(&self) -> bool {
        self.lines.is_long()
    }

    /// Begins a new file with these entries and keeps the old one. A crash leaves one of the two whole.
    pub(super) fn begin_anew(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        self.lines
            .begin_anew(entries)
            .map_err(|error| told(&self.path, error))
    }
}

fn told(path: &Path, error: LinesError) -> JournalError {
    let path = path.to_owned();
    match error {
        LinesError::Io(source) => JournalError::Io { path, source },
        LinesError::InUse => JournalError::InUse(path),
        LinesError::TooLarge => JournalError::TooLarge { path, max: BYTES_MAX },
        LinesError::Stopped => JournalError::Stopped,
    }
}

fn line_of(error: &std::string::FromUtf8Error) -> usize {
    let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
    good.filter(|byte| **byte == b'\n').count() + 1
}
