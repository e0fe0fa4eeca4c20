//! A small seeded generator (SplitMix64): the same seed gives the same ids and the same faults.

use crate::link::QR_ID_CHARS;

const QR_ALPHABET: [char; 36] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U',
    'V', 'W', 'X', 'Y', 'Z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
];

#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// True in `per_mille` cases of a thousand.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.next() % 1000 < u64::from(per_mille)
    }

    /// A new QR id: the prefix, then random characters up to 32.
    pub(crate) fn qr_id(&mut self, prefix: &str) -> String {
        let tail = (prefix.len()..QR_ID_CHARS).map(|_| {
            let index = usize::try_from(self.next() % 36).unwrap_or_default();
            QR_ALPHABET.get(index).copied().unwrap_or('0')
        });
        prefix.chars().chain(tail.collect::<Vec<_>>()).collect()
    }

    /// So many random decimal digits; the first is not zero.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        let digit = |index: usize| {
            let digit = if index == 0 {
                1 + self.next() % 9
            } else {
                self.next() % 10
            };
            char::from(b'0' + u8::try_from(digit).unwrap_or_default())
        };
        (0..count).map(digit).collect()
    }

    /// A random UUID v4, for an order that came without an id.
    pub(crate) fn uuid(&mut self) -> String {
        let bytes = (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let id = Random::new(7).qr_id("AD");
        assert_eq!(id, Random::new(7).qr_id("AD"));
        assert_ne!(id, Random::new(8).qr_id("AD"));
        assert_eq!(id.len(), 32);
        assert!(id.starts_with("AD"));
    }

    #[test]
    fn chance_is_about_what_it_says() {
        let mut random = Random::new(1);
        let hits = (0..10_000).filter(|_| random.chance(250)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
    }
}
