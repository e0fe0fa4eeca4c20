//! Sends what waits in the outbox. Batches are in flight at once; each row at most once per connection. A row leaves
//! the outbox on the broker's confirm; after a reconnect the unconfirmed ones are sent again.

use super::session::short;
use crate::{Desk, DeskError, OutboxReply};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use lapin::options::BasicPublishOptions;
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, PublisherConfirm};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How many replies are published before their confirms are waited for.
pub const BATCH: usize = 128;
/// How many batches may wait for their confirms at once.
pub const BATCHES_IN_FLIGHT: usize = 4;
/// How long a batch's confirms may take, in milliseconds; after that the connection is given up.
pub const CONFIRM_MS: u64 = 30_000;
/// The pause after the journal failed, in milliseconds.
pub const JOURNAL_PAUSE_MS: u64 = 1_000;
/// The pause before replies are sent again that the broker refused (a full queue), in milliseconds.
pub const REFUSED_PAUSE_MS: u64 = 2_000;
/// How many refused replies are held for another try; beyond that the connection is given up.
pub const REFUSED_MAX: usize = 10_000;
/// While stopping: the outbox counts as empty after such a silence, in milliseconds.
pub const QUIET_MS: u64 = 200;

/// RabbitMQ's names for direct reply-to begin so. They are no queues.
const DIRECT_REPLY_TO: &str = "amq.rabbitmq.reply-to";

/// What became of a batch: rows to be taken out, and replies that the broker refused.
struct Confirmed {
    done: Vec<i64>,
    refused: Vec<OutboxReply>,
}

type Batch = BoxFuture<'static, Result<Confirmed, String>>;

/// Publishes until the connection breaks or `flush` is set and nothing is left. Returns why it ended.
pub(super) async fn publish(channel: Channel, desk: Arc<dyn Desk>, flush: CancellationToken) -> String {
    let mut publisher = Publisher {
        channel,
        desk,
        after: 0,
        in_flight: FuturesUnordered::new(),
        refused: Vec::new(),
        again_at: None,
    };
    publisher.run(&flush).await
}

struct Publisher {
    channel: Channel,
    desk: Arc<dyn Desk>,
    /// Rows up to this one have been published on this connection.
    after: i64,
    in_flight: FuturesUnordered<Batch>,
    /// What the broker refused. It waits here, so that one full queue does not hold up the others.
    refused: Vec<OutboxReply>,
    again_at: Option<Instant>,
}

impl Publisher {
    async fn run(&mut self, flush: &CancellationToken) -> String {
        loop {
            let desk = Arc::clone(&self.desk);
            let after = self.after;
            let may_send = self.in_flight.len() < BATCHES_IN_FLIGHT;
            let again_at = self.again_at;
            let step = tokio::select! {
                biased;
                Some(batch) = self.in_flight.next() => self.settle(batch).await,
                () = pause_until(again_at), if may_send && again_at.is_some() => {
                    self.again_at = None;
                    let refused = std::mem::take(&mut self.refused);
                    self.send_all(refused).await
                }
                rows = fetch(&desk, after, flush), if may_send => match rows {
                    Fetched::Rows(rows) => self.send_all(rows).await,
                    Fetched::Failed => Ok(()),
                    Fetched::Quiet if self.in_flight.is_empty() => return "everything is sent".to_owned(),
                    Fetched::Quiet => match self.in_flight.next().await {
                        Some(batch) => self.settle(batch).await,
                        None => Ok(()),
                    },
                },
            };
            if let Err(why) = step {
                return why;
            }
        }
    }

    async fn send_all(&mut self, rows: Vec<OutboxReply>) -> Result<(), String> {
        for batch in rows.chunks(BATCH) {
            while self.in_flight.len() >= BATCHES_IN_FLIGHT {
                if let Some(batch) = self.in_flight.next().await {
                    self.settle(batch).await?;
                }
            }
            self.send(batch).await?;
        }
        Ok(())
    }

    async fn send(&mut self, batch: &[OutboxReply]) -> Result<(), String> {
        let mut sent = Vec::with_capacity(batch.len());
        let mut undeliverable = Vec::new();
        for reply in batch {
            self.after = self.after.max(reply.row);
            let Some((queue, properties, options)) = envelope(reply) else {
                tracing::warn!(
                    row = reply.row,
                    "a reply has an address that cannot be used; it is dropped"
                );
                undeliverable.push(reply.row);
                continue;
            };
            let published = self
                .channel
                .basic_publish(
                    ShortString::default(),
                    queue,
                    options,
                    reply.body.as_bytes(),
                    properties,
                )
                .await;
            sent.push((reply.clone(), published.map_err(|error| error.to_string())?));
        }
        self.in_flight.push(Box::pin(confirms(sent, undeliverable)));
        Ok(())
    }

    /// Takes confirmed rows out. The journal is tried until it agrees: forgetting would send them again.
    async fn settle(&mut self, batch: Result<Confirmed, String>) -> Result<(), String> {
        let confirmed = batch?;
        if !confirmed.refused.is_empty() {
            self.refused.extend(confirmed.refused);
            if self.refused.len() > REFUSED_MAX {
                return Err("the broker refuses replies".to_owned());
            }
            let pause = Duration::from_millis(REFUSED_PAUSE_MS);
            self.again_at.get_or_insert_with(|| Instant::now() + pause);
        }
        if confirmed.done.is_empty() {
            return Ok(());
        }
        while let Err(why) = self.desk.delivered(&confirmed.done).await {
            if why == DeskError::ShuttingDown || !self.channel.status().connected() {
                return Err(why.to_string());
            }
            tracing::warn!(%why, "confirmed replies could not be taken out of the outbox");
            tokio::time::sleep(Duration::from_millis(JOURNAL_PAUSE_MS)).await;
        }
        Ok(())
    }
}

enum Fetched {
    Rows(Vec<OutboxReply>),
    Failed,
    /// Stopping, and nothing came for [`QUIET_MS`].
    Quiet,
}

async fn pause_until(moment: Option<Instant>) {
    if let Some(moment) = moment {
        tokio::time::sleep_until(moment).await;
    }
}

async fn fetch(desk: &Arc<dyn Desk>, after: i64, flush: &CancellationToken) -> Fetched {
    let quiet = async {
        flush.cancelled().await;
        tokio::time::sleep(Duration::from_millis(QUIET_MS)).await;
    };
    let rows = tokio::select! {
        biased;
        rows = desk.outbox(after) => rows,
        () = quiet => return Fetched::Quiet,
    };
    match rows {
        Ok(rows) if !rows.is_empty() => return Fetched::Rows(rows),
        // The desk waits by contract; one that does not must not spin us.
        Ok(_) | Err(_) if flush.is_cancelled() => return Fetched::Quiet,
        Ok(_) => {}
        Err(why) => tracing::warn!(%why, "the outbox cannot be read"),
    }
    tokio::time::sleep(Duration::from_millis(JOURNAL_PAUSE_MS)).await;
    Fetched::Failed
}

/// The address and the properties of a reply; none when the address is no AMQP name.
fn envelope(reply: &OutboxReply) -> Option<(ShortString, BasicProperties, BasicPublishOptions)> {
    let queue = short(&reply.waiter.reply_to).ok()?;
    let direct = reply.waiter.reply_to.starts_with(DIRECT_REPLY_TO);
    let mut properties = BasicProperties::default()
        .with_content_type("application/json".into())
        // A direct reply is never stored; a reply to a real queue survives a restart of the broker.
        .with_delivery_mode(if direct { 1 } else { 2 });
    if let Some(id) = &reply.waiter.correlation_id {
        properties = properties.with_correlation_id(short(id).ok()?);
    }
    let options = BasicPublishOptions {
        // The broker counts direct reply-to names as not routable, so it cannot be asked there.
        mandatory: !direct,
        ..BasicPublishOptions::default()
    };
    Some((queue, properties, options))
}

/// Waits for the confirms of a batch.
async fn confirms(
    sent: Vec<(OutboxReply, PublisherConfirm)>,
    undeliverable: Vec<i64>,
) -> Result<Confirmed, String> {
    let mut confirmed = Confirmed {
        done: undeliverable,
        refused: Vec::new(),
    };
    let waiting = async {
        for (reply, confirm) in sent {
            let row = reply.row;
            match confirm.await.map_err(|error| error.to_string())? {
                Confirmation::Ack(None) => confirmed.done.push(row),
                Confirmation::Ack(Some(_)) => {
                    tracing::warn!(
                        row,
                        "nobody waits at the reply address any more; the reply is dropped"
                    );
                    confirmed.done.push(row);
                }
                Confirmation::Nack(_) => {
                    tracing::warn!(row, "the broker refused a reply; it is sent again");
                    confirmed.refused.push(reply);
                }
                Confirmation::NotRequested => return Err("the channel gives no confirms".to_owned()),
            }
        }
        Ok(())
    };
    match tokio::time::timeout(Duration::from_millis(CONFIRM_MS), waiting).await {
        Ok(Ok(())) => Ok(confirmed),
        Ok(Err(why)) => Err(why),
        Err(_) => Err(format!("no confirm within {CONFIRM_MS} ms")),
    }
}
