//! What a failed exchange proves, read from the HTTP client's error.

use crate::obstacle::{Distrust, Failure, Obstacle};
use crate::redact;
use domain::{Certainty, Code, Fault};
use rustls::{AlertDescription, CertificateError};
use std::error::Error;

/// How many causes of an error are followed.
const CAUSES_MAX: usize = 16;

/// A fault before a complete response was there.
///
/// Only a failure to connect (name, TCP, the TLS handshake on our side) proves that nothing was sent. With TLS 1.3 the
/// client's side of the handshake ends before the server has judged our certificate, so a refused certificate comes
/// as an alert in the middle of the request: that is `Unknown`, although nothing was done most likely.
pub(crate) fn failure(error: &reqwest::Error, host: &str) -> Failure {
    Failure {
        fault: fault(error, host),
        obstacle: obstacle(error),
    }
}

fn obstacle(error: &reqwest::Error) -> Obstacle {
    match tls_cause(error) {
        Some(rustls::Error::InvalidCertificate(problem)) => Obstacle::Trust(distrust(problem)),
        Some(alert) if certificate_alert(alert).is_some() => Obstacle::ClientCertificate,
        Some(_) => Obstacle::Tls,
        None if error.is_builder() => Obstacle::Settings,
        None if error.is_connect() && error.is_dns() => Obstacle::Name,
        None if error.is_connect() => Obstacle::Connect,
        None if error.is_timeout() => Obstacle::Silent,
        None => Obstacle::BrokeOff,
    }
}

fn distrust(problem: &CertificateError) -> Distrust {
    match problem {
        // A bad signature: one of our roots has the issuer's name but not its key, as after the bank has renewed it.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Distrust::UnknownIssuer,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Distrust::Dates,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Distrust::OtherName
        }
        _ => Distrust::Other,
    }
}

fn fault(error: &reqwest::Error, host: &str) -> Fault {
    let tls = tls_cause(error);
    if error.is_connect() {
        return not_sent(connect_detail(error, tls, host));
    }
    if let Some(alert) = tls.and_then(certificate_alert) {
        return Fault::unknown(
            Code::ProviderLogin,
            format!(
                "{host} closed the connection with the TLS alert {alert:?}: it may have refused our client certificate; check the certificate and key in the module's settings"
            ),
        );
    }
    let what = if error.is_timeout() {
        "did not answer in time".to_owned()
    } else if error.is_builder() {
        return not_sent(format!(
            "the request to {host} cannot be built: {}",
            causes(error)
        ));
    } else {
        format!("broke off: {}", causes(error))
    };
    Fault::unknown(Code::ProviderSilent, format!("{host} {what}"))
}

/// A fault of our own settings: nothing was sent, and the provider is not to blame.
pub(crate) fn not_configured(detail: impl Into<String>) -> Fault {
    with_code(Fault::not_sent(detail), Code::NotConfigured)
}

/// Nothing was sent, because we hold back.
pub(crate) fn held_back(code: Code, detail: impl Into<String>) -> Fault {
    with_code(Fault::not_sent(detail), code)
}

/// Whether a fault counts against the provider.
pub(crate) fn blames_provider(fault: &Fault) -> bool {
    matches!(fault.code, Code::ProviderUnreachable | Code::ProviderSilent)
}

/// A later turn of a conversation failed to leave, but an earlier one may have changed something: the call as a whole
/// was not "never seen".
pub(crate) fn no_longer_unsent(mut fault: Fault) -> Fault {
    if fault.certainty == Certainty::NotSent {
        fault.certainty = Certainty::Unknown;
        fault.detail = format!("an earlier step of this call was sent; {}", fault.detail);
    }
    fault
}

fn with_code(mut fault: Fault, code: Code) -> Fault {
    fault.code = code;
    fault
}

fn not_sent(detail: String) -> Fault {
    Fault::not_sent(detail)
}

fn connect_detail(error: &reqwest::Error, tls: Option<&rustls::Error>, host: &str) -> String {
    match tls {
        Some(rustls::Error::InvalidCertificate(problem)) => format!(
            "the certificate of {host} is not trusted ({problem:?}); if the bank has a root certificate of its own, name it in the module's settings"
        ),
        Some(other) => {
            let hint = if certificate_alert(other).is_some() {
                "; it may have refused our client certificate"
            } else {
                ""
            };
            format!("no TLS connection to {host}: {other}{hint}")
        }
        None if error.is_dns() => format!("the name of {host} cannot be resolved: {}", causes(error)),
        None if error.is_timeout() => format!("no connection to {host} in time"),
        None => format!("no connection to {host}: {}", causes(error)),
    }
}

/// The alerts with which servers refuse a client's certificate.
fn certificate_alert(error: &rustls::Error) -> Option<AlertDescription> {
    let rustls::Error::AlertReceived(alert) = error else {
        return None;
    };
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::HandshakeFailure
            | AlertDescription::DecryptError
    )
    .then_some(*alert)
}

/// The rustls error among the causes. An `io::Error` hides its content from `source()`, so it is opened by hand.
fn tls_cause(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn Error + 'static)> = error.source();
    for _ in 0..CAUSES_MAX {
        let cause = next?;
        if let Some(found) = cause.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        let inside = cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        next = match inside {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

/// The causes in one line. The outermost text is left out: it holds the address with its query.
fn causes(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if parts.len() < CAUSES_MAX && parts.last() != Some(&text) {
            parts.push(text);
        }
        next = cause.source();
    }
    if parts.is_empty() {
        "no cause given".to_owned()
    } else {
        redact(&parts.join(": "))
    }
}
