//! Why there is no final reply.

use domain::CallerId;
use protocol::Reply;

/// Why a request has no final reply.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RegisterError {
    /// The register's own settings cannot work. Nothing was sent.
    #[error("the register is not set up right: {0}")]
    Settings(String),
    /// The daemon could not be reached at all, so nothing was sent: another attempt is safe.
    #[error(
        "cannot reach the daemon at {address}: {reason}. Nothing was sent. Check that the daemon runs and that the address is right"
    )]
    NotSent {
        /// Where it was looked for; holds no password.
        address: String,
        /// What happened.
        reason: String,
    },
    /// Something may have been sent and its outcome is not known. The request must not be repeated under another
    /// id; ask for its status under this one.
    #[error(
        "the outcome of request {id} is not known: {reason}. Do not repeat it: ask for its status under this id"
    )]
    Unknown {
        /// The request.
        id: CallerId,
        /// What happened.
        reason: String,
        /// The last that was heard of it.
        last: Option<Box<Reply>>,
    },
    /// A question that changes nothing was not answered.
    #[error("the daemon at {address} did not answer: {reason}. Ask again")]
    NoAnswer {
        /// Whom was asked; holds no password.
        address: String,
        /// What happened.
        reason: String,
    },
}
