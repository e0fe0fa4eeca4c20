//! The tree of a UKM 5 register.

use super::checker::{self, Checker};
use super::connection::WAIT_MIN;
use super::explain::explain;
use super::finding::{Findings, Severity, whole};
use super::group::{Group, groups};
use super::{MAIN, PaymentSettings, PinpadSettings, Settings, inpas, kiosk, scan};
use conf::{Document, Folder, Include, Place, Problem, SettingsError};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use texts::words::ukm as advice;

const INTEGRATOR: &str = "universal_integrator.conf";
const PAYMENT: &str = "services/payment/payment.conf";
const QR_PAYMENT: &str = "services/payment/payment_qrpay_ui.conf";
const REPORTS: &str = "services/reports/reports.conf";
const QR_REPORT: &str = "services/reports/qr_checker.conf";
const SALE: &str = "applications/sale/sale.conf";
/// How many entries of folders are looked at for the hardware's file.
const ENTRIES_MAX: usize = 20_000;
/// How deep folders are looked into for it.
const FOLDERS_DEEP_MAX: usize = 8;

/// The main file of a tree: older versions keep it in `applications`.
pub(super) fn main_file(root: &Path) -> PathBuf {
    let file = root.join(MAIN);
    let older = root.join("applications").join(MAIN);
    if !file.is_file() && older.is_file() {
        return older;
    }
    file
}

/// Reads and checks a tree.
pub(super) fn read(folder: &Folder, env: &HashMap<String, String>, findings: &mut Findings) -> Settings {
    let mut tree = Tree {
        folder,
        env,
        findings,
    };
    let has_integrator = tree.has_integrator();
    let (payments, pinpad) = tree.payments();
    let checker = tree.reports(payments.as_deref());
    let payments = payments.unwrap_or_default();
    let kiosk = tree
        .optional(SALE)
        .and_then(|part| part.document)
        .and_then(|document| kiosk::read(&document, !payments.is_empty(), tree.findings));
    if !has_integrator && !payments.is_empty() {
        let main = whole(&main_file(folder.root()));
        tree.findings.error(advice::INTEGRATOR_OFF, &main, &[]);
    }
    Settings {
        payments: payments.iter().filter_map(settings).collect(),
        link_check: checker.and_then(|checker| checker.settings),
        kiosk,
        pinpad,
        ..Settings::default()
    }
}

fn settings(payment: &Group) -> Option<PaymentSettings> {
    Some(PaymentSettings {
        connection: payment.connection(WAIT_MIN)?,
        scans_customer_code: payment.scans.unwrap_or(false),
    })
}

struct Tree<'a> {
    folder: &'a Folder,
    env: &'a HashMap<String, String>,
    findings: &'a mut Findings,
}

/// One file with what it includes.
struct Part {
    document: Option<Document>,
    includes: Vec<Include>,
    /// Whether something could not be read, so that what is not found may be there.
    is_incomplete: bool,
}

impl Part {
    /// Whether a file of that name is included and active.
    fn has(&self, name: &str) -> bool {
        let mut includes = self.includes.iter();
        includes.any(|include| include.is_active && inpas::include_name(include) == name)
    }
}

impl Tree<'_> {
    fn part(&mut self, file: &Path) -> Part {
        let reading = Document::load_in(self.folder, file, self.env);
        let is_incomplete = reading.faults.iter().any(hides_something);
        for fault in reading.faults {
            explain(fault, self.findings);
        }
        Part {
            document: reading.document,
            includes: reading.includes,
            is_incomplete,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.root().join(name)
    }

    fn optional(&mut self, name: &str) -> Option<Part> {
        let path = self.path(name);
        path.is_file().then(|| self.part(&path))
    }

    /// Whether the main file includes the integrator's, active.
    fn has_integrator(&mut self) -> bool {
        let main = main_file(self.folder.root());
        let part = self.part(&main);
        let has = part.has(INTEGRATOR);
        if !has {
            self.switched_off(&part, INTEGRATOR);
        }
        has
    }

    /// The payments; none when they are meant to be there and cannot be read, which is fault enough.
    fn payments(&mut self) -> (Option<Vec<Group>>, Option<PinpadSettings>) {
        let Some(part) = self.optional(PAYMENT) else {
            let place = whole(&self.path(PAYMENT));
            self.findings.error(advice::PAYMENT_OFF, &place, &[]);
            return (Some(Vec::new()), None);
        };
        let pinpad = self.pinpad(&part);
        // When the list itself is broken, the file that it should name is checked all the same.
        let document = match part.document {
            Some(document) => Some(document),
            None => self.optional(QR_PAYMENT).and_then(|part| part.document),
        };
        let Some(document) = document else {
            return (None, pinpad);
        };
        let mut payments = Vec::new();
        for (object, payment) in groups(&document, self.findings) {
            payment.compare_timeout(&object, self.findings);
            if let Some(module) = &payment.module {
                scan::check(
                    module,
                    payment.scans,
                    "scanQRCode",
                    &payment.scan_place,
                    self.findings,
                );
            }
            payments.push(payment);
        }
        if !payments.is_empty() {
            return (Some(payments), pinpad);
        }
        if part.is_incomplete {
            return (None, pinpad);
        }
        // A register whose QR codes are the pin-pad's needs no more.
        let severity = if pinpad.is_some() {
            Severity::Hint
        } else {
            Severity::Error
        };
        let place = whole(&self.path(PAYMENT));
        self.findings.add(severity, advice::PAYMENT_OFF, &place, &[]);
        self.switched_off_in(&part.includes, file_name(QR_PAYMENT));
        (Some(payments), pinpad)
    }

    fn pinpad(&mut self, part: &Part) -> Option<PinpadSettings> {
        if !inpas::is_active(&part.includes, self.findings) {
            if !inpas::is_old(&part.includes) {
                self.switched_off(part, inpas::NEW);
            }
            return None;
        }
        let document = part.document.as_ref()?;
        let mut settings = inpas::read(document, self.findings);
        match find(self.folder.root(), inpas::HARDWARE) {
            Some(path) => {
                if let Some(document) = self.part(&path).document {
                    inpas::read_hardware(&document, &mut settings, self.findings);
                }
            }
            None => inpas::no_hardware(self.folder.root(), self.findings),
        }
        Some(settings)
    }

    fn reports(&mut self, payments: Option<&[Group]>) -> Option<Checker> {
        let name = file_name(QR_REPORT);
        let part = self.optional(REPORTS);
        let is_listed = part.as_ref().is_some_and(|part| {
            part.includes
                .iter()
                .any(|include| inpas::include_name(include) == name)
        });
        if let Some(part) = &part
            && !part.has(name)
        {
            self.switched_off(part, name);
        }
        let is_broken = part.as_ref().is_some_and(|part| part.document.is_none());
        let document = match part.and_then(|part| part.document) {
            Some(document) => document,
            None if is_broken => self.optional(QR_REPORT)?.document?,
            None => {
                self.report_off(is_listed);
                return None;
            }
        };
        let mut checkers = checker::read(&document, self.findings);
        if checkers.is_empty() {
            self.report_off(is_listed);
        }
        if let Some(payments) = payments {
            for checker in &checkers {
                checker::compare(&checker.group, payments, self.findings);
            }
        }
        (!checkers.is_empty()).then(|| checkers.swap_remove(0))
    }

    /// The report's file is there and nobody speaks of it.
    fn report_off(&mut self, is_listed: bool) {
        let path = self.path(QR_REPORT);
        if !is_listed && path.is_file() {
            self.findings.hint(advice::REPORT_OFF, &whole(&path), &[]);
        }
    }

    fn switched_off(&mut self, part: &Part, name: &str) {
        self.switched_off_in(&part.includes, name);
    }

    /// Hints at a file that is there while its include is a comment.
    fn switched_off_in(&mut self, includes: &[Include], name: &str) {
        for include in includes {
            let is_there = include.path.as_ref().is_some_and(|path| path.is_file());
            if include.is_active || !is_there || inpas::include_name(include) != name {
                continue;
            }
            let place = Place {
                line: Some(include.line),
                ..whole(&include.file)
            };
            let target = [("target", include.target.as_str().into())];
            self.findings.hint(advice::INCLUDE_OFF, &place, &target);
        }
    }
}

/// Whether a fault keeps a part of the tree from being read. A comma too many does not: it is read over.
fn hides_something(fault: &SettingsError) -> bool {
    matches!(
        fault.problem,
        Problem::Unreadable(_) | Problem::Encoding | Problem::Syntax(_) | Problem::Include { .. }
    )
}

fn file_name(path: &'static str) -> &'static str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A file of that name somewhere in the tree; the nearest to the root, the first by name.
fn find(root: &Path, name: &str) -> Option<PathBuf> {
    let mut level = vec![root.to_owned()];
    let mut seen = 0;
    for _ in 0..FOLDERS_DEEP_MAX {
        let mut next = Vec::new();
        for folder in &level {
            let path = folder.join(name);
            if path.is_file() {
                return Some(path);
            }
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            for entry in entries {
                seen += 1;
                if seen > ENTRIES_MAX {
                    return None;
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    next.push(entry.path());
                }
            }
        }
        next.sort();
        level = next;
    }
    None
}
