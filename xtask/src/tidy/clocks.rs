//! Time is an argument. The few places that read the system's clock say so right above.

use super::RustFile;
use super::tokens::{Token, find_all};

/// The attribute that marks a place.
const MARK: [&str; 10] = [
    "#",
    "[",
    "expect",
    "(",
    "clippy",
    ":",
    ":",
    "disallowed_methods",
    ",",
    "reason",
];
/// A call may stand at most so many lines below its mark: a short function.
const MARK_REACH_LINES: usize = 12;

/// The types whose `now` reads the system's clock.
const CLOCKS: [&str; 4] = ["SystemTime", "Instant", "Timestamp", "Zoned"];

/// Calls of the system's clock without a mark.
pub fn check(file: &RustFile<'_>) -> Vec<String> {
    let code = file.code();
    let marks: Vec<usize> = find_all(&code, &MARK)
        .into_iter()
        .filter_map(|at| Some(code.get(at)?.line))
        .collect();
    let is_marked = |line: usize| {
        marks
            .iter()
            .any(|mark| *mark <= line && line - mark <= MARK_REACH_LINES)
    };
    let tokio_instant = imports_tokio_instant(&code);
    let mut problems = Vec::new();
    let mut report = |at: usize, call: &str| {
        if let Some(token) = code.get(at)
            && !is_marked(token.line)
        {
            problems.push(format!(
                "{}:{}: `{call}` reads the system's clock; take the moment as an argument or from domain::Clock, \
                 or mark the place with #[expect(clippy::disallowed_methods, reason = …)]",
                file.path, token.line
            ));
        }
    };
    for clock in CLOCKS {
        for at in find_all(&code, &[clock, ":", ":", "now"]) {
            let is_virtual = clock == "Instant" && (tokio_instant || is_path_of_tokio(&code, at));
            if !is_virtual {
                report(at, &format!("{clock}::now"));
            }
        }
    }
    for at in find_all(&code, &["Uuid", ":", ":", "now_v7"]) {
        report(at, "Uuid::now_v7");
    }
    problems
}

/// `tokio::time::Instant`
fn is_path_of_tokio(code: &[Token<'_>], at: usize) -> bool {
    let path = ["tokio", ":", ":", "time", ":", ":"];
    at.checked_sub(path.len())
        .and_then(|start| code.get(start..at))
        .is_some_and(|before| before.iter().map(|token| token.text).eq(path))
}

/// `use tokio::time::Instant;` or `use tokio::time::{…, Instant, …};`
fn imports_tokio_instant(code: &[Token<'_>]) -> bool {
    let starts = find_all(code, &["use", "tokio", ":", ":", "time", ":", ":"]);
    starts.into_iter().any(|start| {
        let statement = code.iter().skip(start).take_while(|token| token.text != ";");
        statement.into_iter().any(|token| token.text == "Instant")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(source: &str) -> usize {
        check(&RustFile::new("a.rs", source)).len()
    }

    #[test]
    fn unmarked_calls_are_found() {
        assert_eq!(count("let a = std::time::SystemTime::now();"), 1);
        assert_eq!(count("use std::time::Instant; fn f() { Instant::now(); }"), 1);
        assert_eq!(count("jiff::Timestamp::now(); Zoned::now(); Uuid::now_v7()"), 3);
    }

    #[test]
    fn a_mark_far_above_does_not_count() {
        let mark = "#[expect(clippy::disallowed_methods, reason = \"x\")]";
        let gap = "\n".repeat(MARK_REACH_LINES + 1);
        assert_eq!(count(&format!("{mark}{gap}SystemTime::now()")), 1);
        assert_eq!(
            count("#[expect(clippy::disallowed_methods)]\nSystemTime::now()"),
            1,
            "no reason"
        );
    }

    #[test]
    fn marked_calls_and_virtual_time_are_fine() {
        assert_eq!(
            count(
                "#[expect(\n clippy::disallowed_methods,\n reason = \"x\"\n)]\nfn f() { SystemTime::now() }"
            ),
            0
        );
        assert_eq!(count("tokio::time::Instant::now()"), 0);
        assert_eq!(count("use tokio::time::{Duration, Instant};\nInstant::now()"), 0);
        assert_eq!(
            count("// Instant::now()\nlet a = \"SystemTime::now\"; clock.now()"),
            0
        );
    }
}
