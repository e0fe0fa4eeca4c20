//! One status call for many payments, for providers that have one.

use super::Talk;
use crate::answer::Said;
use crate::template::{Facts, Name, Step, Value, View};
use connector::answer::{question, unclear};
use connector::provider::ManyStates;
use connector::sign::hmac_sha256_hex;
use connector::{WireRequest, WireResponse};
use domain::call::Lookup;
use domain::{Code, Fault, Timestamp};
use secrecy::{ExposeSecret, SecretString};

impl Talk {
    /// How many payments one status call may ask about; 1 when the provider has no such call.
    pub(super) fn status_many_max(&self) -> usize {
        self.pattern(Step::Status).map_or(1, |pattern| pattern.many)
    }

    /// What tells apart who may ask about whose payments: a fingerprint of the address and of every setting that goes
    /// into the question.
    pub(super) fn status_group(&self) -> String {
        let mut told = vec![self.settings.url.clone()];
        let auth = &self.module.auth;
        let oauth = auth.oauth.as_ref().map(|oauth| (oauth.id, oauth.secret));
        let pairs = auth
            .basic
            .into_iter()
            .chain(oauth)
            .flat_map(|(id, secret)| [id, secret]);
        let mut names: Vec<&str> = auth
            .bearer
            .into_iter()
            .chain(pairs)
            .chain(["cert", "pkey"])
            .collect();
        if let Ok(pattern) = self.pattern(Step::Status) {
            names.extend(pattern.sign.iter().map(|sign| sign.key));
            pattern.visit(|place, _| {
                if let Name::Key(name) = place.name {
                    names.push(name);
                }
            });
        }
        for name in names {
            told.push(match self.settings.values.get(name) {
                Some(Value::Secret(secret)) => secret.expose_secret().to_owned(),
                Some(Value::Text(text) | Value::Number(text)) => text.clone(),
                Some(Value::Flag(flag)) => flag.to_string(),
                _ => String::new(),
            });
        }
        let told = SecretString::from(told.join("\n"));
        hmac_sha256_hex(&told, self.module.name.as_bytes())
    }

    /// The question about these payments. Those whose ids the provider never told are left out of it.
    pub(super) fn ask_many(&self, lookups: &[Lookup], now: Timestamp) -> Result<WireRequest, Fault> {
        let pattern = self.pattern(Step::Status)?;
        let lookup = lookups
            .first()
            .ok_or_else(|| unclear("no payment to ask about"))?;
        let mut first = self.lookup_facts(pattern, lookup, now);
        let all: Vec<Facts<'_>> = lookups
            .iter()
            .take(pattern.many)
            .map(|lookup| self.lookup_facts(pattern, lookup, now))
            .collect();
        self.request_about(pattern, &mut first, &all)
    }

    /// How each of these payments stands, in their order.
    pub(super) fn hear_many(
        &self,
        lookups: &[Lookup],
        response: &WireResponse,
        now: Timestamp,
    ) -> Result<ManyStates, Fault> {
        let pattern = self.pattern(Step::Status)?;
        let said = pattern.answer.hear(response, now).map_err(question)?;
        let body = match said {
            Said::Yes(body) => body,
            Said::No(refusal) => return Err(question(refusal.fault(Code::ProviderRefused))),
        };
        let states = lookups.iter().map(|lookup| {
            let facts = self.lookup_facts(pattern, lookup, now);
            pattern.answer.payment(&body, &View::of(&facts))
        });
        Ok(states.collect())
    }
}
