//! `qralpha`: a QR for one payment.
//!
//! It cannot be taken back, so a payment that is cancelled ends only when the QR's life is over. A QR whose life is
//! over stays `NTST` at this bank; the engine knows from the life that we asked for when nobody can pay any more.

use super::api::{Outgoing, PURPOSE_MAX, RUB};
use super::config::{DYNAMIC_MIN, Settings};
use super::map::{By, Said, hear};
use super::{ids, refund, status};
use connector::answer::{done, too_long, unclear};
use connector::life;
use connector::nspk::is_qrc_id;
use connector::purpose::purpose;
use connector::{Turn, WireResponse};
use domain::call::{Lookup, Reference, Register, Registered};
use domain::{Answer, Call, Code, Fault, OrderId, PaymentState, Timestamp};

pub(super) fn next(
    settings: &Settings,
    call: &Call,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match call {
        Call::Register(call) => register(settings, call, heard, now),
        Call::Status(lookup) => status(settings, lookup, heard, now),
        Call::Refund(call) => refund::refund(settings, call, heard, now),
        Call::RefundStatus(call) => refund::status(settings, call, heard, now),
        Call::Confirm(_) | Call::Revoke(_) | Call::LinkCheck(_) | Call::LinkBind(_) => {
            Err(Fault::refused(Code::Unsupported, "no such command"))
        }
    }
}

/// A QR id of the bank's form (32 capital letters and digits, the first two `AD`) that the bank has not given.
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
    let term_no = settings.terminal.as_deref().unwrap_or_default();
    let life_min = life::minutes(now, call.expires_at, &DYNAMIC_MIN);
    match heard {
        [] => settings
            .send(&Outgoing {
                command: "GetQRCd",
                term_no,
                qrc_type: Some("02"),
                amount: Some(call.amount.get()),
                currency: Some(RUB),
                payment_purpose: purpose(settings.purpose.as_deref(), call, PURPOSE_MAX),
                qr_ttl: Some(life_min),
                message_id: Some(call.order.to_uuid_text()),
                redirect_url: settings.redirect_url.as_deref(),
                ..Outgoing::default()
            })
            .map(Turn::Send),
        [response] => match hear(settings, term_no, response, now)? {
            Said::No(refusal) => Err(refusal.fault()),
            Said::Yes(reply) => {
                let qrc_id = reply.qrc_id.as_deref().filter(|id| is_qrc_id(id));
                let qrc_id = qrc_id.ok_or_else(|| unclear("a QR without a usable `qrcId`"))?;
                let reference = Reference::default()
                    .with(ids::TERMINAL, term_no)
                    .with(ids::QR, qrc_id);
                let reference = match reply.payrrn() {
                    Some(payrrn) => reference.with(ids::PAYMENT, payrrn),
                    None => reference,
                };
                let link = reply.payload.filter(|payload| payload.starts_with("https://"));
                done(Answer::Registered(Registered {
                    payload: Some(link.ok_or_else(|| unclear("a QR without a link to show"))?),
                    expires_at: Some(life::dies_at(now, life_min)),
                    reference,
                }))
            }
        },
        _ => too_long(),
    }
}

fn status(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    // The bank never told us a QR of this order (its answer was lost), so nobody has ever seen one that could be paid,
    // and there is no question by our order id. Nothing is sent.
    let Some(qrc_id) = lookup.reference.get(ids::QR) else {
        return done(Answer::Payment(PaymentState::NotFound));
    };
    status::ask(settings, lookup, By::Qr(qrc_id), heard, now)
}

impl Settings {
    /// The terminal under which the bank keeps a payment: the one that it was registered with, whatever register asks.
    pub(super) fn terminal_of<'a>(&'a self, reference: &'a Reference) -> &'a str {
        let kept = reference.get(ids::TERMINAL).or(self.terminal.as_deref());
        kept.unwrap_or_default()
    }
}
