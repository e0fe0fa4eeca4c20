//! `qrpayd check`: everything that can be found wrong before a register comes.

use crate::run::{self, open_journal_to_read};
use anyhow::{Context, bail};
use domain::ModuleName;
use domain::{StoreId, TerminalId};
use journal::{Journal, JournalError, ModuleSettings};
use settings::ModuleTimes;
use std::path::Path;

/// Checks the settings file and the modules' settings. Prints every fault; an error when there is at least one.
pub async fn check(config: &Path) -> anyhow::Result<()> {
    let (settings, journal) = open_journal_to_read(config).await?;
    let registry = run::registry(&settings)?;
    let (mut faults, mut warnings) = (0, 0);
    for module in &settings.modules {
        let Some(provider) = registry.find(module.as_str()) else {
            println!("{module}: this qrpayd has no such module");
            faults += 1;
            continue;
        };
        let rows = rows(journal.as_ref(), module).await?;
        let found = check_module(module, provider, &rows, settings.register_timeout_ms);
        for fault in &found.faults {
            println!("{fault}");
        }
        for warning in &found.warnings {
            println!("warning: {warning}");
        }
        faults += found.faults.len();
        warnings += found.warnings.len();
    }
    if faults > 0 {
        bail!("{}; see above", counted(faults, "fault"));
    }
    let modules = counted(settings.modules.len(), "module");
    if warnings > 0 {
        println!(
            "{}: settings can be used, {modules}, {}",
            config.display(),
            counted(warnings, "warning")
        );
    } else {
        println!("{}: settings are right, {modules}", config.display());
    }
    Ok(())
}

/// A module's rows; makes no tables.
pub(crate) async fn rows(journal: &dyn Journal, module: &ModuleName) -> anyhow::Result<ModuleSettings> {
    match journal.settings(module).await {
        Ok(rows) => Ok(rows),
        // Before the first start, or the first row, a module has no tables.
        Err(JournalError::Damaged(why)) if why.contains("no such table") || why.contains("doesn't exist") => {
            Ok(ModuleSettings::default())
        }
        Err(error) => Err(error).context("the modules' settings cannot be read"),
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

/// What was found in one module's settings.
#[derive(Default)]
struct Found {
    /// What keeps a register from paying.
    faults: Vec<String>,
    /// What the daemon puts up with: it shortens a QR's life until the times nest.
    warnings: Vec<String>,
}

/// Checks every register that a module's settings name, and the one that none names.
fn check_module(
    module: &ModuleName,
    provider: &connector::Provider,
    rows: &ModuleSettings,
    register_timeout_ms: u64,
) -> Found {
    let mut found = Found::default();
    if rows.merchants.is_empty() {
        found.faults.push(format!(
            "{module}: no merchant is set; write one with `qrpayd config set {module} merchant 0 key=value …`"
        ));
        return found;
    }
    for (store, terminal) in registers(rows) {
        match desk::modules::build(provider, rows, &(module.clone(), store.clone(), terminal.clone())) {
            Ok(built) => {
                let policy = &built.built.policy;
                let times = ModuleTimes {
                    module: module.to_string(),
                    total_ms: policy.answer_within_ms,
                    qr_ttl_ms: policy.qr_ttl_ms,
                    http_timeout_ms: built.built.transport.timeout_ms,
                };
                let warnings = settings::check_nesting(register_timeout_ms, &[times]);
                let told = |warning: &settings::Warning| {
                    format!("{warning}; until then a QR may end earlier than its qrTtl")
                };
                found.warnings.extend(warnings.iter().map(told));
                if let Err(error) = outbound::check_transport(&built.built.transport) {
                    found.faults.push(format!(
                        "{module}, store `{store}`, terminal `{terminal}`: {error}"
                    ));
                }
            }
            Err(error) => found.faults.push(error.to_string()),
        }
    }
    found.faults.dedup();
    found.warnings.dedup();
    found
}

/// One register for each terminal row, each store row, and one that is in no table.
fn registers(rows: &ModuleSettings) -> Vec<(StoreId, TerminalId)> {
    let any_store = StoreId::new("-").ok();
    let any_terminal = TerminalId::new("-").ok();
    let mut registers = Vec::new();
    for store in rows.stores.keys().chain(any_store.iter()) {
        registers.extend(
            any_terminal
                .iter()
                .map(|terminal| (store.clone(), terminal.clone())),
        );
    }
    for terminal in rows.terminals.keys() {
        registers.extend(any_store.iter().map(|store| (store.clone(), terminal.clone())));
    }
    registers
}
