//! The way to a provider, step by step: name, connection, TLS, certificates, key. The last three are tried with one
//! harmless question over the daemon's own sender, so that they are what service will meet.

use super::report::Report;
use super::rows::Rows;
use crate::cli::ModuleTest;
use crate::clock::SystemClock;
use async_trait::async_trait;
use connector::provider::Transport;
use connector::{Built, WireRequest, WireResponse};
use domain::{Answer, CallKind, Clock, Code, Fault, OperationId};
use outbound::{
    CONNECT_MAX_MS, Distrust, Endpoint, HttpSender, Obstacle, Options, Outbound, Route, Sender, redact,
};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use texts::words::module as words;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// How often the question is asked when the connection breaks off. A server that refuses our certificate closes with
/// our request unread, and then the alert that says so may be lost on the way.
const ASK_MAX: usize = 5;

/// Everything that is known before the first connection.
pub(super) struct Way<'a> {
    rows: &'a Rows,
    built: &'a Built,
    end: Endpoint,
    url_origin: String,
}

/// What the sender saw of the last exchange.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    status: Option<u16>,
    obstacle: Option<Obstacle>,
}

/// The daemon's sender, watched.
#[derive(Default)]
struct Watched {
    http: HttpSender,
    seen: Mutex<Seen>,
}

#[async_trait]
impl Sender for Watched {
    async fn send(
        &self,
        transport: &Transport,
        request: WireRequest,
        _kind: CallKind,
    ) -> Result<WireResponse, Fault> {
        let outcome = self.http.exchange(transport, request).await;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = match &outcome {
            Ok(response) => Seen {
                status: Some(response.status),
                obstacle: None,
            },
            Err(failure) => Seen {
                status: None,
                obstacle: Some(failure.obstacle),
            },
        };
        outcome.map_err(|failure| failure.fault)
    }
}

impl<'a> Way<'a> {
    /// The way to the address in the rows; none when it is no address.
    pub fn of(report: &mut Report, rows: &'a Rows, built: &'a Built) -> Option<Self> {
        let Some(end) = Endpoint::of(rows.url()) else {
            report.fault(words::URL_BAD, &[]);
            return None;
        };
        let url_origin = rows.origin(report, "url");
        Some(Self {
            rows,
            built,
            end,
            url_origin,
        })
    }

    fn connect_ms(&self) -> u64 {
        CONNECT_MAX_MS.min(self.built.transport.timeout_ms / 2).max(1)
    }

    /// Says a sentence with all that the sentences of this way may want to name.
    fn fault(&self, report: &mut Report, word: texts::Word, detail: &str, seconds: u64) {
        let (port, seconds) = (self.end.port.to_string(), seconds.to_string());
        let (roots, cert) = (self.rows.roots(report), self.rows.origin(report, "cert"));
        let values = [
            ("host", self.end.host.as_str()),
            ("port", &port),
            ("origin", &self.url_origin),
            ("url", self.rows.url()),
            ("roots", &roots),
            ("cert", &cert),
            ("detail", detail),
            ("seconds", &seconds),
        ];
        report.fault(word, &values);
    }
}

/// Tries the whole way.
pub(super) async fn try_out(report: &mut Report, way: &Way<'_>, test: &ModuleTest) {
    let Some(addresses) = resolve(report, way).await else {
        return;
    };
    if !connect(report, way, &addresses).await {
        return;
    }
    let sender = Arc::new(Watched::default());
    let clock = Arc::new(SystemClock);
    let watched: Arc<dyn Sender> = Arc::clone(&sender) as _;
    let outbound = Outbound::with_sender(Options::default(), clock, watched);
    let route = Route {
        module: test.module.clone(),
        transport: way.built.transport.clone(),
    };
    let connector = way.built.connector.as_ref();
    let made_up = OperationId::mint(SystemClock.now()).order(1);
    let probe = connector.probe(made_up);
    let ask = async || {
        let outcome = outbound.call(&route, connector, &probe).await;
        let seen = *sender.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (outcome, seen)
    };
    let (mut outcome, mut seen) = ask().await;
    for _ in 1..ASK_MAX {
        if seen.obstacle != Some(Obstacle::BrokeOff) {
            break;
        }
        (outcome, seen) = ask().await;
    }
    if encrypted(report, way, seen, &outcome) {
        login(report, way, seen, &outcome);
    }
}

async fn resolve(report: &mut Report, way: &Way<'_>) -> Option<Vec<SocketAddr>> {
    let wait = Duration::from_millis(way.connect_ms());
    let found = timeout(wait, lookup_host((way.end.host.as_str(), way.end.port))).await;
    let addresses: Vec<_> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    if addresses.is_empty() {
        way.fault(report, words::NAME_BAD, "", 0);
        return None;
    }
    if !way.end.is_ip() {
        let mut shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
        shown.dedup();
        let values = [("host", way.end.host.as_str()), ("addresses", &shown.join(", "))];
        report.ok(words::NAME_OK, &values);
    }
    Some(addresses)
}

async fn connect(report: &mut Report, way: &Way<'_>, addresses: &[SocketAddr]) -> bool {
    let wait = Duration::from_millis(way.connect_ms());
    match timeout(wait, TcpStream::connect(addresses)).await {
        Ok(Ok(_)) => {
            let port = way.end.port.to_string();
            report.ok(words::CONNECT_OK, &[("host", &way.end.host), ("port", &port)]);
            true
        }
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
            way.fault(report, words::CONNECT_REFUSED, "", 0);
            false
        }
        Ok(Err(error)) => {
            way.fault(report, words::CONNECT_BAD, &error.to_string(), 0);
            false
        }
        Err(_) => {
            way.fault(report, words::CONNECT_SLOW, "", wait.as_secs());
            false
        }
    }
}

/// TLS, the server's certificate, ours. Whether there was an answer to be judged.
fn encrypted(report: &mut Report, way: &Way<'_>, seen: Seen, outcome: &Result<Answer, Fault>) -> bool {
    let detail = outcome
        .as_ref()
        .err()
        .map(|fault| redact(&fault.detail))
        .unwrap_or_default();
    let late = outcome
        .as_ref()
        .is_err_and(|fault| fault.code == Code::ProviderLogin);
    let word = match seen.obstacle {
        None if seen.status.is_none() => {
            match outcome {
                Err(fault) if fault.code != Code::Unsupported => {
                    way.fault(report, words::CLIENT_BAD, &detail, 0);
                }
                _ => report.warning(words::NOT_TRIED, &[]),
            }
            return false;
        }
        None => {
            server_trusted(report, way);
            certificate_taken(report, way);
            return true;
        }
        Some(Obstacle::Trust(distrust)) => match distrust {
            Distrust::UnknownIssuer => words::TRUST_ISSUER,
            Distrust::Dates => words::TRUST_DATES,
            Distrust::OtherName => words::TRUST_NAME,
            Distrust::Other => words::TRUST_OTHER,
        },
        Some(Obstacle::ClientCertificate) => {
            // In the middle of the request: then the server's own certificate was found good before.
            if late {
                server_trusted(report, way);
            }
            if way.built.transport.identity.is_some() {
                words::CLIENT_REFUSED
            } else {
                words::CLIENT_MISSING
            }
        }
        Some(Obstacle::Silent) => {
            server_trusted(report, way);
            words::SILENT
        }
        Some(Obstacle::BrokeOff) => {
            server_trusted(report, way);
            words::BROKE_OFF
        }
        Some(Obstacle::Tls) => words::TLS_BAD,
        Some(Obstacle::Name) => words::NAME_BAD,
        Some(Obstacle::Connect) => words::CONNECT_BAD,
        Some(Obstacle::Settings) => words::CLIENT_BAD,
    };
    way.fault(report, word, &detail, way.built.transport.timeout_ms / 1_000);
    false
}

fn server_trusted(report: &mut Report, way: &Way<'_>) {
    if !way.end.is_tls {
        return report.warning(words::PLAIN, &[]);
    }
    let roots = way.rows.roots(report);
    report.ok(words::TRUST_OK, &[("host", &way.end.host), ("roots", &roots)]);
}

fn certificate_taken(report: &mut Report, way: &Way<'_>) {
    if way.built.transport.identity.is_some() {
        let cert = way.rows.origin(report, "cert");
        report.ok(words::CLIENT_OK, &[("cert", &cert)]);
    } else if way.end.is_tls {
        report.ok(words::CLIENT_NOT_ASKED, &[]);
    }
}

/// What the answer to the harmless question says of our key.
fn login(report: &mut Report, way: &Way<'_>, seen: Seen, outcome: &Result<Answer, Fault>) {
    let keys = way.rows.secrets(report);
    let status = seen.status.unwrap_or_default().to_string();
    let port = way.end.port.to_string();
    let Err(fault) = outcome else {
        return match keys {
            Some(keys) => report.ok(words::LOGIN_OK, &[("keys", &keys)]),
            None => report.ok(words::ANSWERED, &[]),
        };
    };
    let keys = keys.unwrap_or_else(|| report.text(words::NO_KEYS, &[]));
    let detail = redact(&fault.detail);
    let word = match fault.code {
        Code::ProviderLogin => words::LOGIN_REFUSED,
        Code::ProviderBusy => return report.warning(words::BUSY, &[("detail", &detail)]),
        Code::ProviderSilent => words::FAILING,
        Code::ProviderUnclear => words::UNCLEAR,
        _ => words::QUESTION_REFUSED,
    };
    let values = [
        ("host", way.end.host.as_str()),
        ("port", port.as_str()),
        ("origin", &way.url_origin),
        ("status", &status),
        ("keys", &keys),
        ("detail", &detail),
    ];
    report.fault(word, &values);
}
