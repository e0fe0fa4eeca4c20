//! The first decision: a request becomes an operation.

use crate::{Decision, draft::Draft, link, refund, registration};
use domain::operation::{LinkOwner, PaymentRef, Sent};
use domain::request::Request;
use domain::{Abilities, Fact, Operation, OperationId, OperationKind, Policy, State, Timestamp};

/// Everything that is known when a request comes in and was checked.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The new id.
    pub id: OperationId,
    /// What was asked.
    pub request: Request,
    /// The times and limits it shall live by.
    pub policy: Policy,
    /// What the module can do.
    pub abilities: Abilities,
    /// The cash link that a payment works over, or the sticker that is asked about.
    pub link_id: Option<String>,
    /// To whom our own settings give the sticker that is asked about.
    pub link_owner: Option<LinkOwner>,
    /// For a refund: the payment.
    pub payment: Option<PaymentRef>,
    /// Whether somebody waits for the answer: a register does, the daemon's own reversals do not.
    pub promised: bool,
}

/// Opens an operation: version 1, its first facts, and as a rule its first call.
pub fn open(opening: Opening, now: Timestamp) -> Decision {
    let Opening {
        id,
        request,
        policy,
        abilities,
        link_id,
        link_owner,
        payment,
        promised,
    } = opening;
    let answer_by = if promised {
        now.plus_ms(policy.answer_within_ms)
    } else {
        Timestamp::MAX
    };
    let operation = Operation {
        id,
        request,
        policy,
        abilities,
        created_at: now,
        answer_by,
        version: 0,
        state: State::Registering,
        in_flight: None,
        act_at: Some(now),
        due_at: None,
        uncertain: false,
        attempt: 1,
        sent: Sent::default(),
        technical_errors: 0,
        qr: None,
        reservation: None,
        link_id,
        reference: domain::call::Reference::default(),
        closing: None,
        failure: None,
        paid: None,
        reversal: None,
        payment,
        link_owner,
        link: None,
        finished_at: None,
    };
    let mut draft = Draft::new(operation, now);
    draft.fact(Fact::Accepted);
    match draft.operation.kind() {
        OperationKind::Payment => registration::begin(&mut draft),
        OperationKind::Refund => refund::begin(&mut draft),
        OperationKind::LinkCheck | OperationKind::LinkBind => link::begin(&mut draft),
    }
    draft.finish()
}
