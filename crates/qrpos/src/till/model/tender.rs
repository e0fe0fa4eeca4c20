//! The means of payment that this till offers.

use domain::ModuleName;
use register::ukm::{Scanning, known_module};
use texts::Text;
use texts::words::till;

/// The most means of payment: one key each.
pub const TENDERS_MAX: usize = 9;

/// A means of payment behind the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tender {
    /// The module.
    pub module: ModuleName,
    /// Which of several systems behind it.
    pub system: Option<String>,
    /// What is read from the buyer first.
    pub reads: Reads,
    /// The buyer scans the sticker at the register.
    pub has_sticker: bool,
}

/// What is read from the buyer before a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Nothing.
    Nothing,
    /// The code on the buyer's phone.
    Code,
    /// The same, or nothing: then a QR is shown.
    CodeOrNothing,
    /// The social card, as the pin-pad names it.
    Card,
}

impl Tender {
    /// What is known of a module. `scans` is what the register's settings say of the buyer's code.
    pub fn new(module: ModuleName, system: Option<String>, scans: bool) -> Self {
        let known = known_module(module.as_str());
        let reads = match known.map(|known| known.scanning) {
            _ if module.as_str() == "soc_processing" => Reads::Card,
            _ if scans => Reads::Code,
            Some(Scanning::Always) => Reads::Code,
            Some(Scanning::Either) => Reads::CodeOrNothing,
            Some(Scanning::Never) | None => Reads::Nothing,
        };
        Self {
            has_sticker: known.is_some_and(|known| known.has_links),
            module,
            system,
            reads,
        }
    }

    /// How totals count it.
    pub fn key(&self) -> String {
        key(&self.module, self.system.as_deref())
    }
}

/// The key of a module, or of a system behind it.
pub fn key(module: &ModuleName, system: Option<&str>) -> String {
    match system {
        Some(system) => format!("{module}:{system}"),
        None => module.to_string(),
    }
}

/// What the cashier calls a means of payment by its key.
pub fn title(key: &str) -> Text {
    if key == crate::till::journal::CASH {
        return Text::new(till::CASH.ru, till::CASH.en);
    }
    let (module, system) = key
        .split_once(':')
        .map_or((key, None), |(module, system)| (module, Some(system)));
    let name = till::module_name(module)
        .map_or_else(|| Text::new(module, module), |word| Text::new(word.ru, word.en));
    match system {
        Some(system) => Text::new(format!("{}: {system}", name.ru), format!("{}: {system}", name.en)),
        None => name,
    }
}
