//! The file: lines at its end, each on the disk before the next step.

use super::{Entry, JournalError};
use std::ffi::OsString;
use std::fs::{self, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
pub(super) const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// From here on the file is begun anew when it is opened; the old one is kept beside it as `….old`.
const LONG_BYTES: u64 = 4 * 1024 * 1024;

/// An open and locked file.
pub(super) struct File {
    path: PathBuf,
    handle: fs::File,
    bytes: u64,
    /// A write failed: what stands at the end is not certain until the file is opened again.
    stopped: bool,
}

impl File {
    /// Opens or makes it, locks it, takes off a line that was cut off, and returns the rest.
    pub(super) fn open(path: &Path) -> Result<(Self, String), JournalError> {
        let io = |source| JournalError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = options().create(true).open(path).map_err(io)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse(path.to_owned()),
            TryLockError::Error(source) => io(source),
        })?;
        if file.metadata().map_err(io)?.len() > BYTES_MAX {
            return Err(JournalError::TooLarge {
                path: path.to_owned(),
                max: BYTES_MAX,
            });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        if whole < bytes.len() {
            bytes.truncate(whole);
            file.set_len(whole as u64).map_err(io)?;
        }
        file.sync_all().map_err(io)?;
        sync_folder(path).map_err(io)?;
        let text = String::from_utf8(bytes).map_err(|error| JournalError::Broken {
            path: path.to_owned(),
            line: line_of(&error),
            problem: "not UTF-8".to_owned(),
        })?;
        let opened = Self {
            path: path.to_owned(),
            handle: file,
            bytes: whole as u64,
            stopped: false,
        };
        Ok((opened, text))
    }

    /// Appends an entry and waits until it is on the disk.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
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
                Err(self.io(source))
            }
        }
    }

    pub(super) const fn is_long(&self) -> bool {
        self.bytes > LONG_BYTES
    }

    /// Begins a new file with these entries and keeps the old one. A crash leaves one of the two whole.
    pub(super) fn begin_anew(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        let (new, old) = (beside(&self.path, ".new"), beside(&self.path, ".old"));
        let begun = || -> std::io::Result<(fs::File, u64)> {
            let mut file = options().create(true).truncate(true).open(&new)?;
            file.lock()?;
            let lines: Vec<String> = entries.iter().map(line).collect::<Result<_, _>>()?;
            let text = lines.concat();
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            match fs::remove_file(&old) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            fs::hard_link(&self.path, &old)?;
            fs::rename(&new, &self.path)?;
            sync_folder(&self.path)?;
            Ok((file, text.len() as u64))
        };
        (self.handle, self.bytes) = begun().map_err(|source| self.io(source))?;
        Ok(())
    }

    fn io(&self, source: std::io::Error) -> JournalError {
        JournalError::Io {
            path: self.path.clone(),
            source,
        }
    }
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

fn line_of(error: &std::string::FromUtf8Error) -> usize {
    let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
    good.filter(|byte| **byte == b'\n').count() + 1
}
