//! The payer's phone: it scans a text and finds out which provider's it is.

use std::sync::Arc;

use crate::link::Misread;
use crate::money::Kopecks;
use crate::payer::{PayerAction, PayerError, PayerView};
use crate::provider::About;
use crate::shared::SharedProvider;

/// Every provider that this payer is a customer of.
#[derive(Clone)]
pub(crate) struct Phone {
    providers: Arc<[SharedProvider]>,
}

impl Phone {
    pub(crate) fn new(providers: Vec<SharedProvider>) -> Self {
        Self {
            providers: providers.into(),
        }
    }

    /// The providers, in the order of the lists.
    pub(crate) fn providers(&self) -> impl Iterator<Item = (&'static About, &SharedProvider)> {
        self.providers
            .iter()
            .map(|provider| (provider.with(|provider, _| provider.about()), provider))
    }

    /// The provider of this name.
    pub(crate) fn named(&self, name: &str) -> Option<&SharedProvider> {
        self.providers()
            .find_map(|(about, provider)| (about.name == name).then_some(provider))
    }

    /// Shows what a text is, and whose. What says most about the text wins: one provider may not know what another
    /// says is a sticker without a shop.
    pub(crate) fn look(&self, shown: &str) -> Result<(&SharedProvider, PayerView), PayerError> {
        let mut told = PayerError::Misread(Misread::NotALink);
        for provider in self.providers.iter() {
            match provider.with(|provider, now| provider.look(shown, now)) {
                Ok(view) => return Ok((provider, view)),
                Err(error) if telling(error) >= telling(told) => told = error,
                Err(_) => {}
            }
        }
        Err(told)
    }

    /// Begins, pays or declines.
    pub(crate) fn act(
        &self,
        shown: &str,
        action: PayerAction,
        amount: Option<Kopecks>,
    ) -> Result<PayerView, PayerError> {
        let (provider, _) = self.look(shown)?;
        provider.with(|provider, now| provider.payer(shown, action, amount, now))
    }

    /// The receipt of a payment.
    pub(crate) fn receipt(&self, shown: &str, transaction: u64) -> Option<PayerView> {
        self.providers
            .iter()
            .find_map(|provider| provider.with(|provider, now| provider.receipt(shown, transaction, now)))
    }

    /// What can be paid at each provider, newest first, at most `limit` of one provider.
    pub(crate) fn payable(&self, limit: usize) -> Vec<(&'static About, String, PayerView)> {
        let of_one = |(about, provider): (&'static About, &SharedProvider)| {
            let open = provider.with(|provider, now| provider.payable(limit, now));
            open.into_iter().map(move |(text, view)| (about, text, view))
        };
        self.providers().flat_map(of_one).collect()
    }
}

/// How much an error says about a text.
const fn telling(error: PayerError) -> u8 {
    match error {
        PayerError::Misread(Misread::NotALink) => 0,
        PayerError::Misread(Misread::BadCrc) => 1,
        PayerError::Unknown => 2,
        _ => 3,
    }
}
