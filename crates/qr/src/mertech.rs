//! What a Mertech QR-PAY buyer display is told over its serial port (115200 bit/s, 8N1, DTR and RTS off). The display
//! draws the symbol itself. The vendor publishes no byte protocol; these bytes are those of two open programs that
//! drive it and agree in all but the names of "screen on" and "screen off". What the display answers is not known, so
//! nothing is read.

use crate::QrError;

/// The most bytes of a text that the display is given.
pub const TEXT_BYTES_MAX: usize = 1000;

/// Speed of the serial port, in bits per second; 8 data bits, no parity, 1 stop bit.
pub const BAUD: u32 = 115_200;

/// Empties the display.
pub const CLEAR: &[u8] = b"\x02\xF0\x03CLS\x03";
/// The picture of success.
pub const SUCCESS: &[u8] = b"\x02\xF0\x03correct\x03";
/// The picture of failure.
pub const FAILURE: &[u8] = b"\x02\xF0\x03mistake\x03";
/// Switches the screen on. One of the sources calls this Bluetooth.
pub const SCREEN_ON: &[u8] = b"\x02\xF0\x03BTON\x03";
/// Switches the screen off. One of the sources calls this Bluetooth.
pub const SCREEN_OFF: &[u8] = b"\x02\xF0\x03BTOFF\x03";

/// Shows the QR of a text: 1 to [`TEXT_BYTES_MAX`] visible ASCII characters, as payment links are. The length goes
/// as two bytes, the higher first.
pub fn show(text: &str) -> Result<Vec<u8>, QrError> {
    if text.is_empty() {
        return Err(QrError::Empty);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(QrError::NotAscii);
    }
    let too_long = QrError::TooLongForDisplay {
        found: text.len(),
        max: TEXT_BYTES_MAX,
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(too_long);
    }
    let length = u16::try_from(text.len()).map_err(|_| too_long)?;
    let mut bytes = vec![0x02, 0xF2, 0x02];
    bytes.extend(length.to_be_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend([0x02, 0xF2, 0x03]);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2";

    #[test]
    fn a_link_of_51_characters_goes_as_the_rule_says() {
        let mut expected = vec![0x02, 0xF2, 0x02, 0x00, 0x33];
        expected.extend(LINK.bytes());
        expected.extend([0x02, 0xF2, 0x03]);
        assert_eq!(show(LINK).unwrap(), expected);
    }

    #[test]
    fn the_length_has_two_bytes() {
        let bytes = show(&"7".repeat(300)).unwrap();
        assert_eq!(bytes[..5], [0x02, 0xF2, 0x02, 0x01, 0x2C]);
        assert_eq!(bytes.len(), 5 + 300 + 3);
    }

    #[test]
    fn commands_are_framed() {
        assert_eq!(CLEAR, [0x02, 0xF0, 0x03, b'C', b'L', b'S', 0x03]);
        let words: [(&[u8], &str); 4] = [
            (SUCCESS, "correct"),
            (FAILURE, "mistake"),
            (SCREEN_ON, "BTON"),
            (SCREEN_OFF, "BTOFF"),
        ];
        for (bytes, word) in words {
            assert_eq!(bytes, [b"\x02\xF0\x03", word.as_bytes(), b"\x03"].concat());
        }
    }

    #[test]
    fn what_the_display_cannot_show_is_refused() {
        assert_eq!(show(""), Err(QrError::Empty));
        for text in ["оплата", "a b", "a\nb", "a\x02"] {
            assert_eq!(show(text), Err(QrError::NotAscii), "{text:?}");
        }
        assert!(show(&"x".repeat(TEXT_BYTES_MAX)).is_ok());
        assert!(matches!(
            show(&"x".repeat(TEXT_BYTES_MAX + 1)),
            Err(QrError::TooLongForDisplay {
                found: 1001,
                max: 1000
            })
        ));
    }
}
