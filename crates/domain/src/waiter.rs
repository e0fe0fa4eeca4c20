//! Who waits for replies.

/// Where replies go: an AMQP address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Waiter {
    /// The queue to answer to (`reply_to`); a direct reply-to name is as good.
    pub reply_to: String,
    /// Sent back as it came.
    pub correlation_id: Option<String>,
}
