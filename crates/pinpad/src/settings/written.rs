//! The settings as they are written, and what is checked before they are used.

use super::{
    Connection, CopyWords, GAP_S, Known, Settings, Statuses, TIMEOUT_MAX_S, TIMEOUT_MIN_S, TenderReading,
    URL, offset_of,
};
use crate::fields::FIELD_MAX;
use crate::operations::{Op, Operations, RowSettings};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The rouble.
const CURRENCY: u16 = 643;
/// The most that may be set, in seconds.
const GAP_MAX_S: u32 = 120;
/// The longest id of a terminal, in characters.
const TERMINAL_CHARS_MAX: usize = 20;
/// The fastest serial line that the service takes, in baud.
const BAUDRATE_MAX: u32 = 230_400;
/// How far the terminal's clock may be from ours, in seconds, unless the settings say.
const CLOCK_SKEW_S: u32 = 120;
/// The furthest that may be set, in seconds. Beyond that a copy proves nothing.
const CLOCK_SKEW_MAX_S: u32 = 600;

/// The settings as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default = "default_url")]
    url: String,
    id: Option<String>,
    #[serde(rename = "currencyCodeNumeric")]
    currency: Option<u16>,
    timeout: Option<u32>,
    #[serde(rename = "answerGap", default = "default_gap")]
    answer_gap: u32,
    #[serde(rename = "sendTimeout", default = "yes")]
    send_timeout: bool,
    #[serde(rename = "qrSBP")]
    qr_sbp: Option<bool>,
    ncom: Option<u8>,
    baudrate: Option<u32>,
    ipaddr: Option<String>,
    journal: PathBuf,
    #[serde(rename = "tenderField")]
    tender: Option<TenderReading>,
    #[serde(default)]
    statuses: Statuses,
    #[serde(rename = "copyWords", default)]
    copy: CopyWords,
    #[serde(rename = "clockSkew", default = "default_skew")]
    clock_skew: u32,
    #[serde(rename = "utcOffsetMinutes")]
    utc_offset: Option<i32>,
    #[serde(default)]
    operations: BTreeMap<Op, RowSettings>,
}

fn default_url() -> String {
    URL.to_owned()
}

const fn yes() -> bool {
    true
}

const fn default_gap() -> u32 {
    GAP_S
}

const fn default_skew() -> u32 {
    CLOCK_SKEW_S
}

impl TryFrom<Written> for Settings {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        written.over(&Known::default())
    }
}

impl Written {
    /// The settings: what is written, and else what is known.
    pub(super) fn over(self, known: &Known) -> Result<Settings, String> {
        let written = self;
        check_url(&written.url)?;
        let id = written.id.or_else(|| known.terminal.clone());
        let terminal = terminal(&id.ok_or("id: missing; it is the terminal's id")?)?;
        let timeout_s = written.timeout.or(known.timeout_s);
        let timeout_s =
            timeout_s.ok_or("timeout: missing; it is twice what the bank recommends, in seconds")?;
        let mut operations = Operations::default();
        for (op, row) in written.operations {
            operations.amend(op, row)?;
        }
        check_times(&operations, timeout_s, written.answer_gap, written.clock_skew)?;
        check_meanings(written.tender.as_ref(), &written.statuses)?;
        if let Some(offset) = written.utc_offset {
            offset_of(offset).ok_or("utcOffsetMinutes: from -840 to 840")?;
        }
        Ok(Settings {
            connection: connection(written.ncom, written.baudrate, written.ipaddr.as_deref())?,
            url: written.url,
            terminal,
            currency: written.currency.or(known.currency).unwrap_or(CURRENCY),
            timeout_s,
            answer_gap_s: written.answer_gap,
            send_timeout: written.send_timeout,
            qr_sbp: written.qr_sbp.or(known.qr_sbp).unwrap_or(false),
            journal: written.journal,
            tender: written.tender,
            statuses: written.statuses,
            copy: written.copy,
            clock_skew_s: written.clock_skew,
            utc_offset_min: written.utc_offset,
            operations,
        })
    }
}

fn terminal(id: &str) -> Result<String, String> {
    let id = id.trim();
    let fits = (1..=TERMINAL_CHARS_MAX).contains(&id.len());
    if fits && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(id.to_owned());
    }
    Err(format!(
        "id: the terminal's id has 1 to {TERMINAL_CHARS_MAX} letters and digits; the connection test prints it"
    ))
}

fn check_times(operations: &Operations, timeout_s: u32, gap_s: u32, skew_s: u32) -> Result<(), String> {
    let of_rows = Op::ALL
        .into_iter()
        .filter_map(|op| Some((op.as_str(), operations.row(op).timeout_s?)));
    for (key, timeout_s) in of_rows.chain([("timeout", timeout_s)]) {
        if !(TIMEOUT_MIN_S..=TIMEOUT_MAX_S).contains(&timeout_s) {
            return Err(format!(
                "{key}: a timeout of {timeout_s} s cannot be used; write {TIMEOUT_MIN_S} to {TIMEOUT_MAX_S}, twice what the bank recommends"
            ));
        }
    }
    if !(1..=GAP_MAX_S).contains(&gap_s) {
        return Err(format!("answerGap: 1 to {GAP_MAX_S} seconds"));
    }
    if skew_s > CLOCK_SKEW_MAX_S {
        return Err(format!("clockSkew: at most {CLOCK_SKEW_MAX_S} seconds"));
    }
    Ok(())
}

/// Nothing may mean two things.
fn check_meanings(tender: Option<&TenderReading>, statuses: &Statuses) -> Result<(), String> {
    if tender.is_some_and(|tender| tender.field > FIELD_MAX || !tender.card.is_disjoint(&tender.qr)) {
        return Err(format!(
            "tenderField: the field is 0 to {FIELD_MAX}, and no value may mean both card and QR"
        ));
    }
    if !statuses.approved.is_disjoint(&statuses.declined) {
        return Err("statuses: no status may be both approved and declined".to_owned());
    }
    Ok(())
}

fn check_url(url: &str) -> Result<(), String> {
    let usable = reqwest::Url::parse(url)
        .is_ok_and(|url| url.scheme() == "http" && url.has_host() && url.username().is_empty());
    if usable {
        return Ok(());
    }
    Err(format!("url: write the service's address as {URL}"))
}

fn connection(
    ncom: Option<u8>,
    baudrate: Option<u32>,
    ipaddr: Option<&str>,
) -> Result<Option<Connection>, String> {
    match (ncom, ipaddr) {
        (Some(_), Some(_)) => Err("ncom stands beside ipaddr; keep one of them".to_owned()),
        (None, Some(_)) if baudrate.is_some() => Err("baudrate belongs to ncom, not to ipaddr".to_owned()),
        (None, Some(text)) => text
            .parse()
            .map(|address| Some(Connection::Network(address)))
            .map_err(|_| "ipaddr: write it as 10.0.0.5:6060".to_owned()),
        (Some(ncom), None) => {
            if !(1..=99).contains(&ncom) || baudrate.is_some_and(|baud| baud == 0 || baud > BAUDRATE_MAX) {
                return Err(format!("ncom is 1 to 99 and baudrate at most {BAUDRATE_MAX}"));
            }
            Ok(Some(Connection::Serial { ncom, baudrate }))
        }
        (None, None) if baudrate.is_some() => Err("baudrate needs ncom".to_owned()),
        (None, None) => Ok(None),
    }
}
