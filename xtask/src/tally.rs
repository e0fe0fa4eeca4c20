//! Adds up what the test binaries report.

/// What the tests came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were not run although they were asked for.
    pub ignored: u64,
}

impl Tally {
    /// Takes one line of `cargo test`; adds it when it is the closing line of a test binary.
    pub fn add_line(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else {
            return;
        };
        let Some((_, counts)) = counts.split_once(". ") else {
            return;
        };
        for part in counts.split("; ") {
            let Some((number, what)) = part.split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match what.trim() {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_the_closing_lines_of_several_binaries() {
        let mut tally = Tally::default();
        tally.add_line(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s",
        );
        tally.add_line(
            "test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out; finished in 9s",
        );
        assert_eq!(
            tally,
            Tally {
                passed: 14,
                failed: 5,
                ignored: 1
            }
        );
    }

    #[test]
    fn leaves_other_lines_alone() {
        let mut tally = Tally::default();
        tally.add_line("test money::reads_kopecks ... ok");
        tally.add_line("running 7 tests");
        tally.add_line("the result: 3 passed; 1 failed");
        assert_eq!(tally, Tally::default());
    }
}
