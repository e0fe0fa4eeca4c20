//! The one file of a UKM 4 register.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

use proptest::prelude::*;
use register::outputs::OutputSettings;
use register::ukm::{Checked, DoorSettings, Severity, Source, UKM4_KEYS, check};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

const GOOD: &str = "\
rabbitmq_server = \"amqp://ukm:s3cret@192.168.25.10\"
response_timeout = 310 second
connection_timeout = 10 second
module = qrraiffd
scan_customer_qr = false
store = \"12\"
terminal = 7
";

fn checked(text: &str) -> Checked {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.conf");
    std::fs::write(&path, text).unwrap();
    std::fs::write(folder.path().join("token"), "t0ken\n").unwrap();
    std::fs::write(folder.path().join("empty"), "\n").unwrap();
    check(
        &path,
        &HashMap::from([("BROKER".to_owned(), "10.0.0.5".to_owned())]),
    )
}

/// `line: severity name`.
fn said(text: &str) -> Vec<String> {
    let findings = checked(text).findings;
    findings
        .iter()
        .map(|finding| {
            let line = finding.line.unwrap_or_default();
            format!("{line} {:?} {}", finding.severity, finding.advice.name).to_lowercase()
        })
        .collect()
}

#[test]
fn what_the_pages_of_ukm_4_hold_becomes_a_client() {
    let checked = checked(GOOD);
    assert_eq!(checked.findings, []);
    assert!(matches!(checked.source, Source::Ukm4(_)));
    let settings = checked.settings;
    let connection = &settings.payments[0].connection;
    assert_eq!(connection.module.as_str(), "qrraiffd");
    assert_eq!(connection.address, "amqp://192.168.25.10:5672");
    assert_eq!(connection.connect_timeout, Duration::from_secs(10));
    assert_eq!(connection.patience.total, Duration::from_secs(310));
    assert!(connection.patience.answer >= Duration::from_secs(20));
    let (store, terminal) = (settings.store.unwrap(), settings.terminal.unwrap());
    assert_eq!((store.as_str(), terminal.as_str()), ("12", "7"));
    assert!(connection.register(store, terminal).is_ok());
    assert!(settings.outputs.is_empty() && settings.link_check.is_none());
    assert!(!format!("{connection:?}").contains("s3cret"));
}

#[test]
fn the_door_may_be_http() {
    let text = "door = http, http { server = \"http://10.0.0.5:8080\", token_file = token }\nmodule = qrpodeli, scan_customer_qr = yes\nresponse_timeout = 400 s\noutputs = [{ kind = tape, address = \"10.0.0.9:9100\", paper_mm = 58 }]";
    let checked = checked(text);
    assert_eq!(checked.findings, []);
    let payment = &checked.settings.payments[0];
    assert!(payment.scans_customer_code);
    assert_eq!(payment.connection.address, "http://10.0.0.5:8080");
    assert!(
        matches!(&payment.connection.door, DoorSettings::Http { url, .. } if url == "http://10.0.0.5:8080")
    );
    assert!(
        matches!(&checked.settings.outputs[..], [OutputSettings::Tape(tape)] if u16::from(tape.paper_mm) == 58)
    );
}

#[test]
fn every_fault_is_told() {
    for (from, to, expected) in [
        ("310 second", "309 second", &["2 error response_short"][..]),
        ("310 second", "310", &["2 error unit_missing"]),
        ("310 second", "2 hours", &["2 error out_of_range"]),
        ("= 10 second", "= 301 second", &["3 error connection_long"]),
        (
            "module = qrraiffd",
            "module = qrraifd",
            &["4 warning module_near"],
        ),
        (
            "module = qrraiffd",
            "module = \"Банк!\"",
            &["4 error wrong_value"],
        ),
        (
            "module = qrraiffd",
            "module = qrpodeli",
            &["5 error scan_missing"],
        ),
        ("= false", "= true", &["5 error scan_wrong"]),
        ("scan_customer_qr", "scan_buyers_qr", &["5 error unknown_key"]),
        ("terminal = 7", "terminal = {}", &["7 error wrong_type"]),
        ("ukm:s3cret@", "admin:admin@", &["1 warning password_default"]),
        ("amqp://", "rabbit://", &["1 error url_bad"]),
        (
            "ukm:s3cret@192.168.25.10",
            "ukm:s3cret@${BROKER}",
            &["1 error url_bad"],
        ),
        ("store = \"12\"", "door = fax", &["6 error wrong_value"]),
        ("store = \"12\"", "outputs = screen", &["6 error wrong_type"]),
        (
            "store = \"12\"",
            "outputs = [{ kind = screen }\n{ kind = hologram }]",
            &["7 error output_wrong"],
        ),
        (
            "store = \"12\"",
            "outputs = [{kind=screen},{kind=screen},{kind=screen},{kind=screen},{kind=screen},{kind=screen},{kind=screen},{kind=screen},{kind=screen}]",
            &["6 error out_of_range"],
        ),
        (
            "store = \"12\"",
            "door = http",
            &["0 error missing_key", "0 error missing_key"],
        ),
        (
            "store = \"12\"",
            "door = http, http { server = \"ftp://x\", token = t, token_file = token }",
            &["6 error wrong_value", "6 error wrong_value"],
        ),
        (
            "store = \"12\"",
            "door = http, http { server = \"http://x\", token_file = empty, tokn = x }",
            &["6 error unknown_key", "6 error wrong_value"],
        ),
        ("module = qrraiffd", "module = [", &["8 error syntax"]),
    ] {
        assert!(GOOD.contains(from), "{from}");
        assert_eq!(said(&GOOD.replace(from, to)), expected, "{from} -> {to}");
    }
    assert_eq!(
        said("response_timeout = 100 s, connection_timeout = 95 s\nscan_customer_qr = perhaps"),
        [
            "0 error missing_key",
            "2 error wrong_type",
            "1 error response_short",
            "1 error connection_long",
            "0 error missing_key",
        ]
    );
    let nothing = check(Path::new("/no/such/register.conf"), &HashMap::new());
    assert_eq!(nothing.findings[0].advice.name, "unreadable");
}

#[test]
fn the_environment_is_substituted() {
    let text = GOOD.replace(
        "\"amqp://ukm:s3cret@192.168.25.10\"",
        "\"amqp://ukm:s3cret@\"${BROKER}",
    );
    assert_eq!(said(&text), Vec::<String>::new());
    assert_eq!(
        checked(&text).settings.payments[0].connection.address,
        "amqp://10.0.0.5:5672"
    );
}

#[test]
fn the_sample_is_right_and_names_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/register-ukm4.conf");
    let text = std::fs::read_to_string(&path).unwrap();
    for key in UKM4_KEYS {
        let named = text
            .lines()
            .any(|line| line.trim_start_matches(['#', ' ']).starts_with(key));
        assert!(named, "{key}");
    }
    let plain = check(&path, &HashMap::new());
    assert_eq!(plain.findings, []);
    // What it shows in comments is right too, but for the token's file, which is not beside it.
    let shown = text.lines().fold(String::new(), |shown, line| {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_code = bare.contains(" = ") || ["http {", "}", "outputs = [", "]"].contains(&bare);
        shown + if is_code { bare } else { "" } + "\n"
    });
    assert_eq!(said(&shown), ["37 error wrong_value"], "{shown}");
}

#[test]
fn the_manuals_name_every_key_module_and_finding() {
    for name in ["manual.ru.md", "manual.en.md"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../docs")
            .join(name);
        let manual = std::fs::read_to_string(path).unwrap();
        let modules = register::ukm::MODULES.iter().map(|module| module.name);
        let findings = texts::words::ukm::ALL.iter().map(|advice| advice.name);
        for word in UKM4_KEYS.iter().copied().chain(modules).chain(findings) {
            assert!(
                manual.contains(&format!("`{word}`")),
                "{name} does not name {word}"
            );
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic(text in "([a-z_]{1,18} ?[=:{\\[] ?)?.{0,60}", key in prop::sample::select(UKM4_KEYS.to_vec()), value in ".{0,30}") {
        for text in [text.clone(), format!("{GOOD}{key} = {value}"), format!("{key} {{ {text} }}")] {
            let checked = checked(&text);
            for finding in &checked.findings {
                prop_assert!(finding.severity <= Severity::Hint && !finding.place().is_empty());
            }
        }
    }
}
