//! From the manual's own settings files to a paid receipt: the real broker, the real daemon, a simulated bank, and every
//! place of a register where a QR appears.

use anyhow::Context;
use domain::{State, StoreId, TerminalId};
use protocol::LinkVerdict;
use qrpayd::clock::SystemClock;
use register::outputs::{Face, OutputSettings, Outputs, Withdrawal};
use register::ukm::{self, Checked, Severity};
use register::{Pay, Register, ReplyStream};
use serde_json::json;
use simulator::bank::PayerAction;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use testkit::real::replies::{ended, kopecks, next};
use testkit::real::site::Site;
use testkit::real::store::Kind;

/// What the manual's fragments have where a shop writes its own broker.
const PLACEHOLDER: &str = "amqp://ukm:xxxxxx@192.168.25.113";

/// The manual's tree with the shop's broker, changed as its text says.
fn tree(site: &Site, name: &str, change: &dyn Fn(&str) -> String) -> anyhow::Result<Checked> {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../register/tests/fixtures/ukm5");
    let broker = site.host.url(&site.host.broker);
    let folder = site.folder.path().join(name);
    copy(&manual, &folder, &|text| {
        change(&text.replace(PLACEHOLDER, &broker))
    })?;
    let checked = ukm::check(&folder, &HashMap::new());
    let faults: Vec<_> = checked
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    anyhow::ensure!(faults.is_empty(), "{faults:?}");
    Ok(checked)
}

/// Copies a folder; every text goes through `change`.
fn copy(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &place, change)?;
        } else {
            std::fs::write(place, change(&std::fs::read_to_string(entry.path())?))?;
        }
    }
    Ok(())
}

fn register(connection: &ukm::ConnectionSettings) -> anyhow::Result<Register> {
    Ok(connection.register(StoreId::new("1")?, TerminalId::new("1")?)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_manuals_files_lead_to_a_checked_sticker_and_a_payment_over_it() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    let checked = tree(&site, "conf", &str::to_owned)?;
    let report = checked.settings.link_check.as_ref().context("no report")?;
    let sticker = site.bank.bank.with(|bank, _| bank.print_sticker());
    let reports = register(&report.connection)?;
    let bound = ended(&mut reports.link_bind(&sticker, None).await, State::Done).await?;
    assert_eq!(bound.link.unwrap().verdict, LinkVerdict::BoundNow);

    let payment = &checked.settings.payments[0];
    let mut replies = register(&payment.connection)?
        .pay(Pay::new(kopecks(15_000)?))
        .await;
    while next(&mut replies).await?.state != Some(State::AwaitingPayment) {}
    site.buyer(&sticker, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_manuals_files_lead_to_a_paid_receipt_on_every_output() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    // "Райффайзенбанк (оплата по динамическому QR)": the manual's own example drops the ending.
    let checked = tree(&site, "conf", &|text| {
        text.replace("qrraiffd_variable", "qrraiffd")
    })?;
    let till = register(&checked.settings.payments[0].connection)?;
    let folder = site.folder.path();
    let at = |name: &str| format!("file:{}", folder.join(name).display());
    let places: Vec<OutputSettings> = serde_json::from_value(json!([
        { "kind": "screen" },
        { "kind": "display", "port": at("display.bin") },
        { "kind": "tape", "address": at("tape.bin"), "mode": "raster" },
        { "kind": "terminal", "device": at("terminal.bin") },
    ]))?;
    let outputs = Outputs::start(&places, Arc::new(SystemClock))?;
    let screen = outputs.watch();
    let read = |name: &str| std::fs::read(folder.join(name));

    let mut replies = till.pay(Pay::new(kopecks(15_000)?)).await;
    let payload = shown(&mut replies, &outputs).await?;
    assert!(matches!(&screen.borrow().face, Face::Code { payload: on_page, .. } if *on_page == payload));
    assert!(
        contains(&read("display.bin")?, payload.as_bytes()),
        "the buyer's display"
    );
    assert_eq!(scan_tape(&read("tape.bin")?)?, payload, "the receipt tape");
    let terminal = String::from_utf8(read("terminal.bin")?)?;
    assert_eq!(scan_terminal(&terminal)?, payload, "the terminal");

    site.buyer(&payload, PayerAction::Pay)?;
    let paid = ended_on(&mut replies, &outputs).await?;
    assert!(!paid.slip.is_empty(), "the receipt has its slip");
    assert_eq!(screen.borrow().face, Face::Withdrawn(Withdrawal::Paid));
    assert!(contains(&read("display.bin")?, b"correct"), "the display thanks");
    assert!(
        contains(&read("tape.bin")?, &cp866("Оплачено")),
        "the paper says so"
    );
    let terminal = String::from_utf8(read("terminal.bin")?)?;
    assert!(
        terminal.ends_with("Оплачено\r\n"),
        "the terminal is wiped: {terminal}"
    );
    site.agree().await?;
    site.close().await
}

/// Follows a payment until its code is shown everywhere.
async fn shown(replies: &mut ReplyStream, outputs: &Outputs) -> anyhow::Result<String> {
    loop {
        let reply = next(replies).await?;
        let report = outputs.follow(&reply).await;
        if let Some(qr) = reply.qr {
            let report = report.context("nothing was shown")?;
            anyhow::ensure!(report.done == 4, "{:?}", report.warnings);
            return Ok(qr.payload);
        }
    }
}

/// Follows it to its end, which must be good everywhere.
async fn ended_on(replies: &mut ReplyStream, outputs: &Outputs) -> anyhow::Result<protocol::Reply> {
    loop {
        let reply = next(replies).await?;
        let report = outputs.follow(&reply).await;
        if reply.is_final {
            anyhow::ensure!(reply.state == Some(State::Paid), "{reply:?}");
            let report = report.context("nothing was withdrawn")?;
            anyhow::ensure!(report.done == 4, "{:?}", report.warnings);
            return Ok(reply);
        }
    }
}

fn contains(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece)
}

/// The Russian letters of a printer's usual code page.
fn cp866(text: &str) -> Vec<u8> {
    let number = |letter: char| u32::from(letter) - u32::from('А');
    text.chars()
        .map(|letter| match number(letter) {
            low @ 0..48 => u8::try_from(0x80 + low).unwrap(),
            high => u8::try_from(0xE0 + high - 48).unwrap(),
        })
        .collect()
}

/// Reads the code of a raster picture (`GS v 0`).
fn scan_tape(job: &[u8]) -> anyhow::Result<String> {
    let head = b"\x1Dv0\x00";
    let start = job.windows(4).position(|window| window == head);
    let start = start.context("no picture on the tape")? + head.len();
    let number = |at: usize| usize::from(u16::from_le_bytes([job[at], job[at + 1]]));
    let (row_bytes, rows) = (number(start), number(start + 2));
    let dots = &job[start + 4..];
    scan(row_bytes * 8, rows, |x, y| {
        dots[y * row_bytes + x / 8] & (0x80 >> (x % 8)) != 0
    })
}

/// Reads the code that stands in half blocks.
fn scan_terminal(drawing: &str) -> anyhow::Result<String> {
    let rows: Vec<Vec<char>> = drawing
        .lines()
        .filter_map(|line| line.rsplit_once("231m"))
        .map(|(_, row)| row.trim_end_matches("\x1b[0m").chars().collect())
        .collect();
    let width = rows.first().context("nothing is drawn")?.len();
    let dark = |x: usize, y: usize| match rows[y / 2][x] {
        '█' => true,
        '▀' => y.is_multiple_of(2),
        '▄' => !y.is_multiple_of(2),
        _ => false,
    };
    // A reader wants some pixels for each module.
    scan(width * 4, rows.len() * 8, |x, y| dark(x / 4, y / 4))
}

fn scan(width: usize, height: usize, dark: impl Fn(usize, usize) -> bool) -> anyhow::Result<String> {
    let shade = |x, y| if dark(x, y) { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
    let grids = image.detect_grids();
    let (_, text) = grids.first().context("no code is seen")?.decode()?;
    Ok(text)
}
