//! Checks what an operator writes, and lays the tables over each other.

use super::value::{check_file_name, check_value, secret_problem};
use super::{ConfigError, Key, KeyType, Scope, Table, p12};
use serde_json::{Map, Value};
use std::io::Read as _;

/// The largest file that a key may name, in bytes: a chain of certificates is far smaller.
const MAX_FILE_BYTES: u64 = 256 * 1024;

/// What marks PEM text, as against a path.
const PEM_MARK: &str = "-----BEGIN ";

/// Checks what an operator wants to write: every key known, in the right table, of the right type and range.
/// Missing keys are allowed here (the other table may have them); [`merge`] finds them. No file is opened.
pub fn check<'a>(
    keys: impl Iterator<Item = &'a Key> + Clone,
    table: Table,
    value: &Map<String, Value>,
) -> Result<(), ConfigError> {
    for (name, value_of_key) in value {
        let Some((key, is_file)) = find(keys.clone(), name) else {
            return Err(ConfigError::UnknownKey {
                key: name.chars().take(80).collect(),
                suggestion: nearest(keys, name),
            });
        };
        if !key.scope.allows(table) {
            return Err(ConfigError::WrongTable {
                key: name.clone(),
                belongs: match key.scope {
                    Scope::Terminal => "terminals",
                    Scope::Merchant | Scope::Both => "merchants",
                },
            });
        }
        if is_file {
            check_file_name(name, value_of_key)?;
            if value.contains_key(key.name) {
                let problem = format!("stands beside `{}`; keep one of the two", key.name);
                return Err(ConfigError::bad(name, problem));
            }
        } else {
            check_value(key, value_of_key)?;
        }
    }
    Ok(())
}

/// Lays the terminal's settings over the merchant's over the defaults, reads `<key>_file`, PEM and PKCS#12 paths, and
/// checks that nothing required is missing. The result holds secrets in clear: turn it into typed settings at
/// once, and show it only through [`redact`].
pub fn merge<'a>(
    keys: impl Iterator<Item = &'a Key> + Clone,
    merchant: &Map<String, Value>,
    terminal: &Map<String, Value>,
) -> Result<Map<String, Value>, ConfigError> {
    check(keys.clone(), Table::Merchants, merchant)?;
    check(keys.clone(), Table::Terminals, terminal)?;
    let mut merged = Map::new();
    for key in keys {
        let written = match from_layer(key, terminal)? {
            Some(value) => Some(value),
            None => from_layer(key, merchant)?,
        };
        match written.or_else(|| default_of(key)) {
            Some(value) => {
                merged.insert(key.name.to_owned(), value);
            }
            None if key.required => {
                return Err(ConfigError::Missing {
                    key: key.name,
                    doc: key.doc_en,
                });
            }
            None => {}
        }
    }
    p12::unfold(&mut merged, read_bytes)?;
    Ok(merged)
}

/// The same settings fit for a page or a log: every secret, and every PEM text (it may be a private key), is `***`.
/// A key that the module does not have is `***` too: it may be a secret with a mistyped name.
pub fn redact<'a>(keys: impl Iterator<Item = &'a Key>, settings: &Map<String, Value>) -> Map<String, Value> {
    let keys: Vec<&Key> = keys.collect();
    let shown = |name: &str, value: &Value| match find(keys.iter().copied(), name) {
        Some((_, true)) => value.clone(),
        Some((key, false)) => match key.kind {
            KeyType::Secret => hidden(),
            KeyType::Pem
                if value
                    .as_str()
                    .is_none_or(|text| text.contains(PEM_MARK) || text.contains('\n')) =>
            {
                hidden()
            }
            _ => value.clone(),
        },
        None => hidden(),
    };
    settings
        .iter()
        .map(|(name, value)| (name.clone(), shown(name, value)))
        .collect()
}

fn hidden() -> Value {
    Value::String("***".to_owned())
}

fn default_of(key: &Key) -> Option<Value> {
    serde_json::from_str(key.default?).ok()
}

/// What one table says about a key, with files read.
fn from_layer(key: &Key, layer: &Map<String, Value>) -> Result<Option<Value>, ConfigError> {
    let file_key = format!("{}_file", key.name);
    if let (KeyType::Secret, Some(Value::String(path))) = (key.kind, layer.get(&file_key)) {
        let text = read_file(&file_key, path)?;
        let secret = text.trim();
        if secret.is_empty() {
            return Err(ConfigError::bad(file_key, format!("the file {path} is empty")));
        }
        if let Some(problem) = secret_problem(secret) {
            return Err(ConfigError::bad(
                file_key,
                format!("the secret in the file {path} {problem}"),
            ));
        }
        return Ok(Some(Value::String(secret.to_owned())));
    }
    match (key.kind, layer.get(key.name)) {
        (KeyType::Pem, Some(Value::String(text))) if !text.contains(PEM_MARK) => {
            // What has lines is a damaged text, perhaps of a private key, and must not be named as a path.
            if text.contains('\n') {
                let problem = format!("is neither a path nor PEM text (`{PEM_MARK}…`)");
                return Err(ConfigError::bad(key.name, problem));
            }
            if key.name == p12::CERT && p12::is_name(text) {
                return Ok(layer.get(key.name).cloned());
            }
            let pem = read_file(key.name, text)?;
            if !pem.contains(PEM_MARK) {
                let problem = format!("the file {text} holds no PEM text (`{PEM_MARK}…`)");
                return Err(ConfigError::bad(key.name, problem));
            }
            Ok(Some(Value::String(pem)))
        }
        (_, value) => Ok(value.cloned()),
    }
}

fn read_file(key: &str, path: &str) -> Result<String, ConfigError> {
    String::from_utf8(read_bytes(key, path)?).map_err(|_| {
        ConfigError::bad(
            key,
            format!("the file {path} cannot be read as text: it is not UTF-8"),
        )
    })
}

fn read_bytes(key: &str, path: &str) -> Result<Vec<u8>, ConfigError> {
    let problem = |what: String| ConfigError::bad(key, format!("the file {path} {what}"));
    let file = std::fs::File::open(path).map_err(|e| problem(format!("cannot be opened: {e}")))?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    let length = read.map_err(|e| problem(format!("cannot be read: {e}")))?;
    if length as u64 > MAX_FILE_BYTES {
        return Err(problem(format!("is larger than {MAX_FILE_BYTES} bytes")));
    }
    Ok(bytes)
}

/// The key of that name, and whether the name is that of its `_file` companion.
fn find<'a>(mut keys: impl Iterator<Item = &'a Key> + Clone, name: &str) -> Option<(&'a Key, bool)> {
    if let Some(key) = keys.clone().find(|key| key.name == name) {
        return Some((key, false));
    }
    let stem = name.strip_suffix("_file")?;
    let key = keys.find(|key| key.name == stem && key.kind == KeyType::Secret)?;
    Some((key, true))
}

/// The known key that the operator most likely meant: few letters differ, or only their case.
fn nearest<'a>(keys: impl Iterator<Item = &'a Key>, name: &str) -> Option<&'static str> {
    let wanted = name.strip_suffix("_file").unwrap_or(name).to_lowercase();
    let allowed = (wanted.chars().count() / 3).clamp(1, 3);
    keys.map(|key| (distance(&wanted, &key.name.to_lowercase()), key.name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // A name is cut so that a huge key costs nothing.
    for (i, ca) in a.chars().take(80).enumerate() {
        let mut next = vec![i + 1];
        for ((cb, above_left), above) in b.iter().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or(0);
            let changed = above_left + usize::from(ca != *cb);
            next.push(changed.min(left + 1).min(above + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
