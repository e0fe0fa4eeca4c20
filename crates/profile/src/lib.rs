//! Providers that a file describes. A profile says in HOCON how a provider is spoken to: who we are, each call's method,
//! path and body, where the answer's fields stand, what its words mean. It is read and checked here and becomes a
//! module like any other; when the provider hands over its specification, an engineer edits the file. The language
//! stands in `docs/profiles.md`.
//!
//! It is not a programming language: there are no conditions, loops or expressions beyond placeholders and lists of
//! words. What does not fit gets a folder in `connectors`.
//!
//! Invariant: an answer that is not understood ends in `Unknown`, never in a panic and never in "paid".

mod answer;
mod explain;
mod faults;
mod folder;
mod intern;
mod load;
mod model;
mod money;
mod talk;
mod template;
mod time;

pub use explain::explain;
pub use faults::Faults;
pub use folder::{FILES_MAX, Folder, SIZE_MAX_BYTES};

use conf::Document;
use connector::Provider;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// A profile: one provider, with one module or several.
pub struct Profile {
    modules: Vec<Arc<model::Module>>,
}

impl Profile {
    /// Reads a profile's text; `name` stands for its file in errors. Every fault is told, with file, line and key.
    pub fn parse(name: &Path, text: &str) -> Result<Self, Faults> {
        Self::of(&Document::parse(name, text, &HashMap::new())?)
    }

    fn of(document: &Document) -> Result<Self, Faults> {
        let modules = load::modules(document)?;
        Ok(Self {
            modules: modules.into_iter().map(Arc::new).collect(),
        })
    }

    /// The names of its modules.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.modules.iter().map(|module| module.name)
    }

    /// Its modules.
    pub fn providers(&self) -> Vec<Provider> {
        self.modules.iter().map(provider).collect()
    }
}

fn provider(module: &Arc<model::Module>) -> Provider {
    let built_from = Arc::clone(module);
    Provider {
        module: module.name,
        title_ru: module.title_ru,
        title_en: module.title_en,
        keys: module.keys.clone(),
        build: Box::new(move |settings| talk::build(&built_from, settings)),
        // A profile's provider is polled; it sends no callbacks.
        callback_operation: Box::new(|_| None),
    }
}
