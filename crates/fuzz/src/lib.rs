//! Throws spoilt input at the readers of whatever comes from outside: settings, stickers, the pin-pad's service, registers.
//!
//! A [`Target`] is a reader with a property that must hold for any bytes; breaking it, or a panic in the reader, is a
//! fault. Inputs are made from a small corpus of good ones by [`mutate`], from a seed: the same seed makes the same inputs on
//! any machine, so a fault that was found once is found again. `cargo test -p fuzz` runs each target shortly,
//! `cargo xtask fuzz <target> --inputs 5000000 --seed 7` for as long as one likes.

pub mod mutate;
pub mod readers;

pub use mutate::Mutator;
pub use readers::{TARGETS, Target, find};

/// Runs a target over its corpus and then over `inputs` spoilt ones. `look` sees each input before it is run, so that the
/// one that breaks the reader can be kept.
pub fn run(target: &Target, inputs: u64, seed: u64, mut look: impl FnMut(&[u8])) {
    for whole in target.corpus {
        look(whole);
        (target.read)(whole);
    }
    let mut mutator = Mutator::new(seed);
    for _ in 0..inputs {
        let spoilt = mutator.spoil(target.corpus);
        look(&spoilt);
        (target.read)(&spoilt);
    }
}
