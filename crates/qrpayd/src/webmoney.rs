//! `qrpayd config import-webmoney`: the two text files of the register's WebMoney module become a merchant's row.
//!
//! The register's manual names the files and their fields and says that they may be edited by hand; their format is not
//! public. Ours has the manual's own names, one `name = value` on a line; `#` begins a comment. UTF-8 or windows-1251.

use anyhow::{Context, bail};
use encoding_rs::WINDOWS_1251;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The module.
pub const MODULE: &str = "webmoney";
/// The module's settings.
pub const SETTINGS_FILE: &str = "WebMoneySettings.txt";
/// Which of the register's tenders is which system of the gateway.
pub const TYPES_FILE: &str = "WebMoneyPaymentTypes.txt";
/// The largest file that is read, in bytes.
const FILE_MAX_BYTES: u64 = 64 * 1024;
/// The mode that this module serves, as the manual writes it.
const MODE: &str = "Оплата по qr чеку";
/// The manual's advice: handing the code over and paying takes at least so long, in seconds.
const WAIT_ADVISED_S: u64 = 120;

// The manual's names of the settings.
const MODE_NAME: &str = "Режим работы";
const AGENT: &str = "Номер агента";
const WMID: &str = "WMID";
const POS: &str = "Номер POS";
const AGENT_KEY: &str = "Ключ агента";
const CRS_ID: &str = "CrsId";
const PASSWORD: &str = "Пароль сертификата";
const WAIT: &str = "Время ожидания ответа (сек)";
const ERRORS: &str = "Кол-во допустимых ошибок при запросе статуса (раз)";
const SERVER: &str = "Адрес сервера";
const SERVICE: &str = "Адрес сервиса";
const NAMES: [&str; 11] = [
    MODE_NAME, AGENT, WMID, POS, AGENT_KEY, CRS_ID, PASSWORD, WAIT, ERRORS, SERVER, SERVICE,
];

/// The systems, as the types file names them, with the keys for the register's codes.
const SYSTEMS: [(&str, &str); 4] = [
    ("СБП", "code_sbp"),
    ("WebMoney", "code_webmoney"),
    ("WeChat", "code_wechat"),
    ("Alipay", "code_alipay"),
];

/// What the files say.
#[derive(Debug, PartialEq, Eq)]
pub struct Imported {
    /// The merchant's row.
    pub row: Map<String, Value>,
    /// What works but should be put right.
    pub warnings: Vec<String>,
}

/// Reads the folder in which the register's module lives: the two files and the certificate `<Номер POS>.pfx`.
pub fn read(folder: &Path) -> anyhow::Result<Imported> {
    let settings = Lines::read(folder.join(SETTINGS_FILE), &NAMES)?;
    let mode = settings.needed(MODE_NAME)?;
    if !mode.eq_ignore_ascii_case(MODE) && mode.to_lowercase() != MODE.to_lowercase() {
        bail!(
            "{}: {MODE_NAME}: `{mode}` is not served here; only `{MODE}` is",
            settings.at(MODE_NAME)
        );
    }
    let mut warnings = Vec::new();
    let mut row = Map::new();
    let mut put = |key: &str, value: Value| row.insert(key.to_owned(), value);
    put("url", address(&settings)?.into());
    put("agent", settings.needed(AGENT)?.into());
    let pos = settings.needed(POS)?;
    put("pos", pos.into());
    put("agent_key", settings.needed(AGENT_KEY)?.into());
    for (name, key) in [(WMID, "wmid"), (CRS_ID, "crs_id")] {
        if let Some(value) = settings.get(name) {
            put(key, value.into());
        }
    }
    put("cert", certificate(folder, pos)?.into());
    if let Some(password) = settings.get(PASSWORD) {
        put("cert_password", password.into());
    }
    let wait_s = settings.number(WAIT)?;
    if wait_s < WAIT_ADVISED_S {
        let at = settings.at(WAIT);
        warnings.push(format!(
            "{at}: {WAIT}: {wait_s} is little: the manual advises {WAIT_ADVISED_S} or more, or a buyer cannot pay in time"
        ));
    }
    put("qrTtl", wait_s.div_ceil(60).into());
    put("technical_errors", settings.number(ERRORS)?.into());
    let systems = SYSTEMS.map(|(name, _)| name);
    let types = Lines::read(folder.join(TYPES_FILE), &systems)?;
    for (name, key) in SYSTEMS {
        match types.get(name) {
            Some(code) => drop(put(key, code.into())),
            None => warnings.push(format!(
                "{}: {name} has no code; registers choose it by name",
                types.file.display()
            )),
        }
    }
    Ok(Imported { row, warnings })
}

/// Server and service, as the manual splits them: the server ends without a slash, the service begins with one.
fn address(settings: &Lines) -> anyhow::Result<String> {
    let (server, service) = (settings.needed(SERVER)?, settings.needed(SERVICE)?);
    if server.ends_with('/') {
        bail!("{}: {SERVER}: must end without a slash", settings.at(SERVER));
    }
    if !service.starts_with('/') {
        bail!("{}: {SERVICE}: must begin with a slash", settings.at(SERVICE));
    }
    Ok(format!("{server}{service}"))
}

fn certificate(folder: &Path, pos: &str) -> anyhow::Result<String> {
    let file = folder.join(format!("{pos}.pfx"));
    let whole = std::fs::canonicalize(&file).with_context(|| {
        format!(
            "{}: the certificate of the POS is not there; WebMoney gives it out, and it is named after the POS number",
            file.display()
        )
    })?;
    Ok(whole.to_string_lossy().into_owned())
}

/// A text that is not UTF-8 was written in the code page of Russian Windows.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| WINDOWS_1251.decode(bytes).0, Cow::Borrowed)
}

/// A file of `name = value`.
struct Lines {
    file: PathBuf,
    values: Vec<(&'static str, String, usize)>,
}

impl Lines {
    fn read(file: PathBuf, known: &[&'static str]) -> anyhow::Result<Self> {
        let shown = file.display().to_string();
        let size = std::fs::metadata(&file)
            .with_context(|| format!("{shown} cannot be read"))?
            .len();
        if size > FILE_MAX_BYTES {
            bail!("{shown}: is longer than {FILE_MAX_BYTES} bytes");
        }
        let bytes = std::fs::read(&file).with_context(|| format!("{shown} cannot be read"))?;
        let text = decoded(&bytes);
        let mut values: Vec<(&'static str, String, usize)> = Vec::new();
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let (line, at) = (line.trim(), at + 1);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((name, value)) = line.split_once('=') else {
                bail!("{shown}:{at}: is not `name = value`");
            };
            let name = name.trim();
            let Some(name) = known
                .iter()
                .find(|known| known.to_lowercase() == name.to_lowercase())
            else {
                bail!(
                    "{shown}:{at}: `{name}` is not known here; known are: {}",
                    known.join(", ")
                );
            };
            if values.iter().any(|(written, _, _)| written == name) {
                bail!("{shown}:{at}: `{name}` stands twice");
            }
            values.push((name, value.trim().to_owned(), at));
        }
        Ok(Self { file, values })
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(written, _, _)| *written == name);
        found
            .map(|(_, value, _)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn needed(&self, name: &str) -> anyhow::Result<&str> {
        self.get(name)
            .with_context(|| format!("{}: `{name}` is missing", self.file.display()))
    }

    fn number(&self, name: &str) -> anyhow::Result<u64> {
        let at = self.at(name);
        self.needed(name)?
            .parse()
            .with_context(|| format!("{at}: `{name}` must be a whole number"))
    }

    /// The file, and the line where the name stands.
    fn at(&self, name: &str) -> String {
        let line = self.values.iter().find(|(written, _, _)| *written == name);
        let file = self.file.display();
        line.map_or_else(|| file.to_string(), |(_, _, line)| format!("{file}:{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use connector::config::Table;

    const SETTINGS: &str = "# Магазин 12\nРежим работы = Оплата по QR чеку\nНомер агента = 7001\nWMID = 0\n\
        Номер POS = 900017\nКлюч агента = secret-agent-key\nCrsId = 0\nПароль сертификата = 1234\n\
        Время ожидания ответа (сек) = 150\nКол-во допустимых ошибок при запросе статуса (раз) = 5\n\
        Адрес сервера = https://dev.runpay.com\nАдрес сервиса = /PosIntegration2/ApiService.svc\n";
    const TYPES: &str = "СБП = 11\nWebMoney = 12\nWeChat = 13\nAlipay = 14\n";

    fn folder(settings: &[u8], types: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SETTINGS_FILE), settings).unwrap();
        std::fs::write(folder.path().join(TYPES_FILE), types).unwrap();
        std::fs::write(folder.path().join("900017.pfx"), "a certificate").unwrap();
        folder
    }

    #[test]
    fn both_files_become_a_row_that_the_module_takes() {
        let folder = folder(SETTINGS.as_bytes(), TYPES);
        let Imported { row, warnings } = read(folder.path()).unwrap();
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(
            row["url"],
            "https://dev.runpay.com/PosIntegration2/ApiService.svc"
        );
        assert_eq!((&row["qrTtl"], &row["technical_errors"]), (&3.into(), &5.into()));
        assert_eq!(row["code_alipay"], "14");
        let module = connectors::registry().find("webmoney").unwrap();
        module.check(Table::Merchants, &row).unwrap();
    }

    #[test]
    fn the_files_may_be_in_the_code_page_of_windows() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(SETTINGS);
        let folder = folder(&bytes, TYPES);
        assert_eq!(read(folder.path()).unwrap().row["pos"], "900017");
    }

    #[test]
    fn every_fault_names_its_place() {
        for (from, to, said) in [
            ("Номер агента = 7001\n", "", "`Номер агента` is missing"),
            ("WMID", "WMIDD", "WebMoneySettings.txt:4: `WMIDD` is not known"),
            (
                "= 150",
                "= soon",
                "WebMoneySettings.txt:9: `Время ожидания ответа (сек)` must be a whole number",
            ),
            ("runpay.com\n", "runpay.com/\n", "must end without a slash"),
            ("= /Pos", "= Pos", "must begin with a slash"),
            ("Оплата по QR чеку", "Пополнение", "is not served here"),
            (
                "POS = 900017",
                "POS = 1",
                "1.pfx: the certificate of the POS is not there",
            ),
            ("CrsId = 0", "WMID = 0", "stands twice"),
        ] {
            let folder = folder(SETTINGS.replace(from, to).as_bytes(), TYPES);
            let error = format!("{:#}", read(folder.path()).unwrap_err());
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("secret-agent-key"), "{error}");
        }
        let folder = folder(SETTINGS.replace("= 150", "= 60").as_bytes(), "СБП = 11\n");
        let warnings = read(folder.path()).unwrap().warnings;
        assert_eq!(warnings.len(), 4, "{warnings:?}");
    }
}
