//! Patterns of what is sent: text, JSON, forms and XML with placeholders. A place whose value is absent is left out.

pub(crate) mod json;
pub(crate) mod names;
pub(crate) mod placeholder;
pub(crate) mod text;
pub(crate) mod values;
pub(crate) mod xml;

pub(crate) use json::Json;
pub(crate) use names::{Name, Names, Step};
pub(crate) use text::Text;
pub(crate) use values::{Facts, Value, View};
pub(crate) use xml::Xml;

/// Percent-encodes all but unreserved characters (RFC 3986, 2.3), so that a value cannot leave its place in an address
/// or a form.
pub(crate) fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(digit), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
        out
    })
}

#[cfg(test)]
mod tests;
