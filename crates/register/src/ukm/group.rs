//! The keys that lead to a module: `modulePay`, `moduleCancel`, `subsystem`, `url`, `amqp`, `amqpTimeout`. The payment
//! and the report have the same (the manual: "Настраивать так же, как и QR-оплату").

use super::broker::{Broker, broker};
use super::connection::{ConnectionSettings, GAP, WAIT_MAX};
use super::finding::{Findings, Value};
use super::modules::{known_module, near};
use super::read::{keep, required, seconds, text};
use super::search::{Object, objects};
use crate::amqp::EXCHANGE;
use crate::door::CONNECT_TIMEOUT;
use conf::{Document, Node, Place};
use domain::ModuleName;
use std::time::Duration;
use texts::words::ukm::{self as advice, reason};

/// Such a group.
pub(super) struct Group {
    /// The module that is paid through, if one is named rightly.
    pub(super) module: Option<ModuleName>,
    /// Where the module is named.
    pub(super) place: Place,
    /// The broker.
    pub(super) broker: Option<Broker>,
    /// Where it is named.
    pub(super) url_place: Place,
    /// The exchange.
    exchange: String,
    /// `amqpTimeout`.
    answer: Option<Duration>,
    /// `scanQRCode`.
    pub(super) scans: Option<bool>,
    /// Where that is said, or the group when it is not.
    pub(super) scan_place: Place,
}

/// The groups of a document, wherever they stand in it.
pub(super) fn groups<'a>(document: &'a Document, findings: &mut Findings) -> Vec<(Object<'a>, Group)> {
    objects(document)
        .into_iter()
        .filter(|object| {
            ["modulePay", "moduleCancel", "scanQRCode"]
                .iter()
                .any(|name| object.get(name).is_there())
        })
        .map(|object| {
            mistyped(&object, findings);
            let group = read(&object, findings);
            (object, group)
        })
        .collect()
}

/// The keys of a group, as the manual shows them.
const KEYS: [&str; 10] = [
    "modulePay",
    "moduleCancel",
    "subsystem",
    "scanQRCode",
    "url",
    "amqp",
    "amqpTimeout",
    "num",
    "name",
    "description",
];

/// Warns of a key that nobody reads and that looks like one of ours. Others may be the register's own.
fn mistyped(object: &Object<'_>, findings: &mut Findings) {
    for node in object.members() {
        let name = node.key().rsplit('.').next().unwrap_or_default();
        if KEYS.contains(&name) {
            continue;
        }
        let Some(near) = conf::nearest(name, &KEYS).filter(|near| !object.get(near).is_there()) else {
            continue;
        };
        let values = [("key", name.into()), ("near", near.into())];
        findings.warn(advice::NEAR_KEY, &node.place(), &values);
    }
}

fn read(object: &Object<'_>, findings: &mut Findings) -> Group {
    let place = first_place(object);
    let module = module(object, &place, findings);
    let url = object.get("url");
    let url_place = or_around(&url, &place);
    let address = text(&url, findings);
    let address = required(address, &url, &place, "url = \"amqp://ukm:…@10.0.0.5\"", findings);
    let broker = address.and_then(|address| broker(&address, &url_place, findings));
    let scan = object.get("scanQRCode");
    Group {
        module,
        broker,
        url_place,
        exchange: exchange(&object.get("amqp"), findings),
        answer: answer(&object.get("amqpTimeout"), findings),
        scans: keep(scan.flag(), findings),
        scan_place: or_around(&scan, &place),
        place,
    }
}

impl Group {
    /// The connection, with a total time of at least `least`.
    pub(super) fn connection(&self, least: Duration) -> Option<ConnectionSettings> {
        let (module, broker) = (self.module.clone()?, self.broker.clone()?);
        let mut connection = ConnectionSettings::amqp(broker, self.exchange.clone(), module);
        let patience = &mut connection.patience;
        if let Some(answer) = self.answer {
            patience.answer = answer;
        }
        patience.total = least.max(patience.answer + GAP);
        Some(connection)
    }

    /// Notes a wait that is shorter than the manual's for this module.
    pub(super) fn compare_timeout(&self, object: &Object<'_>, findings: &mut Findings) {
        let (Some(module), Some(answer)) = (&self.module, self.answer) else {
            return;
        };
        let manual = known_module(module.as_str()).and_then(|known| known.amqp_timeout_s);
        let Some(needed) = manual.filter(|needed| answer < Duration::from_secs(*needed)) else {
            return;
        };
        findings.warn(
            advice::AMQP_TIMEOUT_MANUAL,
            &object.get("amqpTimeout").place(),
            &[
                ("seconds", answer.as_secs().into()),
                ("needed", needed.into()),
                ("module", module.as_str().into()),
            ],
        );
    }
}

/// The place of the first key of the group that is there.
fn first_place(object: &Object<'_>) -> Place {
    let names = ["modulePay", "moduleCancel", "subsystem", "scanQRCode"];
    let nodes = names.map(|name| object.get(name));
    let first = nodes.iter().find(|node| node.is_there());
    first.unwrap_or(&object.get("modulePay")).place()
}

fn or_around(node: &Node<'_>, around: &Place) -> Place {
    if node.is_there() {
        node.place()
    } else {
        around.clone()
    }
}

/// The module that all three keys name.
fn module(object: &Object<'_>, around: &Place, findings: &mut Findings) -> Option<ModuleName> {
    let pay = address(object, "modulePay", "payment", around, findings);
    let cancel = address(object, "moduleCancel", "cancel", around, findings);
    let node = object.get("subsystem");
    let subsystem = text(&node, findings);
    let subsystem = required(
        subsystem,
        &node,
        around,
        "subsystem = \"qrraiffd_variable\"",
        findings,
    );
    let subsystem = subsystem.and_then(|name| name_of(&name, &node.place(), findings));
    if let (Some(pay), Some(cancel), Some(subsystem)) = (&pay, &cancel, &subsystem)
        && (pay != cancel || pay != subsystem)
    {
        let values = [
            ("pay", pay.as_str().into()),
            ("cancel", cancel.as_str().into()),
            ("subsystem", subsystem.as_str().into()),
        ];
        findings.error(advice::MODULES_APART, around, &values);
    }
    if let Some(pay) = &pay {
        spelling(pay, around, findings);
    }
    pay
}

/// Notes a module that is nearly one of the manual's.
pub(super) fn spelling(module: &ModuleName, place: &Place, findings: &mut Findings) {
    if known_module(module.as_str()).is_some() {
        return;
    }
    if let Some(near) = near(module.as_str()) {
        let values = [("module", module.as_str().into()), ("near", near.into())];
        findings.warn(advice::MODULE_NEAR, place, &values);
    }
}

/// The module in `servplus.<module>.<kind>`.
fn address(
    object: &Object<'_>,
    key: &'static str,
    kind: &'static str,
    around: &Place,
    findings: &mut Findings,
) -> Option<ModuleName> {
    let node = object.get(key);
    let value = text(&node, findings);
    let example = format!("{key} = \"servplus.qrraiffd_variable.{kind}\"");
    let value = required(value, &node, around, &example, findings)?;
    let module = value
        .strip_prefix("servplus.")
        .and_then(|rest| rest.strip_suffix(kind)?.strip_suffix('.'))
        .and_then(|name| name.parse().ok());
    if module.is_none() {
        let values = [
            ("key", key.into()),
            ("value", value.into()),
            ("kind", kind.into()),
        ];
        findings.error(advice::MODULE_SHAPE, &node.place(), &values);
    }
    module
}

/// A module's name as such.
pub(super) fn name_of(text: &str, place: &Place, findings: &mut Findings) -> Option<ModuleName> {
    let name = text.parse().ok();
    if name.is_none() {
        let detail = [("detail", Value::Word(reason::NAME))];
        findings.error(advice::WRONG_VALUE, place, &detail);
    }
    name
}

fn exchange(node: &Node<'_>, findings: &mut Findings) -> String {
    let Some(exchange) = text(node, findings) else {
        return EXCHANGE.to_owned();
    };
    if exchange != EXCHANGE {
        let value = [("value", exchange.as_str().into())];
        findings.warn(advice::EXCHANGE_OTHER, &node.place(), &value);
    }
    exchange
}

/// How long the register waits for an answer: longer than a connection may take.
fn answer(node: &Node<'_>, findings: &mut Findings) -> Option<Duration> {
    let answer = seconds(node, &(1..=WAIT_MAX.saturating_sub(GAP).as_secs()), findings)?;
    if answer > CONNECT_TIMEOUT {
        return Some(answer);
    }
    let values = [
        ("seconds", answer.as_secs().into()),
        ("connect", CONNECT_TIMEOUT.as_secs().into()),
        ("needed", GAP.as_secs().into()),
    ];
    findings.error(advice::AMQP_TIMEOUT_SHORT, &node.place(), &values);
    None
}
