//! What a register sends and hears.

use super::PATIENCE;
use super::site::DYNAMIC;
use anyhow::Context;
use domain::{Kopecks, State};
use protocol::Reply;
use register::ReplyStream;
use serde_json::Value;

/// The next reply of a register.
///
/// # Errors
/// When there is none.
pub async fn next(replies: &mut ReplyStream) -> anyhow::Result<Reply> {
    let next = tokio::time::timeout(PATIENCE, replies.next()).await;
    Ok(next
        .context("waited in vain for a reply")?
        .context("no further reply")??)
}

/// The first reply that shows a QR, and its text.
///
/// # Errors
/// When the payment ends without one.
pub async fn qr(replies: &mut ReplyStream) -> anyhow::Result<(Reply, String)> {
    loop {
        let reply = next(replies).await?;
        if let Some(payload) = reply.qr.as_ref().map(|qr| qr.payload.clone()) {
            return Ok((reply, payload));
        }
        anyhow::ensure!(!reply.is_final, "it ended without a QR: {reply:?}");
    }
}

/// The final reply; it must say this.
///
/// # Errors
/// When it says something else.
pub async fn ended(replies: &mut ReplyStream, state: State) -> anyhow::Result<Reply> {
    loop {
        let reply = next(replies).await?;
        if reply.is_final {
            anyhow::ensure!(reply.state == Some(state), "it should be {state:?}: {reply:?}");
            return Ok(reply);
        }
    }
}

/// A sum in kopecks.
///
/// # Errors
/// When it is none.
pub fn kopecks(amount: i64) -> anyhow::Result<Kopecks> {
    Ok(Kopecks::new(amount)?)
}

/// A message as JSON, from register 1 of store 1.
pub fn message(operation: &str, id: &str, fields: &Value) -> Value {
    let mut message = serde_json::json!({
        "operation": operation, "id": id, "module": DYNAMIC, "store": "1", "terminal": "1",
    });
    if let (Some(message), Some(fields)) = (message.as_object_mut(), fields.as_object()) {
        message.extend(fields.clone());
    }
    message
}
