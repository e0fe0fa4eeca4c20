//! What is written down here is read elsewhere: no folder and no name of the machine it was written on.

use crate::repository::TextFile;

/// Folders that exist on one machine only. Parted, so that this file does not find itself.
const PRIVATE_FOLDERS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/tmp/", "t/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
];

/// A host name shorter than this is a word like any other.
const MIN_HOST_NAME: usize = 6;

/// This machine's name, when it is one that nobody would write by chance.
pub fn host_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    let is_telling = name.len() >= MIN_HOST_NAME && name.contains(|c: char| c.is_ascii_digit() || c == '-');
    is_telling.then(|| name.to_owned())
}

/// Lines that name a private folder or this machine.
pub fn check(files: &[TextFile], host: Option<&str>) -> Vec<String> {
    let mut problems = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            let place = format!("{}:{}", file.path, index + 1);
            let folders = PRIVATE_FOLDERS.iter().filter(|folder| names_folder(line, folder));
            problems.extend(folders.map(|folder| format!("{place}: `{folder}` exists on one machine only")));
            if let Some(host) = host
                && line.contains(host)
            {
                problems.push(format!("{place}: `{host}` is the name of one machine"));
            }
        }
    }
    problems
}

/// At the beginning of a path, not inside of one or of an address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '}' | '*' | '/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(line: &str) -> usize {
        let file = TextFile {
            path: "a.md".to_owned(),
            text: line.to_owned(),
        };
        check(&[file], Some("builder-7")).len()
    }

    #[test]
    fn private_folders_and_this_machine_are_found() {
        for folder in PRIVATE_FOLDERS {
            assert_eq!(count(&format!("see {folder}notes")), 1);
            assert_eq!(count(&format!("{folder}notes")), 1);
        }
        assert_eq!(count("built on builder-7"), 1);
    }

    #[test]
    fn other_paths_and_addresses_are_not() {
        let inner = PRIVATE_FOLDERS[2];
        for line in [
            "/var/lib/qrpay/".to_owned(),
            format!("https://example.ru{inner}page"),
            format!("crates{inner}file"),
        ] {
            assert_eq!(count(&line), 0, "{line}");
        }
    }
}
