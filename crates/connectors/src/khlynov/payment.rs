//! Payments: by a subscription, over the register's cash link, or by a dynamic QR.

use super::api::{Draft, Drawn, Latest, PURPOSE_MAX, State, fill};
use super::config::{Activation, Settings};
use super::map::{self, Said, hear};
use super::{ids, subscription};
use connector::answer::{done, fits_path, proves_nothing, too_long, unclear};
use connector::cash_link::LIFE_MIN;
use connector::life;
use connector::nspk::status::Status;
use connector::purpose::purpose;
use connector::{Turn, WireResponse};
use domain::call::{Lookup, Reference, Register, Registered};
use domain::{Answer, Code, Fault, Kopecks, PaymentState, Timestamp};
use std::ops::RangeInclusive;

/// The life of a dynamic QR in minutes (NSPK).
const QR_LIFE_MIN: RangeInclusive<u64> = 1..=129_600;

/// A subscriber is charged; everybody else gets the link or a QR.
pub(super) fn register(
    settings: &Settings,
    call: &Register,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let Some(subscriber) = call.subscriber.as_deref() else {
        return show(settings, call, heard, now);
    };
    let [first, rest @ ..] = heard else {
        return subscription::charge(settings, call, subscriber);
    };
    match subscription::charged(settings, call, first, now)? {
        Some(turn) => Ok(turn),
        // The bank has said that nobody was charged, so a refusal from here on is that of the whole call.
        None => show(settings, call, rest, now),
    }
}

fn show(settings: &Settings, call: &Register, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
    match &settings.paths.activation {
        Some(paths) if settings.sticker.id().is_some() || call.link_id.is_some() => {
            activate(settings, paths, call, heard, now)
        }
        _ => draw(settings, call, heard, now),
    }
}

fn draw(settings: &Settings, call: &Register, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
    let life_min = life::minutes(now, call.expires_at, &QR_LIFE_MIN);
    match heard {
        [] => {
            let draft = Draft {
                qrc_type: Some("02"),
                redirect_url: settings.redirect_url.as_deref(),
                ..of_payment(settings, call, life_min)
            };
            settings.post("/qr", &draft).map(Turn::Send)
        }
        [response] => match hear::<Drawn>(response, now)? {
            Said::Yes(qr) if fits_path(&qr.qrc_id) => {
                let payload = qr.payload.filter(|payload| payload.starts_with("https://"));
                done(Answer::Registered(Registered {
                    payload: Some(payload.ok_or_else(|| unclear("a QR without a link to show"))?),
                    expires_at: Some(life::dies_at(now, life_min)),
                    reference: Reference::default().with(ids::QR, qr.qrc_id),
                }))
            }
            Said::Yes(_) => Err(unclear("a QR without a usable `qrcId`")),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

fn activate(
    settings: &Settings,
    paths: &Activation,
    call: &Register,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let link_id = settings.sticker.of_payment(call)?;
    let life_min = life::minutes(now, call.expires_at, &LIFE_MIN);
    match heard {
        [] => {
            let draft = Draft {
                qrc_id: Some(link_id),
                ..of_payment(settings, call, life_min)
            };
            let path = fill(&paths.make, "{qrcId}", link_id)?;
            settings.post(&path, &draft).map(Turn::Send)
        }
        [response] => match hear::<Drawn>(response, now)? {
            Said::Yes(told) if told.qrc_id == link_id => {
                let params_id = told.params_id.filter(|id| fits_path(id));
                let params_id =
                    params_id.ok_or_else(|| unclear("an activation without a usable `paramsId`"))?;
                done(Answer::Registered(Registered {
                    payload: settings.sticker.payload_of(link_id),
                    expires_at: Some(life::dies_at(now, life_min)),
                    reference: Reference::default().with(ids::ACTIVATION, params_id),
                }))
            }
            Said::Yes(_) => Err(unclear("the answer speaks of another link")),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

fn of_payment<'a>(settings: &'a Settings, call: &'a Register, life_min: u64) -> Draft<'a> {
    Draft {
        amount: Some(call.amount.get()),
        payment_purpose: purpose(settings.purpose.as_deref(), call, PURPOSE_MAX),
        exp_dt: Some(life_min),
        local_exp_dt: Some(life_min.saturating_mul(60)),
        ..Draft::of(settings)
    }
}

/// By what the bank told us; after a lost answer by what it may know all the same: the charge by its id, then the link's
/// last activation.
pub(super) fn status(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let reference = &lookup.reference;
    if let Some(qr_id) = reference.get(ids::QR) {
        let path = fill("/qr/state/{qrcId}", "{qrcId}", qr_id)?;
        return ask(settings, &path, heard, now, |told| {
            told.qr_code.as_ref().map(|code| code.qrc_id.as_str()) == Some(qr_id)
        });
    }
    if let (Some(params_id), Some(paths)) = (reference.get(ids::ACTIVATION), &settings.paths.activation) {
        let path = fill(&paths.ask, "{paramsId}", params_id)?;
        return ask(settings, &path, heard, now, |told| {
            told.params_id.as_deref() == Some(params_id)
        });
    }
    if let Some(paths) = &settings.paths.subscription {
        let path = fill(&paths.ask, "{internalTxId}", lookup.order.as_str())?;
        let ours = |told: &State| told.internal_tx_id.as_deref() == Some(lookup.order.as_str());
        let [first, rest @ ..] = heard else {
            return ask(settings, &path, &[], now, ours);
        };
        let turn = ask(settings, &path, std::slice::from_ref(first), now, ours)?;
        let unknown = matches!(turn, Turn::Done(Answer::Payment(PaymentState::NotFound)));
        let charged = reference.get(ids::CHARGE).is_some();
        if !unknown || charged {
            return if rest.is_empty() { Ok(turn) } else { too_long() };
        }
        return lost(settings, lookup, rest, now);
    }
    lost(settings, lookup, heard, now)
}

fn ask(
    settings: &Settings,
    path: &str,
    heard: &[WireResponse],
    now: Timestamp,
    ours: impl Fn(&State) -> bool,
) -> Result<Turn, Fault> {
    match heard {
        [] => Ok(Turn::Send(settings.ask(path))),
        [response] => match hear::<State>(response, now)? {
            Said::Yes(told) if ours(&told) => done(Answer::Payment(map::payment(&told.pay_status)?)),
            Said::Yes(_) => Err(unclear("the answer speaks of another payment")),
            Said::No(refusal) if refusal.is_not_found(settings) => {
                done(Answer::Payment(PaymentState::NotFound))
            }
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

/// What became of a registration whose answer was lost. A QR that nobody was shown cannot be paid, so for one the answer is
/// "not found" without a question. An activation is live on its sticker: it is looked for, and never "paid" from here, since
/// another payment of the same sum may have gone before.
fn lost(settings: &Settings, lookup: &Lookup, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
    let link_id = lookup.reference.get(Reference::LINK).or(settings.sticker.id());
    let Some(link_id) = link_id.filter(|_| settings.paths.activation.is_some()) else {
        return done(Answer::Payment(PaymentState::NotFound));
    };
    let Some(path) = &settings.paths.link_state else {
        return Err(for_a_person(
            lookup.amount,
            "the settings have no `link_state_path`",
        ));
    };
    match heard {
        [] => Ok(Turn::Send(settings.ask(&fill(path, "{qrcId}", link_id)?))),
        [response] => match hear::<Latest>(response, now)? {
            Said::Yes(told) if told.qrc_id == link_id => latest(told, lookup, now),
            Said::Yes(_) => Err(unclear("the answer speaks of another link")),
            Said::No(refusal) if refusal.is_not_found(settings) => {
                done(Answer::Payment(PaymentState::NotFound))
            }
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

/// One payment at a time works over a link and earlier ones were ended before: an unpaid activation of our sum is ours, or
/// it is dead and taking it for ours ends the payment as unpaid.
fn latest(told: Latest, lookup: &Lookup, now: Timestamp) -> Result<Turn, Fault> {
    let ours = told
        .activation
        .filter(|activation| activation.amount == lookup.amount.get());
    let Some(activation) = ours else {
        return done(Answer::Payment(PaymentState::NotFound));
    };
    if Status::read("activation.status", &activation.status)? == Status::Accepted {
        return Err(for_a_person(
            lookup.amount,
            "the link's last payment has the same sum",
        ));
    }
    done(Answer::Registered(Registered {
        payload: None,
        // Which life was asked for is not known here; it is at most the longest.
        expires_at: Some(life::dies_at(now, *LIFE_MIN.end())),
        reference: Reference::default().with(ids::ACTIVATION, activation.params_id),
    }))
}

fn for_a_person(sum: Kopecks, why: &str) -> Fault {
    Fault::unknown(
        Code::ProviderUnclear,
        format!(
            "the answer to the activation was lost, and {why}: look in the bank's cabinet for a payment of {sum} rubles"
        ),
    )
}

/// A refused deactivation means that the activation has another end already, so its status is the answer. What is not an
/// activation cannot be taken back: it is asked about.
pub(super) fn revoke(
    settings: &Settings,
    lookup: &Lookup,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let (Some(params_id), Some(paths)) = (lookup.reference.get(ids::ACTIVATION), &settings.paths.activation)
    else {
        return status(settings, lookup, heard, now);
    };
    let [first, rest @ ..] = heard else {
        let link_id = lookup.reference.get(Reference::LINK).or(settings.sticker.id());
        let path = fill(&paths.end, "{paramsId}", params_id)?;
        let path = fill(&path, "{qrcId}", link_id.unwrap_or_default())?;
        return settings.post(&path, &Draft::of(settings)).map(Turn::Send);
    };
    match hear::<serde_json::Value>(first, now)? {
        Said::Yes(_) => done(Answer::Revoked),
        Said::No(_) => status(settings, lookup, rest, now).map_err(proves_nothing),
    }
}
