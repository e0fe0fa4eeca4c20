//! What is committed together with an operation's change: replies, the refund of late money, a bound link's settings.

use super::Slot;
use crate::Inner;
use connector::cash_link;
use domain::operation::PaymentRef;
use domain::request::{Order, Refund, RefundOrigin, Request};
use domain::{CallerId, OperationId, Waiter};
use engine::{Decision, Effect, Opening as EngineOpening};
use journal::{Opening, Outgoing, SettingsWrite};
use protocol::Reply;

impl Slot {
    /// The replies to those who wait, when the decision tells them something.
    pub(super) fn outgoing(&self, decision: &Decision) -> Vec<Outgoing> {
        let tells = decision
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Tell(_)));
        if !tells || self.waiters.is_empty() {
            return Vec::new();
        }
        let reply = protocol::render(&decision.operation, self.refunded, self.inner.clock.now());
        outgoing(&reply, Some(decision.operation.id), &self.waiters)
    }

    /// The refund that gives late money back, with the effects of its opening.
    pub(super) fn reversal(
        &self,
        decision: &Decision,
        now: domain::Timestamp,
    ) -> Option<(Opening, Vec<Effect>)> {
        let amount = decision.effects.iter().find_map(|effect| match effect {
            Effect::OpenReversal { amount } => Some(*amount),
            Effect::Call(_) | Effect::Tell(_) => None,
        })?;
        let payment = &decision.operation;
        let id = payment.id.reversal();
        let request = Request {
            id: CallerId::new(format!("reversal-{}", payment.id)).ok()?,
            module: payment.request.module.clone(),
            store: payment.request.store.clone(),
            terminal: payment.request.terminal.clone(),
            order: Order::Refund(Refund {
                payment: payment.id,
                amount,
                purpose: None,
                origin: RefundOrigin::LateMoney,
            }),
            timeout_ms: None,
        };
        let opened = engine::open(
            EngineOpening {
                id,
                request,
                policy: payment.policy.clone(),
                abilities: payment.abilities.clone(),
                link_id: None,
                link_owner: None,
                payment: Some(PaymentRef {
                    order: payment.order(),
                    amount,
                    reference: payment.reference.clone(),
                }),
                promised: false,
            },
            now,
        );
        let opening = Opening {
            operation: opened.operation,
            facts: opened.facts,
            waiter: None,
            outgoing: Vec::new(),
            holder: self.inner.holder,
            lease_until: self.inner.lease_until(),
            now,
        };
        Some((opening, opened.effects))
    }
}

/// The same reply to everybody who waits.
pub fn outgoing(reply: &Reply, operation: Option<OperationId>, waiters: &[Waiter]) -> Vec<Outgoing> {
    let body = serde_json::to_string(reply).unwrap_or_default();
    let to = |waiter: &Waiter| Outgoing {
        operation,
        waiter: waiter.clone(),
        body: body.clone(),
    };
    waiters.iter().map(to).collect()
}

/// What a binding writes and only one register of a module may have.
pub(super) const BOUND_ONCE: &[&str] = &[cash_link::QR_ID, cash_link::TERMINAL_NUMBER];

/// A link that was just bound is written into the register's settings, in the same commit.
pub(super) fn bound_link(inner: &Inner, decision: &Decision) -> Option<SettingsWrite> {
    let operation = &decision.operation;
    let bound = operation.kind() == domain::OperationKind::LinkBind && operation.state == domain::State::Done;
    let link_id = operation.link_id.as_ref().filter(|_| bound)?;
    let Order::LinkBind(link) = &operation.request.order else {
        return None;
    };
    let module = &operation.request.module;
    let terminal = &operation.request.terminal;
    let mut value = inner
        .modules
        .settings(module)
        .terminals
        .get(terminal)
        .cloned()
        .unwrap_or_default();
    value.insert(cash_link::QR_ID.to_owned(), link_id.clone().into());
    value.insert(cash_link::PAYLOAD.to_owned(), link.payload.clone().into());
    // Once asked for, it stays: a later binding may leave it out.
    if let Some(number) = link.terminal_number.as_ref()
        && inner.modules.asks_terminal_number(module)
    {
        value.insert(cash_link::TERMINAL_NUMBER.to_owned(), number.clone().into());
    }
    Some(SettingsWrite::Terminal {
        module: module.clone(),
        terminal: terminal.clone(),
        value: Some(value),
    })
}
