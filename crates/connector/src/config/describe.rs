//! Prints a module's keys for people.

use super::{Key, KeyType, Scope};
use crate::Provider;
use std::fmt::Write as _;

/// The language of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Russian.
    Russian,
    /// English.
    English,
}

/// Every key of a module with its type, unit, default, table and meaning, as plain text.
pub fn describe(provider: &Provider, language: Language) -> String {
    let title = match language {
        Language::Russian => provider.title_ru,
        Language::English => provider.title_en,
    };
    let mut page = format!("{}: {title}\n", provider.module);
    for key in provider.all_keys() {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n{}\n", describe_key(key, language));
    }
    page
}

fn describe_key(key: &Key, language: Language) -> String {
    let russian = language == Language::Russian;
    let say = |ru: &'static str, en: &'static str| if russian { ru } else { en };
    let table = match key.scope {
        Scope::Merchant => "merchants",
        Scope::Terminal => "terminals",
        Scope::Both => "merchants, terminals",
    };
    let mut facts = vec![describe_type(key.kind, language)];
    if !key.unit.is_empty() {
        facts.push(unit(key.unit, language).to_owned());
    }
    match key.default {
        Some(default) => facts.push(format!("{} {default}", say("по умолчанию", "default"))),
        None if key.required => facts.push(say("обязателен", "required").to_owned()),
        None => facts.push(say("необязателен", "optional").to_owned()),
    }
    facts.push(format!("{} {table}", say("таблица", "table")));
    let mut text = format!(
        "{}\n  {}\n  {}",
        key.name,
        facts.join("; "),
        say(key.doc_ru, key.doc_en)
    );
    if key.kind == KeyType::Secret {
        let note = say("или путь к файлу с ним:", "or the path of a file that holds it:");
        let _ = write!(text, "\n  {note} {}_file", key.name);
    }
    text
}

fn describe_type(kind: KeyType, language: Language) -> String {
    let russian = language == Language::Russian;
    let say = |ru: String, en: String| if russian { ru } else { en };
    match kind {
        KeyType::Text { max } => say(
            format!("текст до {max} символов"),
            format!("text, at most {max} characters"),
        ),
        KeyType::Digits { count } => say(
            format!("{count} цифр в кавычках"),
            format!("{count} digits in quotes"),
        ),
        KeyType::Number { max } => say(
            format!("от 1 до {max} цифр в кавычках"),
            format!("1 to {max} digits in quotes"),
        ),
        KeyType::Url => say("адрес http(s)".to_owned(), "http(s) address".to_owned()),
        KeyType::Integer { min, max } => say(
            format!("целое число от {min} до {max}"),
            format!("whole number from {min} to {max}"),
        ),
        KeyType::Flag => "true | false".to_owned(),
        KeyType::Word(words) => words.join(" | "),
        KeyType::Pem => say(
            "PEM или путь к файлу".to_owned(),
            "PEM text or path of a file".to_owned(),
        ),
        KeyType::Secret => say("секрет".to_owned(), "secret".to_owned()),
    }
}

/// The units that keys use, in the page's language; an unlisted one is printed as it is.
fn unit(unit: &'static str, language: Language) -> &'static str {
    if language == Language::English {
        return unit;
    }
    match unit {
        "minutes" => "минуты",
        "seconds" => "секунды",
        "hours" => "часы",
        "kopecks" => "копейки",
        "requests per second" => "запросов в секунду",
        "errors in a row" => "ошибок подряд",
        other => other,
    }
}
