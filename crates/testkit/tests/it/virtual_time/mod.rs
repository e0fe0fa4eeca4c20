//! The whole system in virtual time, with the simulated bank in the same process.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests: what cannot go on must fail the test"
)]

mod callbacks;
mod cancel;
mod cash_link;
mod days;
mod deadlines;
mod endpoint_faults;
mod late_money;
mod payment;
mod receipts;
mod refund;
mod repeat;
mod replace;
mod reservation;
mod rows;
mod secrets;
mod settings;
mod social;
mod subscription;
mod terminal_number;
mod together;
mod tokens;

use domain::{Code, OperationId, Waiter};
use protocol::Reply;
use simulator::bank::Endpoint;
use testkit::world::World;

fn id(reply: &Reply) -> OperationId {
    reply
        .operation_id
        .unwrap_or_else(|| panic!("it opened nothing: {reply:?}"))
}

fn code(reply: &Reply) -> Option<Code> {
    reply.error.as_ref().map(|error| error.code)
}

fn calls(world: &World, endpoint: Endpoint) -> u64 {
    world.bank.calls_of(endpoint)
}

fn waiter(correlation: &str) -> Waiter {
    Waiter {
        reply_to: "register".to_owned(),
        correlation_id: Some(correlation.to_owned()),
    }
}
