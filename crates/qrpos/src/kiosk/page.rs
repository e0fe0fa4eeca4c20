//! The kiosk's shell: every screen stands in the page, and the script shows one of them.

use super::goods::{GOODS, Good};
use super::{KioskOptions, Tender, steps};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use texts::words::{Lang, Word, kiosk};

/// The page. `lang` overrules the language of the options.
pub fn kiosk_page(options: &KioskOptions, lang: Option<Lang>) -> Markup {
    let lang = lang.unwrap_or(options.lang);
    html! {
        (DOCTYPE)
        html lang=(lang.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                title { (say(lang, "title")) }
                link rel="icon" type="image/svg+xml" href="/kiosk/icon.svg";
                link rel="stylesheet" href="/kiosk/kiosk.css";
                script src="/kiosk/effects.js" defer {}
                script src="/kiosk/scan.js" defer {}
                script src="/kiosk/kiosk.js" defer {}
            }
            body.still[!options.kiosk2.is_animated_icons] data-config=(config(options, lang)) {
                (top(options, lang))
                main {
                    (shop(options, lang))
                    (steps::code(lang))
                    (steps::confirm(lang))
                    (paying(lang))
                    (result(lang))
                    (refund(lang))
                }
                (steps::celebration())
                p.notice #toast role="status" hidden {}
                p.notice #offline role="status" hidden data-t="offline" { (say(lang, "offline")) }
            }
        }
    }
}

/// A sentence by its key.
pub(super) fn say(lang: Lang, key: &str) -> &'static str {
    kiosk::ALL
        .iter()
        .find(|(name, _)| *name == key)
        .map_or("", |(_, word)| lang.say(*word))
}

/// What the script needs to know. It stands in an attribute, so the template escapes it.
fn config(options: &KioskOptions, lang: Lang) -> String {
    let both = |word: Word| json!({ "ru": word.ru, "en": word.en });
    let words: Map<String, Value> = kiosk::ALL
        .iter()
        .map(|(key, word)| ((*key).to_owned(), both(*word)))
        .collect();
    let goods: Vec<Value> = GOODS
        .iter()
        .map(|good| json!({ "name": both(good.name), "price": good.price, "barcode": good.barcode }))
        .collect();
    let tenders: Vec<Value> = options.tenders.iter().map(tender).collect();
    json!({
        "api": options.api_url,
        "token": options.token.expose_secret(),
        "store": options.store,
        "terminal": options.terminal,
        "timeout_ms": options.timeout_ms,
        "lang": lang,
        "tenders": tenders,
        "goods": goods,
        "words": words,
        "kiosk2": options.kiosk2,
        "outputs": options.outputs.is_some(),
    })
    .to_string()
}

fn tender(tender: &Tender) -> Value {
    let register = tender.register.as_ref();
    json!({
        "module": tender.module,
        "title": tender.title,
        "link": tender.link,
        "system": tender.system,
        "scans": tender.scans_customer_code,
        "reads_card": tender.reads_social_card,
        "subscriber": tender.subscriber,
        "terminal": register.map(|register| &register.terminal),
        "token": register.map(|register| register.token.expose_secret()),
    })
}

fn top(options: &KioskOptions, lang: Lang) -> Markup {
    html! {
        header.top {
            span.mark aria-hidden="true" {}
            div.place {
                strong data-t="title" { (say(lang, "title")) }
                small {
                    span data-t="store" { (say(lang, "store")) } " " (options.store) ", "
                    span data-t="terminal" { (say(lang, "terminal")) } " " (options.terminal)
                }
            }
            div.langs role="group" data-t-label="language" aria-label=(say(lang, "language")) {
                button type="button" data-lang="ru" data-testid="lang-ru" { "RU" }
                button type="button" data-lang="en" data-testid="lang-en" { "EN" }
            }
        }
    }
}

fn shop(options: &KioskOptions, lang: Lang) -> Markup {
    html! {
        section.screen.shop data-screen="shop" {
            div.shelf {
                h1 tabindex="-1" data-t="choose" { (say(lang, "choose")) }
                p.lead data-t="choose_hint" { (say(lang, "choose_hint")) }
                div.goods {
                    @for (at, good) in GOODS.iter().enumerate() { (card(at + 1, good, lang)) }
                }
            }
            aside.basket aria-labelledby="basket-title" {
                h2 #basket-title data-t="basket" { (say(lang, "basket")) }
                (steps::empty_receipt(&options.kiosk2.empty_receipt_slide_show, lang))
                ul.lines #basket aria-live="polite" {}
                div.checkout {
                    @if options.tenders.len() > 1 { (tenders(options, lang)) }
                    p.total {
                        span data-t="total" { (say(lang, "total")) }
                        output #total data-testid="total" {}
                    }
                    button.primary #pay type="button" data-testid="pay" disabled data-t="pay" { (say(lang, "pay")) }
                }
            }
        }
    }
}

fn card(number: usize, good: &Good, lang: Lang) -> Markup {
    html! {
        button.good type="button" data-good=(number) data-testid={ "good-" (number) } {
            span.art { (PreEscaped(good.art)) }
            span.name data-ru=(good.name.ru) data-en=(good.name.en) { (lang.say(good.name)) }
            span.unit data-ru=(good.unit.ru) data-en=(good.unit.en) { (lang.say(good.unit)) }
            span.price data-kopecks=(good.price) {}
            span.count aria-hidden="true" hidden {}
        }
    }
}

/// What tests call it by: the module, and what tells its ways apart.
fn handle(tender: &Tender) -> String {
    let mut handle = format!("tender-{}", tender.module);
    for way in [
        tender.system.clone(),
        tender.subscriber.as_ref().map(|_| "subscriber".to_owned()),
        tender
            .register
            .as_ref()
            .map(|register| register.terminal.to_string()),
    ]
    .into_iter()
    .flatten()
    {
        handle.push('-');
        handle.push_str(&way);
    }
    handle
}

fn tenders(options: &KioskOptions, lang: Lang) -> Markup {
    html! {
        fieldset.tenders {
            legend data-t="tender" { (say(lang, "tender")) }
            @for (at, tender) in options.tenders.iter().enumerate() {
                label {
                    input type="radio" name="tender" value=(at) checked[at == 0]
                        data-testid=(handle(tender));
                    span data-ru=(tender.title.ru) data-en=(tender.title.en) { (lang.pick(&tender.title)) }
                }
            }
        }
    }
}

fn paying(lang: Lang) -> Markup {
    html! {
        section.screen.paying data-screen="paying" hidden {
            div.code {
                div.frame #frame {
                    img #qr data-testid="qr" alt=(say(lang, "qr_alt")) data-t-alt="qr_alt" hidden;
                    p.sticker #sticker data-t="scan_sticker" hidden { (say(lang, "scan_sticker")) }
                    span.spinner #spinner aria-hidden="true" {}
                }
            }
            div.guide {
                p.due data-t="to_pay" { (say(lang, "to_pay")) }
                p.sum #due {}
                h1 tabindex="-1" #paying-title data-t="getting_qr" { (say(lang, "getting_qr")) }
                ol.steps #steps hidden {
                    li data-t="scan_1" { (say(lang, "scan_1")) }
                    li data-t="scan_2" { (say(lang, "scan_2")) }
                    li data-t="scan_3" { (say(lang, "scan_3")) }
                }
                div.clock #clock hidden {
                    svg.ring viewBox="0 0 120 120" aria-hidden="true" {
                        circle cx="60" cy="60" r="52" {}
                        circle #arc cx="60" cy="60" r="52" pathLength="100" {}
                    }
                    div {
                        span.left data-t="time_left" { (say(lang, "time_left")) }
                        time #countdown data-testid="countdown" role="timer" {}
                    }
                }
                button.quiet #cancel type="button" data-testid="cancel" data-t="cancel" { (say(lang, "cancel")) }
            }
        }
    }
}

fn result(lang: Lang) -> Markup {
    html! {
        section.screen.result data-screen="result" data-testid="result" data-state="" hidden {
            div.verdict {
                span.sign aria-hidden="true" {
                    svg viewBox="0 0 96 96" {
                        circle.disc cx="48" cy="48" r="44" {}
                        path.good-sign d="M28 50l14 14 27-31" {}
                        path.bad-sign d="M34 34l28 28M62 34L34 62" {}
                        path.wait-sign d="M48 26v24l15 9" {}
                    }
                }
                h1 tabindex="-1" #verdict aria-live="assertive" {}
                p.lead #verdict-text {}
                p.lead.why #why hidden {}
                div.refunded data-testid="refund-done" #refund-done role="status" hidden {
                    strong data-t="refunded" { (say(lang, "refunded")) }
                    output #refunded-sum {}
                }
                p.lead.rest #rest data-testid="rest" hidden { span data-t="rest" { (say(lang, "rest")) } " " output #rest-sum {} }
                p.refund-trouble #refund-trouble role="alert" data-testid="refund-trouble" hidden {}
                div.actions {
                    button.primary #pay-rest type="button" data-testid="pay-rest" data-t="pay_rest" hidden {
                        (say(lang, "pay_rest"))
                    }
                    button.primary #again type="button" data-testid="again" data-t="again" hidden { (say(lang, "again")) }
                    button.primary #new type="button" data-testid="new-purchase" data-t="new_purchase" {
                        (say(lang, "new_purchase"))
                    }
                    button.quiet #to-refund type="button" data-testid="refund" data-t="refund" hidden {
                        (say(lang, "refund"))
                    }
                }
            }
            article.slip #slip data-testid="receipt" hidden {
                h2 data-t="receipt" { (say(lang, "receipt")) }
                ul.lines #slip-lines {}
                p.total { span data-t="total" { (say(lang, "total")) } output #slip-total {} }
                pre #slip-text {}
                div.requisites #requisites hidden {
                    small data-t="requisites" { (say(lang, "requisites")) }
                    code {}
                }
            }
        }
    }
}

fn refund(lang: Lang) -> Markup {
    html! {
        section.screen.refund data-screen="refund" hidden {
            h1 tabindex="-1" data-t="refund_choose" { (say(lang, "refund_choose")) }
            p.lead data-t="refund_hint" { (say(lang, "refund_hint")) }
            div.toggles {
                button.small type="button" #refund-all data-testid="refund-all" data-t="refund_all" {
                    (say(lang, "refund_all"))
                }
                button.small type="button" #refund-none data-testid="refund-none" data-t="refund_none" {
                    (say(lang, "refund_none"))
                }
            }
            ul.lines #refund-lines {}
            div.actions {
                button.primary type="button" #refund-confirm data-testid="refund-confirm" {}
                button.quiet type="button" #refund-back data-testid="refund-back" data-t="refund_back" {
                    (say(lang, "refund_back"))
                }
            }
        }
    }
}
