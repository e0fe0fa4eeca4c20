//! CRC-16/CCITT-FALSE, the check of the NSPK payment link.

/// Polynomial 0x1021, initial value 0xFFFF, no reflection, no final inversion.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| shift_in(crc, *byte))
}

fn shift_in(crc: u16, byte: u8) -> u16 {
    (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
        let carry = crc & 0x8000 != 0;
        let shifted = crc << 1;
        if carry { shifted ^ 0x1021 } else { shifted }
    })
}

#[cfg(test)]
mod tests {
    use super::crc16;

    #[test]
    fn published_check_values_match() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
        let link =
            "https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=02&bank=100000000007&sum=1&cur=RUB";
        assert_eq!(crc16(link.as_bytes()), 0xAB75);
        assert_eq!(crc16(b""), 0xFFFF);
    }
}
