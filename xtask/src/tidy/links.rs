//! Links between the documents lead somewhere, and the README names the commands that a newcomer types first.

use crate::repository::TextFile;
use std::collections::BTreeSet;

/// How one starts the product, and how one tests it.
const README_COMMANDS: [&str; 2] = ["cargo run --release -- demo", "cargo xtask test"];
/// The same page in two languages.
const READMES: [&str; 2] = ["README.md", "README.ru.md"];

/// Broken relative links in Markdown files, and what the READMEs lack. `is_picture` tells whether a file that is no
/// text lies at a path from the root.
pub fn check(files: &[TextFile], is_picture: impl Fn(&str) -> bool) -> Vec<String> {
    let known = known_paths(files);
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| file.extension() == "md") {
        for (line, target) in relative_links(&file.text) {
            let is_there =
                resolve(&file.path, target).is_some_and(|path| known.contains(&path) || is_picture(&path));
            if !is_there {
                problems.push(format!("{}:{line}: the link `{target}` leads nowhere", file.path));
            }
        }
    }
    problems.extend(READMES.iter().flat_map(|name| check_readme(files, name)));
    problems
}

fn check_readme(files: &[TextFile], name: &str) -> Vec<String> {
    let Some(readme) = files.iter().find(|file| file.path == name) else {
        return vec![format!("{name} is missing")];
    };
    let missing = README_COMMANDS
        .iter()
        .filter(|command| !readme.text.contains(**command));
    missing
        .map(|command| format!("{name} does not name the command `{command}`"))
        .collect()
}

/// Every file, and every folder that one lies in.
fn known_paths(files: &[TextFile]) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for file in files {
        let mut path = file.path.as_str();
        known.insert(path.to_owned());
        while let Some((folder, _)) = path.rsplit_once('/') {
            known.insert(folder.to_owned());
            path = folder;
        }
    }
    known
}

/// The line and target of each link that is not an address, outside of code.
fn relative_links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut in_fence = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let before = line.get(..at).unwrap_or_default();
            let is_quoted = before.matches('`').count() % 2 == 1;
            let target = line.get(at + 2..).and_then(|rest| rest.split([')', ' ']).next());
            if let Some(target) = target.filter(|target| !is_quoted && is_relative(target)) {
                links.push((index + 1, target));
            }
        }
    }
    links
}

fn is_relative(target: &str) -> bool {
    !target.is_empty()
        && !target.starts_with('#')
        && !target.contains("://")
        && !target.starts_with("mailto:")
}

/// The path from the root; none when it leads out of the repository.
fn resolve(from: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or_default();
    let mut parts: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        from.split('/')
            .rev()
            .skip(1)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect()
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(page: &str) -> Vec<TextFile> {
        let file = |path: &str, text: &str| TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let commands = README_COMMANDS.join(", ");
        vec![
            file("README.md", &commands),
            file("README.ru.md", &commands),
            file("docs/decisions/0001-a.md", page),
            file("docs/guide.md", ""),
        ]
    }

    #[test]
    fn broken_links_are_found() {
        for link in [
            "[a](missing.md)",
            "[a](../../../outside.md)",
            "![p](p.png)",
            "[x](../guide.md/x)",
        ] {
            assert_eq!(check(&repository(link), |_| false).len(), 1, "{link}");
        }
    }

    #[test]
    fn pictures_are_asked_for_by_their_path_from_the_root() {
        let files = repository("![p](../p.png)");
        assert!(check(&files, |path| path == "docs/p.png").is_empty());
        assert_eq!(check(&files, |path| path == "p.png").len(), 1);
    }

    #[test]
    fn whole_links_addresses_and_code_are_fine() {
        let page = "[a](../guide.md#part) [b](/README.md) [c](..) [d](https://example.ru/x) [e](#here) \
                    [g](mailto:a@b.ru) `[f](x.md)`\n```\n[h](y.md)\n```\n";
        assert!(check(&repository(page), |_| false).is_empty());
    }

    #[test]
    fn both_readmes_name_both_commands() {
        for (at, name) in READMES.iter().enumerate() {
            let mut files = repository("");
            files[at].text = README_COMMANDS[0].to_owned();
            assert_eq!(
                check(&files, |_| false),
                [format!("{name} does not name the command `cargo xtask test`")]
            );
            files.remove(at);
            assert_eq!(check(&files, |_| false), [format!("{name} is missing")]);
        }
    }
}
