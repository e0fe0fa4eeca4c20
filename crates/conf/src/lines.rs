//! Which key stands on which line. The HOCON reader keeps no positions of values, so the tokens are walked once more.

use hocon::{Token, TokenKind};
use std::collections::HashMap;

/// Depth of nesting that is followed; deeper keys have no line.
const DEPTH_MAX: usize = 32;

/// Where a key was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its line, counted from 1.
    pub(crate) line: usize,
    /// How much of it, in bytes, is the key around it.
    pub(crate) parent_bytes: usize,
}

/// Full key (`http.tokens[0].token`) to line, counted from 1. The last definition wins, as in HOCON. Text that is not
/// HOCON gives what was found up to the mistake.
pub(crate) fn lines(text: &str) -> HashMap<String, Found> {
    let tokens = hocon::tokenize(text).unwrap_or_default();
    let mut walk = Walk {
        tokens: &tokens,
        at: 0,
        found: HashMap::new(),
    };
    if walk.kind() == Some(&TokenKind::LBrace) {
        walk.at += 1;
    }
    walk.object("", 0);
    walk.found
}

struct Walk<'a> {
    tokens: &'a [Token],
    at: usize,
    found: HashMap<String, Found>,
}

impl Walk<'_> {
    fn kind(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    /// Members up to and with the closing brace.
    fn object(&mut self, prefix: &str, depth: usize) {
        while let Some(kind) = self.kind() {
            match kind {
                TokenKind::Eof => return,
                TokenKind::RBrace => {
                    self.at += 1;
                    return;
                }
                TokenKind::Newline | TokenKind::Comma => self.at += 1,
                _ => self.member(prefix, depth),
            }
        }
    }

    fn member(&mut self, prefix: &str, depth: usize) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut key = String::new();
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                TokenKind::Unquoted | TokenKind::QuotedString | TokenKind::TripleQuotedString => {
                    key.push_str(&token.value);
                    self.at += 1;
                }
                TokenKind::Colon | TokenKind::Equals | TokenKind::PlusEquals => {
                    self.at += 1;
                    break;
                }
                TokenKind::LBrace => break,
                // An include, or a mistake: it defines no key here.
                _ => {
                    self.at += 1;
                    return;
                }
            }
        }
        let path = join(prefix, key.trim());
        let parent_bytes = prefix.len();
        self.found.insert(path.clone(), Found { line, parent_bytes });
        while self.kind() == Some(&TokenKind::Newline) {
            self.at += 1;
        }
        self.value(&path, depth + 1);
    }

    /// A value up to the comma, line end or closing bracket after it.
    fn value(&mut self, path: &str, depth: usize) {
        while let Some(kind) = self.kind() {
            match kind {
                TokenKind::LBrace if depth < DEPTH_MAX => {
                    self.at += 1;
                    self.object(path, depth);
                }
                TokenKind::LBracket if depth < DEPTH_MAX => {
                    self.at += 1;
                    self.list(path, depth);
                }
                TokenKind::Newline
                | TokenKind::Comma
                | TokenKind::RBrace
                | TokenKind::RBracket
                | TokenKind::Eof => return,
                _ => self.at += 1,
            }
        }
    }

    fn list(&mut self, path: &str, depth: usize) {
        let mut index = 0_usize;
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                TokenKind::Eof => return,
                TokenKind::RBracket => {
                    self.at += 1;
                    return;
                }
                TokenKind::Newline | TokenKind::Comma | TokenKind::RBrace => self.at += 1,
                _ => {
                    let element = format!("{path}[{index}]");
                    let found = Found {
                        line: token.line,
                        parent_bytes: path.len(),
                    };
                    self.found.insert(element.clone(), found);
                    self.value(&element, depth + 1);
                    index += 1;
                }
            }
        }
    }
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() {
        key.to_owned()
    } else {
        format!("{prefix}.{key}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_lines() {
        let found = lines(
            "# комментарий\njournal.url = \"sqlite:a\"\nhttp {\n  listen : x\n  tokens = [\n    { store = 1\n      terminal = 2 },\n    { store = 3 }\n  ]\n}\nmodules = [a, b]\nlog { level = info, format = text }\n",
        );
        for (key, line) in [
            ("journal.url", 2),
            ("http", 3),
            ("http.listen", 4),
            ("http.tokens", 5),
            ("http.tokens[0].store", 6),
            ("http.tokens[0].terminal", 7),
            ("http.tokens[1].store", 8),
            ("modules[1]", 11),
            ("log.level", 12),
            ("log.format", 12),
        ] {
            assert_eq!(found[key].line, line, "{key}");
        }
    }

    #[test]
    fn the_last_definition_wins_and_nonsense_does_no_harm() {
        assert_eq!(lines("a = 1\na = 2")["a"].line, 2);
        assert_eq!(lines("{ a = 1 }")["a"].line, 1);
        for broken in [
            "",
            "}",
            "]",
            "a = [",
            "a { b",
            "include \"x\"\na = 1",
            "= = =",
            &"[".repeat(1_000),
        ] {
            lines(broken);
        }
    }
}
