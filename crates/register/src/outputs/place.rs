//! Where a device is: a path, an address, a file.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// Where bytes go. In settings a text: `/dev/ttyUSB0` or `COM3`, `192.168.0.50:9100`, `file:/tmp/tape.bin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Place {
    /// A device; it must exist.
    Device(PathBuf),
    /// An address and its port over TCP.
    Tcp(String),
    /// A plain file, made when it is missing and written on at its end.
    File(PathBuf),
}

/// A text that names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no place for an output: write a device (/dev/ttyUSB0, COM3), an address with a port (192.168.0.50:9100) or a file (file:/tmp/tape.bin)"
)]
pub struct PlaceError(String);

impl TryFrom<String> for Place {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("file:").filter(|path| !path.is_empty()) {
            return Ok(Self::File(PathBuf::from(path)));
        }
        let is_com = text
            .strip_prefix("COM")
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if text.starts_with('/') && text.len() > 1 || text.starts_with(r"\\.\") || is_com {
            return Ok(Self::Device(PathBuf::from(text)));
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && !host.contains(['/', ' ']) && is_port(port) => {
                Ok(Self::Tcp(text.to_owned()))
            }
            _ => Err(PlaceError(text.to_owned())),
        }
    }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0)
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(path) => write!(f, "{}", path.display()),
            Self::Tcp(address) => f.write_str(address),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        let place = |text: &str| Place::try_from(text.to_owned());
        for text in ["/dev/ttyUSB0", "COM3", r"\\.\COM12"] {
            assert_eq!(place(text), Ok(Place::Device(text.into())));
        }
        for text in ["192.168.0.50:9100", "printer:9100", "[::1]:9100"] {
            assert_eq!(place(text), Ok(Place::Tcp(text.to_owned())));
        }
        assert_eq!(
            place("file:/tmp/tape.bin"),
            Ok(Place::File("/tmp/tape.bin".into()))
        );
        for text in [
            "",
            "/",
            "file:",
            "printer",
            "printer:",
            "printer:0",
            "printer:70000",
            ":9100",
            "COM",
            "http://a:80",
        ] {
            let error = place(text).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("/dev/ttyUSB0"), "{text}");
        }
    }

    #[test]
    fn a_place_is_written_as_it_is_read() {
        for text in ["/dev/usb/lp0", "10.0.0.5:9100", "file:tape.bin"] {
            assert_eq!(Place::try_from(text.to_owned()).unwrap().to_string(), text);
        }
    }
}
