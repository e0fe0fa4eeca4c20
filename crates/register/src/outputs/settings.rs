//! The list `outputs` of a register's settings.

use super::place::Place;
use qr::QrError;
use qr::escpos::{CodePage, Cut, Drawing, MODULE_DOTS_DEFAULT, Paper, Printer, TextPage};
use serde::{Deserialize, Serialize};
use texts::Lang;

/// The most places of one register.
pub const OUTPUTS_MAX: usize = 8;

/// One place:
///
/// ```hocon
/// outputs = [
///   { kind = screen }
///   { kind = display, port = "/dev/ttyUSB0" }
///   { kind = tape, address = "192.168.0.50:9100", paper_mm = 80, mode = native }
///   { kind = terminal }
/// ]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OutputSettings {
    /// A page: the kiosk's, or the register's own screen.
    Screen(ScreenSettings),
    /// A Mertech QR-PAY buyer display.
    Display(DisplaySettings),
    /// A receipt printer that speaks ESC/POS. Fiscal printers are driven by their vendors' drivers instead.
    Tape(TapeSettings),
    /// A terminal.
    Terminal(TerminalSettings),
}

/// A page has no settings of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreenSettings {}

/// The buyer's display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisplaySettings {
    /// Its serial port; over TCP behind a converter.
    pub port: Place,
    /// Speed of the port in bits per second: 115200 unless another is set.
    #[serde(default = "display_baud")]
    pub baud: u32,
}

impl DisplaySettings {
    /// The speed that these displays are set to, in bits per second.
    pub const BAUD: u32 = qr::mertech::BAUD;
}

/// The receipt printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TapeSettings {
    /// Where it is: usually port 9100, or `/dev/usb/lp0`.
    pub address: Place,
    /// Speed in bits per second when the address is a serial port; without it the device is written to as it is.
    #[serde(default)]
    pub baud: Option<u32>,
    /// Width of the paper: 58 or 80 mm.
    #[serde(default)]
    pub paper_mm: PaperMm,
    /// Who draws the code.
    #[serde(default)]
    pub mode: ModeSettings,
    /// How text is encoded.
    #[serde(default)]
    pub code_page: CodePageSettings,
    /// The number by which the printer knows that code page (`ESC t`); 17 for cp866, to be named for windows-1251.
    #[serde(default)]
    pub code_page_number: Option<u8>,
    /// Dots along a module's edge, 1 to 16; fewer are taken when the code would not fit.
    #[serde(default = "module_dots")]
    pub module_dots: u8,
    /// Lines above everything.
    #[serde(default)]
    pub header: Vec<String>,
    /// Lines below everything.
    #[serde(default)]
    pub footer: Vec<String>,
    /// Lines after the code was paid: "Оплачено" unless set; an empty list prints nothing.
    #[serde(default)]
    pub paid: Option<Vec<String>>,
    /// Lines after the code died unpaid: "QR-код недействителен" and what to do unless set; an empty list prints
    /// nothing.
    #[serde(default)]
    pub withdrawn: Option<Vec<String>>,
    /// What happens to the paper after each job.
    #[serde(default)]
    pub cut: CutSettings,
    /// The language of the catalogue's lines: `ru` or `en`.
    #[serde(default)]
    pub lang: Lang,
}

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminalSettings {
    /// Another terminal than the program's own: `/dev/tty8`.
    #[serde(default)]
    pub device: Option<Place>,
    /// The language of the line after a code: `ru` or `en`.
    #[serde(default)]
    pub lang: Lang,
}

/// Width of the paper in millimetres: the number 58 or 80.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum PaperMm {
    /// 58 mm: 384 dots are printed on.
    Narrow,
    /// 80 mm: 576 dots are printed on.
    #[default]
    Wide,
}

impl TryFrom<u16> for PaperMm {
    type Error = String;

    fn try_from(mm: u16) -> Result<Self, String> {
        match mm {
            58 => Ok(Self::Narrow),
            80 => Ok(Self::Wide),
            other => Err(format!("paper of {other} mm is not known: write 58 or 80")),
        }
    }
}

impl From<PaperMm> for u16 {
    fn from(paper: PaperMm) -> Self {
        match paper {
            PaperMm::Narrow => 58,
            PaperMm::Wide => 80,
        }
    }
}

/// Who draws the code on the tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModeSettings {
    /// The printer (`GS ( k`).
    #[default]
    Native,
    /// We do, as a picture (`GS v 0`): for printers without a QR command.
    Raster,
}

/// The printer's code page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CodePageSettings {
    /// cp866.
    #[default]
    #[serde(rename = "cp866")]
    Cp866,
    /// windows-1251.
    #[serde(rename = "windows-1251")]
    Windows1251,
}

/// What happens to the paper after a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutSettings {
    /// It is fed only.
    None,
    /// A bridge is left.
    #[default]
    Partial,
    /// It is cut off.
    Full,
}

impl TapeSettings {
    /// A printer at `address` with everything else as by default.
    pub fn at(address: Place) -> Self {
        Self {
            address,
            baud: None,
            paper_mm: PaperMm::default(),
            mode: ModeSettings::default(),
            code_page: CodePageSettings::default(),
            code_page_number: None,
            module_dots: MODULE_DOTS_DEFAULT,
            header: Vec::new(),
            footer: Vec::new(),
            paid: None,
            withdrawn: None,
            cut: CutSettings::default(),
            lang: Lang::default(),
        }
    }

    /// The printer that these settings describe.
    pub(super) fn printer(&self) -> Result<Printer, QrError> {
        let page = match self.code_page {
            CodePageSettings::Cp866 => CodePage::Cp866,
            CodePageSettings::Windows1251 => CodePage::Windows1251,
        };
        Ok(Printer {
            paper: match self.paper_mm {
                PaperMm::Narrow => Paper::Mm58,
                PaperMm::Wide => Paper::Mm80,
            },
            drawing: match self.mode {
                ModeSettings::Native => Drawing::Native,
                ModeSettings::Raster => Drawing::Raster,
            },
            page: TextPage::new(page, self.code_page_number)?,
            module_dots: self.module_dots,
            cut: match self.cut {
                CutSettings::None => Cut::None,
                CutSettings::Partial => Cut::Partial,
                CutSettings::Full => Cut::Full,
            },
        })
    }
}

const fn display_baud() -> u32 {
    DisplaySettings::BAUD
}

const fn module_dots() -> u8 {
    MODULE_DOTS_DEFAULT
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: serde_json::Value) -> Result<Vec<OutputSettings>, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn the_list_is_read_with_its_defaults() {
        let list = read(json!([
            { "kind": "screen" },
            { "kind": "display", "port": "/dev/ttyUSB0" },
            { "kind": "tape", "address": "192.168.0.50:9100", "paper_mm": 58, "mode": "raster", "paid": [] },
            { "kind": "terminal" },
        ]))
        .unwrap();
        let tape = TapeSettings {
            paper_mm: PaperMm::Narrow,
            mode: ModeSettings::Raster,
            paid: Some(Vec::new()),
            ..TapeSettings::at(Place::Tcp("192.168.0.50:9100".to_owned()))
        };
        assert_eq!(
            list,
            [
                OutputSettings::Screen(ScreenSettings {}),
                OutputSettings::Display(DisplaySettings {
                    port: Place::Device("/dev/ttyUSB0".into()),
                    baud: 115_200,
                }),
                OutputSettings::Tape(tape),
                OutputSettings::Terminal(TerminalSettings::default()),
            ]
        );
        let again = serde_json::to_value(&list).unwrap();
        assert_eq!(read(again).unwrap(), list, "what is written can be read");
    }

    #[test]
    fn a_wrong_entry_is_refused_in_words() {
        for (entry, words) in [
            (json!({ "kind": "hologram" }), "screen"),
            (json!({ "kind": "display" }), "port"),
            (
                json!({ "kind": "display", "port": "COM1", "speed": 9600 }),
                "speed",
            ),
            (json!({ "kind": "screen", "port": "COM1" }), "port"),
            (json!({ "kind": "tape", "address": "printer" }), "/dev/ttyUSB0"),
            (
                json!({ "kind": "tape", "address": "p:9100", "paper_mm": 57 }),
                "58 or 80",
            ),
            (
                json!({ "kind": "tape", "address": "p:9100", "code_page": "koi8-r" }),
                "cp866",
            ),
        ] {
            let error = read(json!([entry])).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
