//! Register's settings: the fragments of the manual as they are, and what is said when they are wrong.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

use proptest::prelude::*;
use register::ukm::{Checked, DoorSettings, Finding, Severity, Source, check};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;
use texts::Lang;

const PAYMENT: &str = "services/payment/payment.conf";
const QR: &str = "services/payment/payment_qrpay_ui.conf";
const REPORTS: &str = "services/reports/reports.conf";
const CHECKER: &str = "services/reports/qr_checker.conf";
const SALE: &str = "applications/sale/sale.conf";
const INPAS: &str = "services/payment/payment_inpas_smartsale.conf";
const HARDWARE: &str = "hardware/inpas_lin.conf";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A copy of the good tree, to be broken.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&fixtures().join("ukm5"), folder.path());
        Self(folder)
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.path().join(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) -> &Self {
        std::fs::write(self.0.path().join(file), text).unwrap();
        self
    }

    /// Changes a piece of a file; it must be there.
    fn edit(&self, file: &str, from: &str, to: &str) -> &Self {
        let text = self.text(file);
        assert!(text.contains(from), "{file}: {from}");
        self.write(file, &text.replace(from, to))
    }

    fn remove(&self, file: &str) -> &Self {
        std::fs::remove_file(self.0.path().join(file)).unwrap();
        self
    }

    fn check(&self) -> Checked {
        check(self.0.path(), &HashMap::new())
    }

    /// What is said, without the placeholders' warnings that the untouched tree has too.
    fn said(&self) -> Vec<String> {
        let all = said(&self.check().findings, self.0.path());
        all.into_iter()
            .filter(|line| !line.ends_with("warning password_default"))
            .collect()
    }
}

/// `file:line: severity name`, with names that start at the root.
fn said(findings: &[Finding], root: &Path) -> Vec<String> {
    let mut said = Vec::new();
    for finding in findings {
        note(finding);
        let file = finding.file.strip_prefix(root).unwrap_or(&finding.file);
        let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        };
        said.push(format!(
            "{}{line} {severity} {}",
            file.display(),
            finding.advice.name
        ));
    }
    said
}

/// Every sentence must be whole: no name in braces is left, no secret is shown.
fn note(finding: &Finding) {
    for lang in [Lang::Ru, Lang::En] {
        for text in [finding.what(lang), finding.remedy(lang)] {
            for name in [
                "{detail}",
                "{key}",
                "{value}",
                "{module}",
                "{target}",
                "{path}",
                "{needed}",
                "{example}",
            ] {
                assert!(!text.contains(name), "{text}");
            }
            assert!(!text.contains("xxxxxx"), "{text}");
        }
    }
}

#[test]
fn the_manuals_own_fragments_are_read() {
    let checked = check(&fixtures().join("ukm5"), &HashMap::new());
    assert_eq!(checked.source, Source::Ukm5(fixtures().join("ukm5")));
    let root = fixtures().join("ukm5");
    assert_eq!(
        said(&checked.findings, &root),
        [
            "services/payment/payment_qrpay_ui.conf:5 warning password_default",
            "services/reports/qr_checker.conf:11 warning password_default",
        ]
    );
    let settings = checked.settings;
    let payment = &settings.payments[0];
    assert_eq!(settings.payments.len(), 1);
    assert_eq!(payment.connection.module.as_str(), "qrraiffd_variable");
    assert_eq!(payment.connection.address, "amqp://192.168.25.113:5672");
    assert!(
        matches!(&payment.connection.door, DoorSettings::Amqp { exchange, .. } if exchange == "amq.topic")
    );
    assert_eq!(payment.connection.patience.answer, Duration::from_secs(50));
    assert_eq!(payment.connection.patience.total, Duration::from_secs(310));
    assert!(!payment.scans_customer_code);
    let (store, terminal) = ("1".parse().unwrap(), "7".parse().unwrap());
    assert!(payment.connection.register(store, terminal).is_ok());
}

#[test]
fn the_report_kiosk_and_pin_pad_are_read() {
    let settings = check(&fixtures().join("ukm5"), &HashMap::new()).settings;
    let report = settings.link_check.unwrap();
    assert_eq!(report.number, 4);
    assert_eq!(report.name, "Проверка статического QR-кода");
    assert!(
        report
            .description
            .starts_with("Проверка соответствия наклеенного")
    );
    assert_eq!(report.connection.module.as_str(), "qrraiffd_variable");
    assert_eq!(report.connection.patience.total, Duration::from_mins(1));
    let kiosk = settings.kiosk.unwrap();
    assert_eq!(
        kiosk,
        register::Kiosk2::default(),
        "the default is the manual's sample"
    );
    let pinpad = settings.pinpad.unwrap();
    assert_eq!((pinpad.timeout_s, pinpad.qr_sbp), (Some(200), true));
    assert_eq!(pinpad.currency.as_deref(), Some("643"));
    assert_eq!(pinpad.terminal_id.as_deref(), Some("11087928"));
}

#[test]
fn every_banks_report_is_read_as_the_manual_shows_it() {
    for (file, module, host, total_s) in [
        ("gazprombank", "qrgazprom_variable", "192.168.25.93", 30),
        ("russian_standard", "qrrsb_variable", "192.168.25.93", 30),
        ("raiffeisen", "qrraiffd_variable", "192.168.25.113", 60),
        ("alfa", "qralpha_variable", "192.168.24.154", 30),
        ("khlynov", "qrbankhlynov", "192.168.24.154", 60),
    ] {
        let text = std::fs::read_to_string(fixtures().join(format!("qr_checker/{file}.conf"))).unwrap();
        let tree = Tree::new();
        tree.write(CHECKER, &text)
            .edit(QR, "qrraiffd_variable", module)
            .edit(QR, "192.168.25.113", host);
        assert_eq!(tree.said(), Vec::<String>::new(), "{file}");
        let report = tree.check().settings.link_check.unwrap();
        assert_eq!(report.connection.module.as_str(), module);
        assert_eq!(report.connection.address, format!("amqp://{host}:5672"));
        assert_eq!(
            report.connection.patience.total,
            Duration::from_secs(total_s),
            "{file}"
        );
    }
}

#[test]
fn the_pages_comparison_of_two_versions_is_not_settings_and_says_where() {
    for (file, expected) in [
        (
            "raiffeisen_run_together",
            "services/reports/qr_checker.conf:8 error syntax",
        ),
        (
            "alfa_run_together",
            "services/reports/qr_checker.conf:11 error syntax",
        ),
    ] {
        let text = std::fs::read_to_string(fixtures().join(format!("qr_checker/{file}.conf"))).unwrap();
        let tree = Tree::new();
        assert_eq!(tree.write(CHECKER, &text).said(), [expected]);
    }
}

/// One change to the good tree, and all that is then said.
struct Broken {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    said: &'static [&'static str],
}

const fn broken(
    file: &'static str,
    from: &'static str,
    to: &'static str,
    said: &'static [&'static str],
) -> Broken {
    Broken { file, from, to, said }
}

const BROKEN: &[Broken] = &[
    broken(
        PAYMENT,
        "        { include file(\"conf/services/payment/payment_qrpay_ui.conf\") }\n",
        "",
        &[
            "services/payment/payment.conf:7 error leading_comma",
            "services/payment/payment.conf hint payment_off",
            "services/reports/qr_checker.conf:12 error checker_alone",
        ],
    ),
    broken(
        PAYMENT,
        "        { include file(\"conf/services/payment/payment_qrpay_ui.conf\") }\n",
        "#       { include file(\"conf/services/payment/payment_qrpay_ui.conf\") }\n",
        &[
            "services/payment/payment.conf:8 error leading_comma",
            "services/payment/payment.conf hint payment_off",
            "services/payment/payment.conf:6 hint include_off",
            "services/reports/qr_checker.conf:12 error checker_alone",
        ],
    ),
    broken(
        PAYMENT,
        "qrpay_ui.conf\") }",
        "qrpay_ui.conf\") },",
        &["services/payment/payment.conf:8 error double_comma"],
    ),
    broken(
        PAYMENT,
        "payment_qrpay_ui.conf",
        "payment_qrpay.conf",
        &["services/payment/payment.conf:6 error include_missing"],
    ),
    broken(
        PAYMENT,
        "conf/services/payment/payment_qrpay_ui.conf",
        "../payment_qrpay_ui.conf",
        &["services/payment/payment.conf:6 error include_outside"],
    ),
    broken(
        PAYMENT,
        "include file(\"conf/services/payment/payment_inpas_smartsale.conf\")",
        "include url(\"http://x/\")",
        &["services/payment/payment.conf:8 error include_form"],
    ),
    broken(
        PAYMENT,
        "#       ,{",
        "        ,{",
        &["services/payment/payment.conf:7 error inpas_both"],
    ),
    broken(
        PAYMENT,
        "      ]\n",
        "      \n",
        &["services/payment/payment.conf:10 error syntax"],
    ),
    broken(
        QR,
        "qrraiffd_variable",
        "qrgazprom_variable",
        &["services/reports/qr_checker.conf:12 error checker_differs"],
    ),
    broken(
        QR,
        "qrraiffd_variable",
        "qrraiffd",
        &["services/reports/qr_checker.conf:12 error variable_differs"],
    ),
    broken(
        QR,
        "qrraiffd_variable",
        "qrraiff_variable",
        &[
            "services/payment/payment_qrpay_ui.conf:6 warning module_near",
            "services/reports/qr_checker.conf:12 error checker_differs",
        ],
    ),
    broken(
        QR,
        "servplus.qrraiffd_variable.cancel",
        "servplus.qrgazprom_variable.cancel",
        &["services/payment/payment_qrpay_ui.conf:6 error modules_apart"],
    ),
    broken(
        QR,
        "subsystem     = \"qrraiffd_variable\"",
        "subsystem = qrraiffd",
        &["services/payment/payment_qrpay_ui.conf:6 error modules_apart"],
    ),
    broken(
        QR,
        "servplus.qrraiffd_variable.cancel",
        "servplus.qrraiffd_variable.payment",
        &["services/payment/payment_qrpay_ui.conf:7 error module_shape"],
    ),
    broken(
        QR,
        "      subsystem     = \"qrraiffd_variable\"\n",
        "",
        &["services/payment/payment_qrpay_ui.conf:6 error missing_key"],
    ),
    broken(
        QR,
        "subsystem     = \"qrraiffd_variable\"",
        "subsystem = \"Банк!\"",
        &["services/payment/payment_qrpay_ui.conf:8 error wrong_value"],
    ),
    broken(
        QR,
        "scanQRCode    = false",
        "scanQRCode = true",
        &["services/payment/payment_qrpay_ui.conf:9 error scan_wrong"],
    ),
    broken(
        QR,
        "scanQRCode    = false",
        "scanQRCode = maybe",
        &["services/payment/payment_qrpay_ui.conf:9 error wrong_type"],
    ),
    broken(
        QR,
        "amqpTimeout   = 50 second",
        "amqpTimeout = 5 second",
        &["services/payment/payment_qrpay_ui.conf:11 error amqp_timeout_short"],
    ),
    broken(
        QR,
        "amqpTimeout   = 50 second",
        "amqpTimeout = 10 second",
        &["services/payment/payment_qrpay_ui.conf:11 warning amqp_timeout_manual"],
    ),
    broken(
        QR,
        "amqpTimeout   = 50 second",
        "amqpTimeout = 50",
        &["services/payment/payment_qrpay_ui.conf:11 error unit_missing"],
    ),
    broken(
        QR,
        "amqpTimeout   = 50 second",
        "amqpTimeout = 2 hours",
        &["services/payment/payment_qrpay_ui.conf:11 error out_of_range"],
    ),
    broken(
        QR,
        "\"amq.topic\"",
        "amq.direct",
        &["services/payment/payment_qrpay_ui.conf:10 warning exchange_other"],
    ),
    broken(
        QR,
        "\"amqp://ukm:xxxxxx@192.168.25.113\"",
        "\"amqp://ukm:s3cret@192.168.25.93113\"",
        &["services/payment/payment_qrpay_ui.conf:5 error url_bad"],
    ),
    broken(
        QR,
        "ukm:xxxxxx@",
        "",
        &["services/payment/payment_qrpay_ui.conf:5 warning password_missing"],
    ),
    broken(
        QR,
        "192.168.25.113",
        "192.168.25.114",
        &["services/reports/qr_checker.conf:11 warning url_differs"],
    ),
    broken(
        QR,
        "\"amqp://ukm:xxxxxx@192.168.25.113\"",
        "${brokerUrl}",
        &[
            "services/payment/payment_qrpay_ui.conf:5 warning unresolved",
            "services/payment/payment_qrpay_ui.conf:5 error wrong_type",
        ],
    ),
    broken(
        CHECKER,
        "      num           = 4",
        "      num = four",
        &["services/reports/qr_checker.conf:7 error wrong_type"],
    ),
    broken(
        REPORTS,
        "        ,{",
        "#        ,{",
        &["services/reports/reports.conf:7 hint include_off"],
    ),
    broken(
        REPORTS,
        "        ,{ include file(\"conf/services/reports/qr_checker.conf\")}",
        "",
        &["services/reports/qr_checker.conf hint report_off"],
    ),
    broken(
        SALE,
        "[500, 1000, 500]",
        "[500, soon, 1]",
        &["applications/sale/sale.conf:10 error wrong_type"],
    ),
    broken(
        SALE,
        "[500, 1000, 500]",
        "[500, 1000]",
        &["applications/sale/sale.conf:10 error wrong_type"],
    ),
    broken(
        SALE,
        " 1.5",
        " half",
        &["applications/sale/sale.conf:15 error wrong_type"],
    ),
    broken(
        SALE,
        "vision, QRPay",
        "video",
        &[
            "applications/sale/sale.conf:13 warning slide_unknown",
            "applications/sale/sale.conf:13 hint slide_qr",
        ],
    ),
    broken(
        SALE,
        " 1.5",
        " 1,5",
        &["applications/sale/sale.conf:16 error syntax"],
    ),
    broken(
        INPAS,
        "timeout = 200",
        "timeout = 100",
        &["services/payment/payment_inpas_smartsale.conf:5 warning inpas_timeout"],
    ),
    broken(
        INPAS,
        "timeout = 200",
        "timeout = 201",
        &["services/payment/payment_inpas_smartsale.conf:5 warning inpas_timeout"],
    ),
    broken(
        INPAS,
        "timeout = 200",
        "timeout = soon",
        &["services/payment/payment_inpas_smartsale.conf:5 error wrong_type"],
    ),
    broken(
        INPAS,
        "qrSBP   = true",
        "qrSBP = false",
        &["services/payment/payment_inpas_smartsale.conf:6 hint inpas_qr_off"],
    ),
    broken(
        HARDWARE,
        "643",
        "RUB",
        &["hardware/inpas_lin.conf:6 error wrong_value"],
    ),
    broken(
        HARDWARE,
        "      id = \"11087928\"              # терминал\n",
        "",
        &["hardware/inpas_lin.conf error missing_key"],
    ),
    broken(
        "mintukm.conf",
        "    { include file(\"conf/services/universal_integrator.conf\") }\n    ,{",
        "#    { include file(\"conf/services/universal_integrator.conf\") }\n    {",
        &[
            "mintukm.conf:4 hint include_off",
            "mintukm.conf error integrator_off",
        ],
    ),
];

#[test]
fn every_fault_is_told_with_its_file_and_line_and_nothing_else() {
    let mut wrong = Vec::new();
    for case in BROKEN {
        let tree = Tree::new();
        tree.edit(case.file, case.from, case.to);
        let mut said = tree.said();
        said.sort();
        let mut expected = case.said.to_vec();
        expected.sort_unstable();
        if said != expected {
            wrong.push(format!("{}: {} -> {}: {said:#?}", case.file, case.from, case.to));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_payment_that_cannot_be_read_is_not_said_to_be_switched_off() {
    let tree = Tree::new();
    let text = tree.text(QR);
    tree.write(QR, text.trim_end().strip_suffix('}').unwrap());
    assert_eq!(tree.said(), [format!("{QR}:14 error syntax")]);

    // «QR-оплата» of the first line as windows-1251 has it.
    let mut bytes = b"# QR-\xee\xef\xeb\xe0\xf2\xe0\n".to_vec();
    bytes.extend(
        text.lines()
            .skip(1)
            .flat_map(|line| [line.as_bytes(), b"\r\n"].concat()),
    );
    std::fs::write(tree.0.path().join(QR), bytes).unwrap();
    assert_eq!(tree.said(), [format!("{QR}:1 error encoding")]);
}

#[test]
fn a_mistyped_key_is_named_beside_the_one_that_was_meant() {
    let tree = Tree::new();
    tree.edit(QR, "modulePay ", "modulPay ")
        .edit(QR, "scanQRCode ", "scanQrCode ");
    let said = tree.said();
    let expected = [
        format!("{QR}:6 warning near_key"),
        format!("{QR}:9 warning near_key"),
        format!("{QR}:7 error missing_key"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn files_that_are_not_there_are_named() {
    let tree = Tree::new();
    tree.remove("services/universal_integrator.conf").remove(HARDWARE);
    assert_eq!(
        tree.said(),
        ["mintukm.conf:4 error include_missing", " hint inpas_hardware"]
    );
    let missing = &tree.check().findings[0];
    assert!(
        missing
            .what(Lang::Ru)
            .contains("conf/services/universal_integrator.conf")
    );
    assert!(
        missing
            .what(Lang::En)
            .contains("conf/services/universal_integrator.conf")
    );

    let tree = Tree::new();
    tree.remove(PAYMENT);
    assert_eq!(
        tree.said(),
        [
            "mintukm.conf:5 error include_missing",
            "services/payment/payment.conf error payment_off",
            "services/reports/qr_checker.conf:12 error checker_alone",
        ]
    );
}

#[test]
fn a_module_that_takes_only_the_buyers_code_must_scan() {
    let only = |module: &str, switch: &str| {
        let tree = Tree::new();
        tree.edit(QR, "qrraiffd_variable", module)
            .edit(QR, "      scanQRCode    = false\n", switch)
            .edit(
                REPORTS,
                "        ,{ include file(\"conf/services/reports/qr_checker.conf\")}",
                "",
            )
            .remove(CHECKER);
        tree
    };
    let at = |line: usize, what: &str| vec![format!("{QR}:{line} {what}")];
    assert_eq!(only("qrpodeli", "").said(), at(6, "error scan_missing"));
    assert_eq!(
        only("qrpodeli", "      scanQRCode = false\n").said(),
        at(9, "error scan_missing")
    );
    assert_eq!(only("qrsberpay_customer", "").said(), at(6, "error scan_missing"));
    assert_eq!(only("qrsberpay", "").said(), at(6, "hint scan_either"));
    let right = only("qrpodeli", "      scanQRCode = true\n");
    assert_eq!(right.said(), Vec::<String>::new());
    assert!(right.check().settings.payments[0].scans_customer_code);
    assert_eq!(
        only("our_own_bank", "      scanQRCode = true\n").said(),
        Vec::<String>::new()
    );
}

#[test]
fn a_report_must_have_stickers_to_check() {
    let tree = Tree::new();
    tree.edit(QR, "qrraiffd_variable", "qrraiffd")
        .edit(CHECKER, "qrraiffd_variable", "qrraiffd");
    assert_eq!(tree.said(), [format!("{CHECKER}:12 warning checker_no_link")]);
}

#[test]
fn the_tree_is_found_however_it_is_named() {
    let root = fixtures().join("ukm5");
    let of = |path: &Path| check(path, &HashMap::new()).source;
    assert_eq!(of(&root.join("mintukm.conf")), Source::Ukm5(root.clone()));
    let above = tempfile::tempdir().unwrap();
    copy(&root, &above.path().join("conf"));
    assert_eq!(of(above.path()), Source::Ukm5(above.path().join("conf")));
    // The older place of the main file.
    let conf = above.path().join("conf");
    std::fs::rename(conf.join("mintukm.conf"), conf.join("applications/mintukm.conf")).unwrap();
    assert_eq!(of(&conf), Source::Ukm5(conf.clone()));
    assert_eq!(
        of(&conf.join("applications/mintukm.conf")),
        Source::Ukm5(conf.clone())
    );
    assert_eq!(check(&conf, &HashMap::new()).count(Severity::Error), 0);
    let empty = tempfile::tempdir().unwrap();
    let checked = check(empty.path(), &HashMap::new());
    assert_eq!(said(&checked.findings, empty.path()), [" error not_settings"]);
}

/// The good tree, once for all runs of chance.
fn chance_tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(Tree::new)
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("{ include file(\"conf/services/payment/payment_qrpay_ui.conf\") }".to_owned()),
        Just("\n#   ,{ include file(\"conf/services/reports/qr_checker.conf\")}   # Проверка\n".to_owned()),
        Just("modulePay = \"servplus.qrpodeli.payment\"\n".to_owned()),
        Just("moduleCancel = servplus..cancel\n".to_owned()),
        Just("subsystem = [\n".to_owned()),
        Just("url = \"amqp://ukm:x@\"\n".to_owned()),
        Just("amqpTimeout = 10 second\n".to_owned()),
        Just("kiosk2: { addItemMultiplier = 1.55555\n".to_owned()),
        Just("\"reports.qr_checker\": {".to_owned()),
        "[\\[\\]{},:=\n\t #\"$]",
        ".{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_makes_the_check_panic(
        file in prop::sample::select(vec!["mintukm.conf", PAYMENT, QR, REPORTS, CHECKER, SALE, INPAS, HARDWARE]),
        pieces in prop::collection::vec(piece(), 0..30),
    ) {
        let tree = chance_tree();
        let good = tree.text(file);
        tree.write(file, &pieces.concat());
        let checked = tree.check();
        let alone = tree.0.path().join(file);
        let other = check(&alone, &HashMap::new());
        tree.write(file, &good);
        for finding in checked.findings.iter().chain(&other.findings) {
            note(finding);
        }
    }
}

#[test]
fn names_are_told_apart() {
    let names: BTreeSet<_> = BROKEN
        .iter()
        .flat_map(|case| case.said)
        .map(|said| said.rsplit(' ').next())
        .collect();
    assert!(
        names.len() >= 30,
        "the cases above meet most kinds of findings: {names:?}"
    );
}
