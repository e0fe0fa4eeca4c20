//! SIGTERM: no new work, what is on its way comes home, replies leave, and the rest goes on after the next start.

use domain::State;
use register::Pay;
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{Fault, Rule, When};
use std::time::Duration;
use testkit::real::process::{self, Process};
use testkit::real::queue::{Queues, asking};
use testkit::real::replies::{ended, kopecks, message, qr};
use testkit::real::site::{DYNAMIC, Door, Site};
use testkit::real::store::{KINDS, Kind};
use testkit::real::until;

/// What a stop may take in these tests besides `stop_within`: far more than it needs, far less than all the doors'
/// own limits together.
const SLACK: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn open_payments_go_on_after_the_next_start() -> anyhow::Result<()> {
    for kind in KINDS {
        let mut site = Site::open(kind).await?;
        let mut payments = Vec::new();
        for door in [Door::Http, Door::Amqp] {
            let mut replies = site.register(door, DYNAMIC)?.pay(Pay::new(kopecks(5_500)?)).await;
            let (shown, payload) = qr(&mut replies).await?;
            payments.push((replies, shown.operation_id, payload));
        }
        for signal in ["TERM", "INT"] {
            site.daemon()?.signal(signal)?;
            let stopped = site.ended().await?;
            assert!(stopped.took < Duration::from_secs(20) + SLACK, "{stopped:?}");
            if signal == "INT" {
                for (_, _, payload) in &payments {
                    site.buyer(payload, PayerAction::Pay)?;
                }
            }
            site.start().await?;
        }
        for (mut replies, operation, _) in payments {
            let end = ended(&mut replies, State::Paid).await?;
            assert_eq!(end.operation_id, operation);
        }
        site.agree().await?;
        site.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_comes_home_and_its_reply_leaves_while_new_work_is_turned_away() -> anyhow::Result<()> {
    let mut site = Site::open(Kind::Sqlite).await?;
    let mut first = site
        .register(Door::Http, DYNAMIC)?
        .pay(Pay::new(kopecks(100)?))
        .await;
    let (_, first_payload) = qr(&mut first).await?;
    site.bank_wire.hold_down();
    let asked = site.calls(Endpoint::RegisterQr);
    let mut replies = site
        .register(Door::Amqp, DYNAMIC)?
        .pay(Pay::new(kopecks(5_500)?))
        .await;
    site.called(Endpoint::RegisterQr, asked).await?;
    let mark = site.log.mark();
    site.daemon()?.signal("TERM")?;
    site.log.line(mark, &["stopping: no new work"]).await?;

    // Over HTTP new work is refused with words; over AMQP it stays in the queue.
    let late = message("pay", "late", &json!({ "amount": 300 }));
    let refused = post(&site, &late).await?;
    assert_eq!(
        (refused.0, refused.1["error"]["code"].as_str()),
        (503, Some("shutting_down"))
    );
    let queues = Queues::connect(&site.host.url(&site.host.broker)).await?;
    queues.reply_queue("replies").await?;
    queues
        .send(DYNAMIC, late.to_string().as_bytes(), asking("replies", "late"))
        .await?;

    site.bank_wire.release();
    let (shown, payload) = qr(&mut replies).await?;
    assert_eq!(shown.state, Some(State::AwaitingPayment));
    site.ended().await?;
    let stored = site.stored(shown.operation_id.unwrap()).await?;
    assert_eq!(
        stored.operation.state,
        State::AwaitingPayment,
        "the answer was committed"
    );
    assert!(stored.operation.in_flight.is_none(), "nothing is in doubt");

    queues.deep(DYNAMIC, 1).await?;
    site.start().await?;
    let late = until("a QR for the late one", async || {
        let reply = queues.reply("replies").await?;
        Ok(reply["qr"]["payload"].as_str().map(str::to_owned))
    })
    .await?;
    for payload in [&first_payload, &payload, &late] {
        site.buyer(payload, PayerAction::Pay)?;
    }
    ended(&mut first, State::Paid).await?;
    ended(&mut replies, State::Paid).await?;
    let last = site.journaled("late").await?;
    site.reached(last, State::Paid).await?;
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_never_answers_does_not_hold_up_a_stop() -> anyhow::Result<()> {
    let mut site = Site::build(Kind::Sqlite, "stop_within = \"4 second\"").await?;
    site.start().await?;
    site.log.line(0, &["connected to the broker"]).await?;
    site.bank.bank.with(|bank, _| {
        bank.add_fault(Rule {
            endpoint: Some(Endpoint::RegisterQr),
            fault: Fault::Delay { ms: 600_000 },
            when: When::Next(1),
        });
    });
    let mut replies = site
        .register(Door::Amqp, DYNAMIC)?
        .pay(Pay::new(kopecks(5_500)?))
        .await;
    site.called(Endpoint::RegisterQr, 0).await?;
    let stopped = site.terminate().await?;
    assert!(stopped.took < Duration::from_secs(4) + SLACK, "{stopped:?}");
    site.start().await?;
    let (_, payload) = qr(&mut replies).await?;
    site.buyer(&payload, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_hangs_does_not_hold_up_a_stop() -> anyhow::Result<()> {
    let mut site = Site::build(Kind::Sqlite, "stop_within = \"4 second\"").await?;
    site.start().await?;
    site.log.line(0, &["connected to the broker"]).await?;
    let mut replies = site
        .register(Door::Amqp, DYNAMIC)?
        .pay(Pay::new(kopecks(5_500)?))
        .await;
    let (_, payload) = qr(&mut replies).await?;
    site.broker_wire.hold_down();
    site.broker_wire.hold_up();
    let stopped = site.terminate().await?;
    assert!(stopped.took < Duration::from_secs(4) + SLACK, "{stopped:?}");
    site.broker_wire.cut();
    site.broker_wire.release();
    site.buyer(&payload, PayerAction::Pay)?;
    site.start().await?;
    ended(&mut replies, State::Paid).await?;
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_hears_ready_alive_and_stopping() -> anyhow::Result<()> {
    let site = Site::build(Kind::Sqlite, "").await?;
    let path = site.folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path)?;
    socket.set_read_timeout(Some(testkit::real::PATIENCE))?;
    let heard = || -> anyhow::Result<String> {
        let mut buffer = [0; 512];
        let count = socket.recv(&mut buffer)?;
        Ok(String::from_utf8_lossy(&buffer[..count]).into_owned())
    };
    let mut command = process::command(&site.config, &["run"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    let mut daemon = Process::launch(command, &site.log).await?;
    assert!(heard()?.contains("READY=1"));
    assert!(heard()?.contains("WATCHDOG=1"));
    daemon.signal("TERM")?;
    while !heard()?.contains("STOPPING=1") {}
    assert_eq!(daemon.ended().await?.status.code(), Some(0));
    site.close().await
}

async fn post(site: &Site, message: &serde_json::Value) -> anyhow::Result<(u16, serde_json::Value)> {
    super::bad_input::post(site, message.to_string().into_bytes()).await
}
