//! The block `kiosk2` of `sale.conf`.

use super::explain::explain;
use super::finding::Findings;
use super::read::{keep, number, text};
use super::search::objects;
use crate::{Kiosk2, Slide};
use conf::{Document, Node, Problem};
use texts::words::ukm as advice;

/// The slides that the manual names.
const SLIDES: [Slide; 3] = [Slide::ScanBarCode, Slide::Vision, Slide::QrPay];
/// The most slides.
const SLIDES_MAX: usize = 100;

/// The block, wherever it stands. `takes_qr` tells whether payment by QR is set up. What is wrong has the value of the
/// manual's sample.
pub(super) fn read(document: &Document, takes_qr: bool, findings: &mut Findings) -> Option<Kiosk2> {
    let objects = objects(document);
    let mut blocks = objects.iter().map(|object| object.get("kiosk2"));
    let block = blocks.find(Node::is_there)?;
    if !block.is_object() {
        wrong_type(&block, "an object in braces", findings);
        return None;
    }
    let usual = Kiosk2::default();
    let mut flag = |name: &str| keep(block.get(name).flag(), findings);
    let kiosk = Kiosk2 {
        negative_sound_effects: flag("negativeSoundEffects").unwrap_or(usual.negative_sound_effects),
        voice_sound_effects: flag("voiceSoundEffects").unwrap_or(usual.voice_sound_effects),
        positive_effect: flag("positiveEffect").unwrap_or(usual.positive_effect),
        is_animated_icons: flag("isAnimatedIcons").unwrap_or(usual.is_animated_icons),
        ..usual.clone()
    };
    // The register's own, which only have to be readable.
    flag("extendedRecognition");
    flag("useVideoSelfie");
    multiplier(&block.get("addItemMultiplier"), findings);
    let timer = timer(&block.get("positiveAnimationTimer"), findings);
    let slides = slides(&block.get("emptyReceiptSlideShow"), takes_qr, findings);
    Some(Kiosk2 {
        positive_animation_timer: timer.unwrap_or(usual.positive_animation_timer),
        empty_receipt_slide_show: slides.unwrap_or(usual.empty_receipt_slide_show),
        ..kiosk
    })
}

fn wrong_type(node: &Node<'_>, expected: &'static str, findings: &mut Findings) {
    let problem = Problem::WrongType {
        expected,
        found: String::new(),
    };
    explain(node.error(problem), findings);
}

/// Three times in milliseconds.
fn timer(node: &Node<'_>, findings: &mut Findings) -> Option<[u32; 3]> {
    let list = keep(node.list().map(Some), findings).filter(|_| node.is_there())?;
    let limits = 0..=u64::from(Kiosk2::ANIMATION_MS_MAX);
    let Ok(parts) = <[Node<'_>; 3]>::try_from(list) else {
        wrong_type(node, "a list of three numbers", findings);
        return None;
    };
    let [comes, stays, goes] =
        parts.map(|part| number(&part, &limits, findings).and_then(|ms| u32::try_from(ms).ok()));
    Some([comes?, stays?, goes?])
}

fn slides(node: &Node<'_>, takes_qr: bool, findings: &mut Findings) -> Option<Vec<Slide>> {
    let list = keep(node.list().map(Some), findings).filter(|_| node.is_there())?;
    let mut slides = Vec::new();
    for element in list.into_iter().take(SLIDES_MAX) {
        let Some(name) = text(&element, findings) else {
            continue;
        };
        match SLIDES.into_iter().find(|slide| slide.as_str() == name) {
            Some(slide) => slides.push(slide),
            None => findings.warn(advice::SLIDE_UNKNOWN, &element.place(), &[("value", name.into())]),
        }
    }
    if takes_qr && !slides.contains(&Slide::QrPay) {
        findings.hint(advice::SLIDE_QR, &node.place(), &[]);
    }
    Some(slides)
}

/// A number, with a point or without.
fn multiplier(node: &Node<'_>, findings: &mut Findings) {
    let Some(text) = text(node, findings) else { return };
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) {
        wrong_type(node, "a number", findings);
    }
}
