//! One file for what a UKM 4 register is told in its web pages: the store's "RabbitMQ сервер", the timeouts of the
//! authorisation server "QR оплата", the tender's "Модуль оплаты" and "Сканировать QR-код покупателя".

use super::broker::broker;
use super::connection::{ConnectionSettings, DoorSettings, GAP, WAIT_MAX, WAIT_MIN};
use super::explain::explain;
use super::finding::{Findings, Value, whole};
use super::group::{name_of, spelling};
use super::outputs::outputs;
use super::read::{keep, required, seconds, text};
use super::{PaymentSettings, Settings, scan};
use crate::Patience;
use crate::amqp::EXCHANGE;
use crate::door::CONNECT_TIMEOUT;
use conf::{Document, Folder, Node, Place};
use domain::ModuleName;
use reqwest::Url;
use secrecy::SecretString;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use texts::words::Word;
use texts::words::ukm::{self as advice, reason};

/// The keys of the file.
pub const KEYS: &[&str] = &[
    "rabbitmq_server",
    "response_timeout",
    "connection_timeout",
    "module",
    "scan_customer_qr",
    "store",
    "terminal",
    "door",
    "http",
    "outputs",
];
/// The keys of `http`.
const HTTP_KEYS: &[&str] = &["server", "token", "token_file"];
/// The switch for scanning.
const SCAN: &str = "scan_customer_qr";
/// The largest token file that is read, in bytes.
const TOKEN_BYTES_MAX: u64 = 4_096;

/// Reads and checks the file.
pub(super) fn read(path: &Path, env: &HashMap<String, String>, findings: &mut Findings) -> Settings {
    let folder = Folder::new(path.parent().unwrap_or(Path::new("")));
    let reading = Document::load_in(&folder, path, env);
    for fault in reading.faults {
        explain(fault, findings);
    }
    let Some(document) = reading.document else {
        return Settings::default();
    };
    known(&document, findings);
    let place = whole(path);
    let module = module(&document, &place, findings);
    let scan = document.top(SCAN);
    let scans = keep(scan.flag(), findings);
    if let Some(module) = &module {
        let place = if scan.is_there() {
            scan.place()
        } else {
            document.top("module").place()
        };
        scan::check(module, scans, SCAN, &place, findings);
    }
    let waits = waits(&document, &place, findings);
    let door = door(&document, &place, findings);
    let payment = module.zip(door).map(|(module, (door, address))| PaymentSettings {
        connection: waits.connection(door, address, module),
        scans_customer_code: scans.unwrap_or(false),
    });
    Settings {
        payments: payment.into_iter().collect(),
        store: id(&document.top("store"), findings),
        terminal: id(&document.top("terminal"), findings),
        outputs: outputs(&document.top("outputs"), findings),
        ..Settings::default()
    }
}

/// Notes every key that nobody knows.
fn known(document: &Document, findings: &mut Findings) {
    let http = document.top("http");
    let unknown = document
        .members()
        .into_iter()
        .map(|node| (node, KEYS))
        .chain(http.members().into_iter().map(|node| (node, HTTP_KEYS)));
    for (node, keys) in unknown {
        let name = node.key().rsplit('.').next().unwrap_or_default();
        if !keys.contains(&name) {
            let near = conf::nearest(name, keys);
            explain(node.error(conf::Problem::UnknownKey(near)), findings);
        }
    }
}

fn module(document: &Document, place: &Place, findings: &mut Findings) -> Option<ModuleName> {
    let node = document.top("module");
    let name = text(&node, findings);
    let name = required(name, &node, place, "module = qrraiffd", findings)?;
    let module = name_of(&name, &node.place(), findings)?;
    spelling(&module, &node.place(), findings);
    Some(module)
}

/// How long to wait.
struct Waits {
    response: Duration,
    connect: Duration,
}

fn waits(document: &Document, place: &Place, findings: &mut Findings) -> Waits {
    let node = document.top("response_timeout");
    let limits = 1..=WAIT_MAX.as_secs();
    let response = seconds(&node, &limits, findings);
    let response = required(response, &node, place, "response_timeout = 310 second", findings);
    if let Some(response) = response.filter(|response| *response < WAIT_MIN) {
        let values = [
            ("seconds", response.as_secs().into()),
            ("needed", WAIT_MIN.as_secs().into()),
        ];
        findings.error(advice::RESPONSE_SHORT, &node.place(), &values);
    }
    let response = response.unwrap_or(WAIT_MIN);
    let node = document.top("connection_timeout");
    let connect = seconds(&node, &limits, findings).unwrap_or(CONNECT_TIMEOUT);
    let most = response.saturating_sub(GAP);
    if connect > most {
        let values = [
            ("connect", connect.as_secs().into()),
            ("seconds", response.as_secs().into()),
            ("most", most.as_secs().into()),
        ];
        findings.error(advice::CONNECTION_LONG, &node.place(), &values);
    }
    Waits { response, connect }
}

impl Waits {
    fn connection(&self, door: DoorSettings, address: String, module: ModuleName) -> ConnectionSettings {
        let usual = Patience::default();
        ConnectionSettings {
            door,
            module,
            connect_timeout: self.connect,
            patience: Patience {
                total: self.response,
                answer: usual.answer.max(self.connect + GAP),
                ..usual
            },
            address,
        }
    }
}

/// The door and its address without passwords.
fn door(document: &Document, place: &Place, findings: &mut Findings) -> Option<(DoorSettings, String)> {
    let node = document.top("door");
    match text(&node, findings).as_deref() {
        None | Some("amqp") => {
            let node = document.top("rabbitmq_server");
            let url = text(&node, findings);
            let example = "rabbitmq_server = \"amqp://ukm:…@10.0.0.5\"";
            let url = required(url, &node, place, example, findings)?;
            let broker = broker(&url, &node.place(), findings)?;
            let exchange = EXCHANGE.to_owned();
            let url = broker.url;
            Some((DoorSettings::Amqp { url, exchange }, broker.address))
        }
        Some("http") => http(document, place, findings),
        Some(_) => {
            unusable(&node, reason::DOOR, findings);
            None
        }
    }
}

fn http(document: &Document, place: &Place, findings: &mut Findings) -> Option<(DoorSettings, String)> {
    let group = document.top("http");
    let node = group.get("server");
    let server = text(&node, findings);
    let example = "http { server = \"http://10.0.0.5:8080\" }";
    let server = required(server, &node, place, example, findings);
    let token = token(&group, place, findings);
    let server = server?;
    let url = Url::parse(&server).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    });
    let Some(url) = url else {
        let detail = [("detail", Value::Word(reason::HTTP))];
        findings.error(advice::WRONG_VALUE, &node.place(), &detail);
        return None;
    };
    let address = url.origin().ascii_serialization();
    Some((
        DoorSettings::Http {
            url: server,
            token: token?,
        },
        address,
    ))
}

/// The register's token, in the file or in one of its own.
fn token(group: &Node<'_>, place: &Place, findings: &mut Findings) -> Option<SecretString> {
    let (inline, file) = (group.get("token"), group.get("token_file"));
    if inline.is_there() && file.is_there() {
        unusable(&file, reason::TWICE, findings);
        return None;
    }
    if file.is_there() {
        let name = text(&file, findings)?;
        let folder = group.document().file().parent().unwrap_or(Path::new(""));
        let token = read_token(&folder.join(name));
        if token.is_none() {
            unusable(&file, reason::TOKEN, findings);
        }
        return token;
    }
    let token = text(&inline, findings);
    required(token, &inline, place, "http { token_file = \"token\" }", findings).map(SecretString::from)
}

fn read_token(path: &Path) -> Option<SecretString> {
    let mut text = String::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(TOKEN_BYTES_MAX + 1).read_to_string(&mut text).ok()?;
    let token = text.trim();
    let fits = u64::try_from(text.len()).is_ok_and(|bytes| bytes <= TOKEN_BYTES_MAX);
    (fits && !token.is_empty()).then(|| SecretString::from(token))
}

fn id<T: std::str::FromStr>(node: &Node<'_>, findings: &mut Findings) -> Option<T> {
    let text = text(node, findings)?;
    let id = text.parse().ok();
    if id.is_none() {
        unusable(node, reason::NAME, findings);
    }
    id
}

fn unusable(node: &Node<'_>, why: Word, findings: &mut Findings) {
    findings.error(
        advice::WRONG_VALUE,
        &node.place(),
        &[("detail", Value::Word(why))],
    );
}
