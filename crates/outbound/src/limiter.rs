//! How fast one provider may be asked: a token bucket with two lines. Calls that change something go first; questions
//! leave a part of the bucket to them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How many calls may wait in each line of one provider. One more is turned away at once.
pub const WAITING_MAX: usize = 1_000;
/// The longest pause that a provider can ask for, in milliseconds. A longer wish is cut: it may be meant for one
/// merchant, and others share the provider.
pub const PAUSE_MAX_MS: u64 = 60_000;
/// One request, in the bucket's unit. Whole numbers, so that nothing is lost by rounding.
const TOKEN: u64 = 1_000_000;
/// Questions leave this part of the bucket (one in so many) to calls that change something.
const RESERVE_PART: u64 = 4;

/// Why a call got no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Busy {
    /// [`WAITING_MAX`] others wait already.
    TooMany,
    /// The wait was over before it was this call's turn.
    TooLong,
    /// The provider asked for a pause that ends after the wait.
    Paused {
        /// How long it lasts yet, in milliseconds.
        for_ms: u64,
    },
}

/// The bucket and the two lines of one provider.
pub(crate) struct Limiter {
    bucket: Mutex<Bucket>,
    changes: Line,
    questions: Line,
}

#[derive(Default)]
struct Line {
    /// Held by the first in the line; tokio hands it on in the order of arrival.
    first: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
}

struct Bucket {
    /// Empty until the first call, which fills it.
    filled_at: Option<Instant>,
    level: u64,
    paused_until: Option<Instant>,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        Self {
            bucket: Mutex::new(Bucket {
                filled_at: None,
                level: 0,
                paused_until: None,
            }),
            changes: Line::default(),
            questions: Line::default(),
        }
    }

    /// Waits for a place, at most `wait`. `rate_per_s` of 0 means no limit (a pause still holds).
    pub(crate) async fn enter(&self, rate_per_s: u32, changes: bool, wait: Duration) -> Result<(), Busy> {
        let line = if changes { &self.changes } else { &self.questions };
        let _waiting = line.join().ok_or(Busy::TooMany)?;
        let deadline = Instant::now() + wait;
        if let Some(paused_until) = self.paused_until().filter(|until| *until > deadline) {
            return Err(Busy::Paused {
                for_ms: millis(paused_until - Instant::now()),
            });
        }
        let place = async {
            let _first = line.first.lock().await;
            while let Err(pause) = self.take(rate_per_s, changes) {
                sleep(pause.max(Duration::from_millis(1))).await;
            }
        };
        timeout_at(deadline, place).await.map_err(|_| Busy::TooLong)
    }

    /// Nobody enters for so long (the provider asked for it).
    pub(crate) fn pause(&self, for_ms: u64) {
        let until = Instant::now() + Duration::from_millis(for_ms.min(PAUSE_MAX_MS));
        let mut bucket = self.lock();
        bucket.paused_until = Some(bucket.paused_until.map_or(until, |known| known.max(until)));
    }

    /// How many calls wait now.
    pub(crate) fn waiting(&self) -> usize {
        self.changes.waiting.load(Ordering::Relaxed) + self.questions.waiting.load(Ordering::Relaxed)
    }

    fn paused_until(&self) -> Option<Instant> {
        self.lock().paused_until
    }

    /// Takes a token, or says when to look again.
    fn take(&self, rate_per_s: u32, changes: bool) -> Result<(), Duration> {
        let now = Instant::now();
        let mut bucket = self.lock();
        if let Some(until) = bucket.paused_until.filter(|until| *until > now) {
            return Err(until - now);
        }
        bucket.paused_until = None;
        if rate_per_s == 0 {
            return Ok(());
        }
        let rate = u64::from(rate_per_s);
        bucket.fill(rate, now);
        let a_change_waits = self.changes.waiting.load(Ordering::Relaxed) > 0;
        if !changes && a_change_waits {
            return Err(Duration::from_micros(TOKEN / rate));
        }
        let reserve = if changes { 0 } else { rate / RESERVE_PART * TOKEN };
        let needed = TOKEN + reserve;
        if bucket.level < needed {
            return Err(Duration::from_micros((needed - bucket.level).div_ceil(rate)));
        }
        bucket.level -= TOKEN;
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    /// Adds what has trickled in since the last look; the bucket holds one second's worth.
    fn fill(&mut self, rate: u64, now: Instant) {
        let full = rate * TOKEN;
        let added = match self.filled_at {
            None => full,
            // A token is 1 000 000 parts and a second has as many microseconds, so parts = microseconds x rate.
            Some(before) => u64::try_from((now - before).as_micros())
                .unwrap_or(u64::MAX)
                .saturating_mul(rate),
        };
        self.level = self.level.saturating_add(added).min(full);
        self.filled_at = Some(now);
    }
}

impl Line {
    fn join(&self) -> Option<Waiting<'_>> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Waiting(&self.waiting);
        (before < WAITING_MAX).then_some(place)
    }
}

/// Counts one who waits, until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::task::JoinSet;

    const LONG: Duration = Duration::from_mins(10);

    #[tokio::test(start_paused = true)]
    async fn a_second_holds_no_more_than_the_rate() {
        let limiter = Limiter::new();
        let start = Instant::now();
        for _ in 0..40 {
            limiter.enter(10, true, LONG).await.unwrap();
        }
        // 10 at once, the other 30 at 10 a second, in virtual time.
        let spent = millis(start.elapsed());
        assert!((3_000..3_100).contains(&spent), "{spent}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_rate_means_no_limit() {
        let limiter = Limiter::new();
        let start = Instant::now();
        for _ in 0..10_000 {
            limiter.enter(0, false, LONG).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn changes_overtake_questions_that_wait() {
        let limiter = Arc::new(Limiter::new());
        limiter.enter(1, true, LONG).await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        for changes in [false, false, false, true, true] {
            let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
            tasks.spawn(async move {
                limiter.enter(1, changes, LONG).await.unwrap();
                order.lock().unwrap().push(changes);
            });
            tokio::task::yield_now().await;
        }
        tasks.join_all().await;
        assert_eq!(*order.lock().unwrap(), [true, true, false, false, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn questions_leave_a_reserve_to_changes() {
        let limiter = Limiter::new();
        let mut asked = 0;
        while limiter.enter(8, false, Duration::ZERO).await.is_ok() {
            asked += 1;
        }
        assert_eq!(asked, 6);
        for _ in 0..2 {
            assert_eq!(limiter.enter(8, true, Duration::ZERO).await, Ok(()));
        }
        assert_eq!(limiter.enter(8, true, Duration::ZERO).await, Err(Busy::TooLong));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_has_an_end_and_a_limit() {
        let limiter = Arc::new(Limiter::new());
        limiter.enter(1, true, LONG).await.unwrap();
        let short = Duration::from_millis(500);
        assert_eq!(limiter.enter(1, true, short).await, Err(Busy::TooLong));
        limiter.pause(PAUSE_MAX_MS);
        let mut tasks = JoinSet::new();
        for _ in 0..WAITING_MAX {
            let limiter = Arc::clone(&limiter);
            tasks.spawn(async move { limiter.enter(1, true, LONG).await });
        }
        for _ in 0..10 * WAITING_MAX {
            tokio::task::yield_now().await;
        }
        assert_eq!(limiter.waiting(), WAITING_MAX);
        assert_eq!(limiter.enter(1, true, LONG).await, Err(Busy::TooMany));
        tasks.shutdown().await;
        assert_eq!(limiter.waiting(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_waited_out_or_reported() {
        let limiter = Limiter::new();
        limiter.pause(20_000);
        assert_eq!(
            limiter.enter(0, true, Duration::from_secs(5)).await,
            Err(Busy::Paused { for_ms: 20_000 })
        );
        let start = Instant::now();
        limiter.enter(0, true, Duration::from_secs(30)).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(20));
        limiter.pause(u64::MAX);
        assert_eq!(
            limiter.enter(0, false, Duration::from_secs(5)).await,
            Err(Busy::Paused { for_ms: PAUSE_MAX_MS })
        );
    }
}
