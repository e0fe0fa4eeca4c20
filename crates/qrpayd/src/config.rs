//! `qrpayd config`: the modules' settings, checked when they are written.

use crate::cli::{ConfigCommand, Row, RowId};
use crate::clock::SystemClock;
use crate::{run, webmoney};
use anyhow::{Context, bail};
use connector::config::{self, Language, Table};
use connector::{KeyType, Provider, Registry};
use domain::{Clock, ModuleName};
use journal::{Journal, ModuleSettings, SettingsWrite};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// In whose name the audit has it.
const WHO: &str = "qrpayd config";
/// The largest file that is imported, in bytes.
const IMPORT_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// All rows of some modules, as `export` prints and `import` reads them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    module: String,
    #[serde(default)]
    merchants: BTreeMap<i64, Map<String, Value>>,
    #[serde(default)]
    stores: BTreeMap<String, i64>,
    #[serde(default)]
    terminals: BTreeMap<String, Map<String, Value>>,
}

/// Obeys one `config` command.
pub async fn obey(file: &Path, command: ConfigCommand) -> anyhow::Result<()> {
    if let ConfigCommand::Describe { module, lang } = &command {
        let language = if lang == "en" {
            Language::English
        } else {
            Language::Russian
        };
        let registry = if file.exists() {
            run::registry(&run::load(file)?)?
        } else {
            connectors::registry().clone()
        };
        println!("{}", config::describe(find(&registry, module)?, language));
        return Ok(());
    }
    let (settings_file, journal) = run::open_journal_to_read(file).await?;
    let registry = run::registry(&settings_file)?;
    let journal = journal.as_ref();
    match command {
        ConfigCommand::Describe { .. } => Ok(()),
        ConfigCommand::List { module } => list(&registry, journal, &module).await,
        ConfigCommand::Show {
            module,
            store,
            terminal,
        } => {
            let provider = find(&registry, &module)?;
            let settings = settings(journal, &module).await?;
            let key = (module, store, terminal);
            desk::modules::build(provider, &settings, &key)?;
            let (merchant, own) = settings
                .rows(&key.1, &key.2)
                .context("no merchant serves this store")?;
            let merged = config::merge(provider.all_keys(), merchant, own.unwrap_or(&Map::new()))?;
            println!(
                "{}",
                serde_json::to_string_pretty(&config::redact(provider.all_keys(), &merged))?
            );
            Ok(())
        }
        ConfigCommand::Set { module, row } => {
            let write = row_to_write(&registry, journal, &module, row).await?;
            write_all(&registry, journal, &module, vec![write]).await
        }
        ConfigCommand::Delete { module, row } => {
            let write = match row {
                RowId::Merchant { id } => SettingsWrite::Merchant {
                    module: module.clone(),
                    id,
                    value: None,
                },
                RowId::Store { store } => SettingsWrite::Store {
                    module: module.clone(),
                    store,
                    merchant: None,
                },
                RowId::Terminal { terminal } => SettingsWrite::Terminal {
                    module: module.clone(),
                    terminal,
                    value: None,
                },
            };
            write_all(&registry, journal, &module, vec![write]).await
        }
        ConfigCommand::Import { file } => import(&registry, journal, &file).await,
        ConfigCommand::ImportWebmoney { folder, merchant } => {
            let imported = webmoney::read(&folder)?;
            for warning in &imported.warnings {
                eprintln!("qrpayd: warning: {warning}");
            }
            let module = ModuleName::new(webmoney::MODULE)?;
            let write = SettingsWrite::Merchant {
                module: module.clone(),
                id: merchant,
                value: Some(imported.row),
            };
            write_all(&registry, journal, &module, vec![write]).await
        }
        ConfigCommand::Export { module } => {
            find(&registry, &module)?;
            let rows = to_rows(&module, settings(journal, &module).await?);
            println!("{}", serde_json::to_string_pretty(&rows)?);
            Ok(())
        }
    }
}

fn find<'a>(registry: &'a Registry, module: &ModuleName) -> anyhow::Result<&'a Provider> {
    let found = registry.find(module.as_str()).map(Arc::as_ref);
    found.with_context(|| {
        format!(
            "this qrpayd has no module `{module}`; it has: {}",
            registry.names()
        )
    })
}

async fn settings(journal: &dyn Journal, module: &ModuleName) -> anyhow::Result<ModuleSettings> {
    journal
        .ensure_module(module)
        .await
        .context("the module's tables cannot be made")?;
    journal
        .settings(module)
        .await
        .context("the module's settings cannot be read")
}

async fn list(registry: &Registry, journal: &dyn Journal, module: &ModuleName) -> anyhow::Result<()> {
    let provider = find(registry, module)?;
    let mut rows = to_rows(module, settings(journal, module).await?);
    for row in rows.merchants.values_mut().chain(rows.terminals.values_mut()) {
        *row = config::redact(provider.all_keys(), row);
    }
    println!("{}", serde_json::to_string_pretty(&rows)?);
    Ok(())
}

fn to_rows(module: &ModuleName, settings: ModuleSettings) -> Rows {
    Rows {
        module: module.to_string(),
        merchants: settings.merchants,
        stores: settings
            .stores
            .into_iter()
            .map(|(store, merchant)| (store.into(), merchant))
            .collect(),
        terminals: settings
            .terminals
            .into_iter()
            .map(|(terminal, row)| (terminal.into(), row))
            .collect(),
    }
}

async fn row_to_write(
    registry: &Registry,
    journal: &dyn Journal,
    module: &ModuleName,
    row: Row,
) -> anyhow::Result<SettingsWrite> {
    let provider = find(registry, module)?;
    let known = settings(journal, module).await?;
    let module = module.clone();
    Ok(match row {
        Row::Merchant { id, values } => {
            let before = known.merchants.get(&id).cloned().unwrap_or_default();
            let value = laid_over(provider, before, &values)?;
            SettingsWrite::Merchant {
                module,
                id,
                value: Some(value),
            }
        }
        Row::Terminal { terminal, values } => {
            let before = known.terminals.get(&terminal).cloned().unwrap_or_default();
            let value = laid_over(provider, before, &values)?;
            SettingsWrite::Terminal {
                module,
                terminal,
                value: Some(value),
            }
        }
        Row::Store { store, merchant } => SettingsWrite::Store {
            module,
            store,
            merchant: Some(merchant),
        },
    })
}

/// One JSON object takes the row's place; `key=value` pairs are laid over it, `key=` takes a key out.
fn laid_over(
    provider: &Provider,
    mut row: Map<String, Value>,
    values: &[String],
) -> anyhow::Result<Map<String, Value>> {
    if let [only] = values
        && only.trim_start().starts_with('{')
    {
        return serde_json::from_str(only).context("the row is not a JSON object");
    }
    for pair in values {
        let Some((key, text)) = pair.split_once('=') else {
            bail!("`{pair}` is not key=value; a whole row is given as one JSON object in quotes");
        };
        if text.is_empty() {
            row.remove(key);
        } else {
            row.insert(key.to_owned(), from_text(provider, key, text));
        }
    }
    Ok(row)
}

/// A value as its key wants it; what does not fit stays text and is refused by the check, which names the key.
fn from_text(provider: &Provider, key: &str, text: &str) -> Value {
    let kind = provider
        .all_keys()
        .find(|known| known.name == key)
        .map(|known| known.kind);
    let read = match kind {
        Some(KeyType::Integer { .. }) => text.parse::<i64>().ok().map(Value::from),
        Some(KeyType::Flag) => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    read.unwrap_or_else(|| Value::from(text))
}

/// Checks everything first, then writes row by row.
async fn write_all(
    registry: &Registry,
    journal: &dyn Journal,
    module: &ModuleName,
    writes: Vec<SettingsWrite>,
) -> anyhow::Result<()> {
    let provider = find(registry, module)?;
    journal
        .ensure_module(module)
        .await
        .context("the module's tables cannot be made")?;
    for write in &writes {
        check(provider, write)?;
    }
    let count = writes.len();
    let done = if writes.iter().all(takes_out) {
        "deleted"
    } else {
        "written"
    };
    for write in writes {
        journal
            .write_settings(write, WHO, SystemClock.now())
            .await
            .context("the row was not written")?;
    }
    let rows = if count == 1 { "row" } else { "rows" };
    println!("{module}: {count} {rows} {done}; a running daemon uses them within a second or two");
    Ok(())
}

const fn takes_out(write: &SettingsWrite) -> bool {
    matches!(
        write,
        SettingsWrite::Merchant { value: None, .. }
            | SettingsWrite::Store { merchant: None, .. }
            | SettingsWrite::Terminal { value: None, .. }
    )
}

fn check(provider: &Provider, write: &SettingsWrite) -> anyhow::Result<()> {
    match write {
        SettingsWrite::Merchant {
            id,
            value: Some(value),
            ..
        } => config::check(provider.all_keys(), Table::Merchants, value)
            .with_context(|| format!("{}_merchants, row {id}", provider.module)),
        SettingsWrite::Terminal {
            terminal,
            value: Some(value),
            ..
        } => config::check(provider.all_keys(), Table::Terminals, value)
            .with_context(|| format!("{}_terminals, row {terminal}", provider.module)),
        SettingsWrite::Merchant { .. } | SettingsWrite::Terminal { .. } | SettingsWrite::Store { .. } => {
            Ok(())
        }
    }
}

async fn import(registry: &Registry, journal: &dyn Journal, file: &Path) -> anyhow::Result<()> {
    let text = read(file)?;
    let rows: Rows = serde_json::from_str(&text)
        .with_context(|| format!("{} is not what `config export` prints", file.display()))?;
    let module = ModuleName::new(rows.module.clone())?;
    let mut writes = Vec::new();
    for (id, value) in rows.merchants {
        writes.push(SettingsWrite::Merchant {
            module: module.clone(),
            id,
            value: Some(value),
        });
    }
    for (store, merchant) in rows.stores {
        writes.push(SettingsWrite::Store {
            module: module.clone(),
            store: store.parse()?,
            merchant: Some(merchant),
        });
    }
    for (terminal, value) in rows.terminals {
        writes.push(SettingsWrite::Terminal {
            module: module.clone(),
            terminal: terminal.parse()?,
            value: Some(value),
        });
    }
    write_all(registry, journal, &module, writes).await
}

fn read(file: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin()
            .take(IMPORT_MAX_BYTES)
            .read_to_string(&mut text)
            .context("standard input")?;
    } else {
        let opened =
            std::fs::File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
        opened
            .take(IMPORT_MAX_BYTES)
            .read_to_string(&mut text)
            .with_context(|| file.display().to_string())?;
    }
    Ok(text)
}
