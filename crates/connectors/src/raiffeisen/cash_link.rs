//! `qrraiffd_variable`: the register's own sticker, activated by an order for one payment.

use super::api::{BindDraft, CreateOrder, Extra, OrderInfo, OrderQr, QrInfo};
use super::config::Settings;
use super::map::{self, QrStatus, Refusal, Said, hear};
use super::refund;
use connector::answer::{done, fits_path, proves_nothing, too_long, unclear};
use connector::purpose::{one_line, purpose};
use connector::{Method, Rubles, Turn, WireRequest, WireResponse};
use domain::call::{LinkCall, LinkState, Lookup, Reference, Register, Registered};
use domain::{Answer, Call, Code, Fault, OrderId, PaymentState, Timestamp};

/// The most characters of an order's `paymentDetails`: not documented, so the narrowest purpose limit of SBP.
const PURPOSE_MAX: usize = 140;

/// The most characters of `qrDescription`.
const DESCRIPTION_MAX: usize = 32;

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
        Call::Refund(call) => refund::refund(settings, &refund::by_order(call), call, heard, now),
        Call::RefundStatus(call) => refund::status(settings, &refund::by_order(call), call, heard, now),
        Call::LinkCheck(link) => check(settings, link, heard, now),
        Call::LinkBind(link) => bind(settings, link, heard, now),
        Call::Confirm(_) => Err(Fault::refused(Code::Unsupported, "no reservations here")),
    }
}

/// A refused activation is believed only when the bank does not know the order: the refusal may be about a repeat of
/// an order that an earlier, unanswered call has created, and that one could be paid.
fn register(
    settings: &Settings,
    call: &Register,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let link_id = settings.sticker.of_payment(call)?;
    match heard {
        [] => activate(settings, call, link_id),
        [first] => match hear(first, now)? {
            Said::Yes(order) => activated(settings, call, link_id, &order),
            Said::No(_) => Ok(Turn::Send(ask_order(settings, Method::Get, &call.order))),
        },
        [first, second] => {
            let Said::No(refusal) = hear::<OrderInfo>(first, now)? else {
                return too_long();
            };
            match hear::<OrderInfo>(second, now).map_err(proves_nothing)? {
                Said::Yes(order) => activated(settings, call, link_id, &order),
                Said::No(unknown) if unknown.is_not_found() => Err(refused_activation(&refusal)),
                Said::No(other) => Err(proves_nothing(other.fault())),
            }
        }
        _ => too_long(),
    }
}

fn activate(settings: &Settings, call: &Register, link_id: &str) -> Result<Turn, Fault> {
    let body = CreateOrder {
        id: call.order.to_uuid_text(),
        amount: Rubles(call.amount),
        expiration_date: map::date(call.expires_at)?,
        extra: Extra {
            api_client: "qrpayd",
            api_client_version: env!("CARGO_PKG_VERSION"),
        },
        qr: OrderQr {
            id: link_id,
            payment_details: purpose(settings.purpose.as_deref(), call, PURPOSE_MAX),
        },
    };
    settings.post("/payment/v1/orders", &body).map(Turn::Send)
}

/// An order that is really ours, for our sum, on our link, and can be paid. Anything else is asked about.
fn activated(settings: &Settings, call: &Register, link_id: &str, order: &OrderInfo) -> Result<Turn, Fault> {
    let id = call.order.to_uuid_text();
    let link = order.qr.as_ref().and_then(|qr| qr.id.as_deref());
    if !order.id.eq_ignore_ascii_case(&id) {
        return Err(unclear("the bank created an order under another id"));
    }
    if order.amount.is_some_and(|told| told.0 != call.amount) {
        return Err(unclear("the order's sum is not the one that was asked for"));
    }
    if link.is_some_and(|link| link != link_id) {
        return Err(unclear("the bank activated another link"));
    }
    if order.status.value != "NEW" {
        return Err(unclear("a fresh order that is not NEW"));
    }
    done(Answer::Registered(Registered {
        payload: settings.sticker.payload_of(link_id),
        expires_at: map::moment(order.expiration_date.as_deref()),
        reference: Reference::default().with("order_id", id).with("qr_id", link_id),
    }))
}

fn refused_activation(refusal: &Refusal) -> Fault {
    match refusal.code.as_str() {
        "ERROR.NOT_FOUND" => refusal.refused(Code::LinkForeign, "; the link is not tied to this merchant"),
        // The documents tie this code to a QR whose status forbids the change: another order is active on the link.
        "ERROR.WRONG_QR_STATUS" => refusal.refused(Code::LinkBusy, ""),
        _ => refusal.fault(),
    }
}

fn status(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match heard {
        [] => Ok(Turn::Send(ask_order(settings, Method::Get, &lookup.order))),
        [response] => done(Answer::Payment(map::order(hear(response, now)?, lookup)?)),
        _ => too_long(),
    }
}

fn revoke(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let [first, rest @ ..] = heard else {
        return Ok(Turn::Send(ask_order(settings, Method::Delete, &lookup.order)));
    };
    match map::deleted(first, now)? {
        Said::Yes(()) => done(Answer::Revoked),
        Said::No(refusal) if refusal.is_not_found() => done(Answer::Payment(PaymentState::NotFound)),
        Said::No(refusal) if refusal.is_wrong_status() => {
            status(settings, lookup, rest, now).map_err(proves_nothing)
        }
        Said::No(refusal) => Err(refusal.fault()),
    }
}

fn check(
    settings: &Settings,
    link: &LinkCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match heard {
        [] => ask_link(settings, link),
        [response] => match hear(response, now)? {
            Said::Yes(qr) => ours(&link.link_id, qr),
            Said::No(refusal) if refusal.is_not_found() => done(Answer::Link(LinkState::NotOurs)),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

/// A refused binding may mean that an earlier one, whose answer was lost, has done it: the link itself is asked.
fn bind(settings: &Settings, link: &LinkCall, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
    match heard {
        [] if !fits_path(&link.link_id) => ask_link(settings, link),
        [] => {
            let own_name = settings
                .qr_description
                .as_deref()
                .unwrap_or(link.terminal.as_str());
            let body = BindDraft {
                account: settings.account.as_deref(),
                redirect_url: settings.redirect_url.as_deref(),
                qr_description: one_line(own_name, DESCRIPTION_MAX),
            };
            let path = format!("/sbp/v1/qr-drafts/{}", link.link_id);
            settings.post(&path, &body).map(Turn::Send)
        }
        [first, rest @ ..] => match hear(first, now)? {
            Said::Yes(qr) => ours(&link.link_id, qr),
            Said::No(refusal) => match (check(settings, link, rest, now).map_err(proves_nothing)?, refusal) {
                // Neither bound now nor before, and for another reason than that the bank does not know it.
                (Turn::Done(Answer::Link(LinkState::NotOurs)), refusal) if !refusal.is_not_found() => {
                    Err(refusal.fault())
                }
                (turn, _) => Ok(turn),
            },
        },
    }
}

fn ours(link_id: &str, qr: QrInfo) -> Result<Turn, Fault> {
    if qr.qr_id != link_id {
        return Err(unclear("the answer speaks of another link"));
    }
    let active = match qr.status()? {
        QrStatus::New | QrStatus::InProgress => Some(true),
        QrStatus::Inactive => Some(false),
        // The documents do not say whether a link keeps these words after its order ended.
        QrStatus::Paid | QrStatus::Expired | QrStatus::Cancelled => None,
    };
    done(Answer::Link(LinkState::Ours {
        payload: qr.payload,
        active,
    }))
}

fn ask_link(settings: &Settings, link: &LinkCall) -> Result<Turn, Fault> {
    if !fits_path(&link.link_id) {
        return Err(Fault::refused(
            Code::NotALink,
            "the link's id holds characters that no link has",
        ));
    }
    let path = format!("/sbp/v2/qrs/{}", link.link_id);
    Ok(Turn::Send(settings.ask(Method::Get, &path)))
}

fn ask_order(settings: &Settings, method: Method, order: &OrderId) -> WireRequest {
    settings.ask(method, &format!("/payment/v1/orders/{}", order.to_uuid_text()))
}
