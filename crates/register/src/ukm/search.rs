//! The objects of a document, wherever they stand: the manual shows the keys, but not always what is around them.

use conf::{Document, Node};

/// The most objects that are looked at.
const OBJECTS_MAX: usize = 50_000;

/// An object: the document itself or one within it.
#[derive(Clone)]
pub(super) enum Object<'a> {
    /// The document.
    Top(&'a Document),
    /// One within it.
    Inner(Node<'a>),
}

impl<'a> Object<'a> {
    /// The member of that name.
    pub(super) fn get(&self, name: &str) -> Node<'a> {
        match self {
            Self::Top(document) => document.top(name),
            Self::Inner(node) => node.get(name),
        }
    }

    /// Its members.
    pub(super) fn members(&self) -> Vec<Node<'a>> {
        match self {
            Self::Top(document) => document.members(),
            Self::Inner(node) => node.members(),
        }
    }
}

/// All objects of a document, those further out first, in the order of the file.
pub(super) fn objects(document: &Document) -> Vec<Object<'_>> {
    let mut found = vec![Object::Top(document)];
    let mut at = 0;
    while let Some(object) = found.get(at).cloned() {
        at += 1;
        let mut waiting = object.members();
        waiting.reverse();
        while let Some(node) = waiting.pop() {
            if found.len() >= OBJECTS_MAX {
                return found;
            }
            if node.is_list() {
                let mut elements = node.list().unwrap_or_default();
                elements.reverse();
                waiting.extend(elements);
            } else if node.is_object() {
                found.push(Object::Inner(node));
            }
        }
    }
    found
}
