//! What the manual says of the integrator's modules, as far as a register's settings depend on it. A module that is not
//! here (an operator may describe one of their own) is not judged.

/// Whether a register scans the buyer's phone for a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanning {
    /// The module shows a QR, or works over a sticker.
    Never,
    /// The buyer shows a code, and the module takes nothing else.
    Always,
    /// It can do both.
    Either,
}

/// A module of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownModule {
    /// Its name, the `subsystem` of a UKM 5 register.
    pub name: &'static str,
    /// Whether buyers' codes are scanned for it.
    pub scanning: Scanning,
    /// Whether it works over stickers, so that the report has something to check.
    pub has_links: bool,
    /// `amqpTimeout` of the manual's sample, in seconds.
    pub amqp_timeout_s: Option<u64>,
}

const fn shows(name: &'static str) -> KnownModule {
    KnownModule {
        name,
        scanning: Scanning::Never,
        has_links: false,
        amqp_timeout_s: None,
    }
}

const fn link(name: &'static str, amqp_timeout_s: u64) -> KnownModule {
    KnownModule {
        has_links: true,
        amqp_timeout_s: Some(amqp_timeout_s),
        ..shows(name)
    }
}

const fn scans(name: &'static str, scanning: Scanning) -> KnownModule {
    KnownModule {
        scanning,
        ..shows(name)
    }
}

/// The modules. Names, stickers and `amqpTimeout`: the manual's page of UKM 5; scanning: the same page and those of
/// SberPay, "Подели" and "Социальный процессинг".
pub const MODULES: &[KnownModule] = &[
    shows("qrraiffd"),
    link("qrraiffd_variable", 50),
    shows("qrgazprom"),
    link("qrgazprom_variable", 10),
    shows("qrrsb"),
    link("qrrsb_variable", 10),
    shows("qralpha"),
    link("qralpha_variable", 10),
    link("qrbankhlynov", 50),
    KnownModule {
        has_links: true,
        ..shows("qrshares")
    },
    scans("qrsber", Scanning::Either),
    scans("qrsberpay", Scanning::Either),
    scans("qrpodeli", Scanning::Always),
    shows("webmoney"),
    shows("soc_processing"),
];

/// The module of that name.
pub fn known_module(name: &str) -> Option<&'static KnownModule> {
    MODULES.iter().find(|known| known.name == name)
}

/// The known name that was probably meant.
pub(super) fn near(name: &str) -> Option<&'static str> {
    let names: Vec<&'static str> = MODULES.iter().map(|known| known.name).collect();
    conf::nearest(name, &names)
}

/// The module without the ending that makes it one of stickers.
pub(super) fn base(name: &str) -> &str {
    name.strip_suffix(VARIABLE).unwrap_or(name)
}

/// The ending of modules that work over a sticker (the manual).
pub(super) const VARIABLE: &str = "_variable";
