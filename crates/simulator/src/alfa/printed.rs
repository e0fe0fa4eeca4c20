//! How the bank prints: numbers that are texts in every other answer, and texts that are percent-encoded in one of
//! two ways.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Fail, Said};
use crate::clock::SECOND_US;
use crate::ledger::{Sale, Standing};
use crate::wire::Answer;

/// The note with a sale's `payrrn`.
pub(super) const PAYRRN: &str = "payrrn";
/// The note with the terminal that a sale was registered under.
pub(super) const TERMINAL: &str = "TermNo";

/// How long after a payment its transfer has no id yet, microseconds.
const TRANSFER_NAMED_AFTER_US: i64 = SECOND_US;
/// Moscow's time, microseconds ahead of UTC.
const MOSCOW_US: i64 = 3 * 3_600 * SECOND_US;

/// Prints an answer. Every other one has texts for numbers.
pub(super) fn answer(said: Said, terminal: &str, count: u64) -> Answer {
    let as_text = count.is_multiple_of(2);
    let number = |digits: &str| match digits.parse::<u64>() {
        Ok(number) if !as_text => json!(number),
        _ => json!(digits),
    };
    let (code, words, fields) = match said {
        Ok(fields) => (0, "Успешно", fields),
        Err(fail) => (Fail::code(fail), Fail::words(fail), Map::new()),
    };
    let mut body = Map::new();
    body.insert("ErrorCode".to_owned(), number(&code.to_string()));
    body.insert("message".to_owned(), json!(encoded(words, as_text)));
    body.insert("TermNo".to_owned(), number(terminal));
    for (name, value) in fields {
        let value = match (name.as_str(), value) {
            ("paymentPurpose", Value::String(purpose)) => json!(encoded(&purpose, as_text)),
            ("amount" | "trxDT", Value::String(digits)) => number(&digits),
            (_, value) => value,
        };
        body.insert(name, value);
    }
    Answer::json(200, Value::Object(body).to_string())
}

/// `%D0%A3` by bytes, or `%u0423` by UTF-16 units.
fn encoded(text: &str, by_units: bool) -> String {
    let mut printed = String::new();
    for character in text.chars() {
        if character.is_ascii() && character != '%' {
            printed.push(character);
        } else if by_units {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(printed, "%u{unit:04X}");
            }
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(printed, "%{byte:02X}");
            }
        }
    }
    printed
}

/// How a sale stands, as every status question answers it.
pub(super) fn standing(sale: &Sale, now: i64) -> Map<String, Value> {
    let paid_for_us = sale.paid_at.map(|at| now.saturating_sub(at));
    let named = paid_for_us.is_some_and(|us| us >= TRANSFER_NAMED_AFTER_US);
    let standing = sale.standing(now);
    let trx_id = sale.trx_id().filter(|_| named && standing == Standing::Accepted);
    super::fields(json!({
        "qrcId": qrc_id(sale),
        "status": standing.nspk(),
        "trxId": trx_id,
        "trxDT": sale.paid_at.filter(|_| named).map(moment),
        "payrrn": sale.note(PAYRRN),
        "BatchId": 1,
        "Url": null,
        "amount": sale.amount.0.to_string(),
        "currency": "RUB",
    }))
}

/// The QR or the link that a sale is shown by.
pub(super) fn qrc_id(sale: &Sale) -> String {
    match &sale.shown {
        crate::ledger::Shown::Link(id) => id.clone(),
        _ => sale.id.clone(),
    }
}

/// `yyyyMMddHHmmss` in Moscow.
pub(super) fn moment(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at.saturating_add(MOSCOW_US))
        .map(|at| at.strftime("%Y%m%d%H%M%S").to_string())
        .unwrap_or_default()
}
