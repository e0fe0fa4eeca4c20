//! A module's settings in the manual's shape: `<module>_merchants`, `<module>_stores`, `<module>_terminals`.

use domain::{ModuleName, StoreId, TerminalId};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// All settings of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleSettings {
    /// Configurations by id; 0 is used for a store that is not listed.
    pub merchants: BTreeMap<i64, Map<String, Value>>,
    /// Which configuration a store uses.
    pub stores: BTreeMap<StoreId, i64>,
    /// What a register overrides.
    pub terminals: BTreeMap<TerminalId, Map<String, Value>>,
}

impl ModuleSettings {
    /// The merchant's row and the terminal's row that apply to a register: an unknown store means merchant 0.
    /// None when that merchant does not exist.
    pub fn rows(
        &self,
        store: &StoreId,
        terminal: &TerminalId,
    ) -> Option<(&Map<String, Value>, Option<&Map<String, Value>>)> {
        let merchant = self.stores.get(store).copied().unwrap_or(0);
        Some((self.merchants.get(&merchant)?, self.terminals.get(terminal)))
    }
}

/// One row to be written, or deleted (`None`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsWrite {
    /// `<module>_merchants`
    Merchant {
        /// The module.
        module: ModuleName,
        /// The configuration's id.
        id: i64,
        /// Its value.
        value: Option<Map<String, Value>>,
    },
    /// `<module>_stores`
    Store {
        /// The module.
        module: ModuleName,
        /// The store.
        store: StoreId,
        /// Its configuration's id.
        merchant: Option<i64>,
    },
    /// `<module>_terminals`
    Terminal {
        /// The module.
        module: ModuleName,
        /// The register.
        terminal: TerminalId,
        /// Its value.
        value: Option<Map<String, Value>>,
    },
}
