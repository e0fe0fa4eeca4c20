//! Cuts Rust source into tokens: just well enough to tell code from comments and strings, and whole numbers from
//! others.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A whole number.
    Integer,
    /// A number with a fraction, an exponent or a float's suffix.
    Float,
    /// A string or a character, with its quotes.
    Text,
    /// `'a`
    Lifetime,
    /// A comment of any kind.
    Comment,
    /// One character of anything else.
    Punct,
}

/// A token and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it stands in the source.
    pub text: &'a str,
    /// Counted from 1.
    pub line: usize,
}

/// Cuts a whole file. Never fails: what cannot be understood becomes punctuation.
pub fn tokenize(source: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else {
            let (kind, length) = next(rest, first, is_field_access(&tokens));
            let (text, _) = split(rest, length);
            tokens.push(Token { kind, text, line });
            length
        };
        let (eaten, left) = split(rest, length);
        line += eaten.matches('\n').count();
        rest = left;
    }
    tokens
}

/// Whether the last token is the point of `pair.0`, and not of a range.
fn is_field_access(tokens: &[Token<'_>]) -> bool {
    let mut last = tokens.iter().rev().map(|token| token.text);
    last.next() == Some(".") && last.next() != Some(".")
}

fn split(text: &str, length: usize) -> (&str, &str) {
    text.split_at_checked(length).unwrap_or((text, ""))
}

fn next(rest: &str, first: char, after_point: bool) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if let Some(length) = prefixed_text(rest) {
        return (Kind::Text, length);
    }
    if first == '\'' {
        return quote(rest);
    }
    if first.is_ascii_digit() {
        return number(rest, after_point);
    }
    if is_word_char(first) {
        let raw = if rest.starts_with("r#") { 2 } else { 0 };
        let (_, name) = split(rest, raw);
        return (Kind::Word, raw + word(name));
    }
    (Kind::Punct, first.len_utf8())
}

fn is_word_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn word(text: &str) -> usize {
    text.find(|c: char| !is_word_char(c)).unwrap_or(text.len())
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let (_, rest) = split(text, at);
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// `"…"`, `b"…"`, `c"…"`, `r#"…"#`, `br"…"`, `cr"…"`, `b'…'`
fn prefixed_text(text: &str) -> Option<usize> {
    for prefix in ["br", "cr", "r"] {
        if let Some(rest) = text.strip_prefix(prefix) {
            let hashes = rest.len() - rest.trim_start_matches('#').len();
            let (_, after) = split(rest, hashes);
            if after.starts_with('"') {
                return Some(prefix.len() + hashes + raw_string(after, hashes));
            }
        }
    }
    for prefix in ["b", "c", ""] {
        if let Some(rest) = text.strip_prefix(prefix)
            && rest.starts_with('"')
        {
            return Some(prefix.len() + closed_by(rest, '"'));
        }
    }
    let rest = text.strip_prefix('b')?;
    rest.starts_with('\'').then(|| 1 + closed_by(rest, '\''))
}

fn raw_string(text: &str, hashes: usize) -> usize {
    let end = format!("\"{}", "#".repeat(hashes));
    let (_, inside) = split(text, 1);
    inside.find(&end).map_or(text.len(), |at| 1 + at + end.len())
}

/// The length up to the closing quote, which a backslash takes the meaning from.
fn closed_by(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// A character or a lifetime.
fn quote(text: &str) -> (Kind, usize) {
    let mut chars = text.chars().skip(1);
    let (first, second) = (chars.next(), chars.next());
    if first == Some('\\') || second == Some('\'') {
        return (Kind::Text, closed_by(text, '\''));
    }
    let (_, name) = split(text, 1);
    (Kind::Lifetime, 1 + word(name))
}

fn number(text: &str, after_point: bool) -> (Kind, usize) {
    let prefixed = ["0x", "0b", "0o"].iter().any(|prefix| text.starts_with(prefix));
    if prefixed || after_point {
        return (Kind::Integer, word(text));
    }
    let digits = |from: usize| {
        let (_, rest) = split(text, from);
        let is_digit = |c: char| c.is_ascii_digit() || c == '_';
        from + rest.find(|c: char| !is_digit(c)).unwrap_or(rest.len())
    };
    let mut at = digits(0);
    let mut kind = Kind::Integer;
    let (_, rest) = split(text, at);
    if let Some(fraction) = rest.strip_prefix('.')
        && !fraction.starts_with(|c: char| c == '.' || c == '_' || c.is_alphabetic())
    {
        kind = Kind::Float;
        at = digits(at + 1);
    }
    let (_, rest) = split(text, at);
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
            kind = Kind::Float;
            at = digits(at + 1 + exponent.len() - unsigned.len());
        }
    }
    let (_, suffix) = split(text, at);
    let (suffix, _) = split(suffix, word(suffix));
    if suffix.ends_with("f32") || suffix.ends_with("f64") {
        kind = Kind::Float;
    }
    (kind, at + suffix.len())
}

/// Where this sequence of tokens begins, each time it occurs.
pub fn find_all(tokens: &[Token<'_>], pattern: &[&str]) -> Vec<usize> {
    let matches = |window: &[Token<'_>]| {
        let mut pairs = window.iter().zip(pattern);
        pairs.all(|(token, text)| token.text == *text)
    };
    let windows = tokens.windows(pattern.len()).enumerate();
    windows
        .filter(|(_, window)| matches(window))
        .map(|(at, _)| at)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<(Kind, &str)> {
        let tokens = tokenize(source);
        tokens.iter().map(|token| (token.kind, token.text)).collect()
    }

    fn numbers(source: &str) -> Vec<(Kind, &str)> {
        let mut all = kinds(source);
        all.retain(|(kind, _)| matches!(kind, Kind::Integer | Kind::Float));
        all
    }

    #[test]
    fn strings_and_comments_are_one_token_each() {
        use Kind::{Comment, Punct, Text, Word};
        assert_eq!(
            kinds("f(\"a\\\"// 1.5\") /* a /* b */ 2.5 */ // c\nr#\"x\"y\"# b'\\'' br\"z\" r#type"),
            [
                (Word, "f"),
                (Punct, "("),
                (Text, "\"a\\\"// 1.5\""),
                (Punct, ")"),
                (Comment, "/* a /* b */ 2.5 */"),
                (Comment, "// c"),
                (Text, "r#\"x\"y\"#"),
                (Text, "b'\\''"),
                (Text, "br\"z\""),
                (Word, "r#type"),
            ]
        );
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        use Kind::{Lifetime, Text};
        assert_eq!(
            kinds("'a' 'b '\\n' '\\u{1F}' 'я' 'static '\"'"),
            [
                (Text, "'a'"),
                (Lifetime, "'b"),
                (Text, "'\\n'"),
                (Text, "'\\u{1F}'"),
                (Text, "'я'"),
                (Lifetime, "'static"),
                (Text, "'\"'"),
            ]
        );
    }

    #[test]
    fn whole_numbers_are_told_from_others() {
        use Kind::{Float, Integer};
        assert_eq!(
            numbers("1 1_000u64 0x1E5 0x1f32 pair.0.1 0..5 1.max(2)"),
            [
                (Integer, "1"),
                (Integer, "1_000u64"),
                (Integer, "0x1E5"),
                (Integer, "0x1f32"),
                (Integer, "0"),
                (Integer, "1"),
                (Integer, "0"),
                (Integer, "5"),
                (Integer, "1"),
                (Integer, "2"),
            ]
        );
        let floats = ["1.5", "1.", "1e9", "2E-3", "7f32", "1_0.0_f64"];
        for float in floats {
            assert_eq!(numbers(&format!("({float})")), [(Float, float)]);
        }
        assert_eq!(numbers("0..1.5"), [(Integer, "0"), (Float, "1.5")]);
    }

    #[test]
    fn lines_are_counted_through_comments_and_strings() {
        let tokens = tokenize("/*\n*/ a \"\n\" b\nc");
        let lines: Vec<_> = tokens.iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 2, 2, 3, 4]);
    }

    #[test]
    fn unfinished_source_ends() {
        for source in ["\"abc", "/* x", "r##\"x\"#", "'", "b'"] {
            assert!(!tokenize(source).is_empty(), "{source}");
        }
    }
}
