//! The settings' keys: those of every module, and those that the profile declares.

use super::layers::Layers;
use super::word;
use crate::faults::Faults;
use crate::intern::{intern, intern_list};
use conf::{Node, Problem, Scalar};
use connector::config::COMMON;
use connector::{Key, KeyType, Scope};

/// The most keys that a profile may declare.
const KEYS_MAX: usize = 64;

/// The keys of a module with a cash link: written when the link is bound.
const LINK: [Key; 2] = [
    Key {
        name: "qr_id",
        kind: KeyType::Text { max: 32 },
        scope: Scope::Terminal,
        required: false,
        default: None,
        unit: "",
        doc_ru: "Идентификатор кассовой ссылки этой кассы; записывается при привязке",
        doc_en: "Id of this register's cash link; written when it is bound",
    },
    Key {
        name: "payload",
        kind: KeyType::Text { max: 512 },
        scope: Scope::Terminal,
        required: false,
        default: None,
        unit: "",
        doc_ru: "Полный текст кассовой ссылки этой кассы; записывается при привязке",
        doc_en: "Whole text of this register's cash link; written when it is bound",
    },
];

/// Every key of a module.
pub(super) fn read(layers: &Layers<'_>, faults: &mut Faults) -> Vec<Key> {
    let mut keys = COMMON.to_vec();
    let declared = layers.members("keys");
    if declared.len() > KEYS_MAX {
        faults.unusable(
            &layers.first("keys"),
            format!("declares more than {KEYS_MAX} keys"),
        );
    }
    for (name, node) in declared.iter().take(KEYS_MAX) {
        if COMMON.iter().any(|key| key.name == *name) {
            faults.unusable(
                node,
                "every module has this key already; its default can be set under `defaults`",
            );
            continue;
        }
        keys.extend(key(name, node, faults));
    }
    for key in LINK {
        if !keys.iter().any(|known| known.name == key.name) && has_links(layers) {
            keys.push(key);
        }
    }
    for (name, node) in layers.members("defaults") {
        set_default(&mut keys, name, &node, faults);
    }
    keys
}

fn has_links(layers: &Layers<'_>) -> bool {
    let written = |node: &Node<'_>| node.flag().ok().flatten().unwrap_or(false);
    let linked = layers.top().get("linked");
    linked.is_there() || written(&layers.first("cash_link"))
}

fn key(name: &str, node: &Node<'_>, faults: &mut Faults) -> Option<Key> {
    const MEMBERS: [&str; 11] = [
        "type", "max", "min", "count", "words", "scope", "required", "default", "unit", "ru", "en",
    ];
    faults.only(node, &MEMBERS);
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') || name.ends_with("_file") {
        faults.unusable(
            node,
            "a key's name has Latin letters, digits and `_`, and does not end in _file",
        );
        return None;
    }
    let kind = kind(node, faults);
    let scope = [
        ("merchant", Scope::Merchant),
        ("terminal", Scope::Terminal),
        ("both", Scope::Both),
    ];
    let scope = word(&node.get("scope"), &scope, faults).unwrap_or(Scope::Merchant);
    let required = faults
        .take(node.get("required").flag())
        .flatten()
        .unwrap_or(false);
    let unit = faults.take(node.get("unit").text()).flatten().unwrap_or_default();
    let doc_ru = doc(&node.get("ru"), faults);
    let doc_en = doc(&node.get("en"), faults);
    let mut key = Key {
        name: intern(name),
        kind: kind?,
        scope,
        required,
        default: None,
        unit: intern(&unit),
        doc_ru: doc_ru?,
        doc_en: doc_en?,
    };
    key.default = default_of(&key, &node.get("default"), faults);
    Some(key)
}

fn doc(node: &Node<'_>, faults: &mut Faults) -> Option<&'static str> {
    let text = faults.take(node.text()).flatten();
    if text.is_none() {
        faults.add(node.error(Problem::Missing(
            "what the key means, in Russian (ru) and English (en)",
        )));
    }
    text.map(|text| intern(&text))
}

fn kind(node: &Node<'_>, faults: &mut Faults) -> Option<KeyType> {
    let number = |name, least: u64, most: u64, faults: &mut Faults| {
        faults.take(node.get(name).integer(&(least..=most))).flatten()
    };
    let kind = node.get("type");
    let Some(text) = faults.take(kind.text())? else {
        faults.add(kind.error(Problem::Missing(KINDS)));
        return None;
    };
    Some(match text.as_str() {
        "text" => KeyType::Text {
            max: usize::try_from(number("max", 1, 4_096, faults).unwrap_or(128)).ok()?,
        },
        "digits" => {
            let Some(count) = number("count", 1, 64, faults) else {
                faults.add(
                    node.get("count")
                        .error(Problem::Missing("how many digits the value has")),
                );
                return None;
            };
            KeyType::Digits {
                count: usize::try_from(count).ok()?,
            }
        }
        "integer" => {
            let most = i64::MAX.cast_unsigned();
            let least = number("min", 0, most, faults).unwrap_or(0);
            let max = number("max", least, most, faults).unwrap_or(most);
            KeyType::Integer {
                min: i64::try_from(least).ok()?,
                max: i64::try_from(max).ok()?,
            }
        }
        "word" => {
            let list = faults.take(node.get("words").list())?;
            let words: Vec<String> = list
                .iter()
                .filter_map(|one| faults.take(one.text()).flatten())
                .collect();
            if words.is_empty() {
                faults.add(
                    node.get("words")
                        .error(Problem::Missing("the words that the value may be")),
                );
                return None;
            }
            KeyType::Word(intern_list(&words))
        }
        "flag" => KeyType::Flag,
        "secret" => KeyType::Secret,
        "pem" => KeyType::Pem,
        "url" => KeyType::Url,
        other => {
            faults.unusable(&kind, format!("`{other}` is no type; {KINDS}"));
            return None;
        }
    })
}

const KINDS: &str = "a key's type: text, digits, secret, word, integer, flag, pem or url";

fn set_default(keys: &mut [Key], name: &str, node: &Node<'_>, faults: &mut Faults) {
    let names: Vec<&'static str> = keys.iter().map(|key| key.name).collect();
    match keys.iter_mut().find(|key| key.name == name) {
        Some(key) => key.default = default_of(key, node, faults),
        None => faults.add(node.error(Problem::UnknownKey(conf::nearest(name, &names)))),
    }
}

/// A default as JSON text, checked as if an operator had written it.
fn default_of(key: &Key, node: &Node<'_>, faults: &mut Faults) -> Option<&'static str> {
    let value = match node.scalar() {
        None if node.is_there() => {
            faults.unusable(node, "a default is a text, a number, true or false");
            return None;
        }
        None => return None,
        Some(Scalar::Flag(flag)) => serde_json::Value::from(flag),
        Some(Scalar::Number(number)) => match number.parse::<i64>() {
            Ok(number) if matches!(key.kind, KeyType::Integer { .. }) => number.into(),
            _ => number.into(),
        },
        Some(Scalar::Text(text)) => text.into(),
    };
    if key.kind == KeyType::Secret || key.kind == KeyType::Pem {
        faults.unusable(node, "a secret has no default");
        return None;
    }
    let row = serde_json::Map::from_iter([(key.name.to_owned(), value.clone())]);
    let table = match key.scope {
        Scope::Terminal => connector::config::Table::Terminals,
        Scope::Merchant | Scope::Both => connector::config::Table::Merchants,
    };
    if let Err(error) = connector::config::check(std::iter::once(key), table, &row) {
        faults.unusable(node, error.to_string());
        return None;
    }
    Some(intern(&value.to_string()))
}
