//! How long to wait before the next call.

use domain::{Operation, Timestamp};

/// The first pause after a call that did not arrive, in milliseconds; it doubles with each failure.
const RETRY_FIRST_MS: u64 = 1_000;
/// The longest pause between such tries while a register waits.
const RETRY_MAX_MS: u64 = 8_000;
/// For so long a closing is pursued at the module's `interval`; after that at its `return_interval`.
const BRISK_CLOSING_MS: u64 = 60_000;
/// How long after a QR's end the provider's clock may still think that it lives.
pub const EXPIRY_MARGIN_MS: u64 = 30_000;

/// Between two status questions of a payment that waits for the buyer: eager at first, then the module's `interval`.
pub fn asking_ms(operation: &Operation, now: Timestamp) -> u64 {
    let policy = &operation.policy;
    if now.ms_since(operation.created_at) < policy.eager_for_ms {
        policy.eager_interval_ms.min(policy.interval_ms)
    } else {
        policy.interval_ms
    }
}

/// Between two questions, or two attempts to revoke, of a payment that is being closed.
pub fn closing_ms(operation: &Operation, now: Timestamp) -> u64 {
    let since = operation
        .closing
        .as_ref()
        .map_or(operation.created_at, |closing| closing.since);
    if now.ms_since(since) < BRISK_CLOSING_MS {
        operation.policy.interval_ms
    } else {
        operation.policy.return_interval_ms
    }
}

/// Before a call that did not arrive is tried again.
pub fn retry_ms(failures: u32) -> u64 {
    RETRY_FIRST_MS
        .saturating_mul(1 << failures.saturating_sub(1).min(10))
        .min(RETRY_MAX_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_slow_down_to_a_limit() {
        assert_eq!(
            [1, 2, 3, 4, 5, u32::MAX].map(retry_ms),
            [1_000, 2_000, 4_000, 8_000, 8_000, 8_000]
        );
    }
}
