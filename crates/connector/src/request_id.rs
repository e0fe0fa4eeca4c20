//! Ids of single requests, for banks that want each request to have one of its own.

use domain::Timestamp;
use ring::digest;
use std::fmt::Write as _;

/// 32 small hexadecimal digits that no other request has: a digest of what it is about (an order), the step of the
/// conversation and the moment. A connector mints nothing at random, so the same turn always builds the same request.
pub fn request_id(about: &str, step: &str, now: Timestamp) -> String {
    let text = format!("{about}|{step}|{}", now.as_micros());
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let bytes = digest.as_ref().iter().take(16);
    bytes.fold(String::with_capacity(32), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::OperationId;

    #[test]
    fn an_id_belongs_to_one_request() {
        let (order, now) = (
            OperationId::from_bytes([7; 16]).order(1),
            Timestamp::from_micros(1),
        );
        let id = request_id(order.as_str(), "status", now);
        // `printf %s '07070707070707070707070707070707|status|1' | openssl dgst -sha256`
        assert_eq!(id, "79760e7241a0ac8942cccca6b2b0ea63");
        let others = [
            request_id(OperationId::from_bytes([7; 16]).order(2).as_str(), "status", now),
            request_id(order.as_str(), "cancel", now),
            request_id(order.as_str(), "status", Timestamp::from_micros(2)),
        ];
        assert!(!others.contains(&id));
    }
}
