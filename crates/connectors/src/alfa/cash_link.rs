//! `qralpha_variable`: the register's own sticker, activated for one payment.
//!
//! An activation is known by the `payrrn` of its answer: by it the payment is asked about and refunded. It carries no
//! id of ours, so when its answer is lost there is only the question by the link's `qrcId`, and the sources say not
//! to ask about a payment that way. What such a question shows is a setting (`link_status`): where it shows the link's
//! last activation, a lost one is found again or known never to have arrived; else nothing is concluded from it.

use super::api::{Outgoing, PURPOSE_MAX, RUB, Reply};
use super::config::{ACTIVATION_MIN, Settings};
use super::map::{By, Said, hear};
use super::{ids, refund, status};
use connector::answer::{done, proves_nothing, too_long, unclear};
use connector::life;
use connector::nspk::status::Status;
use connector::purpose::purpose;
use connector::{Turn, WireResponse};
use domain::call::{LinkCall, LinkState, Lookup, Reference, Register, Registered};
use domain::{Answer, Call, Code, Fault, PaymentState, Timestamp};

pub(super) fn next(
    settings: &Settings,
    call: &Call,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match call {
        Call::Register(call) => register(settings, call, heard, now),
        Call::Status(lookup) => status(settings, lookup, heard, now),
        Call::Revoke(lookup) => revoke(settings, lookup, heard, now),
        Call::Refund(call) => refund::refund(settings, call, heard, now),
        Call::RefundStatus(call) => refund::status(settings, call, heard, now),
        Call::LinkCheck(link) => check(settings, link, heard, now),
        Call::LinkBind(link) => bind(settings, link, heard, now),
        Call::Confirm(_) => Err(Fault::refused(Code::Unsupported, "no reservations here")),
    }
}

fn register(
    settings: &Settings,
    call: &Register,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let link_id = settings.sticker.of_payment(call)?;
    let Some(term_no) = settings.terminal.as_deref() else {
        let detail = "the register has no terminal number: bind its link again";
        return Err(Fault::refused(Code::TerminalNumberNeeded, detail));
    };
    let life_min = life::minutes(now, call.expires_at, &ACTIVATION_MIN);
    match heard {
        [] => settings
            .send(&Outgoing {
                command: "ActivateCashQRc",
                term_no,
                qrc_id: Some(link_id),
                amount: Some(call.amount.get()),
                currency: Some(RUB),
                payment_purpose: purpose(settings.purpose.as_deref(), call, PURPOSE_MAX),
                qr_ttl: Some(life_min),
                ..Outgoing::default()
            })
            .map(Turn::Send),
        [response] => match hear(settings, term_no, response, now)? {
            Said::Yes(reply) => {
                if reply.kopecks()?.is_some_and(|told| told != call.amount) {
                    return Err(unclear("the activation's sum is not the one that was asked for"));
                }
                done(Answer::Registered(Registered {
                    payload: settings.sticker.payload_of(link_id),
                    expires_at: Some(life::dies_at(now, life_min)),
                    reference: activation(&reply, link_id, term_no)?,
                }))
            }
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

/// The ids of an activation of this very link.
fn activation(reply: &Reply, link_id: &str, term_no: &str) -> Result<Reference, Fault> {
    if reply.qrc_id.as_deref().is_some_and(|told| told != link_id) {
        return Err(unclear("the answer speaks of another link"));
    }
    let payrrn = reply.payrrn();
    let payrrn = payrrn.ok_or_else(|| unclear("an activation without a usable `payrrn`"))?;
    Ok(Reference::default()
        .with(ids::TERMINAL, term_no)
        .with(ids::PAYMENT, payrrn))
}

fn status(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let Some(payrrn) = lookup.reference.get(ids::PAYMENT) else {
        return lost_activation(settings, lookup, heard, now);
    };
    status::ask(settings, lookup, By::Payrrn(payrrn), heard, now)
}

/// What became of an activation whose answer was lost. It is never "paid" from here: another payment of the same sum
/// may have gone before.
fn lost_activation(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let term_no = settings.terminal_of(&lookup.reference);
    let link_id = link_of(settings, lookup);
    if !settings.shows_latest {
        return Err(for_a_person(lookup, "it cannot be asked about"));
    }
    match heard {
        [] => ask_link(settings, term_no, link_id),
        [response] => match hear(settings, term_no, response, now)? {
            Said::Yes(reply) => found(&reply, lookup, (link_id, term_no), now),
            Said::No(refusal) if refusal.is_not_found() => done(Answer::Payment(PaymentState::NotFound)),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

/// The link's last activation: is it ours? One payment at a time works over a link, and an earlier one was ended
/// before; so an unpaid one of our sum is ours, or it is dead and taking it for ours ends the payment as unpaid.
fn found(
    reply: &Reply,
    lookup: &Lookup,
    (link_id, term_no): (&str, &str),
    now: Timestamp,
) -> Result<Turn, Fault> {
    if reply.qrc_id.as_deref().is_some_and(|told| told != link_id) {
        return Err(unclear("the answer speaks of another link"));
    }
    let status = reply.status()?;
    if reply.payrrn().is_none() && status == Status::NotStarted {
        return done(Answer::Payment(PaymentState::NotFound));
    }
    let sum = reply
        .kopecks()?
        .ok_or_else(|| unclear("an activation without a sum"))?;
    if sum != lookup.amount {
        return done(Answer::Payment(PaymentState::NotFound));
    }
    if status == Status::Accepted {
        return Err(for_a_person(lookup, "the link's last payment has the same sum"));
    }
    done(Answer::Registered(Registered {
        payload: None,
        // Which life was asked for is not known here; it is at most the longest.
        expires_at: Some(life::dies_at(now, *ACTIVATION_MIN.end())),
        reference: activation(reply, link_id, term_no)?,
    }))
}

fn for_a_person(lookup: &Lookup, why: &str) -> Fault {
    let sum = lookup.amount;
    Fault::unknown(
        Code::ProviderUnclear,
        format!(
            "the answer to the activation was lost, and {why}: look in the bank's cabinet for a payment of {sum} rubles"
        ),
    )
}

/// The link that a payment works over, whatever the register's settings say by now.
fn link_of<'a>(settings: &'a Settings, lookup: &'a Lookup) -> &'a str {
    let kept = lookup.reference.get(Reference::LINK);
    kept.or(settings.sticker.id()).unwrap_or_default()
}

/// The deactivation names the link and not the activation: no other payment works over the link until this one has
/// ended. A refusal means that nothing is active, so the payment's status is the answer.
fn revoke(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let term_no = settings.terminal_of(&lookup.reference);
    let [first, rest @ ..] = heard else {
        return settings
            .send(&Outgoing {
                command: "DelCashQRc",
                term_no,
                qrc_id: Some(link_of(settings, lookup)),
                ..Outgoing::default()
            })
            .map(Turn::Send);
    };
    match hear(settings, term_no, first, now)? {
        Said::Yes(_) => done(Answer::Revoked),
        Said::No(_) if lookup.reference.get(ids::PAYMENT).is_some() => {
            status(settings, lookup, rest, now).map_err(proves_nothing)
        }
        Said::No(refusal) => Err(refusal.fault()),
    }
}

/// A link that is bound is known under its terminal number; one that is bound to no register has none to ask with.
fn check(
    settings: &Settings,
    link: &LinkCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let number = link.terminal_number.as_deref().or(settings.terminal.as_deref());
    let Some(term_no) = number else {
        return done(Answer::Link(LinkState::NotOurs));
    };
    match heard {
        [] => ask_link(settings, term_no, &link.link_id),
        [response] => match hear(settings, term_no, response, now)? {
            Said::Yes(reply) => ours(&reply, link),
            Said::No(refusal) if refusal.is_not_found() => done(Answer::Link(LinkState::NotOurs)),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

fn ours(reply: &Reply, link: &LinkCall) -> Result<Turn, Fault> {
    if reply.qrc_id.as_deref().is_some_and(|told| told != link.link_id) {
        return Err(unclear("the answer speaks of another link"));
    }
    // An activation whose life is over may keep its first word, so that word does not say whether one is active.
    let active = match reply.status()? {
        Status::Received | Status::Checked => Some(true),
        Status::NotStarted | Status::Accepted | Status::Rejected => None,
    };
    done(Answer::Link(LinkState::Ours {
        payload: None,
        active,
    }))
}

/// The terminal number is asked for once: before anything is sent, and never again. The bank's command for a binding
/// is not public. Where the settings name it, it is sent; else the question about the link proves that the bank knows
/// it under this number, and the daemon's own record is the binding.
fn bind(settings: &Settings, link: &LinkCall, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
    let number = link.terminal_number.as_deref().or(settings.terminal.as_deref());
    let Some(term_no) = number else {
        let detail = "binding a link of this bank needs the terminal number that it issued for the register";
        return Err(Fault::refused(Code::TerminalNumberNeeded, detail));
    };
    let Some(command) = settings.bind_command.as_deref() else {
        return check(settings, link, heard, now);
    };
    let [first, rest @ ..] = heard else {
        return settings
            .send(&Outgoing {
                command,
                term_no,
                qrc_id: Some(&link.link_id),
                ..Outgoing::default()
            })
            .map(Turn::Send);
    };
    let refusal = match hear(settings, term_no, first, now)? {
        Said::Yes(_) => {
            return done(Answer::Link(LinkState::Ours {
                payload: None,
                active: None,
            }));
        }
        Said::No(refusal) => refusal,
    };
    // An earlier binding, whose answer was lost, may have done it: the link itself is asked.
    match check(settings, link, rest, now).map_err(proves_nothing)? {
        Turn::Done(Answer::Link(LinkState::NotOurs)) if !refusal.is_not_found() => Err(refusal.fault()),
        turn => Ok(turn),
    }
}

fn ask_link(settings: &Settings, term_no: &str, link_id: &str) -> Result<Turn, Fault> {
    settings
        .send(&Outgoing {
            command: "GetQRCstatus",
            term_no,
            qrc_id: Some(link_id),
            ..Outgoing::default()
        })
        .map(Turn::Send)
}
