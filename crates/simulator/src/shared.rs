//! One bank for many tasks: the HTTPS door, the payer's page, the control API, the deliverer of notifications.

use std::sync::{Arc, Mutex, PoisonError};

use crate::bank::Bank;
use crate::clock::Clock;

/// A bank and the clock it lives by. Clones share both.
#[derive(Clone)]
pub struct SharedBank {
    bank: Arc<Mutex<Bank>>,
    clock: Clock,
}

impl SharedBank {
    /// Shares this bank; `clock` tells the time of every call.
    pub fn new(bank: Bank, clock: Clock) -> Self {
        Self {
            bank: Arc::new(Mutex::new(bank)),
            clock,
        }
    }

    /// Does something with the bank at the present time. The bank is locked meanwhile, so nothing may wait in `act`.
    pub fn with<R>(&self, act: impl FnOnce(&mut Bank, i64) -> R) -> R {
        let now = (self.clock)();
        let mut bank = self.bank.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut bank, now)
    }
}
