//! One provider for many tasks: the HTTPS door, the payer's page, the control API, the deliverer of notifications.

use std::sync::{Arc, Mutex, PoisonError};

use crate::bank::Bank;
use crate::clock::Clock;
use crate::provider::Provider;

/// A provider and the clock it lives by. Clones share both.
pub struct Shared<P: ?Sized> {
    provider: Arc<Mutex<P>>,
    clock: Clock,
}

/// Raiffeisenbank, by its own name.
pub type SharedBank = Shared<Bank>;

/// Any provider.
pub type SharedProvider = Shared<dyn Provider>;

impl<P: ?Sized> Clone for Shared<P> {
    fn clone(&self) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            clock: Arc::clone(&self.clock),
        }
    }
}

impl SharedBank {
    /// Shares this bank; `clock` tells the time of every call.
    pub fn new(bank: Bank, clock: Clock) -> Self {
        Self::around(Arc::new(Mutex::new(bank)), clock)
    }

    /// The same bank as one provider among many.
    pub fn as_provider(&self) -> SharedProvider {
        SharedProvider::around(Arc::<Mutex<Bank>>::clone(&self.provider), Arc::clone(&self.clock))
    }
}

impl<P: ?Sized> Shared<P> {
    /// A provider that others hold too; `clock` tells the time of every call.
    pub fn around(provider: Arc<Mutex<P>>, clock: Clock) -> Self {
        Self { provider, clock }
    }

    /// Does something with the provider at the present time. It is locked meanwhile, so nothing may wait in `act`.
    pub fn with<R>(&self, act: impl FnOnce(&mut P, i64) -> R) -> R {
        let now = (self.clock)();
        let mut provider = self.provider.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut provider, now)
    }
}
