//! `till`: the full-screen register.

use super::args::Connection;
use super::connect::start;
use super::exit::Exit;
use super::screen::Screen;
use crate::till::journal::{Journal, Opened};
use crate::till::model::{Setup, TENDERS_MAX, Tender, Till};
use crate::till::shell::{Agents, EVENTS_MAX, Shell};
use crate::till::wording::{same, with};
use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use domain::{Clock, ModuleName, StoreId, TerminalId};
use pinpad::SystemClock;
use register::outputs::{OutputSettings, Outputs, TerminalSettings};
use register::ukm::Checked;
use register::{Register, new_id};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{IsTerminal, stdin, stdout};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use texts::words::till as words;
use tokio::sync::mpsc;

#[derive(ClapArgs)]
pub(super) struct TillArgs {
    /// Means of payment, up to nine, instead of --module: qrraiffd,qrsberpay,webmoney:sbp. Without them, those of the
    /// settings
    #[arg(
        long,
        env = "QRPOS_MODULES",
        value_name = "MODULE[:SYSTEM]",
        value_delimiter = ','
    )]
    modules: Vec<Means>,
    /// The folder for the till's journal; without it, qrpos in the user's folder for state
    #[arg(long, env = "QRPOS_JOURNAL", value_name = "FOLDER")]
    journal: Option<PathBuf>,
}

/// A module, and which of several systems behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Means {
    module: ModuleName,
    system: Option<String>,
}

impl FromStr for Means {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (module, system) = match text.split_once(':') {
            Some((module, system)) => (module, Some(system.trim().to_owned())),
            None => (text, None),
        };
        if system.as_ref().is_some_and(String::is_empty) {
            return Err(format!("`{text}` names no system after the `:`"));
        }
        let module = module
            .trim()
            .parse()
            .map_err(|error| format!("`{text}`: {error}"))?;
        Ok(Self { module, system })
    }
}

/// Runs the till until the cashier leaves it.
pub(super) async fn run(
    connection: &Connection,
    args: TillArgs,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    if connection.json {
        bail!("--json is for the line mode: take it away, or use qrpos sale");
    }
    if !stdin().is_terminal() || !stdout().is_terminal() {
        bail!("the full-screen till needs a terminal: for scripts there is qrpos sale");
    }
    let checked = connection.checked(screen);
    let checked = checked.as_ref();
    let (store, terminal) = connection.identity(checked)?;
    let tenders = tenders(connection, &args, checked)?;
    let payment = checked.and_then(|checked| connection.payment(checked));
    let link_check = checked.and_then(|checked| connection.link_check(checked));
    let link_modules = match link_check {
        Some(report) => vec![report.module.clone()],
        None => link_modules(&tenders),
    };
    let (events, news) = mpsc::channel(EVENTS_MAX);
    let mut registers = HashMap::new();
    for tender in &tenders {
        registers.insert(tender.module.clone(), open(connection, checked, &tender.module)?);
    }
    let mut links = HashMap::new();
    if let Some(report) = link_check {
        let register = connection.open(checked, Some(report), Some(&report.module))?;
        links.insert(report.module.clone(), register);
    }
    let usual = tenders
        .first()
        .and_then(|tender| registers.get(&tender.module))
        .cloned();
    let usual = usual.context("there is no means of payment")?;
    let path = journal_path(args.journal, &store, &terminal)?;
    let Opened {
        journal,
        book,
        damaged,
    } = Journal::open(&path)?;
    let setup = Setup {
        lang: connection.lang,
        store,
        terminal,
        tenders,
        link_modules,
        wait_ms: connection
            .wait(payment.map(|payment| &payment.connection))
            .as_millis()
            .try_into()
            .unwrap_or(u64::MAX),
    };
    let clock = SystemClock;
    let mut till = Till::new(setup, book, clock.now(), new_id());
    if let Some(aside) = damaged {
        till.tell(with(words::DAMAGED, "path", &same(aside.display())));
    }
    let outputs = outputs(connection, checked)?;
    let agents = Agents {
        usual,
        registers,
        links,
        outputs,
        events,
        questions: HashMap::new(),
    };
    let shell = Shell {
        till,
        journal,
        agents,
        events: news,
        clock,
    };
    let open = shell.run().await?;
    Ok(if open == 0 { Exit::Done } else { Exit::Unknown })
}

/// The client for a module: by the settings of its own payment, or else of the first.
fn open(connection: &Connection, checked: Option<&Checked>, module: &ModuleName) -> anyhow::Result<Register> {
    let payments = checked.map_or(&[][..], |checked| &checked.settings.payments);
    let own = payments
        .iter()
        .find(|payment| payment.connection.module == *module);
    let chosen = own.or(payments.first()).map(|payment| &payment.connection);
    connection.open(checked, chosen, Some(module))
}

fn tenders(
    connection: &Connection,
    args: &TillArgs,
    checked: Option<&Checked>,
) -> anyhow::Result<Vec<Tender>> {
    let payments = checked.map_or(&[][..], |checked| &checked.settings.payments);
    let scans = |module: &ModuleName| {
        payments
            .iter()
            .any(|payment| payment.connection.module == *module && payment.scans_customer_code)
    };
    let means: Vec<Means> = if !args.modules.is_empty() {
        args.modules.clone()
    } else if let Some(module) = &connection.module {
        vec![Means {
            module: module.clone(),
            system: None,
        }]
    } else {
        let modules = payments.iter().map(|payment| payment.connection.module.clone());
        modules.map(|module| Means { module, system: None }).collect()
    };
    if means.is_empty() {
        bail!("no means of payment is named: give --module or --modules, or --settings");
    }
    if means.len() > TENDERS_MAX {
        bail!(
            "{} means of payment are named, and the till has keys for {TENDERS_MAX}",
            means.len()
        );
    }
    let tender = |means: Means| {
        let scans = scans(&means.module);
        Tender::new(means.module, means.system, scans)
    };
    Ok(means.into_iter().map(tender).collect())
}

/// Modules that work over stickers; when none is known to, each may.
fn link_modules(tenders: &[Tender]) -> Vec<ModuleName> {
    let some = tenders.iter().any(|tender| tender.has_sticker);
    let mut modules: Vec<ModuleName> = Vec::new();
    for tender in tenders.iter().filter(|tender| tender.has_sticker || !some) {
        if !modules.contains(&tender.module) {
            modules.push(tender.module.clone());
        }
    }
    modules
}

/// The buyer's devices. Pages are the kiosk's, and this program's own terminal is the till's.
fn outputs(connection: &Connection, checked: Option<&Checked>) -> anyhow::Result<Option<Outputs>> {
    let mut places = connection.places(checked)?;
    places.retain(|place| {
        !matches!(
            place,
            OutputSettings::Screen(_) | OutputSettings::Terminal(TerminalSettings { device: None, .. })
        )
    });
    start(&places)
}

/// One file for each register: two tills must not share a shift.
fn journal_path(folder: Option<PathBuf>, store: &StoreId, terminal: &TerminalId) -> anyhow::Result<PathBuf> {
    let folder = match folder {
        Some(folder) => folder,
        None => state_folder()
            .context("there is no place for the till's journal: name a folder with --journal")?,
    };
    let name = format!(
        "till-{}-{}.jsonl",
        file_name(store.as_str()),
        file_name(terminal.as_str())
    );
    Ok(folder.join(name))
}

/// `$XDG_STATE_HOME/qrpos`, else `~/.local/state/qrpos`, on Windows `%LOCALAPPDATA%\qrpos`.
fn state_folder() -> Option<PathBuf> {
    let named = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let state = named("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let home = || named("HOME").map(|home| home.join(Path::new(".local/state")));
    Some(
        state
            .or_else(home)
            .or_else(|| named("LOCALAPPDATA"))?
            .join("qrpos"),
    )
}

/// An id as a part of a file's name; different ids give different names.
fn file_name(id: &str) -> String {
    let mut name = String::new();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            name.push(char::from(byte));
        } else {
            // Writing into a String does not fail.
            let _ = write!(name, "%{byte:02x}");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_modules_and_their_systems() {
        let means: Means = "webmoney:sbp".parse().unwrap();
        assert_eq!(
            (means.module.as_str(), means.system.as_deref()),
            ("webmoney", Some("sbp"))
        );
        assert!("webmoney:".parse::<Means>().is_err() && "No Such".parse::<Means>().is_err());
    }

    #[test]
    fn each_register_has_a_journal_of_its_own() {
        let path = |store: &str, terminal: &str| {
            journal_path(
                Some("/j".into()),
                &store.parse().unwrap(),
                &terminal.parse().unwrap(),
            )
            .unwrap()
        };
        assert_eq!(path("1", "7"), Path::new("/j/till-1-7.jsonl"));
        assert_ne!(path("1-2", "3"), path("1", "2-3"));
        assert_eq!(path("../x", "1"), Path::new("/j/till-%2e%2e%2fx-1.jsonl"));
    }
}
