//! The charge of a buyer who has subscribed. Its id is our order id, by which it is asked about; it is sent once.

use super::api::{Draft, PURPOSE_MAX, State};
use super::config::Settings;
use super::ids;
use super::map::{self, Said, hear};
use connector::answer::{done, unclear};
use connector::purpose::purpose;
use connector::{Turn, WireResponse};
use domain::call::{Reference, Register, Registered};
use domain::{Answer, Code, Fault, PaymentState, Timestamp};

/// Asks for the money.
pub(super) fn charge(settings: &Settings, call: &Register, subscriber: &str) -> Result<Turn, Fault> {
    let Some(paths) = &settings.paths.subscription else {
        let detail = "subscriber: the settings have no `subscription_path`";
        return Err(Fault::refused(Code::Unsupported, detail));
    };
    let draft = Draft {
        amount: Some(call.amount.get()),
        payment_purpose: purpose(settings.purpose.as_deref(), call, PURPOSE_MAX),
        internal_tx_id: Some(call.order.as_str()),
        subscriber: Some(subscriber),
        ..Draft::of(settings)
    };
    settings.post(&paths.charge, &draft).map(Turn::Send)
}

/// What became of it; none when the buyer has no subscription.
pub(super) fn charged(
    settings: &Settings,
    call: &Register,
    response: &WireResponse,
    now: Timestamp,
) -> Result<Option<Turn>, Fault> {
    let told = match hear::<State>(response, now)? {
        Said::Yes(told) => told,
        Said::No(refusal) if refusal.is_not_subscribed(settings) => return Ok(None),
        Said::No(refusal) => return Err(refusal.fault()),
    };
    if told.internal_tx_id.as_deref() != Some(call.order.as_str()) {
        return Err(unclear("the answer speaks of another charge"));
    }
    match map::payment(&told.pay_status)? {
        declined @ PaymentState::Declined { .. } => done(Answer::Payment(declined)).map(Some),
        // Paid or under way: from here on it is asked about by its id.
        _ => done(Answer::Registered(Registered {
            reference: Reference::default().with(ids::CHARGE, call.order.as_str()),
            ..Registered::default()
        }))
        .map(Some),
    }
}
