//! The circuit breaker of one provider: after several technical failures in a row nothing is sent for a while, then
//! one call is let through as a trial.

use domain::Timestamp;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// Calls are turned away without being sent.
    Open,
    /// One call is under way as a trial, or the next one will be; others are turned away.
    HalfOpen,
}

impl BreakerState {
    /// Its name for the console and the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// A breaker's memory, for the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BreakerView {
    pub(crate) state: BreakerState,
    pub(crate) failures_in_a_row: u32,
    pub(crate) last_failure: Option<(Timestamp, String)>,
    pub(crate) last_success_at: Option<Timestamp>,
}

pub(crate) struct Breaker {
    opens_after: u32,
    open_for: Duration,
    inner: Mutex<Inner>,
}

struct Inner {
    position: Position,
    failures_in_a_row: u32,
    last_failure: Option<(Timestamp, String)>,
    last_success_at: Option<Timestamp>,
}

#[derive(Clone, Copy)]
enum Position {
    Closed,
    Open { until: Instant },
    Trial,
}

impl Breaker {
    /// Opens after so many failures in a row (0 = never), for so long.
    pub(crate) fn new(opens_after: u32, open_for: Duration) -> Self {
        Self {
            opens_after,
            open_for,
            inner: Mutex::new(Inner {
                position: Position::Closed,
                failures_in_a_row: 0,
                last_failure: None,
                last_success_at: None,
            }),
        }
    }

    /// Whether a call would be turned away now, and for how long yet, without taking the trial's place.
    pub(crate) fn refuses(&self) -> Option<Duration> {
        match self.lock().position {
            Position::Closed => None,
            Position::Trial => Some(Duration::ZERO),
            Position::Open { until } => {
                let left = until.saturating_duration_since(Instant::now());
                (!left.is_zero()).then_some(left)
            }
        }
    }

    /// Lets a call through, or says how long the breaker stays open (zero: a trial is under way).
    pub(crate) fn enter(&self) -> Result<Pass<'_>, Duration> {
        if let Some(left) = self.refuses() {
            return Err(left);
        }
        let mut inner = self.lock();
        let trial = match inner.position {
            Position::Closed => false,
            Position::Open { .. } => {
                inner.position = Position::Trial;
                true
            }
            Position::Trial => return Err(Duration::ZERO),
        };
        Ok(Pass { breaker: self, trial })
    }

    pub(crate) fn view(&self) -> BreakerView {
        let inner = self.lock();
        let state = match inner.position {
            Position::Closed => BreakerState::Closed,
            Position::Open { until } if until > Instant::now() => BreakerState::Open,
            Position::Open { .. } | Position::Trial => BreakerState::HalfOpen,
        };
        BreakerView {
            state,
            failures_in_a_row: inner.failures_in_a_row,
            last_failure: inner.last_failure.clone(),
            last_success_at: inner.last_success_at,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that was let through. Dropped without a verdict (the call was abandoned, or failed by our own fault), a
/// trial's place is given to the next call.
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    trial: bool,
}

impl Pass<'_> {
    /// The provider answered.
    pub(crate) fn succeeded(mut self, now: Timestamp) {
        self.trial = false;
        let mut inner = self.breaker.lock();
        inner.failures_in_a_row = 0;
        inner.last_success_at = Some(now);
        inner.position = Position::Closed;
    }

    /// The provider failed.
    pub(crate) fn failed(mut self, now: Timestamp, detail: String) {
        let was_trial = std::mem::take(&mut self.trial);
        let breaker = self.breaker;
        let mut inner = breaker.lock();
        inner.failures_in_a_row = inner.failures_in_a_row.saturating_add(1);
        inner.last_failure = Some((now, detail));
        let too_many = breaker.opens_after > 0 && inner.failures_in_a_row >= breaker.opens_after;
        let closed = matches!(inner.position, Position::Closed);
        // A straggler that fails while the breaker is open, or while another call is the trial, changes nothing.
        if was_trial || (closed && too_many) {
            inner.position = Position::Open {
                until: Instant::now() + breaker.open_for,
            };
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if !self.trial {
            return;
        }
        let mut inner = self.breaker.lock();
        if matches!(inner.position, Position::Trial) {
            inner.position = Position::Open {
                until: Instant::now(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1);
    const OPEN_FOR: Duration = Duration::from_secs(10);

    fn breaker() -> Breaker {
        Breaker::new(3, OPEN_FOR)
    }

    fn fail(breaker: &Breaker) {
        breaker.enter().ok().unwrap().failed(NOW, "down".to_owned());
    }

    #[tokio::test(start_paused = true)]
    async fn opens_after_failures_in_a_row_only() {
        let breaker = breaker();
        for _ in 0..5 {
            fail(&breaker);
            fail(&breaker);
            breaker.enter().ok().unwrap().succeeded(NOW);
        }
        assert_eq!(breaker.view().state, BreakerState::Closed);
        for _ in 0..3 {
            fail(&breaker);
        }
        assert_eq!(breaker.view().state, BreakerState::Open);
        assert_eq!(breaker.enter().err(), Some(OPEN_FOR));
    }

    #[tokio::test(start_paused = true)]
    async fn one_trial_decides() {
        let breaker = breaker();
        for _ in 0..3 {
            fail(&breaker);
        }
        tokio::time::advance(OPEN_FOR).await;
        assert_eq!(breaker.view().state, BreakerState::HalfOpen);
        let trial = breaker.enter().ok().unwrap();
        assert_eq!(breaker.enter().err(), Some(Duration::ZERO));
        trial.failed(NOW, "still down".to_owned());
        assert_eq!(breaker.view().state, BreakerState::Open);
        tokio::time::advance(OPEN_FOR).await;
        breaker.enter().ok().unwrap().succeeded(NOW);
        let view = breaker.view();
        assert_eq!((view.state, view.failures_in_a_row), (BreakerState::Closed, 0));
        assert_eq!(view.last_failure, Some((NOW, "still down".to_owned())));
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_trial_frees_its_place() {
        let breaker = breaker();
        for _ in 0..3 {
            fail(&breaker);
        }
        tokio::time::advance(OPEN_FOR).await;
        drop(breaker.enter().ok().unwrap());
        assert!(breaker.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_straggler_does_not_prolong_the_pause() {
        let breaker = breaker();
        let straggler = breaker.enter().ok().unwrap();
        for _ in 0..3 {
            fail(&breaker);
        }
        tokio::time::advance(OPEN_FOR).await;
        straggler.failed(NOW, "late".to_owned());
        assert!(breaker.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn zero_switches_it_off() {
        let breaker = Breaker::new(0, OPEN_FOR);
        for _ in 0..100 {
            fail(&breaker);
        }
        assert_eq!(breaker.view().state, BreakerState::Closed);
    }
}
