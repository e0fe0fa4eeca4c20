//! A client certificate and its key out of one PKCS#12 file (RFC 7292), as banks hand them out.

use super::{ConfigError, text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p12_keystore::{KeyStore, error::Error};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// The key that may name a PKCS#12 file.
pub(super) const CERT: &str = "cert";
const PKEY: &str = "pkey";
const PASSWORD: &str = "cert_password";
/// Characters of a PEM line (RFC 7468, 2).
const PEM_LINE: usize = 64;

/// Whether a value names a PKCS#12 file.
pub(super) fn is_name(value: &str) -> bool {
    let extension = std::path::Path::new(value).extension();
    extension.is_some_and(|found| found.eq_ignore_ascii_case("p12") || found.eq_ignore_ascii_case("pfx"))
}

/// Replaces the name of a PKCS#12 file in `cert` by its certificates, and writes its key to `pkey`, both as PEM.
/// `read` opens the file. The password is gone from the settings afterwards.
pub(super) fn unfold(
    settings: &mut Map<String, Value>,
    read: impl FnOnce(&str, &str) -> Result<Vec<u8>, ConfigError>,
) -> Result<(), ConfigError> {
    let path = text(settings, CERT)
        .filter(|cert| is_name(cert))
        .map(str::to_owned);
    let Some(path) = path else {
        if settings.contains_key(PASSWORD) {
            let problem = "belongs to a .p12 or .pfx file, and cert names none; leave it out";
            return Err(ConfigError::bad(PASSWORD, problem));
        }
        return Ok(());
    };
    if settings.contains_key(PKEY) {
        let problem = "stands beside a .p12 or .pfx file in cert, which holds the key itself; leave pkey out";
        return Err(ConfigError::bad(PKEY, problem));
    }
    let bytes = read(CERT, &path)?;
    let password = text(settings, PASSWORD);
    let (certificates, key) = open(&bytes, password).map_err(|problem| match problem {
        Problem::Password if password.is_none() => ConfigError::bad(
            CERT,
            format!("the file {path} has a password; write it to cert_password or cert_password_file"),
        ),
        Problem::Password => ConfigError::bad(PASSWORD, format!("is not the password of the file {path}")),
        Problem::File(what) => ConfigError::bad(CERT, format!("the file {path} {what}")),
    })?;
    settings.remove(PASSWORD);
    settings.insert(CERT.to_owned(), Value::String(certificates));
    settings.insert(PKEY.to_owned(), Value::String(key));
    Ok(())
}

enum Problem {
    Password,
    File(&'static str),
}

/// The chain, our own certificate first, and the key.
fn open(bytes: &[u8], password: Option<&str>) -> Result<(String, String), Problem> {
    let store = KeyStore::from_pkcs12(bytes, password.unwrap_or_default()).map_err(|error| match error {
        // The file's seal comes first; without one a wrong password shows when the content makes no sense.
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => Problem::Password,
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => Problem::File(
            "is encrypted in an unusual way; write it again: openssl pkcs12 -in FILE -out ALL.pem, then openssl pkcs12 -export -in ALL.pem -out NEW.p12",
        ),
        _ => Problem::File("is not a readable PKCS#12 file"),
    })?;
    let Some((_, chain)) = store.private_key_chain() else {
        return Err(Problem::File(
            "holds no private key with its certificate; export it from the bank's cabinet again, with the key",
        ));
    };
    let certificates = chain
        .chain()
        .iter()
        .map(|certificate| pem("CERTIFICATE", certificate.as_der()))
        .collect();
    Ok((certificates, pem("PRIVATE KEY", chain.key())))
}

fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(PEM_LINE.min(rest.len()));
        // Writing to a String cannot fail.
        let _ = writeln!(pem, "{line}");
        rest = after;
    }
    let _ = writeln!(pem, "-----END {label}-----");
    pem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::rsa::{SigningKey, VerifyingKey};
    use secrecy::SecretString;
    use serde_json::json;

    const MODERN: &[u8] = include_bytes!("fixtures/test-modern.p12");
    const LEGACY: &[u8] = include_bytes!("fixtures/test-legacy.pfx");
    const NO_PASSWORD: &[u8] = include_bytes!("fixtures/test-no-password.p12");
    const NO_KEY: &[u8] = include_bytes!("fixtures/test-no-key.p12");
    const CERTIFICATE: &str = include_str!("../sign/fixtures/test-certificate.pem");

    fn unfolded(bytes: &[u8], settings: Value) -> Result<Map<String, Value>, String> {
        let mut settings: Map<String, Value> = serde_json::from_value(settings).unwrap();
        unfold(&mut settings, |_, _| Ok(bytes.to_vec())).map_err(|error| error.to_string())?;
        Ok(settings)
    }

    #[test]
    fn certificate_and_key_come_out_as_pem() {
        for (bytes, settings) in [
            (MODERN, json!({"cert": "a.p12", "cert_password": "test-only"})),
            (LEGACY, json!({"cert": "a.PFX", "cert_password": "тест"})),
            (NO_PASSWORD, json!({"cert": "a.p12"})),
        ] {
            let settings = unfolded(bytes, settings).unwrap();
            assert!(!settings.contains_key("cert_password"));
            assert_eq!(settings["cert"], CERTIFICATE);
            let key = SecretString::from(settings["pkey"].as_str().unwrap());
            let signature = SigningKey::from_pem(&key).ok().unwrap().sign(b"x").unwrap();
            assert!(
                VerifyingKey::from_pem(CERTIFICATE)
                    .ok()
                    .unwrap()
                    .verify(b"x", &signature)
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (bytes, settings, said) in [
            (
                MODERN,
                json!({"cert": "a.p12", "cert_password": "S3CRET"}),
                "`cert_password`: is not the password of the file a.p12",
            ),
            (
                MODERN,
                json!({"cert": "a.p12"}),
                "`cert`: the file a.p12 has a password",
            ),
            (
                NO_KEY,
                json!({"cert": "a.p12", "cert_password": "test-only"}),
                "holds no private key",
            ),
            (
                b"nonsense",
                json!({"cert": "a.p12", "cert_password": "S3CRET"}),
                "not a readable PKCS#12",
            ),
            (
                MODERN.get(..900).unwrap(),
                json!({"cert": "a.p12"}),
                "not a readable PKCS#12",
            ),
            (
                MODERN,
                json!({"cert": "a.p12", "pkey": "S3CRET"}),
                "leave pkey out",
            ),
            (
                MODERN,
                json!({"cert": "a.pem", "cert_password": "S3CRET"}),
                "cert names none",
            ),
            (MODERN, json!({"cert_password": "S3CRET"}), "cert names none"),
        ] {
            let error = unfolded(bytes, settings).unwrap_err();
            assert!(error.contains(said) && !error.contains("S3CRET"), "{error}");
        }
    }
}
