//! The replies to one request.

use crate::RegisterError;
use domain::CallerId;
use futures_util::Stream;
use protocol::Reply;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Replies until the final one, or an error; then it ends. Dropping it ends the waiting, not the payment: that takes
/// a cancel.
pub struct ReplyStream {
    id: Option<CallerId>,
    replies: mpsc::Receiver<Result<Reply, RegisterError>>,
    failed: Option<RegisterError>,
    task: Option<JoinHandle<()>>,
}

impl ReplyStream {
    pub(crate) fn new(
        id: CallerId,
        replies: mpsc::Receiver<Result<Reply, RegisterError>>,
        task: JoinHandle<()>,
    ) -> Self {
        Self {
            id: Some(id),
            replies,
            failed: None,
            task: Some(task),
        }
    }

    /// A stream of nothing but an error.
    pub(crate) fn failed(error: RegisterError) -> Self {
        let (_, replies) = mpsc::channel(1);
        Self {
            id: None,
            replies,
            failed: Some(error),
            task: None,
        }
    }

    /// The id of the request, under which its status can be asked for. Absent when no message could be made.
    pub const fn id(&self) -> Option<&CallerId> {
        self.id.as_ref()
    }

    /// The next reply; `None` after the final one or after an error.
    pub async fn next(&mut self) -> Option<Result<Reply, RegisterError>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Waits for the end and returns the final reply.
    pub async fn last(mut self) -> Result<Reply, RegisterError> {
        let mut last = None;
        while let Some(reply) = self.next().await {
            last = Some(reply?);
        }
        last.ok_or_else(|| RegisterError::Settings("the request ended without a reply".to_owned()))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Reply, RegisterError>>> {
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        self.replies.poll_recv(context)
    }
}

impl Stream for ReplyStream {
    type Item = Result<Reply, RegisterError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl Drop for ReplyStream {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
