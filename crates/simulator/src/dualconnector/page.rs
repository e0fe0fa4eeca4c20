//! The pin-pad's page: its screen, its keys, the buyer's card and phone. Works without JavaScript.

use axum::Form;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use super::faults::Fault;
use super::pad::PinPad;
use super::terminal::{Key, Screen};
use super::words::{Lang, Words};
use crate::picture;

const STYLE: &str = include_str!("pinpad.css");
/// How often the page looks at the screen again, in seconds.
const REFRESH_S: u32 = 1;

#[derive(Deserialize)]
pub(super) struct PageQuery {
    lang: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Pressed {
    key: String,
    number: Option<u32>,
    lang: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Planned {
    fault: Fault,
}

pub(super) async fn show(State(pad): State<PinPad>, Query(query): Query<PageQuery>) -> Html<String> {
    let screen = pad.screen().borrow().clone();
    Html(page(&screen, Lang::of(query.lang.as_deref())).into_string())
}

pub(super) async fn press(State(pad): State<PinPad>, Form(pressed): Form<Pressed>) -> Response {
    if let Some(key) = key_of(&pressed) {
        pad.press(key);
    }
    let lang = Lang::of(pressed.lang.as_deref());
    let target = format!("?lang={}", lang.code());
    (StatusCode::SEE_OTHER, [(header::LOCATION, target)]).into_response()
}

pub(super) async fn state(State(pad): State<PinPad>) -> Json<Screen> {
    let screen = pad.screen().borrow().clone();
    Json(screen)
}

pub(super) async fn key(State(pad): State<PinPad>, Json(key): Json<Key>) -> StatusCode {
    pad.press(key);
    StatusCode::NO_CONTENT
}

pub(super) async fn plan(State(pad): State<PinPad>, Json(planned): Json<Planned>) -> StatusCode {
    pad.plan(planned.fault);
    StatusCode::NO_CONTENT
}

fn key_of(pressed: &Pressed) -> Option<Key> {
    Some(match pressed.key.as_str() {
        "tap" => Key::Tap,
        "one" => Key::One,
        "phone" => Key::Phone,
        "decline" => Key::Decline,
        "cancel" => Key::Cancel,
        "number" => Key::Number {
            number: pressed.number?,
        },
        _ => return None,
    })
}

fn page(screen: &Screen, lang: Lang) -> Markup {
    let words = lang.words();
    let other = if lang == Lang::Ru { "en" } else { "ru" };
    // A page that is typed into must not be loaded anew.
    let refreshes = *screen != Screen::AskNumber;
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if refreshes { meta http-equiv="refresh" content=(REFRESH_S); }
                title { (words.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (words.title) }
                    section.screen aria-live="polite" { (shown(screen)) }
                    form method="post" {
                        input type="hidden" name="lang" value=(lang.code());
                        (keys(screen, words))
                    }
                    p { (words.about) " " a href=(format!("?lang={other}")) { (words.other) } }
                }
            }
        }
    }
}

fn shown(screen: &Screen) -> Markup {
    match screen {
        Screen::Ready { last } => html! {
            @if let Some(last) = last { p.last { (last) } }
            p.big { "ГОТОВ К РАБОТЕ" }
        },
        Screen::AskCard { kopecks, is_sale } => html! {
            p { @if *is_sale { "ОПЛАТА" } @else { "ВОЗВРАТ" } }
            p.big { (sum(*kopecks)) }
            p { "ПРИЛОЖИТЕ КАРТУ" }
            @if *is_sale { p.hint { "1 — ОПЛАТА ПО QR СБП" } }
        },
        Screen::ShowQr { kopecks, link } => html! {
            p.big { (sum(*kopecks)) }
            (PreEscaped(picture::svg(link).unwrap_or_default()))
            p.hint { "ОТСКАНИРУЙТЕ QR-КОД" }
        },
        Screen::AskNumber => html! { p.big { "НОМЕР ЧЕКА?" } },
    }
}

fn keys(screen: &Screen, words: &Words) -> Markup {
    let button = |key: &str, class: &str, text: &str| {
        html! { button name="key" value=(key) class=(class) type="submit" { (text) } }
    };
    match screen {
        Screen::Ready { .. } => html! {},
        Screen::AskCard { is_sale, .. } => html! {
            (button("tap", "good", words.tap))
            @if *is_sale { (button("one", "", words.one)) }
            (button("decline", "", words.decline))
            (button("cancel", "bad", words.cancel))
        },
        Screen::ShowQr { .. } => html! {
            (button("phone", "good", words.phone))
            (button("decline", "", words.decline))
            (button("cancel", "bad", words.cancel))
        },
        Screen::AskNumber => html! {
            input name="number" type="number" min="1" required autofocus;
            (button("number", "good", words.number))
            button name="key" value="cancel" class="bad" type="submit" formnovalidate { (words.cancel) }
        },
    }
}

fn sum(kopecks: u64) -> String {
    format!("{},{:02} ₽", kopecks / 100, kopecks % 100)
}
