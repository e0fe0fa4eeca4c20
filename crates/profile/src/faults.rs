//! What is wrong with a profile: every fault of a file at once, each with file, line and key.

use conf::{Node, Problem, SettingsError, nearest};
use std::fmt;

/// Why a profile cannot be used: at least one fault.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(pub Vec<SettingsError>);

impl std::error::Error for Faults {}

/// One fault a line.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl From<SettingsError> for Faults {
    fn from(fault: SettingsError) -> Self {
        Self(vec![fault])
    }
}

impl Faults {
    /// Notes a fault; the same one is noted once, since what modules share is read for each of them.
    pub(crate) fn add(&mut self, fault: SettingsError) {
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    /// Notes a fault about a value, in words.
    pub(crate) fn unusable(&mut self, node: &Node<'_>, what: impl Into<String>) {
        self.add(node.unusable(what));
    }

    /// The good value, or the fault noted.
    pub(crate) fn take<T>(&mut self, read: Result<T, SettingsError>) -> Option<T> {
        read.map_err(|fault| self.add(fault)).ok()
    }

    /// Notes every member that nobody knows, and a value that has no members at all.
    pub(crate) fn only(&mut self, node: &Node<'_>, known: &[&'static str]) {
        if node.is_there() && !node.is_object() {
            self.add(node.error(Problem::WrongType {
                expected: "an object in braces",
                found: "something else".to_owned(),
            }));
            return;
        }
        for name in node.names() {
            if !known.contains(&name) {
                self.add(node.get(name).error(Problem::UnknownKey(nearest(name, known))));
            }
        }
    }
}
