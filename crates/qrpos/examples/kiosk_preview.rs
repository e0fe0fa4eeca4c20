//! The kiosk against a daemon that only pretends, and the devices at its side, to look at the pages:
//! `cargo run -p qrpos --example kiosk_preview`. Arguments: address, how many milliseconds buyers take, number of the
//! fake daemon's script, the kiosk's own timeout in milliseconds.
//!
//! `/outputs/show`, `/outputs/paid`, `/outputs/failed` and `/outputs/expired` make a register show a code on the virtual
//! display and on the virtual tape, and withdraw it.

#[path = "../../register/tests/fake_daemon/mod.rs"]
mod fake_daemon;

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use domain::{Clock, Kopecks, Timestamp};
use fake_daemon::{FakeDaemon, PAYLOAD, TOKEN};
use protocol::QrReport;
use qrpos::devices::{Device, VirtualDevice};
use qrpos::kiosk::{DemoLink, DemoOptions, KioskOptions, Tender, router};
use register::Kiosk2;
use register::outputs::{OutputSettings, Outputs, Withdrawal};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use texts::Text;
use texts::words::Lang;
use tokio::net::TcpListener;

/// A code's life does not depend on this clock: the reply says in how many milliseconds it dies.
struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let thinks = Duration::from_millis(arguments.next().map_or(Ok(8000), |ms| ms.parse())?);
    let script = arguments.next().map_or(Ok(0), |number| number.parse())?;
    let timeout_ms = arguments.next().map_or(Ok(310_000), |ms| ms.parse())?;
    let fake = FakeDaemon::unbound(thinks).always(script);
    let payer = "<meta charset=utf-8><body style='font:18px sans-serif;padding:24px'>Телефон покупателя";
    let (outputs, devices) = devices().await?;
    let app = router(options(timeout_ms, outputs)?)
        .merge(fake.router())
        .merge(devices)
        .route("/payer", get(move || async move { Html(payer) }));
    let listener = TcpListener::bind(&address).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

fn options(timeout_ms: u64, outputs: Outputs) -> anyhow::Result<KioskOptions> {
    let tender = |module: &str, scans, ru, en| -> anyhow::Result<Tender> {
        Ok(Tender {
            module: module.parse()?,
            title: Text::new(ru, en),
            scans_customer_code: scans,
            reads_social_card: false,
            system: None,
            link: None,
            subscriber: None,
            register: None,
        })
    };
    Ok(KioskOptions {
        api_url: "/api/v1".to_owned(),
        token: TOKEN.into(),
        store: "12".parse()?,
        terminal: "7".parse()?,
        tenders: vec![
            tender("qrraiffd", false, "Код на экране", "Code on the screen")?,
            tender("qrsberpay", true, "Код покупателя", "The buyer's code")?,
            Tender {
                reads_social_card: true,
                ..tender("soc_processing", false, "Социальный счёт", "Social account")?
            },
        ],
        lang: Lang::Ru,
        timeout_ms,
        kiosk2: Kiosk2 {
            negative_sound_effects: true,
            ..Kiosk2::default()
        },
        outputs: Some(outputs),
        demo: Some(DemoOptions {
            payer_url: "/payer".to_owned(),
            links: vec![DemoLink {
                title: Text::new("Операции (JSON)", "Operations (JSON)"),
                url: "/operations".to_owned(),
            }],
        }),
    })
}

/// A display and a printer behind sockets, and a register that uses both.
async fn devices() -> anyhow::Result<(Outputs, Router)> {
    let mut pages = Router::new();
    let mut places = Vec::new();
    for device in [Device::Display, Device::Tape] {
        let port = TcpListener::bind("127.0.0.1:0").await?;
        places.push(port.local_addr()?);
        let device = VirtualDevice::new(device);
        pages = pages.merge(device.router());
        tokio::spawn(device.listen(port));
    }
    let settings: Vec<OutputSettings> = serde_json::from_value(json!([
        { "kind": "display", "port": places[0] },
        { "kind": "tape", "address": places[1], "header": ["Гастроном «Образец»"], "footer": ["Спасибо за покупку!"] },
        { "kind": "tape", "address": places[1], "mode": "raster", "paper_mm": 80 },
    ]))?;
    let outputs = Outputs::start(&settings, Arc::new(NoClock))?;
    let driven = outputs.clone();
    let pages = pages.route(
        "/outputs/{what}",
        get(move |Path(what): Path<String>| obey(driven, what)),
    );
    Ok((outputs, pages))
}

async fn obey(outputs: Outputs, what: String) -> String {
    let report = match what.as_str() {
        "paid" => outputs.withdraw(Withdrawal::Paid).await,
        "failed" => outputs.withdraw(Withdrawal::Failed).await,
        "expired" => outputs.withdraw(Withdrawal::Expired).await,
        _ => {
            let qr = QrReport {
                payload: PAYLOAD.to_owned(),
                expires_at: String::new(),
                expires_in_ms: 290_000,
            };
            outputs.show(&qr, Kopecks::new(15_000).ok()).await
        }
    };
    format!("{report:?}")
}
