//! Signatures that several providers share.

pub mod rsa;

use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use std::fmt::Write as _;

/// HMAC-SHA-256 (RFC 2104, FIPS 180-4) of `message`, 32 bytes.
pub fn hmac_sha256(key: &SecretString, message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac_key(key), message).as_ref().to_vec()
}

/// The same as 64 small hexadecimal digits.
pub fn hmac_sha256_hex(key: &SecretString, message: &[u8]) -> String {
    hmac_sha256(key, message)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Whether `hex` (64 hexadecimal digits, in small or capital letters) is the HMAC-SHA-256 of `message`. The
/// comparison takes the same time whichever byte differs.
pub fn verify_hmac_sha256_hex(key: &SecretString, message: &[u8], hex: &str) -> bool {
    let Some(tag) = decode_hex(hex) else { return false };
    tag.len() == 32 && hmac::verify(&hmac_key(key), message, &tag).is_ok()
}

fn hmac_key(key: &SecretString) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret().as_bytes())
}

fn decode_hex(hex: &str) -> Option<Vec<u8>> {
    // `from_str_radix` alone would take a sign.
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reference values made with `printf %s MESSAGE | openssl dgst -sha256 -hmac KEY`.
    #[test]
    fn agrees_with_openssl() {
        let key = SecretString::from("Jefe");
        let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hmac_sha256_hex(&key, b"what do ya want for nothing?"), tag);
        assert!(verify_hmac_sha256_hex(&key, b"what do ya want for nothing?", tag));
        assert!(verify_hmac_sha256_hex(
            &key,
            b"what do ya want for nothing?",
            &tag.to_uppercase()
        ));
        assert!(!verify_hmac_sha256_hex(
            &key,
            b"what do ya want for nothing!",
            tag
        ));
        assert!(!verify_hmac_sha256_hex(
            &SecretString::from("jefe"),
            b"what do ya want for nothing?",
            tag
        ));
    }

    #[test]
    fn a_broken_signature_is_no_signature() {
        let key = SecretString::from("key");
        let tag = hmac_sha256_hex(&key, b"x");
        for broken in [
            "",
            "zz",
            &tag[..62],
            &format!("{tag}00"),
            &tag.replacen(&tag[..2], "+1", 1),
        ] {
            assert!(!verify_hmac_sha256_hex(&key, b"x", broken), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_checked_without_panic(text in ".{0,80}") {
            prop_assert!(!verify_hmac_sha256_hex(&SecretString::from("k"), b"m", &text));
        }
    }
}
