//! Where log lines go: journald with its fields when systemd listens, text on a terminal, JSON when asked for.

use anyhow::Context;
use settings::LogFormat;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. `level` is a level (`info`) or a filter (`info,wire=debug`).
pub fn start(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(level).with_context(|| {
        format!("log.level: `{level}` is neither a level (info, debug) nor a filter (info,wire=debug)")
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    let under_systemd = std::env::var_os("JOURNAL_STREAM").is_some();
    match format {
        LogFormat::Journald => {
            registry
                .with(tracing_journald::layer().context("journald does not listen here")?)
                .init();
        }
        LogFormat::Auto if under_systemd => match tracing_journald::layer() {
            Ok(journald) => registry.with(journald).init(),
            Err(_) => registry.with(text()).init(),
        },
        LogFormat::Json => {
            registry
                .with(
                    tracing_subscriber::fmt::layer()
                        .json()
                        .with_writer(std::io::stderr),
                )
                .init();
        }
        LogFormat::Auto | LogFormat::Text => registry.with(text()).init(),
    }
    Ok(())
}

fn text<S>() -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    use std::io::IsTerminal;
    tracing_subscriber::fmt::layer()
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
}
