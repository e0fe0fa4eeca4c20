//! Two daemons on one database and one broker: when one dies, the other goes on with its payments.

use domain::{Code, State};
use register::{Pay, PaymentId, Register};
use simulator::bank::PayerAction;
use testkit::real::log::Log;
use testkit::real::process::Process;
use testkit::real::replies::{ended, kopecks, next, qr};
use testkit::real::site::{DYNAMIC, Door, Site};
use testkit::real::store::Kind;
use testkit::real::until;
use testkit::real::wire::Wire;

#[tokio::test(flavor = "multi_thread")]
async fn the_other_daemon_goes_on() -> anyhow::Result<()> {
    let mut site = Site::open(Kind::MariaDb).await?;
    let log = Log::default();
    let mut other = Process::start(&site.config, &log).await?;
    log.line(0, &["connected to the broker"]).await?;

    // A payment of the first, by its own HTTP door.
    let mut replies = site
        .register(Door::Http, DYNAMIC)?
        .pay(Pay::new(kopecks(4_400)?))
        .await;
    let (shown, payload) = qr(&mut replies).await?;
    let payment = PaymentId::Operation(shown.operation_id.unwrap());
    let wire = Wire::lay(Some(other.http.clone())).await?;
    let at_the_other = at(&wire, &site)?;
    let status = at_the_other.status(payment.clone()).await?;
    assert_eq!(status.state, Some(State::AwaitingPayment), "both see it");
    let refused = next(&mut at_the_other.cancel(payment.clone()).await).await?;
    let error = refused.error.unwrap();
    assert_eq!(error.code, Code::JournalUnavailable, "a cancel must not be lost");
    assert!(error.repeatable && error.detail.unwrap().contains("another daemon"));

    site.kill_9()?;
    site.http_wire.lead_to(Some(other.http.clone()));
    site.buyer(&payload, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;
    assert!(log.find(0, &["123.45"]).is_none() && log.find(0, &["44.00 rubles came"]).is_some());

    // Over the broker the survivor serves alone; a daemon that comes back shares the work again.
    let mut replies = site
        .register(Door::Amqp, DYNAMIC)?
        .pay(Pay::new(kopecks(600)?))
        .await;
    let (_, payload) = qr(&mut replies).await?;
    site.buyer(&payload, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;
    site.start().await?;
    other.signal("TERM")?;
    assert_eq!(other.ended().await?.status.code(), Some(0));
    until("the returned daemon alone", async || {
        Ok(site.log.find(0, &["connected to the broker"]).map(|_| ()))
    })
    .await?;
    let mut replies = site
        .register(Door::Amqp, DYNAMIC)?
        .pay(Pay::new(kopecks(700)?))
        .await;
    let (_, payload) = qr(&mut replies).await?;
    site.buyer(&payload, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;
    site.agree().await?;
    site.keeps_secrets(&log.text())?;
    site.close().await
}

fn at(wire: &Wire, site: &Site) -> anyhow::Result<Register> {
    let url = format!("http://{}", wire.address());
    let token = site.token.clone().into();
    Ok(Register::http(&url, token, "1".parse()?, "1".parse()?)?.with_module(DYNAMIC.parse()?))
}
