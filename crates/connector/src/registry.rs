//! The modules that a daemon can switch on, by name.

use crate::Provider;
use std::sync::Arc;

/// Every module, in the order of the documentation. Cheap to clone.
#[derive(Clone, Default)]
pub struct Registry {
    providers: Arc<[Arc<Provider>]>,
}

/// Two providers want the same name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("two modules are called `{0}`; give the profile another name")]
pub struct NameTaken(pub String);

impl Registry {
    /// A registry of these modules.
    pub fn new(providers: Vec<Provider>) -> Result<Self, NameTaken> {
        Self::default().with(providers)
    }

    /// The same modules and these.
    pub fn with(&self, more: Vec<Provider>) -> Result<Self, NameTaken> {
        let mut providers = self.providers.to_vec();
        for provider in more {
            if providers.iter().any(|known| known.module == provider.module) {
                return Err(NameTaken(provider.module.to_owned()));
            }
            providers.push(Arc::new(provider));
        }
        Ok(Self {
            providers: providers.into(),
        })
    }

    /// The module of that name.
    pub fn find(&self, module: &str) -> Option<&Arc<Provider>> {
        self.iter().find(|provider| provider.module == module)
    }

    /// Every module.
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<Provider>> {
        self.providers.iter()
    }

    /// The names, for an error that lists what there is.
    pub fn names(&self) -> String {
        let names: Vec<_> = self.iter().map(|provider| provider.module).collect();
        names.join(", ")
    }
}

impl<'a> IntoIterator for &'a Registry {
    type Item = &'a Arc<Provider>;
    type IntoIter = std::slice::Iter<'a, Arc<Provider>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
