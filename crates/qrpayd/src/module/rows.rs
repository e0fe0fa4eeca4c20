//! The rows that one register works with, and where each value stands.

use super::report::Report;
use crate::cli::ModuleTest;
use connector::{KeyType, Provider};
use journal::ModuleSettings;
use serde_json::{Map, Value};
use std::sync::Arc;
use texts::words::module as words;

/// What marks PEM text, as against a path.
const PEM_MARK: &str = "-----BEGIN ";

/// A merchant's row and a register's row.
pub(super) struct Rows {
    pub provider: Arc<Provider>,
    pub merchant_id: i64,
    pub merchant: Map<String, Value>,
    pub terminal: Map<String, Value>,
    terminal_id: String,
}

impl Rows {
    /// Finds the rows of a register and says which they are; none when there is no merchant.
    pub fn find(
        report: &mut Report,
        provider: &Arc<Provider>,
        settings: &ModuleSettings,
        test: &ModuleTest,
    ) -> Option<Self> {
        let module = provider.module;
        if settings.merchants.is_empty() {
            report.fault(words::NOT_CONFIGURED, &[("module", module)]);
            return None;
        }
        let listed = test.store.as_ref().and_then(|store| settings.stores.get(store));
        let merchant_id = listed.copied().unwrap_or(0);
        let number = merchant_id.to_string();
        let store_word = match (&test.store, listed) {
            (None, _) => words::STORE_ANY,
            (Some(_), None) => words::STORE_UNLISTED,
            (Some(_), Some(_)) => words::STORE_LISTED,
        };
        let store_id = test.store.as_ref().map(ToString::to_string).unwrap_or_default();
        let store = report.text(store_word, &[("store", &store_id), ("module", module)]);
        let values = [
            ("merchant", number.as_str()),
            ("store", &store),
            ("module", module),
        ];
        let Some(merchant) = settings.merchants.get(&merchant_id) else {
            report.fault(words::NO_MERCHANT, &values);
            return None;
        };
        report.ok(words::MERCHANT, &values);
        let mut rows = Self {
            provider: Arc::clone(provider),
            merchant_id,
            merchant: merchant.clone(),
            terminal: Map::new(),
            terminal_id: String::new(),
        };
        if let Some(terminal) = &test.terminal {
            rows.terminal_id = terminal.to_string();
            rows.terminal = settings.terminals.get(terminal).cloned().unwrap_or_default();
            rows.say_terminal(report);
        }
        Some(rows)
    }

    fn say_terminal(&self, report: &mut Report) {
        if self.terminal.is_empty() {
            return report.ok(words::TERMINAL_NONE, &[("terminal", &self.terminal_id)]);
        }
        let keys: Vec<_> = self.terminal.keys().map(|key| format!("`{key}`")).collect();
        let values = [
            ("terminal", self.terminal_id.as_str()),
            ("keys", &keys.join(", ")),
            ("module", self.provider.module),
        ];
        report.ok(words::TERMINAL, &values);
    }

    /// Where the value of a key stands, in words; never the value itself.
    pub fn origin(&self, report: &Report, key: &str) -> String {
        let key = key.strip_suffix("_file").unwrap_or(key);
        let file_key = format!("{key}_file");
        let merchant = || {
            let id = self.merchant_id.to_string();
            report.text(words::FROM_MERCHANT, &[("merchant", &id)])
        };
        let terminal = || report.text(words::FROM_TERMINAL, &[("terminal", &self.terminal_id)]);
        let (layer, row) = if self.terminal.contains_key(key) || self.terminal.contains_key(&file_key) {
            (&self.terminal, terminal())
        } else {
            (&self.merchant, merchant())
        };
        let kind = self.provider.all_keys().find(|known| known.name == key);
        let is_pem = kind.is_some_and(|known| known.kind == KeyType::Pem);
        let is_secret = kind.is_some_and(|known| known.kind == KeyType::Secret);
        if let Some(file) = layer.get(&file_key).and_then(Value::as_str) {
            return report.text(words::FROM_FILE, &[("file", file), ("row", &row)]);
        }
        match layer.get(key) {
            None => report.text(words::FROM_NOWHERE, &[]),
            Some(Value::String(path)) if is_pem && !path.contains(PEM_MARK) && !path.contains('\n') => {
                report.text(words::FROM_FILE, &[("file", path), ("row", &row)])
            }
            Some(_) if is_pem || is_secret => report.text(words::FROM_ROW, &[("row", &row)]),
            Some(_) => row,
        }
    }

    /// Every secret that stands in the rows, with its place; none when there is no secret.
    pub fn secrets(&self, report: &Report) -> Option<String> {
        let secrets = self.provider.all_keys().filter(|key| key.kind == KeyType::Secret);
        let written: Vec<_> = secrets
            .filter(|key| {
                let file_key = format!("{}_file", key.name);
                let stands =
                    |row: &Map<String, Value>| row.contains_key(key.name) || row.contains_key(&file_key);
                stands(&self.merchant) || stands(&self.terminal)
            })
            .map(|key| {
                let origin = self.origin(report, key.name);
                report.text(words::KEY_AND_ORIGIN, &[("key", key.name), ("origin", &origin)])
            })
            .collect();
        (!written.is_empty()).then(|| written.join(", "))
    }

    /// By which roots a provider is trusted.
    pub fn roots(&self, report: &Report) -> String {
        if !self.merchant.contains_key("ca") {
            return report.text(words::ROOTS_SYSTEM, &[]);
        }
        report.text(words::ROOTS_OWN, &[("origin", &self.origin(report, "ca"))])
    }

    /// The provider's address, as written.
    pub fn url(&self) -> &str {
        self.merchant
            .get("url")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}
