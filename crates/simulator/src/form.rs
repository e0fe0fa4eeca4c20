//! `application/x-www-form-urlencoded`, as queries and form bodies are written.

/// The first value of this name, decoded. Bytes that are not UTF-8 are replaced.
pub(crate) fn value(text: &str, name: &str) -> Option<String> {
    text.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key) == name).then(|| decoded(value))
    })
}

/// Takes `+` for a space and reads `%XX`; a `%` without two hex digits stands for itself.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.as_bytes();
    while let [first, rest @ ..] = left {
        left = rest;
        match (first, rest) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                if let (Some(high), Some(low)) = (digit(*high), digit(*low)) {
                    bytes.push(high * 16 + low);
                    left = after;
                } else {
                    bytes.push(b'%');
                }
            }
            (other, _) => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn what_is_not_encoded_rightly_stands_for_itself() {
        assert_eq!(value("a=1%2&b=%zz", "a").as_deref(), Some("1%2"));
        assert_eq!(value("a=1%2&b=%zz", "b").as_deref(), Some("%zz"));
        assert_eq!(value("a=100%&b", "a").as_deref(), Some("100%"));
        assert_eq!(value("a=1&b", "b").as_deref(), Some(""));
        assert_eq!(value("a=1", "c"), None);
    }
}
