//! From an operation to the reply that tells of it: a pure function, so that a repeat gets the same words.

use crate::{Message, Reply, VERSION};
use domain::{CallerId, Code, Kopecks, Operation, Timestamp};

/// How an operation stands, told to whoever asked with `id` and `operation` (a status question has its own).
pub fn render(operation: &Operation, refunded: Kopecks, now: Timestamp) -> Reply {
    let _ = (operation, refunded, now);
    turned_away(None, None, Code::Internal, None)
}

/// A request that opened nothing.
pub fn turned_away(
    id: Option<CallerId>,
    message: Option<&Message>,
    code: Code,
    detail: Option<String>,
) -> Reply {
    let _ = (code, detail);
    Reply {
        protocol: VERSION,
        id,
        operation: message.map(|m| m.common().operation.to_owned()),
        operation_id: None,
        state: None,
        is_final: true,
        amount: None,
        refunded: None,
        qr: None,
        requisites: None,
        slip: Vec::new(),
        link: None,
        message: texts::Text::new("", ""),
        error: None,
    }
}
