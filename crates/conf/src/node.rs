//! One value of the settings with its key, read with a check and a good error.

use crate::document::{Document, Place};
use crate::error::{Problem, SettingsError};
use crate::units;
use hocon::{HoconValue, ScalarType};
use std::ops::RangeInclusive;

/// A value that is neither an object nor a list, as the file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A text, with or without quotes.
    Text(String),
    /// A number, digit by digit.
    Number(String),
    /// `true` or `false`.
    Flag(bool),
}

/// A key and its value, if it has one.
#[derive(Clone)]
pub struct Node<'a> {
    document: &'a Document,
    key: String,
    value: Option<&'a HoconValue>,
}

impl<'a> Node<'a> {
    pub(crate) fn new(document: &'a Document, key: String, value: Option<&'a HoconValue>) -> Self {
        Self { document, key, value }
    }

    /// The file that it stands in.
    pub fn document(&self) -> &'a Document {
        self.document
    }

    /// The whole key, as `http.tokens[0].token`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether it is written at all.
    pub fn is_there(&self) -> bool {
        self.value.is_some()
    }

    /// Whether its value is an object.
    pub fn is_object(&self) -> bool {
        self.value.is_some_and(HoconValue::is_object)
    }

    /// Whether its value is a list.
    pub fn is_list(&self) -> bool {
        self.value.is_some_and(HoconValue::is_array)
    }

    /// The names of its members, in the order of the file; none when it is not an object.
    pub fn names(&self) -> Vec<&'a str> {
        let members = self.value.and_then(HoconValue::as_object);
        members
            .map(|members| members.keys().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// Its members, in the order of the file; none when it is not an object.
    pub fn members(&self) -> Vec<Node<'a>> {
        self.names().into_iter().map(|name| self.get(name)).collect()
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Node<'a> {
        let value = self
            .value
            .and_then(HoconValue::as_object)
            .and_then(|members| members.get(name))
            .filter(|value| !value.is_null());
        Node {
            document: self.document,
            key: format!("{}.{name}", self.key),
            value,
        }
    }

    /// Refuses members that nobody knows.
    pub fn only(&self, known: &[&'static str]) -> Result<(), SettingsError> {
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

    /// Its value with its kind, for files that are a pattern of something else; none for objects, lists and nothing.
    pub fn scalar(&self) -> Option<Scalar> {
        let HoconValue::Scalar(scalar) = self.value? else {
            return None;
        };
        match scalar.value_type {
            ScalarType::Number => Some(Scalar::Number(scalar.raw.clone())),
            ScalarType::Boolean => Some(Scalar::Flag(scalar.raw == "true")),
            ScalarType::String => Some(Scalar::Text(scalar.raw.clone())),
            _ => None,
        }
    }

    /// Its text; numbers and the like as they are written. None when it is not there.
    pub fn text(&self) -> Result<Option<String>, SettingsError> {
        self.value
            .map(|value| scalar(value).ok_or_else(|| self.wrong_type("a text")))
            .transpose()
    }

    /// `true` or `false` (HOCON: also `yes`, `no`, `on`, `off`).
    pub fn flag(&self) -> Result<Option<bool>, SettingsError> {
        self.value
            .map(|value| value.as_bool().ok_or_else(|| self.wrong_type("true or false")))
            .transpose()
    }

    /// A whole number in this range.
    pub fn integer(&self, range: &RangeInclusive<u64>) -> Result<Option<u64>, SettingsError> {
        let Some(text) = self.text()? else { return Ok(None) };
        let number = text.parse().map_err(|_| self.wrong_type("a whole number"))?;
        self.in_range(number, range, "").map(Some)
    }

    /// A duration with its unit, in milliseconds, in this range.
    pub fn duration_ms(&self, range: &RangeInclusive<u64>) -> Result<Option<u64>, SettingsError> {
        let Some(text) = self.text()? else { return Ok(None) };
        let ms = units::duration_ms(&text).map_err(|problem| self.error(problem))?;
        self.in_range(ms, range, " ms").map(Some)
    }

    /// A size with or without a unit, in bytes, in this range.
    pub fn size_bytes(&self, range: &RangeInclusive<u64>) -> Result<Option<usize>, SettingsError> {
        let Some(text) = self.text()? else { return Ok(None) };
        let bytes = units::size_bytes(&text).map_err(|problem| self.error(problem))?;
        let bytes = self.in_range(bytes, range, " bytes")?;
        usize::try_from(bytes)
            .map(Some)
            .map_err(|_| self.unusable(format!("{bytes} bytes are too many for this machine")))
    }

    /// The elements of a list; empty when there is none.
    pub fn list(&self) -> Result<Vec<Node<'a>>, SettingsError> {
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
                document: self.document,
                key: format!("{}[{index}]", self.key),
                value: Some(value),
            })
            .collect())
    }

    /// It as JSON, for those who read it with a type of their own. Numbers that JSON has are numbers; all other
    /// scalars are texts, except `true`, `false` and `null`.
    pub fn json(&self) -> serde_json::Value {
        self.value.map_or(serde_json::Value::Null, json)
    }

    /// An error about its value, in words.
    pub fn unusable(&self, what: impl Into<String>) -> SettingsError {
        self.error(Problem::Unusable(what.into()))
    }

    /// An error about it.
    pub fn error(&self, problem: Problem) -> SettingsError {
        let place = self.place();
        SettingsError {
            file: place.file,
            line: place.line,
            key: Some(place.key),
            problem,
        }
    }

    /// Where it is written, or should be.
    pub fn place(&self) -> Place {
        self.document.place(&self.key)
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
            Some(HoconValue::Placeholder(_)) => "a substitution that leads nowhere",
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

fn json(value: &HoconValue) -> serde_json::Value {
    match value {
        HoconValue::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect(),
        HoconValue::Array(elements) => elements.iter().map(json).collect(),
        HoconValue::Scalar(scalar) if scalar.value_type == ScalarType::String => scalar.raw.clone().into(),
        HoconValue::Scalar(scalar) => {
            serde_json::from_str(&scalar.raw).unwrap_or_else(|_| scalar.raw.clone().into())
        }
        _ => serde_json::Value::Null,
    }
}

/// The known name that differs in the fewest letters, if it is near at all.
pub fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
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
