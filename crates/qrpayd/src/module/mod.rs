//! `qrpayd module`: which modules there are, and whether one can work, tried without money.

mod network;
mod registry;
mod report;
mod rows;
mod trial;

use crate::check;
use crate::cli::ModuleCommand;
use crate::run::{self, open_journal_to_read};
use domain::ModuleName;
use std::path::Path;
use texts::Lang;
use texts::words::module as words;

/// The variable that names the system's language.
const LANG: &str = "LANG";

/// Obeys one `module` command.
pub async fn obey(config: &Path, lang: Option<Lang>, command: ModuleCommand) -> anyhow::Result<()> {
    let lang = lang.unwrap_or_else(|| Lang::of_locale(&std::env::var(LANG).unwrap_or_default()));
    match command {
        ModuleCommand::List => list(config, lang).await,
        ModuleCommand::Test(test) => trial::run(config, lang, &test).await,
        ModuleCommand::Registry(asked) => registry::run(config, lang, &asked).await,
    }
}

async fn list(config: &Path, lang: Lang) -> anyhow::Result<()> {
    let (settings, journal) = open_journal_to_read(config).await?;
    let registry = run::registry(&settings)?;
    for provider in &registry {
        let module = ModuleName::new(provider.module)?;
        let rows = check::rows(journal.as_ref(), &module).await?;
        let is_on = settings.modules.contains(&module);
        let on = lang.say(if is_on { words::LIST_ON } else { words::LIST_OFF });
        let configured = if rows.merchants.is_empty() {
            lang.say(words::LIST_NOT_CONFIGURED).to_owned()
        } else {
            let counts = [rows.merchants.len(), rows.stores.len(), rows.terminals.len()];
            let [merchants, stores, terminals] = counts.map(|count| count.to_string());
            let values = [
                ("merchants", merchants.as_str()),
                ("stores", &stores),
                ("terminals", &terminals),
            ];
            lang.fill(words::LIST_CONFIGURED, &values)
        };
        println!(
            "{:<20} {on:<9} {}; {configured}",
            module.as_str(),
            title(provider, lang)
        );
    }
    let mut report = report::Report::new(lang);
    for module in &settings.modules {
        if registry.find(module.as_str()).is_none() {
            report.fault(
                words::UNKNOWN,
                &[("module", module.as_str()), ("known", &registry.names())],
            );
        }
    }
    Ok(())
}

fn title(provider: &connector::Provider, lang: Lang) -> &'static str {
    match lang {
        Lang::Ru => provider.title_ru,
        Lang::En => provider.title_en,
    }
}
