//! A register you can type at ([`cli`]) and a self-checkout page ([`kiosk`]).

pub mod cli;
pub mod kiosk;
