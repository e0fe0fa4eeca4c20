//! Which module of the registry speaks to which simulated provider, and with which settings.

use super::SimulatedProvider;
use crate::bank::{SECRET_KEY, raiffeisen};
use crate::world::{CASH_LINK, DYNAMIC, merchant_row};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use simulator::{Opening, catalogue, gazprom, keys, rsb};
use std::sync::{Arc, LazyLock, Mutex};

/// The shop's client certificate, PEM.
static SHOP_CERTIFICATE: LazyLock<String> = LazyLock::new(|| keys::shop().certificate_pem().unwrap_or_default());

/// A provider that the sender, the payer and the test share.
pub type Shared = Arc<Mutex<dyn SimulatedProvider>>;

/// A module's simulated provider. All that it says and all that its payers do is drawn from the seed.
pub struct Simulated {
    /// The module, as the registry of connectors calls it.
    pub module: &'static str,
    /// A provider with empty books.
    pub open: fn(seed: u64) -> Shared,
    /// The merchant's settings with which that provider knows us.
    pub merchant: fn() -> Map<String, Value>,
    /// The same settings with a login that the provider does not know.
    pub wrong_login: fn() -> Map<String, Value>,
}

/// Every module that has a simulated provider. A module that is missing here fails the certification suite.
pub const SIMULATED: &[Simulated] = &[
    Simulated {
        module: DYNAMIC,
        open: |seed| Arc::new(Mutex::new(raiffeisen(seed))),
        merchant: raiffeisen_dynamic,
        wrong_login: || wrong_key(raiffeisen_dynamic()),
    },
    Simulated {
        module: CASH_LINK,
        open: |seed| Arc::new(Mutex::new(raiffeisen(seed))),
        merchant: raiffeisen_cash_link,
        wrong_login: || wrong_key(raiffeisen_cash_link()),
    },
    Simulated {
        module: "qrgazprom",
        open: |seed| open("gazprom", seed),
        merchant: gazprom,
        wrong_login: || wrong(gazprom(), "token"),
    },
    Simulated {
        module: "qrgazprom_variable",
        open: |seed| open("gazprom", seed),
        merchant: gazprom,
        wrong_login: || wrong(gazprom(), "token"),
    },
    Simulated {
        module: "qrrsb",
        open: |seed| open("rsb", seed),
        merchant: rsb,
        wrong_login: || wrong(rsb(), "login"),
    },
    Simulated {
        module: "qrrsb_variable",
        open: |seed| open("rsb", seed),
        merchant: rsb,
        wrong_login: || wrong(rsb(), "login"),
    },
];

/// The simulated provider of a module.
pub fn simulated(module: &str) -> Option<&'static Simulated> {
    SIMULATED.iter().find(|simulated| simulated.module == module)
}

fn raiffeisen_dynamic() -> Map<String, Value> {
    merchant_row("https://bank.example")
}

fn raiffeisen_cash_link() -> Map<String, Value> {
    let mut row = raiffeisen_dynamic();
    row.remove("sbpMerchantId");
    row
}

fn gazprom() -> Map<String, Value> {
    row(json!({
        "url": "https://bank.example", "token": SECRET_KEY,
        "merchantId": gazprom::MERCHANT, "account": gazprom::ACCOUNT,
    }))
}

fn rsb() -> Map<String, Value> {
    row(json!({
        "url": "https://bank.example", "login": rsb::LOGIN, "merchantId": rsb::MERCHANT,
        "terminalId": rsb::TERMINAL, "account": rsb::ACCOUNT,
        "cert": SHOP_CERTIFICATE.as_str(), "pkey": keys::shop().pem().expose_secret(),
    }))
}

fn row(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(row) => row,
        _ => Map::new(),
    }
}

/// A provider out of the simulator's catalogue, with one shop.
fn open(name: &str, seed: u64) -> Shared {
    let leaf = CertificateDer::from_pem_slice(SHOP_CERTIFICATE.as_bytes());
    let opening = Opening {
        secret: SecretString::from(SECRET_KEY),
        certificate: leaf.map(|leaf| leaf.to_vec()).unwrap_or_default(),
        ..Opening::sample(seed)
    };
    let kind = catalogue::kind(name).unwrap_or_else(|| panic!("no simulated provider `{name}`"));
    (kind.open)(opening)
}

fn wrong(mut row: Map<String, Value>, key: &str) -> Map<String, Value> {
    row.insert(key.to_owned(), "a-login-that-the-bank-does-not-know".into());
    row
}

fn wrong_key(mut row: Map<String, Value>) -> Map<String, Value> {
    row.insert("secretKey".to_owned(), "a-key-that-the-bank-does-not-know".into());
    row
}
