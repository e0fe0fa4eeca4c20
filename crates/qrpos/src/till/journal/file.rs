//! The file.

use super::{Book, Entry};
use lines::{BYTES_MAX, Lines, LinesError};
use std::fs;
use std::path::{Path, PathBuf};

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be opened, read or written.
    #[error("the till's journal {}: {source}; check the disk and the rights of the folder", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// Another till has it open.
    #[error("the till's journal {} is in use by another till: end that one first", .0.display())]
    InUse(PathBuf),
    /// A line that cannot be read, or that cannot follow the ones before it.
    #[error("line {line} of the till's journal {} cannot be used: {problem}; look at the file before anything is sold", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Larger than a till's journal can be.
    #[error("the till's journal {} is larger than {BYTES_MAX} bytes: put it aside and start the till again", .0.display())]
    TooLarge(PathBuf),
    /// An earlier entry could not be written, so what is on the disk is not certain.
    #[error("an earlier entry could not be written: free space on the disk and start the till again")]
    Stopped,
}

/// An open and locked journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    lines: Lines,
}

/// A journal that was just opened.
pub struct Opened {
    /// The file.
    pub journal: Journal,
    /// What its lines come to.
    pub book: Book,
    /// Where the last line was put aside, when it was cut off.
    pub damaged: Option<PathBuf>,
}

impl Journal {
    /// Opens or makes the file, and locks it until the journal is dropped.
    pub fn open(path: &Path) -> Result<Opened, JournalError> {
        let told = |error| told(path, error);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|source| told(source.into()))?;
        }
        let (mut lines, bytes) = Lines::open(path).map_err(told)?;
        let read = read(&bytes).map_err(|(line, problem)| JournalError::Broken {
            path: path.to_owned(),
            line,
            problem,
        })?;
        let rest = bytes.get(read.whole..).unwrap_or_default();
        let damaged = if rest.is_empty() {
            None
        } else {
            let aside = lines.put_aside(rest).map_err(told)?;
            lines.cut(read.whole).map_err(told)?;
            Some(aside)
        };
        if lines.is_long() {
            let carried = Entry::Carried(Box::new(read.book.clone()));
            lines.begin_anew(&[carried]).map_err(told)?;
        }
        let path = path.to_owned();
        Ok(Opened {
            journal: Self { path, lines },
            book: read.book,
            damaged,
        })
    }

    /// Appends an entry and waits until it is on the disk.
    pub fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.lines.append(entry).map_err(|error| told(&self.path, error))
    }
}

fn told(path: &Path, error: LinesError) -> JournalError {
    let path = path.to_owned();
    match error {
        LinesError::Io(source) => JournalError::Io { path, source },
        LinesError::InUse => JournalError::InUse(path),
        LinesError::TooLarge => JournalError::TooLarge(path),
        LinesError::Stopped => JournalError::Stopped,
    }
}

/// What could be read.
struct Reading {
    book: Book,
    /// Bytes up to the end of the last good line.
    whole: usize,
}

/// Reads all lines; the error names the line, from 1.
fn read(bytes: &[u8]) -> Result<Reading, (usize, String)> {
    let mut book = Book::default();
    let mut whole = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let is_last = whole + line.len() == bytes.len();
        // The decoder's error would repeat values.
        let entry =
            serde_json::from_slice::<Entry>(line).map_err(|error| format!("{:?} error", error.classify()));
        match entry {
            Ok(entry) if line.ends_with(b"\n") => {
                book.take(&entry)
                    .map_err(|problem| (index + 1, problem.to_owned()))?;
            }
            Ok(_) | Err(_) if is_last => break,
            Ok(_) => return Err((index + 1, "it has no end".to_owned())),
            Err(problem) => return Err((index + 1, problem)),
        }
        whole += line.len();
    }
    Ok(Reading { book, whole })
}
