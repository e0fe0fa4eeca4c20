//! Files in HOCON: text into values that know their file, line and key, so that every error says where it is and what to
//! do. The one door to the HOCON library.
//!
//! Invariant: a value is never printed in an error where it may be a secret.

mod commas;
mod document;
mod error;
mod folder;
mod lines;
mod node;
mod statement;
mod units;
mod weave;
mod woven;

pub use document::{Document, FILE_MAX_BYTES, Place, Reading, read_text};
pub use error::{IncludeFault, Problem, SettingsError, Warning};
pub use folder::Folder;
pub use node::{Node, Scalar, nearest};
pub use units::{KIB, SECOND_MS};
pub use weave::{INCLUDE_DEPTH_MAX, INCLUDES_MAX, Include, TREE_MAX_BYTES};
