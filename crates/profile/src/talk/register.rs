//! The registration: a QR is drawn, a sticker activated, a buyer's code charged, a receipt reserved.

use super::{LINK_ID, Talk};
use crate::answer::Said;
use crate::answer::read::before_it;
use crate::model::CallPattern;
use crate::template::text::plain;
use crate::template::{Facts, Step, Value, View};
use connector::answer::{done, too_long};
use connector::purpose::purpose;
use connector::{Turn, WireResponse};
use domain::call::Register;
use domain::{Answer, Code, Fault, Taking, Timestamp};

/// The most characters of a purpose; a profile says its own limit.
const PURPOSE_MAX: usize = 512;

impl Talk {
    pub(super) fn register(
        &self,
        call: &Register,
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::Register)?;
        let variant = self.variant();
        let mut facts = self.register_facts(pattern, call, now)?;
        // What may still be active on the link is ended first.
        let before = variant.calls.get(&Step::Deactivate);
        let heard = match (before, heard) {
            (Some(before), []) => return self.send(before, &mut facts),
            // A refusal means that nothing is active, or that the activation will be refused too.
            (Some(before), [first, rest @ ..]) => {
                before.answer.hear(first, now).map_err(before_it)?;
                rest
            }
            (None, heard) => heard,
        };
        let [response] = heard else {
            return if heard.is_empty() {
                self.send(pattern, &mut facts)
            } else {
                too_long()
            };
        };
        let said = pattern.answer.hear(response, now);
        match said? {
            Said::Yes(body) => match &pattern.answer.reserved {
                Some(reserve) if variant.reservation => {
                    let reserved = pattern.answer.reserved(&body, &View::of(&facts), reserve)?;
                    done(Answer::Reserved(reserved))
                }
                _ => {
                    let charged =
                        call.customer_code.is_some() || (call.subscriber.is_some() && variant.subscriber);
                    let needs_payload = !variant.cash_link && !charged;
                    let mut told = pattern
                        .answer
                        .registered(&body, &View::of(&facts), needs_payload)?;
                    if let (true, Some(Value::Text(link_id))) = (variant.cash_link, facts.known.get(LINK_ID))
                    {
                        told.reference = told.reference.with(LINK_ID, link_id);
                    }
                    done(Answer::Registered(told))
                }
            },
            Said::No(refusal) => Err(refusal.fault(self.unknown_link())),
        }
    }

    /// What "not found" means where a link may be what was not found.
    fn unknown_link(&self) -> Code {
        if self.variant().cash_link {
            Code::LinkForeign
        } else {
            Code::ProviderRefused
        }
    }

    fn register_facts(
        &self,
        pattern: &CallPattern,
        call: &Register,
        now: Timestamp,
    ) -> Result<Facts<'_>, Fault> {
        let variant = self.variant();
        match (variant.customer_code, &call.customer_code) {
            (Taking::Always, None) => {
                return Err(Fault::refused(
                    Code::InvalidField,
                    "`customer_code` is missing: scan the buyer's code first",
                ));
            }
            (Taking::Never, Some(_)) => {
                return Err(Fault::refused(
                    Code::Unsupported,
                    "this module does not take a buyer's code",
                ));
            }
            _ => {}
        }
        let template = self.settings.purpose.as_deref();
        let mut facts = Facts::of_register(
            self.base(pattern, now),
            call,
            purpose(template, call, PURPOSE_MAX),
        );
        let link_id = call.link_id.clone().or_else(|| self.settings.link_id.clone());
        if variant.cash_link && link_id.is_none() {
            return Err(Fault::refused(
                Code::LinkUnbound,
                "no cash link is bound to this register: bind one first",
            ));
        }
        facts.set(LINK_ID, link_id.map(Value::Text));
        if !variant.tenders.is_empty() {
            let word = self.tender(call, &facts)?;
            facts.set("tender", Some(Value::Text(word)));
        }
        Ok(facts)
    }

    /// The register's own codes of the systems behind the gateway, with the systems' names.
    pub(crate) fn tender_codes(&self) -> impl Iterator<Item = (String, &str)> {
        self.variant().tender_codes.iter().filter_map(|(name, key)| {
            let Some(Value::Text(code)) = self.settings.values.get(key) else {
                return None;
            };
            Some((code.clone(), name.as_str()))
        })
    }

    fn tender(&self, call: &Register, facts: &Facts<'_>) -> Result<String, Fault> {
        let tenders = &self.variant().tenders;
        let asked = call.tender.as_deref().unwrap_or_default();
        let by_code = self.tender_codes().find(|(code, _)| code == asked);
        let wanted = by_code.map_or(asked, |(_, name)| name);
        let found = tenders.iter().find(|(name, _)| name == wanted);
        let word = found.and_then(|(_, text)| text.fill(&View::of(facts), plain));
        word.map(|filled| filled.text).ok_or_else(|| {
            let names: Vec<&str> = tenders.iter().map(|(name, _)| name.as_str()).collect();
            Fault::refused(
                Code::InvalidField,
                format!(
                    "`tender` must be one of: {}; and its code must be set",
                    names.join(", ")
                ),
            )
        })
    }
}
