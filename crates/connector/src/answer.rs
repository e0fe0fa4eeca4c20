//! What every provider's responses have in common: what an HTTP status proves, and JSON that may not be JSON.

use crate::{Turn, WireResponse};
use domain::{Answer, Certainty, Code, Fault, Timestamp};
use serde::de::DeserializeOwned;

/// The longest wait that a provider may ask for, in milliseconds (one hour). A longer one is cut.
pub const RETRY_AFTER_MAX_MS: u64 = 3_600_000;

/// The most characters of a provider's own words that are kept.
const WORDS_MAX: usize = 200;

/// Turns away responses that say nothing about the order, whatever their body:
///
/// - 401, 403: `Refused`, `ProviderLogin`. The door is shut before anything is done.
/// - 429: `NotSent`, `ProviderBusy`, with the wait that was asked for. The call was counted, not carried out, so it
///   may be repeated, and a registration is not over because of it.
/// - 5xx: `Unknown`, `ProviderSilent`. A gateway may give up after the provider has acted.
/// - 1xx, 3xx: `Unknown`, `ProviderUnclear`. Redirects are not followed: they would carry the key elsewhere.
pub fn door(response: &WireResponse, now: Timestamp) -> Result<(), Fault> {
    let status = response.status;
    let fault = match status {
        200..=299 | 400 | 402 | 404..=428 | 430..=499 => return Ok(()),
        401 | 403 => Fault::refused(
            Code::ProviderLogin,
            format!("the provider turned our key or certificate away (HTTP {status})"),
        ),
        429 => Fault {
            code: Code::ProviderBusy,
            ..Fault::not_sent("the provider asks for fewer requests (HTTP 429); the call was not carried out")
        },
        500..=599 => Fault::unknown(
            Code::ProviderSilent,
            format!("the provider or its gateway failed (HTTP {status}); what it did is not known"),
        ),
        _ => Fault::unknown(
            Code::ProviderUnclear,
            format!("HTTP {status} is not an answer of this provider; check the address in `url`"),
        ),
    };
    Err(match retry_after_ms(response, now) {
        Some(wait_ms) => fault.retry_after_ms(wait_ms),
        None => fault,
    })
}

/// Reads a JSON body. Anything else is `Unknown`, `ProviderUnclear`; the detail says what came instead without
/// repeating it, since it may hold personal data.
pub fn json<T: DeserializeOwned>(response: &WireResponse) -> Result<T, Fault> {
    serde_json::from_slice(&response.body)
        .map_err(|e| unclear(&format!("{}: {}", what_came(response), whereabouts(&e))))
}

/// An answer that is not understood.
pub fn unclear(detail: &str) -> Fault {
    Fault::unknown(
        Code::ProviderUnclear,
        format!("the provider's answer is not understood: {detail}"),
    )
}

/// The fault of a question, or of a later turn of a call: it proves nothing about the order, so it is `Unknown`.
pub fn proves_nothing(fault: Fault) -> Fault {
    Fault {
        certainty: Certainty::Unknown,
        ..fault
    }
}

/// Only 429 leaves a question unasked; every other failure of a question proves nothing about the order.
pub fn question(fault: Fault) -> Fault {
    if fault.certainty == Certainty::NotSent {
        fault
    } else {
        proves_nothing(fault)
    }
}

/// The end of a call: the arm of a conversation that ends well.
pub fn done(answer: Answer) -> Result<Turn, Fault> {
    Ok(Turn::Done(answer))
}

/// The same of a conversation with an answer of its own.
pub fn done_with<A>(answer: A) -> Result<Turn<A>, Fault> {
    Ok(Turn::Done(answer))
}

/// More was heard than the call asks for.
pub fn too_long<A>() -> Result<Turn<A>, Fault> {
    Err(unclear("more responses than requests"))
}

/// A word that the provider's documents do not have, in a field that has only documented ones.
pub fn unknown_word(field: &str, word: &str) -> Fault {
    let word: String = words(word).chars().take(40).collect();
    unclear(&format!("unknown word in `{field}`")).with_provider_code(word)
}

/// A provider's own words fit for a log: short, on one line.
pub fn words(text: &str) -> String {
    text.chars()
        .take(WORDS_MAX)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Whether an id that a provider gave can stand in a path of an address as it is.
pub fn fits_path(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn what_came(response: &WireResponse) -> String {
    let status = response.status;
    let body = response.body.trim_ascii();
    let bytes = body.len();
    match body.first() {
        None => format!("HTTP {status} with an empty body"),
        Some(b'<') => format!("HTTP {status} with a web page or XML of {bytes} bytes"),
        Some(b'{' | b'[') => format!("HTTP {status} with JSON of {bytes} bytes"),
        Some(_) => format!("HTTP {status} with {bytes} bytes that are not JSON"),
    }
}

/// Kind and place of a JSON error, without the text that serde quotes from the body.
fn whereabouts(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Io | serde_json::error::Category::Syntax => "not JSON",
        serde_json::error::Category::Eof => "cut off",
        serde_json::error::Category::Data => "a field is missing or of an unexpected type",
    };
    format!("{kind} at line {} column {}", error.line(), error.column())
}

/// `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
fn retry_after_ms(response: &WireResponse, now: Timestamp) -> Option<u64> {
    let text = response.header("retry-after")?.trim();
    let wait_ms = if let Ok(seconds) = text.parse::<u64>() {
        seconds.saturating_mul(1_000)
    } else {
        let moment = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        Timestamp::from_micros(moment.as_microsecond()).ms_since(now)
    };
    Some(wait_ms.min(RETRY_AFTER_MAX_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

    fn with_header(status: u16, value: &str) -> WireResponse {
        let mut response = WireResponse::new(status, "");
        response
            .headers
            .push(("retry-after".to_owned(), value.to_owned()));
        response
    }

    #[test]
    fn a_status_proves_what_it_proves() {
        use Certainty::{NotSent, Refused, Unknown};
        for (status, certainty, code) in [
            (100, Unknown, Code::ProviderUnclear),
            (302, Unknown, Code::ProviderUnclear),
            (401, Refused, Code::ProviderLogin),
            (403, Refused, Code::ProviderLogin),
            (429, NotSent, Code::ProviderBusy),
            (500, Unknown, Code::ProviderSilent),
            (504, Unknown, Code::ProviderSilent),
            (799, Unknown, Code::ProviderUnclear),
        ] {
            let fault = door(&WireResponse::new(status, "{}"), NOW).unwrap_err();
            assert_eq!((fault.certainty, fault.code), (certainty, code), "{status}");
        }
        for status in [200, 204, 400, 404, 422] {
            assert!(door(&WireResponse::new(status, ""), NOW).is_ok(), "{status}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let wait = |value| door(&with_header(429, value), NOW).unwrap_err().retry_after_ms;
        assert_eq!(wait("7"), Some(7_000));
        assert_eq!(wait("Sun, 22 Nov 2026 10:00:05 GMT"), Some(5_000));
        assert_eq!(wait("Sun, 22 Nov 2026 09:00:00 GMT"), Some(0));
        assert_eq!(wait("99999999999999999999"), None);
        assert_eq!(wait("864000"), Some(RETRY_AFTER_MAX_MS));
        assert_eq!(wait("soon"), None);
    }

    #[test]
    fn a_body_that_is_no_json_is_described_but_not_repeated() {
        for (body, said) in [
            ("", "empty body"),
            ("<html>+79001234567</html>", "web page"),
            ("{\"phone\":\"+79001234567\"", "cut off"),
            ("\"+79001234567\"", "unexpected type"),
        ] {
            let fault = json::<std::collections::BTreeMap<String, String>>(&WireResponse::new(200, body))
                .unwrap_err();
            assert_eq!(fault.certainty, Certainty::Unknown);
            assert!(fault.detail.contains(said), "{}", fault.detail);
            assert!(!fault.detail.contains("7900"), "{}", fault.detail);
        }
    }
}
