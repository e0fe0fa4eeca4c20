//! `qrpayd check`: everything that can be found wrong before a register comes.

use crate::run::open_journal_to_read;
use anyhow::{Context, bail};
use domain::ModuleName;
use domain::{StoreId, TerminalId};
use journal::ModuleSettings;
use settings::ModuleTimes;
use std::path::Path;

/// Checks the settings file and the modules' settings. Prints every fault; an error when there is at least one.
pub async fn check(config: &Path) -> anyhow::Result<()> {
    let (settings, journal) = open_journal_to_read(config).await?;
    let mut faults = 0;
    for module in &settings.modules {
        let Some(provider) = connectors::registry()
            .iter()
            .find(|p| p.module == module.as_str())
        else {
            println!("{module}: this qrpayd has no such module");
            faults += 1;
            continue;
        };
        // A module that was just switched on has no tables yet; that is no fault.
        journal
            .ensure_module(module)
            .await
            .context("the module's tables cannot be made")?;
        let rows = journal
            .settings(module)
            .await
            .context("the modules' settings cannot be read")?;
        let found = check_module(module, provider, &rows, settings.register_timeout_ms);
        for fault in &found {
            println!("{fault}");
        }
        faults += found.len();
    }
    if faults > 0 {
        bail!("{faults} faults; see above");
    }
    println!(
        "{}: settings are right, {} modules",
        config.display(),
        settings.modules.len()
    );
    Ok(())
}

/// Checks every register that a module's settings name, and the one that none names.
fn check_module(
    module: &ModuleName,
    provider: &connector::Provider,
    rows: &ModuleSettings,
    register_timeout_ms: u64,
) -> Vec<String> {
    if rows.merchants.is_empty() {
        return vec![format!(
            "{module}: no merchant is set; write one with `qrpayd config set {module} merchant 0 key=value …`"
        )];
    }
    let mut found = Vec::new();
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
                found.extend(warnings.iter().map(ToString::to_string));
                if let Err(error) = outbound::check_transport(&built.built.transport) {
                    found.push(format!(
                        "{module}, store `{store}`, terminal `{terminal}`: {error}"
                    ));
                }
            }
            Err(error) => found.push(error.to_string()),
        }
    }
    found.dedup();
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
