//! Faults of the reader of files in words for operators.

use super::finding::{Findings, Severity, Value};
use conf::{IncludeFault, Place, Problem, SettingsError};
use std::path::Path;
use texts::words::ukm as advice;
use texts::words::ukm::Advice;

/// Adds a fault that the reader found.
pub(super) fn explain(error: SettingsError, findings: &mut Findings) {
    let place = Place {
        file: error.file,
        line: error.line,
        key: error.key.unwrap_or_default(),
    };
    let mut severity = Severity::Error;
    let (advice, values) = match error.problem {
        Problem::Unreadable(detail) => (advice::UNREADABLE, vec![("detail", detail.into())]),
        Problem::Encoding => (advice::ENCODING, vec![]),
        Problem::Syntax(detail) => (advice::SYNTAX, vec![("detail", detail.into())]),
        Problem::Unresolved(detail) => {
            // It may stand in a part of the tree that is none of ours; a key of ours is an error of its own.
            severity = Severity::Warning;
            (advice::UNRESOLVED, vec![("detail", detail.into())])
        }
        Problem::LeadingComma => (advice::LEADING_COMMA, vec![]),
        Problem::DoubleComma => (advice::DOUBLE_COMMA, vec![]),
        Problem::Include {
            target,
            path,
            problem,
        } => include(target, &path, problem),
        Problem::UnitMissing(number) => (advice::UNIT_MISSING, vec![("detail", number.into())]),
        Problem::WrongType { expected, .. } => {
            let known = advice::EXPECTED.iter().find(|(phrase, ..)| *phrase == expected);
            let (word, example) =
                known.map_or(advice::EXPECTED_DURATION, |(_, word, example)| (*word, *example));
            let values = vec![("expected", Value::Word(word)), ("example", example.into())];
            (advice::WRONG_TYPE, values)
        }
        problem @ Problem::UnknownKey(_) => {
            (advice::UNKNOWN_KEY, vec![("detail", problem.to_string().into())])
        }
        other => (advice::WRONG_VALUE, vec![("detail", other.to_string().into())]),
    };
    findings.add(severity, advice, &place, &values);
}

fn include(target: String, path: &Path, problem: IncludeFault) -> (Advice, Vec<(&'static str, Value)>) {
    let advice = match problem {
        IncludeFault::Missing => advice::INCLUDE_MISSING,
        IncludeFault::Outside => advice::INCLUDE_OUTSIDE,
        IncludeFault::Cycle => advice::INCLUDE_CYCLE,
        IncludeFault::TooDeep | IncludeFault::TooMany => advice::INCLUDE_LIMIT,
        IncludeFault::Unsupported => advice::INCLUDE_FORM,
    };
    (advice, vec![("target", target.into()), ("path", path.into())])
}
