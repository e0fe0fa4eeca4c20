//! A register that is told by its settings, with the real binary.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

#[path = "../../register/tests/fake_daemon/mod.rs"]
mod fake_daemon;

use fake_daemon::{FakeDaemon, TOKEN, script};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Buyers decide at once.
const QUICK: Duration = Duration::from_millis(30);

fn tree() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../register/tests/fixtures/ukm5")
}

async fn qrpos(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qrpos"));
    command.env_clear().stdin(Stdio::null()).args(args);
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The settings of a UKM 4 register that speaks HTTP, with more lines after them.
fn ukm4(server: &str, more: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.conf");
    std::fs::write(folder.path().join("token"), TOKEN).unwrap();
    let settings = format!(
        "door = http\nhttp {{ server = \"{server}\", token_file = token }}\nresponse_timeout = 320 second\nstore = 12\nterminal = 34\nmodule = qrraiffd\n{more}\n"
    );
    std::fs::write(&path, settings).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[tokio::test]
async fn good_settings_are_summed_up() {
    let output = qrpos(&["check-settings", tree().to_str().unwrap()]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    for words in [
        "payment_qrpay_ui.conf:5: payment.qrpay_ui.params.url: внимание (password_default): ",
        "    Что сделать: Смените пароль пользователя ukm",
        "Оплата: модуль qrraiffd_variable, amqp://192.168.25.113:5672, ждать до 310 с.",
        "Отчёт «Проверка статического QR-кода»: модуль qrraiffd_variable",
        "Пин-пад InPAS: QR СБП включена.",
        "Ошибок: 0, предупреждений: 2, подсказок: 0.",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert!(!said.contains("xxxxxx"));
}

#[tokio::test]
async fn every_fault_is_explained_and_the_exit_code_tells() {
    let (_folder, path) = ukm4(
        "http://127.0.0.1:1",
        "scan_customer_qr = true\nterminl = 1\nconnection_timeout = 5",
    );
    let output = qrpos(&["--lang", "en", "check-settings", &path]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    for words in [
        "register.conf:7: scan_customer_qr: error (scan_wrong): The module qrraiffd shows a QR",
        "register.conf:8: terminl: error (unknown_key)",
        "register.conf:9: connection_timeout: error (unit_missing)",
        "    What to do: Add the unit",
        "Errors: 3, warnings: 0, hints: 0.",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let output = qrpos(&["--json", "check-settings", &path]).await;
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    let scan = lines.iter().find(|line| line["check"] == "scan_wrong").unwrap();
    assert_eq!((&scan["line"], &scan["severity"]), (&7.into(), &"error".into()));
    assert!(
        scan["remedy"]["ru"]
            .as_str()
            .unwrap()
            .contains("scan_customer_qr = false")
    );

    for nothing in ["/no/such/place", "/"] {
        let output = qrpos(&["check-settings", nothing]).await;
        assert_eq!(output.status.code(), Some(1), "{nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_name_door_module_store_and_time_and_arguments_go_before_them() {
    let fake = FakeDaemon::start(QUICK).await;
    let (_folder, path) = ukm4(&fake.url, "");
    let output = qrpos(&["--settings", &path, "sale", "--amount", "150"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let sent = fake.bodies("pay").remove(0);
    assert_eq!((&sent["store"], &sent["terminal"]), (&"12".into(), &"34".into()));
    assert_eq!(
        (&sent["module"], &sent["timeout_ms"]),
        (&"qrraiffd".into(), &320_000.into())
    );

    let output = qrpos(&[
        "--settings",
        &path,
        "--module",
        "qrgazprom",
        "--terminal",
        "9",
        "--timeout",
        "100",
        "sale",
        "--amount",
        "150",
    ])
    .await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let sent = fake.bodies("pay").remove(1);
    assert_eq!((&sent["store"], &sent["terminal"]), (&"12".into(), &"9".into()));
    assert_eq!(
        (&sent["module"], &sent["timeout_ms"]),
        (&"qrgazprom".into(), &100_000.into())
    );

    let sum = format!("150,{:02}", script::DECLINED);
    let output = qrpos(&["--settings", &path, "sale", "--amount", &sum]).await;
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_mentioned_and_what_can_work_works() {
    let fake = FakeDaemon::start(QUICK).await;
    let (_folder, path) = ukm4(&fake.url, "colour = red");
    let output = qrpos(&["--settings", &path, "sale", "--amount", "150"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let aside = text(&output.stderr);
    assert!(
        aside.contains("ошибок: 1") && aside.contains("qrpos check-settings"),
        "{aside}"
    );

    let (_folder, path) = ukm4("ftp://nowhere", "");
    let output = qrpos(&["--settings", &path, "sale", "--amount", "150"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("check-settings"));
    assert_eq!(fake.opened(), 1, "nothing more was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_scans_wants_the_buyers_code() {
    let fake = FakeDaemon::start(QUICK).await;
    let (_folder, path) = ukm4(&fake.url, "module = qrpodeli\nscan_customer_qr = true");
    let output = qrpos(&["--settings", &path, "sale", "--amount", "150"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--customer-code"));
    assert_eq!(fake.opened(), 0);
    let args = [
        "--settings",
        &path,
        "sale",
        "--amount",
        "150",
        "--customer-code",
        "SBPCODE",
    ];
    assert_eq!(qrpos(&args).await.status.code(), Some(0));
    assert_eq!(fake.bodies("pay")[0]["customer_code"], "SBPCODE");
}
