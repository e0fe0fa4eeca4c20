//! A register's settings as its manual shows them: the tree of a UKM 5 register, or the one file that stands for what a
//! UKM 4 register is told in its web pages. [`check`] reads either and tells every fault with its file, line and remedy;
//! [`Settings`] is what a register needs to start.
//!
//! The tree is the product's own: keys that we do not know are left alone, keys that we know are read strictly. The UKM 4
//! file is ours: a key that nobody knows is a fault.

mod broker;
mod checker;
mod connection;
mod explain;
mod finding;
mod group;
mod inpas;
mod kiosk;
mod modules;
mod outputs;
mod read;
mod scan;
mod search;
mod tree;
mod ukm4;

pub use connection::{ConnectionSettings, DoorSettings};
pub use finding::{Finding, Severity};
pub use inpas::PinpadSettings;
pub use modules::{KnownModule, MODULES, Scanning, known_module};
pub use outputs::read_outputs;
pub use ukm4::KEYS as UKM4_KEYS;

use crate::Kiosk2;
use crate::outputs::OutputSettings;
use conf::Folder;
use domain::{StoreId, TerminalId};
use finding::Findings;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use texts::words::ukm as advice;

/// Which register the settings are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A UKM 5 register: the folder that holds `mintukm.conf`.
    Ukm5(PathBuf),
    /// A UKM 4 register: one file.
    Ukm4(PathBuf),
}

/// Settings that were read and checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Where they came from.
    pub source: Source,
    /// What could be read; complete when there is no error.
    pub settings: Settings,
    /// All that is to be said about them, in the order of reading.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// How many findings are so grave.
    pub fn count(&self, severity: Severity) -> usize {
        let all = self.findings.iter();
        all.filter(|finding| finding.severity == severity).count()
    }
}

/// What a register is told.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The payments by QR, in the order of the file; usually one.
    pub payments: Vec<PaymentSettings>,
    /// The report that checks a sticker.
    pub link_check: Option<LinkCheckSettings>,
    /// How a kiosk behaves.
    pub kiosk: Option<Kiosk2>,
    /// The pin-pad that works without the integrator.
    pub pinpad: Option<PinpadSettings>,
    /// The store, where the settings name it; those of UKM 5 do not.
    pub store: Option<StoreId>,
    /// The register, likewise.
    pub terminal: Option<TerminalId>,
    /// Where QR codes appear; empty where the settings leave it to the register, as those of UKM 5 do.
    pub outputs: Vec<OutputSettings>,
}

/// One payment by QR.
#[derive(Debug, Clone)]
pub struct PaymentSettings {
    /// The daemon and the module.
    pub connection: ConnectionSettings,
    /// Whether the register scans a code from the buyer's phone instead of showing one (`scanQRCode`).
    pub scans_customer_code: bool,
}

/// The report "Проверка статического QR-кода".
#[derive(Debug, Clone)]
pub struct LinkCheckSettings {
    /// The daemon and the module.
    pub connection: ConnectionSettings,
    /// Its place in the menu: small numbers come first.
    pub number: u64,
    /// Its name in the menu.
    pub name: String,
    /// What the menu says of it.
    pub description: String,
}

/// Reads and checks settings: a folder with `mintukm.conf` (or with a folder `conf` that holds it), that file itself,
/// or the file of a UKM 4 register. `env` serves `${X}`.
#[expect(clippy::implicit_hasher, reason = "the HOCON reader takes exactly this map")]
pub fn check(path: &Path, env: &HashMap<String, String>) -> Checked {
    let mut findings = Findings::default();
    let (source, settings) = match tree_root(path) {
        Some(root) => {
            let folder = Folder::new(&root).known_as("conf");
            let settings = tree::read(&folder, env, &mut findings);
            (Source::Ukm5(root), settings)
        }
        None if path.is_dir() => {
            findings.error(advice::NOT_SETTINGS, &finding::whole(path), &[]);
            (Source::Ukm5(path.to_owned()), Settings::default())
        }
        None => {
            let settings = ukm4::read(path, env, &mut findings);
            (Source::Ukm4(path.to_owned()), settings)
        }
    };
    Checked {
        source,
        settings,
        findings: findings.into_vec(),
    }
}

/// The main file of a UKM 5 tree.
const MAIN: &str = "mintukm.conf";

/// The root of the tree that is meant, if it is one.
fn tree_root(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        let inner = path.join("conf");
        return [path, &inner]
            .into_iter()
            .find(|root| tree::main_file(root).is_file())
            .map(Path::to_owned);
    }
    let is_main = path.file_name().is_some_and(|name| name == MAIN);
    let folder = path.parent().filter(|_| is_main)?;
    // Older versions keep it one folder below the root.
    let root = match folder.parent() {
        Some(above) if folder.ends_with("applications") => above,
        _ => folder,
    };
    if root.as_os_str().is_empty() {
        return Some(PathBuf::from("."));
    }
    Some(root.to_owned())
}
