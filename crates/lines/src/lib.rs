//! A file that only grows: one line of JSON an entry, each on the disk before anything follows from it. One process at a time
//! has it open. What the lines mean is the caller's matter, and so is what to do with a last line that was cut off.

use serde::Serialize;
use std::ffi::OsString;
use std::fs::{self, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
pub const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// From here on the file is to be begun anew when it is opened; the old one is kept beside it as `….old`.
const LONG_BYTES: u64 = 4 * 1024 * 1024;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    /// It cannot be opened, read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Another process has it open.
    #[error("another process has the file open")]
    InUse,
    /// It is larger than [`BYTES_MAX`].
    #[error("the file is larger than {BYTES_MAX} bytes")]
    TooLarge,
    /// An earlier entry could not be written, so what stands at the end is not certain until it is opened again.
    #[error("an earlier entry could not be written")]
    Stopped,
}

/// An open and locked file.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    handle: fs::File,
    bytes: u64,
    stopped: bool,
}

impl Lines {
    /// Opens or makes it, locks it until it is dropped, and reads it.
    pub fn open(path: &Path) -> Result<(Self, Vec<u8>), LinesError> {
        let mut handle = options().create(true).open(path)?;
        handle.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => LinesError::InUse,
            TryLockError::Error(source) => LinesError::Io(source),
        })?;
        if handle.metadata()?.len() > BYTES_MAX {
            return Err(LinesError::TooLarge);
        }
        let mut bytes = Vec::new();
        handle.read_to_end(&mut bytes)?;
        sync_folder(path)?;
        let opened = Self {
            path: path.to_owned(),
            handle,
            bytes: bytes.len() as u64,
            stopped: false,
        };
        Ok((opened, bytes))
    }

    /// Takes off what stands behind the first `whole` bytes.
    pub fn cut(&mut self, whole: usize) -> Result<(), LinesError> {
        self.handle.set_len(whole as u64)?;
        self.handle.sync_all()?;
        self.bytes = whole as u64;
        Ok(())
    }

    /// Writes what is to be cut off to the end of a file beside it, `….damaged`.
    pub fn put_aside(&self, rest: &[u8]) -> Result<PathBuf, LinesError> {
        let aside = beside(&self.path, ".damaged");
        let mut file = options().create(true).open(&aside)?;
        file.seek(SeekFrom::End(0))?;
        file.write_all(rest)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        Ok(aside)
    }

    /// Appends an entry and waits until it is on the disk.
    pub fn append(&mut self, entry: &impl Serialize) -> Result<(), LinesError> {
        if self.stopped {
            return Err(LinesError::Stopped);
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
                Err(LinesError::Io(source))
            }
        }
    }

    /// Whether it is to be begun anew.
    pub const fn is_long(&self) -> bool {
        self.bytes > LONG_BYTES
    }

    /// Begins a new file with these entries and keeps the old one. A crash leaves one of the two whole.
    pub fn begin_anew(&mut self, entries: &[impl Serialize]) -> Result<(), LinesError> {
        let (new, old) = (beside(&self.path, ".new"), beside(&self.path, ".old"));
        let mut file = options().create(true).truncate(true).open(&new)?;
        file.lock()?;
        let lines: Vec<String> = entries.iter().map(line).collect::<Result<_, _>>()?;
        let text = lines.concat();
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        match fs::remove_file(&old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        fs::hard_link(&self.path, &old)?;
        fs::rename(&new, &self.path)?;
        sync_folder(&self.path)?;
        (self.handle, self.bytes) = (file, text.len() as u64);
        Ok(())
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

fn line(entry: &impl Serialize) -> io::Result<String> {
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
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    #[cfg(unix)]
    fs::File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_behind_each_other_and_one_process_has_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.jsonl");
        let (mut lines, read) = Lines::open(&path).unwrap();
        assert!(read.is_empty());
        assert!(matches!(Lines::open(&path), Err(LinesError::InUse)));
        lines.append(&1).unwrap();
        lines.append(&"two").unwrap();
        drop(lines);
        let (mut lines, read) = Lines::open(&path).unwrap();
        assert_eq!(read, b"1\n\"two\"\n");
        assert_eq!(
            fs::read(lines.put_aside(b"\"two\"").unwrap()).unwrap(),
            b"\"two\"\n"
        );
        lines.cut(2).unwrap();
        lines.append(&3).unwrap();
        lines.begin_anew(&[4, 5]).unwrap();
        lines.append(&6).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"4\n5\n6\n");
        assert_eq!(fs::read(beside(&path, ".old")).unwrap(), b"1\n3\n");
    }
}
