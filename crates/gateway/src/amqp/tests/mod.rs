//! The RabbitMQ door before a desk in memory and a real broker.

mod proxy;
mod serving;
mod tls;
mod trouble;

use super::address::BrokerAddress;
use super::{AmqpDoor, AmqpHandle, AmqpOptions, AmqpState, EXCHANGE};
use crate::fake_desk::FakeDesk;
use domain::{Clock, ModuleName, Timestamp};
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a test waits for something that must come. It is long because machines are slow; nothing is measured.
const PATIENCE: Duration = Duration::from_secs(30);

/// The direct reply-to name that a client consumes from.
const DIRECT: &str = "amq.rabbitmq.reply-to";

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_795_341_600_000_000)
    }
}

pub fn broker_url() -> String {
    std::env::var("QRPAY_TEST_AMQP_URL")
        .expect("QRPAY_TEST_AMQP_URL names no broker: run it through `cargo xtask test`")
}

pub fn address(url: &str) -> BrokerAddress {
    BrokerAddress::parse(&SecretString::from(url)).unwrap()
}

/// A door on queues of its own, and a register's connection.
pub struct Scene {
    pub desk: Arc<FakeDesk>,
    pub module: ModuleName,
    pub options: AmqpOptions,
    pub connection: Connection,
    pub channel: Channel,
}

impl Scene {
    pub async fn new() -> Self {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let module = ModuleName::new(format!("t{unique}")).unwrap();
        let connection = Connection::connect(&broker_url(), ConnectionProperties::default())
            .await
            .unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await
            .unwrap();
        let mut options = AmqpOptions::new(vec![address(&broker_url())]);
        options.dead_letter_queue = format!("dead_{unique}");
        Self {
            desk: Arc::default(),
            module,
            options,
            connection,
            channel,
        }
    }

    pub fn open(&self) -> AmqpHandle {
        let modules = vec![self.module.clone()];
        AmqpDoor::start(self.options.clone(), self.desk.clone(), modules, Arc::new(Fixed))
    }

    /// Opens the door and waits until it serves.
    pub async fn serve(&self) -> AmqpHandle {
        let door = self.open();
        connected(&door).await;
        door
    }

    pub fn pay(&self, id: &str) -> Value {
        json!({ "operation": "pay", "id": id, "module": self.module, "store": "17", "terminal": "t", "amount": 100 })
    }

    /// Publishes to the module's payment key; confirmed by the broker.
    pub async fn send(&self, body: &[u8], properties: BasicProperties) {
        let key = format!("servplus.{}.payment", self.module);
        self.channel
            .basic_publish(
                EXCHANGE.into(),
                key.as_str().into(),
                BasicPublishOptions::default(),
                body,
                properties,
            )
            .await
            .unwrap()
            .await
            .unwrap();
    }

    /// Publishes a payment and asks for the answer at a reply address.
    pub async fn ask(&self, id: &str, reply_to: &str) {
        self.send(self.pay(id).to_string().as_bytes(), asking(reply_to, id))
            .await;
    }

    /// Listens at direct reply-to on this scene's channel.
    pub async fn listen_directly(&self) -> Consumer {
        let options = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        self.channel
            .basic_consume(DIRECT.into(), "".into(), options, FieldTable::default())
            .await
            .unwrap()
    }

    /// A durable reply queue of a register.
    pub async fn reply_queue(&self) -> String {
        let name = format!("reply_{}", self.module);
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        self.channel
            .queue_declare(name.as_str().into(), options, FieldTable::default())
            .await
            .unwrap();
        name
    }

    /// How many messages stand in a queue, not counting unacknowledged ones.
    pub async fn depth(&self, queue: &str) -> u32 {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let declared = self
            .channel
            .queue_declare(queue.into(), options, FieldTable::default())
            .await;
        declared.unwrap().message_count()
    }

    /// Takes one message out of a queue, waiting for it.
    pub async fn fetch(&self, queue: &str) -> Delivery {
        let taking = async {
            loop {
                let options = BasicGetOptions { no_ack: true };
                if let Some(message) = self.channel.basic_get(queue.into(), options).await.unwrap() {
                    return message.delivery;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, taking)
            .await
            .expect("a message in the queue")
    }

    /// Stops the door and removes what the test declared.
    pub async fn clear(self, door: AmqpHandle) {
        door.stop().await;
        for queue in [
            self.module.to_string(),
            self.options.dead_letter_queue.clone(),
            format!("reply_{}", self.module),
        ] {
            let channel = self.connection.create_channel().await.unwrap();
            channel
                .queue_delete(queue.as_str().into(), QueueDeleteOptions::default())
                .await
                .unwrap();
        }
        // A channel that is just being closed by its drop makes this fail; the connection ends all the same.
        let _ = self.connection.close(200, "done".into()).await;
    }
}

pub fn asking(reply_to: &str, correlation_id: &str) -> BasicProperties {
    BasicProperties::default()
        .with_reply_to(reply_to.into())
        .with_correlation_id(correlation_id.into())
}

pub async fn connected(door: &AmqpHandle) {
    let mut state = door.state();
    let waiting = state.wait_for(|state| matches!(state, AmqpState::Connected { .. }));
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("a connection")
        .unwrap();
}

pub async fn disconnected(door: &AmqpHandle) -> String {
    let mut state = door.state();
    let waiting = state.wait_for(|state| matches!(state, AmqpState::Disconnected { .. }));
    let state = tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("a broken connection")
        .unwrap();
    state.to_string()
}

pub async fn next(replies: &mut Consumer) -> (Value, BasicProperties) {
    let delivery = tokio::time::timeout(PATIENCE, replies.next())
        .await
        .expect("a reply")
        .unwrap()
        .unwrap();
    (
        serde_json::from_slice(&delivery.data).unwrap(),
        delivery.properties,
    )
}

/// Waits until something holds.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("{what}"));
}
