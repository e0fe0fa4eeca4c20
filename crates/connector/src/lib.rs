//! What a provider's connector is: a conversation without I/O.
//!
//! A connector builds requests and reads responses. It never sends: this crate has no HTTP client, and neither has
//! `connectors`. Invariant: an answer we do not understand ends in `Unknown`, never in a panic and never in "paid".

pub mod answer;
pub mod cash_link;
pub mod config;
pub mod conversation;
pub mod life;
pub mod listing;
pub mod nspk;
pub mod percent;
pub mod printed;
pub mod provider;
pub mod purpose;
pub mod registry;
pub mod request_id;
pub mod rubles;
pub mod sign;
pub mod token;
pub mod wire;

pub use config::{ConfigError, Key, KeyType, Scope};
pub use printed::Printed;
pub use provider::{Built, CallbackError, Connector, ManyStates, Provider, StatusMany, Turn};
pub use registry::Registry;
pub use request_id::request_id;
pub use rubles::Rubles;
pub use token::{Token, TokenNeed};
pub use wire::{Method, RawCallback, WireRequest, WireResponse};
