//! A message that is an event of a payment: it happens, and is answered at once. How the payment ends follows.

use crate::{Inner, look, slot};
use domain::Waiter;
use gateway::DeskError;
use journal::Stored;
use protocol::Reply;
use std::sync::Arc;

/// Lets the event happen to a payment that has not ended; one that has stays as it ended. `answer` turns the payment's
/// reply into the answer to the message, also for whoever waits.
pub async fn answer(
    inner: &Arc<Inner>,
    stored: Stored,
    event: engine::Event,
    waiter: Option<Waiter>,
    answer: impl Fn(Reply) -> Reply + Clone + Send + Sync + 'static,
) -> Result<Reply, DeskError> {
    let id = stored.operation.id;
    if !stored.operation.state.is_final() {
        let tell = waiter.map(|waiter| slot::Tell {
            waiter,
            answer: Arc::new(answer.clone()),
        });
        let event = Some(event);
        return match slot::ask(inner, id, slot::Ask { event, tell }).await? {
            Some(reply) => Ok(answer(reply)),
            None => Err(DeskError::JournalUnavailable(
                "another daemon works on the payment; try again".to_owned(),
            )),
        };
    }
    let reply = protocol::render(&stored.operation, stored.refund_reserved, inner.clock.now());
    let reply = answer(reply);
    if let Some(waiter) = waiter {
        look::enqueue(inner, &reply, Some(id), waiter).await?;
    }
    Ok(reply)
}
