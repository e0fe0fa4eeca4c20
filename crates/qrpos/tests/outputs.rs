//! A sale whose QR appears where the settings say, with the real binary.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

#[path = "../../register/tests/fake_daemon/mod.rs"]
mod fake_daemon;

use fake_daemon::{FakeDaemon, TOKEN, script};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Buyers decide at once.
const QUICK: Duration = Duration::from_millis(300);

struct Till {
    folder: TempDir,
    fake: FakeDaemon,
}

impl Till {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), TOKEN).unwrap();
        let fake = FakeDaemon::start(QUICK).await;
        Self { folder, fake }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_default()
    }

    /// A file of places.
    fn places(&self, text: &str) -> String {
        let path = self.path("outputs.conf");
        std::fs::write(
            &path,
            text.replace("FOLDER", self.folder.path().to_str().unwrap()),
        )
        .unwrap();
        path
    }

    async fn sale(&self, places: &str, sum: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qrpos"));
        command
            .env_clear()
            .stdin(Stdio::null())
            .args([
                "--server",
                &self.fake.url,
                "--module",
                "qrraiffd",
                "--outputs",
                places,
            ])
            .args(["--token-file", &self.path("token"), "sale", "--amount", sum]);
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn has(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_appears_on_every_place_and_the_paper_says_paid() {
    let till = Till::new().await;
    let places = till.places(
        "outputs = [\n  { kind = tape, address = \"file:FOLDER/tape.bin\", paid = [PAID-LINE] }\n  \
         { kind = display, port = \"file:FOLDER/display.bin\" }\n]\n",
    );
    let output = till.sale(&places, "150").await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (tape, display) = (till.bytes("tape.bin"), till.bytes("display.bin"));
    assert!(has(&tape, b"\x1D(k") && has(&tape, b"PAID-LINE"), "the tape");
    assert!(
        has(&display, b"\x02\xF2\x02") && has(&display, b"correct"),
        "the display"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_nobody_can_see_is_cancelled_with_a_reason() {
    let till = Till::new().await;
    let missing = "FOLDER/none/tape.bin";
    let places = till.places(&format!(
        "outputs = [{{ kind = tape, address = \"file:{missing}\" }}]"
    ));
    let sum = format!("150,{:02}", script::WAITS);
    let output = till.sale(&places, &sum).await;
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    let said = text(&output.stderr);
    assert!(
        said.contains("QR-код негде показать, поэтому оплата отменяется."),
        "{said}"
    );
    assert_eq!(till.fake.bodies("cancel").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_file_of_places_stops_the_sale_before_anything_is_sent() {
    let till = Till::new().await;
    for (wrong, words) in [
        ("outputs = [{ kind = papyrus }]", "outputs.conf:1"),
        ("", "outputs = [{ kind = terminal }]"),
        ("outputs = []\nplace = 1", "outputs.conf:2"),
    ] {
        let places = till.places(wrong);
        let output = till.sale(&places, "150").await;
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        let said = text(&output.stderr);
        assert!(
            said.contains(words) && said.contains("Что сделать"),
            "{wrong}: {said}"
        );
    }
    assert_eq!(till.fake.opened(), 0);
}
