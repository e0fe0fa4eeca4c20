//! A folder of an operator's own profiles, read again when a file changes.

use crate::{Faults, Profile};
use conf::{Problem, SettingsError};
use connector::Provider;
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The most profiles of a folder.
pub const FILES_MAX: usize = 64;

/// The largest profile, in bytes. A bank needs about 4000.
pub const SIZE_MAX_BYTES: u64 = 128 * 1024;

/// The profiles of a folder as they were last read.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    seen: BTreeMap<PathBuf, Stamp>,
}

/// What tells one version of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
}

impl Folder {
    /// Reads every `*.conf` of a folder, in the order of their names. Every fault of every file is told.
    pub fn open(path: &Path) -> Result<(Self, Vec<Provider>), Faults> {
        let mut folder = Self {
            path: path.to_owned(),
            seen: stamps(path)?,
        };
        let providers = folder.read_all()?;
        Ok((folder, providers))
    }

    /// The modules anew when a file was written, added or taken away since the last look; none when nothing changed.
    /// A change is told once, whether it is good or broken.
    pub fn changed(&mut self) -> Option<Result<Vec<Provider>, Faults>> {
        let seen = match stamps(&self.path) {
            Ok(seen) if seen == self.seen => return None,
            Ok(seen) => seen,
            // A folder that is gone is told once, too.
            Err(_) if self.seen.is_empty() => return None,
            Err(fault) => {
                self.seen.clear();
                return Some(Err(fault.into()));
            }
        };
        self.seen = seen;
        Some(self.read_all())
    }

    fn read_all(&mut self) -> Result<Vec<Provider>, Faults> {
        let mut faults = Faults::default();
        let mut providers: Vec<Provider> = Vec::new();
        for path in self.seen.keys() {
            match Profile::read(path) {
                Ok(profile) => providers.extend(profile.providers()),
                Err(found) => faults.0.extend(found.0),
            }
        }
        if faults.0.is_empty() {
            Ok(providers)
        } else {
            Err(faults)
        }
    }
}

impl Profile {
    /// Reads one profile from its file of at most [`SIZE_MAX_BYTES`].
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its place.
    pub fn read(path: &Path) -> Result<Self, Faults> {
        let text = conf::read_text(path)?;
        if u64::try_from(text.len()).is_ok_and(|bytes| bytes > SIZE_MAX_BYTES) {
            return Err(unreadable(path, format!("it is longer than {SIZE_MAX_BYTES} bytes")).into());
        }
        Self::parse(path, &text)
    }
}

fn stamps(folder: &Path) -> Result<BTreeMap<PathBuf, Stamp>, SettingsError> {
    let listed = std::fs::read_dir(folder).map_err(|error| unreadable(folder, error.to_string()))?;
    let mut stamps = BTreeMap::new();
    for entry in listed {
        let path = entry
            .map_err(|error| unreadable(folder, error.to_string()))?
            .path();
        if path.extension().is_none_or(|extension| extension != "conf") {
            continue;
        }
        if stamps.len() == FILES_MAX {
            return Err(unreadable(
                folder,
                format!("it holds more than {FILES_MAX} profiles"),
            ));
        }
        let data = std::fs::metadata(&path).map_err(|error| unreadable(&path, error.to_string()))?;
        if data.len() > SIZE_MAX_BYTES {
            return Err(unreadable(
                &path,
                format!("it is longer than {SIZE_MAX_BYTES} bytes"),
            ));
        }
        stamps.insert(path, stamp(&data));
    }
    Ok(stamps)
}

fn stamp(data: &Metadata) -> Stamp {
    Stamp {
        modified: data.modified().ok(),
        bytes: data.len(),
    }
}

fn unreadable(path: &Path, why: String) -> SettingsError {
    SettingsError {
        file: path.to_owned(),
        line: None,
        key: None,
        problem: Problem::Unreadable(why),
    }
}

#[cfg(test)]
mod tests;
