//! Files that were damaged: read, or refused with the file's name; never a panic.

use conf::Document;
use std::collections::HashMap;
use std::path::Path;

/// How many damaged files are read. Always the same ones.
const INPUTS: usize = 3000;

const WHOLE: [&str; 4] = [
    "module {\n  name = \"qrraiffd\"\n  bank = raiffeisen\n  timeout = 30 s\n}\n",
    "a = [1, 2, {b = \"x\"}]\nc = ${a}\nd = ${?NOWHERE}\n",
    "// a comment\nx.y.z = \"\"\"long\ntext\"\"\"\nx { y += 1 }\n",
    "{\"json\": true, \"list\": [null, -1, \"\\u0430\"], \"сумма\": 100}\n",
];

/// Pieces that mean something to the reader.
const PIECES: [&str; 14] = [
    "{", "}", "[", "]", "\"", "\"\"\"", "${", "${?", "+=", "\\u", "include ", "#", "\u{feff}", "я",
];

/// A linear congruential generator (Knuth's MMIX constants): the same damage on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn damage(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(4) {
        let at = dice.below(letters.len() + 1);
        let end = (at + dice.below(8)).min(letters.len());
        if dice.below(2) == 0 {
            letters.drain(at..end);
        } else {
            let piece = PIECES[dice.below(PIECES.len())];
            letters.splice(at..at, piece.chars());
        }
    }
    letters.into_iter().collect()
}

#[test]
fn a_damaged_file_is_read_or_refused_by_name() {
    let mut dice = Dice(1);
    let (mut read, mut refused) = (0, 0);
    for round in 0..INPUTS {
        let text = damage(WHOLE[round % WHOLE.len()], &mut dice);
        match Document::parse(Path::new("damaged.conf"), &text, &HashMap::new()) {
            Ok(_) => read += 1,
            Err(error) => {
                refused += 1;
                let said = error.to_string();
                assert!(said.contains("damaged.conf"), "{said}\n{text}");
            }
        }
    }
    assert!(read > 0 && refused > 0, "{read} read, {refused} refused");
}
