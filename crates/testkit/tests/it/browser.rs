//! The demo in a real browser: goods are chosen, the QR is paid on the buyer's page, a part is returned.

use anyhow::Context;
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testkit::environment;

/// How long a page may take for one step: generous, the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running demo; it is stopped when the test ends.
struct Demo {
    process: Child,
    address: String,
}

impl Demo {
    fn start() -> anyhow::Result<Self> {
        let mut process = Command::new(environment::binary("qrpayd"))
            .args(["demo", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().context("the demo has no output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            if let Some(at) = line.find("http://") {
                let address = line[at..].trim().trim_end_matches('/').to_owned();
                return Ok(Self { process, address });
            }
        }
        anyhow::bail!("the demo did not say where it serves")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn browser() -> anyhow::Result<Client> {
    let profile = std::env::temp_dir().join(format!("browser-{}", uuid::Uuid::new_v4().simple()));
    let profile = format!("--user-data-dir={}", profile.display());
    let args = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1500,950",
        profile.as_str(),
    ];
    let options = json!({ "goog:chromeOptions": { "args": args } });
    let capabilities = options
        .as_object()
        .cloned()
        .context("capabilities are an object")?;
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(&environment::chromedriver_url())
        .await?;
    Ok(client)
}

async fn find(client: &Client, test_id: &str) -> anyhow::Result<Element> {
    let css = format!("[data-testid=\"{test_id}\"]");
    let wait = client
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::Css(&css))
        .await;
    wait.with_context(|| format!("`{test_id}` is not on the page"))
}

/// Waits until the page shows how it ended.
async fn result_is(client: &Client, wanted: &str) -> anyhow::Result<()> {
    let css = format!("[data-testid=\"result\"][data-state=\"{wanted}\"]");
    let wait = client
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::Css(&css))
        .await;
    wait.map(|_| ())
        .with_context(|| format!("the kiosk never showed `{wanted}`"))
}

/// On the buyer's phone: pays what the frame beside the kiosk shows.
async fn on_the_phone(client: &Client, button: &str) -> anyhow::Result<()> {
    client.enter_parent_frame().await?;
    find_css(client, "iframe#phone[src*='link=']")
        .await?
        .enter_frame()
        .await?;
    find_css(client, button).await?.click().await?;
    client.enter_parent_frame().await?;
    find_css(client, "iframe#kiosk").await?.enter_frame().await?;
    Ok(())
}

async fn find_css(client: &Client, css: &str) -> anyhow::Result<Element> {
    let wait = client
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::Css(css))
        .await;
    wait.with_context(|| format!("`{css}` is not on the page"))
}

async fn buys(client: &Client, goods: &[&str]) -> anyhow::Result<()> {
    for good in goods {
        find(client, good).await?.click().await?;
    }
    find(client, "pay").await?.click().await?;
    find(client, "qr").await?;
    find(client, "countdown").await?;
    Ok(())
}

#[tokio::test]
async fn the_kiosk_really_pays() {
    let demo = Demo::start().unwrap();
    let client = browser().await.unwrap();
    let told = pays_declines_cancels(&client, &demo).await;
    client.close().await.unwrap();
    told.unwrap();
}

async fn pays_declines_cancels(client: &Client, demo: &Demo) -> anyhow::Result<()> {
    client.goto(&format!("{}/", demo.address)).await?;
    find_css(client, "iframe#kiosk").await?.enter_frame().await?;

    buys(client, &["good-1", "good-2", "good-3"]).await?;
    on_the_phone(client, "button[value='paid']").await?;
    result_is(client, "paid").await?;
    let books = environment::fetch(&format!("{}/bank/books", demo.address)).await?;
    anyhow::ensure!(
        books.contains("\"PAID\""),
        "the bank has no paid order in its books: {books}"
    );

    find(client, "refund").await?.click().await?;
    find(client, "refund-none").await?.click().await?;
    let more = "[data-testid='refund-line-2'] button:last-of-type";
    find_css(client, more).await?.click().await?;
    find(client, "refund-confirm").await?.click().await?;
    let done = find_css(client, "[data-testid='refund-done']:not([hidden])").await?;
    let returned = done
        .attr("data-amount")
        .await?
        .context("the page does not say how much")?;
    let books = environment::fetch(&format!("{}/bank/books", demo.address)).await?;
    let kopecks = domain::Kopecks::from_rubles(&returned)?.get();
    anyhow::ensure!(
        books.contains(&format!("\"amount\":{kopecks}")),
        "{kopecks} are not in {books}"
    );

    find(client, "new-purchase").await?.click().await?;
    buys(client, &["good-1"]).await?;
    find(client, "cancel").await?.click().await?;
    result_is(client, "cancelled").await?;
    find(client, "new-purchase").await?.click().await?;
    social_basket(client).await?;
    find(client, "new-purchase").await?.click().await?;
    subscription_and_second_register(client).await
}

/// A buyer with a subscription scans nothing; at the second register the same bank is paid over a sticker, and gives back.
async fn subscription_and_second_register(client: &Client) -> anyhow::Result<()> {
    for handle in ["good-1", "tender-qrbankhlynov-subscriber", "pay"] {
        find(client, handle).await?.click().await?;
    }
    result_is(client, "paid").await?;
    find(client, "new-purchase").await?.click().await?;
    find(client, "good-2").await?.click().await?;
    find(client, "tender-qrbankhlynov-2").await?.click().await?;
    find(client, "pay").await?.click().await?;
    find_css(client, "[data-testid='qr']:not([hidden])").await?;
    on_the_phone(client, "button[value='paid']").await?;
    result_is(client, "paid").await?;
    find(client, "refund").await?.click().await?;
    find(client, "refund-confirm").await?.click().await?;
    find_css(client, "[data-testid='refund-done']:not([hidden])").await?;
    Ok(())
}

/// Milk is paid with the social card, chocolate another way, on the same receipt.
async fn social_basket(client: &Client) -> anyhow::Result<()> {
    for handle in ["good-1", "good-9", "tender-soc_processing", "pay"] {
        find(client, handle).await?.click().await?;
    }
    let card = find_css(client, "[data-testid='customer-code']:not([disabled])").await?;
    card.send_keys(simulator::social::CARD).await?;
    find_css(client, "[data-testid='code-pay']:not([disabled])")
        .await?
        .click()
        .await?;
    // The step is on the page from the beginning; its sum is there once it is shown.
    let shown = "[data-testid='confirm-step']:not([hidden]) [data-testid='to-debit']";
    let debited = find_css(client, shown).await?.text().await?;
    anyhow::ensure!(debited.starts_with("94,90"), "only milk is social: {debited}");
    find(client, "confirm-do").await?.click().await?;
    result_is(client, "paid").await?;
    find(client, "pay-rest").await?.click().await?;
    find_css(client, "[data-testid='qr']:not([hidden])").await?;
    find(client, "cancel").await?.click().await?;
    result_is(client, "cancelled").await
}
