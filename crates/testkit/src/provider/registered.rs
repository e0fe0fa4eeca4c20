//! Which module of the registry speaks to which simulated provider, and with which settings.

use super::{SimulatedProvider, sber};
use crate::bank::raiffeisen;
use crate::world::{CASH_LINK, DYNAMIC, merchant_row};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex};

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
    /// The same settings with a client certificate that the provider does not know; none where it wants none.
    pub wrong_certificate: Option<fn() -> Map<String, Value>>,
}

/// Every module that has a simulated provider. A module that is missing here fails the certification suite.
pub const SIMULATED: &[Simulated] = &[
    Simulated {
        module: DYNAMIC,
        open: |seed| Arc::new(Mutex::new(raiffeisen(seed))),
        merchant: raiffeisen_dynamic,
        wrong_login: || wrong_key(raiffeisen_dynamic()),
        wrong_certificate: None,
    },
    Simulated {
        module: CASH_LINK,
        open: |seed| Arc::new(Mutex::new(raiffeisen(seed))),
        merchant: raiffeisen_cash_link,
        wrong_login: || wrong_key(raiffeisen_cash_link()),
        wrong_certificate: None,
    },
    Simulated {
        module: sber::SBP,
        open: sber::open,
        merchant: sber::sbp,
        wrong_login: || sber::wrong_secret(sber::sbp()),
        wrong_certificate: Some(|| sber::wrong_certificate(sber::sbp())),
    },
    Simulated {
        module: sber::SBER_PAY,
        open: sber::open,
        merchant: sber::sber_pay,
        wrong_login: || sber::wrong_secret(sber::sber_pay()),
        wrong_certificate: Some(|| sber::wrong_certificate(sber::sber_pay())),
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

fn wrong_key(mut row: Map<String, Value>) -> Map<String, Value> {
    row.insert("secretKey".to_owned(), "a-key-that-the-bank-does-not-know".into());
    row
}

/// The settings that a JSON object writes.
pub(super) fn object(row: Value) -> Map<String, Value> {
    match row {
        Value::Object(row) => row,
        _ => Map::new(),
    }
}
