//! Every provider that the product speaks to, a folder each.
//!
//! Invariant: no HTTP client and no async runtime here. A connector builds requests and reads responses.

pub mod alfa;
pub mod khlynov;
pub mod profiles;
pub mod raiffeisen;
#[cfg(test)]
mod samples;
pub mod sber;

use connector::{Provider, Registry};
use std::sync::LazyLock;

/// Every module of this build, in the order of the documentation.
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        // A test holds the names apart.
        Registry::new(providers()).unwrap_or_default()
    });
    &REGISTRY
}

fn providers() -> Vec<Provider> {
    let mut providers = Vec::new();
    providers.extend(raiffeisen::providers());
    providers.extend(alfa::providers());
    providers.extend(sber::providers());
    providers.extend(khlynov::providers());
    providers.extend(profiles::providers());
    providers
}

#[cfg(test)]
mod tests {
    use super::*;
    use connector::KeyType;
    use connector::config::{Language, Table, describe};
    use serde_json::{Map, Value};
    use std::collections::BTreeSet;

    #[test]
    fn every_module_and_key_has_one_meaning() {
        assert!(Registry::new(providers()).is_ok());
        for provider in registry() {
            let mut names = BTreeSet::new();
            assert!(domain::ModuleName::new(provider.module).is_ok());
            for key in provider.all_keys() {
                assert!(
                    names.insert(key.name),
                    "{}: key {} stands twice",
                    provider.module,
                    key.name
                );
                assert!(!key.doc_ru.is_empty() && !key.doc_en.is_empty());
            }
        }
        assert!(registry().find("qrraiffd").is_some() && registry().find("qrraiff").is_none());
    }

    /// A certificate with its key, for keys that are read.
    const PEM: &str = concat!(
        include_str!("../../connector/src/sign/fixtures/test-certificate.pem"),
        include_str!("../../connector/src/sign/fixtures/test-key-pkcs8.pem")
    );

    /// The rows that the documentation shows are taken as they stand there.
    #[test]
    fn documented_rows_are_valid() {
        let page = include_str!("../../../docs/providers.md");
        let mut rows = std::collections::BTreeMap::new();
        for block in page.split("```json ").skip(1) {
            let (title, rest) = block.split_once('\n').unwrap();
            let (module, table) = title.split_once(' ').unwrap();
            let row: Map<String, Value> = serde_json::from_str(rest.split("```").next().unwrap()).unwrap();
            let kind = if table == "merchants" {
                Table::Merchants
            } else {
                Table::Terminals
            };
            registry().find(module).unwrap().check(kind, &row).unwrap();
            rows.insert((module, table), row);
        }
        for provider in registry() {
            let none = Map::new();
            let mut merchant = rows[&(provider.module, "merchants")].clone();
            let terminal = rows.get(&(provider.module, "terminals")).unwrap_or(&none);
            // The page rightly shows files, which are not on this machine.
            for key in provider.all_keys() {
                let in_file = merchant.remove(&format!("{}_file", key.name)).is_some();
                match key.kind {
                    // It belongs to a PKCS#12 file, which is none here; its key takes its place.
                    KeyType::Secret if key.name == "cert_password" && in_file => {
                        merchant.insert("pkey".to_owned(), Value::from(PEM));
                    }
                    KeyType::Secret if key.required => {
                        assert!(in_file, "{}: {}", provider.module, key.name);
                        merchant.insert(key.name.to_owned(), Value::from("secret"));
                    }
                    KeyType::Pem if merchant.contains_key(key.name) => {
                        merchant.insert(key.name.to_owned(), Value::from(PEM));
                    }
                    _ => {}
                }
            }
            let connected = provider.connect(&merchant, terminal).map(|_| ());
            assert_eq!(connected, Ok(()), "{}", provider.module);
        }
    }

    #[test]
    fn every_key_is_described_in_both_languages() {
        for provider in registry() {
            for language in [Language::Russian, Language::English] {
                let page = describe(provider, language);
                assert!(
                    provider
                        .all_keys()
                        .all(|key| page.contains(&format!("\n{}\n", key.name))),
                    "{page}"
                );
            }
        }
        insta::assert_snapshot!(describe(
            registry().find("qrraiffd_variable").unwrap(),
            Language::English
        ));
    }
}
