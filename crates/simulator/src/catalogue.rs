//! Every simulated provider. A new one is a line here.

use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret as _, SecretString};

use crate::bank::{self, Bank, BankOptions, Merchant};
use crate::provider::{About, Provider};
use crate::{alfa, gazprom, khlynov, podeli, rsb, sber, shares, social, webmoney};

/// What a provider is opened with: the one shop that it knows.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Seed of ids and faults.
    pub seed: u64,
    /// What stands before the provider's paths: `https://127.0.0.1:8443`.
    pub base_url: String,
    /// The name of the shop that payers see.
    pub shop: String,
    /// The shop's secret: a key, a password, a token, whatever the provider has.
    pub secret: SecretString,
    /// The shop's client certificate (DER): the one that the provider takes, if it wants any.
    pub certificate: Vec<u8>,
    /// Where notifications go; none = nowhere.
    pub callback_url: Option<String>,
}

impl Opening {
    /// An opening for a test that has no use for the rest: an invented secret, no certificate, no notifications.
    pub fn sample(seed: u64) -> Self {
        Self {
            seed,
            base_url: "https://bank.example".to_owned(),
            shop: "Магазин «Образец»".to_owned(),
            secret: SecretString::from("invented-secret-of-the-simulated-shop"),
            certificate: Vec::new(),
            callback_url: None,
        }
    }
}

/// A provider that can be opened.
pub struct Kind {
    /// What it is.
    pub about: &'static About,
    /// Opens it with empty books.
    pub open: fn(Opening) -> Arc<Mutex<dyn Provider>>,
}

/// Every provider, in the order of the lists that people see.
pub const KINDS: &[Kind] = &[
    Kind {
        about: &bank::ABOUT,
        open: |opening| Arc::new(Mutex::new(raiffeisen(opening))),
    },
    alfa::KIND,
    gazprom::KIND,
    rsb::KIND,
    sber::KIND,
    khlynov::KIND,
    shares::KIND,
    podeli::KIND,
    webmoney::KIND,
    social::KIND,
];

/// The provider of this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.about.name == name)
}

/// The provider that this module speaks to.
pub fn kind_of_module(module: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.about.modules.contains(&module))
}

/// Raiffeisenbank with one shop, [`bank::MERCHANT`].
pub(crate) fn raiffeisen(opening: Opening) -> Bank {
    let mut merchant = Merchant::new(bank::MERCHANT, opening.secret.expose_secret());
    merchant.shop = opening.shop;
    merchant.callback_url = opening.callback_url;
    Bank::new(BankOptions {
        seed: opening.seed,
        base_url: opening.base_url,
        ..BankOptions::new(vec![merchant])
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_modules_are_given_once() {
        let names: BTreeSet<_> = KINDS.iter().map(|kind| kind.about.name).collect();
        assert_eq!(names.len(), KINDS.len());
        let modules: Vec<_> = KINDS.iter().flat_map(|kind| kind.about.modules).collect();
        assert_eq!(modules.iter().collect::<BTreeSet<_>>().len(), modules.len());
        for kind in KINDS {
            assert!(super::kind(kind.about.name).is_some());
            for module in kind.about.modules {
                assert_eq!(kind_of_module(module).unwrap().about.name, kind.about.name);
            }
        }
    }
}
