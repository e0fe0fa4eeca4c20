//! Whether the copy of the last receipt is the receipt of an open operation. Pure, and on the safe side: a copy can
//! confirm, it cannot deny. A terminal that was cut off may print its receipt later, or never.

use crate::journal::{Intent, Journal};
use crate::operations::Op;
use crate::outcome::Approval;
use crate::printed::{holds_sum, moments};
use crate::settings::Settings;
use domain::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// How many digits an RRN has.
const RRN_DIGITS: usize = 12;

/// What speaks for the copy being the open operation's receipt. All of it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent piece of evidence"
)]
pub struct Evidence {
    /// The sum is printed on it.
    pub sum: bool,
    /// A time between the intent and now is printed on it, give or take the clock's error.
    pub time: bool,
    /// The terminal's id is printed on it.
    pub terminal: bool,
    /// The words of this kind of operation are on it, and of no other.
    pub kind: bool,
    /// It says approved, and nowhere declined.
    pub approved: bool,
    /// It is not the receipt of an operation that this register knows already.
    pub new: bool,
}

impl Evidence {
    /// Whether the copy confirms that the operation was done.
    pub const fn confirms(self) -> bool {
        self.sum && self.time && self.terminal && self.kind && self.approved && self.new
    }

    /// Whether the copy is certainly of something else that can be named: an operation that is known already.
    pub const fn is_of_another(self) -> bool {
        !self.new
    }
}

/// What a copy says about an open operation.
pub(crate) struct Compared {
    pub(crate) evidence: Evidence,
    /// The RRN on the copy, where it is marked as one.
    pub(crate) rrn: Option<String>,
}

/// Compares a copy with an open operation.
pub(crate) fn compare(
    settings: &Settings,
    journal: &Journal,
    intent: &Intent,
    copy: &Approval,
    now: Timestamp,
) -> Compared {
    let lines = copy.slips.iter().flat_map(|slip| &slip.lines);
    let text = lines.cloned().collect::<Vec<_>>().join("\n").to_uppercase();
    let original = intent
        .original
        .as_ref()
        .and_then(|original| original.rrn.as_deref());
    let known = journal.known_but(original);
    let words = words_of(&text);
    let skew_ms = u64::from(settings.clock_skew_s) * 1_000;
    let in_time = |at: Timestamp| at.plus_ms(skew_ms) >= intent.at && at <= now.plus_ms(skew_ms);
    let evidence = Evidence {
        sum: intent.amount.is_some_and(|sum| holds_sum(&text, sum)),
        time: moments(&text)
            .into_iter()
            .filter_map(|local| settings.moment(local))
            .any(in_time),
        terminal: words.contains(intent.terminal.to_uppercase().as_str()),
        kind: is_of_kind(settings, intent.op, &text),
        approved: has_one(&settings.copy.approved, &text) && !has_one(&settings.copy.declined, &text),
        new: !known.iter().any(|known| is_on(known, &words, copy)),
    };
    let rrn = copy.rrn.clone().or_else(|| printed_rrn(&text));
    Compared { evidence, rrn }
}

/// Letters and digits in one piece.
fn words_of(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whether an RRN or a terminal's time that is known already stands in the copy or beside it.
fn is_on(known: &str, words: &BTreeSet<&str>, copy: &Approval) -> bool {
    words.contains(known.to_uppercase().as_str())
        || [&copy.rrn, &copy.terminal_time]
            .into_iter()
            .flatten()
            .any(|told| told == known)
}

fn has_one(words: &BTreeSet<String>, text: &str) -> bool {
    words
        .iter()
        .any(|word| !word.is_empty() && text.contains(&word.to_uppercase()))
}

fn is_of_kind(settings: &Settings, op: Op, text: &str) -> bool {
    let words = &settings.copy;
    let (own, others) = match op {
        Op::Sale | Op::SbpSale => (&words.sale, [&words.void, &words.refund]),
        Op::Void => (&words.void, [&words.sale, &words.refund]),
        Op::Refund | Op::SbpRefund => (&words.refund, [&words.sale, &words.void]),
        // Its receipt is that of whatever it took back.
        _ => return false,
    };
    has_one(own, text) && !others.iter().any(|other| has_one(other, text))
}

/// Twelve digits after the letters RRN.
fn printed_rrn(text: &str) -> Option<String> {
    let (_, after) = text.split_once("RRN")?;
    let digits: String = after
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    (digits.len() == RRN_DIGITS).then_some(digits)
}

#[cfg(test)]
mod tests;
