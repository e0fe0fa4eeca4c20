//! A token bucket per register, on tokio's clock.

use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// Parts of a request, so that slow refills are exact in whole numbers.
const PARTS: u64 = 1_000;

struct Bucket {
    /// What is left, in thousandths of a request.
    left: u64,
    filled_at: Instant,
}

/// The buckets, one per token.
pub(super) struct RateLimits {
    buckets: Vec<Mutex<Bucket>>,
    burst: u64,
    /// 0 = no limit.
    per_second: u64,
}

impl RateLimits {
    /// `burst` requests at once, at least 1; `per_second` in the long run, 0 = no limit at all.
    pub(super) fn new(count: usize, burst: u32, per_second: u32) -> Self {
        let burst = u64::from(burst.max(1));
        let bucket = || {
            Mutex::new(Bucket {
                left: burst * PARTS,
                filled_at: Instant::now(),
            })
        };
        Self {
            buckets: std::iter::repeat_with(bucket).take(count).collect(),
            burst,
            per_second: u64::from(per_second),
        }
    }

    /// Takes one request out of a bucket, or says how many milliseconds to wait for it.
    pub(super) fn take(&self, index: usize) -> Result<(), u64> {
        let Some(bucket) = self.buckets.get(index) else {
            return Err(1_000);
        };
        if self.per_second == 0 {
            return Ok(());
        }
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let passed = now.saturating_duration_since(bucket.filled_at).as_millis();
        let passed_ms = u64::try_from(passed).unwrap_or(u64::MAX);
        // One part is a thousandth of a request, so each millisecond adds `per_second` parts.
        let refill = passed_ms.saturating_mul(self.per_second);
        if refill > 0 {
            bucket.left = bucket.left.saturating_add(refill).min(self.burst * PARTS);
            bucket.filled_at = now;
        }
        if bucket.left >= PARTS {
            bucket.left -= PARTS;
            return Ok(());
        }
        Err((PARTS - bucket.left).div_ceil(self.per_second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn zero_is_no_limit() {
        let limits = RateLimits::new(1, 1, 0);
        assert!((0..1_000).all(|_| limits.take(0).is_ok()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_empties_and_fills_again() {
        let limits = RateLimits::new(2, 3, 2);
        for _ in 0..3 {
            assert_eq!(limits.take(0), Ok(()));
        }
        assert_eq!(limits.take(0), Err(500));
        assert_eq!(limits.take(1), Ok(()), "another register has its own");
        tokio::time::advance(Duration::from_millis(499)).await;
        assert_eq!(limits.take(0), Err(1));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(limits.take(0), Ok(()));
        tokio::time::advance(Duration::from_hours(1)).await;
        for _ in 0..3 {
            assert_eq!(limits.take(0), Ok(()));
        }
        assert!(
            limits.take(0).is_err(),
            "a long silence saves up no more than the burst"
        );
    }
}
