//! A full-screen register at a terminal, for the keyboard alone. The [`model`] decides, the [`render`] draws, the
//! [`journal`] remembers, the [`shell`] joins them with the world.

pub mod journal;
pub mod model;
pub mod render;
pub mod shell;
pub mod wording;
