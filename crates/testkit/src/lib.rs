//! The whole system under test: in virtual time with a bank inside the process, and for real with brokers, databases,
//! browsers and `kill -9`. The tests themselves live in `tests/it`, one binary.

pub mod bank;
pub mod books;
pub mod clock;
pub mod environment;
pub mod provider;
pub mod real;
pub mod till;
pub mod world;
