//! The failure catalogue: every row has a test that is named after it.

use super::RustFile;
use super::tokens::{Kind, Token, find_all};

/// The rows that must have a test now.
pub const ROWS: [u32; 13] = [1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15];

/// Rows without a test function whose name begins with `row_NN_`.
pub fn check(files: &[RustFile<'_>]) -> Vec<String> {
    let names: Vec<&str> = files.iter().flat_map(test_functions).collect();
    let is_tested = |row: u32| {
        let start = format!("row_{row:02}_");
        names.iter().any(|name| name.starts_with(&start))
    };
    ROWS.into_iter()
        .filter(|row| !is_tested(*row))
        .map(|row| format!("row {row} of the failure catalogue has no test named `row_{row:02}_…`"))
        .collect()
}

fn test_functions<'a>(file: &RustFile<'a>) -> Vec<&'a str> {
    let code = file.code();
    let functions = find_all(&code, &["fn"]).into_iter();
    functions
        .filter(|at| has_test_attribute(&code, *at))
        .filter_map(|at| Some(code.get(at + 1)?.text))
        .collect()
}

/// Between the item before and this function stands `#[test]`, `#[tokio::test]` or the like.
fn has_test_attribute(code: &[Token<'_>], function: usize) -> bool {
    let before = code.get(..function).unwrap_or_default();
    let own = before
        .iter()
        .rev()
        .take_while(|token| !matches!(token.text, "{" | "}" | ";"));
    own.into_iter()
        .any(|token| token.kind == Kind::Word && token.text == "test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_needs_a_test() {
        assert_eq!(check(&[]).len(), ROWS.len());
        let functions = ROWS.map(|row| format!("#[test] fn row_{row:02}_is_held() {{}} "));
        let source = functions.concat();
        assert!(check(&[RustFile::new("a.rs", &source)]).is_empty());
    }

    #[test]
    fn only_tests_count() {
        let source = "#[tokio::test(start_paused = true)] async fn row_01_a() {} \
                      fn row_02_b() {} // #[test] fn row_03_c() {}\n \
                      #[test] fn a() { } fn row_04_d() {} \
                      proptest! { #[test] fn row_05_e(x in 0..3) {} }";
        let missing = check(&[RustFile::new("a.rs", source)]);
        let is_missing = |row: &str| missing.iter().any(|text| text.contains(row));
        assert!(!is_missing("row_01_") && !is_missing("row_05_"));
        assert!(is_missing("row_02_") && is_missing("row_03_") && is_missing("row_04_"));
    }
}
