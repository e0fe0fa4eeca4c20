//! The report "Проверка статического QR-кода", and whether it checks what is paid with.

use super::LinkCheckSettings;
use super::connection::TOTAL_MIN;
use super::finding::Findings;
use super::group::{Group, groups};
use super::modules::{VARIABLE, base, known_module};
use super::read::{number, text};
use conf::Document;
use domain::ModuleName;
use texts::words::ukm as advice;

/// The title where the file gives none (the manual).
const NAME: &str = "Проверка статического QR-кода";
/// The place in the menu where the file gives none (the manual's sample).
const NUMBER: u64 = 4;

/// A report as the tree has it.
pub(super) struct Checker {
    /// Module and broker.
    pub(super) group: Group,
    /// What the register needs.
    pub(super) settings: Option<LinkCheckSettings>,
}

/// The reports of a document.
pub(super) fn read(document: &Document, findings: &mut Findings) -> Vec<Checker> {
    groups(document, findings)
        .into_iter()
        .map(|(object, group)| {
            group.compare_timeout(&object, findings);
            let number = number(&object.get("num"), &(0..=1_000), findings).unwrap_or(NUMBER);
            let name = text(&object.get("name"), findings).unwrap_or_else(|| NAME.to_owned());
            let description = text(&object.get("description"), findings).unwrap_or_default();
            let settings = group.connection(TOTAL_MIN).map(|connection| LinkCheckSettings {
                connection,
                number,
                name,
                description,
            });
            Checker { group, settings }
        })
        .collect()
}

/// Compares a report with the payments.
pub(super) fn compare(checker: &Group, payments: &[Group], findings: &mut Findings) {
    let Some(module) = &checker.module else { return };
    if payments.is_empty() {
        findings.error(advice::CHECKER_ALONE, &checker.place, &[]);
        return;
    }
    let named: Vec<&Group> = payments
        .iter()
        .filter(|payment| payment.module.is_some())
        .collect();
    let same = named
        .iter()
        .find(|payment| payment.module.as_ref() == Some(module));
    match same {
        Some(payment) => {
            compare_brokers(checker, payment, findings);
            no_links(module, checker, findings);
        }
        None => {
            if let Some(payment) = named.first().and_then(|payment| payment.module.as_ref()) {
                differ(payment, module, checker, findings);
            }
        }
    }
}

fn differ(payment: &ModuleName, module: &ModuleName, checker: &Group, findings: &mut Findings) {
    let values = [
        ("payment", payment.as_str().into()),
        ("checker", module.as_str().into()),
    ];
    let is_other_kind = base(payment.as_str()) == base(module.as_str());
    let advice = if is_other_kind {
        advice::VARIABLE_DIFFERS
    } else {
        advice::CHECKER_DIFFERS
    };
    findings.error(advice, &checker.place, &values);
}

fn compare_brokers(checker: &Group, payment: &Group, findings: &mut Findings) {
    let (Some(here), Some(there)) = (&checker.broker, &payment.broker) else {
        return;
    };
    if here.address != there.address {
        let values = [
            ("payment", there.address.as_str().into()),
            ("checker", here.address.as_str().into()),
        ];
        findings.warn(advice::URL_DIFFERS, &checker.url_place, &values);
    }
}

fn no_links(module: &ModuleName, checker: &Group, findings: &mut Findings) {
    let name = module.as_str();
    if !name.ends_with(VARIABLE) && known_module(name).is_some_and(|known| !known.has_links) {
        findings.warn(
            advice::CHECKER_NO_LINK,
            &checker.place,
            &[("module", name.into())],
        );
    }
}
