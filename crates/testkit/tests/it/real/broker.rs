//! The broker is away, goes away and comes back.

use domain::State;
use register::{Patience, Pay};
use serde_json::Value;
use simulator::bank::PayerAction;
use testkit::real::queue::{Queues, asking};
use testkit::real::replies::{ended, kopecks, message, qr};
use testkit::real::site::{DYNAMIC, Door, Site};
use testkit::real::store::Kind;
use testkit::real::until;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_http_serves_and_the_broker_is_found_later() -> anyhow::Result<()> {
    let mut site = Site::build(Kind::Sqlite, "").await?;
    site.broker_wire.lead_to(None);
    site.start().await?;
    health(&site, "disconnected since").await?;
    let mut replies = site
        .register(Door::Http, DYNAMIC)?
        .pay(Pay::new(kopecks(500)?))
        .await;
    let (_, payload) = qr(&mut replies).await?;
    site.buyer(&payload, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;

    site.broker_wire.lead_to(Some(site.host.broker.clone()));
    health(&site, "connected to").await?;
    let mut replies = site
        .register(Door::Amqp, DYNAMIC)?
        .pay(Pay::new(kopecks(600)?))
        .await;
    let (_, payload) = qr(&mut replies).await?;
    site.buyer(&payload, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_in_the_middle_of_a_payment_loses_nothing() -> anyhow::Result<()> {
    let site = Site::open(Kind::MariaDb).await?;
    let mut replies = site
        .register(Door::Amqp, DYNAMIC)?
        .pay(Pay::new(kopecks(700)?))
        .await;
    let (shown, payload) = qr(&mut replies).await?;
    site.broker_wire.lead_to(None);
    site.broker_wire.cut();
    health(&site, "disconnected since").await?;
    site.buyer(&payload, PayerAction::Pay)?;
    let operation = shown.operation_id.unwrap();
    site.reached(operation, State::Paid).await?;
    let waits = site.journal.outbox(0, 10).await?;
    assert!(
        waits.iter().any(|row| row.outgoing.operation == Some(operation)),
        "{waits:?}"
    );

    site.broker_wire.lead_to(Some(site.host.broker.clone()));
    let end = ended(&mut replies, State::Paid).await?;
    assert_eq!(end.operation_id, Some(operation));
    until("an empty outbox", async || {
        Ok(site.journal.outbox(0, 1).await?.is_empty().then_some(()))
    })
    .await?;
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_exchange_and_a_missing_one() -> anyhow::Result<()> {
    let mut site = Site::build(Kind::Sqlite, "amqp.exchange = \"amq.direct\"").await?;
    site.start().await?;
    site.log.line(0, &["connected to the broker"]).await?;
    let impatient = Patience {
        attempts: 1,
        ..Patience::default()
    };
    let register = site.register(Door::Amqp, DYNAMIC)?.with_patience(impatient);
    let mut replies = register.pay(Pay::new(kopecks(700)?)).await;
    let refused = replies.next().await.unwrap().unwrap_err().to_string();
    assert!(
        refused.contains("Nothing was sent"),
        "nobody listens at amq.topic: {refused}"
    );
    let queues = Queues::connect(&site.host.url(&site.host.broker)).await?;
    queues.reply_queue("replies").await?;
    let pay = message("pay", "direct", &serde_json::json!({ "amount": 700 })).to_string();
    queues
        .send_to("amq.direct", DYNAMIC, pay.as_bytes(), asking("replies", "c"))
        .await?;
    let payload = queues.reply("replies").await?["qr"]["payload"]
        .as_str()
        .unwrap()
        .to_owned();
    site.buyer(&payload, PayerAction::Pay)?;
    assert_eq!(queues.reply("replies").await?["state"], "paid");
    site.close().await?;

    let mut site = Site::build(Kind::Sqlite, "amqp.exchange = \"nowhere\"").await?;
    site.start().await?;
    site.log
        .line(0, &["the broker cannot be used", "nowhere"])
        .await?;
    health(&site, "disconnected since").await?;
    site.close().await
}

/// Waits until the health page says this about the broker. It never shows the password.
async fn health(site: &Site, words: &str) -> anyhow::Result<()> {
    until(words, async || {
        let url = format!("http://{}/api/v1/health", site.http_wire.address());
        let health: Value = testkit::real::http_client()?
            .get(url)
            .send()
            .await?
            .json()
            .await?;
        site.keeps_secrets(&health.to_string())?;
        assert_eq!(health["ok"], true);
        Ok(health["amqp"]
            .as_str()
            .filter(|amqp| amqp.starts_with(words))
            .map(|_| ()))
    })
    .await
}
