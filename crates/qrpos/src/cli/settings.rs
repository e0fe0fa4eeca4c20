//! `check-settings`: what is wrong with a register's settings, where, and what to do.

use super::exit::Exit;
use register::outputs::OutputSettings;
use register::ukm::{Checked, Finding, PaymentSettings, Severity, Source, check, read_outputs};
use serde_json::json;
use std::collections::HashMap;
use std::io::{Write, stdout};
use std::path::Path;
use texts::Lang;
use texts::words::ukm::frame;

/// Reads settings; `${X}` is looked for in the environment of the process.
pub(super) fn read(path: &Path) -> Checked {
    check(path, &environment())
}

/// The variables of the process that are text.
pub(super) fn environment() -> HashMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Reads a file of places for the QR. With an error in it there are none: a place that is left out would be missed only by
/// the buyer.
pub(super) fn places(path: &Path, lang: Lang) -> anyhow::Result<Vec<OutputSettings>> {
    let (outputs, findings) = read_outputs(path, &environment());
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format_finding(finding, lang.say(frame::ERROR), lang));
    let errors: String = errors.collect();
    anyhow::ensure!(errors.is_empty(), "{}", errors.trim_end());
    Ok(outputs)
}

/// Prints all findings, then what the settings come to. With JSON, one finding a line and nothing else.
pub(super) fn report(path: &Path, lang: Lang, as_json: bool) -> Exit {
    let checked = read(path);
    let text = if as_json {
        let lines: Vec<String> = checked
            .findings
            .iter()
            .map(|finding| line(finding).to_string())
            .collect();
        lines.iter().fold(String::new(), |text, line| text + line + "\n")
    } else {
        words(&checked, lang)
    };
    // A closed pipe changes nothing about the settings.
    let _ = stdout().write_all(text.as_bytes());
    if checked.count(Severity::Error) > 0 {
        Exit::Usage
    } else {
        Exit::Done
    }
}

/// One line for a register that works with settings that have faults.
pub(super) fn faulty(checked: &Checked, lang: Lang) -> String {
    let (Source::Ukm5(path) | Source::Ukm4(path)) = &checked.source;
    let errors = checked.count(Severity::Error).to_string();
    let path = path.display().to_string();
    lang.fill(frame::FAULTY, &[("path", &path), ("errors", &errors)])
}

fn words(checked: &Checked, lang: Lang) -> String {
    let mut text = String::new();
    for finding in &checked.findings {
        let severity = lang.say(match finding.severity {
            Severity::Error => frame::ERROR,
            Severity::Warning => frame::WARNING,
            Severity::Hint => frame::HINT,
        });
        text.push_str(&format_finding(finding, severity, lang));
    }
    for payment in &checked.settings.payments {
        text.push_str(&format_payment(payment, lang));
    }
    if let Some(report) = &checked.settings.link_check {
        let values = [
            ("name", report.name.as_str()),
            ("module", report.connection.module.as_str()),
            ("address", &report.connection.address),
        ];
        text.push_str(&lang.fill(frame::REPORT, &values));
        text.push('\n');
    }
    if checked.settings.kiosk.is_some() {
        text.push_str(lang.say(frame::KIOSK));
        text.push('\n');
    }
    if let Some(pinpad) = &checked.settings.pinpad {
        let qr = lang.say(if pinpad.qr_sbp { frame::ON } else { frame::OFF });
        text.push_str(&lang.fill(frame::PINPAD, &[("qr", qr)]));
        text.push('\n');
    }
    let [errors, warnings, hints] = [Severity::Error, Severity::Warning, Severity::Hint]
        .map(|severity| checked.count(severity).to_string());
    let counts = [
        ("errors", errors.as_str()),
        ("warnings", &warnings),
        ("hints", &hints),
    ];
    text.push_str(&lang.fill(frame::COUNT, &counts));
    text.push('\n');
    text
}

fn format_finding(finding: &Finding, severity: &str, lang: Lang) -> String {
    format!(
        "{}: {severity} ({}): {}\n    {}: {}\n\n",
        finding.place(),
        finding.advice.name,
        finding.what(lang),
        lang.say(frame::REMEDY),
        finding.remedy(lang)
    )
}

fn format_payment(payment: &PaymentSettings, lang: Lang) -> String {
    let connection = &payment.connection;
    let seconds = connection.patience.total.as_secs().to_string();
    let values = [
        ("module", connection.module.as_str()),
        ("address", &connection.address),
        ("seconds", &seconds),
    ];
    let mut line = lang.fill(frame::PAYMENT, &values);
    if payment.scans_customer_code {
        line.push(' ');
        line.push_str(lang.say(frame::SCANS));
    }
    line.push('\n');
    line
}

fn line(finding: &Finding) -> serde_json::Value {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    };
    json!({
        "severity": severity,
        "check": finding.advice.name,
        "file": finding.file.display().to_string(),
        "line": finding.line,
        "key": finding.key,
        "what": { "ru": finding.what(Lang::Ru), "en": finding.what(Lang::En) },
        "remedy": { "ru": finding.remedy(Lang::Ru), "en": finding.remedy(Lang::En) },
    })
}
