//! The signature of a notification (header `X-Api-Signature-SHA256`).

use std::fmt::Write as _;

use ring::hmac;

/// Lower-case hex of HMAC-SHA-256 over `text`, keyed with the merchant's secret key.
pub fn hmac_sha256_hex(key: &str, text: &str) -> String {
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()),
        text.as_bytes(),
    );
    tag.as_ref()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::hmac_sha256_hex;

    #[test]
    fn matches_openssl() {
        // printf %s '<text>' | openssl dgst -sha256 -hmac simulated-secret
        let text = "101.01|MA0000000001|order-1|SUCCESS|2026-11-22T05:10:53.000001+03:00";
        assert_eq!(
            hmac_sha256_hex("simulated-secret", text),
            "bad99c4d71003513966a9da262e1bdb7d77de5b307efdb389c0008689836a34d"
        );
    }
}
