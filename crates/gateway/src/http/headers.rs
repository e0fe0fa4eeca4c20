//! Headers, read strictly: one that could be read in two ways is refused.

use super::answer::Refusal;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName};
use domain::Code;

/// The header that may repeat the body's `id`.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Headers that may stand once: of two, a proxy and we might read different ones.
const SINGLE: [HeaderName; 4] = [AUTHORIZATION, CONTENT_TYPE, CONTENT_LENGTH, IDEMPOTENCY_KEY];

/// Refuses a request in which one of the headers that decide something stands twice.
pub(super) fn no_doubles(headers: &HeaderMap) -> Result<(), Refusal> {
    for name in SINGLE {
        if headers.get_all(&name).iter().nth(1).is_some() {
            let detail = format!("header {name}: stands more than once");
            return Err(Refusal::new(Code::Malformed, detail));
        }
    }
    Ok(())
}

/// The token out of `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Err(Refusal::unauthorized("header Authorization: missing"));
    };
    let form = || Refusal::unauthorized("header Authorization: expected `Bearer` and a token");
    let (scheme, token) = value
        .to_str()
        .map_err(|_| form())?
        .split_once(' ')
        .ok_or_else(form)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.contains([' ', ',']) {
        return Err(form());
    }
    Ok(token)
}

/// The `Idempotency-Key`, when it is sent.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if !key.is_empty() => Ok(Some(key.to_owned())),
        _ => Err(Refusal::new(
            Code::Malformed,
            "header Idempotency-Key: empty or not plain text",
        )),
    }
}

/// Refuses anything but JSON in UTF-8.
pub(super) fn json_content(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Err(Refusal::unsupported_type(
            "header Content-Type: missing; expected application/json",
        ));
    };
    let text = value.to_str().unwrap_or_default();
    let (kind, parameters) = text.split_once(';').unwrap_or((text, ""));
    if !kind.trim().eq_ignore_ascii_case("application/json") {
        return Err(Refusal::unsupported_type(
            "header Content-Type: expected application/json",
        ));
    }
    for parameter in parameters.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let utf8 = value.trim_matches('"').eq_ignore_ascii_case("utf-8");
        if name.eq_ignore_ascii_case("charset") && !utf8 {
            return Err(Refusal::unsupported_type(
                "header Content-Type: the charset must be utf-8",
            ));
        }
    }
    Ok(())
}
