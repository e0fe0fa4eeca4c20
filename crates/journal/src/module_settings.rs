//! A module's settings in the manual's shape: `<module>_merchants`, `<module>_stores`, `<module>_terminals`.

use domain::{ModuleName, StoreId, TerminalId};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A row's value: a JSON object.
pub type JsonObject = Map<String, Value>;

/// All settings of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleSettings {
    /// Configurations by id; 0 is used for a store that is not listed.
    pub merchants: BTreeMap<i64, JsonObject>,
    /// Which configuration a store uses.
    pub stores: BTreeMap<StoreId, i64>,
    /// What a register overrides.
    pub terminals: BTreeMap<TerminalId, JsonObject>,
}

impl ModuleSettings {
    /// The merchant's row and the terminal's row that apply to a register: an unknown store means merchant 0.
    /// None when that merchant does not exist.
    pub fn rows(&self, store: &StoreId, terminal: &TerminalId) -> Option<(&JsonObject, Option<&JsonObject>)> {
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
        value: Option<JsonObject>,
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
        value: Option<JsonObject>,
    },
}

impl SettingsWrite {
    /// The module whose settings are written.
    pub fn module(&self) -> &ModuleName {
        match self {
            Self::Merchant { module, .. } | Self::Store { module, .. } | Self::Terminal { module, .. } => {
                module
            }
        }
    }

    /// The register that has one of these values already, and under which key, if this write would give it to another.
    pub(crate) fn taken<'a>(
        &self,
        distinct: &'static [&'static str],
        rows: impl IntoIterator<Item = (&'a TerminalId, &'a JsonObject)>,
    ) -> Option<(&'static str, TerminalId)> {
        let Self::Terminal {
            terminal,
            value: Some(value),
            ..
        } = self
        else {
            return None;
        };
        rows.into_iter()
            .filter(|(other, _)| *other != terminal)
            .find_map(|(other, row)| {
                let same = |key: &&'static str| value.contains_key(*key) && value.get(*key) == row.get(*key);
                let key = distinct.iter().copied().find(same)?;
                Some((key, other.clone()))
            })
    }

    /// The audit line: which row and which keys. No value, since a value may be a secret.
    pub(crate) fn audit_text(&self) -> String {
        let keys = |value: &Option<JsonObject>| {
            value
                .as_ref()
                .map(|value| value.keys().cloned().collect::<Vec<_>>())
        };
        let what = match self {
            Self::Merchant { module, id, value } => {
                json!({"table": "merchants", "module": module, "id": id, "keys": keys(value)})
            }
            Self::Store {
                module,
                store,
                merchant,
            } => json!({"table": "stores", "module": module, "StoreID": store, "merchant": merchant}),
            Self::Terminal {
                module,
                terminal,
                value,
            } => {
                json!({"table": "terminals", "module": module, "TerminalID": terminal, "keys": keys(value)})
            }
        };
        what.to_string()
    }
}
