//! Bytes and text. The XML declaration says which encoding it is.

use crate::XmlError;
use encoding_rs::{UTF_8, WINDOWS_1251};
use std::borrow::Cow;

/// In how many bytes from the start a declaration must have ended. A real one has about 60.
const DECLARATION_BYTES_MAX: usize = 256;
const UTF8_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// An encoding that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8; what XML means when it says nothing.
    #[default]
    Utf8,
    /// Cyrillic in one byte a character.
    Windows1251,
}

/// The document as text: by its byte order mark, else by its declaration, else in the encoding `undeclared`.
///
/// Errors: [`XmlError::UnknownEncoding`] and [`XmlError::NotInEncoding`].
pub fn decode(bytes: &[u8], undeclared: Encoding) -> Result<Cow<'_, str>, XmlError> {
    if let Some(rest) = bytes.strip_prefix(UTF8_MARK) {
        return utf8(rest);
    }
    match declared(bytes)?.unwrap_or(undeclared) {
        Encoding::Utf8 => utf8(bytes),
        Encoding::Windows1251 => {
            let (text, _) = WINDOWS_1251.decode_without_bom_handling(bytes);
            Ok(text)
        }
    }
}

/// A document in windows-1251. A character that the code page lacks becomes a character reference (`&#8381;`), which
/// says the same in a text or an attribute's value.
pub fn to_windows_1251(document: &str) -> Vec<u8> {
    let (bytes, _, _) = WINDOWS_1251.encode(document);
    bytes.into_owned()
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    UTF_8
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or(XmlError::NotInEncoding)
}

/// The encoding in `<?xml … encoding="…"?>`. None without a declaration or without that part of it.
fn declared(bytes: &[u8]) -> Result<Option<Encoding>, XmlError> {
    if !bytes.starts_with(b"<?xml") {
        return Ok(None);
    }
    let head = bytes.get(..DECLARATION_BYTES_MAX).unwrap_or(bytes);
    let end = head.windows(2).position(|pair| pair == b"?>");
    let declaration = end
        .and_then(|end| head.get(..end))
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .ok_or(XmlError::UnknownEncoding)?;
    let Some((_, rest)) = declaration.split_once("encoding") else {
        return Ok(None);
    };
    let name = rest
        .trim_start()
        .strip_prefix('=')
        .map(str::trim_start)
        .and_then(|rest| {
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest.get(1..)?.split_once(quote)
        })
        .map(|(name, _)| name.to_ascii_lowercase());
    match name.as_deref() {
        // ASCII is a part of UTF-8.
        Some("utf-8" | "utf8" | "us-ascii" | "ascii") => Ok(Some(Encoding::Utf8)),
        Some("windows-1251" | "cp1251" | "cp-1251" | "win-1251") => Ok(Some(Encoding::Windows1251)),
        _ => Err(XmlError::UnknownEncoding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_decides() {
        let cyrillic = [0xCE, 0xC4, 0xCE]; // "ОДО" in windows-1251
        for head in [
            "<?xml version=\"1.0\" encoding=\"windows-1251\" standalone=\"no\"?><a>",
            "<?xml version='1.0' encoding = 'CP1251'?><a>",
        ] {
            let document = [head.as_bytes(), &cyrillic, b"</a>"].concat();
            assert!(
                decode(&document, Encoding::Utf8).unwrap().ends_with("<a>ОДО</a>"),
                "{head}"
            );
        }
        let utf8 = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>ОДО</a>";
        assert_eq!(decode(utf8.as_bytes(), Encoding::Windows1251).unwrap(), utf8);
    }

    #[test]
    fn a_silent_document_is_in_the_given_encoding_and_a_mark_is_heeded() {
        let silent = [b"<a>".as_slice(), &[0xCE], b"</a>"].concat();
        assert_eq!(decode(&silent, Encoding::Windows1251).unwrap(), "<a>О</a>");
        assert_eq!(decode(&silent, Encoding::Utf8), Err(XmlError::NotInEncoding));
        let marked = [UTF8_MARK, "<a>О</a>".as_bytes()].concat();
        assert_eq!(decode(&marked, Encoding::Windows1251).unwrap(), "<a>О</a>");
    }

    #[test]
    fn other_encodings_and_endless_declarations_are_refused() {
        for head in [
            "<?xml version=\"1.0\" encoding=\"koi8-r\"?><a/>",
            "<?xml version=\"1.0\" encoding=\"\"?><a/>",
            "<?xml version=\"1.0\" encoding=utf-8?><a/>",
            "<?xml version=\"1.0\"",
        ] {
            assert_eq!(
                decode(head.as_bytes(), Encoding::Utf8),
                Err(XmlError::UnknownEncoding),
                "{head}"
            );
        }
        let long = format!("<?xml version=\"1.0\" {}?>", " ".repeat(DECLARATION_BYTES_MAX));
        assert!(decode(long.as_bytes(), Encoding::Utf8).is_err());
    }

    #[test]
    fn what_the_code_page_lacks_becomes_a_reference() {
        assert_eq!(to_windows_1251("Ёж"), [0xA8, 0xE6]);
        assert_eq!(to_windows_1251("1 ₽"), b"1 &#8381;");
    }
}
