//! The real binary against a daemon that only pretends.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

#[path = "../../register/tests/fake_daemon/mod.rs"]
mod fake_daemon;

use fake_daemon::{FakeDaemon, PAYLOAD, TOKEN, Trouble, script};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Buyers decide at once.
const QUICK: Duration = Duration::from_millis(30);

fn qrpos(server: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qrpos"));
    command
        .env_clear()
        .env("QRPOS_SERVER", server)
        .env("QRPOS_TOKEN", TOKEN)
        .env("QRPOS_MODULE", "qrraiffd")
        .env("QRPOS_TERMINAL", "7")
        .stdin(Stdio::null());
    command
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

async fn run_args(fake: &FakeDaemon, args: &[&str]) -> Output {
    let mut command = qrpos(&fake.url);
    command.args(args);
    run(command).await
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A sum in rubles whose kopecks choose the script.
fn sum(script: i64) -> String {
    format!("150,{script:02}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_into_a_pipe_is_plain_lines() {
    let fake = FakeDaemon::start(QUICK).await;
    let output = run_args(
        &fake,
        &[
            "sale",
            "--item",
            "Хлеб=50",
            "--item",
            "Молоко=100.00",
            "--purpose",
            "Покупка",
        ],
    )
    .await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(!said.contains('\x1b'), "no control codes in a pipe");
    assert!(said.starts_with("Номер запроса: "), "{said}");
    assert!(
        said.contains(PAYLOAD) && said.contains("150,00 ₽") && said.contains("СБП: ОПЛАЧЕНО"),
        "{said}"
    );
    let sent = &fake.bodies("pay")[0];
    assert_eq!(sent["amount"], 15_000);
    assert_eq!(sent["receipt"]["items"][1]["name"], "Молоко");
    assert_eq!(
        (&sent["terminal"], &sent["module"]),
        (&"7".into(), &"qrraiffd".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_one_reply_a_line_and_nothing_else() {
    let fake = FakeDaemon::start(QUICK).await;
    let output = run_args(&fake, &["--json", "sale", "--amount", "150.00"]).await;
    let replies: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(replies[0]["state"], "awaiting_payment");
    let last = replies.last().unwrap();
    assert_eq!((&last["state"], &last["final"]), (&"paid".into(), &true.into()));
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_how_it_ended() {
    let fake = FakeDaemon::start(QUICK).await;
    for (script, code) in [
        (script::PAID, 0),
        (script::DECLINED, 2),
        (script::EXPIRED, 2),
        (script::REFUSED, 2),
    ] {
        let output = run_args(&fake, &["--lang", "en", "sale", "--amount", &sum(script)]).await;
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stdout));
    }
    let output = run_args(
        &fake,
        &["--timeout", "1", "sale", "--amount", &sum(script::UNRESOLVED)],
    )
    .await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    assert!(
        text(&output.stderr).contains("Do not repeat"),
        "{}",
        text(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_asked_about_refunded_and_cancelled_by_its_id() {
    let fake = FakeDaemon::start(QUICK).await;
    run_args(&fake, &["sale", "--amount", "150", "--id", "check-1"]).await;
    assert_eq!(
        run_args(&fake, &["status", "check-1"]).await.status.code(),
        Some(0)
    );
    let part = run_args(&fake, &["--json", "refund", "check-1", "--amount", "49,90"]).await;
    assert_eq!(part.status.code(), Some(0), "{}", text(&part.stderr));
    assert_eq!(fake.bodies("refund")[0]["amount"], 4_990);
    let operation = "0190b000-0000-7000-8000-000000000001";
    let rest = run_args(&fake, &["refund", operation, "--by-operation-id"]).await;
    assert_eq!(rest.status.code(), Some(0));
    assert_eq!(fake.bodies("refund")[1]["operation_id"], operation);

    let late = run_args(&fake, &["cancel", "check-1"]).await;
    assert_eq!(late.status.code(), Some(2), "it is paid");
    let unheard = run_args(&fake, &["status", "check-2"]).await;
    assert_eq!(unheard.status.code(), Some(2));

    let waiting = serde_json::json!({"operation": "pay", "id": "check-3", "amount": 15_000 + script::WAITS});
    fake.handle(&waiting);
    assert_eq!(
        run_args(&fake, &["status", "check-3"]).await.status.code(),
        Some(5)
    );
    assert_eq!(
        run_args(&fake, &["cancel", "check-3"]).await.status.code(),
        Some(0)
    );
    assert_eq!(
        run_args(&fake, &["status", "check-3"]).await.status.code(),
        Some(2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stickers_are_checked_and_bound() {
    let fake = FakeDaemon::start(QUICK).await;
    let sticker = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2?type=01&bank=100000000001&crc=C08B";
    let output = run_args(&fake, &["link", "check", sticker]).await;
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("Наклейка привязана к этой кассе."));
    let output = run_args(&fake, &["link", "bind", sticker, "--terminal-number", "20001"]).await;
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fake.bodies("link_bind")[0]["terminal_number"], "20001");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_and_wrong_settings_start_nothing() {
    let fake = FakeDaemon::start(QUICK).await;
    for args in [
        &["sale", "--amount", "1.234"][..],
        &["sale"],
        &["sale", "--amount", "10", "--item", "Хлеб=9"],
        &["sell"],
        &["--amqp", "amqp://127.0.0.1", "sale", "--amount", "1"],
        &["--module", "No Such", "sale", "--amount", "1"],
        &["status", "not-a-uuid", "--by-operation-id"],
        &["--token-file", "/nonexistent/token", "sale", "--amount", "1"],
    ] {
        let output = run_args(&fake, args).await;
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(!output.stderr.is_empty());
    }
    let mut command = qrpos(&fake.url);
    command
        .env("QRPOS_TOKEN", "stolen-token")
        .args(["sale", "--amount", "1"]);
    let output = run(command).await;
    assert_eq!(
        output.status.code(),
        Some(1),
        "a token that is not valid is a matter of settings"
    );
    assert!(!text(&output.stdout).contains("stolen-token") && !text(&output.stderr).contains("stolen-token"));
    assert_eq!(fake.opened(), 0);

    let help = run_args(&fake, &["--help"]).await;
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("3  the outcome is not known: do not repeat"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_may_come_from_a_file() {
    let fake = FakeDaemon::start(QUICK).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, format!("{TOKEN}\n")).unwrap();
    let mut command = qrpos(&fake.url);
    command
        .env_remove("QRPOS_TOKEN")
        .arg("--token-file")
        .arg(&path)
        .args(["sale", "--amount", "1"]);
    assert_eq!(run(command).await.status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_not_there_is_told_from_an_unknown_outcome() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut command = qrpos(&format!("http://127.0.0.1:{port}"));
    command.args(["sale", "--amount", "1"]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(4));
    assert!(
        text(&output.stderr).contains("Nothing was sent"),
        "{}",
        text(&output.stderr)
    );

    let fake = FakeDaemon::start(QUICK).await;
    fake.trouble([Trouble::AnswerLost]);
    let output = run_args(&fake, &["sale", "--amount", "1"]).await;
    assert_eq!(output.status.code(), Some(0), "a lost answer is asked for");
    assert_eq!(fake.opened(), 1);
}

/// A sale that waits for its buyer, with its first lines read.
fn waiting_sale(fake: &FakeDaemon) -> (Child, BufReader<std::process::ChildStdout>, String) {
    let mut command = qrpos(&fake.url);
    command.args(["sale", "--id", "check-9", "--amount", &sum(script::WAITS)]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains(PAYLOAD) {
        assert_ne!(lines.read_line(&mut said).unwrap(), 0, "{said}");
    }
    (child, lines, said)
}

#[cfg(unix)]
fn press_ctrl_c(child: &Child) {
    let done = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_cancels_the_payment_and_waits_for_its_end() {
    let fake = FakeDaemon::start(QUICK).await;
    let daemon = fake.clone();
    let (code, said) = tokio::task::spawn_blocking(move || {
        let (mut child, mut lines, mut said) = waiting_sale(&daemon);
        press_ctrl_c(&child);
        lines.read_to_string(&mut said).unwrap();
        (child.wait().unwrap().code(), said)
    })
    .await
    .unwrap();
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("Отменяем оплату") && said.contains("cancelled"),
        "{said}"
    );
    assert_eq!(fake.bodies("cancel")[0]["payment"], "check-9");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_second_ctrl_c_leaves_and_says_how_to_ask() {
    let fake = FakeDaemon::start(QUICK).await;
    let daemon = fake.clone();
    let (code, said) = tokio::task::spawn_blocking(move || {
        let (mut child, mut lines, mut said) = waiting_sale(&daemon);
        // The cancel is lost for as long as the test runs.
        daemon.trouble([Trouble::LostOnTheWay; 1000]);
        press_ctrl_c(&child);
        while !said.contains("Отменяем") {
            assert_ne!(lines.read_line(&mut said).unwrap(), 0, "{said}");
        }
        press_ctrl_c(&child);
        lines.read_to_string(&mut said).unwrap();
        (child.wait().unwrap().code(), said)
    })
    .await
    .unwrap();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("qrpos status check-9"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_refunded_and_what_is_not_supported_is_said_before() {
    let fake = FakeDaemon::start(QUICK).await;
    let amount = sum(script::PAID);
    let sold = run_args(
        &fake,
        &["sale", "--amount", &amount, "--receipt", "123", "--shift", "5"],
    )
    .await;
    assert_eq!(sold.status.code(), Some(0));
    assert_eq!(
        fake.bodies("pay")[0]["receipt"],
        serde_json::json!({ "number": "123", "shift": 5 })
    );

    let whole = run_args(&fake, &["refund", "--receipt", "300", "--amount", "10"]).await;
    assert_eq!(whole.status.code(), Some(2));
    assert!(text(&whole.stdout).contains("Только целиком."), "{whole:?}");
    let nothing = run_args(&fake, &["refund", "--receipt", "404"]).await;
    assert_eq!(nothing.status.code(), Some(2));
    assert!(fake.bodies("refund").is_empty(), "nothing was attempted");

    let part = ["refund", "--receipt", "123", "--shift", "5", "--amount", "10"];
    let refunded = run_args(&fake, &part).await;
    assert_eq!(refunded.status.code(), Some(0), "{refunded:?}");
    assert_eq!(fake.bodies("refund")[0]["amount"], 1_000);
    assert_eq!(fake.bodies("receipt_find").last().unwrap()["receipt"]["shift"], 5);

    run_args(&fake, &["sale", "--amount", &amount]).await;
    let several = run_args(&fake, &["refund", "--receipt", "2"]).await;
    assert_eq!(several.status.code(), Some(1));
    assert!(text(&several.stdout).contains("--by-operation-id"), "{several:?}");
    assert_eq!(
        fake.bodies("refund").len(),
        1,
        "none of several is chosen for the cashier"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_is_shown_confirmed_and_paid() {
    let fake = FakeDaemon::start(QUICK).await;
    let mut sale = qrpos(&fake.url);
    sale.args([
        "sale",
        "--amount",
        &sum(script::RESERVES),
        "--id",
        "p1",
        "--receipt",
        "17",
    ])
    .args(["--card-token", "-", "--cost-centre", "43-17"])
    .stdin(Stdio::piped())
    .stdout(Stdio::piped());
    let mut sale = sale.spawn().unwrap();
    let mut typed = sale.stdin.take().unwrap();
    typed.write_all("mir-77\n".as_bytes()).unwrap();
    let mut lines = BufReader::new(sale.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let shown: Vec<String> = lines
        .by_ref()
        .take_while(|line| !line.contains("qrpos confirm p1"))
        .collect();
    let shown = shown.join("\n");
    assert!(
        shown.contains("строка чека 1: 94,90 ₽") && shown.contains("Можно списать: 157,40 ₽"),
        "{shown}"
    );
    let sent = &fake.bodies("pay")[0];
    assert_eq!(
        (&sent["card_token"], &sent["cost_centre"]),
        (&"mir-77".into(), &"43-17".into())
    );

    let confirmed = run_args(&fake, &["confirm", "p1", "--amount", "100"]).await;
    assert_eq!(confirmed.status.code(), Some(0), "{confirmed:?}");
    assert_eq!(fake.bodies("confirm")[0]["amount"], 10_000);
    let rest: Vec<String> = lines.collect();
    assert_eq!(sale.wait().unwrap().code(), Some(0), "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_is_named_and_one_means_only() {
    let fake = FakeDaemon::start(QUICK).await;
    let output = run_args(&fake, &["sale", "--amount", "150", "--subscriber", "card-77"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(fake.bodies("pay")[0]["subscriber"], "card-77");
    let two = [
        "sale",
        "--amount",
        "150",
        "--subscriber",
        "card-77",
        "--customer-code",
        "1",
    ];
    assert_eq!(run_args(&fake, &two).await.status.code(), Some(1));
    assert_eq!(fake.opened(), 1);
}
