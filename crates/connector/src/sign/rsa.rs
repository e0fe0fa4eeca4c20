//! RSA PKCS#1 v1.5 signatures with SHA-256 (RFC 8017, 8.2), as `openssl dgst -sha256 -sign` makes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use rustls_pki_types::pem::{PemObject, SectionKind};
use secrecy::{ExposeSecret, SecretString};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The most PEM blocks of one text that are looked at: a key and its chain are far fewer.
const BLOCKS_MAX: usize = 32;

/// Why a key cannot be used. Says what was given and what to do; never shows the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM text, or a damaged one.
    #[error("is not readable PEM; give the text between and with its BEGIN and END lines, unchanged")]
    Unreadable,
    /// PEM text, but without a key in it.
    #[error("holds no private key; give the block PRIVATE KEY or RSA PRIVATE KEY")]
    NoPrivateKey,
    /// A certificate where the private key should be.
    #[error("is a certificate, not its private key; give the block PRIVATE KEY or RSA PRIVATE KEY")]
    CertificateGiven,
    /// A public key where the private key should be.
    #[error("is a public key; give the private key, the block PRIVATE KEY or RSA PRIVATE KEY")]
    PublicKeyGiven,
    /// The key needs a password.
    #[error("is encrypted with a password; decrypt it first: openssl pkey -in KEY -out KEY-WITHOUT-PASSWORD")]
    Encrypted,
    /// A key of another kind: EC, Ed25519.
    #[error("is not an RSA key; the provider's signature needs RSA of 2048 to 4096 bits")]
    NotRsa,
    /// An RSA key that is too short, too long or inconsistent.
    #[error("is an RSA key that cannot be used ({0}); it must have 2048 to 4096 bits")]
    Rejected(String),
    /// Neither a certificate nor a public key.
    #[error("holds no certificate and no public key; give the block CERTIFICATE or PUBLIC KEY")]
    NoPublicKey,
    /// A private key where the provider's certificate should be.
    #[error("is a private key; give the provider's certificate or public key")]
    PrivateKeyGiven,
    /// The signature could not be computed.
    #[error("cannot sign: the system gave no random numbers for it")]
    NoRandomness,
}

/// A private RSA key that signs.
pub struct SigningKey(KeyPair);

impl SigningKey {
    /// Reads an unencrypted private key from PEM: PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`). Other blocks
    /// beside it, such as its certificate, are passed over.
    pub fn from_pem(pem: &SecretString) -> Result<Self, KeyError> {
        let pem = pem.expose_secret();
        // Both forms of encryption say so in clear: the label of PKCS#8, the header line `Proc-Type` of PKCS#1.
        if pem.contains("ENCRYPTED") {
            return Err(KeyError::Encrypted);
        }
        let mut instead = KeyError::NoPrivateKey;
        for (kind, der) in blocks(pem)? {
            let read = match kind {
                SectionKind::PrivateKey => KeyPair::from_pkcs8(&der),
                SectionKind::RsaPrivateKey => KeyPair::from_der(&der),
                SectionKind::EcPrivateKey => return Err(KeyError::NotRsa),
                SectionKind::Certificate => {
                    instead = KeyError::CertificateGiven;
                    continue;
                }
                SectionKind::PublicKey => {
                    instead = KeyError::PublicKeyGiven;
                    continue;
                }
                _ => continue,
            };
            return read.map(Self).map_err(|rejected| match rejected.to_string() {
                why if why == "WrongAlgorithm" => KeyError::NotRsa,
                why => KeyError::Rejected(why),
            });
        }
        Err(instead)
    }

    /// Signs these exact bytes.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyError::NoRandomness)?;
        Ok(signature)
    }

    /// Signs these exact bytes; the signature as standard Base64 on one line, fit for a header.
    pub fn sign_base64(&self, message: &[u8]) -> Result<String, KeyError> {
        self.sign(message).map(|signature| STANDARD.encode(signature))
    }
}

/// A public RSA key that checks signatures.
pub struct VerifyingKey(UnparsedPublicKey<Vec<u8>>);

impl VerifyingKey {
    /// Reads the first certificate (`CERTIFICATE`) or public key (`PUBLIC KEY`) of a PEM text. The certificate is not
    /// judged: neither its dates nor its issuer, since it is trusted as the one that the provider handed out.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let mut instead = KeyError::NoPublicKey;
        for (kind, der) in blocks(pem)? {
            match kind {
                SectionKind::Certificate => {
                    let (_, certificate) =
                        X509Certificate::from_der(&der).map_err(|_| KeyError::Unreadable)?;
                    return Self::from_info(certificate.public_key());
                }
                SectionKind::PublicKey => {
                    let (_, info) = SubjectPublicKeyInfo::from_der(&der).map_err(|_| KeyError::Unreadable)?;
                    return Self::from_info(&info);
                }
                SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {
                    instead = KeyError::PrivateKeyGiven;
                }
                _ => {}
            }
        }
        Err(instead)
    }

    fn from_info(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyError> {
        match info.parsed() {
            Ok(PublicKey::RSA(key)) if (2_048..=8_192).contains(&key.key_size()) => {}
            Ok(PublicKey::RSA(key)) => return Err(KeyError::Rejected(format!("{} bits", key.key_size()))),
            _ => return Err(KeyError::NotRsa),
        }
        let key = info.subject_public_key.data.to_vec();
        Ok(Self(UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)))
    }

    /// Whether this is the signature of these exact bytes.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature).is_ok()
    }

    /// Whether this standard Base64 text is the signature of these exact bytes.
    pub fn verify_base64(&self, message: &[u8], signature: &str) -> bool {
        STANDARD
            .decode(signature.trim())
            .is_ok_and(|signature| self.verify(message, &signature))
    }
}

fn blocks(pem: &str) -> Result<Vec<(SectionKind, Vec<u8>)>, KeyError> {
    // The parser's own error is not passed on: it may quote a line of the key.
    <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes())
        .take(BLOCKS_MAX)
        .collect::<Result<_, _>>()
        .map_err(|_| KeyError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PKCS8: &str = include_str!("fixtures/test-key-pkcs8.pem");
    const PKCS1: &str = include_str!("fixtures/test-key-pkcs1.pem");
    const CERTIFICATE: &str = include_str!("fixtures/test-certificate.pem");
    const PUBLIC: &str = include_str!("fixtures/test-public.pem");
    const EC: &str = include_str!("fixtures/test-key-ec.pem");
    const MESSAGE: &[u8] = include_bytes!("fixtures/message.json");
    const SIGNATURE: &str = include_str!("fixtures/signature.txt");

    fn key(pem: &str) -> Result<SigningKey, KeyError> {
        SigningKey::from_pem(&SecretString::from(pem))
    }

    #[test]
    fn signs_as_openssl_does() {
        for pem in [
            PKCS8,
            PKCS1,
            &format!("{CERTIFICATE}{PKCS8}"),
            &PKCS8.replace('\n', "\r\n"),
        ] {
            assert_eq!(key(pem).ok().unwrap().sign_base64(MESSAGE).unwrap(), SIGNATURE);
        }
    }

    #[test]
    fn checks_what_openssl_signed() {
        for pem in [CERTIFICATE, PUBLIC] {
            let key = VerifyingKey::from_pem(pem).ok().unwrap();
            assert!(key.verify_base64(MESSAGE, SIGNATURE));
            assert!(key.verify_base64(MESSAGE, &format!("{SIGNATURE}\n")));
            assert!(!key.verify_base64(b"{}", SIGNATURE));
            assert!(!key.verify_base64(MESSAGE, &SIGNATURE.replacen('d', "e", 1)));
            for broken in ["", "?", "AAAA", SIGNATURE.trim_end_matches('=')] {
                assert!(!key.verify_base64(MESSAGE, broken), "{broken}");
            }
        }
    }

    #[test]
    fn a_wrong_key_is_named() {
        for (pem, error) in [
            ("", KeyError::NoPrivateKey),
            ("/etc/qrpay/client.key", KeyError::NoPrivateKey),
            (CERTIFICATE, KeyError::CertificateGiven),
            (PUBLIC, KeyError::PublicKeyGiven),
            (EC, KeyError::NotRsa),
            (include_str!("fixtures/test-key-ec-pkcs8.pem"), KeyError::NotRsa),
            (
                include_str!("fixtures/test-key-encrypted.pem"),
                KeyError::Encrypted,
            ),
            (
                include_str!("fixtures/test-key-pkcs1-encrypted.pem"),
                KeyError::Encrypted,
            ),
            (PKCS8.get(..400).unwrap(), KeyError::Unreadable),
        ] {
            assert_eq!(key(pem).err(), Some(error), "{pem}");
        }
        let short = key(include_str!("fixtures/test-key-1024.pem")).err();
        assert!(matches!(short, Some(KeyError::Rejected(_))), "{short:?}");
    }

    #[test]
    fn a_wrong_public_key_is_named() {
        for (pem, error) in [
            ("", KeyError::NoPublicKey),
            (PKCS8, KeyError::PrivateKeyGiven),
            (include_str!("fixtures/test-certificate-ec.pem"), KeyError::NotRsa),
            (CERTIFICATE.get(..400).unwrap(), KeyError::Unreadable),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                KeyError::Unreadable,
            ),
        ] {
            assert_eq!(VerifyingKey::from_pem(pem).err(), Some(error), "{pem}");
        }
    }

    #[test]
    fn an_error_shows_nothing_of_the_key() {
        let broken = PKCS8.replace('\n', "\nS3CRET!");
        let error = key(&broken).err().unwrap();
        assert!(!format!("{error} {error:?}").contains("S3CRET"));
    }
}
