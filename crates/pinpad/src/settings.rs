//! What the register must know of its pin-pad.

mod written;

use crate::operations::{Op, Operations};
use conf::{Document, Problem, SettingsError};
use domain::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Where the service listens when nobody says otherwise.
pub const URL: &str = "http://127.0.0.1:9015/";
/// How much longer the register waits than the service, in seconds, unless the settings say.
pub const GAP_S: u32 = 10;
/// The longest an operation may take, in seconds: the service takes no more.
pub const TIMEOUT_MAX_S: u32 = 3_600;
/// The shortest, in seconds. A buyer needs a moment.
pub const TIMEOUT_MIN_S: u32 = 1;

/// Card or QR, as the cashier chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tender {
    /// A card.
    Card,
    /// A QR of the SBP on the pin-pad.
    Qr,
}

/// How the service reaches the terminal, if its own settings shall not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Over a serial port.
    Serial {
        /// Number of the port, 1 to 99.
        ncom: u8,
        /// Speed in baud.
        baudrate: Option<u32>,
    },
    /// Over the network.
    Network(SocketAddr),
}

/// Which field of an answer tells card from QR, and by which words. Not published: ask for the profile.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenderReading {
    /// The field.
    pub field: u16,
    /// Its values for a card.
    #[serde(default)]
    pub card: BTreeSet<String>,
    /// Its values for a QR.
    #[serde(default)]
    pub qr: BTreeSet<String>,
}

/// What the values of field 39 mean. Every other one leaves the outcome unknown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Statuses {
    /// Done.
    pub approved: BTreeSet<u32>,
    /// Not done, for certain.
    pub declined: BTreeSet<u32>,
}

/// 1 approved; 16 declined and 53 interrupted. Not 34 (no connection), which does not say when it was lost, and not 17
/// (done offline), where the bank has yet to agree.
impl Default for Statuses {
    fn default() -> Self {
        Self {
            approved: BTreeSet::from([1]),
            declined: BTreeSet::from([16, 53]),
        }
    }
}

/// The words of a printed receipt by which a copy is recognised, in capitals. Their spelling is the bank's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CopyWords {
    /// The operation was approved.
    pub approved: BTreeSet<String>,
    /// It was not.
    pub declined: BTreeSet<String>,
    /// It is a sale.
    pub sale: BTreeSet<String>,
    /// It takes a sale back on the same day.
    pub void: BTreeSet<String>,
    /// It gives one back later.
    pub refund: BTreeSet<String>,
}

impl Default for CopyWords {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            approved: words(&["ОДОБРЕНО", "APPROVED"]),
            declined: words(&[
                "ОТКЛОНЕН",
                "ОТКАЗ",
                "ПРЕРВАН",
                "НЕ ВЫПОЛН",
                "DECLINED",
                "TERMINATED",
            ]),
            sale: words(&["ОПЛАТА", "ПРОДАЖА", "PURCHASE", "SALE"]),
            void: words(&["ОТМЕНА", "VOID", "REVERSAL"]),
            refund: words(&["ВОЗВРАТ", "REFUND"]),
        }
    }
}

/// The pin-pad's settings, checked. Names of keys: UKM 5's (`id`, `currencyCodeNumeric`, `timeout`, `qrSBP`) and the
/// service's (`ncom`, `baudrate`, `ipaddr`).
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "written::Written")]
pub struct Settings {
    /// Where the service listens.
    pub url: String,
    /// The terminal's id (field 27).
    pub terminal: String,
    /// The currency (field 4).
    pub currency: u16,
    /// How long an operation may take, in seconds. The value is already twice what the bank recommends, as the UKM 5
    /// manual wants it.
    pub timeout_s: u32,
    /// How much longer the register waits for the service than the operation may take, in seconds.
    pub answer_gap_s: u32,
    /// Whether `<timeout>` is sent. Its unit is documented as seconds by one client and used otherwise by others; a
    /// service that misreads it must not be told.
    pub send_timeout: bool,
    /// Whether the cashier is offered "card or QR".
    pub qr_sbp: bool,
    /// How the service reaches the terminal.
    pub connection: Option<Connection>,
    /// Where the register's own journal is.
    pub journal: PathBuf,
    /// How an answer tells the tender that was used. None: it is told as "not said".
    pub tender: Option<TenderReading>,
    /// What statuses mean.
    pub statuses: Statuses,
    /// How a copy of a receipt is recognised.
    pub copy: CopyWords,
    /// How far the terminal's clock may be from ours, in seconds.
    pub clock_skew_s: u32,
    /// The terminal's time: minutes east of UTC. None: as this machine.
    pub utc_offset_min: Option<i32>,
    /// The table of operations.
    pub operations: Operations,
}

/// What the register's own settings say of the pin-pad already. The file need not repeat it, and goes before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The terminal's id (`id`).
    pub terminal: Option<String>,
    /// The currency (`currencyCodeNumeric`).
    pub currency: Option<u16>,
    /// How long an operation may take, in seconds (`timeout`).
    pub timeout_s: Option<u32>,
    /// Whether the cashier is offered "card or QR" (`qrSBP`).
    pub qr_sbp: Option<bool>,
}

impl Settings {
    /// Reads a file in HOCON with these keys. A relative `journal` is taken from the file's folder. Holds no secrets.
    pub fn load(file: &Path, env: &HashMap<String, String>) -> Result<Self, SettingsError> {
        Self::load_over(file, &Known::default(), env)
    }

    /// The same, for a register whose settings know some of it.
    pub fn load_over(
        file: &Path,
        known: &Known,
        env: &HashMap<String, String>,
    ) -> Result<Self, SettingsError> {
        let written: written::Written = Document::load(file, env)?.read_as()?;
        let mut settings = written.over(known).map_err(|reason| SettingsError {
            file: file.to_owned(),
            line: None,
            key: None,
            problem: Problem::Unusable(reason),
        })?;
        if let Some(folder) = file.parent() {
            settings.journal = folder.join(&settings.journal);
        }
        Ok(settings)
    }

    /// How long an operation may take, in seconds.
    pub fn operation_timeout_s(&self, op: Op) -> u32 {
        self.operations.row(op).timeout_s.unwrap_or(self.timeout_s)
    }

    /// How long the register waits for the answer, in milliseconds: longer than the operation may take.
    pub fn wait_ms(&self, op: Op) -> u64 {
        u64::from(self.operation_timeout_s(op) + self.answer_gap_s) * 1_000
    }

    /// The terminal's time zone.
    pub(crate) fn zone(&self) -> TimeZone {
        let fixed = self.utc_offset_min.and_then(offset_of).map(TimeZone::fixed);
        fixed.unwrap_or_else(TimeZone::system)
    }

    /// The moment of a date and time that the terminal printed.
    pub(crate) fn moment(&self, local: jiff::civil::DateTime) -> Option<Timestamp> {
        let zoned = local.to_zoned(self.zone()).ok()?;
        Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
    }
}

fn offset_of(minutes: i32) -> Option<Offset> {
    let minutes = Some(minutes).filter(|minutes| (-840..=840).contains(minutes))?;
    Offset::from_seconds(minutes * 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(more: &Value) -> Result<Settings, String> {
        let mut whole = json!({"id": "11087928", "timeout": 200, "journal": "pinpad.journal"});
        if let (Some(whole), Some(more)) = (whole.as_object_mut(), more.as_object()) {
            whole.extend(more.clone());
        }
        serde_json::from_value(whole).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_out_is_as_in_the_manual() {
        let settings = read(&json!({})).unwrap();
        assert_eq!((settings.url.as_str(), settings.currency), (URL, 643));
        assert!(!settings.qr_sbp && settings.send_timeout && settings.tender.is_none());
        assert_eq!(settings.wait_ms(Op::Sale), 210_000);
        assert_eq!(
            settings.wait_ms(Op::Settlement),
            610_000,
            "a settlement takes longer"
        );
    }

    #[test]
    fn wrong_values_are_named() {
        for (more, problem) in [
            (json!({"url": "https://127.0.0.1/"}), "url:"),
            (json!({"url": "http://user@127.0.0.1/"}), "url:"),
            (json!({"id": ""}), "id:"),
            (json!({"id": "1<2"}), "id:"),
            (json!({"timeout": 0}), "timeout:"),
            (json!({"timeout": 600_000}), "timeout:"),
            (
                json!({"operations": {"settlement": {"timeout": 3_601}}}),
                "settlement:",
            ),
            (
                json!({"operations": {"sell": {"code": 1}}}),
                "unknown variant `sell`",
            ),
            (json!({"ncom": 3, "ipaddr": "10.0.0.5:6060"}), "keep one"),
            (json!({"ncom": 100}), "1 to 99"),
            (json!({"ncom": 1, "baudrate": 230_401}), "at most 230400"),
            (json!({"baudrate": 9_600}), "needs ncom"),
            (json!({"ipaddr": "10.0.0.5"}), "10.0.0.5:6060"),
            (json!({"answerGap": 0}), "answerGap"),
            (json!({"clockSkew": 601}), "clockSkew"),
            (json!({"utcOffsetMinutes": 900}), "utcOffsetMinutes"),
            (
                json!({"tenderField": {"field": 83, "card": ["A"], "qr": ["A"]}}),
                "tenderField",
            ),
            (json!({"statuses": {"approved": [1, 16]}}), "statuses"),
            (json!({"qrSbp": true}), "unknown field `qrSbp`"),
        ] {
            let error = read(&more).unwrap_err();
            assert!(error.contains(problem), "{more}: {error}");
        }
    }

    #[test]
    fn either_line_to_the_terminal_is_taken() {
        assert_eq!(
            read(&json!({"ncom": 39, "baudrate": 115_200}))
                .unwrap()
                .connection,
            Some(Connection::Serial {
                ncom: 39,
                baudrate: Some(115_200)
            })
        );
        assert!(matches!(
            read(&json!({"ipaddr": "10.0.0.5:6060"})).unwrap().connection,
            Some(Connection::Network(_))
        ));
    }

    #[test]
    fn the_file_of_the_manual_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pinpad.conf");
        let load = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Settings::load(&file, &HashMap::new())
        };
        let text = "id = 11087928\ntimeout = 200 # вдвое больше, чем советует банк\nqrSBP = true\n\
                    currencyCodeNumeric = 643\njournal = pinpad.journal\n\
                    operations.sbp_sale { code = 777, fields { \"86\" = 5 }, required = [0] }\n\
                    tenderField { field = 83, card = [CARD], qr = [SBP] }\n";
        let settings = load(text).unwrap();
        assert_eq!(settings.terminal, "11087928");
        assert_eq!(settings.journal, folder.path().join("pinpad.journal"));
        let row = settings.operations.row(Op::SbpSale);
        assert_eq!(
            (row.code, row.fields.get(&86).map(String::as_str)),
            (Some(777), Some("5"))
        );
        let known = Known {
            terminal: Some("22087928".to_owned()),
            currency: Some(933),
            timeout_s: Some(240),
            qr_sbp: Some(true),
        };
        std::fs::write(&file, "journal = j\ntimeout = 60\n").unwrap();
        let over = Settings::load_over(&file, &known, &HashMap::new()).unwrap();
        assert_eq!(
            (over.terminal.as_str(), over.currency, over.timeout_s, over.qr_sbp),
            ("22087928", 933, 60, true),
            "what the file says goes before"
        );
        for missing in ["id", "timeout"] {
            let text = ["id = 1", "timeout = 60", "journal = j"];
            let text: Vec<_> = text
                .into_iter()
                .filter(|line| !line.starts_with(missing))
                .collect();
            let error = load(&text.join("\n")).unwrap_err().to_string();
            assert!(error.contains(&format!("{missing}: missing")), "{error}");
        }
        let error = load("id = 1\ntimeout = soon\njournal = j\n").unwrap_err();
        assert_eq!((error.line, error.key.as_deref()), (Some(2), Some("timeout")));
        assert!(
            load("id = 1\ntimeout = 9\n")
                .unwrap_err()
                .to_string()
                .contains("journal")
        );
    }
}
