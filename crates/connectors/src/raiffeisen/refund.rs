//! Refunds of both modules: the same conversation at two addresses.
//!
//! The documents do not say what a repeated `refundId` does. So a refusal is believed only when the bank does not
//! know the refund: it may be the refusal of a repeat whose first call was carried out.

use super::api::{CreateRefund, RefundInfo};
use super::config::Settings;
use super::map::{self, Said, hear};
use connector::answer::{done, proves_nothing, too_long};
use connector::purpose::one_line;
use connector::{Method, Rubles, Turn, WireResponse};
use domain::call::RefundCall;
use domain::{Answer, Fault, RefundState, Timestamp};

/// The most characters of a refund's `paymentDetails`.
const PURPOSE_MAX: usize = 140;

/// Where a refund is made and asked about, and what its body must name.
pub(super) struct Address<'a> {
    post: String,
    get: String,
    order: Option<&'a str>,
    refund: Option<&'a str>,
}

/// A refund of a dynamic QR, by its order.
pub(super) fn by_qr(call: &RefundCall) -> Address<'_> {
    Address {
        post: "/sbp/v1/refund".to_owned(),
        get: format!("/sbp/v1/refund/{}", call.refund),
        order: Some(call.payment.order.as_str()),
        refund: Some(call.refund.as_str()),
    }
}

/// A refund of an order.
pub(super) fn by_order(call: &RefundCall) -> Address<'_> {
    let order = call.payment.order.to_uuid_text();
    let path = format!("/payments/v1/orders/{order}/refunds/{}", call.refund);
    Address {
        post: path.clone(),
        get: path,
        order: None,
        refund: None,
    }
}

/// Makes a refund.
pub(super) fn refund(
    settings: &Settings,
    address: &Address<'_>,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let [first, rest @ ..] = heard else {
        let body = CreateRefund {
            order: address.order,
            refund_id: address.refund,
            amount: Rubles(call.amount),
            payment_details: call
                .purpose
                .as_deref()
                .and_then(|text| one_line(text, PURPOSE_MAX)),
        };
        return settings.post(&address.post, &body).map(Turn::Send);
    };
    match hear::<RefundInfo>(first, now)? {
        Said::Yes(info) => done(Answer::Refund(map::refund(&info, call.amount)?)),
        Said::No(refusal) => match status(settings, address, call, rest, now).map_err(proves_nothing)? {
            Turn::Done(Answer::Refund(RefundState::NotFound)) => Err(refusal.fault()),
            turn => Ok(turn),
        },
    }
}

/// Asks how a refund stands. Only the refund's own "not found" is one: with any other refusal the engine might send
/// the refund again.
pub(super) fn status(
    settings: &Settings,
    address: &Address<'_>,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match heard {
        [] => Ok(Turn::Send(settings.ask(Method::Get, &address.get))),
        [response] => match hear::<RefundInfo>(response, now)? {
            Said::Yes(info) => done(Answer::Refund(map::refund(&info, call.amount)?)),
            Said::No(refusal) if refusal.is_refund_not_found() => done(Answer::Refund(RefundState::NotFound)),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}
