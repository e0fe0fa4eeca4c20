//! Files have one subject; a long one probably has two.

use crate::repository::TextFile;

/// From here on a file is worth a second look.
const LOOK_TWICE_LINES: usize = 500;
/// From here on a file needs a reason.
const MAX_LINES: usize = 900;

/// Files that may be longer than the limit, with the reason.
pub const LONG_FILES: [(&str, &str); 0] = [];

/// Problems and notes.
pub fn check(files: &[TextFile], excused: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let (mut problems, mut notes) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.extension() == "rs") {
        let lines = file.text.lines().count();
        let excuse = excused.iter().find(|(path, _)| *path == file.path);
        match excuse {
            Some((_, reason)) if lines > MAX_LINES => {
                notes.push(format!("{}: {lines} lines: {reason}", file.path));
            }
            Some(_) => problems.push(format!(
                "{}: {lines} lines need no reason any more; take it off the list in xtask/src/tidy/lengths.rs",
                file.path
            )),
            None if lines > MAX_LINES => problems.push(format!(
                "{}: {lines} lines, at most {MAX_LINES}; part it, or give a reason in xtask/src/tidy/lengths.rs",
                file.path
            )),
            None if lines > LOOK_TWICE_LINES => {
                notes.push(format!("{}: {lines} lines, look twice", file.path));
            }
            None => {}
        }
    }
    (problems, notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(lines: usize) -> [TextFile; 1] {
        [TextFile {
            path: "a.rs".to_owned(),
            text: "x\n".repeat(lines),
        }]
    }

    #[test]
    fn short_files_are_fine_long_ones_noted_very_long_ones_refused() {
        let counts = |lines| {
            let (problems, notes) = check(&file(lines), &[]);
            (problems.len(), notes.len())
        };
        assert_eq!(counts(500), (0, 0));
        assert_eq!(counts(501), (0, 1));
        assert_eq!(counts(900), (0, 1));
        assert_eq!(counts(901), (1, 0));
    }

    #[test]
    fn a_reason_excuses_while_it_is_needed() {
        let excused = [("a.rs", "one table")];
        assert_eq!(check(&file(901), &excused).0.len(), 0);
        assert_eq!(check(&file(10), &excused).0.len(), 1);
    }
}
