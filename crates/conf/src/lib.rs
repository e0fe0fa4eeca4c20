//! Files in HOCON: text into values that know their file, line and key, so that every error says where it is and what to
//! do. The one door to the HOCON library.
//!
//! Invariant: a value is never printed in an error where it may be a secret.

mod document;
mod error;
mod lines;
mod node;
mod units;

pub use document::{Document, FILE_MAX_BYTES};
pub use error::{Problem, SettingsError, Warning};
pub use node::{Node, nearest};
pub use units::{KIB, SECOND_MS};
