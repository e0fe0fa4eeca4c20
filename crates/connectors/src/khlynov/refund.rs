//! Refunds: taken at once, carried out later, asked about by our own id.
//!
//! What a repeated `internalTxId` does is not stated. So a refusal is believed only when the bank does not know the refund.

use super::api::{PURPOSE_MAX, Refund, Refunded, fill};
use super::config::Settings;
use super::ids;
use super::map::{self, Said, hear};
use connector::answer::{done, proves_nothing, too_long, unclear};
use connector::purpose::one_line;
use connector::{Turn, WireResponse};
use domain::call::RefundCall;
use domain::{Answer, Code, Fault, RefundState, Timestamp};

/// Makes a refund. A payment by a QR of its own is named by that; any other by its transfer.
pub(super) fn refund(
    settings: &Settings,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let [first, rest @ ..] = heard else {
        let reference = &call.payment.reference;
        let by_qr = reference.get(ids::QR).map(|id| ("qrcId", id));
        let Some((ref_type, ref_id)) = by_qr.or(reference.get(ids::TRANSFER).map(|id| ("trxId", id))) else {
            let detail = "the bank's ids of the payment are not known here; refund it in the bank's cabinet";
            return Err(Fault::refused(Code::ProviderRefused, detail));
        };
        let body = Refund {
            long_wait: false,
            internal_tx_id: call.refund.as_str(),
            ref_type,
            ref_id,
            amount: call.amount.get(),
            remit_info: call
                .purpose
                .as_deref()
                .and_then(|text| one_line(text, PURPOSE_MAX)),
        };
        return settings.post("/refund", &body).map(Turn::Send);
    };
    match hear::<Refunded>(first, now)? {
        // HTTP 202 says "accepted"; what any other good answer says of the money is not stated either.
        Said::Yes(_) => done(Answer::Refund(RefundState::InProgress)),
        Said::No(refusal) => match status(settings, call, rest, now).map_err(proves_nothing)? {
            Turn::Done(Answer::Refund(RefundState::NotFound)) => Err(refusal.fault()),
            turn => Ok(turn),
        },
    }
}

/// Asks how a refund stands.
pub(super) fn status(
    settings: &Settings,
    call: &RefundCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let Some(path) = &settings.paths.refund_status else {
        let detail = "the settings have no `refund_status_path`";
        return Err(Fault::refused(Code::Unsupported, detail));
    };
    let id = call.refund.as_str();
    match heard {
        [] => Ok(Turn::Send(settings.ask(&fill(path, "{internalTxId}", id)?))),
        [response] => match hear::<Refunded>(response, now)? {
            Said::Yes(told) if told.internal_tx_id.as_deref().is_some_and(|told| told != id) => {
                Err(unclear("the answer speaks of another refund"))
            }
            Said::Yes(told) => done(Answer::Refund(map::refund(&told, call.amount)?)),
            Said::No(refusal) if refusal.is_not_found(settings) => {
                done(Answer::Refund(RefundState::NotFound))
            }
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}
