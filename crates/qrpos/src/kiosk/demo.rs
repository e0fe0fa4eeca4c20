//! The demonstration: the kiosk and the buyer's phone side by side.

use maud::{DOCTYPE, Markup, html};
use texts::Text;
use texts::words::{Lang, kiosk as words};

/// What the demonstration page shows beside the kiosk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoOptions {
    /// The payer's page. While the kiosk shows a QR it gets `?link=<payload>`.
    pub payer_url: String,
    /// Links in the strip on top: the list of operations, the console.
    pub links: Vec<DemoLink>,
}

/// A link in the strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoLink {
    /// Its name.
    pub title: Text,
    /// Where it leads.
    pub url: String,
}

/// The page: on a wide screen the register and the phone, on a narrow one the register and a link to the phone.
pub fn demo_page(options: &DemoOptions, lang: Lang) -> Markup {
    let other = if lang == Lang::Ru { Lang::En } else { Lang::Ru };
    html! {
        (DOCTYPE)
        html lang=(lang.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                title { (lang.say(words::DEMO_TITLE)) }
                link rel="icon" type="image/svg+xml" href="/kiosk/icon.svg";
                link rel="stylesheet" href="/kiosk/demo.css";
                script src="/kiosk/demo.js" defer {}
            }
            body data-payer=(options.payer_url) {
                header {
                    h1 { (lang.say(words::DEMO_TITLE)) }
                    p { (lang.say(words::DEMO_WHAT)) }
                    nav {
                        @for link in &options.links {
                            a href=(link.url) target="_blank" rel="noopener" { (lang.pick(&link.title)) }
                        }
                        a href={ "/?lang=" (other.as_str()) } hreflang=(other.as_str()) {
                            @if other == Lang::En { "English" } @else { "По-русски" }
                        }
                    }
                }
                main {
                    figure.register {
                        iframe #kiosk data-testid="kiosk" src={ "/kiosk?lang=" (lang.as_str()) }
                            title=(lang.say(words::DEMO_REGISTER)) {}
                    }
                    figure.buyer {
                        figcaption #hint aria-live="polite" data-idle=(lang.say(words::DEMO_HINT))
                            data-shown=(lang.say(words::DEMO_SHOWN)) data-paid=(lang.say(words::DEMO_PAID))
                            data-ended=(lang.say(words::DEMO_ENDED)) { (lang.say(words::DEMO_HINT)) }
                        div.phone {
                            iframe #phone data-testid="phone" src={ (options.payer_url) "?lang=" (lang.as_str()) }
                                title=(lang.say(words::DEMO_PHONE)) {}
                        }
                    }
                }
                a.open-phone #open-phone data-testid="open-phone" href=(options.payer_url) target="_blank"
                    rel="noopener" { (lang.say(words::DEMO_OPEN_PHONE)) }
            }
        }
    }
}
