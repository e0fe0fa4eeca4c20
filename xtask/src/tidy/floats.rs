//! Money is whole kopecks, and so is everything near it: the repository has no floating-point number.

use super::RustFile;
use super::tokens::Kind;

/// Types, literals, and functions that speak of them (`as_secs_f64`).
pub fn check(file: &RustFile<'_>) -> Vec<String> {
    let is_float = |kind: Kind, text: &str| match kind {
        Kind::Float => true,
        Kind::Word => matches!(text, "f32" | "f64") || text.ends_with("_f32") || text.ends_with("_f64"),
        _ => false,
    };
    let code = file.code();
    let found = code.iter().filter(|token| is_float(token.kind, token.text));
    found
        .map(|token| {
            format!(
                "{}:{}: `{}` is a floating-point number; count in whole units (kopecks, milliseconds, per mille)",
                file.path, token.line, token.text
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(source: &str) -> usize {
        check(&RustFile::new("a.rs", source)).len()
    }

    #[test]
    fn types_literals_and_functions_are_found() {
        assert_eq!(count("fn a(x: f64) -> f32 { x * 1.5 + 2e3 }"), 4);
        assert_eq!(count("elapsed.as_secs_f64()"), 1);
    }

    #[test]
    fn text_comments_and_whole_numbers_are_not() {
        assert_eq!(
            count("// 1.5 f64\nlet a = \"0.5 f32\"; let b = t.0.1 + 10; for _ in 0..3 {}"),
            0
        );
    }
}
