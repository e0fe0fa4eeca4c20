//! The conversation: what is sent in each call, and what the answers make of it.

mod many;
mod request;
mod settings;

use crate::answer::read::before_it;
use crate::answer::{Refusal, Said};
use crate::model::{CallPattern, Module, Variant};
use crate::template::values::Base;
use crate::template::{Facts, Step, Value, View};
use connector::answer::{done, proves_nothing, question, too_long, unclear};
use connector::provider::{ManyStates, StatusMany};
use connector::purpose::purpose;
use connector::{CallbackError, Connector, RawCallback, Turn, WireRequest, WireResponse};
use domain::call::{ConfirmCall, LinkCall, Lookup, Reference, RefundCall, Register};
use domain::{
    Abilities, Answer, Call, CallKind, Code, Fault, Kopecks, LinkState, OrderId, PaymentState, RefundState,
    Taking, Timestamp,
};
use std::sync::Arc;

pub(crate) use settings::{Settings, build};

/// The most characters of a purpose when the profile names no limit.
const PURPOSE_MAX: usize = 140;

/// What the link of a payment is kept under, so that it is known in every later call.
const LINK_ID: &str = "link_id";

/// One register's conversation with a provider that a profile describes.
#[derive(Clone)]
pub(crate) struct Talk {
    /// The whole module.
    pub module: Arc<Module>,
    /// Whether this register has a cash link and the profile says something else for it.
    pub is_linked: bool,
    /// The register's settings.
    pub settings: Arc<Settings>,
}

impl Connector for Talk {
    fn abilities(&self) -> Abilities {
        let variant = self.variant();
        Abilities {
            revoke: variant.can.revoke,
            refund: variant.can.refund,
            one_refund_at_a_time: false,
            partial_refund: variant.can.partial_refund,
            link_check: variant.can.link_check,
            link_bind: variant.can.link_bind,
            cash_link: variant.cash_link,
            reservation: variant.reservation,
            lost_registration: variant.lost,
            customer_code: variant.customer_code,
            subscriber: variant.subscriber,
        }
    }

    fn next(&self, call: &Call, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        if !self.abilities().allows(call.kind()) {
            return Err(Fault::refused(
                Code::Unsupported,
                "this module does not have this call",
            ));
        }
        let turn = match call {
            Call::Register(call) => self.register(call, heard, now),
            Call::Confirm(call) => self.as_registered(&call.lookup).confirm(call, heard, now),
            Call::Status(lookup) => self.as_registered(lookup).status(lookup, heard, now),
            Call::Revoke(lookup) => self.as_registered(lookup).revoke(lookup, heard, now),
            Call::Refund(call) => self.as_registered(&call.payment).refund(call, heard, now),
            Call::RefundStatus(call) => self.as_registered(&call.payment).refund_status(call, heard, now),
            Call::LinkCheck(call) => self.link_check(call, heard, now),
            Call::LinkBind(call) => self.link_bind(call, heard, now),
        };
        let asks = matches!(call.kind(), CallKind::Status | CallKind::RefundStatus);
        // A refused question says nothing about the order.
        turn.map_err(|fault| if asks { question(fault) } else { fault })
    }

    fn status_many(&self) -> Option<StatusMany> {
        let max = self.status_many_max();
        (max > 1).then(|| StatusMany {
            group: self.status_group(),
            max,
        })
    }

    fn next_status_many(
        &self,
        lookups: &[Lookup],
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn<ManyStates>, Fault> {
        match heard {
            [] => self.ask_many(lookups, now).map(Turn::Send),
            [response] => self.hear_many(lookups, response, now).map(Turn::Done),
            _ => Err(unclear("more responses than requests")),
        }
    }

    fn probe(&self, order: OrderId) -> Call {
        let needs = self
            .pattern(Step::Status)
            .map(|call| call.needs.clone())
            .unwrap_or_default();
        let reference = needs.iter().fold(Reference::default(), |reference, name| {
            reference.with(name, made_up(&order))
        });
        Call::Status(Lookup {
            order,
            amount: Kopecks::ZERO,
            reference,
        })
    }

    fn verify(&self, _: &RawCallback) -> Result<(), CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

/// An id of the payment system's form (32 capital letters and digits) that nobody has given.
fn made_up(order: &OrderId) -> String {
    let made_up = order.as_str().to_ascii_uppercase();
    format!("AD{}", made_up.get(..30).unwrap_or_default())
}

impl Talk {
    /// What the module does at this register.
    pub(crate) fn variant(&self) -> &Variant {
        match &self.module.linked {
            Some(linked) if self.is_linked => linked,
            _ => &self.module.plain,
        }
    }

    /// The same, as it was when this payment was registered: over a link, or not. A payment of which the provider has
    /// told nothing is as the register is now.
    fn as_registered(&self, lookup: &Lookup) -> Self {
        let told = !lookup.reference.0.is_empty();
        Self {
            is_linked: if told {
                lookup.reference.get(LINK_ID).is_some()
            } else {
                self.is_linked
            },
            ..self.clone()
        }
    }

    fn pattern(&self, step: Step) -> Result<&CallPattern, Fault> {
        let found = self.variant().calls.get(&step);
        found.ok_or_else(|| Fault::refused(Code::Unsupported, "the profile does not describe this call"))
    }

    fn base(&self, pattern: &CallPattern, now: Timestamp) -> Base<'_> {
        Base {
            settings: &self.settings.values,
            unit: pattern.answer.unit,
            utc_offset_min: self.settings.utc_offset_min,
            now,
        }
    }

    fn lookup_facts<'a>(&'a self, pattern: &CallPattern, lookup: &'a Lookup, now: Timestamp) -> Facts<'a> {
        self.with_link(Facts::of_lookup(self.base(pattern, now), lookup))
    }

    /// The link that a payment was registered on, or else the register's own.
    fn with_link<'a>(&self, mut facts: Facts<'a>) -> Facts<'a> {
        let noted = facts.reference.and_then(|reference| reference.get(LINK_ID));
        let link_id = noted.or(self.settings.link_id.as_deref());
        facts.set(LINK_ID, link_id.map(|id| Value::Text(id.to_owned())));
        facts
    }

    fn send(&self, pattern: &CallPattern, facts: &mut Facts<'_>) -> Result<Turn, Fault> {
        self.request(pattern, facts).map(Turn::Send)
    }

    fn register(&self, call: &Register, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
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
        let word = found.and_then(|(_, text)| text.fill(&View::of(facts), crate::template::text::plain));
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

    fn confirm(&self, call: &ConfirmCall, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::Confirm)?;
        let mut facts = self.with_link(Facts::of_confirm(self.base(pattern, now), call));
        match heard {
            [] if missing(pattern, &facts).is_some() => Err(Fault::refused(
                Code::ProviderUnclear,
                "the provider never told the ids of this reservation, so it cannot be confirmed",
            )),
            [] => self.send(pattern, &mut facts),
            [response] => match pattern.answer.hear(response, now)? {
                Said::Yes(body) => done(Answer::Payment(pattern.answer.payment(&body, &View::of(&facts))?)),
                Said::No(refusal) => Err(refusal.fault(Code::ProviderRefused)),
            },
            _ => too_long(),
        }
    }

    fn status(&self, lookup: &Lookup, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::Status)?;
        let mut facts = self.lookup_facts(pattern, lookup, now);
        match heard {
            // The provider has told no id, so nobody was shown anything that could be paid.
            [] if missing(pattern, &facts).is_some() => done(Answer::Payment(PaymentState::NotFound)),
            [] => self.send(pattern, &mut facts),
            [response] => done(Answer::Payment(payment(pattern, response, &facts, now)?)),
            _ => too_long(),
        }
    }

    /// A refused revocation may mean that the order has ended: its status is asked in the same call.
    fn revoke(&self, lookup: &Lookup, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::Revoke)?;
        let (lookup, heard) = match self.ids(pattern, lookup, heard, now)? {
            Ids::Known(lookup, heard) => (lookup, heard),
            Ids::Ask(request) => return Ok(Turn::Send(request)),
            Ids::Over(state) => return done(Answer::Payment(state)),
        };
        let mut facts = self.lookup_facts(pattern, &lookup, now);
        let [first, rest @ ..] = heard else {
            return self.send(pattern, &mut facts);
        };
        let refusal = match pattern.answer.hear(first, now)? {
            Said::Yes(body) => {
                pattern.answer.revoked(&body, &View::of(&facts))?;
                return done(Answer::Revoked);
            }
            Said::No(refusal) => refusal,
        };
        match self.status(&lookup, rest, now).map_err(proves_nothing)? {
            Turn::Done(Answer::Payment(state)) if !has_ended(&state) => {
                Err(proves_nothing(refusal.fault(Code::ProviderRefused)))
            }
            turn => Ok(turn),
        }
    }

    /// The payment with the provider's ids that a call needs. Those that nobody has told, since an answer was lost, are
    /// in the answer to the status question; when even that cannot be asked, nobody was shown anything to pay.
    fn ids<'h>(
        &self,
        pattern: &CallPattern,
        lookup: &Lookup,
        heard: &'h [WireResponse],
        now: Timestamp,
    ) -> Result<Ids<'h>, Fault> {
        let status = self.pattern(Step::Status)?;
        let told = |pattern: &CallPattern, lookup: &Lookup| {
            missing(pattern, &self.lookup_facts(pattern, lookup, now)).is_none()
        };
        if told(pattern, lookup) {
            return Ok(Ids::Known(lookup.clone(), heard));
        }
        if !told(status, lookup) {
            return Ok(Ids::Over(PaymentState::NotFound));
        }
        let mut facts = self.lookup_facts(status, lookup, now);
        let [first, rest @ ..] = heard else {
            return self.request(status, &mut facts).map(Ids::Ask);
        };
        let state = payment(status, first, &facts, now).map_err(proves_nothing)?;
        let mut lookup = lookup.clone();
        if let Said::Yes(body) = status.answer.hear(first, now)? {
            lookup
                .reference
                .merge(&status.answer.ids(&body, &View::of(&facts))?);
        }
        if told(pattern, &lookup) {
            Ok(Ids::Known(lookup, rest))
        } else if has_ended(&state) {
            Ok(Ids::Over(state))
        } else {
            Err(unclear(
                "the status does not name the ids that the next request needs",
            ))
        }
    }

    /// A refused refund is believed only when the provider does not know it: the refusal may be about a repeat whose
    /// first call was carried out.
    fn refund(&self, call: &RefundCall, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::Refund)?;
        let (payment, heard) = match self.ids(pattern, &call.payment, heard, now)? {
            Ids::Known(payment, heard) => (payment, heard),
            Ids::Ask(request) => return Ok(Turn::Send(request)),
            Ids::Over(_) => {
                return Err(unclear(
                    "the provider does not know the payment that is to be refunded",
                ));
            }
        };
        let call = RefundCall {
            payment,
            ..call.clone()
        };
        let mut facts = self.with_link(Facts::of_refund(self.base(pattern, now), &call));
        let [first, rest @ ..] = heard else {
            return self.send(pattern, &mut facts);
        };
        match pattern.answer.hear(first, now)? {
            Said::Yes(body) => done(Answer::Refund(pattern.answer.refund(&body, &View::of(&facts))?)),
            Said::No(refusal) => match self.refund_status(&call, rest, now).map_err(proves_nothing)? {
                Turn::Done(Answer::Refund(RefundState::NotFound)) => {
                    Err(refusal.fault(Code::ProviderRefused))
                }
                turn => Ok(turn),
            },
        }
    }

    fn refund_status(
        &self,
        call: &RefundCall,
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::RefundStatus)?;
        let (payment, heard) = match self.ids(pattern, &call.payment, heard, now)? {
            Ids::Known(payment, heard) => (payment, heard),
            Ids::Ask(request) => return Ok(Turn::Send(request)),
            Ids::Over(_) => {
                return Err(unclear(
                    "the provider does not know the payment whose refund is asked about",
                ));
            }
        };
        let call = RefundCall {
            payment,
            ..call.clone()
        };
        let mut facts = self.with_link(Facts::of_refund(self.base(pattern, now), &call));
        match heard {
            [] => self.send(pattern, &mut facts),
            [response] => match pattern.answer.hear(response, now)? {
                Said::Yes(body) => done(Answer::Refund(pattern.answer.refund(&body, &View::of(&facts))?)),
                Said::No(refusal) if refusal.is_not_found() => done(Answer::Refund(RefundState::NotFound)),
                Said::No(refusal) => Err(refusal.fault(Code::ProviderRefused)),
            },
            _ => too_long(),
        }
    }

    fn link_check(&self, call: &LinkCall, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::LinkCheck)?;
        let mut facts = Facts::of_link(self.base(pattern, now), call);
        match heard {
            [] => self.send(pattern, &mut facts),
            [response] => match pattern.answer.hear(response, now)? {
                Said::Yes(body) => done(Answer::Link(pattern.answer.link(&body, &View::of(&facts))?)),
                Said::No(refusal) if refusal.is_not_found() => done(Answer::Link(LinkState::NotOurs)),
                Said::No(refusal) => Err(refusal.fault(Code::LinkForeign)),
            },
            _ => too_long(),
        }
    }

    /// A refused binding may mean that an earlier one, whose answer was lost, has done it: the link itself is asked
    /// where that is possible.
    fn link_bind(&self, call: &LinkCall, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::LinkBind)?;
        let mut facts = Facts::of_link(self.base(pattern, now), call);
        let [first, rest @ ..] = heard else {
            return self.send(pattern, &mut facts);
        };
        let refusal = match pattern.answer.hear(first, now)? {
            Said::Yes(body) => return done(Answer::Link(pattern.answer.link(&body, &View::of(&facts))?)),
            Said::No(refusal) => refusal,
        };
        if !self.variant().can.link_check {
            return Err(refusal.fault(Code::LinkForeign));
        }
        match self.link_check(call, rest, now).map_err(proves_nothing)? {
            Turn::Done(Answer::Link(LinkState::NotOurs)) => Err(refusal.fault(Code::LinkForeign)),
            turn => Ok(turn),
        }
    }
}

/// The provider's ids before a call.
enum Ids<'h> {
    /// All are known; these answers belong to the call itself.
    Known(Lookup, &'h [WireResponse]),
    /// They are to be asked for.
    Ask(WireRequest),
    /// There is nothing to do any more.
    Over(PaymentState),
}

/// Whether a payment stands so that no further attempt to revoke it makes sense.
const fn has_ended(state: &PaymentState) -> bool {
    !matches!(state, PaymentState::NotStarted | PaymentState::InProgress)
}

impl Refusal {
    fn is_not_found(&self) -> bool {
        self.meaning == Some(crate::answer::Meaning::NotFound)
    }
}

/// The first of the provider's ids that the call needs and nobody has told.
fn missing<'a>(pattern: &'a CallPattern, facts: &Facts<'_>) -> Option<&'a str> {
    let told = |name: &str| {
        let each = [facts.reference, facts.refund_reference];
        each.into_iter()
            .flatten()
            .any(|reference| reference.get(name).is_some())
    };
    pattern.needs.iter().map(String::as_str).find(|name| !told(name))
}

fn payment(
    pattern: &CallPattern,
    response: &WireResponse,
    facts: &Facts<'_>,
    now: Timestamp,
) -> Result<PaymentState, Fault> {
    match pattern.answer.hear(response, now)? {
        Said::Yes(body) => pattern.answer.payment(&body, &View::of(facts)),
        Said::No(refusal) if refusal.is_not_found() => Ok(PaymentState::NotFound),
        Said::No(refusal) => Err(refusal.fault(Code::ProviderRefused)),
    }
}

/// The request of a call, for those who want to see it.
pub(crate) fn first_request(talk: &Talk, call: &Call, now: Timestamp) -> Option<WireRequest> {
    match talk.next(call, &[], now) {
        Ok(Turn::Send(request)) => Some(request),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
