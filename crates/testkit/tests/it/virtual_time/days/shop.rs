//! What the registers of a day share: the desk as it is after the last power cut, the bank, and all answers.

use super::pause;
use desk::Desk;
use domain::{OperationId, Waiter};
use gateway::{CallbackVerdict, Desk as _, OutboxReply};
use protocol::{Message, Reply};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::bank::InProcessBank;
use testkit::world::{CASH_LINK, DYNAMIC, World};

/// A message that was taken in, and how it went.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// How often it was not taken in before.
    pub refusals: u64,
    /// Whether it is final by itself: `status` is answered once, all else is told to its end.
    pub told_to_the_end: bool,
    /// The operation that it speaks of.
    pub operation: Option<OperationId>,
}

pub struct Shop {
    desk: Mutex<Desk>,
    pub bank: InProcessBank,
    /// By the waiter's correlation id.
    pub sent: Mutex<BTreeMap<String, Sent>>,
    /// By the row in the outbox.
    pub answers: Mutex<BTreeMap<i64, OutboxReply>>,
}

impl Shop {
    pub fn new(world: &World) -> Self {
        Self {
            desk: Mutex::new(world.desk.clone()),
            bank: world.bank.clone(),
            sent: Mutex::default(),
            answers: Mutex::default(),
        }
    }

    pub fn moved_to(&self, world: &World) {
        *self.desk.lock().unwrap() = world.desk.clone();
    }

    pub fn desk(&self) -> Desk {
        self.desk.lock().unwrap().clone()
    }

    /// Sends a message as the broker does: again and again until it is taken in.
    pub async fn send(&self, message: Message, correlation: String) -> Reply {
        let told_to_the_end = !matches!(message, Message::Status(_));
        let waiter = Waiter {
            reply_to: "registers".to_owned(),
            correlation_id: Some(correlation.clone()),
        };
        let mut refusals = 0;
        loop {
            match self.desk().handle(message.clone(), Some(waiter.clone())).await {
                Ok(reply) => {
                    let sent = Sent {
                        refusals,
                        told_to_the_end,
                        operation: reply.operation_id,
                    };
                    self.sent.lock().unwrap().insert(correlation, sent);
                    return reply;
                }
                Err(_) => refusals += 1,
            }
            pause(1_000).await;
        }
    }

    /// Waits for a reply that `wanted` likes, as long as a register does. The last one if none came.
    pub async fn wait(&self, id: OperationId, wanted: impl Fn(&Reply) -> bool) -> Option<Reply> {
        let mut last = None;
        for _ in 0..310 {
            if let Ok(Some(reply)) = self.desk().look(id).await {
                if wanted(&reply) {
                    return Some(reply);
                }
                last = Some(reply);
            }
            pause(1_000).await;
        }
        last
    }
}

/// Delivers the bank's notifications until the end of the day.
pub async fn notices(shop: Arc<Shop>) {
    loop {
        let now = shop.bank.now();
        let due = shop.bank.lock().take_callbacks(now);
        for callback in due {
            let mut verdict = CallbackVerdict::Unknown;
            for module in [DYNAMIC, CASH_LINK] {
                if verdict == CallbackVerdict::Unknown {
                    let headers = vec![("x-api-signature-sha256".to_owned(), callback.signature.clone())];
                    let module = domain::ModuleName::new(module).unwrap();
                    verdict = shop
                        .desk()
                        .callback(&module, headers, callback.body.clone().into())
                        .await;
                }
            }
            if verdict == CallbackVerdict::Taken {
                shop.bank.lock().callback_accepted(callback.id);
            }
        }
        pause(1_000).await;
    }
}

/// Takes answers out of the outbox until the end of the day, as the publisher does.
pub async fn answers(shop: Arc<Shop>) {
    let mut after = 0;
    loop {
        let desk = shop.desk();
        let page = tokio::time::timeout(Duration::from_secs(20), desk.outbox(after)).await;
        let Ok(Ok(page)) = page else {
            after = 0;
            pause(1_000).await;
            continue;
        };
        let rows: Vec<_> = page.iter().map(|reply| reply.row).collect();
        after = rows.last().copied().unwrap_or(after);
        shop.answers
            .lock()
            .unwrap()
            .extend(page.into_iter().map(|reply| (reply.row, reply)));
        // What could not be marked comes again after the next look from the beginning.
        let _ = desk.delivered(&rows).await;
    }
}
