//! The shipped profiles: providers whose specification is not public. Each folder holds a description in place of code;
//! when the bank hands over its specification, the description is what changes.

use connector::Provider;
use profile::{Faults, Profile};
use std::path::Path;

/// A shipped profile: its file, as errors name it, and its text.
pub struct Shipped {
    /// `gazprom/profile.conf`
    pub file: &'static str,
    /// The file's text.
    pub text: &'static str,
}

/// Every shipped profile, in the order of the documentation.
pub const SHIPPED: &[Shipped] = &[
    shipped("gazprom/profile.conf", include_str!("gazprom/profile.conf")),
    shipped("rsb/profile.conf", include_str!("rsb/profile.conf")),
    shipped("shares/profile.conf", include_str!("shares/profile.conf")),
    shipped("podeli/profile.conf", include_str!("podeli/profile.conf")),
    shipped("webmoney/profile.conf", include_str!("webmoney/profile.conf")),
    shipped("social/profile.conf", include_str!("social/profile.conf")),
];

const fn shipped(file: &'static str, text: &'static str) -> Shipped {
    Shipped { file, text }
}

impl Shipped {
    /// Reads it.
    pub fn read(&self) -> Result<Profile, Faults> {
        Profile::parse(Path::new(self.file), self.text)
    }
}

/// The shipped profile that serves this module.
pub fn of_module(module: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|shipped| {
        shipped
            .read()
            .is_ok_and(|profile| profile.names().any(|name| name == module))
    })
}

/// The modules of every shipped profile. A test holds the profiles right, so nothing is left out.
pub(crate) fn providers() -> Vec<Provider> {
    let profiles = SHIPPED.iter().filter_map(|shipped| shipped.read().ok());
    profiles.flat_map(|profile| profile.providers()).collect()
}

#[cfg(test)]
mod tests;
