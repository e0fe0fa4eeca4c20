use axum::body::{Body, to_bytes};
use axum::http::{Request as HttpRequest, StatusCode};
use encoding_rs::WINDOWS_1251;
use std::sync::Arc;
use tower::ServiceExt as _;

use super::message::{Reply, Request};
use super::*;

fn pad() -> PinPad {
    PinPad::new(Options::default(), Arc::new(|| 1_768_461_330_000_000))
}

fn asking(fields: &[(u16, &str)]) -> Vec<u8> {
    let inside = fields.iter().fold(String::new(), |text, (number, value)| {
        text + &format!("<field id=\"{number:02}\">{value}</field>")
    });
    format!("<request>{inside}<timeout>60</timeout></request>").into_bytes()
}

const SALE: [(u16, &str); 4] = [(0, "15000"), (4, "643"), (25, "1"), (27, "11087928")];

async fn call(pad: &PinPad, method: &str, path: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
    let request = HttpRequest::builder()
        .method(method)
        .uri(path)
        .header(
            "Content-Type",
            if path == "/screen" {
                "application/x-www-form-urlencoded"
            } else {
                "application/json"
            },
        )
        .body(Body::from(body))
        .unwrap();
    let response = router(pad.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    (
        status,
        to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec(),
    )
}

async fn ask(pad: &PinPad, fields: &[(u16, &str)]) -> String {
    let (_, body) = call(pad, "POST", "/", asking(fields)).await;
    WINDOWS_1251.decode_without_bom_handling(&body).0.into_owned()
}

/// A sale, with keys that are pressed one after another.
async fn sale(pad: &PinPad, keys: &[Key]) -> String {
    let asked = ask(pad, &SALE);
    let pressing = async {
        pad.asks().await;
        for key in keys {
            pad.press(*key);
        }
    };
    tokio::join!(asked, pressing).0
}

fn value(answer: &str, number: u16) -> Option<String> {
    let (_, after) = answer.split_once(&format!("<field id=\"{number:02}\">"))?;
    Some(after.split_once("</field>")?.0.to_owned())
}

#[test]
fn requests_are_read_in_windows_1251() {
    let body = WINDOWS_1251
        .encode("<?xml version=\"1.0\" encoding=\"windows-1251\"?><request><field id=\"86\">А &amp; Б</field><field id=\"0\">1</field><ncom>3</ncom><timeout>9</timeout></request>")
        .0
        .into_owned();
    let request = Request::read(&body).unwrap();
    assert_eq!((request.field(86), request.number(0)), (Some("А & Б"), Some(1)));
    assert_eq!(request.timeout_s, Some(9));
    for broken in [
        "",
        "<request>",
        "<response></response>",
        "<request><field>1</field></request>",
        "<request><x/></request>",
    ] {
        assert_eq!(Request::read(broken.as_bytes()), None, "{broken}");
    }
}

#[test]
fn answers_are_written_as_published() {
    let error = String::from_utf8(Reply::Error(4).write()).unwrap();
    assert!(error.contains("<errorcode>4</errorcode>\n<errordescription>REQUEST_ERROR</errordescription>"));
    let fields = Reply::Fields(vec![(0, "1".to_owned()), (19, "Ё<".to_owned())]);
    assert!(
        fields
            .write()
            .windows(5)
            .any(|bytes| bytes == [0xA8, b'&', b'l', b't', b';'])
    );
    assert!(
        String::from_utf8(fields.write_otherwise())
            .unwrap()
            .contains("<field id=\"0\">1</field>")
    );
}

#[tokio::test]
async fn health_and_test_answer_at_once() {
    let pad = pad();
    assert_eq!(call(&pad, "GET", "/", Vec::new()).await.1, b"OKWORK");
    let answer = ask(&pad, &[(25, "26")]).await;
    assert_eq!(value(&answer, 27).as_deref(), Some("11087928"));
    assert_eq!(
        value(&answer, 19).as_deref(),
        Some("ОПЕРАЦИЯ ОДОБРЕНА^APPROVED.JPG~")
    );
    assert_eq!(value(&answer, 21).as_deref(), Some("20260115101530"));
}

#[tokio::test]
async fn a_card_and_key_1_and_a_phone() {
    let pad = pad();
    let by_card = sale(&pad, &[Key::Phone, Key::Tap]).await;
    assert_eq!(
        (value(&by_card, 39).as_deref(), value(&by_card, 119).as_deref()),
        (Some("1"), Some("CARD"))
    );
    let by_qr = sale(&pad, &[Key::One, Key::Tap, Key::Phone]).await;
    assert_eq!(
        (value(&by_qr, 39).as_deref(), value(&by_qr, 119).as_deref()),
        (Some("1"), Some("SBP"))
    );
    let cancelled = sale(&pad, &[Key::Cancel]).await;
    assert_eq!(
        (value(&cancelled, 39).as_deref(), value(&cancelled, 15).as_deref()),
        (Some("53"), Some("ER3"))
    );
    let declined = sale(&pad, &[Key::One, Key::Decline]).await;
    assert_eq!(value(&declined, 39).as_deref(), Some("16"));
    assert_eq!(pad.books().len(), 2);
}

#[tokio::test]
async fn one_operation_at_a_time() {
    let pad = pad();
    let first = ask(&pad, &SALE);
    let second = async {
        pad.asks().await;
        let answer = ask(&pad, &SALE).await;
        pad.press(Key::Tap);
        answer
    };
    let (first, second) = tokio::join!(first, second);
    assert!(second.contains("<errorcode>16</errorcode>"), "{second}");
    assert_eq!(value(&first, 39).as_deref(), Some("1"));
}

#[tokio::test]
async fn money_goes_back_by_the_rules_of_the_day() {
    let pad = pad();
    let sold = sale(&pad, &[Key::Tap]).await;
    let rrn = value(&sold, 14).unwrap();
    let back = |code: &'static str, sum: &'static str| {
        let rrn = rrn.clone();
        let pad = pad.clone();
        async move { ask(&pad, &[(0, sum), (4, "643"), (14, &rrn), (25, code)]).await }
    };
    assert_eq!(value(&back("4", "5000").await, 39).as_deref(), Some("1"));
    assert_eq!(
        value(&back("4", "10001").await, 39).as_deref(),
        Some("16"),
        "more than is left"
    );
    assert_eq!(value(&ask(&pad, &[(25, "59")]).await, 39).as_deref(), Some("1"));
    assert_eq!(
        value(&back("4", "10000").await, 39).as_deref(),
        Some("16"),
        "the day is over"
    );
    let tapped = async {
        assert_eq!(
            pad.asks().await,
            Screen::AskCard {
                kopecks: 10_000,
                is_sale: false
            }
        );
        pad.press(Key::One);
        pad.press(Key::Tap);
    };
    let (refunded, ()) = tokio::join!(back("29", "10000"), tapped);
    assert_eq!(value(&refunded, 39).as_deref(), Some("1"));
    assert_eq!(pad.books(), [(rrn, 15_000, 15_000)]);
}

#[tokio::test]
async fn copies_and_reports() {
    let pad = pad();
    let last = [(25, "63"), (64, "1"), (65, "22")];
    assert_eq!(
        value(&ask(&pad, &last).await, 39).as_deref(),
        Some("16"),
        "no receipt yet"
    );
    sale(&pad, &[Key::Tap]).await;
    let copy = value(&ask(&pad, &last).await, 90).unwrap();
    assert!(
        copy.starts_with("0xDF^^") && copy.contains("СУММА: 150.00 РУБ\r\n"),
        "{copy}"
    );
    assert!(
        value(&ask(&pad, &[(25, "63"), (65, "21")]).await, 90)
            .unwrap()
            .contains("000001 150.00")
    );
    let asked = async {
        assert_eq!(pad.asks().await, Screen::AskNumber);
        pad.press(Key::Number { number: 1 });
    };
    let (answer, ()) = tokio::join!(ask(&pad, &[(25, "63"), (64, "0"), (65, "22")]), asked);
    assert_eq!(value(&answer, 90), Some(copy));
}

#[tokio::test]
async fn the_page_has_the_screen_and_its_keys() {
    let pad = pad();
    let sale = ask(&pad, &SALE);
    let visit = async {
        pad.asks().await;
        let (_, body) = call(&pad, "GET", "/screen?lang=en", Vec::new()).await;
        let body = String::from_utf8(body).unwrap();
        assert!(body.contains("150,00 ₽") && body.contains("Tap the card") && body.contains("1 — SBP QR"));
        let (status, _) = call(&pad, "POST", "/screen", b"key=one&lang=en".to_vec()).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, body) = call(&pad, "GET", "/screen", Vec::new()).await;
        assert!(String::from_utf8(body).unwrap().contains("<svg"));
        let (_, state) = call(&pad, "GET", "/state", Vec::new()).await;
        assert!(
            String::from_utf8(state)
                .unwrap()
                .contains("\"screen\":\"show_qr\"")
        );
        call(&pad, "POST", "/key", b"{\"key\":\"phone\"}".to_vec()).await;
    };
    let (answer, ()) = tokio::join!(sale, visit);
    assert_eq!(value(&answer, 119).as_deref(), Some("SBP"));
}

#[tokio::test]
async fn faults_strike_once_and_can_be_planned_over_http() {
    let pad = pad();
    let (status, _) = call(&pad, "POST", "/faults", b"{\"fault\":{\"code\":13}}".to_vec()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(ask(&pad, &SALE).await.contains("<errorcode>13</errorcode>"));
    pad.plan(Fault::PrintError);
    assert!(
        sale(&pad, &[Key::Tap])
            .await
            .contains("<errorcode>12</errorcode>")
    );
    pad.plan(Fault::CancelCode);
    assert!(
        sale(&pad, &[Key::Cancel])
            .await
            .contains("<errorcode>15</errorcode>")
    );
    assert_eq!(
        value(&sale(&pad, &[Key::Cancel]).await, 39).as_deref(),
        Some("53")
    );
    assert_eq!(pad.requests(), 4);
}
