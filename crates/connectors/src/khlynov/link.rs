//! Stickers: the bank lists the shop's cash links; a binding is its own call where the settings name one.

use super::api::{Draft, Listed, fill};
use super::config::Settings;
use super::map::{Said, hear};
use connector::answer::{done, proves_nothing, too_long};
use connector::percent::encode;
use connector::{Turn, WireResponse};
use domain::call::{LinkCall, LinkState};
use domain::{Answer, Code, Fault, Timestamp};

/// Whether the shop's list has the link.
pub(super) fn check(
    settings: &Settings,
    link: &LinkCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    match heard {
        [] => Ok(Turn::Send(settings.ask(&list_path(settings)?))),
        [response] => match hear::<Vec<Listed>>(response, now)? {
            Said::Yes(list) => done(Answer::Link(standing(&list, link))),
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

fn standing(list: &[Listed], link: &LinkCall) -> LinkState {
    let has = list.iter().any(|listed| match listed {
        Listed::Id(id) => *id == link.link_id,
        Listed::Object(code) => code.qrc_id == link.link_id,
    });
    if !has {
        return LinkState::NotOurs;
    }
    // The list says neither what a link's QR holds nor whether it is active.
    LinkState::Ours {
        payload: None,
        active: None,
    }
}

/// A refused binding may mean that an earlier one, whose answer was lost, has done it: the list is asked.
pub(super) fn bind(
    settings: &Settings,
    link: &LinkCall,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn, Fault> {
    let Some(path) = &settings.paths.bind else {
        return check(settings, link, heard, now);
    };
    let [first, rest @ ..] = heard else {
        let draft = Draft {
            qrc_id: Some(&link.link_id),
            ..Draft::of(settings)
        };
        let path = fill(path, "{qrcId}", &link.link_id)?;
        return settings.post(&path, &draft).map(Turn::Send);
    };
    match hear::<serde_json::Value>(first, now)? {
        Said::Yes(_) => done(Answer::Link(LinkState::Ours {
            payload: None,
            active: None,
        })),
        Said::No(refusal) => match check(settings, link, rest, now).map_err(proves_nothing)? {
            Turn::Done(Answer::Link(LinkState::NotOurs)) if !refusal.is_not_found(settings) => {
                Err(refusal.fault())
            }
            turn => Ok(turn),
        },
    }
}

/// `/cash-qr/list/{extEntityId}?merchantId&account&accAlias`.
fn list_path(settings: &Settings) -> Result<String, Fault> {
    let entity = &settings.entity;
    let base = fill("/cash-qr/list/{extEntityId}", "{extEntityId}", entity).map_err(|_| {
        let detail = "extEntityId holds characters that fit into no address";
        Fault::refused(Code::NotConfigured, detail)
    })?;
    let named = [
        ("merchantId", &settings.merchant),
        ("account", &settings.account),
        ("accAlias", &settings.alias),
    ];
    let query: Vec<String> = named
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encode(value.as_deref()?))))
        .collect();
    if query.is_empty() {
        return Ok(base);
    }
    Ok(format!("{base}?{}", query.join("&")))
}
