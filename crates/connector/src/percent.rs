//! Percent-encoding: our own values in an address or a form, and text that a bank has encoded inside its JSON: `%D0%9E`
//! (UTF-8 bytes) or `%u041E` (UTF-16 units). Both forms may stand in one text.

/// Percent-encodes all but unreserved characters (RFC 3986, 2.3), so that a value cannot leave its place in an address
/// or a form.
pub fn encode(text: &str) -> String {
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

/// The text in clear. What is no whole escape stays as it stands; bytes that are not UTF-8 become `U+FFFD`.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some((unit, after)) = unit_escape(rest) {
            units.push(unit);
            rest = after;
            continue;
        }
        flush(&mut units, &mut bytes);
        if let Some((byte, after)) = byte_escape(rest) {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let (plain, after) = rest.split_at(character.len_utf8());
        bytes.extend_from_slice(plain.as_bytes());
        rest = after;
    }
    flush(&mut units, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Units that stand side by side may be the two halves of one character.
fn flush(units: &mut Vec<u16>, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(String::from_utf16_lossy(units).as_bytes());
    units.clear();
}

fn unit_escape(text: &str) -> Option<(u16, &str)> {
    let digits = text.strip_prefix("%u")?;
    Some((hex(digits.get(..4)?)?, digits.get(4..)?))
}

fn byte_escape(text: &str) -> Option<(u8, &str)> {
    let digits = text.strip_prefix('%')?;
    let byte = hex(digits.get(..2)?)?;
    Some((u8::try_from(byte).ok()?, digits.get(2..)?))
}

/// `from_str_radix` alone would take a sign.
fn hex(digits: &str) -> Option<u16> {
    let only_digits = digits.bytes().all(|b| b.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| only_digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    #[test]
    fn both_forms_are_read() {
        for (encoded, clear) in [
            ("%D0%9E%D0%9A", "ОК"),
            ("%u041E%u041a", "ОК"),
            ("%u041E%D0%9A%21", "ОК!"),
            ("%uD83D%uDE00", "\u{1F600}"),
            ("Чек 77", "Чек 77"),
            ("", ""),
        ] {
            assert_eq!(decode(encoded), clear, "{encoded}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in ["100%", "100% скидка", "%u041", "%uZZZZ", "%+1", "%", "%u"] {
            assert_eq!(decode(text), text);
        }
        assert_eq!(decode("%D0"), "\u{FFFD}");
        assert_eq!(decode("%uD83D"), "\u{FFFD}");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,60}") {
            let mut encoded = String::new();
            for byte in text.bytes() {
                write!(encoded, "%{byte:02X}").unwrap();
            }
            prop_assert_eq!(decode(&encoded), text.clone());
            let mut units = String::new();
            for unit in text.encode_utf16() {
                write!(units, "%u{unit:04X}").unwrap();
            }
            prop_assert_eq!(decode(&units), text.clone());
            let _ = decode(&text);
        }
    }
}
