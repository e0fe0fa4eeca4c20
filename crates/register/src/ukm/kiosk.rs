//! The block `kiosk2` of `sale.conf`.

use super::explain::explain;
use super::finding::Findings;
use super::read::{keep, text};
use super::search::objects;
use conf::{Document, Node, Problem};
use texts::words::ukm as advice;

/// The slides that the manual names.
const SLIDES: [&str; 3] = ["scanBarCode", "vision", "QRPay"];
/// The slide of the payment by QR.
const QR_SLIDE: &str = "QRPay";
/// The longest that one step of an animation may take, in milliseconds.
const STEP_MAX_MS: u64 = 60_000;
/// The most steps of an animation, and the most slides.
const LIST_MAX: usize = 100;

/// How a kiosk behaves (the manual's names in brackets). What is not set is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KioskSettings {
    /// Sounds of failure (`negativeSoundEffects`): first in priority.
    pub negative_sounds: Option<bool>,
    /// Spoken words (`voiceSoundEffects`): second in priority.
    pub voice_sounds: Option<bool>,
    /// Sounds of success (`positiveEffect`).
    pub positive_sounds: Option<bool>,
    /// The steps of the animation of success in milliseconds (`positiveAnimationTimer`).
    pub positive_animation_ms: Vec<u64>,
    /// Extended recognition, which needs a licence (`extendedRecognition`).
    pub extended_recognition: Option<bool>,
    /// Whether pictures move (`isAnimatedIcons`).
    pub animated_icons: Option<bool>,
    /// What is shown in turn while the receipt is empty (`emptyReceiptSlideShow`): `scanBarCode`, `vision`, `QRPay`.
    pub slides: Vec<String>,
    /// `useVideoSelfie`.
    pub video_selfie: Option<bool>,
    /// `addItemMultiplier`, in thousandths: 1.5 is 1500.
    pub add_item_multiplier_permille: Option<u64>,
}

/// The block, wherever it stands. `takes_qr` tells whether payment by QR is set up.
pub(super) fn read(document: &Document, takes_qr: bool, findings: &mut Findings) -> Option<KioskSettings> {
    let objects = objects(document);
    let mut blocks = objects.iter().map(|object| object.get("kiosk2"));
    let block = blocks.find(Node::is_there)?;
    if !block.is_object() {
        let problem = Problem::WrongType {
            expected: "an object in braces",
            found: String::new(),
        };
        explain(block.error(problem), findings);
        return None;
    }
    let mut flag = |name: &str| keep(block.get(name).flag(), findings);
    let settings = KioskSettings {
        negative_sounds: flag("negativeSoundEffects"),
        voice_sounds: flag("voiceSoundEffects"),
        positive_sounds: flag("positiveEffect"),
        extended_recognition: flag("extendedRecognition"),
        animated_icons: flag("isAnimatedIcons"),
        video_selfie: flag("useVideoSelfie"),
        positive_animation_ms: steps(&block.get("positiveAnimationTimer"), findings),
        slides: slides(&block.get("emptyReceiptSlideShow"), takes_qr, findings),
        add_item_multiplier_permille: permille(&block.get("addItemMultiplier"), findings),
    };
    Some(settings)
}

fn elements<'a>(node: &Node<'a>, findings: &mut Findings) -> Vec<Node<'a>> {
    let list = keep(node.list().map(Some), findings).unwrap_or_default();
    list.into_iter().take(LIST_MAX).collect()
}

fn steps(node: &Node<'_>, findings: &mut Findings) -> Vec<u64> {
    let mut steps = Vec::new();
    for element in elements(node, findings) {
        steps.extend(super::read::number(&element, &(0..=STEP_MAX_MS), findings));
    }
    steps
}

fn slides(node: &Node<'_>, takes_qr: bool, findings: &mut Findings) -> Vec<String> {
    let mut slides = Vec::new();
    for element in elements(node, findings) {
        let Some(slide) = text(&element, findings) else {
            continue;
        };
        if !SLIDES.contains(&slide.as_str()) {
            let value = [("value", slide.as_str().into())];
            findings.warn(advice::SLIDE_UNKNOWN, &element.place(), &value);
        }
        slides.push(slide);
    }
    if takes_qr && node.is_there() && !slides.iter().any(|slide| slide == QR_SLIDE) {
        findings.hint(advice::SLIDE_QR, &node.place(), &[]);
    }
    slides
}

/// A decimal number with at most three digits after its point, in thousandths.
fn permille(node: &Node<'_>, findings: &mut Findings) -> Option<u64> {
    let text = text(node, findings)?;
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let thousandths = format!("{part:0<3}");
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = (is_digits(whole) && is_digits(part) && thousandths.len() == 3)
        .then(|| format!("{whole}{thousandths}").parse().ok())
        .flatten();
    if value.is_none() {
        let problem = Problem::WrongType {
            expected: "a number",
            found: String::new(),
        };
        explain(node.error(problem), findings);
    }
    value
}
