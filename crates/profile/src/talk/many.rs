//! One status call for many payments, for providers that have one.

use super::Talk;
use crate::answer::Said;
use crate::template::{Facts, Step, View};
use connector::answer::{question, unclear};
use connector::{WireRequest, WireResponse};
use domain::call::Lookup;
use domain::{Code, Fault, PaymentState, Timestamp};

impl Talk {
    /// How many payments one status call may ask about; 1 when the provider has no such call.
    pub(crate) fn status_many_max(&self) -> usize {
        self.pattern(Step::Status).map_or(1, |pattern| pattern.many)
    }

    /// The question about these payments. Those whose ids the provider never told are left out of it.
    pub(crate) fn ask_many(&self, lookups: &[Lookup], now: Timestamp) -> Result<WireRequest, Fault> {
        let pattern = self.pattern(Step::Status)?;
        let lookup = lookups.first().ok_or_else(|| unclear("no payment to ask about"))?;
        let mut first = Facts::of_lookup(self.base(pattern, now), lookup);
        let all: Vec<Facts<'_>> = lookups
            .iter()
            .take(pattern.many)
            .map(|lookup| Facts::of_lookup(self.base(pattern, now), lookup))
            .collect();
        self.request_about(pattern, &mut first, &all)
    }

    /// How each of these payments stands, in their order.
    pub(crate) fn hear_many(
        &self,
        lookups: &[Lookup],
        response: &WireResponse,
        now: Timestamp,
    ) -> Result<Vec<Result<PaymentState, Fault>>, Fault> {
        let pattern = self.pattern(Step::Status)?;
        let said = pattern.answer.hear(response, now).map_err(question)?;
        let body = match said {
            Said::Yes(body) => body,
            Said::No(refusal) => return Err(question(refusal.fault(Code::ProviderRefused))),
        };
        let states = lookups.iter().map(|lookup| {
            let facts = Facts::of_lookup(self.base(pattern, now), lookup);
            pattern.answer.payment(&body, &View::of(&facts))
        });
        Ok(states.collect())
    }
}
