//! Replies as server-sent events.

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use protocol::Reply;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;

/// The pause between comments that keep a silent stream alive, in milliseconds.
pub const KEEP_ALIVE_MS: u64 = 15_000;
/// How long a stream may last, in milliseconds. A register that still waits opens another.
pub const STREAM_MS: u64 = 4_000_000;

struct Watching {
    replies: Receiver<Arc<Reply>>,
    /// Held as long as the stream is open.
    permit: OwnedSemaphorePermit,
    until: Instant,
    over: bool,
}

/// Each reply as `event: reply`; ends after the final one.
pub(super) fn stream(replies: Receiver<Arc<Reply>>, permit: OwnedSemaphorePermit) -> Response {
    let watching = Watching {
        replies,
        permit,
        until: Instant::now() + Duration::from_millis(STREAM_MS),
        over: false,
    };
    let events = stream::unfold(watching, |mut watching| async move {
        if watching.over {
            return None;
        }
        let next = tokio::time::timeout_at(watching.until, watching.replies.recv()).await;
        let Ok(Some(reply)) = next else {
            drop(watching.permit);
            return None;
        };
        watching.over = reply.is_final;
        let event = Event::default().event("reply").json_data(&*reply);
        let event = event.unwrap_or_else(|error| Event::default().comment(error.to_string()));
        Some((Ok::<_, Infallible>(event), watching))
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_millis(KEEP_ALIVE_MS));
    Sse::new(events).keep_alive(keep_alive).into_response()
}
