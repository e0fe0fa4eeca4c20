//! Values of known keys: what is wrong with one is noted, and reading goes on.

use super::explain::explain;
use super::finding::{Findings, Value};
use conf::{Node, Place, SECOND_MS, SettingsError};
use std::ops::RangeInclusive;
use std::time::Duration;
use texts::words::ukm::{self as advice, reason};

/// Keeps a value, or notes why there is none.
pub(super) fn keep<T>(read: Result<Option<T>, SettingsError>, findings: &mut Findings) -> Option<T> {
    read.unwrap_or_else(|error| {
        explain(error, findings);
        None
    })
}

/// A text that is not empty.
pub(super) fn text(node: &Node<'_>, findings: &mut Findings) -> Option<String> {
    let text = keep(node.text(), findings)?;
    if text.trim().is_empty() {
        let detail = [("detail", Value::Word(reason::EMPTY))];
        findings.error(advice::WRONG_VALUE, &node.place(), &detail);
        return None;
    }
    Some(text.trim().to_owned())
}

/// A key that must be there. `around` is where its neighbours are.
pub(super) fn required<T>(
    value: Option<T>,
    node: &Node<'_>,
    around: &Place,
    example: &str,
    findings: &mut Findings,
) -> Option<T> {
    if value.is_none() && !node.is_there() {
        let name = node.key().rsplit('.').next().unwrap_or_default();
        let key = match around.key.rsplit_once('.') {
            Some((prefix, _)) => format!("{prefix}.{name}"),
            None => name.to_owned(),
        };
        let place = Place {
            key,
            ..around.clone()
        };
        let values = [("key", name.into()), ("example", example.into())];
        findings.error(advice::MISSING_KEY, &place, &values);
    }
    value
}

/// A time in this range of seconds.
pub(super) fn seconds(
    node: &Node<'_>,
    range: &RangeInclusive<u64>,
    findings: &mut Findings,
) -> Option<Duration> {
    let ms = keep(node.duration_ms(&(0..=u64::MAX)), findings)?;
    let (least, most) = (*range.start(), *range.end());
    if (least.saturating_mul(SECOND_MS)..=most.saturating_mul(SECOND_MS)).contains(&ms) {
        return Some(Duration::from_millis(ms));
    }
    let value = if ms.is_multiple_of(SECOND_MS) {
        format!("{} second", ms / SECOND_MS)
    } else {
        format!("{ms} ms")
    };
    let limits = [
        ("value", value.into()),
        ("least", format!("{least} second").into()),
        ("most", format!("{most} second").into()),
    ];
    findings.error(advice::OUT_OF_RANGE, &node.place(), &limits);
    None
}

/// A whole number in this range.
pub(super) fn number(node: &Node<'_>, range: &RangeInclusive<u64>, findings: &mut Findings) -> Option<u64> {
    let number = keep(node.integer(&(0..=u64::MAX)), findings)?;
    if range.contains(&number) {
        return Some(number);
    }
    let limits = [
        ("value", number.into()),
        ("least", (*range.start()).into()),
        ("most", (*range.end()).into()),
    ];
    findings.error(advice::OUT_OF_RANGE, &node.place(), &limits);
    None
}
