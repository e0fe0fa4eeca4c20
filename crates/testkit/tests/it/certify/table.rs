//! The table of results: modules and their ways down, cases across.

use super::{Subject, Verdict};
use anyhow::{Context, Error, Result};
use std::fmt::Write;
use std::path::Path;

/// The results of one subject.
pub struct Row {
    pub subject: Subject,
    pub cells: Vec<std::result::Result<Verdict, Error>>,
}

/// The table as text: numbered columns, then what the numbers mean.
pub fn render(names: &[String], rows: &[Row]) -> String {
    let wide = rows
        .iter()
        .map(|row| row.subject.to_string().len())
        .max()
        .unwrap_or_default();
    let mut text = format!("{:wide$}", "");
    for number in 1..=names.len() {
        let _ = write!(text, " {number:>4}");
    }
    text.push('\n');
    for row in rows {
        let _ = write!(text, "{:wide$}", row.subject.to_string());
        for cell in &row.cells {
            let _ = write!(text, " {:>4}", word(cell));
        }
        text.push('\n');
    }
    text.push_str(
        "\nok: passed  n/a: unsupported (checked)  none: never happens there (checked)  FAIL: failed\n\n",
    );
    for (at, name) in names.iter().enumerate() {
        let _ = writeln!(text, "{:>4} {name}", at + 1);
    }
    text
}

fn word(cell: &std::result::Result<Verdict, Error>) -> &'static str {
    match cell {
        Ok(Verdict::Ok) => "ok",
        Ok(Verdict::Unsupported) => "n/a",
        Ok(Verdict::NeverHappens) => "none",
        Err(_) => "FAIL",
    }
}

/// Row × case that failed, with the reason.
pub fn failed(names: &[String], rows: &[Row]) -> Vec<String> {
    let mut failed = Vec::new();
    for row in rows {
        if row.cells.len() != names.len() {
            failed.push(format!("{}: not every case was run", row.subject));
        }
        for (name, cell) in names.iter().zip(&row.cells) {
            if let Err(error) = cell {
                failed.push(format!("{} × {name}: {error:#}", row.subject));
            }
        }
    }
    failed
}

/// Writes the table to `certification.txt` in the target folder.
pub fn write(table: &str) -> Result<()> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let file = target.context("the target folder")?.join("certification.txt");
    std::fs::write(file, table)?;
    Ok(())
}
