//! The kiosk against a daemon that only pretends, to look at the pages: `cargo run -p qrpos --example kiosk_preview`.
//! Arguments: address, how many milliseconds buyers take, number of the fake daemon's script, the kiosk's own timeout
//! in milliseconds.

#[path = "../../register/tests/fake_daemon/mod.rs"]
mod fake_daemon;

use axum::response::Html;
use axum::routing::get;
use fake_daemon::{FakeDaemon, TOKEN};
use qrpos::kiosk::{DemoLink, DemoOptions, KioskOptions, Tender, router};
use std::time::Duration;
use texts::Text;
use texts::words::Lang;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let thinks = Duration::from_millis(arguments.next().map_or(Ok(8000), |ms| ms.parse())?);
    let script = arguments.next().map_or(Ok(0), |number| number.parse())?;
    let timeout_ms = arguments.next().map_or(Ok(310_000), |ms| ms.parse())?;
    let fake = FakeDaemon::unbound(thinks).always(script);
    let tender = |module: &str, ru, en| -> anyhow::Result<Tender> {
        Ok(Tender {
            module: module.parse()?,
            title: Text::new(ru, en),
            scans_customer_code: false,
            link: None,
        })
    };
    let options = KioskOptions {
        api_url: "/api/v1".to_owned(),
        token: TOKEN.into(),
        store: "12".parse()?,
        terminal: "7".parse()?,
        tenders: vec![
            tender("qrraiffd", "Код на экране", "Code on the screen")?,
            tender("qrraiffd_variable", "Наклейка у кассы", "Sticker at the register")?,
        ],
        lang: Lang::Ru,
        timeout_ms,
        kiosk2: register::Kiosk2::default(),
        demo: Some(DemoOptions {
            payer_url: "/payer".to_owned(),
            links: vec![DemoLink {
                title: Text::new("Операции (JSON)", "Operations (JSON)"),
                url: "/operations".to_owned(),
            }],
        }),
    };
    let payer = "<meta charset=utf-8><body style='font:18px sans-serif;padding:24px'>Телефон покупателя";
    let app = router(options)
        .merge(fake.router())
        .route("/payer", get(move || async move { Html(payer) }));
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
