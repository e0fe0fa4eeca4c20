//! Words that have no place in finished code, and the docs that each crate begins with.

use super::RustFile;
use super::tokens::{Kind, find_all};
use crate::repository::TextFile;

/// Code that is not finished, or lints that are silenced instead of expected.
const BANNED_CODE: [(&[&str], &str); 7] = [
    (&["#", "[", "ignore"], "a test runs or it does not exist"),
    (&["todo", "!"], "write it"),
    (&["unimplemented", "!"], "write it, or answer with an error"),
    (&["dbg", "!"], "take it out"),
    (&["#", "[", "allow", "("], "use #[expect(…, reason = …)]"),
    (&["#", "!", "[", "allow", "("], "use #![expect(…, reason = …)]"),
    (&[",", "allow", "(", "clippy"], "use expect(…, reason = …)"),
];

/// Words in comments that promise something for later.
const BANNED_WORDS: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

/// Other files whose comments are looked at too.
const OTHER_EXTENSIONS: [&str; 8] = ["toml", "sql", "js", "css", "sh", "conf", "service", "yml"];

/// Banned code and banned words in a Rust file.
pub fn check_rust(file: &RustFile<'_>) -> Vec<String> {
    let code = file.code();
    let mut problems = Vec::new();
    for (pattern, advice) in BANNED_CODE {
        for at in find_all(&code, pattern) {
            if let Some(token) = code.get(at) {
                let banned = pattern.concat();
                problems.push(format!("{}:{}: `{banned}`: {advice}", file.path, token.line));
            }
        }
    }
    let comments = file.tokens.iter().filter(|token| token.kind == Kind::Comment);
    for comment in comments {
        problems.extend(check_words(file.path, comment.line, comment.text));
    }
    problems
}

/// Banned words in a file of another kind.
pub fn check_other(file: &TextFile) -> Vec<String> {
    if OTHER_EXTENSIONS.contains(&file.extension()) {
        check_words(&file.path, 1, &file.text)
    } else {
        Vec::new()
    }
}

fn check_words(path: &str, first_line: usize, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (offset, line) in text.lines().enumerate() {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        if let Some(word) = words.find(|word| BANNED_WORDS.contains(word)) {
            let line = first_line + offset;
            problems.push(format!("{path}:{line}: `{word}`: do it, or write down why not"));
        }
    }
    problems
}

/// The root file of each crate begins with what the crate is for.
pub fn check_crate_docs(files: &[RustFile<'_>]) -> Vec<String> {
    let is_root = |path: &str| path.ends_with("src/lib.rs") || path.ends_with("src/main.rs");
    let begins_with_docs = |file: &RustFile<'_>| {
        let first = file.tokens.first();
        first.is_some_and(|token| token.text.starts_with("//!"))
    };
    files
        .iter()
        .filter(|file| is_root(file.path) && !begins_with_docs(file))
        .map(|file| {
            format!(
                "{}: begins without `//!`; say what the crate is for and what it may not do",
                file.path
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(source: &str) -> usize {
        check_rust(&RustFile::new("a.rs", source)).len()
    }

    #[test]
    fn unfinished_code_is_found() {
        assert_eq!(
            count("#[ignore] fn a() { todo!(); unimplemented!(); dbg!(1) }"),
            4
        );
        assert_eq!(count("#[ignore = \"slow\"] fn a() {}"), 1);
        assert_eq!(count("#![allow(dead_code)] #[allow(unused)] fn a() {}"), 2);
        assert_eq!(count("#[cfg_attr(test, allow(clippy::panic))] fn a() {}"), 1);
        let promise = ["// TO", "DO later\n/* FIX", "ME */"].concat();
        assert_eq!(count(&promise), 2);
    }

    #[test]
    fn finished_code_and_mere_mentions_are_not() {
        assert_eq!(
            count("#[expect(dead_code, reason = \"todo!\")] fn ignore() { allow(1) }"),
            0
        );
        assert_eq!(
            count(
                "// The phone is +7 9XX XXX-XX-XX\u{20}"
                    .replace("XXX", "123")
                    .as_str()
            ),
            0
        );
    }

    #[test]
    fn comments_of_other_files_are_looked_at() {
        let file = |path: &str| TextFile {
            path: path.to_owned(),
            text: ["-- one\n-- TO", "DO two"].concat(),
        };
        assert_eq!(
            check_other(&file("a.sql")),
            ["a.sql:2: `TODO`: do it, or write down why not"]
        );
        assert!(check_other(&file("a.md")).is_empty());
    }

    #[test]
    fn a_crate_begins_with_docs() {
        let good = RustFile::new("crates/a/src/lib.rs", "//! What it is for.\nmod b;");
        let bad = RustFile::new("crates/b/src/main.rs", "// a note\nfn main() {}");
        let inner = RustFile::new("crates/b/src/other.rs", "fn a() {}");
        assert_eq!(check_crate_docs(&[good, bad, inner]).len(), 1);
    }
}
