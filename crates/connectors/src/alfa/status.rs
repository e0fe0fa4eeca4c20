//! The status question of both modules: by a QR or by an activation of a cash link.

use super::api::Outgoing;
use super::config::Settings;
use super::map::{self, By, Said, hear};
use connector::answer::{done, too_long};
use connector::{Turn, WireResponse};
use domain::call::Lookup;
use domain::{Answer, Fault, PaymentState, Timestamp};

/// Asks how a payment stands.
pub(super) fn ask(
    settings: &Settings,
    lookup: &Lookup,
    by: By<'_>,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let term_no = settings.terminal_of(&lookup.reference);
    let (qrc_id, payrrn) = match by {
        By::Qr(id) => (Some(id), None),
        By::Payrrn(payrrn) => (None, Some(payrrn)),
    };
    match heard {
        [] => settings
            .send(&Outgoing {
                command: "GetQRCstatus",
                term_no,
                qrc_id,
                payrrn,
                ..Outgoing::default()
            })
            .map(Turn::Send),
        [response] => match hear(settings, term_no, response, now)? {
            Said::Yes(reply) => done(Answer::Payment(map::payment(&reply, by, term_no)?)),
            Said::No(refusal) if refusal.is_not_found() => done(Answer::Payment(PaymentState::NotFound)),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}
