//! The modules that are switched on, with their settings as they stand in the journal. A change takes effect for
//! the next call, without a restart.

use connector::provider::{Built, Provider};
use connector::{ConfigError, Registry, cash_link, config};
use domain::{ModuleName, StoreId, TerminalId};
use journal::{Journal, JournalError, ModuleSettings};
use outbound::Route;
use serde_json::Map;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Why a module cannot serve a register.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModulesError {
    /// Not in the registry, or not switched on.
    #[error("module `{0}` is not switched on; the daemon's `modules` setting lists those that are")]
    Unknown(ModuleName),
    /// There is no row to take settings from.
    #[error(
        "module `{module}` has no merchant {merchant} for store `{store}`: write it with `qrpayd config set`"
    )]
    NoMerchant {
        /// The module.
        module: ModuleName,
        /// The store that asked.
        store: StoreId,
        /// The merchant that the store's row (or the default, 0) names.
        merchant: i64,
    },
    /// The rows cannot be used.
    #[error("module `{module}`, store `{store}`, terminal `{terminal}`: {error}")]
    Config {
        /// The module.
        module: ModuleName,
        /// The store that asked.
        store: StoreId,
        /// The register that asked.
        terminal: TerminalId,
        /// Which key, and what to do.
        error: ConfigError,
    },
}

/// A module as one register sees it.
pub struct Module {
    /// The conversation, the transport, the times.
    pub built: Built,
    /// Where calls are sent.
    pub route: Route,
    /// The link that is bound to the register (`qr_id`), for cash-link modules.
    pub link_id: Option<String>,
}

type Key = (ModuleName, StoreId, TerminalId);

/// Looks whether modules are described anew, and gives every module when they are.
pub type Renew = Box<dyn FnMut() -> Option<Registry> + Send>;

/// All modules.
pub struct Modules {
    names: Vec<ModuleName>,
    live: RwLock<Live>,
    renew: Mutex<Option<Renew>>,
}

#[derive(Default)]
struct Live {
    revision: i64,
    providers: HashMap<ModuleName, Arc<Provider>>,
    settings: HashMap<ModuleName, Arc<ModuleSettings>>,
    built: HashMap<Key, Arc<Module>>,
    /// Grows whenever what `built` was built from changes, so that nothing old is put back.
    generation: u64,
}

impl Live {
    fn build_anew(&mut self) {
        self.built.clear();
        self.generation = self.generation.wrapping_add(1);
    }
}

impl Modules {
    /// Switches modules on: each must be in the registry. Their tables are made if they are not there.
    pub async fn switch_on(
        names: &[ModuleName],
        registry: &Registry,
        journal: &dyn Journal,
    ) -> Result<Self, SwitchOnError> {
        let mut providers = HashMap::new();
        for name in names {
            let provider = registry
                .find(name.as_str())
                .ok_or_else(|| SwitchOnError::NoSuchModule {
                    module: name.clone(),
                    known: registry.names(),
                })?;
            journal.ensure_module(name).await?;
            providers.insert(name.clone(), Arc::clone(provider));
        }
        let modules = Self {
            names: names.to_vec(),
            live: RwLock::new(Live {
                providers,
                ..Live::default()
            }),
            renew: Mutex::default(),
        };
        modules.refresh(journal).await?;
        Ok(modules)
    }

    /// With a look, at every refresh, whether modules are described anew: an operator may edit a profile while the
    /// daemon runs. A module that is not described any more stays as it was.
    pub fn renewed_by(self, renew: Renew) -> Self {
        *self.renew.lock().unwrap_or_else(PoisonError::into_inner) = Some(renew);
        self
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> Vec<ModuleName> {
        let mut names = self.names.clone();
        names.sort();
        names
    }

    /// The provider behind a module.
    pub fn provider(&self, module: &ModuleName) -> Option<Arc<Provider>> {
        self.read().providers.get(module).cloned()
    }

    /// Reads the settings again if anybody has written since the last look. Returns whether so.
    pub async fn refresh(&self, journal: &dyn Journal) -> Result<bool, JournalError> {
        let renewed = self.renew();
        let revision = journal.settings_revision().await?;
        if self.read().revision == revision && !self.read().settings.is_empty() {
            return Ok(renewed);
        }
        let mut settings = HashMap::new();
        for module in &self.names {
            settings.insert(module.clone(), Arc::new(journal.settings(module).await?));
        }
        let mut live = self.write();
        live.revision = revision;
        live.settings = settings;
        live.build_anew();
        Ok(true)
    }

    /// Takes over modules that are described anew. Returns whether there were any.
    fn renew(&self) -> bool {
        let mut renew = self.renew.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(registry) = renew.as_mut().and_then(|renew| renew()) else {
            return false;
        };
        let found = self.names.iter().filter_map(|name| {
            let provider = registry.find(name.as_str())?;
            Some((name.clone(), Arc::clone(provider)))
        });
        let mut live = self.write();
        live.providers.extend(found);
        live.build_anew();
        true
    }

    /// A module with the settings of one register.
    pub fn module(
        &self,
        module: &ModuleName,
        store: &StoreId,
        terminal: &TerminalId,
    ) -> Result<Arc<Module>, ModulesError> {
        let generation = self.read().generation;
        let provider = self
            .provider(module)
            .ok_or_else(|| ModulesError::Unknown(module.clone()))?;
        let key = (module.clone(), store.clone(), terminal.clone());
        if let Some(built) = self.read().built.get(&key) {
            return Ok(Arc::clone(built));
        }
        let settings = self.settings(module);
        let built = Arc::new(build(&provider, &settings, &key)?);
        let mut live = self.write();
        if live.generation == generation {
            live.built.insert(key, Arc::clone(&built));
        }
        drop(live);
        Ok(built)
    }

    /// A module's settings as they were last read.
    pub fn settings(&self, module: &ModuleName) -> Arc<ModuleSettings> {
        self.read().settings.get(module).cloned().unwrap_or_default()
    }

    /// Which register has the link, by the settings.
    pub fn link_owner(&self, module: &ModuleName, link_id: &str) -> Option<TerminalId> {
        self.owner_of(module, cash_link::QR_ID, link_id)
    }

    /// Which register has the bank's terminal number, by the settings.
    pub fn terminal_number_owner(&self, module: &ModuleName, number: &str) -> Option<TerminalId> {
        self.owner_of(module, cash_link::TERMINAL_NUMBER, number)
    }

    /// Whether the module's bank gives out terminal numbers that are asked for when a link is bound.
    pub fn asks_terminal_number(&self, module: &ModuleName) -> bool {
        self.provider(module).is_some_and(|provider| {
            provider
                .all_keys()
                .any(|key| key.name == cash_link::TERMINAL_NUMBER)
        })
    }

    fn owner_of(&self, module: &ModuleName, key: &str, value: &str) -> Option<TerminalId> {
        let settings = self.settings(module);
        let has = |row: &Map<String, serde_json::Value>| {
            row.get(key)
                .and_then(|found| found.as_str())
                .is_some_and(|found| found == value)
        };
        settings
            .terminals
            .iter()
            .find(|(_, row)| has(row))
            .map(|(terminal, _)| terminal.clone())
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why modules cannot be switched on.
#[derive(Debug, thiserror::Error)]
pub enum SwitchOnError {
    /// The registry does not have it.
    #[error("`modules` names `{module}`, which this qrpayd does not have; it has: {known}")]
    NoSuchModule {
        /// The name.
        module: ModuleName,
        /// What there is.
        known: String,
    },
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Merges, checks and builds what one register's settings say.
pub fn build(
    provider: &Provider,
    settings: &ModuleSettings,
    (module, store, terminal): &Key,
) -> Result<Module, ModulesError> {
    let Some((merchant, own)) = settings.rows(store, terminal) else {
        let merchant = settings.stores.get(store).copied().unwrap_or(0);
        return Err(ModulesError::NoMerchant {
            module: module.clone(),
            store: store.clone(),
            merchant,
        });
    };
    let refuse = |error| ModulesError::Config {
        module: module.clone(),
        store: store.clone(),
        terminal: terminal.clone(),
        error,
    };
    let nothing = Map::new();
    let merged = config::merge(provider.all_keys(), merchant, own.unwrap_or(&nothing)).map_err(refuse)?;
    let built = (provider.build)(&merged).map_err(refuse)?;
    let link_id = merged
        .get(cash_link::QR_ID)
        .and_then(|id| id.as_str())
        .map(str::to_owned);
    let route = Route {
        module: module.clone(),
        transport: built.transport.clone(),
    };
    Ok(Module {
        built,
        route,
        link_id,
    })
}
