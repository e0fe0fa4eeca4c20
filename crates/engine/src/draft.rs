//! A decision in the making.

use crate::{Decision, Effect, Tell, pace};
use domain::call::{ConfirmCall, LinkCall, Lookup, Reference, RefundCall, Register};
use domain::operation::{Failure, InFlight};
use domain::request::Order;
use domain::{Call, CallKind, Code, Fact, Fault, Operation, State, Timestamp};

/// The operation as it will be, and what has been decided about it so far.
pub struct Draft {
    pub operation: Operation,
    pub now: Timestamp,
    facts: Vec<Fact>,
    effects: Vec<Effect>,
}

impl Draft {
    pub fn new(operation: Operation, now: Timestamp) -> Self {
        Self {
            operation,
            now,
            facts: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Ends the decision: makes the version grow if anything is to be written, and sets the moment to wake at.
    pub fn finish(mut self) -> Decision {
        if !self.facts.is_empty() {
            self.operation.version += 1;
        }
        self.operation.due_at = due_at(&self.operation);
        Decision {
            operation: self.operation,
            facts: self.facts,
            effects: self.effects,
        }
    }

    pub fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Decides on a call. One that changes something is a fact of its own; a question is covered by the journaled
    /// decision to keep asking.
    ///
    /// Nothing is decided while another call is on its way: the callers check, this is the last guard.
    pub fn call(&mut self, kind: CallKind) {
        if self.operation.in_flight.is_some() {
            return;
        }
        if kind.changes_something() {
            self.fact(Fact::Deciding {
                call: kind,
                attempt: self.operation.attempt,
            });
        }
        if matches!(kind, CallKind::Register | CallKind::Confirm | CallKind::Refund) {
            self.operation.sent.last_at = Some(self.now);
        }
        self.operation.in_flight = Some(InFlight {
            kind,
            since: self.now,
        });
        self.operation.act_at = None;
        let call = self.build(kind);
        self.effect(Effect::Call(call));
    }

    /// Plans the next call after a pause.
    pub fn act_in(&mut self, pause_ms: u64) {
        self.operation.act_at = Some(self.now.plus_ms(pause_ms.max(pace::PAUSE_MIN_MS)));
    }

    /// Wants the next call in this very decision.
    pub fn act_now(&mut self) {
        self.operation.act_at = Some(self.now);
    }

    /// Takes note that a call came back. Returns whether it is the one on its way.
    pub fn came_back(&mut self, call: CallKind) -> bool {
        let expected = self.operation.in_flight.is_some_and(|flight| flight.kind == call);
        if expected {
            self.operation.in_flight = None;
        }
        expected
    }

    /// Notes that a registration, confirmation or refund may have arrived although nobody heard its answer.
    pub fn may_have_arrived(&mut self) {
        self.operation.uncertain = true;
        self.operation.sent.unanswered = self.operation.sent.unanswered.saturating_add(1);
    }

    /// Whether "not found" means "not yet": a provider may need a while to see what it was sent last.
    pub fn within_grace(&self) -> bool {
        let operation = &self.operation;
        let sent_at = operation.sent.last_at.unwrap_or(operation.created_at);
        self.now.ms_since(sent_at) < operation.policy.not_found_grace_ms
    }

    /// Whether nothing is on its way and the planned moment has come.
    pub fn may_act(&self) -> bool {
        self.operation.in_flight.is_none() && self.operation.act_at.is_some_and(|at| at <= self.now)
    }

    /// Moves to another state and says so. A final state is never left: the caller checks, this is the last guard.
    pub fn reach(&mut self, state: State) {
        if self.operation.state.is_final() || self.operation.state == state {
            return;
        }
        self.operation.state = state;
        self.fact(Fact::Reached { state });
        if state.is_final() {
            self.operation.finished_at = Some(self.now);
            self.operation.act_at = None;
            self.effect(Effect::Tell(Tell::Final));
        } else {
            self.effect(Effect::Tell(Tell::Progress));
        }
    }

    /// Notes why it fails.
    pub fn fail(&mut self, code: Code, detail: impl Into<String>) {
        self.operation.failure = Some(Failure {
            code,
            provider_code: None,
            detail: detail.into(),
        });
    }

    /// Notes why it fails, in the provider's words.
    pub fn fail_by(&mut self, fault: &Fault) {
        self.operation.failure = Some(Failure {
            code: fault.code,
            provider_code: fault.provider_code.clone(),
            detail: fault.detail.clone(),
        });
    }

    /// Notes a failed call that changes something.
    pub fn failed(&mut self, call: CallKind, fault: &Fault) {
        self.operation.technical_errors = self.operation.technical_errors.saturating_add(1);
        self.fact(failed_fact(call, fault));
    }

    /// Counts a failed question. Only the first of a row and then every power of two is written down, so that a
    /// provider that is away for a day does not fill the journal. Returns the count.
    pub fn question_failed(&mut self, call: CallKind, fault: &Fault) -> u32 {
        let count = self.operation.technical_errors.saturating_add(1);
        self.operation.technical_errors = count;
        if count.is_power_of_two() {
            self.fact(failed_fact(call, fault));
        }
        count
    }

    /// Any good answer ends the row of technical errors.
    pub fn answered_well(&mut self) {
        self.operation.technical_errors = 0;
    }

    /// Whether a call has been on its way for longer than any call can take.
    pub fn lost_call(&self) -> bool {
        self.operation
            .in_flight
            .is_some_and(|call| call.since.plus_ms(LOST_CALL_MS) <= self.now)
    }

    pub fn keep(&mut self, reference: &Reference) {
        self.operation.reference.merge(reference);
    }

    /// Tells those who wait, once, that the promised time is over. Returns whether it is.
    pub fn check_promise(&mut self) -> bool {
        let operation = &self.operation;
        let over = !operation.state.is_final() && operation.answer_by <= self.now;
        if over && operation.state != State::Unresolved {
            self.fact(Fact::PromiseOver);
            self.reach(State::Unresolved);
        }
        over
    }

    /// Whether the settings allow no more tries since `since`; says so once and plans nothing more.
    pub fn gives_up(&mut self, since: Timestamp) -> bool {
        let lifetime_ms = self.operation.policy.cancel_lifetime_ms;
        let over = lifetime_ms != 0 && self.now.ms_since(since) >= lifetime_ms;
        if over {
            self.give_up();
        }
        over
    }

    /// Leaves the rest to a person.
    pub fn give_up(&mut self) {
        self.fact(Fact::GaveUp);
        self.reach(State::Unresolved);
        self.operation.act_at = None;
    }

    fn build(&self, kind: CallKind) -> Call {
        match kind {
            CallKind::Register => Call::Register(Box::new(self.registration())),
            CallKind::Confirm => Call::Confirm(self.confirmation()),
            CallKind::Status => Call::Status(self.lookup()),
            CallKind::Revoke => Call::Revoke(self.lookup()),
            CallKind::Refund => Call::Refund(self.refund()),
            CallKind::RefundStatus => Call::RefundStatus(self.refund()),
            CallKind::LinkCheck => Call::LinkCheck(self.link()),
            CallKind::LinkBind => Call::LinkBind(self.link()),
        }
    }

    fn registration(&self) -> Register {
        let operation = &self.operation;
        let request = &operation.request;
        let pay = match &request.order {
            Order::Pay(pay) => Some(pay),
            Order::Refund(_) | Order::LinkCheck(_) | Order::LinkBind(_) => None,
        };
        Register {
            order: operation.order(),
            amount: operation.amount(),
            created_at: operation.created_at,
            expires_at: operation.created_at.plus_ms(operation.policy.qr_ttl_ms),
            store: request.store.clone(),
            terminal: request.terminal.clone(),
            purpose: pay.and_then(|pay| pay.purpose.clone()),
            cost_centre: pay.and_then(|pay| pay.cost_centre.clone()),
            receipt: pay.and_then(|pay| pay.receipt.clone()),
            customer_code: pay.and_then(|pay| pay.customer_code.clone()),
            card_token: pay.and_then(|pay| pay.card_token.clone()),
            link_id: operation.link_id.clone(),
            tender: pay.and_then(|pay| pay.tender.clone()),
            subscriber: pay.and_then(|pay| pay.subscriber.clone()),
        }
    }

    fn confirmation(&self) -> ConfirmCall {
        let purpose = match &self.operation.request.order {
            Order::Pay(pay) => pay.purpose.clone(),
            Order::Refund(_) | Order::LinkCheck(_) | Order::LinkBind(_) => None,
        };
        ConfirmCall {
            lookup: self.lookup(),
            amount: self.operation.charge(),
            purpose,
        }
    }

    fn lookup(&self) -> Lookup {
        let reference = self.operation.reference.clone();
        Lookup {
            order: self.operation.order(),
            amount: self.operation.charge(),
            reference: match &self.operation.link_id {
                Some(link_id) => reference.with(Reference::LINK, link_id),
                None => reference,
            },
        }
    }

    fn refund(&self) -> RefundCall {
        let operation = &self.operation;
        let payment = operation.payment.as_ref().map_or_else(
            || self.lookup(),
            |payment| Lookup {
                order: payment.order.clone(),
                amount: payment.amount,
                reference: payment.reference.clone(),
            },
        );
        let purpose = match &operation.request.order {
            Order::Refund(refund) => refund.purpose.clone(),
            Order::Pay(_) | Order::LinkCheck(_) | Order::LinkBind(_) => None,
        };
        RefundCall {
            refund: operation.order(),
            amount: operation.amount(),
            payment,
            purpose,
            reference: operation.reference.clone(),
        }
    }

    fn link(&self) -> LinkCall {
        let request = &self.operation.request;
        let (payload, terminal_number) = match &request.order {
            Order::LinkCheck(link) | Order::LinkBind(link) => {
                (link.payload.clone(), link.terminal_number.clone())
            }
            Order::Pay(_) | Order::Refund(_) => (String::new(), None),
        };
        LinkCall {
            link_id: self.operation.link_id.clone().unwrap_or_default(),
            payload,
            terminal_number,
            store: request.store.clone(),
            terminal: request.terminal.clone(),
        }
    }
}

/// An answer of the wrong kind for the call: a mistake in a connector, treated as "nobody knows".
pub fn wrong_kind(call: CallKind) -> Fault {
    Fault::unknown(
        Code::ProviderUnclear,
        format!("the connector answered {call:?} with something else"),
    )
}

fn failed_fact(call: CallKind, fault: &Fault) -> Fact {
    Fact::Failed {
        call,
        certainty: fault.certainty,
        code: fault.code,
        provider_code: fault.provider_code.clone(),
        detail: fault.detail.clone(),
    }
}

/// The earliest moment at which something has to be decided without any news.
fn due_at(operation: &Operation) -> Option<Timestamp> {
    let act_at = operation.act_at.filter(|_| operation.in_flight.is_none());
    // A call whose answer never comes must not be the last that is heard of an operation, not even of an ended one.
    let lost = operation.in_flight.map(|call| call.since.plus_ms(LOST_CALL_MS));
    if operation.state.is_final() {
        return act_at.or(lost);
    }
    let promise =
        Some(operation.answer_by).filter(|at| operation.state != State::Unresolved && *at != Timestamp::MAX);
    let end = match operation.state {
        State::AwaitingPayment | State::AwaitingConfirmation => operation.qr.as_ref().map(|qr| qr.expires_at),
        State::Confirming => Some(pace::close_by(operation)).filter(|at| *at != Timestamp::MAX),
        _ => None,
    };
    [act_at, promise, end, lost].into_iter().flatten().min()
}

/// A call that is longer on its way than this is not heard of any more: whoever made it is gone.
const LOST_CALL_MS: u64 = 600_000;
