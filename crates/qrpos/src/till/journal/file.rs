//! The file.

use super::{Book, Entry};
use std::ffi::OsString;
use std::fs::{self, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// From here on the file is begun anew when it is opened; the old one is kept beside it as `….old`.
const LONG_BYTES: u64 = 4 * 1024 * 1024;

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
    handle: fs::File,
    bytes: u64,
    stopped: bool,
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
        let io = |source| JournalError::Io {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let mut handle = options().create(true).open(path).map_err(io)?;
        handle.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse(path.to_owned()),
            TryLockError::Error(source) => io(source),
        })?;
        if handle.metadata().map_err(io)?.len() > BYTES_MAX {
            return Err(JournalError::TooLarge(path.to_owned()));
        }
        let mut bytes = Vec::new();
        handle.read_to_end(&mut bytes).map_err(io)?;
        let read = read(&bytes).map_err(|(line, problem)| JournalError::Broken {
            path: path.to_owned(),
            line,
            problem,
        })?;
        let mut journal = Self {
            path: path.to_owned(),
            handle,
            bytes: read.whole as u64,
            stopped: false,
        };
        let damaged = journal.mend(&bytes, read.whole).map_err(io)?;
        sync_folder(path).map_err(io)?;
        if journal.bytes > LONG_BYTES {
            journal.begin_anew(&read.book).map_err(io)?;
        }
        Ok(Opened {
            journal,
            book: read.book,
            damaged,
        })
    }

    /// Appends an entry and waits until it is on the disk.
    pub fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        if self.stopped {
            return Err(JournalError::Stopped);
        }
        let written = line(entry).and_then(|line| {
            self.handle.seek(SeekFrom::Start(self.bytes))?;
            self.handle.write_all(line.as_bytes())?;
            self.handle.sync_data()?;
            Ok(line.len() as u64)
        });
        match written {
            Ok(bytes) => {
                self.bytes += bytes;
                Ok(())
            }
            Err(source) => {
                self.stopped = true;
                Err(JournalError::Io {
                    path: self.path.clone(),
                    source,
                })
            }
        }
    }

    /// Puts what stands after the last good line into a file of its own.
    fn mend(&mut self, bytes: &[u8], whole: usize) -> std::io::Result<Option<PathBuf>> {
        let rest = bytes.get(whole..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let aside = beside(&self.path, ".damaged");
        let mut file = options().create(true).open(&aside)?;
        file.seek(SeekFrom::End(0))?;
        file.write_all(rest)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        self.handle.set_len(whole as u64)?;
        self.handle.sync_all()?;
        Ok(Some(aside))
    }

    /// Begins a new file with what the old one came to, and keeps the old one. A crash leaves one of the two whole.
    fn begin_anew(&mut self, book: &Book) -> std::io::Result<()> {
        let (new, old) = (beside(&self.path, ".new"), beside(&self.path, ".old"));
        let mut file = options().create(true).truncate(true).open(&new)?;
        file.lock()?;
        let text = line(&Entry::Carried(Box::new(book.clone())))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        match fs::remove_file(&old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::hard_link(&self.path, &old)?;
        fs::rename(&new, &self.path)?;
        sync_folder(&self.path)?;
        (self.handle, self.bytes) = (file, text.len() as u64);
        Ok(())
    }
}

/// What could be read.
struct Lines {
    book: Book,
    /// Bytes up to the end of the last good line.
    whole: usize,
}

/// Reads all lines; the error names the line, from 1.
fn read(bytes: &[u8]) -> Result<Lines, (usize, String)> {
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
    Ok(Lines { book, whole })
}

/// Readable by its owner only.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn line(entry: &Entry) -> std::io::Result<String> {
    let mut line = serde_json::to_string(entry)?;
    line.push('\n');
    Ok(line)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A new file's name is on the disk only when its folder is.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    #[cfg(unix)]
    fs::File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    Ok(())
}
