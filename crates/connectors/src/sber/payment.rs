//! Payments: an order with a QR of the bank, or an order and its payment in one call by the buyer's own QR.

use super::api::{
    Created, Creation, Endpoint, Envelope, Order, Pay, RUBLES, Revocation, Revoked, Status, date,
};
use super::config::Settings;
use super::map::{self, Refusal, Said, hear};
use connector::answer::{done, fits_path, proves_nothing, too_long, unclear};
use connector::purpose::purpose;
use connector::{Turn, WireResponse};
use domain::call::{Lookup, Reference, Register, Registered};
use domain::{Answer, Fault, PaymentState, Timestamp};

/// The most characters of an order's `description`.
const PURPOSE_MAX: usize = 256;

pub(super) fn register(
    settings: &Settings,
    call: &Register,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    if let Some(code) = &call.customer_code {
        return charge(settings, call, code, heard, now);
    }
    match heard {
        [] => {
            let body = Creation {
                member_id: &settings.member_id,
                order_number: call.order.as_str(),
                order_create_date: date(call.created_at)?,
                id_qr: &settings.id_qr,
                order_sum: call.amount,
                currency: RUBLES,
                description: purpose(settings.purpose.as_deref(), call, PURPOSE_MAX),
                sbp_member_id: settings.sbp_member_id.as_deref(),
            };
            let request = settings.post(Endpoint::Creation, &call.order, 0, &body, now)?;
            Ok(Turn::Send(request))
        }
        [response] => match hear(response, now)? {
            Said::Yes(created) => registered(created, call, settings),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

fn registered(created: Created, call: &Register, settings: &Settings) -> Result<Turn, Fault> {
    let number = created.order_number.as_ref();
    if number.is_some_and(|number| number.as_str() != call.order.as_str()) {
        return Err(unclear("the answer speaks of another order"));
    }
    if !fits_path(created.order_id.as_str()) {
        return Err(unclear("an order without a usable `order_id`"));
    }
    if created.order_state != "CREATED" {
        return Err(unclear("a fresh order that is not CREATED"));
    }
    if !created.order_form_url.starts_with("https://") {
        return Err(unclear("an order without a link to show"));
    }
    done(Answer::Registered(Registered {
        payload: Some(created.order_form_url),
        expires_at: None,
        reference: terminal(settings).with(Reference::QR, created.order_id.as_str()),
    }))
}

/// The terminal, kept as it was: the register's settings may change before a refund.
fn terminal(settings: &Settings) -> Reference {
    Reference::default()
        .with("tid", settings.tid.as_str())
        .with("id_qr", settings.id_qr.as_str())
}

/// Charges the buyer's code. Which fields the answer has is not public, so it only tells whether the bank took the call
/// or refused it; the status, which is documented, is asked at once and says what became of the money.
fn charge(
    settings: &Settings,
    call: &Register,
    code: &str,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let [paid, rest @ ..] = heard else {
        let body = Pay {
            member_id: &settings.member_id,
            partner_order_number: call.order.as_str(),
            tid: &settings.tid,
            id_qr: &settings.id_qr,
            pay_load: code,
            amount: call.amount,
            currency: RUBLES,
        };
        let request = settings.post(Endpoint::Pay, &call.order, 0, &body, now)?;
        return Ok(Turn::Send(request));
    };
    let refusal = match hear::<Envelope>(paid, now)? {
        Said::Yes(_) => None,
        Said::No(refusal) => Some(refusal),
    };
    let lookup = Lookup {
        order: call.order.clone(),
        amount: call.amount,
        reference: Reference::default().with("scanned", "1"),
    };
    match rest {
        [] => ask(settings, &lookup, 1, now),
        [status] => {
            let order = heard_order(settings, &lookup, status, now).map_err(proves_nothing)?;
            let state = map::payment(order.as_ref(), &lookup).map_err(proves_nothing)?;
            charged(settings, state, order.as_ref(), refusal.as_ref())
        }
        _ => too_long(),
    }
}

fn charged(
    settings: &Settings,
    state: PaymentState,
    order: Option<&Order>,
    refusal: Option<&Refusal>,
) -> Result<Turn, Fault> {
    match (state, refusal) {
        // Refused, and there is no order: nothing was charged.
        (PaymentState::NotFound, Some(refusal)) => Err(refusal.fault()),
        (PaymentState::NotFound, None) => Err(unclear(
            "the bank does not know the order that it has just charged",
        )),
        // The order was made, the purchase refused; the order still has to be revoked.
        (PaymentState::NotStarted, Some(refusal)) => done(Answer::Payment(PaymentState::Declined {
            reason: refusal.reason(),
        })),
        (PaymentState::NotStarted | PaymentState::InProgress, _) => {
            let id = order.and_then(|order| order.order_id.as_ref());
            let id = id.ok_or_else(|| unclear("an order without `order_id`"))?;
            done(Answer::Registered(Registered {
                payload: None,
                expires_at: None,
                reference: terminal(settings)
                    .with(Reference::QR, id.as_str())
                    .with("scanned", "1"),
            }))
        }
        (PaymentState::Paid { amount, reference }, _) => {
            let mut kept = terminal(settings);
            kept.merge(&reference);
            done(Answer::Payment(PaymentState::Paid {
                amount,
                reference: kept,
            }))
        }
        (state, _) => done(Answer::Payment(state)),
    }
}

/// Asks how a payment stands.
pub(super) fn status(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match heard {
        [] => ask(settings, lookup, 0, now),
        [response] => {
            let order = heard_order(settings, lookup, response, now)?;
            done(Answer::Payment(map::payment(order.as_ref(), lookup)?))
        }
        _ => too_long(),
    }
}

/// The question about an order: by the bank's id when it is known, always by our number.
pub(super) fn ask(settings: &Settings, lookup: &Lookup, turn: usize, now: Timestamp) -> Result<Turn, Fault> {
    let body = Status {
        order_id: lookup.reference.get(Reference::QR),
        tid: lookup.reference.get("tid").unwrap_or(&settings.tid),
        partner_order_number: lookup.order.as_str(),
    };
    let request = settings.post(Endpoint::Status, &lookup.order, turn, &body, now)?;
    Ok(Turn::Send(request))
}

/// The answer to that question; none when the bank does not know the order.
pub(super) fn heard_order(
    settings: &Settings,
    lookup: &Lookup,
    response: &WireResponse,
    now: Timestamp,
) -> Result<Option<Order>, Fault> {
    map::order(hear(response, now)?, lookup, settings)
}

/// Takes the order back. The call wants the bank's id, so an order whose registration was not heard of is asked about
/// first. A refused revocation means that the order has another end already, so its status is the answer.
pub(super) fn revoke(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let (order_id, answers) = match (lookup.reference.get(Reference::QR), heard) {
        (Some(id), _) => (id.to_owned(), heard),
        (None, []) => return ask(settings, lookup, 0, now),
        (None, [first, rest @ ..]) => match heard_order(settings, lookup, first, now)? {
            Some(order) if order.order_state == "CREATED" => match order.order_id {
                Some(id) => (id.0, rest),
                None => return Err(unclear("an order without `order_id`")),
            },
            order => return unrevoked(order.as_ref(), lookup),
        },
    };
    let turn = heard.len();
    match answers {
        [] => {
            let body = Revocation { order_id: &order_id };
            let request = settings.post(Endpoint::Revocation, &lookup.order, turn, &body, now)?;
            Ok(Turn::Send(request))
        }
        [first, rest @ ..] => match hear::<Revoked>(first, now)? {
            Said::Yes(revoked) if revoked.order_id.as_ref().is_some_and(|id| id.0 != order_id) => {
                Err(unclear("the revocation speaks of another order"))
            }
            Said::Yes(revoked) if revoked.order_state == "REVOKED" => done(Answer::Revoked),
            Said::Yes(_) | Said::No(_) => match rest {
                [] => ask(settings, lookup, turn, now),
                [response] => {
                    let order = heard_order(settings, lookup, response, now).map_err(proves_nothing)?;
                    unrevoked(order.as_ref(), lookup).map_err(proves_nothing)
                }
                _ => too_long(),
            },
        },
    }
}

/// How an order stands that could not be revoked. One that was declined is over: after a failed attempt alone it would
/// be `CREATED`, by the bank's own words.
fn unrevoked(order: Option<&Order>, lookup: &Lookup) -> Result<Turn, Fault> {
    match order {
        Some(order) if order.order_state == "DECLINED" => done(Answer::Revoked),
        order => done(Answer::Payment(map::payment(order, lookup)?)),
    }
}
