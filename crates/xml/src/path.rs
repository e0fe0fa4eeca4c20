//! Paths to elements: `Envelope/Body/field[@id=39]`.

use crate::Element;

/// The first step, and the rest if there is one.
pub(crate) fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    }
}

/// One step: a name, and perhaps what an attribute must be.
pub(crate) struct Step<'a> {
    name: &'a str,
    attribute: Option<(&'a str, &'a str)>,
}

impl<'a> Step<'a> {
    /// Reads `name` or `name[@attribute=value]`. What is neither fits nothing.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let Some((name, condition)) = text.split_once('[') else {
            return Some(Self {
                name: text,
                attribute: None,
            });
        };
        let condition = condition.strip_prefix('@')?.strip_suffix(']')?;
        Some(Self {
            name,
            attribute: Some(condition.split_once('=')?),
        })
    }

    pub(crate) fn fits(&self, element: &Element) -> bool {
        element.name == self.name
            && self
                .attribute
                .is_none_or(|(name, value)| element.attribute(name) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Reading, parse};

    fn found(path: &str) -> Option<String> {
        let document = b"<a><b/><b><c>first</c></b><b k='1'><c>second</c></b><b k='1' l='2'/></a>";
        let root = parse(document, &Reading::default()).unwrap();
        root.find(path).map(|element| element.text().to_owned())
    }

    #[test]
    fn the_first_that_fits_the_whole_path_is_found() {
        assert_eq!(found("a/b/c").as_deref(), Some("first"));
        assert_eq!(found("a/b[@k=1]/c").as_deref(), Some("second"));
        assert_eq!(found("a").as_deref(), Some(""));
        for nothing in [
            "",
            "b",
            "a/c",
            "a/b/c/d",
            "a/b[@k=2]",
            "a/b[k=1]",
            "a/b[@k=1",
            "/a",
            "a/",
        ] {
            assert_eq!(found(nothing), None, "{nothing}");
        }
    }
}
