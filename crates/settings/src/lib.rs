//! The daemon's settings: HOCON into typed, checked values. Every error names the file, the line where it is known,
//! the key, and what to do. No network and no clock in this crate.
//!
//! Secrets come from the file, from files of their own (`*_file`, also systemd credentials), or from the environment
//! ([`ENV_JOURNAL_PASSWORD`], [`ENV_AMQP_PASSWORD`]); they are [`secrecy::SecretString`] and are never printed.

mod model;
mod nesting;
mod read;
mod secret;
mod url;

pub use conf::{Problem, SettingsError, Warning};
pub use model::{Amqp, Broker, Http, Journal, Log, LogFormat, Settings, Token};
pub use nesting::{GAP_MS, ModuleTimes, UKM4_WAIT_MIN_MS, check_nesting};
pub use read::{KEYS, TOKEN_MIN_CHARS, TOKENS_MAX, load};
pub use secret::{ENV_AMQP_PASSWORD, ENV_JOURNAL_PASSWORD, SECRET_FILE_MAX_BYTES};
