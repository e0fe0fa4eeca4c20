//! Reads single values out of merged settings, for the typed settings of each connector.

use super::ConfigError;
use secrecy::SecretString;
use serde_json::{Map, Value};

/// A text key, when it is written.
pub fn text<'a>(settings: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    settings.get(key).and_then(Value::as_str)
}

/// A text key that the module cannot work without.
pub fn required_text<'a>(
    settings: &'a Map<String, Value>,
    key: &'static str,
) -> Result<&'a str, ConfigError> {
    text(settings, key).ok_or(missing(key))
}

/// A secret, when it is written.
pub fn secret(settings: &Map<String, Value>, key: &str) -> Option<SecretString> {
    text(settings, key).map(SecretString::from)
}

/// A secret that the module cannot work without.
pub fn required_secret(
    settings: &Map<String, Value>,
    key: &'static str,
) -> Result<SecretString, ConfigError> {
    secret(settings, key).ok_or(missing(key))
}

/// A whole number that is not negative, when it is written.
pub fn integer(settings: &Map<String, Value>, key: &str) -> Option<u64> {
    settings.get(key).and_then(Value::as_u64)
}

/// A text that can stand in a header as it is, when it is written.
pub fn header_text(settings: &Map<String, Value>, key: &'static str) -> Result<Option<String>, ConfigError> {
    match text(settings, key) {
        Some(value) if !value.bytes().all(|b| b.is_ascii_graphic()) => {
            let problem = "must be visible ASCII characters without blanks";
            Err(ConfigError::bad(key, problem))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

/// A provider's codes, separated by commas; none when the key is not written.
pub fn code_list(settings: &Map<String, Value>, key: &'static str) -> Result<Vec<String>, ConfigError> {
    let Some(list) = text(settings, key) else {
        return Ok(Vec::new());
    };
    let codes: Vec<String> = list.split(',').map(|code| code.trim().to_owned()).collect();
    if codes.iter().any(String::is_empty) {
        return Err(ConfigError::bad(key, "must be codes separated by commas: 15, 16"));
    }
    Ok(codes)
}

const fn missing(key: &'static str) -> ConfigError {
    ConfigError::Missing {
        key,
        doc: "the module cannot work without it",
    }
}
