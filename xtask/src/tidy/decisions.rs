//! Every page under `docs/decisions` is found from its index.

use crate::repository::TextFile;

const FOLDER: &str = "docs/decisions/";
const INDEX: &str = "docs/decisions/README.md";
const TEMPLATE: &str = "template.md";

/// Pages that the index does not link, and numbers that are taken twice.
pub fn check(files: &[TextFile]) -> Vec<String> {
    let Some(index) = files.iter().find(|file| file.path == INDEX) else {
        return vec![format!("{INDEX} is missing")];
    };
    let markdown = files
        .iter()
        .filter(|file| file.extension() == "md" && file.path != INDEX);
    let pages: Vec<&str> = markdown
        .filter_map(|file| file.path.strip_prefix(FOLDER))
        .collect();
    let mut problems = Vec::new();
    for page in &pages {
        if !index.text.contains(&format!("({page})")) {
            problems.push(format!("{FOLDER}{page} is not linked from {INDEX}"));
        }
        if *page != TEMPLATE && !is_numbered(page) {
            problems.push(format!(
                "{FOLDER}{page}: the name begins with four digits and a dash"
            ));
        }
    }
    for (at, page) in pages.iter().enumerate() {
        let number = page.get(..5);
        if is_numbered(page) && pages.iter().skip(at + 1).any(|other| other.get(..5) == number) {
            problems.push(format!("{FOLDER}{page}: its number is taken twice"));
        }
    }
    problems
}

fn is_numbered(page: &str) -> bool {
    let number = page.split('-').next().unwrap_or_default();
    number.len() == 4 && number.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(index: &str, pages: &[&str]) -> Vec<TextFile> {
        let file = |path: String, text: &str| TextFile {
            path,
            text: text.to_owned(),
        };
        let pages = pages.iter().map(|page| file(format!("{FOLDER}{page}"), ""));
        pages.chain([file(INDEX.to_owned(), index)]).collect()
    }

    #[test]
    fn linked_pages_are_fine() {
        let index = "[one](0001-one.md) [template](template.md)";
        assert!(check(&folder(index, &["0001-one.md", "template.md"])).is_empty());
    }

    #[test]
    fn forgotten_unnumbered_and_doubled_pages_are_found() {
        assert_eq!(check(&folder("", &["0001-one.md"])).len(), 1);
        assert_eq!(check(&folder("(one.md)", &["one.md"])).len(), 1);
        assert_eq!(
            check(&folder("(0001-a.md) (0001-b.md)", &["0001-a.md", "0001-b.md"])).len(),
            1
        );
        assert_eq!(check(&[]).len(), 1, "no index");
    }
}
