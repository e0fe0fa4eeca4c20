//! The daemon: puts the rooms together, starts them, stops them cleanly. The binary's commands are modules here.

pub mod check;
pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod demo;
pub mod logs;
pub mod module;
pub mod operations;
pub mod profiles;
pub mod run;
pub mod systemd;
mod webmoney;
