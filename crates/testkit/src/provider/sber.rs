//! Sberbank's simulated shop: its certificates and its settings.

use super::{Shared, registered};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use simulator::Opening;
use simulator::keys::{self, SigningKey};
use simulator::sber::{CLIENT_ID, ID_QR, KIND, MEMBER_ID, PREFIX, TID, refusals};
use std::sync::LazyLock;

/// SBP through Sber.
pub const SBP: &str = "qrsber";
/// SberPay.
pub const SBER_PAY: &str = "qrsberpay";

/// The certificates, made once: each making gives another one.
static OURS: LazyLock<String> = LazyLock::new(|| certificate(keys::shop()));
static A_STRANGERS: LazyLock<String> = LazyLock::new(|| certificate(keys::stranger()));

/// The bank with our shop.
pub fn open(seed: u64) -> Shared {
    let leaf = CertificateDer::from_pem_slice(OURS.as_bytes());
    (KIND.open)(Opening {
        certificate: leaf.map(|leaf| leaf.to_vec()).unwrap_or_default(),
        ..Opening::sample(seed)
    })
}

/// Settings of `qrsber`.
pub fn sbp() -> Map<String, Value> {
    let secret = Opening::sample(0).secret;
    registered::object(json!({
        "url": format!("https://bank.example{PREFIX}"),
        "client_id": CLIENT_ID,
        "client_secret": secret.expose_secret(),
        "member_id": MEMBER_ID,
        "tid": TID,
        "cert": *OURS,
        "pkey": keys::shop().pem().expose_secret(),
        "not_found_codes": refusals::NO_ORDER.0,
        "refund_settles": 1,
    }))
}

/// Settings of `qrsberpay`.
pub fn sber_pay() -> Map<String, Value> {
    let mut row = sbp();
    row.insert("id_qr".to_owned(), ID_QR.into());
    row
}

/// With a secret that the bank does not know.
pub fn wrong_secret(mut row: Map<String, Value>) -> Map<String, Value> {
    row.insert("client_secret".to_owned(), "another-secret".into());
    row
}

/// With a certificate that the bank does not know.
pub fn wrong_certificate(mut row: Map<String, Value>) -> Map<String, Value> {
    row.insert("cert".to_owned(), A_STRANGERS.as_str().into());
    row.insert("pkey".to_owned(), keys::stranger().pem().expose_secret().into());
    row
}

fn certificate(key: SigningKey) -> String {
    key.certificate_pem().unwrap_or_default()
}
