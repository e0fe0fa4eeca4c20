//! Checks one value against its key's type.

use super::{ConfigError, Key, KeyType};
use serde_json::Value;

/// Checks a value as the operator wrote it. Files are not opened here: they need not exist where it is written.
pub(super) fn check_value(key: &Key, value: &Value) -> Result<(), ConfigError> {
    let problem = match key.kind {
        KeyType::Text { max } => text_problem(value, max),
        KeyType::Digits { count } => digits_problem(value, count),
        KeyType::Number { max } => number_problem(value, max),
        KeyType::Url => url_problem(value),
        KeyType::Integer { min, max } => integer_problem(value, min, max, key.unit),
        KeyType::Flag => {
            (!value.is_boolean()).then(|| format!("must be true or false, not {}", kind_of(value)))
        }
        KeyType::Word(words) => word_problem(value, words),
        KeyType::Pem => hidden_problem(value),
        KeyType::Secret => {
            hidden_problem(value).or_else(|| secret_problem(value.as_str()?).map(str::to_owned))
        }
    };
    problem.map_or(Ok(()), |problem| Err(ConfigError::bad(key.name, problem)))
}

/// Checks the value of `<key>_file`.
pub(super) fn check_file_name(name: &str, value: &Value) -> Result<(), ConfigError> {
    match value {
        Value::String(path) if !path.trim().is_empty() => Ok(()),
        _ => Err(ConfigError::bad(
            name,
            "must be the path of a file that holds the secret",
        )),
    }
}

fn text_problem(value: &Value, max: usize) -> Option<String> {
    let Value::String(text) = value else {
        return Some(format!("must be text in quotes, not {}", kind_of(value)));
    };
    if text.trim().is_empty() {
        return Some("must not be empty; leave the key out instead".to_owned());
    }
    let found = text.chars().count();
    if found > max {
        return Some(format!("may have at most {max} characters, this one has {found}"));
    }
    text.chars()
        .any(char::is_control)
        .then(|| "must not hold line breaks or other control characters".to_owned())
}

fn digits_problem(value: &Value, count: usize) -> Option<String> {
    let Value::String(text) = value else {
        return Some(format!(
            "must be {count} digits in quotes, not {}",
            kind_of(value)
        ));
    };
    let good = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    (!good).then(|| {
        let found = text.chars().count();
        format!("must be exactly {count} digits; this value has {found} characters")
    })
}

fn number_problem(value: &Value, max: usize) -> Option<String> {
    let Value::String(text) = value else {
        return Some(format!("must be digits in quotes, not {}", kind_of(value)));
    };
    let good = (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    (!good).then(|| format!("must be 1 to {max} digits and nothing else"))
}

fn url_problem(value: &Value) -> Option<String> {
    let Value::String(text) = value else {
        return Some(format!("must be an address in quotes, not {}", kind_of(value)));
    };
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return Some("must begin with https:// or http://".to_owned());
    };
    if rest.contains('@') {
        return Some("must not hold a login or password; the module has keys of its own for them".to_owned());
    }
    if rest.ends_with('/') {
        return Some("must not end with a slash".to_owned());
    }
    if rest.contains(['?', '#']) || rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("must be scheme, host, port and path only, without blanks, `?` and `#`".to_owned());
    }
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    host.is_empty().then(|| "names no host".to_owned())
}

fn integer_problem(value: &Value, min: i64, max: i64, unit: &str) -> Option<String> {
    let of_unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" ({unit})")
    };
    let expected = format!("a whole number from {min} to {max}{of_unit}");
    match value.as_i64() {
        Some(number) if (min..=max).contains(&number) => None,
        Some(number) => Some(format!("must be {expected}, not {number}")),
        None if value.is_string() => Some(format!("must be {expected}, written without quotes")),
        None => Some(format!("must be {expected}, not {}", kind_of(value))),
    }
}

fn word_problem(value: &Value, words: &[&str]) -> Option<String> {
    let known = value.as_str().is_some_and(|word| words.contains(&word));
    (!known).then(|| format!("must be one of: {}", words.join(", ")))
}

/// Says nothing about the value itself: it may be a secret.
fn hidden_problem(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => None,
        Value::String(_) => Some("must not be empty; leave the key out instead".to_owned()),
        _ => Some(format!("must be text in quotes, not {}", kind_of(value))),
    }
}

/// What is wrong with a secret as it would go into a header, without naming any of it.
pub(super) fn secret_problem(secret: &str) -> Option<&'static str> {
    if secret.trim() != secret {
        Some("begins or ends with a blank, as from copying")
    } else if secret.chars().any(char::is_control) {
        Some("must not hold line breaks or other control characters")
    } else {
        None
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null (leave the key out instead)",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
