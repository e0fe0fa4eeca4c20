//! The QR that the printer draws itself: `GS ( k`, function group 49.

use crate::{QrError, TEXT_BYTES_MAX};

/// The most dots along a module's edge.
pub const MODULE_DOTS_MAX: u8 = 16;

/// How much of the symbol may be unreadable. The printer is told 0x30 to 0x33.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorLevel {
    /// 7 %.
    L = 0x30,
    /// 15 %.
    M = 0x31,
    /// 25 %.
    Q = 0x32,
    /// 30 %.
    H = 0x33,
}

/// The five commands: model 2, module size, error level, store, print. `module_dots` is 1 to [`MODULE_DOTS_MAX`].
pub fn native(text: &str, module_dots: u8, level: ErrorLevel) -> Result<Vec<u8>, QrError> {
    if text.is_empty() {
        return Err(QrError::Empty);
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(QrError::TooLong { found: text.len() });
    }
    if module_dots == 0 || module_dots > MODULE_DOTS_MAX {
        return Err(QrError::Scale {
            found: module_dots.into(),
            max: MODULE_DOTS_MAX.into(),
        });
    }
    let mut job = Vec::with_capacity(40 + text.len());
    for (function, data) in [
        (0x41, &[0x32, 0x00][..]),
        (0x43, &[module_dots]),
        (0x45, &[level as u8]),
        (0x50, &[b"\x30", text.as_bytes()].concat()),
        (0x51, &[0x30]),
    ] {
        let length = u16::try_from(data.len() + 2).map_err(|_| QrError::TooLong { found: text.len() })?;
        job.extend(b"\x1D(k");
        job.extend(length.to_le_bytes());
        job.extend([0x31, function]);
        job.extend(data);
    }
    Ok(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(byte).collect()
    }

    #[test]
    fn the_golden_vector_of_python_escpos() {
        let expected = "1d286b040031413200 1d286b0300314303 1d286b0300314530 \
                        1d286b070031503031323334 1d286b0300315130";
        assert_eq!(native("1234", 3, ErrorLevel::L).unwrap(), hex(expected));
    }

    #[test]
    fn the_store_header_of_a_link_of_51_characters() {
        let link = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2";
        let job = native(link, 6, ErrorLevel::M).unwrap();
        let header = hex("1D 28 6B 36 00 31 50 30");
        let at = job.windows(8).position(|window| window == header).unwrap();
        assert_eq!(&job[at + 8..at + 8 + 51], link.as_bytes());
        assert_eq!(job[at - 1], 0x31, "level M");
    }

    #[test]
    fn the_length_has_two_bytes_the_lower_first() {
        let job = native(&"7".repeat(300), 6, ErrorLevel::M).unwrap();
        let header = hex("1D 28 6B 2F 01 31 50 30");
        assert!(job.windows(8).any(|window| window == header));
    }

    #[test]
    fn what_the_printer_cannot_draw_is_refused() {
        assert_eq!(native("", 3, ErrorLevel::M), Err(QrError::Empty));
        for dots in [0, 17] {
            assert!(matches!(
                native("x", dots, ErrorLevel::M),
                Err(QrError::Scale { .. })
            ));
        }
        let long = "x".repeat(TEXT_BYTES_MAX + 1);
        assert!(matches!(
            native(&long, 3, ErrorLevel::M),
            Err(QrError::TooLong { .. })
        ));
    }
}
