//! What can be wrong with settings, in words that say what to do.

use std::fmt;
use std::path::{Path, PathBuf};

/// Settings that cannot be used: `file:line: key: what is wrong`. Shows no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1, where it is known (a key that came from an include or the environment has none).
    pub line: Option<usize>,
    /// The key, as `http.tokens[0].token`.
    pub key: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ": {key}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// Not UTF-8: an editor of Windows has saved it, most often.
    #[error("the file is not UTF-8; it was probably saved as windows-1251: save it as UTF-8")]
    Encoding,
    /// Not HOCON.
    #[error("not readable as HOCON: {0}")]
    Syntax(String),
    /// A `${…}` that leads nowhere, an include that is not there.
    #[error("cannot be resolved: {0}")]
    Unresolved(String),
    /// A list or an object begins with a comma: its first element is gone, its neighbour's comma is left.
    #[error("a comma stands right after the opening bracket; take it away")]
    LeadingComma,
    /// Two commas with nothing between them.
    #[error("two commas with nothing between them; take one away")]
    DoubleComma,
    /// An include that cannot be followed.
    #[error("include \"{target}\": {problem}{}", path_note(.path))]
    Include {
        /// The name, as written.
        target: String,
        /// The file that is meant; empty where none can be named.
        path: PathBuf,
        /// Why not.
        problem: IncludeFault,
    },
    /// There is no such key.
    #[error("unknown key{}", .0.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    UnknownKey(Option<&'static str>),
    /// A value of another kind.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What is expected.
        expected: &'static str,
        /// What was found, in words; never the value of a secret.
        found: String,
    },
    /// A duration without a unit.
    #[error("{0} of what? Name the unit: \"{0} second\"")]
    UnitMissing(String),
    /// A value out of range, or otherwise not usable.
    #[error("{0}")]
    Unusable(String),
    /// A key that must be there.
    #[error("is missing: {0}")]
    Missing(&'static str),
    /// Two keys that say the same thing.
    #[error("stands beside `{0}`; keep one of them")]
    Twice(&'static str),
    /// A file that a key names.
    #[error("the file {} {problem}", .path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// Why an include cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IncludeFault {
    /// The file is not there.
    #[error("there is no such file")]
    Missing,
    /// It leads out of the tree.
    #[error("it leads out of the settings tree")]
    Outside,
    /// The file includes itself, by way of others perhaps.
    #[error("the file includes itself")]
    Cycle,
    /// Deeper than [`INCLUDE_DEPTH_MAX`](crate::INCLUDE_DEPTH_MAX).
    #[error("includes nest too deep")]
    TooDeep,
    /// More than [`INCLUDES_MAX`](crate::INCLUDES_MAX).
    #[error("there are too many includes")]
    TooMany,
    /// `url(…)`, `classpath(…)` or no include at all.
    #[error("only include \"name\" and include file(\"name\") are read")]
    Unsupported,
}

fn path_note(path: &Path) -> String {
    if path.as_os_str().is_empty() {
        String::new()
    } else {
        format!(" ({})", path.display())
    }
}

/// Something that works but should be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The key that it is about.
    pub key: String,
    /// What is the matter and what to do.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}
