//! A register that speaks AMQP by hand: any bytes, any properties, any address for the replies.

use super::{PATIENCE, until};
use anyhow::Context;
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};
use serde_json::Value;

/// RabbitMQ's pseudo-queue for direct replies.
pub const DIRECT: &str = "amq.rabbitmq.reply-to";

/// A connection with one channel that confirms.
pub struct Queues {
    connection: Connection,
    channel: Channel,
}

impl Queues {
    /// Connects.
    ///
    /// # Errors
    /// When the broker does not take it.
    pub async fn connect(url: &str) -> anyhow::Result<Self> {
        let connection = Connection::connect(url, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self { connection, channel })
    }

    /// Publishes to `servplus.<module>.payment` at `amq.topic`; returns when the broker has it.
    ///
    /// # Errors
    /// When the broker does not confirm, or no queue takes it.
    pub async fn send(&self, module: &str, body: &[u8], properties: BasicProperties) -> anyhow::Result<()> {
        self.send_to("amq.topic", module, body, properties).await
    }

    /// The same at any exchange.
    ///
    /// # Errors
    /// When the broker does not confirm, or no queue takes it.
    pub async fn send_to(
        &self,
        exchange: &str,
        module: &str,
        body: &[u8],
        properties: BasicProperties,
    ) -> anyhow::Result<()> {
        let key = format!("servplus.{module}.payment");
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let confirm = self
            .channel
            .basic_publish(exchange.into(), key.as_str().into(), options, body, properties)
            .await?
            .await?;
        anyhow::ensure!(
            confirm.is_ack() && confirm.take_message().is_none(),
            "no queue took it"
        );
        Ok(())
    }

    /// A durable queue for replies.
    ///
    /// # Errors
    /// When the broker makes none.
    pub async fn reply_queue(&self, name: &str) -> anyhow::Result<()> {
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        self.channel
            .queue_declare(name.into(), options, FieldTable::default())
            .await?;
        Ok(())
    }

    /// Listens for direct replies on this channel.
    ///
    /// # Errors
    /// When the broker does not allow it.
    pub async fn listen_directly(&self) -> anyhow::Result<Consumer> {
        let options = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        Ok(self
            .channel
            .basic_consume(DIRECT.into(), "".into(), options, FieldTable::default())
            .await?)
    }

    /// How many messages wait in a queue, without those that somebody has in hand. None when there is no such queue.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn depth(&self, queue: &str) -> anyhow::Result<Option<u32>> {
        // A refused look closes its channel, so it gets one of its own.
        let channel = self.connection.create_channel().await?;
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let declared = channel
            .queue_declare(queue.into(), options, FieldTable::default())
            .await;
        let Ok(declared) = declared else { return Ok(None) };
        let count = declared.message_count();
        channel.close(200, "".into()).await?;
        Ok(Some(count))
    }

    /// Waits until a queue is there and holds so many messages.
    ///
    /// # Errors
    /// When it never does.
    pub async fn deep(&self, queue: &str, count: u32) -> anyhow::Result<()> {
        until(&format!("{count} messages in {queue}"), async || {
            Ok(self
                .depth(queue)
                .await?
                .filter(|depth| *depth == count)
                .map(|_| ()))
        })
        .await
    }

    /// Takes the next message out of a queue.
    ///
    /// # Errors
    /// When none comes.
    pub async fn fetch(&self, queue: &str) -> anyhow::Result<Delivery> {
        until(&format!("a message in {queue}"), async || {
            let got = self
                .channel
                .basic_get(queue.into(), BasicGetOptions { no_ack: true })
                .await?;
            Ok(got.map(|got| got.delivery))
        })
        .await
    }

    /// Takes the next reply out of a queue.
    ///
    /// # Errors
    /// When none comes, or it is not JSON.
    pub async fn reply(&self, queue: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.fetch(queue).await?.data)?)
    }
}

/// Properties of a message whose replies go to `reply_to`.
pub fn asking(reply_to: &str, correlation_id: &str) -> BasicProperties {
    BasicProperties::default()
        .with_reply_to(reply_to.into())
        .with_correlation_id(correlation_id.into())
        .with_delivery_mode(2)
}

/// The next direct reply with its correlation id.
///
/// # Errors
/// When none comes.
pub async fn next(replies: &mut Consumer) -> anyhow::Result<(Value, String)> {
    let delivery = tokio::time::timeout(PATIENCE, replies.next())
        .await
        .context("waited in vain for a direct reply")?
        .context("the consumer ended")??;
    let correlation = delivery
        .properties
        .correlation_id()
        .as_ref()
        .map(ToString::to_string);
    Ok((
        serde_json::from_slice(&delivery.data)?,
        correlation.unwrap_or_default(),
    ))
}
