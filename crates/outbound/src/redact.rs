//! Takes secrets and personal data out of text that goes to the log. It works on text that is cut off, nested or
//! broken, so it scans and does not parse.

/// What stands in place of what was taken out.
const MASK: &str = "***";

/// A name that contains one of these words marks a value that is not shown.
const SECRET_WORDS: &[&str] = &[
    "key",
    "secret",
    "token",
    "password",
    "passwd",
    "pwd",
    "authorization",
    "cookie",
    "signature",
    "phone",
    "msisdn",
    "payer",
    "customer",
    "email",
    "card",
    "account",
    "passport",
];
/// A name that is one of these marks a value that is not shown; inside longer names they mean something else.
const SECRET_NAMES: &[&str] = &["auth", "fio", "pin", "pan", "cvv", "cvc", "inn", "sign", "tel"];
/// Sber's name for the code that was scanned from the buyer's phone; other banks call the public text of a QR `payload`.
const SCANNED_CODE: &str = "payLoad";
/// A name that contains this marks a value that is not shown when it has [`CODE_DIGITS_MIN`] digits: a customer's code
/// has, a provider's result code (`SUCCESS`, `ERROR.NOT_FOUND`) has not.
const CODE_WORD: &str = "code";
const CODE_DIGITS_MIN: usize = 5;

/// The text without the values of secret keys (JSON, also nested in strings; forms; headers; XML elements), phone
/// numbers and bank card numbers.
pub fn redact(text: &str) -> String {
    mask_numbers(&mask_values(text))
}

fn mask_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_name_char) {
        let (before, from_name) = rest.split_at(start);
        out.push_str(before);
        let end = from_name.find(|c| !is_name_char(c)).unwrap_or(from_name.len());
        let (name, after) = from_name.split_at(end);
        out.push_str(name);
        rest = after;
        let Some(secrecy) = secrecy_of(name) else { continue };
        let Some(value) = find_value(after, before.ends_with('<') || xml_prefix(before)) else {
            continue;
        };
        let (lead, from_value) = after.split_at(value.start);
        let (hidden, tail) = from_value.split_at(value.length);
        out.push_str(lead);
        let shown = secrecy == Secrecy::IfDigits && digits(hidden) < CODE_DIGITS_MIN;
        if shown {
            // The value may itself hold names with secrets: it is scanned like the rest.
            rest = from_value;
            continue;
        }
        if !hidden.is_empty() {
            out.push_str(MASK);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    Always,
    IfDigits,
}

fn secrecy_of(name: &str) -> Option<Secrecy> {
    if name == SCANNED_CODE {
        return Some(Secrecy::Always);
    }
    let name = name.to_lowercase();
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let last = name.rsplit(['.', '-', '_']).next().unwrap_or_default();
    let secret = SECRET_WORDS.iter().any(|word| plain.contains(word))
        || SECRET_NAMES.contains(&plain.as_str())
        || SECRET_NAMES.contains(&last);
    if secret {
        return Some(Secrecy::Always);
    }
    plain.contains(CODE_WORD).then_some(Secrecy::IfDigits)
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Whether the text ends in `<prefix:` of an XML name.
fn xml_prefix(before: &str) -> bool {
    before == ":" || before.ends_with("<:")
}

/// Where the value of a name stands in what follows the name, in bytes.
struct Span {
    start: usize,
    length: usize,
}

fn find_value(after: &str, xml: bool) -> Option<Span> {
    if xml && let Some(span) = element_content(after) {
        return Some(span);
    }
    // `"name" : value`, `\"name\":\"value\"`, `name=value`, `Name: value`
    let unquoted = after.trim_start_matches(['\\', '"', '\'']);
    let at_sign = unquoted.trim_start();
    let sign = at_sign.chars().next().filter(|c| matches!(c, ':' | '='))?;
    let value = at_sign[1..].trim_start_matches([' ', '\t', '\r', '\n']);
    let start = after.len() - value.len();
    let (skip, length) = value_extent(value, sign);
    Some(Span {
        start: start + skip,
        length,
    })
}

/// `>content<` of an element whose name has just been read; attributes are skipped.
fn element_content(after: &str) -> Option<Span> {
    let open_end = after.find('>')?;
    let attributes = &after[..open_end];
    if attributes.contains('<') || attributes.ends_with('/') {
        return None;
    }
    let content = &after[open_end + 1..];
    Some(Span {
        start: open_end + 1,
        length: content.find('<').unwrap_or(content.len()),
    })
}

/// How many bytes to skip and how many to hide.
fn value_extent(value: &str, sign: char) -> (usize, usize) {
    let slashes = value.len() - value.trim_start_matches('\\').len();
    let bare = &value[slashes..];
    if let Some(quote) = bare.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let closing = format!("{}{quote}", &value[..slashes]);
        let inside = &bare[1..];
        return (slashes + 1, closing_quote(inside, &closing));
    }
    if bare.starts_with(['{', '[']) {
        return (0, slashes + balanced(bare));
    }
    let end = if sign == ':' {
        bare.find([',', '}', ']', '\n', '\r', '&', '<'])
    } else {
        bare.find(|c: char| {
            c.is_whitespace() || matches!(c, '&' | ';' | ',' | '"' | '\'' | '<' | '>' | '}' | ']')
        })
    };
    (0, slashes + end.unwrap_or(bare.len()))
}

/// Where the closing quote stands: the same quote after the same number of backslashes as the opening one.
fn closing_quote(inside: &str, closing: &str) -> usize {
    let level = closing.len() - 1;
    let quote = closing.as_bytes()[level];
    let mut slashes = 0;
    for (index, byte) in inside.bytes().enumerate() {
        match byte {
            b'\\' => slashes += 1,
            byte if byte == quote && slashes == level => return index - level,
            byte if byte == quote && level == 0 && slashes % 2 == 0 => return index,
            _ => slashes = 0,
        }
    }
    inside.len()
}

/// The length of a bracketed value; to the end when it is cut off. Brackets inside strings count too: at worst too
/// much is hidden or the value's strings are read on as text.
fn balanced(value: &str) -> usize {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (index, byte) in value.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    value.len()
}

/// Masks runs of digits that look like a phone (10 to 12 digits that begin with `+`, 7, 8 or 9) or a bank card (13 to
/// 19 digits with a right check digit). Runs inside a word (`AD100012…`) are ids and stay.
pub fn mask_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous: Option<char> = None;
    while let Some(first) = rest.chars().next() {
        let starts = first.is_ascii_digit() || first == '+';
        if !starts || previous.is_some_and(char::is_alphanumeric) {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            previous = Some(first);
            continue;
        }
        let length = number_length(rest);
        let (run, after) = rest.split_at(length);
        let in_word = after
            .chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        if !in_word && looks_personal(run) {
            out.push_str(MASK);
        } else {
            out.push_str(run);
        }
        previous = run.chars().last();
        rest = after;
    }
    out
}

/// How far a number reaches: digits, with single separators between them.
fn number_length(text: &str) -> usize {
    let mut end = 1;
    let mut gap = 0;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'0'..=b'9' => {
                end = index + 1;
                gap = 0;
            }
            b' ' | b'-' | b'(' | b')' if gap < 2 => gap += 1,
            _ => break,
        }
    }
    end
}

fn looks_personal(run: &str) -> bool {
    let digits: Vec<u8> = run.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
    let phone_start = run.starts_with('+') || matches!(digits.first(), Some(7..=9));
    match digits.len() {
        10..=12 => phone_start,
        13..=19 => luhn(&digits),
        _ => run.starts_with('+') && (7..=15).contains(&digits.len()),
    }
}

/// The check digit of ISO/IEC 7812.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(*digit);
            match (index % 2, digit * 2) {
                (0, _) => digit,
                (_, doubled) if doubled > 9 => doubled - 9,
                (_, doubled) => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn masks_json_forms_headers_and_xml() {
        for (text, expected) in [
            (
                r#"{"secretKey":"abc","amount":100}"#,
                r#"{"secretKey":"***","amount":100}"#,
            ),
            (r#"{"token" : "a\"b c", "x":1}"#, r#"{"token" : "***", "x":1}"#),
            (r#"{"pin":1234,"x":1}"#, r#"{"pin":***,"x":1}"#),
            (
                r#"{"payer":{"name":"И. Иванов","a":[1]},"x":1}"#,
                r#"{"payer":***,"x":1}"#,
            ),
            (
                r#"{"data":"{\"token\":\"abc\",\"x\":1}"}"#,
                r#"{"data":"{\"token\":\"***\",\"x\":1}"}"#,
            ),
            (r#"{"password":"cut of"#, r#"{"password":"***"#),
            ("login=shop&password=p%20w&x=1", "login=shop&password=***&x=1"),
            (
                "Authorization: Bearer abc.def\nAccept: */*",
                "Authorization: ***\nAccept: */*",
            ),
            (
                "<a><Password>p w</Password><x>1</x></a>",
                "<a><Password>***</Password><x>1</x></a>",
            ),
            (
                r#"<ns:token type="b">abc</ns:token>"#,
                r#"<ns:token type="b">***</ns:token>"#,
            ),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn result_codes_stay_and_customer_codes_go() {
        for (text, expected) in [
            (r#"{"code":"SUCCESS"}"#, r#"{"code":"SUCCESS"}"#),
            (r#"{"errorCode":"E0042","x":1}"#, r#"{"errorCode":"E0042","x":1}"#),
            (r#"{"customerCode":"AB"}"#, r#"{"customerCode":"***"}"#),
            (
                r#"{"payLoad":"https://sberbank.ru/qr/?ClientIdQr=1&HashId=AB","amount":1}"#,
                r#"{"payLoad":"***","amount":1}"#,
            ),
            (
                r#"{"payload":"https://qr.nspk.ru/AD1"}"#,
                r#"{"payload":"https://qr.nspk.ru/AD1"}"#,
            ),
            (r#"{"paymentCode":"2899012345"}"#, r#"{"paymentCode":"***"}"#),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn phones_and_cards_go_and_ids_stay() {
        for (text, expected) in [
            ("call +7 (916) 123-45-67 now", "call *** now"),
            ("89161234567,9161234567", "***,***"),
            ("to 79161234567.", "to ***."),
            ("card 4111 1111 1111 1111", "card ***"),
            (
                "id 019a0c3e9f2b7c10a3b4c5d6e7f80912",
                "id 019a0c3e9f2b7c10a3b4c5d6e7f80912",
            ),
            (
                "AD100012345678901234567890123456",
                "AD100012345678901234567890123456",
            ),
            ("at 2026-11-22T10:00:00.000Z", "at 2026-11-22T10:00:00.000Z"),
            ("amount 123456789", "amount 123456789"),
            ("since 1795341600000", "since 1795341600000"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_is_stable(text in any::<String>()) {
            let once = redact(&text);
            prop_assert_eq!(redact(&once), once);
        }

        #[test]
        fn never_panics_on_broken_markup(text in r#"[<>{}\[\]"'\\:=&;, +()a0-9\-]{0,60}(token|code|pin)?[<>{}\[\]"'\\:=&;, 0-9]{0,60}"#) {
            redact(&text);
        }

        #[test]
        fn a_secret_value_never_shows(
            word in prop::sample::select(SECRET_WORDS),
            prefix in "[a-z]{0,6}",
            suffix in "[A-Z][a-z]{0,6}",
            secret in "[A-Za-z0-9]{12,40}",
            before in r#"(\{"a":1,)?"#,
            shape in 0..5_usize,
        ) {
            let name = format!("{prefix}{word}{suffix}");
            let text = match shape {
                0 => format!(r#"{before}"{name}": "{secret}"}}"#),
                1 => format!(r#"{before}"{name}":{secret}}}"#),
                2 => format!("a=1&{name}={secret}&b=2"),
                3 => format!("{name}: Bearer {secret}\r\n"),
                _ => format!("<m><{name}>{secret}</{name}></m>"),
            };
            let shown = redact(&text);
            prop_assert!(!shown.contains(&secret), "{} -> {}", text, shown);
        }

        #[test]
        fn a_phone_never_shows(phone in "(\\+7|7|8)?9[0-9]{9}", before in r#"[ ":=/,]"#, after in r#"[ ",/]"#) {
            let shown = redact(&format!("x{before}{phone}{after}y"));
            prop_assert!(!shown.contains(&phone), "{}", shown);
        }
    }
}
