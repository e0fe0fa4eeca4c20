//! Refunds of both modules: the bank is asked first whether it can be made (`GetQRCreversalData`), then told to make
//! it (`QRCreversal`) under the same `messageID`, which is our refund id.
//!
//! What a repeated `messageID` does is not stated. So a refund whose answer was lost is asked about by it, and made
//! again only when the bank says, with a code that the settings name, that it does not know it.

use super::api::{Outgoing, RUB};
use super::config::Settings;
use super::ids;
use super::map::{self, Said, hear};
use connector::answer::{done, too_long};
use connector::{Turn, WireResponse};
use domain::call::RefundCall;
use domain::{Answer, Certainty, Code, Fault, RefundState, Timestamp};

/// Makes a refund.
pub(super) fn refund(
    settings: &Settings,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let term_no = settings.terminal_of(&call.payment.reference);
    match heard {
        [] => send(settings, call, "GetQRCreversalData"),
        [first] => match hear(settings, term_no, first, now).map_err(nothing_sent)? {
            Said::Yes(reply) => {
                reply.answers(&call.refund).map_err(nothing_sent)?;
                send(settings, call, "QRCreversal")
            }
            Said::No(refusal) => Err(refusal.fault()),
        },
        [_, second] => match hear(settings, term_no, second, now)? {
            Said::Yes(reply) => {
                reply.answers(&call.refund)?;
                done(Answer::Refund(RefundState::InProgress))
            }
            // The turn before was a question, so this refusal is that of the whole refund.
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

/// The question before the refund failed: the refund itself was not sent.
fn nothing_sent(fault: Fault) -> Fault {
    match fault.certainty {
        Certainty::Unknown => Fault {
            certainty: Certainty::NotSent,
            ..fault
        },
        Certainty::NotSent | Certainty::Refused => fault,
    }
}

/// A payment over a cash link is named by its `payrrn` alone, any other by its QR.
fn send(settings: &Settings, call: &RefundCall, command: &'static str) -> Result<Turn, Fault> {
    let reference = &call.payment.reference;
    let by_qr = reference.get(ids::QR);
    let by_payrrn = reference.get(ids::PAYMENT).filter(|_| by_qr.is_none());
    if by_qr.or(by_payrrn).is_none() {
        let detail = "the bank's ids of the payment are not known here; refund it in the bank's cabinet";
        return Err(Fault::refused(Code::ProviderRefused, detail));
    }
    settings
        .send(&Outgoing {
            command,
            term_no: settings.terminal_of(reference),
            qrc_id: by_qr,
            payrrn: by_payrrn,
            amount: Some(call.amount.get()),
            currency: Some(RUB),
            message_id: Some(call.refund.to_uuid_text()),
            ..Outgoing::default()
        })
        .map(Turn::Send)
}

/// Asks how a refund stands. Only the bank's own "no such operation" is a "not found": with any other refusal the
/// engine might send the refund again.
pub(super) fn status(
    settings: &Settings,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let reference = &call.payment.reference;
    let term_no = settings.terminal_of(reference);
    match heard {
        [] => {
            let payrrn = reference.get(ids::PAYMENT);
            settings
                .send(&Outgoing {
                    command: "GetQRCreversalStatus",
                    term_no,
                    payrrn,
                    original_trx_id: reference.get(ids::TRANSFER).filter(|_| payrrn.is_none()),
                    message_id: Some(call.refund.to_uuid_text()),
                    ..Outgoing::default()
                })
                .map(Turn::Send)
        }
        [response] => match hear(settings, term_no, response, now)? {
            Said::Yes(reply) => done(Answer::Refund(map::refund(&reply, &call.refund, call.amount)?)),
            Said::No(refusal) if refusal.is_not_found() => done(Answer::Refund(RefundState::NotFound)),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}
