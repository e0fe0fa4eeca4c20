//! Spoils good inputs, always in the same way for the same seed.

/// The longest input that is made, in bytes.
pub const INPUT_BYTES_MAX: usize = 4_096;

/// The most changes to one input.
const CHANGES_MAX: u64 = 6;

/// What readers trip over: ends, quotes, brackets, numbers at their edges, bytes that are no text.
const MORSELS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\"\"\"",
    b"\\u0000",
    b"\\ud800",
    b"${",
    b"${?x}",
    b"include ",
    b"#",
    b"//",
    b",",
    b"=",
    b":",
    b"+=",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xd0",
    b"\xef\xbb\xbf",
    b"<",
    b">",
    b"</",
    b"&#0;",
    b"&x;",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE",
    b"<?xml encoding=\"utf-16\"?>",
    b"?",
    b"&",
    b"%00",
    b"crc=",
    b"0",
    b"-1",
    b"1e999",
    b"9223372036854775808",
    b"1.5",
    b"null",
    b"99999999999999999999 s",
];

/// A stream of spoilt inputs.
#[derive(Debug)]
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// Begins with a seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// One spoilt input, made of one or two of the corpus. Empty when the corpus is.
    pub fn spoil(&mut self, corpus: &[&[u8]]) -> Vec<u8> {
        let mut input = self.pick(corpus).map(|whole| whole.to_vec()).unwrap_or_default();
        for _ in 0..=self.below(CHANGES_MAX) {
            self.change(&mut input, corpus);
        }
        input.truncate(INPUT_BYTES_MAX);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[&[u8]]) {
        let at = self.place(input.len());
        match self.below(7) {
            0 => {
                let bit = 1_u8 << self.below(8);
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= bit;
                }
            }
            1 => {
                let to = at + self.place(input.len() - at);
                input.drain(at..to);
            }
            2 => {
                let to = at + self.place((input.len() - at).min(64));
                let again = input.get(at..to).unwrap_or_default().to_vec();
                input.splice(at..at, again);
            }
            3 => input.truncate(at),
            4 => {
                let other = self.pick(corpus).copied().unwrap_or_default();
                let from = self.place(other.len());
                input.truncate(at);
                input.extend(other.get(from..).unwrap_or_default());
            }
            5 => {
                let byte = self.next().to_le_bytes()[0];
                input.insert(at, byte);
            }
            _ => {
                let morsel = self.pick(MORSELS).copied().unwrap_or_default();
                input.splice(at..at, morsel.iter().copied());
            }
        }
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.place(of.len().saturating_sub(1)))
    }

    /// 0 to `last`.
    fn place(&mut self, last: usize) -> usize {
        let drawn = self.below(u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1));
        usize::try_from(drawn).unwrap_or(0)
    }

    /// 0 to `end - 1`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// SplitMix64: short, and the same everywhere.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const CORPUS: &[&[u8]] = &[b"id = 1", b"{\"a\": [1, 2]}"];

    #[test]
    fn a_seed_says_it_all_and_inputs_differ() {
        let draw = |seed| {
            let mut mutator = Mutator::new(seed);
            (0..200).map(|_| mutator.spoil(CORPUS)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let inputs = draw(7);
        assert!(inputs.iter().collect::<BTreeSet<_>>().len() > 150);
        assert!(inputs.iter().any(|input| !CORPUS.contains(&input.as_slice())));
    }

    #[test]
    fn nothing_comes_of_nothing_and_nothing_grows_without_limit() {
        let whole = vec![b'x'; INPUT_BYTES_MAX];
        let corpora: [&[&[u8]]; 3] = [&[], &[b""], &[&whole]];
        for corpus in corpora {
            let mut mutator = Mutator::new(1);
            for _ in 0..500 {
                assert!(mutator.spoil(corpus).len() <= INPUT_BYTES_MAX);
            }
        }
    }
}
