//! How long to wait before the next call.

use domain::{Fault, Operation, Timestamp};

/// No pause is shorter than this, whatever settings or a provider say, in milliseconds: a decision never turns in
/// its own circle.
pub const PAUSE_MIN_MS: u64 = 50;
/// A provider that asks to be left alone is heard for no longer than this, in milliseconds.
const ASKED_PAUSE_MAX_MS: u64 = 600_000;

/// The first pause after a call that did not arrive, in milliseconds; it doubles with each failure.
const RETRY_FIRST_MS: u64 = 1_000;
/// The longest pause between such tries while a register waits.
const RETRY_MAX_MS: u64 = 8_000;
/// For so long a closing is pursued at the module's `interval`; after that at its `return_interval`.
const BRISK_CLOSING_MS: u64 = 60_000;
/// How long after a QR's end the provider's clock may still think that it lives, in milliseconds.
pub const EXPIRY_MARGIN_MS: u64 = 30_000;
/// The longest pause between two attempts to give late money back, in milliseconds.
const REFUND_MAX_MS: u64 = 6 * 3_600_000;
/// The time kept for closing a QR before the promised answer, in milliseconds; at most a quarter of the promise.
const CLOSING_RESERVE_MS: u64 = 10_000;
/// The time kept for a debit before closing must begin, in milliseconds; at most a quarter of the promise.
const CONFIRMING_RESERVE_MS: u64 = 30_000;

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

/// Our own pause, or the longer one that the provider asked for.
pub fn asked_ms(own_ms: u64, fault: &Fault) -> u64 {
    fault
        .retry_after_ms
        .map_or(own_ms, |asked_ms| asked_ms.min(ASKED_PAUSE_MAX_MS).max(own_ms))
}

/// Before late money is given back under the next refund id: the module's `return_interval`, doubled each time.
pub fn next_refund_ms(operation: &Operation) -> u64 {
    operation
        .policy
        .return_interval_ms
        .saturating_mul(1 << operation.attempt.saturating_sub(2).min(20))
        .min(REFUND_MAX_MS.max(operation.policy.return_interval_ms))
}

/// Until when a reservation may be confirmed, so that the debit can still be answered before closing must begin.
pub fn confirm_by(operation: &Operation) -> Timestamp {
    let quarter_ms = operation.policy.answer_within_ms / 4;
    before_the_promise(
        operation,
        CONFIRMING_RESERVE_MS.min(quarter_ms) + CLOSING_RESERVE_MS.min(quarter_ms),
    )
}

/// When closing must begin, so that the register can be given a final answer in the promised time.
pub fn close_by(operation: &Operation) -> Timestamp {
    before_the_promise(
        operation,
        CLOSING_RESERVE_MS.min(operation.policy.answer_within_ms / 4),
    )
}

/// So long before the promised answer; never when nothing was promised.
fn before_the_promise(operation: &Operation, reserve_ms: u64) -> Timestamp {
    if operation.answer_by == Timestamp::MAX {
        return Timestamp::MAX;
    }
    let within_ms = operation.policy.answer_within_ms;
    operation.created_at.plus_ms(within_ms.saturating_sub(reserve_ms))
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
