//! What an answer proves. Pure, and on the safe side: approved needs the terminal's own word for this operation, not
//! done needs a documented refusal, and all the rest is unknown.

use crate::answer::{Answer, Unclear, screen_text};
use crate::fields;
use crate::operations::Op;
use crate::request::Request;
use crate::settings::{Settings, Tender};
use crate::slip::{Slip, slips};
use serde::Serialize;

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Approved(Box<Approval>),
    /// Not done, for certain.
    Declined(Box<Decline>),
    /// Not known. Never to be repeated.
    Unknown {
        /// Why it is not known.
        doubt: Doubt,
    },
}

/// Card or QR, as the answer told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum UsedTender {
    /// A card.
    Card,
    /// A QR of the SBP.
    Qr,
    /// The answer does not say.
    #[default]
    NotSaid,
}

/// What an approved operation told. No card data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Approval {
    /// The tender that was really used: in a card sale the buyer may have switched to QR with key 1.
    pub tender: UsedTender,
    /// Number of the operation at the acquirer: needed to give the money back.
    pub rrn: Option<String>,
    /// Code of authorisation.
    pub auth_code: Option<String>,
    /// The terminal's date and time, as it prints them.
    pub terminal_time: Option<String>,
    /// The terminal's id, as it told it.
    pub terminal: Option<String>,
    /// What the terminal shows.
    pub text: Option<String>,
    /// Receipts to print.
    pub slips: Vec<Slip>,
}

/// Why an operation was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decline {
    /// What proves it.
    pub why: DeclineReason,
    /// What the terminal shows.
    pub text: Option<String>,
    /// The host's own code.
    pub host_code: Option<String>,
    /// Receipts to print.
    pub slips: Vec<Slip>,
}

/// What proves that an operation was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum DeclineReason {
    /// The terminal refused (field 39).
    Terminal {
        /// Field 39.
        status: u32,
    },
    /// The service did not begin (`errorcode` 4 to 11, 14, 16).
    NotStarted {
        /// The code.
        code: u32,
    },
    /// Cancelled at the terminal (`errorcode` 15), and the copy of the last receipt is of something else.
    Cancelled,
    /// The terminal has no such command.
    NotSupported,
    /// A user command ended badly (field 67).
    Command,
}

/// Why an outcome is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Doubt {
    /// The connection broke off, or no answer came in time.
    NoAnswer,
    /// Something answered with another HTTP status than 200.
    Http {
        /// The status.
        status: u16,
    },
    /// The answer cannot be read.
    Unclear {
        /// Why.
        detail: String,
    },
    /// The service reported a trouble that may have come after the approval.
    Service {
        /// `errorcode`.
        code: u32,
    },
    /// Cancelled at the terminal (`errorcode` 15); to be checked.
    Cancelled,
    /// A status that does not tell, or none.
    Status {
        /// Field 39.
        status: Option<String>,
    },
    /// A mandatory field is missing in the answer.
    Missing {
        /// Its number.
        field: u16,
    },
    /// The answer is about another sum, terminal or operation.
    Other {
        /// The field that differs.
        field: u16,
    },
}

/// Judges an answer to a request.
pub fn judge(settings: &Settings, request: &Request, answer: Result<Answer, Unclear>) -> Outcome {
    let answer = match answer {
        Ok(answer) => answer,
        Err(unclear) => {
            return unknown(Doubt::Unclear {
                detail: unclear.to_string(),
            });
        }
    };
    if let Some(code) = answer.error {
        return service_error(code, &answer);
    }
    if request.op.is_report()
        && answer.fields.get(fields::STATUS).is_none()
        && let Some(result) = answer.fields.get(fields::COMMAND_RESULT)
    {
        return match result.parse() {
            Ok(0_u8) => about_another(settings, request, &answer)
                .unwrap_or_else(|| Outcome::Approved(Box::new(approval(settings, request, &answer)))),
            Ok(1) => declined(DeclineReason::Command, &answer),
            _ => unknown(Doubt::Status { status: None }),
        };
    }
    by_status(settings, request, &answer)
}

/// `errorcode`: 4 to 11, 14 and 16 are said before anything is begun. Everything else may come after an approval:
/// 12 is a failed print.
fn service_error(code: u32, answer: &Answer) -> Outcome {
    let has_status = answer.fields.get(fields::STATUS).is_some();
    match code {
        // "Not begun" together with an outcome is a contradiction.
        4..=11 | 14 | 16 if !has_status => declined(DeclineReason::NotStarted { code }, answer),
        15 => unknown(Doubt::Cancelled),
        _ => unknown(Doubt::Service { code }),
    }
}

fn by_status(settings: &Settings, request: &Request, answer: &Answer) -> Outcome {
    let said = answer.fields.get(fields::STATUS);
    let unclear = || {
        unknown(Doubt::Status {
            status: said.map(|text| text.chars().take(STATUS_SHOWN_CHARS).collect()),
        })
    };
    let digits = said.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(status) = digits.and_then(|text| text.parse::<u32>().ok()) else {
        return unclear();
    };
    if status == 0 && request.op.is_report() {
        return declined(DeclineReason::NotSupported, answer);
    }
    if settings.statuses.declined.contains(&status) {
        return declined(DeclineReason::Terminal { status }, answer);
    }
    if !settings.statuses.approved.contains(&status) {
        return unclear();
    }
    about_another(settings, request, answer)
        .unwrap_or_else(|| Outcome::Approved(Box::new(approval(settings, request, answer))))
}

/// How much of a strange status is shown, in characters.
const STATUS_SHOWN_CHARS: usize = 8;

/// The doubt about an answer that lacks what it must have, or that is about something else.
fn about_another(settings: &Settings, request: &Request, answer: &Answer) -> Option<Outcome> {
    let row = settings.operations.row(request.op);
    if let Some(field) = row
        .answered
        .iter()
        .find(|field| answer.fields.get(**field).is_none())
    {
        return Some(unknown(Doubt::Missing { field: *field }));
    }
    let differs = [fields::AMOUNT, fields::OPERATION, fields::TERMINAL]
        .into_iter()
        .find(|field| {
            let asked = request.fields.get(*field);
            let told = answer.fields.get(*field);
            asked.zip(told).is_some_and(|(asked, told)| !same(asked, told))
        })?;
    Some(unknown(Doubt::Other { field: differs }))
}

/// Numbers may have zeros before them.
fn same(asked: &str, told: &str) -> bool {
    let bare = |text: &str| {
        let bare = text.trim_start_matches('0');
        if bare.is_empty() {
            "0".to_owned()
        } else {
            bare.to_owned()
        }
    };
    bare(asked) == bare(told)
}

fn approval(settings: &Settings, request: &Request, answer: &Answer) -> Approval {
    let text = |number| answer.fields.get(number).map(str::to_owned);
    Approval {
        tender: tender(settings, request.op, answer),
        rrn: text(fields::RRN),
        auth_code: text(fields::AUTH_CODE),
        terminal_time: text(fields::TERMINAL_TIME),
        terminal: text(fields::TERMINAL),
        text: shown(answer),
        slips: printed(answer),
    }
}

fn tender(settings: &Settings, op: Op, answer: &Answer) -> UsedTender {
    let read = settings.tender.as_ref().and_then(|reading| {
        let value = answer.fields.get(reading.field)?;
        if reading.card.contains(value) {
            Some(UsedTender::Card)
        } else if reading.qr.contains(value) {
            Some(UsedTender::Qr)
        } else {
            None
        }
    });
    match read {
        Some(read) => read,
        // Key 1 leads from a card to a QR, never back.
        None if matches!(op, Op::SbpSale | Op::SbpRefund) => UsedTender::Qr,
        None => UsedTender::NotSaid,
    }
}

/// The tender that an operation asks for.
pub(crate) const fn asked_tender(op: Op) -> Tender {
    match op {
        Op::SbpSale | Op::SbpRefund | Op::SbpSaleStatus | Op::SbpRefundStatus => Tender::Qr,
        _ => Tender::Card,
    }
}

pub(crate) fn declined(why: DeclineReason, answer: &Answer) -> Outcome {
    Outcome::Declined(Box::new(Decline {
        why,
        text: shown(answer),
        host_code: answer.fields.get(fields::HOST_CODE).map(str::to_owned),
        slips: printed(answer),
    }))
}

pub(crate) const fn unknown(doubt: Doubt) -> Outcome {
    Outcome::Unknown { doubt }
}

fn shown(answer: &Answer) -> Option<String> {
    let (text, _) = screen_text(answer.fields.get(fields::TEXT)?);
    Some(text.chars().filter(|c| !c.is_control()).collect::<String>()).filter(|text| !text.is_empty())
}

fn printed(answer: &Answer) -> Vec<Slip> {
    answer.fields.raw(fields::RECEIPT).map(slips).unwrap_or_default()
}

#[cfg(test)]
mod tests;
