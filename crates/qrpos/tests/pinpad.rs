//! `qrpos pinpad` against a simulated DualConnector Service.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

use serde_json::Value;
use simulator::clock;
use simulator::dualconnector::{Fault, Key, Options, PinPad, Running, start};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

struct Shop {
    running: Running,
    folder: TempDir,
}

impl Shop {
    async fn new() -> Self {
        let pad = PinPad::new(Options::default(), clock::system());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = start(pad, address).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let settings = format!(
            "url = \"{}\"\nid = 11087928\ntimeout = 60\nqrSBP = true\njournal = pinpad.journal\nutcOffsetMinutes = 180\n\
             operations {{ sbp_sale.code = {}, sbp_refund.code = {} }}\n\
             tenderField {{ field = {}, card = [CARD], qr = [SBP] }}\n",
            running.url,
            Options::default().sbp_sale,
            Options::default().sbp_refund,
            Options::default().tender_field
        );
        std::fs::write(folder.path().join("pinpad.conf"), settings).unwrap();
        Self { running, folder }
    }

    /// Runs the command; presses the keys when the pin-pad asks.
    async fn run(&self, args: &[&str], keys: &[Key]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qrpos"));
        command
            .env_clear()
            .env("QRPOS_PINPAD_SETTINGS", self.folder.path().join("pinpad.conf"))
            .arg("pinpad")
            .args(args)
            .stdin(Stdio::null());
        let process = tokio::task::spawn_blocking(move || command.output().unwrap());
        let buyer = async {
            if !keys.is_empty() {
                self.running.pad.asks().await;
            }
            for key in keys {
                self.running.pad.press(*key);
            }
        };
        let (output, ()) = tokio::join!(process, buyer);
        let Output {
            status,
            stdout,
            stderr,
        } = output.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_its_copy_and_the_way_back() {
    let shop = Shop::new().await;
    let (code, said, _) = shop.run(&["test"], &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Пин-пад на связи"), "{said}");
    let (code, said, _) = shop
        .run(&["sale", "--amount", "150,00"], &[Key::One, Key::Phone])
        .await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Оплачено по QR СБП"), "{said}");
    assert!(said.contains("  СУММА: 150.00 РУБ"), "{said}");
    let (code, said, _) = shop.run(&["--lang", "en", "copy"], &[]).await;
    assert!(
        code == Some(0) && said.contains("report is ready") && said.contains("ОПЛАТА"),
        "{said}"
    );
    let back = ["--json", "give-back", "--amount", "150", "--rrn", "601500000001"];
    let (code, said, _) = shop.run(&back, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&told["op"], &told["outcome"]),
        (&"sbp_refund".into(), &"approved".into())
    );
    let (code, _, trouble) = shop.run(&back, &[]).await;
    assert_eq!(code, Some(2));
    assert!(trouble.contains("осталось 0,00"), "{trouble}");
    let (code, said, _) = shop.run(&["settle"], &[]).await;
    assert!(
        code == Some(0) && said.contains("Сверка итогов выполнена"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_how_it_ended() {
    let shop = Shop::new().await;
    let (code, said, _) = shop.run(&["sale", "--amount", "1"], &[Key::Cancel]).await;
    assert!(code == Some(2) && said.contains("ОПЕРАЦИЯ ПРЕРВАНА"), "{said}");
    let (code, _, trouble) = shop.run(&["emergency-cancel"], &[]).await;
    assert!(
        code == Some(1) && trouble.contains("operations.emergency_cancel.code"),
        "{trouble}"
    );
    let unknown = ["give-back", "--amount", "1", "--rrn", "601599999999"];
    let (code, said, _) = shop.run(&unknown, &[]).await;
    assert!(code == Some(1) && said.contains("не помнит"), "{said}");
    let (code, said, _) = shop.run(&["open"], &[]).await;
    assert!(code == Some(0) && said.contains("нет операций"), "{said}");
    let (code, _, trouble) = shop.run(&["--settings", "/nowhere.conf", "test"], &[]).await;
    assert!(code == Some(1) && trouble.contains("nowhere.conf"), "{trouble}");
    let (code, _, trouble) = shop.run(&["resolve", "--done"], &[]).await;
    assert!(
        code == Some(1) && trouble.contains("--by"),
        "a decision has a name: {trouble}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_resolved_by_the_copy_or_by_a_person() {
    let shop = Shop::new().await;
    shop.running.pad.plan(Fault::DropAfter);
    let (code, said, _) = shop.run(&["sale", "--amount", "150"], &[Key::Tap]).await;
    assert!(code == Some(3) && said.contains("Не повторяйте"), "{said}");
    let (code, _, trouble) = shop.run(&["--lang", "en", "sale", "--amount", "150"], &[]).await;
    assert!(
        code == Some(3) && trouble.contains("no known outcome"),
        "{trouble}"
    );
    let (code, said, _) = shop.run(&["resolve"], &[]).await;
    assert!(code == Some(0) && said.contains("подтверждает"), "{said}");
    shop.running.pad.plan(Fault::DropBefore);
    let (code, _, _) = shop.run(&["sale", "--amount", "150"], &[]).await;
    assert_eq!(code, Some(3));
    let (code, said, _) = shop.run(&["--json", "resolve"], &[]).await;
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &told["resolution"]), (Some(3), &"ask_person".into()));
    assert_eq!(told["evidence"]["new"], false);
    let (code, said, _) = shop.run(&["resolve", "--not-done", "--by", "Иванова"], &[]).await;
    assert!(code == Some(2) && said.contains("не выполнена"), "{said}");
    assert_eq!(shop.running.pad.books().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ukm_5_tree_says_what_the_file_leaves_out() {
    let shop = Shop::new().await;
    let file = shop.folder.path().join("pinpad.conf");
    let whole = std::fs::read_to_string(&file).unwrap();
    let rest: Vec<_> = whole
        .lines()
        .filter(|line| !["id", "timeout", "qrSBP"].iter().any(|key| line.starts_with(key)))
        .collect();
    std::fs::write(&file, rest.join("\n")).unwrap();
    let (code, _, aside) = shop.run(&["test"], &[]).await;
    assert!(code == Some(1) && aside.contains("id: missing"), "{aside}");

    let tree = concat!(env!("CARGO_MANIFEST_DIR"), "/../register/tests/fixtures/ukm5");
    let (code, said, _) = shop.run(&["--tree", tree, "test"], &[]).await;
    assert!(code == Some(0) && said.contains("Пин-пад на связи"), "{said}");
    let args = ["--tree", tree, "sale", "--amount", "150,00"];
    let (code, said, aside) = shop.run(&args, &[Key::One, Key::Phone]).await;
    assert!(code == Some(0) && said.contains("Оплачено"), "{said}{aside}");

    let empty = tempfile::tempdir().unwrap();
    let (code, _, aside) = shop
        .run(&["--tree", empty.path().to_str().unwrap(), "test"], &[])
        .await;
    assert!(
        code == Some(1) && aside.contains("no active InPAS pin-pad"),
        "{aside}"
    );
}
