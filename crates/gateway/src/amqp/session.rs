//! One connection from its handshake to its end.

use super::address::BrokerAddress;
use super::intake::Intake;
use super::{AmqpOptions, DRAIN_MS, Door, FLUSH_MS, outbox};
use domain::ModuleName;
use futures_util::StreamExt;
use lapin::options::{
    BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, ConfirmSelectOptions, QueueBindOptions,
    QueueDeclareOptions,
};
use lapin::tcp::OwnedTLSConfig;
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Connection, ConnectionProperties, Consumer};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a connection may take until it serves, in milliseconds.
pub const OPEN_MS: u64 = 10_000;
/// How long closing may take, in milliseconds.
pub const CLOSE_MS: u64 = 3_000;

/// A connection with everything declared.
pub(super) struct Session {
    connection: Connection,
    publish: Channel,
    intakes: Vec<(Channel, Consumer, Arc<Intake>)>,
}

impl Session {
    /// Connects, declares the queues and begins to consume.
    pub(super) async fn open(door: &Arc<Door>, address: &BrokerAddress) -> Result<Self, String> {
        let limit = Duration::from_millis(OPEN_MS);
        match tokio::time::timeout(limit, Self::open_unlimited(door, address)).await {
            Ok(opened) => opened.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no answer within {OPEN_MS} ms")),
        }
    }

    async fn open_unlimited(door: &Arc<Door>, address: &BrokerAddress) -> lapin::Result<Self> {
        let options = &door.options;
        let properties =
            ConnectionProperties::default().with_connection_name(options.connection_name.as_str().into());
        let tls = OwnedTLSConfig {
            identity: None,
            cert_chain: options.ca_pem.clone(),
        };
        let runtime = lapin::runtime::default_runtime()?;
        let connection = Connection::connect_uri_with_config(address.uri(), properties, tls, runtime).await?;
        let publish = connection.create_channel().await?;
        publish.confirm_select(ConfirmSelectOptions::default()).await?;
        durable_queue(&connection, &options.dead_letter_queue).await?;
        let mut intakes = Vec::with_capacity(door.modules.len());
        for module in &door.modules {
            let intake = Arc::new(Intake {
                door: Arc::clone(door),
                module: module.clone(),
                publish: publish.clone(),
            });
            let (channel, consumer) = consume_module(&connection, module, options).await?;
            intakes.push((channel, consumer, intake));
        }
        Ok(Self {
            connection,
            publish,
            intakes,
        })
    }

    /// Serves until the connection breaks (`Some` says why) or the door is stopped (`None`).
    pub(super) async fn serve(self, door: &Arc<Door>, stop: &CancellationToken) -> Option<String> {
        let in_hand = TaskTracker::new();
        let hold = CancellationToken::new();
        let flush = CancellationToken::new();
        let mut consuming = JoinSet::new();
        let mut channels = Vec::new();
        for (channel, consumer, intake) in self.intakes {
            channels.push((channel, consumer.tag()));
            consuming.spawn(consume(consumer, intake, in_hand.clone(), hold.clone()));
        }
        let desk = Arc::clone(&door.desk);
        let mut publishing = tokio::spawn(outbox::publish(self.publish, desk, flush.clone()));

        let broken = tokio::select! {
            () = stop.cancelled() => None,
            Some(ended) = consuming.join_next() => Some(ended.unwrap_or_else(|error| error.to_string())),
            ended = &mut publishing => Some(ended.unwrap_or_else(|error| error.to_string())),
        };
        hold.cancel();
        if broken.is_some() {
            // Work in hand goes on; its acknowledgements fail and the broker delivers it again.
            publishing.abort();
            close(&self.connection).await;
            return broken;
        }
        for (channel, tag) in channels {
            if let Err(error) = channel.basic_cancel(tag, BasicCancelOptions::default()).await {
                tracing::debug!(%error, "a consumer could not be cancelled");
            }
        }
        in_hand.close();
        if tokio::time::timeout(Duration::from_millis(DRAIN_MS), in_hand.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                left = in_hand.len(),
                "deliveries in hand were not finished in time; they will come again"
            );
        }
        flush.cancel();
        if tokio::time::timeout(Duration::from_millis(FLUSH_MS), &mut publishing)
            .await
            .is_err()
        {
            publishing.abort();
            tracing::warn!("the outbox was not sent in time; the rest is sent after the next start");
        }
        close(&self.connection).await;
        None
    }
}

async fn close(connection: &Connection) {
    if !connection.status().connected() {
        return;
    }
    let closing = connection.close(200, ShortString::from("the daemon lets go"));
    let closed = tokio::time::timeout(Duration::from_millis(CLOSE_MS), closing).await;
    if let Ok(Err(error)) = closed {
        tracing::debug!(%error, "the connection could not be closed in order");
    }
}

/// A channel of its own for a module: its queue, its two bindings, its consumer.
async fn consume_module(
    connection: &Connection,
    module: &ModuleName,
    options: &AmqpOptions,
) -> lapin::Result<(Channel, Consumer)> {
    let name = module.as_str();
    durable_queue(connection, name).await?;
    let channel = connection.create_channel().await?;
    for what in ["payment", "cancel"] {
        let key = format!("servplus.{name}.{what}");
        channel
            .queue_bind(
                name.into(),
                short(&options.exchange)?,
                key.as_str().into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
    }
    channel
        .basic_qos(options.prefetch.max(1), BasicQosOptions::default())
        .await?;
    let consumer = channel
        .basic_consume(
            name.into(),
            ShortString::default(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    Ok((channel, consumer))
}

/// Makes sure that a durable queue exists. One that exists with arguments of its own (a quorum queue) is as good:
/// the broker refuses the plain declaration and closes the channel, so each try has a channel of its own.
async fn durable_queue(connection: &Connection, name: &str) -> lapin::Result<()> {
    let queue = short(name)?;
    let channel = connection.create_channel().await?;
    let plain = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    let declared = channel
        .queue_declare(queue.clone(), plain, FieldTable::default())
        .await;
    let Err(refused) = declared else {
        return channel.close(200, ShortString::default()).await;
    };
    let channel = connection.create_channel().await?;
    let look = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    match channel.queue_declare(queue, look, FieldTable::default()).await {
        Ok(_) => {
            tracing::info!(
                queue = name,
                "the queue exists with arguments of its own and is used as it is"
            );
            channel.close(200, ShortString::default()).await
        }
        Err(_) => Err(refused),
    }
}

/// A name for the wire, which takes at most 255 bytes.
pub(super) fn short(text: &str) -> lapin::Result<ShortString> {
    ShortString::try_new(text).map_err(|error| std::io::Error::other(error.to_string()).into())
}

/// Hands each delivery to a task of its own. How many there are is bounded by the prefetch: the broker sends no more
/// until some are settled. Returns why it ended.
async fn consume(
    mut consumer: Consumer,
    intake: Arc<Intake>,
    in_hand: TaskTracker,
    hold: CancellationToken,
) -> String {
    loop {
        let next = tokio::select! {
            biased;
            () = hold.cancelled() => return "stopped".to_owned(),
            next = consumer.next() => next,
        };
        match next {
            Some(Ok(delivery)) => {
                in_hand.spawn(Arc::clone(&intake).take(delivery));
            }
            Some(Err(error)) => return error.to_string(),
            None => return format!("the broker ended the consumer of {}", intake.module),
        }
    }
}
