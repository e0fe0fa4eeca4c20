//! The sticker printer: blank stickers of any provider that has them.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use super::page;
use super::words::Lang;
use crate::phone::Phone;
use crate::provider::About;
use crate::{payer_json, picture};

#[derive(Deserialize)]
pub(super) struct StickerQuery {
    lang: Option<String>,
    /// Whose sticker; none: of the first provider that has stickers.
    provider: Option<String>,
}

pub(super) async fn offer(State(phone): State<Phone>, Query(query): Query<StickerQuery>) -> Html<String> {
    let lang = Lang::of(query.lang.as_deref());
    let words = lang.words();
    let body = html! {
        section.card.pay { p.shop { (words.sticker_title) } p { (words.sticker_about) } }
        (printers(&phone, lang))
    };
    Html(page(lang, "", words.sticker_title, None, &body).into_string())
}

pub(super) async fn print(
    State(phone): State<Phone>,
    Query(query): Query<StickerQuery>,
    headers: HeaderMap,
) -> Response {
    let link = printed(&phone, query.provider.as_deref());
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accept.starts_with("application/json") {
        return payer_json::sticker(link);
    }
    let lang = Lang::of(query.lang.as_deref());
    let words = lang.words();
    let link = link.unwrap_or_default();
    let body = html! {
        section.card.pay.sticker {
            p.shop { (words.sticker_title) }
            (PreEscaped(picture::svg(&link).unwrap_or_default()))
            p { code { (link) } }
        }
        (printers(&phone, lang))
    };
    Html(page(lang, "", words.sticker_title, None, &body).into_string()).into_response()
}

fn printed(phone: &Phone, name: Option<&str>) -> Option<String> {
    let wanted = |about: &About| about.stickers && name.is_none_or(|name| about.name == name);
    let (_, provider) = phone.providers().find(|(about, _)| wanted(about))?;
    provider.with(|provider, _| provider.blank_sticker())
}

/// A button for each provider that has stickers.
fn printers(phone: &Phone, lang: Lang) -> Markup {
    let words = lang.words();
    html! {
        @for (about, _) in phone.providers().filter(|(about, _)| about.stickers) {
            form method="post" action=(format!("?provider={}&lang={}", about.name, lang.code())) {
                button.main type="submit" { (words.sticker_print) ": " (lang.title(about)) }
            }
        }
    }
}
