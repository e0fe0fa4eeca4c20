//! What was said to whom, for the log: target `wire`, facts at debug, redacted beginnings of bodies at trace.

use crate::redact;
use connector::{WireRequest, WireResponse};
use domain::call::Lookup;
use domain::{Call, CallKind, Fault, ModuleName, OrderId};
use std::time::Duration;

/// How many characters of a body are logged at trace.
const EXCERPT_MAX: usize = 2_000;
/// How many characters of a body are searched for secrets.
const SCANNED_MAX: usize = 16_000;

/// Whose exchange it is.
pub(crate) struct Subject<'a> {
    module: &'a ModuleName,
    kind: CallKind,
    order: &'a str,
    operation: String,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(module: &'a ModuleName, call: &'a Call) -> Self {
        let order = match call {
            Call::Register(register) => register.order.as_str(),
            Call::Confirm(confirm) => confirm.lookup.order.as_str(),
            Call::Status(lookup) | Call::Revoke(lookup) => lookup.order.as_str(),
            Call::Refund(refund) | Call::RefundStatus(refund) => refund.refund.as_str(),
            Call::LinkCheck(_) | Call::LinkBind(_) => "",
        };
        let operation = OrderId::operation(order)
            .map(|id| id.to_string())
            .unwrap_or_default();
        Self {
            module,
            kind: call.kind(),
            order,
            operation,
        }
    }

    /// One question about several payments. The first of them stands for all.
    pub(crate) fn of_many(module: &'a ModuleName, first: &'a Lookup, count: usize) -> Self {
        Self {
            module,
            kind: CallKind::Status,
            order: first.order.as_str(),
            operation: format!("{count} payments"),
        }
    }

    /// A question about the operations of a period.
    pub(crate) fn of_listing(module: &'a ModuleName) -> Self {
        Self {
            module,
            kind: CallKind::Status,
            order: "",
            operation: "a period".to_owned(),
        }
    }

    pub(crate) fn kind(&self) -> CallKind {
        self.kind
    }
}

/// Logs one exchange.
pub(crate) fn log(
    subject: &Subject<'_>,
    turn: usize,
    request: &WireRequest,
    outcome: &Result<WireResponse, Fault>,
    elapsed: Duration,
) {
    if !tracing::enabled!(target: "wire", tracing::Level::DEBUG) {
        return;
    }
    let (status, response_bytes, fault) = match outcome {
        Ok(response) => (response.status, response.body.len(), String::new()),
        Err(fault) => (0, 0, redact(&fault.to_string())),
    };
    tracing::debug!(
        target: "wire",
        operation = subject.operation,
        order = subject.order,
        module = subject.module.as_str(),
        call = ?subject.kind,
        turn,
        method = request.method.as_str(),
        url = shown_url(&request.url),
        status,
        elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        request_bytes = request.body.len(),
        response_bytes,
        fault,
        "exchange"
    );
    if tracing::enabled!(target: "wire", tracing::Level::TRACE) {
        let response = outcome
            .as_ref()
            .map(|response| excerpt(&response.body))
            .unwrap_or_default();
        tracing::trace!(
            target: "wire",
            operation = subject.operation,
            turn,
            request = excerpt(&request.body),
            response,
            "bodies"
        );
    }
}

/// An address as it may be shown: no user, no fragment, query keys without their values, phones masked.
pub(crate) fn shown_url(url: &str) -> String {
    let Ok(parsed) = reqwest::Url::parse(url) else {
        return "[unreadable address]".to_owned();
    };
    let mut shown = format!(
        "{}://{}{}",
        parsed.scheme(),
        host_and_port(&parsed),
        parsed.path()
    );
    for (index, (key, _)) in parsed.query_pairs().enumerate() {
        shown.push(if index == 0 { '?' } else { '&' });
        shown.push_str(&key);
        shown.push_str("=***");
    }
    redact(&shown)
}

/// `host:port`, the port written out.
pub(crate) fn host_and_port(url: &reqwest::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// More is scanned than shown, so that the cut falls where nothing is shown any more. A cut at the end takes no key
/// away from its value, but it may halve a number: then the half is dropped.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let scanned = match text.char_indices().nth(SCANNED_MAX) {
        Some((cut, _)) => text
            .get(..cut)
            .unwrap_or_default()
            .trim_end_matches(|c: char| c.is_ascii_digit() || " +-()".contains(c)),
        None => &text,
    };
    redact(scanned)
        .chars()
        .take(EXCERPT_MAX)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_secrets() {
        assert_eq!(
            shown_url("https://user:pw@bank.example/api/qrs/AD10?token=s3cret&page=2#top"),
            "https://bank.example:443/api/qrs/AD10?token=***&page=***"
        );
        assert_eq!(
            shown_url("https://bank.example/phones/79161234567/links"),
            "https://bank.example:443/phones/***/links"
        );
        assert_eq!(shown_url("bank.example"), "[unreadable address]");
    }

    #[test]
    fn a_cut_does_not_uncover_a_secret() {
        let body = format!(
            r#"{{"pad":"{}","token":"{}"}}"#,
            "x".repeat(EXCERPT_MAX - 20),
            "s3cret".repeat(50)
        );
        assert!(!excerpt(body.as_bytes()).contains("s3cret"));
    }

    #[test]
    fn a_cut_does_not_leave_half_a_phone() {
        let hidden = format!(
            r#"{{"token":"{}","to": +79161234567"#,
            "x".repeat(SCANNED_MAX - 26)
        );
        let shown = excerpt(hidden.as_bytes());
        assert_eq!(shown, r#"{"token":"***","to":"#);
    }

    #[test]
    fn hostile_bodies_are_scanned_in_good_time() {
        let nested = "code={".repeat(200_000);
        assert!(excerpt(nested.as_bytes()).len() <= EXCERPT_MAX);
    }
}
