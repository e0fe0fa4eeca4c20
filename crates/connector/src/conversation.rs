//! Drives a connector with canned responses: a whole call without a network, for tests and for the conformance
//! suite.

use crate::{Connector, Turn, WireRequest, WireResponse};
use domain::{Answer, Call, Fault, Timestamp};

/// The most requests of one call, logins for tokens not counted. The longest known conversation has three; a connector
/// that wants more than this is broken.
pub const MAX_TURNS: usize = 8;

/// What a call sent, and how it ended.
#[derive(Debug)]
pub struct Conversation {
    /// Every request, in order.
    pub sent: Vec<WireRequest>,
    /// The end; `None` when the connector wants one more response than was given.
    pub end: Option<Result<Answer, Fault>>,
}

/// Makes a call, answering each request with the next of `responses`.
pub fn converse(
    connector: &dyn Connector,
    call: &Call,
    responses: &[WireResponse],
    now: Timestamp,
) -> Conversation {
    let mut sent = Vec::new();
    for heard in (0..=responses.len().min(MAX_TURNS)).filter_map(|count| responses.get(..count)) {
        match connector.next(call, heard, now) {
            Ok(Turn::Send(request)) => sent.push(request),
            Ok(Turn::Done(answer)) => {
                return Conversation {
                    sent,
                    end: Some(Ok(answer)),
                };
            }
            Err(fault) => {
                return Conversation {
                    sent,
                    end: Some(Err(fault)),
                };
            }
        }
    }
    Conversation { sent, end: None }
}
