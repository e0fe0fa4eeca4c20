//! The self-checkout page and, around it, the demonstration page.
//!
//! The browser speaks to the daemon's `/api/v1` itself, so the register's token stands in the page: serve it only to
//! the machine that is the register.

mod demo;
mod goods;
mod page;
mod steps;

pub use demo::{DemoLink, DemoOptions, demo_page};
pub use page::kiosk_page;

use crate::web::{css, html, js, reply};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::{ModuleName, StoreId, TerminalId};
use protocol::Reply;
use register::Kiosk2;
use register::outputs::Outputs;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::Arc;
use texts::Text;
use texts::words::Lang;

/// How the kiosk page reaches the daemon, and as whom.
#[derive(Clone)]
pub struct KioskOptions {
    /// The daemon's HTTP door as the browser sees it, on the same origin: `/api/v1`.
    pub api_url: String,
    /// The register's token. It goes into the page.
    pub token: SecretString,
    /// The store.
    pub store: StoreId,
    /// The register.
    pub terminal: TerminalId,
    /// Ways to pay; the buyer chooses when there are several.
    pub tenders: Vec<Tender>,
    /// The language before anybody chooses.
    pub lang: Lang,
    /// How long the kiosk waits for a final answer, in milliseconds: 30000 to 3600000.
    pub timeout_ms: u64,
    /// Sounds, animation and slides.
    pub kiosk2: Kiosk2,
    /// Where else than on the page the QR is shown: the buyer's display, the receipt tape.
    pub outputs: Option<Outputs>,
    /// With it, `/` is the demonstration page.
    pub demo: Option<DemoOptions>,
}

/// A way to pay.
#[derive(Debug, Clone)]
pub struct Tender {
    /// The module that serves it.
    pub module: ModuleName,
    /// Its name on the screen.
    pub title: Text,
    /// Whether the buyer shows a code of their own, which the kiosk scans, rather than scanning the kiosk's.
    pub scans_customer_code: bool,
    /// Whether the buyer's social card is read first, for modules that reserve a receipt.
    pub reads_social_card: bool,
    /// Which of several systems behind the module's gateway; none where there is nothing to choose.
    pub system: Option<String>,
    /// The scanned cash link to send along; usually absent, since the register's own is meant.
    pub link: Option<String>,
    /// The buyer's id at a provider with subscriptions, under which the buyer is charged without scanning.
    pub subscriber: Option<String>,
    /// Another register than the kiosk's own, for a module whose settings differ there: over a sticker, not on the screen.
    pub register: Option<Register>,
}

/// A register that the kiosk acts for.
#[derive(Debug, Clone)]
pub struct Register {
    /// Its id, in the kiosk's store.
    pub terminal: TerminalId,
    /// Its token. It goes into the page.
    pub token: SecretString,
}

/// The most bytes of a reply that the page hands on to the other outputs.
const REPLY_BYTES_MAX: usize = 64 * 1024;

/// Serves `/kiosk`, `/kiosk/kiosk.css`, its scripts, `/kiosk/icon.svg`, `/kiosk/qr.svg?text=…`; with
/// [`KioskOptions::demo`] also `/`, `/kiosk/demo.css` and `/kiosk/demo.js`. `?lang=ru|en` chooses the language of a page.
/// To `/kiosk/outputs` the page posts the daemon's replies, so that [`KioskOptions::outputs`] follow them.
pub fn router(options: KioskOptions) -> Router {
    let with_demo = options.demo.is_some();
    let router = Router::new()
        .route("/kiosk", get(kiosk))
        .route("/kiosk/qr.svg", get(qr_svg))
        .route(
            "/kiosk/outputs",
            post(outputs).layer(DefaultBodyLimit::max(REPLY_BYTES_MAX)),
        )
        .route("/kiosk/icon.svg", get(icon))
        .route(
            "/kiosk/kiosk.css",
            get(|| async { css(include_str!("kiosk.css")) }),
        )
        .route("/kiosk/kiosk.js", get(|| async { js(include_str!("kiosk.js")) }))
        .route(
            "/kiosk/effects.js",
            get(|| async { js(include_str!("effects.js")) }),
        )
        .route("/kiosk/scan.js", get(|| async { js(include_str!("scan.js")) }));
    let router = if with_demo {
        router
            .route("/", get(demo))
            .route("/kiosk/demo.css", get(|| async { css(include_str!("demo.css")) }))
            .route("/kiosk/demo.js", get(|| async { js(include_str!("demo.js")) }))
    } else {
        router
    };
    router.with_state(Arc::new(options))
}

#[derive(Deserialize)]
struct PageQuery {
    lang: Option<Lang>,
}

async fn kiosk(State(options): State<Arc<KioskOptions>>, Query(query): Query<PageQuery>) -> Response {
    html(&kiosk_page(&options, query.lang))
}

async fn demo(State(options): State<Arc<KioskOptions>>, Query(query): Query<PageQuery>) -> Response {
    match &options.demo {
        Some(demo) => html(&demo_page(demo, query.lang.unwrap_or(options.lang))),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct QrQuery {
    text: String,
}

/// The QR of a payment link. Not kept by anybody: a link is good for one payment.
async fn qr_svg(Query(query): Query<QrQuery>) -> Response {
    match qr::Matrix::encode(&query.text) {
        Ok(matrix) => reply("image/svg+xml", "no-store", matrix.svg()),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

/// A reply of the daemon, from the page. What the outputs warn of is in the log: the buyer cannot mend a printer, and
/// the page shows the code itself.
async fn outputs(State(options): State<Arc<KioskOptions>>, headers: HeaderMap, body: String) -> StatusCode {
    let expected = format!("Bearer {}", options.token.expose_secret());
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|value| value.as_bytes() != expected.as_bytes())
    {
        return StatusCode::UNAUTHORIZED;
    }
    let (Some(outputs), Ok(reply)) = (&options.outputs, serde_json::from_str::<Reply>(&body)) else {
        return StatusCode::BAD_REQUEST;
    };
    outputs.follow(&reply).await;
    StatusCode::NO_CONTENT
}

async fn icon() -> Response {
    reply("image/svg+xml", "no-cache", include_str!("icon.svg").to_owned())
}
