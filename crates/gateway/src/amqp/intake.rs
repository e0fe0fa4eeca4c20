//! One delivery: read, handed to the desk, settled.

use super::Door;
use super::session::short;
use crate::DeskError;
use domain::{Code, ModuleName, Waiter};
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions, BasicPublishOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{BasicProperties, Channel};
use protocol::{BadMessage, Message};
use std::sync::Arc;
use std::time::Duration;

/// How long a delivery waits before it goes back to the queue when the desk cannot take it, in milliseconds. It
/// keeps its place in the prefetch meanwhile, so that a broken journal is not hammered.
pub const REQUEUE_PAUSE_MS: u64 = 1_000;
/// How long the desk may take for one message, in milliseconds. After that the delivery goes back; the message finds
/// its own operation when it comes again.
pub const HANDLE_MS: u64 = 60_000;
/// How long the dead-letter queue's confirm may take, in milliseconds.
pub const DEAD_LETTER_MS: u64 = 10_000;

/// Takes the deliveries of one module's queue.
pub(super) struct Intake {
    pub(super) door: Arc<Door>,
    pub(super) module: ModuleName,
    pub(super) publish: Channel,
}

/// What is to be done with a delivery.
enum Settle {
    /// It is in the journal, or answered and copied to the dead-letter queue.
    Ack,
    /// Nothing was committed: it must come again.
    Requeue,
}

impl Intake {
    /// Reads the delivery, hands it on and settles it.
    pub(super) async fn take(self: Arc<Self>, delivery: Delivery) {
        let waiter = waiter(&delivery.properties);
        let settle = match self.read(&delivery.data) {
            Ok(message) => self.hand_over(message, waiter).await,
            Err(bad) => self.turn_away(&delivery, &bad, waiter).await,
        };
        let settled = match settle {
            Settle::Ack => delivery.acker.ack(BasicAckOptions::default()).await,
            Settle::Requeue => {
                tokio::time::sleep(Duration::from_millis(REQUEUE_PAUSE_MS)).await;
                let again = BasicNackOptions {
                    requeue: true,
                    ..BasicNackOptions::default()
                };
                delivery.acker.nack(again).await
            }
        };
        if let Err(error) = settled {
            tracing::info!(module = %self.module, %error, "a delivery could not be settled; it will come again");
        }
    }

    fn read(&self, body: &[u8]) -> Result<Message, BadMessage> {
        let max = self.door.options.max_body_bytes;
        if body.len() > max {
            return Err(BadMessage {
                code: Code::TooLarge,
                detail: format!("the message has {} bytes, at most {max} are taken", body.len()),
                id: None,
            });
        }
        let message = protocol::parse(body)?;
        let named = message.common().module;
        if named.is_some_and(|named| *named != self.module) {
            return Err(BadMessage {
                code: Code::InvalidField,
                detail: format!("module: the message came to the queue of `{}`", self.module),
                id: Some(message.common().id.clone()),
            });
        }
        Ok(message.with_module(self.module.clone()))
    }

    /// In a task of its own, so that neither a lost connection nor a fault in the desk tears it.
    async fn hand_over(&self, message: Message, waiter: Option<Waiter>) -> Settle {
        let desk = Arc::clone(&self.door.desk);
        let handling = tokio::spawn(async move { desk.handle(message, waiter).await });
        match tokio::time::timeout(Duration::from_millis(HANDLE_MS), handling).await {
            Ok(Ok(Ok(_))) => return Settle::Ack,
            Ok(Ok(Err(DeskError::ShuttingDown))) => {}
            Ok(Ok(Err(why))) => {
                tracing::warn!(module = %self.module, %why, "a message goes back to the queue");
            }
            Ok(Err(fault)) => tracing::error!(module = %self.module, %fault, "the desk broke on a message"),
            Err(_) => {
                tracing::error!(module = %self.module, "the desk took no decision within {HANDLE_MS} ms");
            }
        }
        Settle::Requeue
    }

    /// Answers what cannot be read, keeps a copy of it, and lets it go.
    async fn turn_away(&self, delivery: &Delivery, bad: &BadMessage, waiter: Option<Waiter>) -> Settle {
        tracing::warn!(module = %self.module, code = %bad.code.as_str(), detail = %bad.detail, "a message was turned away");
        if let Some(waiter) = waiter
            && let Err(why) = self.door.desk.turn_away(bad, waiter).await
        {
            tracing::warn!(module = %self.module, %why, "a message that was turned away goes back to the queue");
            return Settle::Requeue;
        }
        match self.keep_copy(delivery, bad).await {
            Ok(()) => Settle::Ack,
            Err(why) => {
                tracing::warn!(module = %self.module, %why, "the dead-letter queue took no copy");
                Settle::Requeue
            }
        }
    }

    async fn keep_copy(&self, delivery: &Delivery, bad: &BadMessage) -> Result<(), String> {
        let mut headers = FieldTable::default();
        let mut note = |key: &'static str, value: &str| {
            headers.insert(ShortString::from(key), AMQPValue::LongString(value.into()));
        };
        note("reason", &bad.detail);
        note("code", &bad.code.as_str());
        note("queue", self.module.as_str());
        note("exchange", delivery.exchange.as_str());
        note("routing_key", delivery.routing_key.as_str());
        note("when", &self.door.clock.now().to_string());
        let properties = BasicProperties::default()
            .with_delivery_mode(2)
            .with_headers(headers);
        let queue = short(&self.door.options.dead_letter_queue).map_err(|error| error.to_string())?;
        let publishing = async {
            let options = BasicPublishOptions {
                mandatory: true,
                ..BasicPublishOptions::default()
            };
            self.publish
                .basic_publish(ShortString::default(), queue, options, &delivery.data, properties)
                .await?
                .await
        };
        let limit = Duration::from_millis(DEAD_LETTER_MS);
        match tokio::time::timeout(limit, publishing).await {
            Ok(Ok(confirm)) if confirm.is_ack() => match confirm.take_message() {
                None => Ok(()),
                Some(_) => Err("the dead-letter queue is gone".to_owned()),
            },
            Ok(Ok(_)) => Err("the broker did not take the copy".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no confirm within {DEAD_LETTER_MS} ms")),
        }
    }
}

/// Who waits for the answer. Without `reply_to` nobody does; the message is handled all the same.
fn waiter(properties: &BasicProperties) -> Option<Waiter> {
    let reply_to = properties.reply_to().as_ref()?.as_str();
    (!reply_to.is_empty()).then(|| Waiter {
        reply_to: reply_to.to_owned(),
        correlation_id: properties
            .correlation_id()
            .as_ref()
            .map(|id| id.as_str().to_owned()),
    })
}
