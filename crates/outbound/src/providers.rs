//! The providers that were called so far, each known by host and port, with their limiter and breaker.

use crate::breaker::{Breaker, BreakerState};
use crate::limiter::Limiter;
use crate::outbound::Options;
use domain::{ModuleName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many hosts are remembered. Hosts come from the operator's settings, so more than a few dozen are a mistake;
/// above this, those in no use are forgotten.
pub const PROVIDERS_MAX: usize = 1_024;

/// How a provider fares, for the console and the metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderHealth {
    /// Its host and port.
    pub host: String,
    /// The modules that call it.
    pub modules: Vec<ModuleName>,
    /// How its circuit breaker stands.
    pub state: BreakerState,
    /// Technical failures since the last answer.
    pub failures_in_a_row: u32,
    /// When it failed last.
    pub last_failure_at: Option<Timestamp>,
    /// What happened then, without secrets.
    pub last_failure: Option<String>,
    /// When it answered last.
    pub last_success_at: Option<Timestamp>,
    /// Calls that wait for the rate limit now.
    pub waiting: usize,
}

pub(crate) struct Provider {
    pub(crate) limiter: Limiter,
    pub(crate) breaker: Breaker,
    modules: Mutex<BTreeSet<ModuleName>>,
}

#[derive(Default)]
pub(crate) struct Providers {
    known: Mutex<BTreeMap<String, Arc<Provider>>>,
}

impl Providers {
    pub(crate) fn get(&self, host: &str, module: &ModuleName, options: &Options) -> Arc<Provider> {
        let provider = self.find_or_add(host, options);
        let mut modules = provider.modules.lock().unwrap_or_else(PoisonError::into_inner);
        if !modules.contains(module) {
            modules.insert(module.clone());
        }
        drop(modules);
        provider
    }

    fn find_or_add(&self, host: &str, options: &Options) -> Arc<Provider> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(provider) = known.get(host) {
            return Arc::clone(provider);
        }
        if known.len() >= PROVIDERS_MAX {
            known.retain(|_, provider| Arc::strong_count(provider) > 1);
        }
        let provider = Arc::new(Provider {
            limiter: Limiter::new(),
            breaker: Breaker::new(
                options.breaker_failures,
                Duration::from_millis(options.breaker_open_ms),
            ),
            modules: Mutex::default(),
        });
        known.insert(host.to_owned(), Arc::clone(&provider));
        provider
    }

    pub(crate) fn health(&self) -> Vec<ProviderHealth> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .map(|(host, provider)| {
                let view = provider.breaker.view();
                let (last_failure_at, last_failure) = view.last_failure.unzip();
                let modules = provider.modules.lock().unwrap_or_else(PoisonError::into_inner);
                ProviderHealth {
                    host: host.clone(),
                    modules: modules.iter().cloned().collect(),
                    state: view.state,
                    failures_in_a_row: view.failures_in_a_row,
                    last_failure_at,
                    last_failure,
                    last_success_at: view.last_success_at,
                    waiting: provider.limiter.waiting(),
                }
            })
            .collect()
    }
}
