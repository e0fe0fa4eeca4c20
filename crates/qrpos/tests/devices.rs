//! A register, its outputs, and the devices that are not there: from the daemon's reply to what the buyer would see.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::{Clock, Timestamp};
use futures_util::StreamExt;
use qrpos::devices::{Device, VirtualDevice};
use qrpos::kiosk::{self, KioskOptions};
use register::Kiosk2;
use register::outputs::{OutputSettings, Outputs};
use serde_json::{Value, json};
use std::sync::Arc;
use texts::words::Lang;
use tokio::net::TcpListener;
use tower::ServiceExt;

const LINK: &str = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2";

struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0)
    }
}

/// A kiosk with a display and two tapes at its side.
async fn counter() -> Router {
    let mut pages = Router::new();
    let mut addresses = Vec::new();
    for device in [Device::Display, Device::Tape] {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
        addresses.push(port.local_addr().unwrap());
        let device = VirtualDevice::new(device);
        pages = pages.merge(device.router());
        tokio::spawn(device.listen(port));
    }
    let settings: Vec<OutputSettings> = serde_json::from_value(json!([
        { "kind": "display", "port": addresses[0] },
        { "kind": "tape", "address": addresses[1] },
        { "kind": "tape", "address": addresses[1], "mode": "raster", "paper_mm": 58 },
    ]))
    .unwrap();
    let options = KioskOptions {
        api_url: "/api/v1".to_owned(),
        token: "till-7-secret".into(),
        store: "1".parse().unwrap(),
        terminal: "7".parse().unwrap(),
        tenders: Vec::new(),
        lang: Lang::Ru,
        timeout_ms: 310_000,
        kiosk2: Kiosk2::default(),
        outputs: Some(Outputs::start(&settings, Arc::new(NoClock)).unwrap()),
        demo: None,
    };
    pages.merge(kiosk::router(options))
}

fn reply(state: &str) -> Value {
    let mut reply = json!({
        "protocol": 1, "state": state, "final": state == "paid", "amount": 15_000,
        "message": { "ru": "Х", "en": "x" },
    });
    if state == "awaiting_payment" {
        reply["qr"] = json!({ "payload": LINK, "expires_at": "", "expires_in_ms": 290_000 });
    }
    reply
}

async fn hand_over(pages: &Router, token: &str, body: String) -> StatusCode {
    let request = Request::post("/kiosk/outputs")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(body))
        .unwrap();
    pages.clone().oneshot(request).await.unwrap().status()
}

async fn get(pages: &Router, path: &str) -> axum::http::Response<Body> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    pages.clone().oneshot(request).await.unwrap()
}

async fn text(pages: &Router, path: &str) -> String {
    let body = to_bytes(get(pages, path).await.into_body(), 1 << 22)
        .await
        .unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

/// Waits for the page's own news until it shows what is wanted.
async fn becomes(pages: &Router, base: &str, wanted: &str) -> String {
    let mut news = get(pages, &format!("{base}/events"))
        .await
        .into_body()
        .into_data_stream();
    loop {
        let now = text(pages, &format!("{base}/now?lang=ru")).await;
        if now.contains(wanted) {
            return now;
        }
        news.next().await.unwrap().unwrap();
    }
}

/// The text in the picture that the page draws of a printed raster.
fn read_picture(page: &str) -> String {
    let figure = page.split("printed-picture").nth(1).unwrap();
    let viewed = figure
        .split("viewBox=\"0 0 ")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let (width, height) = viewed.split_once(' ').unwrap();
    let (width, height): (usize, usize) = (width.parse().unwrap(), height.parse().unwrap());
    let mut black = vec![false; width * height];
    for run in figure
        .split("d=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .split('M')
        .skip(1)
    {
        let (at, rest) = run.split_once('h').unwrap();
        let (x, y) = at.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
        black[y * width + x..y * width + x + length].fill(true);
    }
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        if black[y * width + x] { 0 } else { 255 }
    });
    image.detect_grids()[0].decode().unwrap().1
}

#[tokio::test]
async fn the_code_reaches_display_and_tape_and_is_withdrawn_when_paid() {
    let pages = counter().await;
    assert!(text(&pages, "/display").await.contains("data-face=\"empty\""));
    assert!(text(&pages, "/kiosk").await.contains("&quot;outputs&quot;:true"));

    let waiting = reply("awaiting_payment").to_string();
    assert_eq!(
        hand_over(&pages, "till-7-secret", waiting).await,
        StatusCode::NO_CONTENT
    );
    let display = becomes(&pages, "/display", "data-face=\"code\"").await;
    assert!(display.contains(&qr::Matrix::encode(LINK).unwrap().svg()));
    let tape = becomes(&pages, "/tape", "data-jobs=\"2\"").await;
    assert!(
        tape.contains(&format!("data-text=\"{LINK}\"")),
        "the printer's own code"
    );
    assert_eq!(read_picture(&tape), LINK);
    assert!(tape.contains("К оплате: 150.00 руб."));

    let paid = reply("paid").to_string();
    assert_eq!(
        hand_over(&pages, "till-7-secret", paid).await,
        StatusCode::NO_CONTENT
    );
    becomes(&pages, "/display", "data-face=\"success\"").await;
    let tape = becomes(&pages, "/tape", "data-jobs=\"4\"").await;
    assert_eq!(tape.matches("Оплачено").count(), 2);
}

#[tokio::test]
async fn nobody_else_drives_the_outputs() {
    let pages = counter().await;
    let waiting = reply("awaiting_payment").to_string();
    assert_eq!(
        hand_over(&pages, "guess", waiting).await,
        StatusCode::UNAUTHORIZED
    );
    let broken = hand_over(&pages, "till-7-secret", "{}".to_owned()).await;
    assert_eq!(broken, StatusCode::BAD_REQUEST);
    let long = hand_over(&pages, "till-7-secret", " ".repeat(70_000)).await;
    assert_eq!(long, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(&pages, "/display/now").await.contains("data-face=\"empty\""));
}

#[tokio::test]
async fn the_pages_speak_both_languages_and_keep_to_themselves() {
    let pages = counter().await;
    for (path, ru, en) in [
        ("/display", "Дисплей покупателя", "The buyer's display"),
        ("/tape", "Чековая лента", "The receipt tape"),
    ] {
        assert!(text(&pages, path).await.contains(ru));
        let english = text(&pages, &format!("{path}?lang=en")).await;
        assert!(english.contains(en) && !english.contains(ru));
        for file in ["", "/now", "/device.css", "/device.js"] {
            let response = get(&pages, &format!("{path}{file}")).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}{file}");
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap();
            assert!(policy.starts_with("default-src 'none'"));
        }
    }
}
