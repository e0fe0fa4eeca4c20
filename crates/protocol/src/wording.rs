//! From the decoder's words to words that a register's programmer can act on. Values are left out: they may be
//! secret.

use std::fmt;

/// The operations that the protocol knows.
pub const OPERATIONS: [&str; 8] = [
    "pay",
    "cancel",
    "refund",
    "confirm",
    "status",
    "link_check",
    "link_bind",
    "receipt_find",
];

/// How many characters of an unknown name are repeated in an error.
const NAME_SHOWN: usize = 40;

/// A field that cannot stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path: `receipt.items[2].price`.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

impl FieldError {
    /// A problem at a path.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

/// A field that must be there.
pub fn missing(path: &str) -> FieldError {
    FieldError::new(path, "missing")
}

/// An operation that the protocol does not know.
pub fn unknown_operation(found: &str) -> String {
    let shown: String = found.chars().take(NAME_SHOWN).collect();
    let hint = suggestion(found, &OPERATIONS);
    format!(
        "operation: `{shown}` is not known{hint}; known operations: {}",
        OPERATIONS.join(", ")
    )
}

/// Rewords what the decoder said about a path. The decoder's forms are pinned by the tests of `parse`.
pub fn reword(path: &str, said: &str) -> FieldError {
    let said = said.rfind(" at line ").map_or(said, |end| &said[..end]);
    let path = if path == "." { "" } else { path };
    if let Some(name) = said.strip_prefix("missing field ") {
        return missing(&join(path, ticked(name)));
    }
    if let Some(rest) = said.strip_prefix("unknown field ") {
        return unknown_field(path, rest);
    }
    if let Some(name) = said.strip_prefix("duplicate field ") {
        return FieldError::new(join_once(path, ticked(name)), "stands more than once");
    }
    let path = if path.is_empty() { "the message" } else { path };
    FieldError::new(path, mismatch(path, said).unwrap_or_else(|| said.to_owned()))
}

fn unknown_field(path: &str, rest: &str) -> FieldError {
    let found = ticked(rest);
    let known: Vec<&str> = rest.split('`').skip(3).step_by(2).collect();
    let hint = suggestion(found, &known);
    let shown: String = found.chars().take(NAME_SHOWN).collect();
    let known = known.join(", ");
    let path = match path.strip_suffix(found) {
        Some(parent) => format!("{parent}{shown}"),
        None => join(path, &shown),
    };
    FieldError::new(path, format!("unknown field{hint}; known here: {known}"))
}

/// `invalid type: …, expected …` and `invalid value: …, expected …`, without the value.
fn mismatch(path: &str, said: &str) -> Option<String> {
    if said.starts_with("number out of range") {
        return Some(format!(
            "expected {}, found a number out of range",
            wanted(path, "i64")
        ));
    }
    let (wrong_type, rest) = match said.strip_prefix("invalid type: ") {
        Some(rest) => (true, rest),
        None => (false, said.strip_prefix("invalid value: ")?),
    };
    let (found, expected) = rest.rsplit_once(", expected ")?;
    let found = found.split([' ', '`']).next().unwrap_or_default();
    let found = match found {
        _ if !wrong_type => "a value out of range",
        "floating" => "a number that is not whole or is too large",
        "integer" => "a number",
        "boolean" => "true or false",
        "string" => "a string",
        "null" => "null",
        "map" => "an object",
        "sequence" => "an array",
        _ => "something else",
    };
    Some(format!("expected {}, found {found}", wanted(path, expected)))
}

fn wanted(path: &str, expected: &str) -> String {
    let money = ["amount", "price", "sum"]
        .iter()
        .any(|field| path.rsplit('.').next() == Some(field));
    match expected {
        _ if money => "whole kopecks as a plain number (12345 for 123.45 rubles)".to_owned(),
        "i64" | "u64" | "u32" => "a whole number, not below zero".to_owned(),
        "a sequence" => "an array".to_owned(),
        _ if expected.starts_with("struct ") => "an object".to_owned(),
        _ => expected.to_owned(),
    }
}

/// The first name in back-ticks.
fn ticked(text: &str) -> &str {
    text.split('`').nth(1).unwrap_or(text)
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    }
}

/// As [`join`], for paths that may end in the name already.
fn join_once(path: &str, name: &str) -> String {
    if path == name || path.ends_with(&format!(".{name}")) {
        path.to_owned()
    } else {
        join(path, name)
    }
}

/// `, did you mean …?` when one of the known names is near.
fn suggestion(found: &str, known: &[&str]) -> String {
    if found.chars().count() > NAME_SHOWN {
        return String::new();
    }
    let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
    known
        .iter()
        .map(|name| (distance(&plain(found), &plain(name)), *name))
        .min()
        .filter(|(distance, name)| *distance <= (name.len() / 3).clamp(1, 3))
        .map_or_else(String::new, |(_, name)| format!(", did you mean `{name}`?"))
}

/// How many letters must be changed, added or taken away.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut previous = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.chars().zip(row.iter().skip(1)) {
            let cost = (previous + usize::from(x != y)).min(above + 1).min(left + 1);
            previous = *above;
            left = cost;
            next.push(cost);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_not() {
        let known = ["amount", "purpose", "lifetime_s"];
        assert_eq!(suggestion("amuont", &known), ", did you mean `amount`?");
        assert_eq!(suggestion("Amount", &known), ", did you mean `amount`?");
        assert_eq!(suggestion("lifetimeS", &known), ", did you mean `lifetime_s`?");
        assert_eq!(suggestion("colour", &known), "");
        assert_eq!(suggestion("", &[]), "");
    }

    #[test]
    fn distance_counts_changes() {
        for (a, b, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
