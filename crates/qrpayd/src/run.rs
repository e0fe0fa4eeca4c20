//! `qrpayd run`: serve until told to stop. And what every command does with the settings file.

use crate::clock::SystemClock;
use crate::daemon::{Daemon, Parts};
use crate::{logs, profiles, systemd};
use anyhow::Context;
use connector::Registry;
use journal::{Journal, JournalOptions};
use secrecy::ExposeSecret;
use settings::Settings;
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// Serves registers until SIGTERM or SIGINT.
pub async fn run(config: &Path) -> anyhow::Result<()> {
    let settings = load(config)?;
    logs::start(settings.log.format, &settings.log.level)?;
    let journal = open_journal(&settings).await?;
    let parts = Parts::from_settings(&settings, journal, Arc::new(SystemClock))?;
    let daemon = Daemon::start(parts).await?;
    tracing::info!(
        http = %daemon.http_address(), journal = %settings.journal.shown_url,
        brokers = settings.amqp.brokers.len(), modules = settings.modules.len(),
        "qrpayd serves"
    );
    systemd::ready("serving registers");
    let watched = daemon.clone_desk();
    let stop_watching = tokio_util::sync::CancellationToken::new();
    systemd::watchdog(
        move || {
            let desk = watched.clone();
            async move { desk.journal_answers().await }
        },
        stop_watching.clone(),
    );
    told_to_stop().await?;
    systemd::stopping();
    stop_watching.cancel();
    tracing::info!(
        within_ms = settings.stop_within_ms,
        "stopping: no new work; what is open is answered or parked"
    );
    daemon.stop(settings.stop_within_ms).await;
    tracing::info!("stopped");
    Ok(())
}

/// Brings the journal's schema up to date.
pub async fn migrate(config: &Path) -> anyhow::Result<()> {
    let settings = load(config)?;
    journal::migrate(settings.journal.url.expose_secret())
        .await
        .context("the journal was not migrated")?;
    println!("{}: the schema is up to date", settings.journal.shown_url);
    Ok(())
}

/// Reads the settings file and prints its warnings.
pub fn load(config: &Path) -> anyhow::Result<Settings> {
    let (settings, warnings) = settings::load(config, &std::env::vars().collect())?;
    for warning in warnings {
        eprintln!("qrpayd: warning: {warning}");
    }
    Ok(settings)
}

/// The modules that can be switched on here: those of this build, and the operator's own.
pub fn registry(settings: &Settings) -> anyhow::Result<Registry> {
    Ok(profiles::open(settings)?.0)
}

/// Opens the journal to write.
async fn open_journal(settings: &Settings) -> anyhow::Result<Arc<dyn Journal>> {
    let options = JournalOptions {
        allow_weak_durability: settings.journal.allow_weak_durability,
        ..JournalOptions::default()
    };
    journal::connect(settings.journal.url.expose_secret(), options)
        .await
        .with_context(|| format!("the journal {} cannot be opened", settings.journal.shown_url))
}

/// Opens the journal beside a daemon that may be running: to read, and to write settings.
pub async fn open_journal_to_read(config: &Path) -> anyhow::Result<(Settings, Arc<dyn Journal>)> {
    let settings = load(config)?;
    let journal = journal::connect_for_settings(settings.journal.url.expose_secret())
        .await
        .with_context(|| {
            let shown = &settings.journal.shown_url;
            let hint = if shown.starts_with("sqlite:") {
                "; if it was never used, `qrpayd migrate` makes it"
            } else {
                ""
            };
            format!("the journal {shown} cannot be opened{hint}")
        })?;
    Ok((settings, journal))
}

/// Waits for SIGTERM or SIGINT.
pub async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be listened for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be listened for")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
