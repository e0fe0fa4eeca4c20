//! The payer's page: what a phone shows after it has scanned a link. Works without JavaScript.

mod home;
mod stickers;
mod words;

use std::fmt::Write as _;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use crate::ledger::CodeOutcome;
use crate::money::Kopecks;
use crate::payer::{PayerAction, PayerError, PayerState, PayerView};
use crate::phone::Phone;
use crate::provider::{About, Lack};
use crate::shared::SharedProvider;
use crate::{clock, payer_json, picture};

use words::{Lang, Words};

const STYLE: &str = include_str!("payer.css");
const SCRIPT: &str = include_str!("payer.js");

/// The page of a payer who is a customer of these providers.
pub(crate) fn router(providers: Vec<SharedProvider>) -> Router {
    Router::new()
        .route("/", get(show).post(act))
        .route("/pay", post(payer_json::pay))
        .route("/state", get(payer_json::state))
        .route("/codes", post(payer_json::code))
        .route("/sticker", get(stickers::offer).post(stickers::print))
        .with_state(Phone::new(providers))
}

#[derive(Default, Deserialize)]
struct PageQuery {
    link: Option<String>,
    lang: Option<String>,
    /// Transaction whose receipt is to be shown.
    tx: Option<u64>,
    /// Present when the page's script asks for JSON.
    json: Option<String>,
    /// Present after a form without a usable sum.
    sum: Option<String>,
}

#[derive(Deserialize)]
struct PayForm {
    #[serde(default)]
    link: String,
    outcome: Option<PayerAction>,
    lang: Option<String>,
    /// The order that the payer saw: the link may have been activated for another one since.
    order: Option<String>,
    /// Rubles, for a static QR without a sum.
    rubles: Option<String>,
    /// The provider of a new code, instead of a link and an outcome.
    provider: Option<String>,
    /// What is to happen when that code is charged.
    code: Option<CodeOutcome>,
}

async fn show(State(phone): State<Phone>, Query(query): Query<PageQuery>) -> Response {
    let lang = Lang::of(query.lang.as_deref());
    let Some(link) = query
        .link
        .as_deref()
        .map(str::trim)
        .filter(|link| !link.is_empty())
    else {
        return Html(home::page_of(&phone, lang).into_string()).into_response();
    };
    let receipt = query.tx.and_then(|tx| phone.receipt(link, tx));
    let seen = phone.look(link).map(|(provider, view)| {
        let about = provider.with(|provider, _| provider.about());
        (about, receipt.unwrap_or(view))
    });
    match seen {
        Ok((_, view)) if query.json.is_some() => axum::Json(view).into_response(),
        Err(error) if query.json.is_some() => payer_json::trouble(error),
        Ok((about, view)) => {
            let page = code_page(about, &view, link, lang, query.sum.is_some());
            Html(page.into_string()).into_response()
        }
        Err(error) => (StatusCode::NOT_FOUND, Html(error_page(error, lang).into_string())).into_response(),
    }
}

/// A button of the form: act, then show the outcome under an address that can be reloaded.
async fn act(State(phone): State<Phone>, Form(form): Form<PayForm>) -> Response {
    let lang = Lang::of(form.lang.as_deref());
    let (link, note) = match (&form.provider, form.outcome) {
        (Some(provider), _) => (new_code(&phone, provider, form.code), String::new()),
        (None, Some(outcome)) => {
            let note = note_of(pressed(&phone, &form, outcome));
            (form.link, note)
        }
        (None, None) => (form.link, String::new()),
    };
    let target = format!("?link={}&lang={}{note}", percent_encoded(&link), lang.code());
    (StatusCode::SEE_OTHER, [(header::LOCATION, target)]).into_response()
}

/// A new code of the payer's own; empty if the provider takes none.
fn new_code(phone: &Phone, provider: &str, outcome: Option<CodeOutcome>) -> String {
    phone
        .named(provider)
        .and_then(|provider| {
            provider.with(|provider, now| provider.customer_code(outcome.unwrap_or_default(), now))
        })
        .unwrap_or_default()
}

fn pressed(phone: &Phone, form: &PayForm, outcome: PayerAction) -> Result<PayerView, PayerError> {
    let sum = form
        .rubles
        .as_deref()
        .map(|text| text.trim().replace([' ', '\u{a0}'], "").replace(',', "."));
    let amount = sum.as_deref().and_then(Kopecks::from_rubles);
    let (provider, _) = phone.look(&form.link)?;
    provider.with(|provider, now| {
        let view = provider.look(&form.link, now)?;
        let same = view.order.as_deref() == form.order.as_deref().filter(|order| !order.is_empty());
        if same {
            provider.payer(&form.link, outcome, amount, now)
        } else {
            Ok(view)
        }
    })
}

fn note_of(done: Result<PayerView, PayerError>) -> String {
    match done {
        Ok(view) if view.state == PayerState::Paid => view
            .transaction_id
            .map(|id| format!("&tx={id}"))
            .unwrap_or_default(),
        Err(PayerError::AmountNeeded) => "&sum=needed".to_owned(),
        // What went wrong is what the page shows: the code is no longer payable.
        Ok(_) | Err(_) => String::new(),
    }
}

fn code_page(about: &About, view: &PayerView, link: &str, lang: Lang, sum_needed: bool) -> Markup {
    let words = lang.words();
    let payable = matches!(view.state, PayerState::Ready | PayerState::InProgress);
    let waits = view.state == PayerState::Inactive;
    let body = html! {
        section.card.pay {
            @if waits && view.is_code { (own_code(link, words)) } @else { (mark(view.state)) }
            p.shop { (view.shop) }
            @if !waits { @if let Some(amount) = view.amount { p.sum { (sum(amount)) } } }
            @if !(waits && view.is_code) { (badge(view, words)) }
            @if sum_needed { p.badge.bad { (words.enter_sum) } }
            (details(about, view, link, lang))
        }
        @if payable { (buttons(about, view, link, lang)) }
        @if waits { p.note { (if view.is_code { words.code_hint } else { words.inactive_hint }) } }
    };
    page(lang, link, &view.shop, Some(view), &body)
}

/// The payer's own code, for the shop to scan or to type.
fn own_code(code: &str, words: &Words) -> Markup {
    html! {
        div.sticker {
            p.badge { (words.show_code) }
            (PreEscaped(picture::svg(code).unwrap_or_default()))
            p { code data-testid="code" { (code) } }
        }
    }
}

fn mark(state: PayerState) -> Markup {
    match state {
        PayerState::Paid => html! { div.mark.good aria-hidden="true" { "✓" } },
        PayerState::Cancelled | PayerState::Expired => html! { div.mark.bad aria-hidden="true" { "×" } },
        PayerState::Inactive => html! { div.mark aria-hidden="true" { "…" } },
        PayerState::Ready | PayerState::InProgress => html! {},
    }
}

fn badge(view: &PayerView, words: &Words) -> Markup {
    let (class, text) = match view.state {
        PayerState::Ready if view.declined_before => ("badge bad", words.declined),
        PayerState::Ready => ("badge", words.ready),
        PayerState::InProgress => ("badge", words.in_progress),
        PayerState::Paid => ("badge good", words.paid),
        PayerState::Cancelled => ("badge bad", words.cancelled),
        PayerState::Expired => ("badge bad", words.expired),
        PayerState::Inactive => ("badge", words.inactive),
    };
    html! { p class=(class) role="status" { (text) } }
}

fn details(about: &About, view: &PayerView, link: &str, lang: Lang) -> Markup {
    let words = lang.words();
    let row = |name: &str, value: Option<String>| {
        value
            .map(|value| html! { div { dt { (name) } dd { (value) } } })
            .unwrap_or_default()
    };
    let until = view
        .expires_at
        .filter(|_| matches!(view.state, PayerState::Ready | PayerState::InProgress));
    html! {
        dl {
            (row(words.purpose, view.purpose.clone()))
            (row(words.order, view.order.clone()))
            (row(words.place, view.description.clone()))
            (row(words.until, until.map(clock::for_people)))
            (row(words.paid_at, view.paid_at.map(clock::for_people)))
            (row(words.transaction, view.paid_at.and(view.transaction_id).map(|id| id.to_string())))
            (row(words.method, link.starts_with("https://qr.nspk.ru/").then(|| words.sbp.to_owned())))
            (row(words.provider, Some(lang.title(about).to_owned())))
        }
    }
}

fn buttons(about: &About, view: &PayerView, link: &str, lang: Lang) -> Markup {
    let words = lang.words();
    html! {
        form method="post" action="?" {
            input type="hidden" name="link" value=(link);
            input type="hidden" name="lang" value=(lang.code());
            input type="hidden" name="order" value=(view.order.as_deref().unwrap_or_default());
            @if view.amount.is_none() {
                label { (words.enter_sum) input name="rubles" inputmode="decimal" autocomplete="off" required; }
            }
            button.main type="submit" name="outcome" value="paid" { (words.pay) }
            @if !about.lacks.contains(&Lack::PayerDecline) {
                button type="submit" name="outcome" value="declined" formnovalidate { (words.decline) }
            }
        }
    }
}

fn error_page(error: PayerError, lang: Lang) -> Markup {
    let words = lang.words();
    let text = match error {
        PayerError::Misread(_) => words.misread,
        PayerError::Unbound => words.unbound,
        PayerError::AmountNeeded => words.enter_sum,
        PayerError::NotPayable(_)
        | PayerError::NothingDead
        | PayerError::Overloaded
        | PayerError::Never
        | PayerError::Unknown => words.unknown,
    };
    let body = html! { section.card.pay { div.mark.bad aria-hidden="true" { "!" } p.shop role="status" { (text) } } };
    page(lang, "", words.title, None, &body)
}

fn page(lang: Lang, link: &str, title: &str, live: Option<&PayerView>, body: &Markup) -> Markup {
    let words = lang.words();
    let other = lang.other();
    let switch = format!("?lang={}{}", other.code(), link_query(link));
    let live = live.filter(|view| view.state != PayerState::Paid);
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main data-link=(link) data-state=(live.map(|view| state_word(view.state)).unwrap_or_default())
                    data-attempt=(live.and_then(|view| view.transaction_id).map(|id| id.to_string()).unwrap_or_default()) {
                    header { a href="?" { (words.title) } a href=(switch) { (other.name()) } }
                    (body)
                    p.note { (words.simulation) }
                }
                @if live.is_some() { script { (PreEscaped(SCRIPT)) } }
            }
        }
    }
}

/// The word that JSON has for this state.
fn state_word(state: PayerState) -> &'static str {
    match state {
        PayerState::Ready => "ready",
        PayerState::InProgress => "in_progress",
        PayerState::Paid => "paid",
        PayerState::Cancelled => "cancelled",
        PayerState::Expired => "expired",
        PayerState::Inactive => "inactive",
    }
}

fn link_query(link: &str) -> String {
    if link.is_empty() {
        String::new()
    } else {
        format!("&link={}", percent_encoded(link))
    }
}

/// `1 234,50 ₽`: groups of three, a comma, both decimals.
fn sum(amount: Kopecks) -> String {
    let rubles = (amount.0 / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in rubles.chars().enumerate() {
        if index > 0 && (rubles.len() - index).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    format!("{grouped},{:02}\u{a0}₽", amount.0 % 100)
}

/// Percent-encoding of everything but the unreserved characters of RFC 3986.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
