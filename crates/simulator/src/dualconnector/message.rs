//! The service's documents: `<request>` in, `<response>` out.

use std::fmt::Write as _;

use encoding_rs::WINDOWS_1251;
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

use crate::entity::character;

/// A request as the service reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Request {
    /// Field numbers and values.
    pub(super) fields: Vec<(u16, String)>,
    /// `<timeout>`, in seconds.
    pub(super) timeout_s: Option<u64>,
}

impl Request {
    pub(super) fn field(&self, number: u16) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| *known == number);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, field: u16) -> Option<u64> {
        let digits = self.field(field)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok())?
    }

    /// Reads a body in windows-1251. None if it is no request.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let (text, _) = WINDOWS_1251.decode_without_bom_handling(body);
        let mut reader = Reader::from_str(&text);
        let mut request = Self::default();
        let mut path: Vec<String> = Vec::new();
        let mut id = None;
        let mut value = String::new();
        let mut seen = false;
        loop {
            match reader.read_event().ok()? {
                Event::Start(tag) => {
                    path.push(tag.name().as_ref().to_owned());
                    value.clear();
                    let attribute = tag.try_get_attribute("id").ok()?;
                    id = attribute.and_then(|attribute| attribute.value.parse().ok());
                }
                Event::Text(text) => value.push_str(&text),
                Event::GeneralRef(reference) => value.push(character(&reference)?),
                Event::End(_) => {
                    let names: Vec<&str> = path.iter().map(String::as_str).collect();
                    match names.as_slice() {
                        ["request"] => seen = true,
                        ["request", "field"] => request.fields.push((id?, value.clone())),
                        ["request", "timeout"] => request.timeout_s = Some(value.trim().parse().ok()?),
                        // The lines to the terminal; this one needs none.
                        ["request", "ncom" | "baudrate" | "ipaddr"] => {}
                        _ => return None,
                    }
                    path.pop();
                }
                Event::Eof => return (seen && path.is_empty()).then_some(request),
                Event::Decl(_) | Event::Comment(_) => {}
                Event::Empty(_) | Event::CData(_) | Event::PI(_) | Event::DocType(_) => return None,
            }
        }
    }
}

/// What the service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// The terminal's fields.
    Fields(Vec<(u16, String)>),
    /// The service's own error.
    Error(u32),
}

impl Reply {
    pub(super) fn field(&self, number: u16) -> Option<&str> {
        let Self::Fields(fields) = self else { return None };
        let found = fields.iter().find(|(known, _)| *known == number);
        found.map(|(_, value)| value.as_str())
    }

    /// As the service writes it: windows-1251, numbers of two digits.
    pub(super) fn write(&self) -> Vec<u8> {
        let text = self.document("windows-1251", 2);
        WINDOWS_1251.encode(&text).0.into_owned()
    }

    /// As some profiles write it: UTF-8, numbers without zeros.
    pub(super) fn write_otherwise(&self) -> Vec<u8> {
        self.document("UTF-8", 1).into_bytes()
    }

    fn document(&self, encoding: &str, digits: usize) -> String {
        let mut out =
            format!("<?xml version=\"1.0\" encoding=\"{encoding}\" standalone=\"no\"?>\n<response>\n");
        match self {
            Self::Fields(fields) => {
                for (number, value) in fields {
                    // Receipts come with their line ends as they are.
                    let value = escape(value.as_str())
                        .replace("&#13;", "\r")
                        .replace("&#10;", "\n");
                    let _ = writeln!(out, "<field id=\"{number:0digits$}\">{value}</field>");
                }
            }
            Self::Error(code) => {
                let name = error_name(*code);
                let _ = writeln!(
                    out,
                    "<errorcode>{code}</errorcode>\n<errordescription>{name}</errordescription>"
                );
            }
        }
        out.push_str("</response>\n");
        out
    }
}

fn error_name(code: u32) -> &'static str {
    match code {
        1 => "TIMEOUT",
        2 => "LOG_ERROR",
        3 => "SYSTEM_ERROR",
        4 => "REQUEST_ERROR",
        5 => "CONFIG_REDIRECT",
        6 => "CONFIG_NOT_FOUND",
        7 => "CONFIG_ERROR_FORMAT",
        8 => "CONFIG_ERROR_LOG",
        9 => "CONFIG_ERROR_DEVICES",
        10 => "CONFIG_ERROR_DUBLCOMPORTS",
        11 => "CONFIG_ERROR_OUTPUT",
        12 => "PRINT_ERROR",
        13 => "ERROR_CONNECT",
        14 => "CONFIG_ERROR_GUI",
        15 => "CANCEL_OPERATION",
        16 => "DEVICE_BUSY",
        _ => "UNKNOWN",
    }
}
