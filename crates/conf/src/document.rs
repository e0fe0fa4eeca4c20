//! One file as a whole.

use crate::error::{Problem, SettingsError, Warning};
use crate::folder::Folder;
use crate::lines::{Found, lines};
use crate::node::{Node, nearest};
use crate::weave::{Include, Weaver};
use crate::woven::Woven;
use hocon::{Config, HoconError, ParseOptions, ResolveOptions};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

/// The most that is read of a file, in bytes.
pub const FILE_MAX_BYTES: usize = 1024 * 1024;

/// A file that was read: its values, and where they stand.
pub struct Document {
    file: PathBuf,
    env: HashMap<String, String>,
    config: Config,
    places: Places,
    warnings: RefCell<Vec<Warning>>,
}

impl Document {
    /// Reads a file with what it includes. `env` serves `${X}`.
    pub fn load(path: &Path, env: &HashMap<String, String>) -> Result<Self, SettingsError> {
        let text = read_text(path)?;
        let config = hocon::parse_file_with_env(path, env).map_err(|error| refused(path, error))?;
        Ok(Self::new(path, Places::of_text(path, &text), config, env))
    }

    /// Reads a file of a tree with what it includes, and tells every fault on the way, not only the first. An include
    /// that is not there is a fault, and so is a comma with nothing before it. `${…}` looks into the whole text and
    /// then into `env`, not first into the file that it stands in.
    pub fn load_in(folder: &Folder, path: &Path, env: &HashMap<String, String>) -> Reading {
        let mut weaver = Weaver::new(folder);
        let document = weaver.file(path).and_then(|woven| {
            let config = settle(&mut weaver, &woven, env)?;
            let places = Places::of_woven(&woven, weaver.files.clone());
            Some(Self::new(path, places, config, env))
        });
        Reading {
            document,
            includes: weaver.includes,
            faults: weaver.faults,
        }
    }

    /// Reads a text that is part of the program; `name` stands for its file in errors.
    pub fn parse(name: &Path, text: &str, env: &HashMap<String, String>) -> Result<Self, SettingsError> {
        check_size(name, text.len())?;
        let config = hocon::parse_with_env(text, env).map_err(|error| refused(name, error))?;
        Ok(Self::new(name, Places::of_text(name, text), config, env))
    }

    fn new(file: &Path, places: Places, config: Config, env: &HashMap<String, String>) -> Self {
        Self {
            file: file.to_owned(),
            env: env.clone(),
            config,
            places,
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
        // Quoted, because a dot in a name is part of it.
        let quoted = format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
        let value = self.config.get(&quoted).filter(|value| !value.is_null());
        Node::new(self, name.to_owned(), value)
    }

    /// The names on the file's own level.
    pub fn names(&self) -> Vec<&str> {
        self.config.keys()
    }

    /// The members on the file's own level.
    pub fn members(&self) -> Vec<Node<'_>> {
        self.names().into_iter().map(|name| self.top(name)).collect()
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

    /// The whole file as a value of a type of the caller's. For files without secrets: an error repeats what was found.
    pub fn read_as<T: DeserializeOwned>(&self) -> Result<T, SettingsError> {
        self.config.deserialize().map_err(|error| {
            let key = Some(error.path).filter(|path| !path.is_empty());
            let place = key.map(|key| self.place(&key));
            SettingsError {
                file: place.as_ref().map_or(&self.file, |place| &place.file).clone(),
                line: place.as_ref().and_then(|place| place.line),
                key: place.map(|place| place.key),
                problem: Problem::Unusable(error.message),
            }
        })
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

    /// Where a key was last written, or else the nearest key around it.
    pub(crate) fn place(&self, key: &str) -> Place {
        self.places.find(key).unwrap_or_else(|| Place {
            file: self.file.clone(),
            line: None,
            key: key.to_owned(),
        })
    }
}

/// A file of a tree, as far as it could be read.
pub struct Reading {
    /// Its values; none when it is not readable at all, and then there is a fault.
    pub document: Option<Document>,
    /// Its includes and those of the included files, with those that stand in comments.
    pub includes: Vec<Include>,
    /// What is wrong.
    pub faults: Vec<SettingsError>,
}

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// The key as that file writes it.
    pub key: String,
}

/// The places of all keys.
struct Places {
    /// The file, and those that it includes.
    files: Vec<Included>,
    keys: HashMap<String, (usize, usize)>,
}

struct Included {
    file: PathBuf,
    /// The key in which it was included.
    prefix: String,
}

impl Places {
    fn of_text(file: &Path, text: &str) -> Self {
        let keys = lines(text)
            .into_iter()
            .map(|(key, found)| (key, (0, found.line)))
            .collect();
        let files = vec![Included {
            file: file.to_owned(),
            prefix: String::new(),
        }];
        Self { files, keys }
    }

    fn of_woven(woven: &Woven, files: Vec<PathBuf>) -> Self {
        let found = lines(woven.text());
        let mut prefixes: Vec<Option<&str>> = vec![None; files.len()];
        let mut keys = HashMap::new();
        for (key, Found { line, parent_bytes }) in &found {
            let Some(origin) = woven.origin(*line) else {
                continue;
            };
            keys.insert(key.clone(), (origin.inclusion, origin.line));
            // A file's own keys have the shortest parent of all that came from it.
            if let Some(prefix) = prefixes.get_mut(origin.inclusion)
                && prefix.is_none_or(|known| *parent_bytes < known.len())
            {
                *prefix = key.get(..*parent_bytes);
            }
        }
        let files = files
            .into_iter()
            .zip(prefixes)
            .map(|(file, prefix)| Included {
                file,
                prefix: prefix.unwrap_or_default().to_owned(),
            })
            .collect();
        Self { files, keys }
    }

    fn find(&self, key: &str) -> Option<Place> {
        let mut around = key;
        let (inclusion, line) = loop {
            if let Some(place) = self.keys.get(around) {
                break *place;
            }
            around = around.rfind(['.', '[']).and_then(|end| around.get(..end))?;
        };
        let included = self.files.get(inclusion)?;
        let own = key
            .strip_prefix(included.prefix.as_str())
            .map_or(key, |own| own.trim_start_matches('.'));
        Some(Place {
            file: included.file.clone(),
            line: Some(line),
            key: own.to_owned(),
        })
    }
}

/// The values of a text. A `${…}` that leads nowhere is a fault, and the rest is read all the same.
fn settle(weaver: &mut Weaver<'_>, woven: &Woven, env: &HashMap<String, String>) -> Option<Config> {
    let error = match hocon::parse_with_env(woven.text(), env) {
        Ok(config) => return Some(config),
        Err(error) => error,
    };
    let is_unresolved = matches!(error, HoconError::Resolve(_));
    let SettingsError { line, problem, .. } = refused(Path::new(""), error);
    weaver.fault_in(woven, line, problem);
    if !is_unresolved {
        return None;
    }
    let options = ParseOptions::defaults()
        .with_resolve_substitutions(false)
        .with_env(env.clone());
    let lenient = ResolveOptions::defaults()
        .with_use_system_environment(false)
        .with_allow_unresolved(true);
    let config = hocon::parse_string_with_options(woven.text(), options).ok()?;
    config.resolve(lenient).ok()
}

/// The text of a file of at most [`FILE_MAX_BYTES`].
///
/// # Errors
/// When it is not there or may not be read, is longer, or is not UTF-8; the last names the line.
pub fn read_text(path: &Path) -> Result<String, SettingsError> {
    let unreadable = |error: std::io::Error| whole(path, None, Problem::Unreadable(error.to_string()));
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_MAX_BYTES).unwrap_or(u64::MAX);
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    check_size(path, bytes.len())?;
    String::from_utf8(bytes).map_err(|error| whole(path, Some(line_of(&error)), Problem::Encoding))
}

/// The line of the first byte that is not UTF-8.
fn line_of(error: &FromUtf8Error) -> usize {
    let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
    good.filter(|byte| **byte == b'\n').count().saturating_add(1)
}

fn check_size(file: &Path, bytes: usize) -> Result<(), SettingsError> {
    if bytes <= FILE_MAX_BYTES {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shop {
        door: Door,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Door {
        port: u16,
    }

    fn read(text: &str) -> Result<Shop, SettingsError> {
        Document::parse(Path::new("shop.conf"), text, &HashMap::new())?.read_as()
    }

    #[test]
    fn a_value_of_the_callers_type_comes_out_or_an_error_with_its_place() {
        assert_eq!(read("door { port = 80 }").unwrap().door.port, 80);
        let error = read("# a shop\ndoor {\n  port = x\n}").unwrap_err();
        assert_eq!((error.line, error.key.as_deref()), (Some(3), Some("door.port")));
        let unknown = read("door { port = 80 }\nwindow = 1").unwrap_err();
        assert!(unknown.to_string().contains("window"), "{unknown}");
    }
}
