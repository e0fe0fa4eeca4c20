//! Parts of the page that not every payment meets: the slides of an empty receipt, the buyer's own code, the consent
//! to a social debit, the animation of success.

use super::page::say;
use maud::{Markup, PreEscaped, html};
use register::Slide;
use texts::words::Lang;

/// What stands where the receipt will be.
pub(super) fn empty_receipt(slides: &[Slide], lang: Lang) -> Markup {
    html! {
        div.empty #empty {
            @if slides.is_empty() { p data-t="empty" { (say(lang, "empty")) } }
            @for (at, slide) in slides.iter().enumerate() {
                @let key = format!("slide_{}", slide.as_str());
                figure.slide data-slide=(slide.as_str()) hidden[at > 0] {
                    (PreEscaped(picture(*slide)))
                    figcaption data-t=(key) { (say(lang, &key)) }
                }
            }
            @if slides.len() > 1 {
                div.pips aria-hidden="true" { @for at in 0..slides.len() { i.on[at == 0] {} } }
            }
        }
    }
}

const fn picture(slide: Slide) -> &'static str {
    match slide {
        Slide::ScanBarCode => include_str!("art/slide-scan.svg"),
        Slide::Vision => include_str!("art/slide-vision.svg"),
        Slide::QrPay => include_str!("art/slide-qr.svg"),
    }
}

/// The buyer's code is scanned, photographed or typed.
pub(super) fn code(lang: Lang) -> Markup {
    html! {
        section.screen.code-step data-screen="code" data-testid="code-step" hidden {
            div.viewfinder {
                video #camera muted playsinline hidden {}
                div.scanner #scanner aria-hidden="true" { (PreEscaped(include_str!("art/slide-scan.svg"))) }
            }
            div.guide {
                p.due data-t="to_pay" { (say(lang, "to_pay")) }
                p.sum #code-due {}
                h1 tabindex="-1" #code-title data-t="show_code" { (say(lang, "show_code")) }
                p.lead #code-hint data-t="show_code_hint" { (say(lang, "show_code_hint")) }
                p.lead.camera-state #camera-state {}
                label.typed {
                    span #code-label data-t="code_typed" { (say(lang, "code_typed")) }
                    input #customer-code data-testid="customer-code" type="text" maxlength="512" autocomplete="off"
                        spellcheck="false" inputmode="numeric";
                }
                div.actions {
                    button.primary type="button" #code-pay data-testid="code-pay" data-t="code_pay" disabled {
                        (say(lang, "code_pay"))
                    }
                    button.quiet type="button" #code-back data-testid="code-back" data-t="refund_back" {
                        (say(lang, "refund_back"))
                    }
                }
            }
        }
    }
}

/// What the social account may pay of this receipt, before it is debited.
pub(super) fn confirm(lang: Lang) -> Markup {
    html! {
        section.screen.refund.confirm-step data-screen="confirm" data-testid="confirm-step" hidden {
            h1 tabindex="-1" #confirm-title data-t="confirm_title" { (say(lang, "confirm_title")) }
            p.lead data-t="confirm_hint" { (say(lang, "confirm_hint")) }
            ul.lines #confirm-lines {}
            dl.sums {
                div { dt data-t="available" { (say(lang, "available")) } dd #available {} }
                div.main-sum { dt data-t="to_debit" { (say(lang, "to_debit")) } dd #to-debit data-testid="to-debit" {} }
                div #confirm-rest hidden {
                    dt data-t="confirm_rest" { (say(lang, "confirm_rest")) }
                    dd #confirm-rest-sum {}
                }
            }
            p.confirm-clock #confirm-clock hidden {
                span data-t="time_left" { (say(lang, "time_left")) } " " time #confirm-left role="timer" {}
            }
            div.actions {
                button.primary type="button" #confirm-do data-testid="confirm-do" data-t="confirm_do" {
                    (say(lang, "confirm_do"))
                }
                button.quiet type="button" #confirm-cancel data-testid="confirm-cancel" data-t="cancel" {
                    (say(lang, "cancel"))
                }
            }
        }
    }
}

/// Covers the screen for a moment when money came.
pub(super) fn celebration() -> Markup {
    html! {
        div.celebration #celebration aria-hidden="true" hidden {
            svg viewBox="0 0 96 96" { circle cx="48" cy="48" r="44" {} path d="M28 50l14 14 27-31" {} }
        }
    }
}
