//! A register you can type at ([`cli`]), line by line or on the full screen, a self-checkout page ([`kiosk`]), and devices
//! that are not there: a buyer's display and a receipt printer as pages ([`devices`]).

pub mod cli;
pub mod devices;
pub mod kiosk;
mod till;
mod web;
