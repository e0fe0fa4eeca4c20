//! Short sequences of keys and answers, and any sequence at all.

mod any;
mod bench;
mod link;
mod money;
mod refund;
mod sale;
