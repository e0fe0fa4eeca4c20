//! `qrpayd module test`: the steps, in the order in which a payment would meet them.

use super::network::{self, Way};
use super::report::Report;
use super::rows::Rows;
use crate::check;
use crate::cli::ModuleTest;
use crate::run::{self, open_journal_to_read};
use anyhow::bail;
use bytes::Bytes;
use connector::{Built, CallbackError, ConfigError, Provider, RawCallback};
use outbound::TransportError;
use settings::Settings;
use std::path::Path;
use texts::Lang;
use texts::words::module as words;

/// How much longer each waiting party must wait than the one behind it, in seconds.
const GAP_S: u64 = settings::GAP_MS / 1_000;
/// How long a register must wait at least, in seconds.
const REGISTER_MIN_S: u64 = settings::UKM4_WAIT_MIN_MS / 1_000;

/// Tries a module with one register's settings. An error when anything is at fault.
pub(super) async fn run(config: &Path, lang: Lang, test: &ModuleTest) -> anyhow::Result<()> {
    let mut report = Report::new(lang);
    let module = test.module.as_str();
    let (settings, journal) = open_journal_to_read(config).await?;
    let registry = run::registry(&settings)?;
    if let Some(provider) = registry.find(module) {
        let rows = check::rows(journal.as_ref(), &test.module).await?;
        switched_on(&mut report, provider, &settings, config, test);
        if let Some(rows) = Rows::find(&mut report, provider, &rows, test) {
            tried(&mut report, &rows, &settings, test).await;
        }
    } else {
        report.fault(
            words::UNKNOWN,
            &[("module", module), ("known", &registry.names())],
        );
    }
    let (faults, warnings) = (report.faults.to_string(), report.warnings.to_string());
    let values = [
        ("module", module),
        ("faults", faults.as_str()),
        ("warnings", &warnings),
    ];
    if report.faults > 0 {
        bail!(report.text(words::FAILED, &values));
    }
    println!("{}", report.text(words::DONE, &values));
    Ok(())
}

fn switched_on(
    report: &mut Report,
    provider: &Provider,
    settings: &Settings,
    config: &Path,
    test: &ModuleTest,
) {
    let config = config.display().to_string();
    let values = [
        ("module", provider.module),
        ("title", super::title(provider, report.lang)),
        ("config", config.as_str()),
    ];
    if settings.modules.contains(&test.module) {
        report.ok(words::ON, &values);
    } else {
        report.warning(words::OFF, &values);
    }
}

async fn tried(report: &mut Report, rows: &Rows, settings: &Settings, test: &ModuleTest) {
    let built = match rows.provider.connect(&rows.merchant, &rows.terminal) {
        Ok(built) => built,
        Err(error) => return unusable(report, rows, &error),
    };
    report.ok(words::COMPLETE, &[]);
    let usable = certificates(report, rows, &built);
    times(report, settings, &built);
    notifications(report, rows.provider.module, settings, &built);
    if usable && let Some(way) = Way::of(report, rows, &built) {
        network::try_out(report, &way, test).await;
    }
}

/// Where the bank's notifications go, if the module reads any.
fn notifications(report: &mut Report, module: &str, settings: &Settings, built: &Built) {
    let empty = RawCallback {
        headers: Vec::new(),
        body: Bytes::new(),
    };
    if built.connector.verify(&empty) == Err(CallbackError::Unsupported) {
        return report.ok(words::NO_CALLBACK, &[]);
    }
    let listen = settings.http.callback_listen.unwrap_or(settings.http.listen);
    report.ok(
        words::CALLBACK,
        &[("module", module), ("listen", &listen.to_string())],
    );
}

/// Why the rows cannot be used.
fn unusable(report: &mut Report, rows: &Rows, error: &ConfigError) {
    let module = rows.provider.module;
    match error {
        ConfigError::UnknownKey { key, suggestion } => {
            let hint = suggestion.map(|known| report.text(words::KEY_HINT, &[("key", known)]));
            let values = [
                ("module", module),
                ("key", key.as_str()),
                ("hint", &hint.unwrap_or_default()),
            ];
            report.fault(words::KEY_UNKNOWN, &values);
        }
        ConfigError::WrongTable { key, belongs } => {
            let values = [("module", module), ("key", key.as_str()), ("table", *belongs)];
            report.fault(words::KEY_TABLE, &values);
        }
        ConfigError::BadValue { key, problem } => {
            let origin = rows.origin(report, key);
            let values = [
                ("key", key.as_str()),
                ("origin", &origin),
                ("detail", problem.as_str()),
            ];
            report.fault(words::KEY_VALUE, &values);
        }
        ConfigError::Missing { key, doc } => {
            let known = rows.provider.all_keys().find(|known| known.name == *key);
            let meaning = known.map_or(*doc, |known| match report.lang {
                Lang::Ru => known.doc_ru,
                Lang::En => known.doc_en,
            });
            let merchant = rows.merchant_id.to_string();
            let values = [
                ("module", module),
                ("key", *key),
                ("meaning", meaning),
                ("merchant", &merchant),
            ];
            report.fault(words::KEY_MISSING, &values);
        }
        ConfigError::NotObject(_) => {
            report.fault(words::ROWS_BAD, &[("detail", &error.to_string())]);
        }
    }
}

/// Whether a connection can be built with the certificates.
fn certificates(report: &mut Report, rows: &Rows, built: &Built) -> bool {
    let (cert, pkey) = (rows.origin(report, "cert"), rows.origin(report, "pkey"));
    let Err(error) = outbound::check_transport(&built.transport) else {
        let roots = rows.roots(report);
        let own = match built.transport.identity {
            Some(_) => cert,
            None => report.text(words::NO_CERTIFICATE, &[]),
        };
        report.ok(words::PEM_OK, &[("roots", &roots), ("certificate", &own)]);
        return true;
    };
    let detail = error.to_string();
    let ca = rows.origin(report, "ca");
    let word = match error {
        TransportError::CaUnreadable(_) | TransportError::CaEmpty | TransportError::CaRejected { .. } => {
            words::CA_BAD
        }
        TransportError::NoSystemRoots(_) => words::NO_ROOTS,
        TransportError::CertificateUnreadable(_)
        | TransportError::CertificateEmpty
        | TransportError::KeyUnreadable
        | TransportError::IdentityRejected(_) => words::IDENTITY_BAD,
        TransportError::Client(_) => words::CLIENT_BAD,
    };
    let values = [
        ("origin", ca.as_str()),
        ("cert", &cert),
        ("pkey", &pkey),
        ("detail", &detail),
    ];
    report.fault(word, &values);
    false
}

/// Whether who asks waits longer than who is asked.
fn times(report: &mut Report, settings: &Settings, built: &Built) {
    let register = settings.register_timeout_ms / 1_000;
    let total = built.policy.answer_within_ms / 1_000;
    let needed = (total + GAP_S).max(REGISTER_MIN_S);
    let shown = [
        register,
        total,
        built.policy.qr_ttl_ms / 1_000,
        built.transport.timeout_ms / 1_000,
        needed,
    ];
    let [register_text, total, ttl, http, needed_text] = shown.map(|seconds| seconds.to_string());
    let values = [
        ("register", register_text.as_str()),
        ("total", &total),
        ("ttl", &ttl),
        ("http", &http),
        ("needed", &needed_text),
    ];
    if register < needed {
        report.warning(words::TIMES_WRONG, &values);
    } else {
        report.ok(words::TIMES, &values);
    }
}
