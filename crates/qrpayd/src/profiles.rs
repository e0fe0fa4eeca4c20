//! `qrpayd profile`, and the operator's own modules: descriptions of providers in the folder that `profiles` names.

use crate::cli::ProfileCommand;
use anyhow::{Context, anyhow, bail};
use connector::{Provider, Registry};
use connectors::profiles::{SHIPPED, of_module};
use desk::modules::Renew;
use profile::{Folder, Profile};
use settings::Settings;
use std::path::Path;

/// Obeys one `profile` command.
pub fn obey(command: &ProfileCommand) -> anyhow::Result<()> {
    match command {
        ProfileCommand::Check { file } => check(file),
        ProfileCommand::Show { module } => show(module.as_str()),
    }
}

fn check(file: &Path) -> anyhow::Result<()> {
    let profile = match Profile::read(file) {
        Ok(profile) => profile,
        Err(faults) => {
            println!("{faults}");
            bail!(
                "{} cannot be used; see above ({} in all)",
                file.display(),
                faults.0.len()
            );
        }
    };
    for module in profile.names() {
        if connectors::registry().find(module).is_some() {
            println!("warning: this qrpayd has a module `{module}` of its own; give yours another name");
        }
    }
    print!("{}", profile::explain(&profile));
    println!("\n{}: the description is right", file.display());
    Ok(())
}

fn show(module: &str) -> anyhow::Result<()> {
    let shipped = of_module(module).ok_or_else(|| {
        let profiles = SHIPPED.iter().filter_map(|shipped| shipped.read().ok());
        let names: Vec<&str> = profiles
            .flat_map(|profile| profile.names().collect::<Vec<_>>())
            .collect();
        anyhow!(
            "no shipped description serves `{module}`; there are: {}",
            names.join(", ")
        )
    })?;
    print!("{}", shipped.text);
    Ok(())
}

/// The modules of this build and those of the operator's folder, and what looks for changes in that folder.
pub fn open(settings: &Settings) -> anyhow::Result<(Registry, Option<Renew>)> {
    let built_in = connectors::registry();
    let Some(path) = &settings.profiles else {
        return Ok((built_in.clone(), None));
    };
    let (mut folder, own) = Folder::open(path).map_err(|faults| anyhow!("{faults}"))?;
    let registry = with(built_in, own)?;
    let renew = move || {
        let read = folder.changed()?;
        let registry = read
            .map_err(|faults| anyhow!("{faults}"))
            .and_then(|own| with(connectors::registry(), own));
        match registry {
            Ok(registry) => {
                tracing::info!("descriptions of providers were changed; they are in force");
                Some(registry)
            }
            Err(error) => {
                tracing::error!(%error, "changed descriptions of providers cannot be used; the earlier ones stay in force");
                None
            }
        }
    };
    Ok((registry, Some(Box::new(renew))))
}

fn with(built_in: &Registry, own: Vec<Provider>) -> anyhow::Result<Registry> {
    built_in.with(own).context("profiles")
}
