//! `qrraiffd`: a QR for one payment.
//!
//! Status costs one request while the QR lives: payment-info alone says whether money moved. Only when it knows of
//! no money after the QR's end, or says `DECLINED`, the QR is asked as well: it tells an expired or cancelled QR from
//! a living one, and that a second attempt has paid. Asking the QR first would cost as little while nobody pays, but
//! would not see a decline.

use super::api::{PaymentInfo, QrInfo, RegisterQr};
use super::config::Settings;
use super::map::{self, QrStatus, Said, hear};
use super::refund;
use connector::answer::{done, fits_path, proves_nothing, too_long, unclear};
use connector::purpose::purpose;
use connector::{Method, Rubles, Turn, WireResponse};
use domain::call::{Lookup, Reference, Register, Registered};
use domain::{Answer, Call, Code, Fault, OrderId, PaymentState, Timestamp};

/// The most characters of `paymentDetails` at registration.
const PURPOSE_MAX: usize = 185;

pub(super) fn next(
    settings: &Settings,
    call: &Call,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match call {
        Call::Register(call) => register(settings, call, heard, now),
        Call::Status(lookup) => {
            // The date of death as it was told at registration; without it the QR is asked each time.
            let dies_at = lookup
                .reference
                .get("expires_at")
                .and_then(|text| text.parse().ok());
            let lives = dies_at.is_some_and(|micros| now < Timestamp::from_micros(micros));
            status(settings, lookup, heard, now, lives)
        }
        Call::Revoke(lookup) => revoke(settings, lookup, heard, now),
        Call::Refund(call) => refund::refund(settings, &refund::by_qr(call), call, heard, now),
        Call::RefundStatus(call) => refund::status(settings, &refund::by_qr(call), call, heard, now),
        Call::LinkCheck(_) | Call::LinkBind(_) => {
            Err(Fault::refused(Code::Unsupported, "no cash links here"))
        }
        Call::Confirm(_) => Err(Fault::refused(Code::Unsupported, "no reservations here")),
    }
}

/// A QR id of the bank's form (NSPK: 32 capital letters and digits, the first two `AD`) that the bank has not given.
/// Without one a status is answered here and no request is sent.
pub(super) fn made_up_qr(order: &OrderId) -> String {
    let made_up = order.as_str().to_ascii_uppercase();
    format!("AD{}", made_up.get(..30).unwrap_or_default())
}

fn register(
    settings: &Settings,
    call: &Register,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match heard {
        [] => {
            let body = RegisterQr {
                qr_type: "QRDynamic",
                sbp_merchant_id: &settings.sbp_merchant_id,
                order: call.order.as_str(),
                amount: Rubles(call.amount),
                currency: "RUB",
                qr_expiration_date: map::date(call.expires_at)?,
                payment_details: purpose(settings.purpose.as_deref(), call, PURPOSE_MAX),
                account: settings.account.as_deref(),
                redirect_url: settings.redirect_url.as_deref(),
            };
            settings.post("/sbp/v2/qrs", &body).map(Turn::Send)
        }
        [response] => match hear(response, now)? {
            Said::Yes(qr) => registered(qr, call.expires_at),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

fn registered(qr: QrInfo, asked: Timestamp) -> Result<Turn, Fault> {
    if !fits_path(&qr.qr_id) {
        return Err(unclear("a QR without a usable `qrId`"));
    }
    // Version 1 of the call gives no status; a fresh QR that is not NEW is none of ours to show.
    if qr.qr_status.is_some() && qr.status()? != QrStatus::New {
        return Err(unclear("a fresh QR that is not NEW"));
    }
    let payload = qr.payload.filter(|payload| payload.starts_with("https://"));
    let payload = payload.ok_or_else(|| unclear("a QR without a link to show"))?;
    let told = map::moment(qr.qr_expiration_date.as_deref());
    let expires_at = told.unwrap_or(asked);
    let reference = Reference::default()
        .with("qr_id", qr.qr_id)
        .with("expires_at", expires_at.as_micros().to_string());
    done(Answer::Registered(Registered {
        payload: Some(payload),
        expires_at: told,
        reference,
    }))
}

/// `lives`: "nothing yet" may be answered without asking the QR itself.
fn status(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
    lives: bool,
) -> Result<Turn, Fault> {
    let Some(qr_id) = lookup.reference.get("qr_id") else {
        return unseen();
    };
    let ask_payment = || {
        Ok(Turn::Send(
            settings.ask(Method::Get, &format!("/sbp/v1/qr/{qr_id}/payment-info")),
        ))
    };
    let payment = |response| map::payment(hear::<PaymentInfo>(response, now)?, lookup, qr_id);
    match heard {
        [] => ask_payment(),
        [first] => match payment(first)? {
            PaymentState::NotStarted if lives => done(Answer::Payment(PaymentState::NotStarted)),
            PaymentState::NotStarted | PaymentState::NotFound | PaymentState::Declined { .. } => Ok(
                Turn::Send(settings.ask(Method::Get, &format!("/sbp/v2/qrs/{qr_id}"))),
            ),
            state => done(Answer::Payment(state)),
        },
        [first, second] => match (payment(first)?, qr_status(second, qr_id, now)?) {
            // Paid between the two questions, or by a second attempt: the sum and the ids are asked for.
            (_, Some(QrStatus::Paid)) => ask_payment(),
            (declined @ PaymentState::Declined { .. }, Some(_)) => done(Answer::Payment(declined)),
            (_, Some(status)) => done(Answer::Payment(unpaid(status)?)),
            (PaymentState::NotFound, None) => done(Answer::Payment(PaymentState::NotFound)),
            (_, None) => Err(unclear(
                "the bank knows the payment status of a QR that it does not know",
            )),
        },
        [_, _, third] => match payment(third)? {
            state @ (PaymentState::Paid { .. } | PaymentState::InProgress) => done(Answer::Payment(state)),
            _ => Err(unclear("the QR is PAID, but the bank shows no payment of it")),
        },
        _ => too_long(),
    }
}

/// The QR's own status; None when the bank does not know it.
fn qr_status(response: &WireResponse, qr_id: &str, now: Timestamp) -> Result<Option<QrStatus>, Fault> {
    match hear::<QrInfo>(response, now)? {
        Said::Yes(qr) if qr.qr_id != qr_id => Err(unclear("the QR's status speaks of another QR")),
        Said::Yes(qr) => qr.status().map(Some),
        Said::No(refusal) if refusal.is_not_found() => Ok(None),
        Said::No(refusal) => Err(refusal.fault()),
    }
}

fn unpaid(status: QrStatus) -> Result<PaymentState, Fault> {
    match status {
        QrStatus::New => Ok(PaymentState::NotStarted),
        QrStatus::InProgress => Ok(PaymentState::InProgress),
        QrStatus::Expired => Ok(PaymentState::Expired),
        QrStatus::Cancelled => Ok(PaymentState::Cancelled),
        QrStatus::Paid | QrStatus::Inactive => Err(unclear("a status that a dynamic QR cannot have")),
    }
}

/// A refused revocation means that the QR has another end already, so its status is the answer.
fn revoke(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let Some(qr_id) = lookup.reference.get("qr_id") else {
        return unseen();
    };
    match heard {
        [] => Ok(Turn::Send(
            settings.ask(Method::Delete, &format!("/sbp/v2/qrs/{qr_id}")),
        )),
        [first, rest @ ..] => match map::deleted(first, now)? {
            Said::Yes(()) => done(Answer::Revoked),
            Said::No(refusal) if refusal.is_wrong_status() || refusal.is_not_found() => {
                status(settings, lookup, rest, now, false).map_err(proves_nothing)
            }
            Said::No(refusal) => Err(refusal.fault()),
        },
    }
}

/// The bank never told us a QR of this order (its answer was lost), so nobody has ever seen one that could be paid,
/// and there is no question by our order id. Nothing is sent.
fn unseen() -> Result<Turn, Fault> {
    done(Answer::Payment(PaymentState::NotFound))
}
