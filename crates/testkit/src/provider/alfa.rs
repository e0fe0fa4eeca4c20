//! Alfa-Bank's two modules against its simulated gateway.

use super::registered::{Shared, Simulated};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use simulator::alfa::{self, Alfa, Fail, Options};
use simulator::keys;
use std::sync::{Arc, LazyLock, Mutex};

/// The module that draws a new QR for each payment.
pub const QR: Simulated = Simulated {
    module: "qralpha",
    open,
    merchant: dynamic,
    wrong_login: || signed_by_a_stranger(dynamic()),
};

/// The module that works over a sticker.
pub const LINK: Simulated = Simulated {
    module: "qralpha_variable",
    open,
    merchant: cash_link,
    wrong_login: || signed_by_a_stranger(cash_link()),
};

/// The shop's certificate. It is made once: two of one key may differ.
static CERTIFICATE: LazyLock<String> = LazyLock::new(|| keys::shop().certificate_pem().unwrap_or_default());

fn open(seed: u64) -> Shared {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes());
    Arc::new(Mutex::new(Alfa::new(Options {
        seed,
        shop: "Магазин".to_owned(),
        // Nobody shows an empty certificate.
        certificate: Some(certificate.map(|der| der.to_vec()).unwrap_or_default()),
        bind_command: alfa::BIND_COMMAND.to_owned(),
    })))
}

fn dynamic() -> Map<String, Value> {
    let mut row = common();
    let [first, ..] = alfa::TERMINALS;
    row.insert("TermNo".to_owned(), first.into());
    row
}

fn cash_link() -> Map<String, Value> {
    let mut row = common();
    row.insert("link_status".to_owned(), "latest".into());
    row.insert("bind_command".to_owned(), alfa::BIND_COMMAND.into());
    row
}

fn common() -> Map<String, Value> {
    let row = json!({
        "url": format!("https://bank.example{}", alfa::PATH),
        "key_name": alfa::KEY_NAME,
        "cert": CERTIFICATE.as_str(),
        "pkey": text(&keys::shop().pem()),
        "bank_cert": keys::bank().certificate_pem().unwrap_or_default(),
        "not_found_codes": Fail::Unknown.code().to_string(),
    });
    row.as_object().cloned().unwrap_or_default()
}

/// The certificate is ours still, so the bank opens its door and then does not know the signature.
fn signed_by_a_stranger(mut row: Map<String, Value>) -> Map<String, Value> {
    let key = text(&keys::stranger().pem());
    row.insert("sign_key".to_owned(), key.into());
    row
}

fn text(pem: &SecretString) -> String {
    pem.expose_secret().to_owned()
}
