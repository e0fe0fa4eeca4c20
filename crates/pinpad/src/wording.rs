//! What people are told, in both languages.

use crate::error::PinpadError;
use crate::journal::Intent;
use crate::operations::Op;
use crate::outcome::{Decline, DeclineReason, Outcome, UsedTender};
use crate::pinpad::{Done, Stage, Told};
use crate::resolve::Resolution;
use crate::send::Health;
use domain::{Kopecks, Timestamp};
use jiff::tz::TimeZone;
use serde::Serialize;
use texts::words::pinpad as words;
use texts::{Lang, Text, Word, rubles};

/// What to do next, beyond the outcome's own sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// A partial void was refused: some banks make it from the next day on.
    TryTomorrow,
    /// The refund of a QR payment was refused: some banks cannot, after a switch with key 1.
    ReturnCash,
    /// The outcome could not be written down.
    JournalStopped,
}

impl Advice {
    /// The advice after an outcome.
    pub(crate) fn after(intent: &Intent, outcome: &Outcome) -> Vec<Self> {
        let Outcome::Declined(decline) = outcome else {
            return Vec::new();
        };
        if !matches!(decline.why, DeclineReason::Terminal { .. }) {
            return Vec::new();
        }
        let paid = intent.original.as_ref().map(|original| original.amount);
        match intent.op {
            Op::Void if intent.amount < paid => vec![Self::TryTomorrow],
            Op::SbpRefund => vec![Self::ReturnCash],
            _ => Vec::new(),
        }
    }

    /// The sentence.
    pub fn text(self) -> Text {
        say(match self {
            Self::TryTomorrow => words::TRY_TOMORROW,
            Self::ReturnCash => words::RETURN_CASH,
            Self::JournalStopped => words::JOURNAL_STOPPED,
        })
    }
}

impl Outcome {
    /// What the cashier is told of an operation of this kind.
    pub fn text(&self, op: Op) -> Text {
        match self {
            Self::Approved(approval) if op.is_sale() => say(words::SALE_DONE).and(&approval.tender.text()),
            Self::Approved(_) => say(done(op)),
            Self::Declined(decline) => decline.text(op),
            Self::Unknown { .. } if op.moves_money() => say(words::UNKNOWN),
            Self::Unknown { .. } => say(words::UNKNOWN_REPORT),
        }
    }
}

const fn done(op: Op) -> Word {
    match op {
        Op::Sale | Op::SbpSale => words::SALE_DONE,
        Op::Void | Op::Refund | Op::SbpRefund => words::BACK_DONE,
        Op::EmergencyCancel => words::EMERGENCY_DONE,
        Op::ConnectionTest => words::TEST_DONE,
        Op::Settlement => words::SETTLED,
        Op::SbpSaleStatus | Op::SbpRefundStatus => words::STATUS_TOLD,
        Op::ShortReport | Op::FullReport | Op::LastReceipt | Op::ReceiptByNumber => words::PRINTED,
    }
}

impl Decline {
    fn text(&self, op: Op) -> Text {
        let text = match self.why {
            DeclineReason::NotStarted { code } => not_started(code),
            DeclineReason::Cancelled => say(words::CANCELLED),
            DeclineReason::NotSupported => say(words::NOT_SUPPORTED),
            DeclineReason::Terminal { .. } | DeclineReason::Command => say(match op {
                Op::Sale | Op::SbpSale => words::SALE_DECLINED,
                Op::Void | Op::Refund | Op::SbpRefund => words::BACK_DECLINED,
                _ => words::DECLINED,
            }),
        };
        match &self.text {
            Some(shown) => text.and(&filled(words::SHOWN, &[("text", shown)])),
            None => text,
        }
    }
}

fn not_started(code: u32) -> Text {
    let reason = words::not_started_reason(code);
    let number = code.to_string();
    let fill = |lang: Lang| {
        lang.fill(
            words::NOT_STARTED,
            &[("reason", lang.say(reason)), ("code", &number)],
        )
    };
    Text::new(fill(Lang::Ru), fill(Lang::En))
}

impl UsedTender {
    /// Card, QR, or that the pin-pad did not say.
    pub fn text(self) -> Text {
        say(match self {
            Self::Card => words::USED_CARD,
            Self::Qr => words::USED_QR,
            Self::NotSaid => words::USED_NOT_SAID,
        })
    }
}

impl Done {
    /// All that the cashier is told.
    pub fn text(&self) -> Text {
        let own = self.outcome.text(self.op);
        self.advice
            .iter()
            .fold(own, |text, advice| text.and(&advice.text()))
    }
}

impl Told {
    /// What the cashier is told.
    pub fn text(&self) -> Text {
        self.outcome.text(self.op)
    }
}

impl Stage {
    /// What the waiting screen says. None when the pin-pad does nothing.
    pub fn text(&self) -> Option<Text> {
        Some(say(match self {
            Self::Idle => return None,
            Self::LookingUp => words::LOOKING_UP,
            Self::AtTerminal { op, .. } => match op {
                Op::Sale => words::AT_CARD,
                Op::SbpSale => words::AT_QR,
                Op::Refund => words::AT_REFUND,
                _ => words::AT_TERMINAL,
            },
        }))
    }
}

impl Resolution {
    /// What the cashier is told.
    pub fn text(&self) -> Text {
        say(match self {
            Self::Approved { .. } => words::COPY_CONFIRMS,
            Self::AskPerson {
                evidence: Some(_), ..
            } => words::COPY_PROVES_NOTHING,
            Self::AskPerson { evidence: None, .. } => words::NO_COPY,
        })
    }
}

impl Health {
    /// What the cashier is told; `url` is where the service was looked for.
    pub fn text(&self, url: &str) -> Text {
        match self {
            Self::Works => say(words::HEALTH_WORKS),
            Self::Other => say(words::HEALTH_OTHER),
            Self::Away { .. } => filled(words::NOT_SENT, &[("url", url)]),
        }
    }
}

impl PinpadError {
    /// What the cashier is told: what happened and what to do.
    pub fn text(&self) -> Text {
        match self {
            Self::NotConfigured { op } => filled(words::NOT_CONFIGURED, &[("op", op.as_str())]),
            Self::QrOff => say(words::QR_OFF),
            Self::FieldMissing { field, .. } => {
                filled(words::FIELD_MISSING, &[("field", &field.to_string())])
            }
            Self::FieldRefused { field, .. } => {
                filled(words::FIELD_REFUSED, &[("field", &field.to_string())])
            }
            Self::NoAmount => say(words::NO_AMOUNT),
            Self::MoreThanPaid { asked, left } => more_than_paid(*asked, *left),
            Self::Open(intent) => open(intent),
            Self::Busy => say(words::BUSY),
            Self::NotSent { url, .. } => filled(words::NOT_SENT, &[("url", url)]),
            Self::NothingOpen => say(words::NOTHING_OPEN),
            Self::Client(reason) => filled(words::CLIENT, &[("reason", reason)]),
            Self::Journal(error) => filled(words::JOURNAL, &[("reason", &error.to_string())]),
            Self::BrokeOff => say(words::BROKE_OFF),
        }
    }
}

fn more_than_paid(asked: Kopecks, left: Kopecks) -> Text {
    let (asked, left) = (rubles(asked), rubles(left));
    let fill = |lang: Lang| {
        lang.fill(
            words::MORE_THAN_PAID,
            &[("asked", lang.pick(&asked)), ("left", lang.pick(&left))],
        )
    };
    Text::new(fill(Lang::Ru), fill(Lang::En))
}

fn open(intent: &Intent) -> Text {
    let sum = intent.amount.map_or_else(|| Text::new("—", "—"), rubles);
    let time = local(intent.at);
    let fill = |lang: Lang| lang.fill(words::OPEN, &[("sum", lang.pick(&sum)), ("time", &time)]);
    Text::new(fill(Lang::Ru), fill(Lang::En))
}

/// A moment by this machine's clock on the wall.
fn local(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros())
        .map(|at| {
            at.to_zoned(TimeZone::system())
                .strftime("%d.%m.%Y %H:%M:%S")
                .to_string()
        })
        .unwrap_or_default()
}

fn say(word: Word) -> Text {
    Text::new(word.ru, word.en)
}

fn filled(word: Word, values: &[(&str, &str)]) -> Text {
    Text::new(Lang::Ru.fill(word, values), Lang::En.fill(word, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_code_names_its_key_and_its_source() {
        let text = PinpadError::NotConfigured { op: Op::SbpSale }.text();
        for words in [&text.ru, &text.en] {
            assert!(words.contains("operations.sbp_sale.code"), "{words}");
        }
        assert!(text.ru.contains("профиля INPAS") && text.en.contains("InPAS profile"));
    }

    #[test]
    fn a_refusal_before_the_beginning_names_its_reason() {
        let text = not_started(16);
        assert!(text.ru.contains("занят") && text.ru.contains("16"), "{}", text.ru);
        assert!(text.en.contains("busy"), "{}", text.en);
    }
}
