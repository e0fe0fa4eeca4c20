//! Commas with nothing before them. In the product's own files every element of a list begins with its comma; when the
//! first element is switched off as a comment, its neighbour's comma is left over and the whole file is unreadable.

use hocon::{Token, TokenKind};

/// The most such commas that are told of one file; the reader itself stumbles over the next.
const STRAY_MAX: usize = 100;

/// A comma that stands where none may.
pub(crate) struct Stray {
    /// Which token it is.
    pub(crate) token: usize,
    /// Whether a comma stands before it, rather than the opening bracket.
    pub(crate) doubled: bool,
}

/// Finds them, in the order of the text.
pub(crate) fn stray(tokens: &[Token]) -> Vec<Stray> {
    let mut found = Vec::new();
    let mut before = None;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::Newline {
            continue;
        }
        if token.kind == TokenKind::Comma && found.len() < STRAY_MAX {
            let doubled = before == Some(&TokenKind::Comma);
            let opened = matches!(before, None | Some(TokenKind::LBracket | TokenKind::LBrace));
            if doubled || opened {
                found.push(Stray {
                    token: index,
                    doubled,
                });
                // What comes next is judged as if this comma were not there.
                continue;
            }
        }
        before = Some(&token.kind);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(text: &str) -> Vec<(usize, bool)> {
        let tokens = hocon::tokenize(text).unwrap();
        stray(&tokens)
            .iter()
            .map(|stray| (tokens[stray.token].line, stray.doubled))
            .collect()
    }

    #[test]
    fn commas_with_nothing_before_them_are_found() {
        assert_eq!(lines_of("a = [\n  { b = 1 }\n  ,{ b = 2 }\n]"), []);
        assert_eq!(lines_of("a = [\n#  { b = 1 }\n  ,{ b = 2 }\n]"), [(3, false)]);
        assert_eq!(
            lines_of("a = [\n  { b = 1 },\n#  { b = 2 }\n  ,{ b = 3 }\n]"),
            [(4, true)]
        );
        assert_eq!(lines_of("a = [,,1]"), [(1, false), (1, false)]);
        assert_eq!(lines_of(", a = 1"), [(1, false)]);
        assert_eq!(lines_of("a = \"[,\" # [,\nb = [1,]"), []);
        assert_eq!(lines_of(&",".repeat(10_000)).len(), STRAY_MAX);
    }
}
