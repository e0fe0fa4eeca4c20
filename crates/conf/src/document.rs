//! One file as a whole.

use crate::error::{Problem, SettingsError, Warning};
use crate::lines::lines;
use crate::node::{Node, nearest};
use hocon::{Config, HoconError};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The most that is read of a file, in bytes.
pub const FILE_MAX_BYTES: usize = 1024 * 1024;

/// A file that was read: its values, and where they stand.
pub struct Document {
    file: PathBuf,
    env: HashMap<String, String>,
    config: Config,
    lines: HashMap<String, usize>,
    warnings: RefCell<Vec<Warning>>,
}

impl Document {
    /// Reads a file with what it includes. `env` serves `${X}`.
    pub fn load(path: &Path, env: &HashMap<String, String>) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| whole(path, None, Problem::Unreadable(error.to_string())))?;
        check_size(path, &text)?;
        let config = hocon::parse_file_with_env(path, env).map_err(|error| refused(path, error))?;
        Ok(Self::new(path, &text, config, env))
    }

    /// Reads a text that is part of the program; `name` stands for its file in errors.
    pub fn parse(name: &Path, text: &str, env: &HashMap<String, String>) -> Result<Self, SettingsError> {
        check_size(name, text)?;
        let config = hocon::parse_with_env(text, env).map_err(|error| refused(name, error))?;
        Ok(Self::new(name, text, config, env))
    }

    fn new(file: &Path, text: &str, config: Config, env: &HashMap<String, String>) -> Self {
        Self {
            file: file.to_owned(),
            env: env.clone(),
            config,
            lines: lines(text),
            warnings: RefCell::default(),
        }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The environment that it was read with.
    pub fn env(&self) -> &HashMap<String, String> {
        &self.env
    }

    /// The member of that name on the file's own level.
    pub fn top(&self, name: &str) -> Node<'_> {
        let value = self.config.get(name).filter(|value| !value.is_null());
        Node::new(self, name.to_owned(), value)
    }

    /// The names on the file's own level.
    pub fn names(&self) -> Vec<&str> {
        self.config.keys()
    }

    /// Refuses members on the file's own level that nobody knows.
    pub fn only(&self, known: &[&'static str]) -> Result<(), SettingsError> {
        match self.names().into_iter().find(|name| !known.contains(name)) {
            Some(unknown) => {
                let near = nearest(unknown, known);
                Err(self.top(unknown).error(Problem::UnknownKey(near)))
            }
            None => Ok(()),
        }
    }

    /// Notes what works but should be put right.
    pub fn warn(&self, key: &str, message: impl Into<String>) {
        self.warnings.borrow_mut().push(Warning {
            key: key.to_owned(),
            message: message.into(),
        });
    }

    /// What was noted.
    pub fn into_warnings(self) -> Vec<Warning> {
        self.warnings.into_inner()
    }

    /// The line on which a key was last written, counted from 1.
    pub(crate) fn line(&self, key: &str) -> Option<usize> {
        self.lines.get(key).copied()
    }
}

fn check_size(file: &Path, text: &str) -> Result<(), SettingsError> {
    if text.len() <= FILE_MAX_BYTES {
        return Ok(());
    }
    let problem = Problem::Unreadable(format!("it is longer than {FILE_MAX_BYTES} bytes"));
    Err(whole(file, None, problem))
}

fn refused(file: &Path, error: HoconError) -> SettingsError {
    match error {
        HoconError::Parse(error) => whole(file, Some(error.line), Problem::Syntax(error.message)),
        HoconError::Resolve(error) => {
            let what = if error.path.is_empty() {
                error.message
            } else {
                format!("{} ({})", error.message, error.path)
            };
            let line = Some(error.line).filter(|line| *line > 0);
            whole(file, line, Problem::Unresolved(what))
        }
        HoconError::Io(error) => whole(file, None, Problem::Unreadable(error.to_string())),
        other => whole(file, None, Problem::Syntax(other.to_string())),
    }
}

fn whole(file: &Path, line: Option<usize>, problem: Problem) -> SettingsError {
    SettingsError {
        file: file.to_owned(),
        line,
        key: None,
        problem,
    }
}
