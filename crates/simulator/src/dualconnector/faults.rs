//! What can go wrong on demand. Each fault strikes one request.

use serde::{Deserialize, Serialize};

/// A fault for the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The connection breaks before anything is begun.
    DropBefore,
    /// The operation is carried out, then the connection breaks without an answer.
    DropAfter,
    /// The operation is carried out, and no answer ever comes.
    Silent,
    /// The service says that the terminal is busy (`errorcode` 16).
    Busy,
    /// The operation is carried out, and the answer is a web page.
    Garbage,
    /// The operation is carried out, and then the receipt cannot be printed (`errorcode` 12).
    PrintError,
    /// The service gives this `errorcode` at once.
    Code(u32),
    /// The operation is carried out, and then the service gives this `errorcode`.
    AfterAll(u32),
    /// The red key is answered with `errorcode` 15 instead of status 53.
    CancelCode,
    /// The operation is carried out, and the answer names another sum.
    OtherSum,
    /// The answer is in UTF-8, and its fields have no zeros before their numbers.
    OtherSpelling,
}

impl Fault {
    /// The answer that comes instead of anything being begun: an `errorcode`.
    pub(super) const fn code_at_once(self) -> Option<u32> {
        match self {
            Self::Busy => Some(16),
            Self::Code(code) => Some(code),
            _ => None,
        }
    }
}
