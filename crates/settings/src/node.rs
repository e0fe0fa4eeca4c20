//! One value of the settings with its key, read with a check and a good error.

use crate::error::{Problem, SettingsError, Warning};
use crate::units;
use hocon::HoconValue;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::Path;

/// The file that is being read.
pub(crate) struct Source<'a> {
    pub(crate) file: &'a Path,
    pub(crate) lines: HashMap<String, usize>,
    pub(crate) env: &'a HashMap<String, String>,
    pub(crate) warnings: RefCell<Vec<Warning>>,
}

impl Source<'_> {
    pub(crate) fn warn(&self, key: &str, message: impl Into<String>) {
        self.warnings.borrow_mut().push(Warning {
            key: key.to_owned(),
            message: message.into(),
        });
    }
}

/// A key and its value, if it has one.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) key: String,
    pub(crate) value: Option<&'a HoconValue>,
}

impl<'a> Node<'a> {
    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Node<'a> {
        let value = self
            .value
            .and_then(HoconValue::as_object)
            .and_then(|members| members.get(name))
            .filter(|value| !value.is_null());
        Node {
            source: self.source,
            key: format!("{}.{name}", self.key),
            value,
        }
    }

    /// Refuses members that nobody knows.
    pub(crate) fn only(&self, known: &[&'static str]) -> Result<(), SettingsError> {
        let Some(value) = self.value else { return Ok(()) };
        let members = value
            .as_object()
            .ok_or_else(|| self.wrong_type("an object in braces"))?;
        for name in members.keys() {
            if !known.contains(&name.as_str()) {
                return Err(self.get(name).error(Problem::UnknownKey(nearest(name, known))));
            }
        }
        Ok(())
    }

    pub(crate) fn text(&self) -> Result<Option<String>, SettingsError> {
        self.value
            .map(|value| scalar(value).ok_or_else(|| self.wrong_type("a text")))
            .transpose()
    }

    pub(crate) fn flag(&self) -> Result<Option<bool>, SettingsError> {
        self.value
            .map(|value| value.as_bool().ok_or_else(|| self.wrong_type("true or false")))
            .transpose()
    }

    pub(crate) fn integer(&self, range: &RangeInclusive<u64>) -> Result<Option<u64>, SettingsError> {
        let Some(text) = self.text()? else { return Ok(None) };
        let number = text.parse().map_err(|_| self.wrong_type("a whole number"))?;
        self.in_range(number, range, "").map(Some)
    }

    pub(crate) fn duration_ms(&self, range: &RangeInclusive<u64>) -> Result<Option<u64>, SettingsError> {
        let Some(text) = self.text()? else { return Ok(None) };
        let ms = units::duration_ms(&text).map_err(|problem| self.error(problem))?;
        self.in_range(ms, range, " ms").map(Some)
    }

    pub(crate) fn size_bytes(&self, range: &RangeInclusive<u64>) -> Result<Option<usize>, SettingsError> {
        let Some(text) = self.text()? else { return Ok(None) };
        let bytes = units::size_bytes(&text).map_err(|problem| self.error(problem))?;
        let bytes = self.in_range(bytes, range, " bytes")?;
        usize::try_from(bytes)
            .map(Some)
            .map_err(|_| self.unusable(format!("{bytes} bytes are too many for this machine")))
    }

    /// The elements of a list; empty when there is none.
    pub(crate) fn list(&self) -> Result<Vec<Node<'a>>, SettingsError> {
        let Some(value) = self.value else {
            return Ok(Vec::new());
        };
        let elements = value
            .as_array()
            .ok_or_else(|| self.wrong_type("a list in square brackets"))?;
        Ok(elements
            .iter()
            .enumerate()
            .map(|(index, value)| Node {
                source: self.source,
                key: format!("{}[{index}]", self.key),
                value: Some(value),
            })
            .collect())
    }

    pub(crate) fn unusable(&self, what: impl Into<String>) -> SettingsError {
        self.error(Problem::Unusable(what.into()))
    }

    pub(crate) fn error(&self, problem: Problem) -> SettingsError {
        SettingsError {
            file: self.source.file.to_owned(),
            line: self.line(),
            key: Some(self.key.clone()),
            problem,
        }
    }

    /// Its own line, or that of the nearest key around it.
    fn line(&self) -> Option<usize> {
        let mut key = self.key.as_str();
        loop {
            if let Some(line) = self.source.lines.get(key) {
                return Some(*line);
            }
            key = key.rfind(['.', '[']).and_then(|end| key.get(..end))?;
        }
    }

    fn in_range(&self, number: u64, range: &RangeInclusive<u64>, unit: &str) -> Result<u64, SettingsError> {
        if range.contains(&number) {
            return Ok(number);
        }
        Err(self.unusable(format!(
            "{number}{unit} is out of range; it must be from {}{unit} to {}{unit}",
            range.start(),
            range.end()
        )))
    }

    /// Says of what kind the value is, not what it is: it may be a secret in the wrong place.
    fn wrong_type(&self, expected: &'static str) -> SettingsError {
        let found = match self.value {
            Some(value) if value.is_object() => "an object",
            Some(value) if value.is_array() => "a list",
            Some(_) => "something else",
            None => "nothing",
        };
        self.error(Problem::WrongType {
            expected,
            found: found.to_owned(),
        })
    }
}

fn scalar(value: &HoconValue) -> Option<String> {
    match value {
        HoconValue::Scalar(scalar) => Some(scalar.raw.clone()),
        _ => None,
    }
}

/// The known name that differs in the fewest letters, if it is near at all.
pub(crate) fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    known
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 3 && *distance * 2 <= candidate.len())
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((y, above), above_left) in b.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or_default();
            let change = above_left + usize::from(x != *y);
            next.push(change.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_near() {
        let known = ["url", "password", "password_file", "listen"];
        assert_eq!(nearest("pasword", &known), Some("password"));
        assert_eq!(nearest("lisen", &known), Some("listen"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
