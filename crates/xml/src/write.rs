//! Text for XML.

use crate::XmlError;

/// A text as it may stand between tags and in an attribute's value in double or single quotes. Line ends and tabs
/// become references, so that a reader does not turn them into something else.
///
/// Error: [`XmlError::ForbiddenCharacter`] for what XML 1.0 cannot carry at all, such as U+0000.
pub fn escape(text: &str) -> Result<String, XmlError> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                return Err(XmlError::ForbiddenCharacter(c));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reading, parse, to_windows_1251};
    use proptest::prelude::*;

    #[test]
    fn the_five_and_the_line_ends_are_escaped() {
        assert_eq!(
            escape("<a & \"b\" 'c'>\r\n\t").unwrap(),
            "&lt;a &amp; &quot;b&quot; &apos;c&apos;&gt;&#13;&#10;&#9;"
        );
        assert_eq!(escape("a\u{0}"), Err(XmlError::ForbiddenCharacter('\u{0}')));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "\\PC{0,40}", value in "[ -я\t\r\n]{0,40}") {
            let (Ok(inside), Ok(attribute)) = (escape(&text), escape(&value)) else {
                return Ok(());
            };
            let document = format!(
                "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a b=\"{attribute}\">{inside}</a>"
            );
            let root = parse(&to_windows_1251(&document), &Reading::default()).unwrap();
            prop_assert_eq!(root.text(), text);
            prop_assert_eq!(root.attribute("b"), Some(value.as_str()));
        }
    }
}
