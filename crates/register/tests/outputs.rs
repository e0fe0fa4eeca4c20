//! Where a QR is shown: what each place is sent, and that a code is withdrawn everywhere whatever happens.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

use domain::{Clock, Kopecks, Timestamp};
use protocol::{QrReport, Reply};
use register::outputs::{Face, OutputSettings, Outputs, Report, Withdrawal};
use serde_json::{Value, json};
use serial2::SerialPort;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::time::{Instant, advance};

const LINK: &str = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2";
/// 2026-11-22T10:00:00Z.
const START: i64 = 1_795_341_600_000_000;
const CLEAR: &[u8] = b"\x02\xF0\x03CLS\x03";
const CORRECT: &[u8] = b"\x02\xF0\x03correct\x03";
const MISTAKE: &[u8] = b"\x02\xF0\x03mistake\x03";

/// The register's clock, which goes with Tokio's.
struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(START).plus_ms(u64::try_from(self.0.elapsed().as_millis()).unwrap())
    }
}

fn start(list: Value) -> Outputs {
    try_start(list).unwrap()
}

fn try_start(list: Value) -> Result<Outputs, String> {
    let list: Vec<OutputSettings> = serde_json::from_value(list).unwrap();
    Outputs::start(&list, Arc::new(TestClock(Instant::now()))).map_err(|error| error.to_string())
}

/// A code that dies five minutes after [`START`].
fn qr(payload: &str) -> QrReport {
    QrReport {
        payload: payload.to_owned(),
        expires_at: "2026-11-22T10:05:00.000Z".to_owned(),
        expires_in_ms: 300_000,
    }
}

fn reply(state: &str, qr: Option<QrReport>) -> Reply {
    let mut reply = json!({
        "protocol": 1, "state": state, "final": false, "amount": 15_000, "message": { "ru": "Х", "en": "x" },
    });
    if let Some(qr) = qr {
        reply["qr"] = serde_json::to_value(qr).unwrap();
    }
    serde_json::from_value(reply).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in a field of a reply")]
fn sum() -> Option<Kopecks> {
    Some(Kopecks::new(15_000).unwrap())
}

fn shown(link: &str) -> Vec<u8> {
    let length = u16::try_from(link.len()).unwrap().to_be_bytes();
    [b"\x02\xF2\x02", &length[..], link.as_bytes(), b"\x02\xF2\x03"].concat()
}

fn file(path: &Path) -> String {
    format!("file:{}", path.display())
}

fn words(report: &Report) -> String {
    let texts = report.warnings.iter().map(|warning| warning.text.ru.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

/// The text of the symbol in a job's raster picture.
fn read_picture(job: &[u8]) -> String {
    let at = job.windows(4).position(|w| w == b"\x1Dv0\x00").unwrap() + 4;
    let number = |at: usize| usize::from(u16::from_le_bytes([job[at], job[at + 1]]));
    let (row_bytes, rows) = (number(at), number(at + 2));
    let dots = &job[at + 4..];
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(row_bytes * 8, rows, |x, y| {
        if dots[y * row_bytes + x / 8] & (0x80 >> (x % 8)) == 0 {
            255
        } else {
            0
        }
    });
    image.detect_grids()[0].decode().unwrap().1
}

/// The text of the symbol that stands on a terminal.
fn read_terminal(drawing: &str) -> String {
    let rows: Vec<Vec<char>> = drawing
        .lines()
        .filter(|line| line.contains("\x1b[0m"))
        .map(|line| {
            line.rsplit("231m")
                .next()
                .unwrap()
                .trim_end_matches("\x1b[0m")
                .chars()
                .collect()
        })
        .collect();
    let dark = |x: usize, y: usize| match rows[y / 2][x] {
        '█' => true,
        '▀' => y.is_multiple_of(2),
        '▄' => !y.is_multiple_of(2),
        _ => false,
    };
    let (width, height) = (rows[0].len(), rows.len() * 2);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width * 4, height * 4, |x, y| {
        if dark(x / 4, y / 4) { 0 } else { 255 }
    });
    image.detect_grids()[0].decode().unwrap().1
}

#[tokio::test(start_paused = true)]
async fn the_code_stands_everywhere_and_dies_everywhere_at_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let outputs = start(json!([
        { "kind": "screen" },
        { "kind": "display", "port": file(&at("display")) },
        { "kind": "tape", "address": file(&at("native")), "header": ["Гастроном"] },
        { "kind": "tape", "address": file(&at("raster")), "paper_mm": 58, "mode": "raster" },
        { "kind": "terminal", "device": file(&at("terminal")) },
    ]));
    let mut view = outputs.watch();
    let report = outputs.show(&qr(LINK), sum()).await;
    assert_eq!((report.done, words(&report)), (5, String::new()));
    assert_eq!(
        view.borrow_and_update().face,
        Face::Code {
            payload: LINK.to_owned(),
            amount: sum(),
            dies_at: Instant::now() + Duration::from_mins(5),
        }
    );
    let read = |name: &str| std::fs::read(at(name)).unwrap();
    assert_eq!(read("display"), shown(LINK));
    let native = read("native");
    let store = [b"\x1D(k\x36\x00\x31\x50\x30", LINK.as_bytes()].concat();
    assert!(native.windows(store.len()).any(|window| window == store));
    assert!(native.starts_with(b"\x1B@\x1Bt\x11\x1Ba\x01\x83\xA0\xE1\xE2\xE0\xAE\xAD\xAE\xAC\n"));
    assert_eq!(read_picture(&read("raster")), LINK);
    assert_eq!(read_terminal(&String::from_utf8(read("terminal")).unwrap()), LINK);

    advance(Duration::from_millis(299_999)).await;
    tokio::task::yield_now().await;
    assert!(
        matches!(view.borrow().face, Face::Code { .. }),
        "a millisecond is left"
    );
    advance(Duration::from_millis(1)).await;
    view.changed().await.unwrap();
    assert_eq!(view.borrow().face, Face::Withdrawn(Withdrawal::Expired));
    // A command waits for the one before it: now every place has been told.
    assert_eq!(outputs.withdraw(Withdrawal::Expired).await, Report::default());
    assert_eq!(read("display"), [shown(LINK), CLEAR.to_vec()].concat());
    let invalid = b"QR-\xAA\xAE\xA4 \xAD\xA5\xA4\xA5\xA9\xE1\xE2\xA2\xA8\xE2\xA5\xAB\xA5\xAD\n";
    for tape in ["native", "raster"] {
        let job = read(tape);
        assert!(
            job.windows(invalid.len()).any(|window| window == invalid),
            "{tape}"
        );
    }
    let terminal = String::from_utf8(read("terminal")).unwrap();
    assert!(terminal.ends_with("\x1b[2J\x1b[HQR-код недействителен\r\n"));
}

#[tokio::test(start_paused = true)]
async fn each_end_has_its_picture_and_the_picture_goes_before_the_next_buyer() {
    for (why, picture, tape) in [
        (Withdrawal::Paid, CORRECT, "ok\n"),
        (Withdrawal::Failed, MISTAKE, "void\n"),
        (Withdrawal::Cancelled, CLEAR, "void\n"),
        (Withdrawal::Unknown, CLEAR, "void\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let outputs = start(json!([
            { "kind": "display", "port": file(&at("display")) },
            { "kind": "tape", "address": file(&at("tape")), "paid": ["ok"], "withdrawn": ["void"] },
        ]));
        outputs.show(&qr(LINK), None).await;
        assert_eq!(outputs.withdraw(why).await.done, 2);
        assert_eq!(outputs.withdraw(why).await, Report::default(), "once is enough");
        let mut view = outputs.watch();
        view.borrow_and_update();
        assert_eq!(
            std::fs::read(at("display")).unwrap(),
            [shown(LINK), picture.to_vec()].concat()
        );
        let printed = std::fs::read(at("tape")).unwrap();
        assert!(
            printed
                .windows(tape.len())
                .any(|window| window == tape.as_bytes())
        );
        view.changed().await.unwrap();
        assert_eq!(view.borrow().face, Face::Idle);
    }
}

#[tokio::test(start_paused = true)]
async fn money_that_comes_after_the_code_died_is_still_shown() {
    let folder = tempfile::tempdir().unwrap();
    let display = folder.path().join("display");
    let outputs = start(json!([{ "kind": "display", "port": file(&display) }]));
    assert_eq!(
        outputs.withdraw(Withdrawal::Paid).await.done,
        0,
        "nothing was shown"
    );
    outputs.show(&qr(LINK), None).await;
    outputs.withdraw(Withdrawal::Expired).await;
    assert_eq!(
        outputs.withdraw(Withdrawal::Cancelled).await.done,
        0,
        "it is gone already"
    );
    assert_eq!(outputs.withdraw(Withdrawal::Paid).await.done, 1);
    let expected = [shown(LINK), CLEAR.to_vec(), CORRECT.to_vec()].concat();
    assert_eq!(std::fs::read(&display).unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_buyer_who_is_charged_without_a_code_leaves_the_places_alone() {
    let folder = tempfile::tempdir().unwrap();
    let display = folder.path().join("display");
    let outputs = start(json!([{ "kind": "display", "port": file(&display) }]));
    let charged = reply("awaiting_payment", Some(qr("")));
    assert_eq!(
        outputs.follow(&charged).await,
        None,
        "nothing to show, nothing fails"
    );
    assert!(!display.exists());
    // A code of the sale before goes all the same.
    let before = reply("awaiting_payment", Some(qr(LINK)));
    assert_eq!(outputs.follow(&before).await.unwrap().done, 1);
    assert_eq!(outputs.follow(&charged).await.unwrap().done, 1);
    assert_eq!(
        std::fs::read(&display).unwrap(),
        [shown(LINK), CLEAR.to_vec()].concat()
    );
}

#[tokio::test(start_paused = true)]
async fn replies_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let display = folder.path().join("display");
    let outputs = start(json!([{ "kind": "display", "port": file(&display) }]));
    assert_eq!(outputs.follow(&reply("registering", None)).await, None);
    let waiting = reply("awaiting_payment", Some(qr(LINK)));
    assert_eq!(outputs.follow(&waiting).await.unwrap().done, 1);
    assert_eq!(outputs.follow(&waiting).await, None, "a repeat");
    let other = reply("awaiting_payment", Some(qr("https://qr.nspk.ru/BS2")));
    assert_eq!(outputs.follow(&other).await.unwrap().done, 1);
    assert_eq!(outputs.follow(&reply("closing", None)).await.unwrap().done, 1);
    assert_eq!(outputs.follow(&reply("closing", None)).await, None);
    assert_eq!(outputs.follow(&reply("paid", None)).await.unwrap().done, 1);
    let expected = [
        shown(LINK),
        shown("https://qr.nspk.ru/BS2"),
        CLEAR.to_vec(),
        CORRECT.to_vec(),
    ];
    assert_eq!(std::fs::read(&display).unwrap(), expected.concat());
}

#[tokio::test]
async fn a_place_that_fails_stops_no_other_and_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let tape = folder.path().join("tape");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = closed.local_addr().unwrap().to_string();
    drop(closed);
    let outputs = start(json!([
        { "kind": "screen" },
        { "kind": "display", "port": "/dev/no-such-port" },
        { "kind": "tape", "address": nobody },
        { "kind": "tape", "address": "/dev/no-such-printer" },
        { "kind": "tape", "address": file(&tape) },
    ]));
    let report = outputs.show(&qr(LINK), sum()).await;
    assert_eq!(report.done, 1);
    assert!(!report.is_nowhere());
    let told = words(&report);
    for part in [
        "Экран для покупателя: QR-код не показан: страница не открыта",
        "Дисплей покупателя (/dev/no-such-port): QR-код не показан: нет связи",
        &format!("Чековый принтер ({nobody}): QR-код не показан: нет связи"),
        "Чековый принтер (/dev/no-such-printer)",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(outputs.watch().borrow().warnings, report.warnings);
    assert!(!std::path::Path::new("/dev/no-such-printer").exists());
    let withdrawn = outputs.withdraw(Withdrawal::Cancelled).await;
    assert!(words(&withdrawn).contains("не удалось убрать QR-код"));
}

#[tokio::test]
async fn a_code_that_is_shown_nowhere_is_told_to_the_caller() {
    let outputs = start(json!([{ "kind": "display", "port": "/dev/no-such-port" }, { "kind": "terminal" }]));
    let report = outputs.show(&qr("оплата"), None).await;
    assert!(report.is_nowhere());
    assert!(
        words(&report).contains("Дисплей покупателя (/dev/no-such-port): QR-код не показан: этот QR-код")
    );
    assert_eq!(report.warnings.len(), 2, "the output of a test is no terminal");
    assert!(texts::shown_nowhere_text().ru.contains("отменяется"));
}

#[tokio::test(start_paused = true)]
async fn when_the_register_leaves_no_code_stays() {
    let folder = tempfile::tempdir().unwrap();
    let display = folder.path().join("display");
    let outputs = start(json!([{ "kind": "display", "port": file(&display) }]));
    let mut view = outputs.watch();
    outputs.show(&qr(LINK), None).await;
    view.borrow_and_update();
    drop(outputs);
    view.changed().await.unwrap();
    assert_eq!(
        view.borrow_and_update().face,
        Face::Withdrawn(Withdrawal::Unknown)
    );
    // The view closes when the last place is closed.
    assert!(view.changed().await.is_err());
    assert_eq!(
        std::fs::read(&display).unwrap(),
        [shown(LINK), CLEAR.to_vec()].concat()
    );
}

#[tokio::test]
async fn the_display_is_driven_over_a_serial_port() {
    let (far, near) = SerialPort::pair().unwrap();
    let port = std::fs::read_link(format!("/proc/self/fd/{}", near.as_raw_fd())).unwrap();
    let outputs = start(json!([{ "kind": "display", "port": port }]));
    let report = outputs.show(&qr(LINK), None).await;
    assert_eq!((report.done, words(&report)), (1, String::new()));
    let settings = near.get_configuration().unwrap();
    assert_eq!(settings.get_baud_rate().unwrap(), 115_200);
    assert_eq!(settings.get_char_size().unwrap(), serial2::CharSize::Bits8);
    assert_eq!(settings.get_parity().unwrap(), serial2::Parity::None);
    assert_eq!(settings.get_stop_bits().unwrap(), serial2::StopBits::One);
    outputs.withdraw(Withdrawal::Paid).await;
    let expected = [shown(LINK), CORRECT.to_vec()].concat();
    let mut bytes = vec![0; expected.len()];
    far.read_exact(&mut bytes).unwrap();
    assert_eq!(bytes, expected);
}

#[tokio::test(start_paused = true)]
async fn a_port_that_takes_nothing_is_given_up() {
    let (far, near) = SerialPort::pair().unwrap();
    let port = std::fs::read_link(format!("/proc/self/fd/{}", near.as_raw_fd())).unwrap();
    let outputs = start(json!([{ "kind": "display", "port": port }]));
    let long = format!("https://qr.nspk.ru/{}", "7".repeat(900));
    let mut told = String::new();
    // Nobody reads at the far end: its buffer fills up.
    for _ in 0..1000 {
        let report = outputs.show(&qr(&long), None).await;
        if report.is_nowhere() {
            told = words(&report);
            break;
        }
    }
    assert!(told.contains("не ответил вовремя"), "{told}");
    drop(far);
}

#[tokio::test]
async fn a_printer_on_the_network_gets_one_connection_for_each_job() {
    let printer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = printer.local_addr().unwrap().to_string();
    let outputs = start(json!([{ "kind": "tape", "address": address, "lang": "en", "cut": "full" }]));
    let listening = tokio::spawn(async move {
        let mut jobs = Vec::new();
        for _ in 0..2 {
            let (mut connection, _) = printer.accept().await.unwrap();
            let mut job = Vec::new();
            connection.read_to_end(&mut job).await.unwrap();
            jobs.push(String::from_utf8_lossy(&job).into_owned());
        }
        jobs
    });
    assert_eq!(outputs.show(&qr(LINK), sum()).await.done, 1);
    assert_eq!(outputs.withdraw(Withdrawal::Paid).await.done, 1);
    let jobs = listening.await.unwrap();
    assert!(jobs[0].contains("Payment by QR code\nTo pay: 150.00 RUB\n") && jobs[0].contains(LINK));
    assert!(jobs[0].contains("The code is valid for, min: 5\n"));
    assert!(jobs[1].contains("Paid\n") && jobs[1].ends_with("\x1DV\0"));
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_before_a_payment() {
    for (list, part) in [
        (json!([]), "1 to 8"),
        (json!(vec![json!({ "kind": "screen" }); 9]), "9 places"),
        (
            json!([{ "kind": "screen" }, { "kind": "tape", "address": "p:9100", "header": ["150 ₽"] }]),
            "outputs[1]: the code page cp866 has no `₽`",
        ),
        (
            json!([{ "kind": "tape", "address": "p:9100", "code_page": "windows-1251" }]),
            "different numbers",
        ),
    ] {
        let error = try_start(list).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    let list =
        json!([{ "kind": "tape", "address": "p:9100", "code_page": "windows-1251", "code_page_number": 46 }]);
    assert!(try_start(list).is_ok());
}
