//! What the register remembers of its pin-pad: a small file that only grows, one line of JSON an entry, each on the disk
//! before anything follows from it. It holds no card data.
//!
//! An entry that was cut off by a crash is dropped when the file is opened again: an intent that was not wholly
//! written was never sent, and an end that was not wholly written leaves its operation open, to be looked up. Anything
//! else that cannot be read stops the register: a journal with a hole proves nothing.

mod book;
mod file;

use crate::operations::Op;
use crate::outcome::UsedTender;
use crate::settings::Tender;
use book::Book;
use domain::{Kopecks, OperationId, Timestamp};
use file::File;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The longest `by` of a person's decision, in characters.
pub const PERSON_CHARS_MAX: usize = 80;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be opened, read or written.
    #[error("the pin-pad's journal {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// Another process has it open.
    #[error("the pin-pad's journal {} is in use by another register program; end that one first", .0.display())]
    InUse(PathBuf),
    /// A line that cannot be read, or that cannot follow the ones before it.
    #[error(
        "line {line} of the pin-pad's journal {}: {problem}; look at the file before anything is sold",
        path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Larger than [`lines::BYTES_MAX`].
    #[error("the pin-pad's journal {} is larger than {max} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        max: u64,
    },
    /// An earlier entry could not be written, so what is on the disk is not certain.
    #[error(
        "an entry of the pin-pad's journal could not be written; free space on the disk and start the register again"
    )]
    Stopped,
    /// An operation is open, so another one cannot be.
    #[error("an operation of the pin-pad is open")]
    Open,
    /// No operation of that id is open.
    #[error("no such operation of the pin-pad is open")]
    NotOpen,
}

/// What is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its id in this journal.
    pub id: OperationId,
    /// When it was written.
    pub at: Timestamp,
    /// What is to be done.
    pub op: Op,
    /// Card or QR, as the cashier chose.
    pub tender: Tender,
    /// The sum. None for the emergency cancel, which names none.
    pub amount: Option<Kopecks>,
    /// The terminal's id.
    pub terminal: String,
    /// The payment that is taken back.
    pub original: Option<Original>,
}

/// A payment that is to be given back, as its own approval told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// The sum that was paid.
    pub amount: Kopecks,
    /// When it was paid.
    pub at: Timestamp,
    /// Number of the operation at the acquirer.
    pub rrn: Option<String>,
    /// Code of authorisation.
    pub auth_code: Option<String>,
    /// The terminal's date and time.
    pub terminal_time: Option<String>,
    /// Card or QR.
    pub tender: UsedTender,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// The intent's id.
    pub id: OperationId,
    /// When it was known.
    pub at: Timestamp,
    /// Done, or not done.
    pub decision: Decision,
    /// Who said so.
    pub by: By,
    /// Number of the operation at the acquirer.
    pub rrn: Option<String>,
    /// Code of authorisation.
    pub auth_code: Option<String>,
    /// The terminal's date and time.
    pub terminal_time: Option<String>,
    /// Card or QR.
    pub tender: UsedTender,
}

/// Done, or not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Done.
    Approved,
    /// Not done.
    NotDone,
}

/// Who said how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The terminal's answer.
    Answer,
    /// Nothing was sent.
    NotSent,
    /// The copy of the last receipt.
    Copy,
    /// A person.
    Person(String),
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
enum Entry {
    Intent(Intent),
    /// Its answer did not tell. It stays open; this is for whoever reads the file.
    Doubt {
        id: OperationId,
        at: Timestamp,
        why: String,
    },
    End(End),
    /// The operating day was ended.
    Settled {
        at: Timestamp,
    },
}

/// The register's own journal of its pin-pad.
pub struct Journal {
    file: File,
    book: Book,
}

impl Journal {
    /// Opens the file and reads it, or makes a new one. It is locked until the journal is dropped.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let (mut file, lines) = File::open(path)?;
        let mut book = Book::default();
        for (index, line) in lines.lines().enumerate() {
            let broken = |problem: String| JournalError::Broken {
                path: path.to_owned(),
                line: index + 1,
                problem,
            };
            // The decoder's error names no value.
            let entry: Entry = serde_json::from_str(line)
                .map_err(|error| broken(format!("not an entry ({:?} error)", error.classify())))?;
            book.take(entry).map_err(|error| broken(error.to_string()))?;
        }
        if file.is_long() {
            file.begin_anew(&book.entries())?;
        }
        Ok(Self { file, book })
    }

    /// The operation whose outcome is not known.
    pub fn open_intent(&self) -> Option<&Intent> {
        self.book.open()
    }

    /// The approved payment of that RRN, if this register took it and still remembers.
    pub fn original(&self, rrn: &str) -> Option<Original> {
        self.book.original(rrn)
    }

    /// How much of the payment of that RRN was given back by this register.
    pub fn given_back(&self, rrn: &str) -> Kopecks {
        self.book.given_back(rrn)
    }

    /// RRNs and terminal times of the operations that ended approved, without those of one payment.
    pub(crate) fn known_but(&self, rrn: Option<&str>) -> BTreeSet<String> {
        self.book.known_but(rrn)
    }

    /// When this register last ended the operating day.
    pub fn settled_at(&self) -> Option<Timestamp> {
        self.book.settled_at()
    }

    /// Writes an intent to the disk. Only after this may it be sent.
    pub fn begin(&mut self, intent: Intent) -> Result<(), JournalError> {
        if self.book.open().is_some() {
            return Err(JournalError::Open);
        }
        self.write(Entry::Intent(intent))
    }

    /// Notes why the open operation's outcome is not known.
    pub fn doubt(&mut self, id: OperationId, at: Timestamp, why: String) -> Result<(), JournalError> {
        self.must_be_open(id)?;
        self.write(Entry::Doubt { id, at, why })
    }

    /// Ends the open operation.
    pub fn end(&mut self, end: End) -> Result<(), JournalError> {
        self.must_be_open(end.id)?;
        self.write(Entry::End(end))
    }

    /// Notes that the operating day was ended.
    pub fn settled(&mut self, at: Timestamp) -> Result<(), JournalError> {
        self.write(Entry::Settled { at })
    }

    fn must_be_open(&self, id: OperationId) -> Result<(), JournalError> {
        let is_open = self.book.open().is_some_and(|open| open.id == id);
        if is_open {
            Ok(())
        } else {
            Err(JournalError::NotOpen)
        }
    }

    fn write(&mut self, entry: Entry) -> Result<(), JournalError> {
        self.file.append(&entry)?;
        self.book.take(entry)
    }
}

#[cfg(test)]
mod tests;
