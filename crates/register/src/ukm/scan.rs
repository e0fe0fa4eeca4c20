//! Whether scanning the buyer's phone suits the module.

use super::finding::Findings;
use super::modules::{Scanning, known_module};
use conf::Place;
use domain::ModuleName;
use texts::words::ukm as advice;

/// Notes a module that is told to scan and cannot, or must and is not told. `key` is the name of the switch.
pub(super) fn check(
    module: &ModuleName,
    scans: Option<bool>,
    key: &'static str,
    place: &Place,
    findings: &mut Findings,
) {
    let values = [("module", module.as_str().into()), ("key", key.into())];
    match (scanning(module.as_str()), scans) {
        (Some(Scanning::Always), None | Some(false)) => findings.error(advice::SCAN_MISSING, place, &values),
        (Some(Scanning::Never), Some(true)) => findings.error(advice::SCAN_WRONG, place, &values),
        (Some(Scanning::Either), None) => findings.hint(advice::SCAN_EITHER, place, &values),
        _ => {}
    }
}

/// The manual calls SberPay's two variants "vendor" (the register shows a QR) and "customer" (it scans one).
fn scanning(module: &str) -> Option<Scanning> {
    if module.ends_with("_customer") {
        return Some(Scanning::Always);
    }
    if module.ends_with("_vendor") {
        return Some(Scanning::Never);
    }
    known_module(module).map(|known| known.scanning)
}
