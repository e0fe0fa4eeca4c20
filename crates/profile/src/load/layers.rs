//! What is said for every module, for one, and for its registers with a cash link: the more special word wins.

use conf::{Document, Node};

/// Sections laid over each other, the most special first; the file's own level is the last.
#[derive(Clone)]
pub(crate) struct Layers<'a> {
    document: &'a Document,
    over: Vec<Node<'a>>,
}

impl<'a> Layers<'a> {
    /// A module over the file's own level.
    pub(crate) fn of_module(document: &'a Document, module: Node<'a>) -> Self {
        Self {
            document,
            over: vec![module],
        }
    }

    /// With one more section on top.
    pub(crate) fn over(&self, section: Node<'a>) -> Self {
        let mut over = vec![section];
        over.extend(self.over.iter().cloned());
        Self {
            document: self.document,
            over,
        }
    }

    /// The member of that name in the most special section that has it; else the place where it could stand.
    pub(crate) fn first(&self, name: &str) -> Node<'a> {
        let mut found = self.each(name);
        let top = self.document.top(name);
        found.find(Node::is_there).unwrap_or(top)
    }

    /// Every section's member of that name, the most special first.
    pub(crate) fn each(&self, name: &str) -> impl Iterator<Item = Node<'a>> {
        let sections = self.over.iter().map(|section| section.get(name));
        let all: Vec<Node<'a>> = sections.chain([self.document.top(name)]).collect();
        all.into_iter()
    }

    /// The members of an object by name, over all sections: a name that stands in several is the most special one's.
    pub(crate) fn members(&self, name: &str) -> Vec<(&'a str, Node<'a>)> {
        members(self.each(name))
    }

    /// The provider's name in a language, from the most special section that has one.
    pub(crate) fn title(&self, language: &str) -> Node<'a> {
        self.each("title")
            .map(|title| title.get(language))
            .find(Node::is_there)
            .unwrap_or_else(|| self.document.top("title").get(language))
    }

    /// The section that is on top: where a fault of the whole is shown.
    pub(crate) fn top(&self) -> Node<'a> {
        match self.over.first() {
            Some(section) => section.clone(),
            None => self.document.top("modules"),
        }
    }
}

/// The members of several objects by name, the first object's winning.
pub(crate) fn members<'a>(objects: impl Iterator<Item = Node<'a>>) -> Vec<(&'a str, Node<'a>)> {
    let mut found: Vec<(&'a str, Node<'a>)> = Vec::new();
    for object in objects {
        for name in object.names() {
            let member = object.get(name);
            if member.is_there() && !found.iter().any(|(known, _)| *known == name) {
                found.push((name, member));
            }
        }
    }
    found
}
