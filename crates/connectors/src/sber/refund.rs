//! Refunds. The bank's `cancel` carries no id of ours, so a repeat would give the money back twice, and a refund whose
//! answer was lost can only be known again in the order's status, among the operations that gave money back.
//!
//! Therefore a refund has two steps, and the journal stands between them:
//!
//! 1. The status is asked. The ids of all operations that gave money back until now are kept (`seen`), together with
//!    what `cancel` wants to know of the payment. Nothing is sent that moves money.
//! 2. `cancel` is sent. If its answer is lost, an operation of the same sum that was not `seen` is this refund. When
//!    there is none after `refund_settles` minutes, the refund never arrived and is sent again.
//!
//! Two refunds of one payment and of the same sum would look alike in this. So the journal lets in one at a time
//! (`one_refund_at_a_time`). More than one new operation of the sum is a case for a person.

use super::api::{Cancel, Cancelled, Endpoint, Operation, Order, RUBLES};
use super::config::Settings;
use super::map::{Said, hear};
use super::payment::{ask, heard_order};
use connector::answer::{done, json, proves_nothing, too_long, unclear, unknown_word, words};
use connector::purpose::one_line;
use connector::{Printed, Turn, WireResponse};
use domain::call::{Reference, RefundCall};
use domain::{Answer, Certainty, Code, Fault, Kopecks, RefundState, Timestamp};

/// The most characters of `operation_description`.
const PURPOSE_MAX: usize = 140;
/// The most operations that gave money back which are kept in mind; far more than a receipt has lines.
const RETURNS_MAX: usize = 1_000;
/// The first step is done anew when the second does not follow within this time, in milliseconds.
const FRESH_MS: u64 = 60_000;

/// Makes a refund.
pub(super) fn refund(
    settings: &Settings,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match prepared_at(call) {
        Some(at) if now.ms_since(at) < FRESH_MS => cancel(settings, call, heard, now),
        _ => prepare(settings, call, heard, now).map_err(nothing_sent),
    }
}

/// Asks how a refund stands.
pub(super) fn status(
    settings: &Settings,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    // Before the first step is in the journal nothing is sent that moves money.
    let Some(prepared_at) = prepared_at(call) else {
        return done(Answer::Refund(RefundState::NotFound));
    };
    match heard {
        [] => ask(settings, &call.payment, 0, now),
        [response] => {
            let state = match found(&known_order(settings, call, response, now)?, call)? {
                Some(state) => state,
                None if now.ms_since(prepared_at) < settings.refund_settles_ms => RefundState::InProgress,
                None => RefundState::NotFound,
            };
            done(Answer::Refund(state))
        }
        _ => too_long(),
    }
}

/// The first step. Repeated for a refund that was sent before, it keeps what was `seen` before the first sending.
fn prepare(
    settings: &Settings,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let response = match heard {
        [] => return ask(settings, &call.payment, 0, now),
        [response] => response,
        _ => return too_long(),
    };
    let order = known_order(settings, call, response, now)?;
    let at = now.as_micros().to_string();
    if prepared_at(call).is_some() {
        return done(Answer::Refund(match found(&order, call)? {
            Some(state) => state,
            None => RefundState::Prepared {
                reference: Reference::default().with("prepared_at", at),
            },
        }));
    }
    let reference = paying(&order, call, settings)?
        .with("seen", returned_ids(&order)?.join("\n"))
        .with("seen_for", call.refund.as_str())
        .with("prepared_at", at);
    done(Answer::Refund(RefundState::Prepared { reference }))
}

/// What `cancel` must say of the payment.
fn paying(order: &Order, call: &RefundCall, settings: &Settings) -> Result<Reference, Fault> {
    let known = |key: &str, told: Option<&Printed>| {
        let told = told.map(|told| words(told.as_str()));
        told.or_else(|| call.payment.reference.get(key).map(str::to_owned))
            .filter(|id| !id.is_empty())
            .ok_or_else(|| {
                let detail = format!(
                    "the bank shows no `{key}` of the payment, so its API cannot refund it; use the bank's cabinet"
                );
                Fault::refused(Code::ProviderUnclear, detail)
            })
    };
    let paying = order.paying();
    let reference = Reference::default()
        .with("order_id", known("order_id", order.order_id.as_ref())?)
        .with(
            "operation_id",
            known(
                "operation_id",
                paying.and_then(|paying| paying.operation_id.as_ref()),
            )?,
        )
        .with(
            "auth_code",
            known("auth_code", paying.and_then(|paying| paying.auth_code.as_ref()))?,
        );
    Ok(match order.masked_payer().filter(|_| settings.tells_payer) {
        Some(masked) => reference.with("sbp_payer_id", words(masked)),
        None => reference,
    })
}

/// The second step. A refusal is believed only when the order shows no refund of ours: the codes are not public, and
/// one of them may mean "not yet".
fn cancel(
    settings: &Settings,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let id = |key: &str| call.reference.get(key).unwrap_or_default();
    let terminal = |key: &str, own: &'_ str| call.payment.reference.get(key).unwrap_or(own).to_owned();
    let [first, rest @ ..] = heard else {
        let body = Cancel {
            order_id: id("order_id"),
            operation_type: "REFUND",
            operation_id: id("operation_id"),
            auth_code: id("auth_code"),
            id_qr: &terminal("id_qr", &settings.id_qr),
            tid: &terminal("tid", &settings.tid),
            cancel_operation_sum: call.amount,
            operation_currency: RUBLES,
            sbp_payer_id: call.reference.get("sbp_payer_id"),
            operation_description: call
                .purpose
                .as_deref()
                .and_then(|text| one_line(text, PURPOSE_MAX)),
        };
        let request = settings.post(Endpoint::Cancel, &call.refund, 0, &body, now)?;
        return Ok(Turn::Send(request));
    };
    let refusal = match hear::<Cancelled>(first, now)? {
        Said::Yes(cancelled) => {
            return done(Answer::Refund(cancelled_as(
                &cancelled,
                &json(first)?,
                call.amount,
            )?));
        }
        Said::No(refusal) => refusal,
    };
    match rest {
        [] => ask(settings, &call.payment, 1, now),
        [response] => {
            let order = known_order(settings, call, response, now).map_err(proves_nothing)?;
            match found(&order, call).map_err(proves_nothing)? {
                Some(state) => done(Answer::Refund(state)),
                None => Err(refusal.fault()),
            }
        }
        _ => too_long(),
    }
}

/// What the answer to `cancel` says.
fn cancelled_as(cancelled: &Cancelled, operation: &Operation, asked: Kopecks) -> Result<RefundState, Fault> {
    if operation.operation_type != "REFUND" {
        return Err(unclear("another operation than the refund that was asked for"));
    }
    if operation.sum()?.is_some_and(|sum| sum != asked) {
        return Err(unclear("the refund's sum is not the one that was asked for"));
    }
    if !operation.is_done() {
        return Ok(RefundState::Declined {
            reason: operation.reason(),
        });
    }
    match cancelled.order_status.as_str() {
        // The order stays PAID while a part of it is left.
        "REFUNDED" | "PAID" => Ok(completed(operation)),
        "ON_PAYMENT" => Ok(RefundState::InProgress),
        "DECLINED" => Ok(RefundState::Declined {
            reason: operation.reason(),
        }),
        other => Err(unknown_word("order_status", other)),
    }
}

fn completed(operation: &Operation) -> RefundState {
    let id = operation.operation_id.as_ref().map(|id| words(id.as_str()));
    RefundState::Completed {
        reference: id.map_or_else(Reference::default, |id| {
            Reference::default().with(Reference::TRANSACTION, id)
        }),
    }
}

/// This refund among the order's operations: of its sum, and not there before it was sent.
fn found(order: &Order, call: &RefundCall) -> Result<Option<RefundState>, Fault> {
    let seen: Vec<&str> = call.reference.get("seen").unwrap_or_default().lines().collect();
    let mut new = Vec::new();
    for operation in order.returns() {
        if !seen.contains(&returned_id(operation)?.as_str()) && operation.sum()? == Some(call.amount) {
            new.push(operation);
        }
    }
    let (carried_out, failed): (Vec<_>, Vec<_>) = new.into_iter().partition(|operation| operation.is_done());
    match (carried_out.as_slice(), failed.last()) {
        ([], None) => Ok(None),
        ([], Some(failed)) => Ok(Some(RefundState::Declined {
            reason: failed.reason(),
        })),
        ([one], _) => Ok(Some(completed(one))),
        _ => Err(unclear(
            "the order shows more than one new refund of this sum; compare it with the bank's cabinet",
        )),
    }
}

fn returned_ids(order: &Order) -> Result<Vec<String>, Fault> {
    let ids = order.returns().map(returned_id).collect::<Result<Vec<_>, _>>()?;
    if ids.len() > RETURNS_MAX {
        return Err(unclear("an order with more refunds than anybody makes"));
    }
    Ok(ids)
}

fn returned_id(operation: &Operation) -> Result<String, Fault> {
    let id = operation.operation_id.as_ref().map(|id| words(id.as_str()));
    id.filter(|id| !id.is_empty())
        .ok_or_else(|| unclear("a refund without `operation_id` in the order's status"))
}

/// The payment's order, which the bank must know.
fn known_order(
    settings: &Settings,
    call: &RefundCall,
    response: &WireResponse,
    now: Timestamp,
) -> Result<Order, Fault> {
    heard_order(settings, &call.payment, response, now)?
        .ok_or_else(|| unclear("the bank does not know the order of a payment that it took"))
}

/// When the first step of this very refund was done. Late money is given back under another id after each refusal,
/// and prepared anew each time.
fn prepared_at(call: &RefundCall) -> Option<Timestamp> {
    let reference = &call.reference;
    let ours = reference.get("seen_for") == Some(call.refund.as_str());
    let micros = reference.get("prepared_at").filter(|_| ours)?.parse().ok()?;
    Some(Timestamp::from_micros(micros))
}

/// Whatever became of the question: nothing was sent that moves money. A payment that cannot be refunded stays so.
fn nothing_sent(fault: Fault) -> Fault {
    let certainty = match fault.certainty {
        Certainty::Refused if fault.code == Code::ProviderUnclear => Certainty::Refused,
        _ => Certainty::NotSent,
    };
    Fault { certainty, ..fault }
}
