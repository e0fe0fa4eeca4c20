//! The rules that no compiler knows. Each rule is a function from what it reads to the list of what is wrong.

mod bans;
mod clocks;
mod decisions;
mod dependencies;
mod floats;
mod layering;
mod lengths;
mod links;
mod paths;
mod rows;
mod tokens;

use crate::repository::{TextFile, metadata, root, text_files};
use anyhow::Result;
use std::path::Path;
use tokens::Token;

/// A Rust file, cut into tokens once for all rules.
pub struct RustFile<'a> {
    /// Relative to the root.
    pub path: &'a str,
    /// Everything but white space.
    pub tokens: Vec<Token<'a>>,
}

impl<'a> RustFile<'a> {
    /// Cuts a file.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            tokens: tokens::tokenize(text),
        }
    }

    /// Without comments.
    pub fn code(&self) -> Vec<Token<'a>> {
        let is_code = |token: &&Token<'_>| token.kind != tokens::Kind::Comment;
        self.tokens.iter().filter(is_code).copied().collect()
    }
}

/// What the rules found.
#[derive(Debug, Default)]
pub struct Report {
    /// Broken rules.
    pub problems: Vec<String>,
    /// Worth knowing.
    pub notes: Vec<String>,
}

/// Checks everything and prints it. True when no rule is broken.
pub fn run() -> Result<bool> {
    let report = check(&root())?;
    for note in &report.notes {
        println!("note: {note}");
    }
    for problem in &report.problems {
        println!("error: {problem}");
    }
    if report.problems.is_empty() {
        println!("tidy: every rule is kept");
    } else {
        println!("tidy: {} problems", report.problems.len());
    }
    Ok(report.problems.is_empty())
}

fn check(root: &Path) -> Result<Report> {
    let files = text_files(root)?;
    let rust: Vec<RustFile<'_>> = rust_files(&files);
    let mut report = Report::default();
    let problems = &mut report.problems;

    problems.extend(layering::check(&metadata(root, &["--no-deps"])?)?);
    for file in &rust {
        problems.extend(floats::check(file));
        problems.extend(clocks::check(file));
        problems.extend(bans::check_rust(file));
    }
    problems.extend(files.iter().flat_map(bans::check_other));
    problems.extend(bans::check_crate_docs(&rust));
    problems.extend(rows::check(&rust));
    problems.extend(paths::check(&files, paths::host_name().as_deref()));
    let is_picture = |path: &str| {
        Path::new(path).extension().is_some_and(|kind| kind == "png") && root.join(path).is_file()
    };
    problems.extend(links::check(&files, is_picture));
    problems.extend(decisions::check(&files));
    problems.extend(dependencies::check_lock(&files));

    let (long, notes) = lengths::check(&files, &lengths::LONG_FILES);
    report.problems.extend(long);
    report.notes.extend(notes);
    let resolved = metadata(root, &["--filter-platform", dependencies::PLATFORM])?;
    let count = dependencies::count(&resolved)?;
    report.notes.push(format!(
        "{count} packages are built into the product (at most {})",
        dependencies::MAX_PACKAGES
    ));
    report.problems.extend(dependencies::check_count(count));
    Ok(report)
}

fn rust_files(files: &[TextFile]) -> Vec<RustFile<'_>> {
    let is_rust = |file: &&TextFile| file.extension() == "rs";
    let rust = files.iter().filter(is_rust);
    rust.map(|file| RustFile::new(&file.path, &file.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let report = check(&root()).unwrap();
        assert!(report.problems.is_empty(), "\n{}\n", report.problems.join("\n"));
    }
}
