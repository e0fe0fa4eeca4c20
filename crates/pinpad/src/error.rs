//! Why an operation of the pin-pad was not begun.

use crate::journal::{Intent, JournalError};
use crate::operations::Op;
use domain::Kopecks;

/// Why nothing was asked of the terminal. Nothing was sent, except where a variant says otherwise; what the cashier is
/// told is [`PinpadError::text`].
#[derive(Debug, thiserror::Error)]
pub enum PinpadError {
    /// The operation's code is not known.
    #[error("operations.{op}.code is not set: take the code from the terminal's InPAS profile")]
    NotConfigured {
        /// The operation.
        op: Op,
    },
    /// QR payments are switched off.
    #[error("QR payments on the pin-pad are switched off (qrSBP = false)")]
    QrOff,
    /// The profile wants a field that was not given.
    #[error("the operation {op} needs field {field}")]
    FieldMissing {
        /// The operation.
        op: Op,
        /// The field's number.
        field: u16,
    },
    /// A value that cannot be sent.
    #[error("field {field} of the operation {op} has a value that cannot be sent")]
    FieldRefused {
        /// The operation.
        op: Op,
        /// The field's number.
        field: u16,
    },
    /// The sum is zero.
    #[error("the sum is zero")]
    NoAmount,
    /// More than is left of the payment.
    #[error("{asked} is more than the {left} that is left of the payment")]
    MoreThanPaid {
        /// What was asked for.
        asked: Kopecks,
        /// What is left.
        left: Kopecks,
    },
    /// An earlier operation has no known outcome.
    #[error("the operation {} of {} has no known outcome yet", .0.op, .0.at)]
    Open(Box<Intent>),
    /// The register is speaking to the terminal already.
    #[error("the pin-pad is busy with another operation of this register")]
    Busy,
    /// The service could not be connected to.
    #[error("the DualConnector Service cannot be reached at {url}: {reason}")]
    NotSent {
        /// Where.
        url: String,
        /// What happened.
        reason: String,
    },
    /// No operation is open.
    #[error("no operation of the pin-pad is open")]
    NothingOpen,
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
    /// The register's own journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The operation was begun and its task ended without a result. It may have been sent; it is open in the journal.
    #[error("the operation broke off inside the register")]
    BrokeOff,
}
