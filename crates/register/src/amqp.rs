//! The RabbitMQ door: topic exchange, direct reply-to, publisher confirms.

use crate::RegisterError;
use crate::door::{CONNECT_TIMEOUT, Door, DoorError, Line, REPLY_BYTES_MAX, read_reply};
use crate::order::Envelope;
use async_trait::async_trait;
use futures_util::StreamExt;
use lapin::options::{BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::uri::AMQPUri;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Consumer};
use protocol::Reply;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// The topic exchange where the daemon listens unless it is set otherwise (the product manual).
pub(crate) const EXCHANGE: &str = "amq.topic";
/// RabbitMQ's pseudo-queue: replies come straight to the channel that asked.
const REPLY_TO: &str = "amq.rabbitmq.reply-to";
/// Replies that wait to be read for one request; more are dropped, and the status question finds what was missed.
const REPLIES_MAX: usize = 32;
/// Delivery mode of a message that survives a restart of the broker.
const PERSISTENT: u8 = 2;

type Waiting = Arc<Mutex<HashMap<String, mpsc::Sender<Vec<u8>>>>>;

/// Speaks AMQP to the broker.
pub(crate) struct AmqpDoor {
    url: SecretString,
    address: String,
    exchange: ShortString,
    connect_timeout: Duration,
    live: tokio::sync::Mutex<Option<Live>>,
}

/// A connection that works, as far as is known. Direct reply-to ties publishing and consuming to one channel.
struct Live {
    connection: Connection,
    channel: Channel,
    waiting: Waiting,
}

impl AmqpDoor {
    pub(crate) fn new(url: SecretString) -> Result<Self, RegisterError> {
        let uri: AMQPUri = url.expose_secret().parse().map_err(|_| {
            // The parser's words could quote the password.
            RegisterError::Settings(
                "the broker's address must look like `amqp://user:password@host:port/vhost`".to_owned(),
            )
        })?;
        if matches!(uri.scheme, lapin::uri::AMQPScheme::AMQPS) {
            // Somebody else in the process may have chosen a provider already; then theirs is used.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        Ok(Self {
            url,
            address: format!("{}:{}", uri.authority.host, uri.authority.port),
            exchange: ShortString::from(EXCHANGE),
            connect_timeout: CONNECT_TIMEOUT,
            live: tokio::sync::Mutex::new(None),
        })
    }

    /// Another exchange.
    pub(crate) fn with_exchange(mut self, exchange: &str) -> Result<Self, RegisterError> {
        self.exchange = ShortString::try_new(exchange.to_owned()).map_err(|_| {
            RegisterError::Settings("the exchange's name is too long for AMQP: 255 bytes".to_owned())
        })?;
        Ok(self)
    }

    /// Another limit for a connection to stand.
    pub(crate) fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    async fn connect_in_time(&self) -> Result<Live, DoorError> {
        timeout(self.connect_timeout, self.connect())
            .await
            .unwrap_or_else(|_| Err(DoorError::NotSent("RabbitMQ does not answer".to_owned())))
    }

    async fn connect(&self) -> Result<Live, DoorError> {
        let failed = |error: &lapin::Error| DoorError::NotSent(format!("RabbitMQ: {error}"));
        let properties = ConnectionProperties::default().with_connection_name("qrpay register".into());
        let connection = Connection::connect(self.url.expose_secret(), properties)
            .await
            .map_err(|error| failed(&error))?;
        let channel = connection
            .create_channel()
            .await
            .map_err(|error| failed(&error))?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await
            .map_err(|error| failed(&error))?;
        let options = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        let consumer = channel
            .basic_consume(
                ShortString::from(REPLY_TO),
                ShortString::from(""),
                options,
                FieldTable::default(),
            )
            .await
            .map_err(|error| failed(&error))?;
        let waiting = Waiting::default();
        tokio::spawn(distribute(consumer, Arc::clone(&waiting)));
        Ok(Live {
            connection,
            channel,
            waiting,
        })
    }
}

/// Brings each reply to the request that waits for it, until the channel ends; then nobody waits any more.
async fn distribute(mut consumer: Consumer, waiting: Waiting) {
    while let Some(Ok(delivery)) = consumer.next().await {
        let Some(correlation) = delivery.properties.correlation_id() else {
            continue;
        };
        let waiter = lock(&waiting).get(correlation.as_str()).cloned();
        if let Some(waiter) = waiter {
            // A full line means that nobody reads it.
            let _ = waiter.try_send(delivery.data);
        }
    }
    lock(&waiting).clear();
}

fn lock(waiting: &Waiting) -> std::sync::MutexGuard<'_, HashMap<String, mpsc::Sender<Vec<u8>>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Door for AmqpDoor {
    fn address(&self) -> &str {
        &self.address
    }

    async fn open(&self, envelope: &Envelope) -> Result<Box<dyn Line>, DoorError> {
        let Some(module) = &envelope.module else {
            return Err(DoorError::NotTheDaemon("no module is named".to_owned()));
        };
        let kind = if envelope.operation == "cancel" {
            "cancel"
        } else {
            "payment"
        };
        let key = format!("servplus.{module}.{kind}");

        let (channel, line) = {
            let mut kept = self.live.lock().await;
            let works = kept.as_ref().is_some_and(|live| {
                live.connection.status().connected() && live.channel.status().connected()
            });
            if !works {
                *kept = None;
            }
            let live = match &mut *kept {
                Some(live) => live,
                empty => empty.insert(self.connect_in_time().await?),
            };
            let (sender, replies) = mpsc::channel(REPLIES_MAX);
            lock(&live.waiting).insert(envelope.id.to_string(), sender);
            let replies = AmqpLine {
                id: envelope.id.to_string(),
                waiting: Arc::clone(&live.waiting),
                replies,
            };
            (live.channel.clone(), replies)
        };
        publish(&channel, self.exchange.clone(), &key, envelope).await?;
        Ok(Box::new(line))
    }
}

async fn publish(
    channel: &Channel,
    exchange: ShortString,
    key: &str,
    envelope: &Envelope,
) -> Result<(), DoorError> {
    let too_long = |what: &str| DoorError::NotSent(format!("{what} is too long for AMQP: 255 bytes"));
    let correlation =
        ShortString::try_new(envelope.id.to_string()).map_err(|_| too_long("the request id"))?;
    let mut properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT)
        .with_reply_to(REPLY_TO.into())
        .with_correlation_id(correlation);
    if let Some(ms) = envelope.stale_after_ms {
        properties = properties.with_expiration(ms.to_string().into());
    }
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let broken = |error: &lapin::Error| DoorError::Broken(format!("RabbitMQ: {error}"));
    let confirm = channel
        .basic_publish(exchange, key.into(), options, &envelope.body, properties)
        .await
        .map_err(|error| broken(&error))?;
    match confirm.await.map_err(|error| broken(&error))? {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) => Err(DoorError::NotSent(format!(
            "no queue takes `{key}`: is the module's name right, and has the daemon been started with it?"
        ))),
        Confirmation::Nack(_) | Confirmation::NotRequested => Err(DoorError::Broken(
            "RabbitMQ did not confirm that it has the message".to_owned(),
        )),
    }
}

struct AmqpLine {
    id: String,
    waiting: Waiting,
    replies: mpsc::Receiver<Vec<u8>>,
}

#[async_trait]
impl Line for AmqpLine {
    async fn next(&mut self) -> Result<Reply, DoorError> {
        match self.replies.recv().await {
            Some(body) if body.len() > REPLY_BYTES_MAX => {
                Err(DoorError::Broken("the answer is too large".to_owned()))
            }
            Some(body) => read_reply(&body),
            None => Err(DoorError::Broken("the connection to RabbitMQ broke".to_owned())),
        }
    }
}

impl Drop for AmqpLine {
    fn drop(&mut self) {
        self.replies.close();
        let mut waiting = lock(&self.waiting);
        // A later line of the same request may have taken the place.
        if waiting.get(&self.id).is_some_and(mpsc::Sender::is_closed) {
            waiting.remove(&self.id);
        }
    }
}
