//! The conversation: what is sent in each call, and what the answers make of it.

mod link;
mod many;
mod refund;
mod register;
mod request;
mod settings;

use crate::answer::{Refusal, Said};
use crate::model::{CallPattern, Module, Variant};
use crate::template::values::Base;
use crate::template::{Facts, Step, Value, View};
use connector::answer::{done, proves_nothing, question, too_long, unclear};
use connector::provider::{ManyStates, StatusMany};
use connector::{CallbackError, Connector, RawCallback, Turn, WireRequest, WireResponse};
use domain::call::{ConfirmCall, Lookup, Reference};
use domain::{Abilities, Answer, Call, CallKind, Code, Fault, Kopecks, OrderId, PaymentState, Timestamp};
use std::sync::{Arc, OnceLock};

pub(crate) use settings::{Settings, build};

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
    /// Who may ask about whose payments: made at the first question, since none of the above ever changes.
    pub group: OnceLock<String>,
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
            group: self.group.get_or_init(|| self.status_group()).clone(),
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
            group: OnceLock::new(),
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
