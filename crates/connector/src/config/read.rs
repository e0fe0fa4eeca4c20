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

const fn missing(key: &'static str) -> ConfigError {
    ConfigError::Missing {
        key,
        doc: "the module cannot work without it",
    }
}
