//! RabbitMQ: a request to a queue, an answer by direct reply-to.

use super::ROUNDS_MAX;
use crate::figures::per_second;
use anyhow::{Context, Result};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use lapin::options::{BasicConsumeOptions, BasicPublishOptions, QueueDeclareOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// RabbitMQ's pseudo-queue for replies.
const REPLY_TO: &str = "amq.rabbitmq.reply-to";
/// A body of about the size of a payment's request.
const BODY: [u8; 120] = [b'x'; 120];
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many clients, each with a channel of its own, each one request at a time.
pub async fn echoes(url: &str, clients: usize, window: Duration) -> Result<u64> {
    // A queue of its own: that of an earlier call may be on its way out.
    let queue = format!("bench.echo.{clients}");
    let server = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = server.create_channel().await?;
    let options = QueueDeclareOptions {
        auto_delete: true,
        ..QueueDeclareOptions::default()
    };
    channel
        .queue_declare(queue.as_str().into(), options, FieldTable::default())
        .await?;
    let requests = consume(&channel, &queue).await?;
    let responder = tokio::spawn(respond(channel, requests));

    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let mut asking = FuturesUnordered::new();
    for _ in 0..clients {
        let channel = connection.create_channel().await?;
        let replies = consume(&channel, REPLY_TO).await?;
        asking.push((channel, replies));
    }
    let begun = Instant::now();
    let all = std::mem::take(&mut asking);
    let mut rounds: FuturesUnordered<_> = all
        .into_iter()
        .map(|(channel, replies)| ask(channel, replies, &queue, (begun, window)))
        .collect();
    let mut count = 0;
    while let Some(asked) = rounds.next().await {
        count += asked?;
    }
    let rate = per_second(count, begun.elapsed());
    responder.abort();
    // The rate is known. A channel that was dropped a moment ago may still be closing, which makes closing the connection an
    // error; it goes with the connection either way.
    for connection in [connection, server] {
        let _ = connection.close(200, ShortString::default()).await;
    }
    Ok(rate)
}

async fn consume(channel: &Channel, queue: &str) -> lapin::Result<Consumer> {
    let options = BasicConsumeOptions {
        no_ack: true,
        ..BasicConsumeOptions::default()
    };
    channel
        .basic_consume(
            queue.into(),
            ShortString::default(),
            options,
            FieldTable::default(),
        )
        .await
}

async fn respond(channel: Channel, mut requests: Consumer) -> Result<()> {
    while let Some(request) = requests.next().await {
        let request = request?;
        let reply_to = request.properties.reply_to().clone().context("no reply_to")?;
        publish(&channel, reply_to, BasicProperties::default(), &request.data).await?;
    }
    Ok(())
}

async fn ask(
    channel: Channel,
    mut replies: Consumer,
    queue: &str,
    (begun, window): (Instant, Duration),
) -> Result<u64> {
    let mut count = 0;
    while begun.elapsed() < window && count < ROUNDS_MAX {
        let properties = BasicProperties::default().with_reply_to(REPLY_TO.into());
        publish(&channel, queue.into(), properties, &BODY).await?;
        timeout(PATIENCE, replies.next())
            .await?
            .context("the replies ended")??;
        count += 1;
    }
    Ok(count)
}

async fn publish(
    channel: &Channel,
    key: ShortString,
    properties: BasicProperties,
    body: &[u8],
) -> lapin::Result<()> {
    channel
        .basic_publish(
            ShortString::default(),
            key,
            BasicPublishOptions::default(),
            body,
            properties,
        )
        .await
        .map(|_| ())
}
