//! The InPAS pin-pad of a UKM 5 register, which works without the integrator.

use super::explain::explain;
use super::finding::{Findings, Value, whole};
use super::read::{keep, text};
use super::search::{Object, objects};
use conf::{Document, Include, Node, Place, Problem};
use std::path::Path;
use texts::words::ukm::{self as advice, reason};

/// The settings that know QR codes of SBP.
pub(super) const NEW: &str = "payment_inpas_smartsale.conf";
/// The settings before them.
const OLD: &str = "payment_inpas.conf";
/// The hardware's file.
pub(super) const HARDWARE: &str = "inpas_lin.conf";
/// What the manual gives as an example of a bank's own recommendation, in seconds: this or less is not doubled.
const RECOMMENDED_S: u64 = 100;
/// More than an hour is no time in seconds.
const TIMEOUT_MAX_S: u64 = 3_600;

/// A pin-pad. What is not set is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PinpadSettings {
    /// How long an operation may take, in seconds: twice what the bank recommends.
    pub timeout_s: Option<u64>,
    /// Whether the cashier may choose "Оплата QR СБП" (`qrSBP`).
    pub qr_sbp: bool,
    /// The currency, three digits: 643 (`currencyCodeNumeric`).
    pub currency: Option<String>,
    /// The terminal's id (`id`).
    pub terminal_id: Option<String>,
}

/// Notes when both versions are active. Tells whether the new one is.
pub(super) fn is_active(includes: &[Include], findings: &mut Findings) -> bool {
    let active = |name: &str| {
        includes
            .iter()
            .find(|include| include.is_active && include_name(include) == name)
    };
    let new = active(NEW);
    if let (Some(_), Some(old)) = (new, active(OLD)) {
        let place = Place {
            line: Some(old.line),
            ..whole(&old.file)
        };
        findings.error(advice::INPAS_BOTH, &place, &[]);
    }
    new.is_some()
}

/// Whether the old version is active.
pub(super) fn is_old(includes: &[Include]) -> bool {
    let mut includes = includes.iter();
    includes.any(|include| include.is_active && include_name(include) == OLD)
}

/// The name of the file that is included.
pub(super) fn include_name(include: &Include) -> &str {
    include.target.rsplit('/').next().unwrap_or_default()
}

/// Reads the payment's part.
pub(super) fn read(document: &Document, findings: &mut Findings) -> PinpadSettings {
    let mut settings = PinpadSettings::default();
    let mut switch_place = None;
    for object in objects(document) {
        let qr = own(&object, "qrSBP");
        if let Some(node) = qr {
            settings.qr_sbp = keep(node.flag(), findings).unwrap_or(false);
            switch_place = Some(node.place());
        }
        let timeout = own(&object, "timeout");
        if let Some(node) = timeout {
            switch_place = switch_place.or_else(|| Some(node.place()));
            settings.timeout_s = timeout_s(&node, findings).or(settings.timeout_s);
        }
    }
    if !settings.qr_sbp
        && let Some(place) = switch_place
    {
        findings.hint(advice::INPAS_QR_OFF, &place, &[]);
    }
    settings
}

/// A key that stands in the pin-pad's own file.
fn own<'a>(object: &Object<'a>, name: &str) -> Option<Node<'a>> {
    let node = object.get(name);
    let is_own = node.is_there() && node.place().file.file_name().is_some_and(|name| name == NEW);
    is_own.then_some(node)
}

/// Seconds, with or without a unit: the manual shows a bare number.
fn timeout_s(node: &Node<'_>, findings: &mut Findings) -> Option<u64> {
    let text = text(node, findings)?;
    let seconds = match text.parse() {
        Ok(seconds) => Some(seconds),
        Err(_) => node
            .duration_ms(&(0..=u64::MAX))
            .ok()
            .flatten()
            .map(|ms| ms / conf::SECOND_MS),
    };
    let Some(seconds) = seconds else {
        let problem = Problem::WrongType {
            expected: "a whole number",
            found: String::new(),
        };
        explain(node.error(problem), findings);
        return None;
    };
    if seconds <= RECOMMENDED_S || seconds > TIMEOUT_MAX_S || !seconds.is_multiple_of(2) {
        findings.warn(advice::INPAS_TIMEOUT, &node.place(), &[("value", text.into())]);
    }
    Some(seconds)
}

/// Reads the hardware's part.
pub(super) fn read_hardware(document: &Document, settings: &mut PinpadSettings, findings: &mut Findings) {
    let objects = objects(document);
    let with_currency = objects
        .iter()
        .find(|object| object.get("currencyCodeNumeric").is_there());
    let with_id = with_currency
        .into_iter()
        .chain(objects.iter())
        .find(|object| object.get("id").is_there());
    let place = whole(document.file());
    if let Some(object) = with_currency {
        settings.currency = currency(&object.get("currencyCodeNumeric"), findings);
    } else {
        missing(
            "currencyCodeNumeric",
            "currencyCodeNumeric = 643",
            &place,
            findings,
        );
    }
    if let Some(object) = with_id {
        settings.terminal_id = text(&object.get("id"), findings);
    } else {
        missing("id", "id = \"00112233\"", &place, findings);
    }
}

/// Says that the hardware's file is not there.
pub(super) fn no_hardware(root: &Path, findings: &mut Findings) {
    findings.hint(advice::INPAS_HARDWARE, &whole(root), &[]);
}

fn currency(node: &Node<'_>, findings: &mut Findings) -> Option<String> {
    let code = text(node, findings)?;
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(code);
    }
    let detail = [("detail", Value::Word(reason::CURRENCY))];
    findings.error(advice::WRONG_VALUE, &node.place(), &detail);
    None
}

fn missing(key: &'static str, example: &'static str, place: &Place, findings: &mut Findings) {
    let values = [("key", key.into()), ("example", example.into())];
    findings.error(advice::MISSING_KEY, place, &values);
}
