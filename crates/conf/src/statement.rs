//! Where a text says `include`, and what.

use hocon::{Token, TokenKind};

/// How an include names its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `include "x"`: beside the file that says so.
    Bare,
    /// `include file("x")`: from the root of the tree.
    File,
    /// `url(…)`, `classpath(…)`, or something that is no include.
    Other,
}

/// One include of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The token `include`.
    pub(crate) first: usize,
    /// The token after it all, with the comma that ends it.
    pub(crate) end: usize,
    /// How the file is named.
    pub(crate) form: Form,
    /// The name, as written.
    pub(crate) target: String,
}

/// The includes of a text, in its order. `include` as a value or within a list is a word like any other.
pub(crate) fn statements(tokens: &[Token]) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut in_list = Vec::new();
    let mut before: Option<&TokenKind> = None;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            TokenKind::LBrace => in_list.push(false),
            TokenKind::LBracket => in_list.push(true),
            TokenKind::RBrace | TokenKind::RBracket => {
                in_list.pop();
            }
            _ => {}
        }
        let starts_member = !in_list.last().copied().unwrap_or(false)
            && !matches!(
                before,
                Some(TokenKind::Colon | TokenKind::Equals | TokenKind::PlusEquals)
            )
            && starts_line_or_member(tokens, at);
        if starts_member && is_word(token, "include") {
            let statement = read(tokens, at);
            at = statement.end;
            found.push(statement);
            before = Some(&TokenKind::Comma);
            continue;
        }
        if token.kind != TokenKind::Newline {
            before = Some(&token.kind);
        }
        at += 1;
    }
    found
}

/// The include that a comment holds, as `# ,{ include file("x") }`; prose about includes is none.
pub(crate) fn commented(line: &str) -> Option<Statement> {
    let mut rest = line.trim_start();
    let mut is_comment = false;
    while let Some(after) = rest.strip_prefix('#').or_else(|| rest.strip_prefix("//")) {
        rest = after.trim_start();
        is_comment = true;
    }
    if !is_comment || !rest.contains("include") {
        return None;
    }
    let tokens = hocon::tokenize(rest).ok()?;
    let first = tokens
        .iter()
        .position(|token| !matches!(token.kind, TokenKind::Comma | TokenKind::LBrace))?;
    if !is_word(tokens.get(first)?, "include") {
        return None;
    }
    Some(read(&tokens, first)).filter(|statement| statement.form != Form::Other)
}

fn is_word(token: &Token, word: &str) -> bool {
    token.kind == TokenKind::Unquoted && token.value == word
}

fn starts_line_or_member(tokens: &[Token], at: usize) -> bool {
    let previous = at.checked_sub(1).and_then(|index| tokens.get(index));
    previous.is_none_or(|token| {
        matches!(
            token.kind,
            TokenKind::Newline | TokenKind::Comma | TokenKind::LBrace
        )
    })
}

fn read(tokens: &[Token], first: usize) -> Statement {
    let mut at = first + 1;
    let mut opening = String::new();
    let skip_newlines = |at: &mut usize| {
        while tokens
            .get(*at)
            .is_some_and(|token| token.kind == TokenKind::Newline)
        {
            *at += 1;
        }
    };
    skip_newlines(&mut at);
    while let Some(token) = tokens.get(at).filter(|token| token.kind == TokenKind::Unquoted) {
        opening.push_str(&token.value);
        at += 1;
    }
    let mut form = match opening.as_str() {
        "" | "required(" => Form::Bare,
        "file(" | "required(file(" => Form::File,
        _ => Form::Other,
    };
    let mut target = String::new();
    if let Some(token) = tokens
        .get(at)
        .filter(|token| token.kind == TokenKind::QuotedString)
    {
        target.clone_from(&token.value);
        at += 1;
    } else {
        form = Form::Other;
    }
    let mut closing = 0;
    while let Some(token) = tokens.get(at).filter(|token| token.kind == TokenKind::Unquoted) {
        closing += token.value.matches(')').count();
        if !token.value.trim_matches(')').is_empty() {
            form = Form::Other;
        }
        at += 1;
    }
    if closing != opening.matches('(').count() {
        form = Form::Other;
    }
    let mut after = at;
    skip_newlines(&mut after);
    if tokens
        .get(after)
        .is_some_and(|token| token.kind == TokenKind::Comma)
    {
        at = after + 1;
    }
    Statement {
        first,
        end: at,
        form,
        target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(Form, String)> {
        statements(&hocon::tokenize(text).unwrap())
            .into_iter()
            .map(|statement| (statement.form, statement.target))
            .collect()
    }

    #[test]
    fn includes_are_told_from_words() {
        let file = |name: &str| (Form::File, name.to_owned());
        assert_eq!(
            of("subsystems = [\n  { include file(\"conf/a.conf\") }\n  ,{ include file (\"b.conf\")}\n]"),
            [file("conf/a.conf"), file("b.conf")]
        );
        assert_eq!(
            of(
                "include \"a\", b = 1, include required(file(\"c\"))\nd = include\ne =\n include \"f\"\ng = [include \"h\"]\n\"include\" = 1"
            ),
            [(Form::Bare, "a".to_owned()), file("c")]
        );
        for other in [
            "include url(\"http://x\")",
            "include file(\"a\"",
            "include file(a)",
            "include",
            "include = 1",
        ] {
            assert_eq!(of(other)[0].0, Form::Other, "{other}");
        }
    }

    #[test]
    fn an_include_that_is_switched_off_is_seen() {
        let found = commented(
            "#   ,{ include file(\"conf/services/reports/qr_checker.conf\")}       # Проверка QR-кода",
        );
        assert_eq!(found.unwrap().target, "conf/services/reports/qr_checker.conf");
        assert_eq!(commented("// # { include \"x.conf\" }").unwrap().form, Form::Bare);
        for other in [
            "{ include file(\"x\") }",
            "# to include file(\"x\") write it here",
            "# include",
            "# include file(\"x",
            "#",
            "",
        ] {
            assert_eq!(commented(other), None, "{other}");
        }
    }
}
