//! One element of a document.

use crate::path;
use std::fmt;

/// An element: its name without the namespace's prefix, its attributes, its own text and its children.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The name without a prefix: `Body` of `soap:Body`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text that stands in this element itself, entities resolved, all pieces of it in one; blanks are kept.
    /// Control characters that XML forbids but a printer's slip may hold are kept too.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of an attribute, by its name without a prefix. Of `a:x` and `b:x` it is the first one.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The elements in this one, in their order.
    pub fn children(&self) -> &[Element] {
        &self.children
    }

    /// The children of that name, in their order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element at a path that begins with this element's own name: `Envelope/Body/Answer`. A step may ask for
    /// an attribute's value: `response/field[@id=39]`. The first one in the document's order that fits the whole path.
    pub fn find(&self, path: &str) -> Option<&Element> {
        let (first, rest) = path::split(path);
        if !path::Step::read(first)?.fits(self) {
            return None;
        }
        match rest {
            Some(rest) => self.descend(rest),
            None => Some(self),
        }
    }

    /// As [`find`](Self::find), for a path that begins with a child: `Body/Answer`.
    pub fn descend(&self, path: &str) -> Option<&Element> {
        self.children.iter().find_map(|child| child.find(path))
    }

    /// The text of the element at a path below this one, without blanks around it.
    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.descend(path).map(|found| found.text.trim())
    }
}

/// Names and numbers only: texts and values may be a card's number.
impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element")
            .field("name", &self.name)
            .field("attributes", &self.attributes.len())
            .field("text_bytes", &self.text.len())
            .field("children", &self.children)
            .finish()
    }
}
