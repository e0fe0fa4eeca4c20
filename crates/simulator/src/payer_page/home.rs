//! The first page: a field for a link, what waits for a payer, and the payer's own codes and cards.

use maud::{Markup, PreEscaped, html};

use super::words::Lang;
use super::{buttons, page, percent_encoded, sum};
use crate::payer::PayerView;
use crate::phone::Phone;
use crate::picture;
use crate::provider::{About, Card, Provider};

/// How many payable codes of one provider are listed.
const LISTED: usize = 20;

pub(super) fn page_of(phone: &Phone, lang: Lang) -> Markup {
    let words = lang.words();
    let waiting = phone.payable(LISTED);
    let takes_codes: Vec<&About> = phone
        .providers()
        .filter_map(|(about, _)| about.codes.then_some(about))
        .collect();
    let cards: Vec<Card> = phone
        .providers()
        .flat_map(|(_, provider)| provider.with(Provider::cards))
        .collect();
    let body = html! {
        section.card {
            form method="get" {
                input type="hidden" name="lang" value=(lang.code());
                label { (words.paste_link) input name="link" required autocomplete="off" placeholder="https://qr.nspk.ru/…"; }
                button.main type="submit" { (words.open) }
            }
        }
        p.note { @if waiting.is_empty() { (words.nothing_waits) } @else { (words.waiting) } }
        ul.list {
            @for (about, link, view) in &waiting { li { (waits(about, link, view, lang)) } }
        }
        @if !takes_codes.is_empty() { p.note { (words.own_codes) } }
        @for about in takes_codes { (code_form(about, lang)) }
        @if !cards.is_empty() { p.note { (words.own_cards) } }
        @for card in &cards { (card_of(card, lang)) }
    };
    page(lang, "", words.title, None, &body)
}

fn waits(about: &About, link: &str, view: &PayerView, lang: Lang) -> Markup {
    html! {
        a href=(format!("?link={}&lang={}", percent_encoded(link), lang.code())) {
            span { (lang.title(about)) " · " (view.shop) @if let Some(order) = &view.order { " · " (order) } }
            b { (view.amount.map(sum).unwrap_or_default()) }
        }
        @if view.amount.is_some() { div.at-once { (buttons(about, view, link, lang)) } }
    }
}

fn code_form(about: &About, lang: Lang) -> Markup {
    let words = lang.words();
    html! {
        section.card {
            form method="post" action="?" {
                input type="hidden" name="lang" value=(lang.code());
                input type="hidden" name="provider" value=(about.name);
                p.shop { (lang.title(about)) }
                button.main type="submit" name="code" value="pay" { (words.show_code) }
                button type="submit" name="code" value="hang" { (words.show_code_hang) }
                button type="submit" name="code" value="decline" { (words.show_code_decline) }
            }
        }
    }
}

fn card_of(card: &Card, lang: Lang) -> Markup {
    let title = if lang == Lang::En {
        &card.title_en
    } else {
        &card.title_ru
    };
    html! {
        section.card.pay {
            p.shop { (title) " · " (sum(card.budget)) }
            div.sticker {
                (PreEscaped(picture::svg(&card.token).unwrap_or_default()))
                p { code { (card.token) } }
            }
        }
    }
}
