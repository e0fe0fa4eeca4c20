//! The library over a real RabbitMQ, with a responder that plays the daemon.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of the tests")]

mod fake_daemon;

use domain::{Kopecks, ModuleName, State};
use fake_daemon::{FakeDaemon, script};
use futures_util::StreamExt;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, QueueBindOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use register::{Patience, Pay, PaymentId, Register, RegisterError};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn broker() -> String {
    std::env::var("QRPAY_TEST_AMQP_URL").unwrap_or_else(|_| {
        panic!("QRPAY_TEST_AMQP_URL names no RabbitMQ: run it through `cargo xtask test`")
    })
}

/// A module that no other test uses.
fn module() -> ModuleName {
    format!("t{}", uuid::Uuid::new_v4().simple()).parse().unwrap()
}

fn register(module: &ModuleName, patience: Patience) -> Register {
    Register::amqp(
        broker().into(),
        module.clone(),
        "1".parse().unwrap(),
        "7".parse().unwrap(),
    )
    .unwrap()
    .with_patience(patience)
}

fn patience() -> Patience {
    Patience {
        pause: Duration::from_millis(20),
        ..Patience::default()
    }
}

/// What a delivery looked like.
#[derive(Debug, Clone)]
struct Seen {
    key: String,
    correlation: String,
    body: Value,
    persistent: bool,
}

/// Plays the daemon: answers from the fake's books, and again when an operation changes.
struct Responder {
    fake: FakeDaemon,
    seen: Arc<Mutex<Vec<Seen>>>,
    connection: Connection,
    channel: Channel,
    queue: String,
}

impl Responder {
    /// `deaf_to` deliveries are taken without an answer.
    async fn start(module: &ModuleName, deaf_to: usize) -> Self {
        let fake = FakeDaemon::unbound(Duration::from_millis(60));
        let connection = Connection::connect(&broker(), ConnectionProperties::default())
            .await
            .unwrap();
        let channel = connection.create_channel().await.unwrap();
        let queue = module.as_str();
        let options = QueueDeclareOptions {
            auto_delete: true,
            ..QueueDeclareOptions::default()
        };
        channel
            .queue_declare(queue.into(), options, FieldTable::default())
            .await
            .unwrap();
        for kind in ["payment", "cancel"] {
            let key = format!("servplus.{module}.{kind}");
            let (options, none) = (QueueBindOptions::default(), FieldTable::default());
            channel
                .queue_bind(queue.into(), "amq.topic".into(), key.into(), options, none)
                .await
                .unwrap();
        }
        let options = BasicConsumeOptions::default();
        let mut consumer = channel
            .basic_consume(queue.into(), "".into(), options, FieldTable::default())
            .await
            .unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (books, notes) = (fake.clone(), Arc::clone(&seen));
        let own_channel = channel.clone();
        tokio::spawn(async move {
            let mut deaf_to = deaf_to;
            while let Some(Ok(delivery)) = consumer.next().await {
                delivery.acker.ack(BasicAckOptions::default()).await.unwrap();
                let message: Value = serde_json::from_slice(&delivery.data).unwrap();
                let reply_to = delivery.properties.reply_to().clone().unwrap();
                let correlation = delivery.properties.correlation_id().clone().unwrap();
                notes.lock().unwrap().push(Seen {
                    key: delivery.routing_key.to_string(),
                    correlation: correlation.to_string(),
                    body: message.clone(),
                    persistent: delivery.properties.delivery_mode() == &Some(2),
                });
                let reply = books.handle(&message);
                if deaf_to > 0 {
                    deaf_to -= 1;
                    continue;
                }
                let properties = BasicProperties::default().with_correlation_id(correlation);
                let address = (reply_to.to_string(), properties);
                tokio::spawn(answer(channel.clone(), address, books.clone(), message, reply));
            }
        });
        Self {
            fake,
            seen,
            connection,
            channel: own_channel,
            queue: queue.to_owned(),
        }
    }

    /// Goes away and takes the queue along, so that the broker has nowhere to put a message.
    async fn stop(self) {
        let options = QueueDeleteOptions::default();
        self.channel
            .queue_delete(self.queue.as_str().into(), options)
            .await
            .unwrap();
        self.connection
            .close(200, "the daemon stops".into())
            .await
            .unwrap();
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(
    channel: Channel,
    (reply_to, properties): (String, BasicProperties),
    books: FakeDaemon,
    message: Value,
    mut reply: Value,
) {
    loop {
        let body = reply.to_string();
        let options = BasicPublishOptions::default();
        let sent = channel
            .basic_publish(
                "".into(),
                reply_to.as_str().into(),
                options,
                body.as_bytes(),
                properties.clone(),
            )
            .await;
        let one_answer = matches!(message["operation"].as_str(), Some("status" | "cancel"));
        if sent.is_err() || one_answer || reply["final"] == true {
            return;
        }
        let told = reply.clone();
        while reply == told {
            tokio::time::sleep(Duration::from_millis(10)).await;
            reply = books.handle(&message);
        }
    }
}

#[tokio::test]
async fn a_payment_runs_over_the_broker() {
    let module = module();
    let daemon = Responder::start(&module, 0).await;
    let register = register(&module, patience());
    let pay = Pay::new(Kopecks::new(15_000).unwrap());
    let id = pay.id.clone();
    let mut replies = register.pay(pay).await;
    let first = replies.next().await.unwrap().unwrap();
    assert_eq!(first.state, Some(State::AwaitingPayment));
    assert_eq!(replies.last().await.unwrap().state, Some(State::Paid));

    let seen = daemon.seen();
    assert_eq!(seen[0].key, format!("servplus.{module}.payment"));
    assert_eq!(seen[0].correlation, id.as_str());
    assert_eq!(seen[0].body["id"], id.as_str());
    assert!(seen[0].persistent);

    let pay = Pay::new(Kopecks::new(15_000 + script::WAITS).unwrap());
    let payment = PaymentId::Caller(pay.id.clone());
    let mut replies = register.pay(pay).await;
    replies.next().await.unwrap().unwrap();
    let told = register.cancel(payment.clone()).await.last().await.unwrap();
    assert_eq!(told.state, Some(State::Cancelled));
    assert_eq!(replies.last().await.unwrap().state, Some(State::Cancelled));
    assert!(
        daemon
            .seen()
            .iter()
            .any(|seen| seen.key == format!("servplus.{module}.cancel"))
    );
    let asked = register.status(payment).await.unwrap();
    assert_eq!((asked.state, asked.is_final), (Some(State::Cancelled), true));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_asked_for_and_the_same_message_goes_again() {
    let module = module();
    let daemon = Responder::start(&module, 1).await;
    let register = register(
        &module,
        Patience {
            answer: Duration::from_secs(2),
            ..patience()
        },
    );
    let pay = Pay::new(Kopecks::new(15_000 + script::WAITS).unwrap());
    let payment = PaymentId::Caller(pay.id.clone());
    let mut replies = register.pay(pay).await;
    let first = replies.next().await.unwrap().unwrap();
    assert_eq!(first.state, Some(State::AwaitingPayment));
    // The cancel proves that the repeated message brought us back to the payment's replies.
    register.cancel(payment).await.last().await.unwrap();
    assert_eq!(replies.last().await.unwrap().state, Some(State::Cancelled));
    assert_eq!(daemon.fake.opened(), 1);
    let pays: Vec<Value> = daemon
        .seen()
        .into_iter()
        .map(|seen| seen.body)
        .filter(|body| body["operation"] == "pay")
        .collect();
    assert!(pays.iter().all(|body| body == &pays[0]));
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_anew() {
    let module = module();
    let daemon = Responder::start(&module, 0).await;
    let register = register(
        &module,
        Patience {
            answer: Duration::from_secs(3),
            ..patience()
        },
    );
    let reply = register
        .pay(Pay::new(Kopecks::new(100).unwrap()))
        .await
        .last()
        .await
        .unwrap();
    assert_eq!(reply.state, Some(State::Paid));
    daemon.stop().await;

    // Nobody listens any more and the queue is gone: the broker itself says that nothing was delivered.
    let error = register
        .pay(Pay::new(Kopecks::new(100).unwrap()))
        .await
        .last()
        .await
        .unwrap_err();
    assert!(
        matches!(&error, RegisterError::NotSent { reason, .. } if reason.contains("no queue takes")),
        "{error}"
    );

    let daemon = Responder::start(&module, 0).await;
    let reply = register
        .pay(Pay::new(Kopecks::new(100).unwrap()))
        .await
        .last()
        .await
        .unwrap();
    assert_eq!(reply.state, Some(State::Paid));
    assert_eq!(daemon.fake.opened(), 1);
}

#[tokio::test]
async fn no_broker_means_nothing_was_sent() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("amqp://user:secret@127.0.0.1:{port}/%2f");
    let register = Register::amqp(url.into(), module(), "1".parse().unwrap(), "7".parse().unwrap())
        .unwrap()
        .with_patience(patience());
    let error = register
        .pay(Pay::new(Kopecks::new(100).unwrap()))
        .await
        .last()
        .await
        .unwrap_err();
    assert!(matches!(error, RegisterError::NotSent { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(
        Register::amqp(
            "http://x".into(),
            module(),
            "1".parse().unwrap(),
            "7".parse().unwrap()
        )
        .is_err()
    );
}

/// The tree of the manual's fragments with this broker and module in place of the manual's.
fn settings_tree(module: &ModuleName) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ukm5");
    for name in [
        "mintukm.conf",
        "services/universal_integrator.conf",
        "services/payment/payment.conf",
        "services/payment/payment_qrpay_ui.conf",
        "services/payment/payment_inpas_smartsale.conf",
        "services/reports/reports.conf",
        "services/reports/x_report.conf",
        "services/reports/qr_checker.conf",
    ] {
        let text = std::fs::read_to_string(fixtures.join(name)).unwrap();
        let text = text
            .replace("amqp://ukm:xxxxxx@192.168.25.113", &broker())
            .replace("qrraiffd_variable", module.as_str());
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_register_set_up_as_the_manual_shows_takes_a_payment_and_checks_a_sticker() {
    let module = module();
    let daemon = Responder::start(&module, 0).await;
    let tree = settings_tree(&module);
    let checked = register::ukm::check(tree.path(), &HashMap::new());
    assert_eq!(
        checked.count(register::ukm::Severity::Error),
        0,
        "{:?}",
        checked.findings
    );
    let (store, terminal) = ("12".parse().unwrap(), "34".parse().unwrap());
    let payment = &checked.settings.payments[0].connection;
    let register = payment.register(store, terminal).unwrap();
    let mut replies = register.pay(Pay::new(Kopecks::new(15_000).unwrap())).await;
    let first = replies.next().await.unwrap().unwrap();
    assert!(first.qr.is_some());
    assert_eq!(replies.last().await.unwrap().state, Some(State::Paid));
    let seen = &daemon.seen()[0];
    assert_eq!(seen.key, format!("servplus.{module}.payment"));
    assert_eq!(
        (&seen.body["store"], &seen.body["terminal"]),
        (&"12".into(), &"34".into())
    );
    assert_eq!(seen.body["timeout_ms"], 310_000);

    let report = checked.settings.link_check.unwrap().connection;
    let register = report
        .register("12".parse().unwrap(), "34".parse().unwrap())
        .unwrap();
    let sticker = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2?type=01&bank=100000000001&crc=C08B";
    let told = register.link_check(sticker).await.last().await.unwrap();
    assert!(told.link.is_some());
}
