//! Keys and signatures for simulated providers: fixed RSA keys, RSA-SHA256, and certificates for them.
//!
//! The keys are published with the source and protect nothing. They exist because ring makes no RSA keys.

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::SecretString;

use crate::tls::self_signed;

/// A fixed RSA key of 2048 bits. For simulators only: everybody has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningKey {
    name: &'static str,
    pem: &'static str,
}

/// Why a key does nothing.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key's text cannot be read.
    #[error("the key of {0} cannot be read")]
    Unreadable(&'static str),
    /// A certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

/// The shop's key: it signs requests, and its certificate may open the bank's door.
pub const fn shop() -> SigningKey {
    SigningKey {
        name: "the shop",
        pem: include_str!("keys/shop.pem"),
    }
}

/// The bank's key: it signs answers and notifications.
pub const fn bank() -> SigningKey {
    SigningKey {
        name: "the bank",
        pem: include_str!("keys/bank.pem"),
    }
}

/// A key that no bank and no shop knows.
pub const fn stranger() -> SigningKey {
    SigningKey {
        name: "a stranger",
        pem: include_str!("keys/stranger.pem"),
    }
}

impl SigningKey {
    /// The private key, PEM (PKCS#8).
    pub fn pem(self) -> SecretString {
        SecretString::from(self.pem)
    }

    /// The public key, DER (`RSAPublicKey` of PKCS#1), for [`verified`].
    pub fn public(self) -> Result<Vec<u8>, KeyError> {
        Ok(self.pair()?.public().as_ref().to_vec())
    }

    /// A self-signed certificate of this key, PEM.
    pub fn certificate_pem(self) -> Result<String, KeyError> {
        Ok(self_signed(self.name, self.pem)?)
    }

    /// RSA PKCS#1 v1.5 with SHA-256 over these bytes.
    pub fn sign(self, bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
        let pair = self.pair()?;
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature)
            .map_err(|_| KeyError::Unreadable(self.name))?;
        Ok(signature)
    }

    fn pair(self) -> Result<RsaKeyPair, KeyError> {
        let unreadable = || KeyError::Unreadable(self.name);
        let der = PrivatePkcs8KeyDer::from_pem_slice(self.pem.as_bytes()).map_err(|_| unreadable())?;
        RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| unreadable())
    }
}

/// True if `signature` is RSA PKCS#1 v1.5 with SHA-256 over these bytes, made with the key of `public`
/// ([`SigningKey::public`]).
pub fn verified(public: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(bytes, signature)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_good_for_its_bytes_and_its_key_only() {
        let signature = shop().sign(b"body").unwrap();
        let public = shop().public().unwrap();
        assert!(verified(&public, b"body", &signature));
        assert!(!verified(&public, b"Body", &signature));
        assert!(!verified(&stranger().public().unwrap(), b"body", &signature));
        assert!(!verified(&public, b"body", b""));
    }

    #[test]
    fn the_keys_differ_and_have_certificates() {
        let keys = [shop(), bank(), stranger()];
        let publics: std::collections::BTreeSet<_> = keys.map(|key| key.public().unwrap()).into();
        assert_eq!(publics.len(), 3);
        for key in keys {
            assert!(
                key.certificate_pem()
                    .unwrap()
                    .starts_with("-----BEGIN CERTIFICATE-----")
            );
        }
    }
}
