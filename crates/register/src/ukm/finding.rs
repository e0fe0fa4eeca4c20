//! What is said about settings.

use conf::Place;
use std::path::{Path, PathBuf};
use texts::Lang;
use texts::words::Word;
use texts::words::ukm::Advice;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something does not work, or works otherwise than meant.
    Error,
    /// It works but should be put right.
    Warning,
    /// It may be meant.
    Hint,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// What it is: the sentences, and a name for scripts.
    pub advice: Advice,
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// The key, as the file writes it.
    pub key: Option<String>,
    values: Vec<(&'static str, Value)>,
}

/// What stands in a sentence's braces. Never a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// The same in both languages.
    Plain(String),
    /// A word of ours.
    Word(Word),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Plain(number.to_string())
    }
}

impl From<&Path> for Value {
    fn from(path: &Path) -> Self {
        Self::Plain(path.display().to_string())
    }
}

impl Finding {
    /// What is the matter.
    pub fn what(&self, lang: Lang) -> String {
        self.fill(lang, self.advice.what)
    }

    /// What to do.
    pub fn remedy(&self, lang: Lang) -> String {
        self.fill(lang, self.advice.remedy)
    }

    /// Where: `file:line: key`.
    pub fn place(&self) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        let key = self
            .key
            .as_ref()
            .map(|key| format!(": {key}"))
            .unwrap_or_default();
        format!("{}{line}{key}", self.file.display())
    }

    fn fill(&self, lang: Lang, word: Word) -> String {
        let values: Vec<(&str, &str)> = self
            .values
            .iter()
            .map(|(name, value)| match value {
                Value::Plain(text) => (*name, text.as_str()),
                Value::Word(word) => (*name, lang.say(*word)),
            })
            .collect();
        lang.fill(word, &values)
    }
}

/// The most findings that are kept: more than a person reads.
const FINDINGS_MAX: usize = 1_000;

/// The findings so far.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds an error.
    pub(super) fn error(&mut self, advice: Advice, place: &Place, values: &[(&'static str, Value)]) {
        self.add(Severity::Error, advice, place, values);
    }

    /// Adds a warning.
    pub(super) fn warn(&mut self, advice: Advice, place: &Place, values: &[(&'static str, Value)]) {
        self.add(Severity::Warning, advice, place, values);
    }

    /// Adds a hint.
    pub(super) fn hint(&mut self, advice: Advice, place: &Place, values: &[(&'static str, Value)]) {
        self.add(Severity::Hint, advice, place, values);
    }

    /// Adds a finding unless it is there: a file may be read on two ways.
    pub(super) fn add(
        &mut self,
        severity: Severity,
        advice: Advice,
        place: &Place,
        values: &[(&'static str, Value)],
    ) {
        let finding = Finding {
            severity,
            advice,
            file: place.file.clone(),
            line: place.line,
            key: Some(place.key.clone()).filter(|key| !key.is_empty()),
            values: values.to_vec(),
        };
        if self.0.len() < FINDINGS_MAX && !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }

    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.0
    }
}

/// A file as a whole.
pub(super) fn whole(file: &Path) -> Place {
    Place {
        file: file.to_owned(),
        line: None,
        key: String::new(),
    }
}
