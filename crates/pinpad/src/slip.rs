//! Receipts of the terminal: field 90.

use serde::Serialize;

/// What a slip is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlipKind {
    /// The first one (`0xDF`), or all of it where the terminal does not part them.
    First,
    /// The second copy or another text (`0xDA` and markers that are not known).
    Second,
}

/// One slip, ready to be printed. `Debug` shows no text: it may hold a card's number.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Slip {
    /// What it is for.
    pub kind: SlipKind,
    /// Its lines without line ends and control characters.
    pub lines: Vec<String>,
}

impl std::fmt::Debug for Slip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Slip({:?}, {} lines)", self.kind, self.lines.len())
    }
}

/// Parts field 90 into slips: `0xDF^^<text>~0xDA^^<text>~`. Blocks `0xDE` and `0xDD` are no texts and are dropped, and
/// so is what has no lines.
pub fn slips(field: &str) -> Vec<Slip> {
    let mut found = Vec::new();
    let mut marker = None;
    let mut rest = field;
    loop {
        let (text, next) = match find_marker(rest) {
            Some((at, marker)) => (rest.get(..at).unwrap_or_default(), Some((at, marker))),
            None => (rest, None),
        };
        let kind = match marker {
            None | Some(0xDF) => Some(SlipKind::First),
            Some(0xDE | 0xDD) => None,
            Some(_) => Some(SlipKind::Second),
        };
        let lines = lines(text);
        if let Some(kind) = kind.filter(|_| !lines.is_empty()) {
            found.push(Slip { kind, lines });
        }
        let Some((at, number)) = next else { return found };
        marker = Some(number);
        rest = rest.get(at + MARKER_BYTES..).unwrap_or_default();
    }
}

/// `0xDF^^`
const MARKER_BYTES: usize = 6;

/// The next marker: where it stands, and its number.
fn find_marker(text: &str) -> Option<(usize, u8)> {
    text.as_bytes()
        .windows(MARKER_BYTES)
        .enumerate()
        .find_map(|(at, bytes)| match bytes {
            [b'0', b'x' | b'X', high, low, b'^', b'^'] => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).ok()?;
                let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let number = is_hex.then(|| u8::from_str_radix(digits, 16).ok())??;
                Some((at, number))
            }
            _ => None,
        })
}

fn lines(text: &str) -> Vec<String> {
    let text = text.trim_matches(['\r', '\n']).trim_end_matches('~');
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_matches('\n');
    if text.trim().is_empty() {
        return Vec::new();
    }
    text.split('\n')
        .map(|line| {
            let line: String = line.chars().filter(|c| !c.is_control()).collect();
            line.trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(field: &str) -> Vec<(SlipKind, String)> {
        slips(field)
            .into_iter()
            .map(|slip| (slip.kind, slip.lines.join("|")))
            .collect()
    }

    #[test]
    fn both_copies_are_parted_and_the_other_blocks_dropped() {
        assert_eq!(
            texts("0xDF^^ЧЕК 1\r\n  ИТОГО 1.00\r\n~0xDE^^IMAGE~0xDA^^ЧЕК 2\r\n~0xdd^^x~"),
            [
                (SlipKind::First, "ЧЕК 1|  ИТОГО 1.00".to_owned()),
                (SlipKind::Second, "ЧЕК 2".to_owned())
            ]
        );
    }

    #[test]
    fn a_text_without_markers_is_one_slip() {
        assert_eq!(
            texts("ЧЕК\n\nИТОГО~"),
            [(SlipKind::First, "ЧЕК||ИТОГО".to_owned())]
        );
        assert_eq!(texts(""), []);
        assert_eq!(texts("0xDF^^~0xDA^^\r\n~"), []);
        assert_eq!(texts("0xZZ^^A"), [(SlipKind::First, "0xZZ^^A".to_owned())]);
        assert_eq!(texts("0xDB^^A\u{1b}B"), [(SlipKind::Second, "AB".to_owned())]);
    }

    proptest! {
        #[test]
        fn any_text_is_parted_without_panic(text in "(0x[dD][a-fA-F]\\^\\^|[а-я~^0x\r\n ]){0,20}") {
            for slip in slips(&text) {
                prop_assert!(slip.lines.iter().all(|line| !line.contains(['\r', '\n'])));
            }
        }
    }
}
