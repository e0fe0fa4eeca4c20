//! Where the fields of an answer stand, and what its words mean.

use super::layers::{Layers, members};
use super::word;
use crate::answer::body::Format;
use crate::answer::meaning::{LINK, PAYMENT, REFUND, REFUSALS, Words};
use crate::answer::{Place, Places, Reserve, Shape, Source};
use crate::faults::Faults;
use crate::money::Unit;
use crate::template::{Names, Step, Text};
use crate::time::{FORMATS, TimeFormat};
use conf::{Node, Problem};

/// The most entries of one list or map.
const ENTRIES_MAX: usize = 200;

/// What may stand in the `answer` of every call.
pub(super) const SHARED: [&str; 3] = ["ok", "code", "message"];

/// What may stand in the `answer` of one call.
const OWN: [&str; 13] = [
    "ok",
    "code",
    "message",
    "list",
    "about",
    "status",
    "amount",
    "paid_needs",
    "payload",
    "expires_at",
    "keep",
    "state",
    "reserved",
];

/// What is needed to read the answer of a call.
pub(super) struct Reader<'a, 'n> {
    pub layers: &'a Layers<'n>,
    pub call: &'a Node<'n>,
    pub names: &'a Names<'a>,
    pub unit: Unit,
    pub format: Format,
}

impl Reader<'_, '_> {
    pub(super) fn read(&self, faults: &mut Faults) -> Shape {
        let own = self.call.get("answer");
        faults.only(&own, &OWN);
        for shared in self.layers.each("answer") {
            faults.only(&shared, &SHARED);
        }
        let mut shape = Shape {
            format: self.format,
            unit: self.unit,
            ok: self.ok(faults),
            code: self.places(&self.first("code"), faults),
            message: self.places(&self.first("message"), faults),
            list: self.place(&own.get("list"), faults),
            about: self.about(&own.get("about"), faults),
            status: self.places(&own.get("status"), faults),
            amount: self.places(&own.get("amount"), faults),
            paid_needs: self.places(&own.get("paid_needs"), faults),
            payload: self.source(&own.get("payload"), faults),
            expires_at: self.moment(&own.get("expires_at"), faults),
            reserved: self.reserved(&own.get("reserved"), faults),
            ..Shape::default()
        };
        for name in own.get("keep").names() {
            let source = self.source(&own.get("keep").get(name), faults);
            shape.keep.extend(source.map(|source| (name.to_owned(), source)));
        }
        shape.refund_state = word(&own.get("state"), &REFUND, faults);
        shape.payment_words = self.words("payment", &PAYMENT, faults);
        shape.refund_words = self.words("refund", &REFUND, faults);
        shape.link_words = self.words("link", &LINK, faults);
        shape.errors = words(&self.each("errors"), &REFUSALS, faults);
        self.complete(&own, &shape, faults);
        shape
    }

    /// A member of the call's own `answer`, else of the shared one.
    fn first(&self, name: &str) -> Node<'_> {
        let mut each = self.each("answer").into_iter().map(|answer| answer.get(name));
        let own = self.call.get("answer").get(name);
        each.find(Node::is_there).unwrap_or(own)
    }

    /// The call's own member of that name, then the shared ones.
    fn each(&self, name: &str) -> Vec<Node<'_>> {
        std::iter::once(self.call.get(name))
            .chain(self.layers.each(name))
            .collect()
    }

    fn ok(&self, faults: &mut Faults) -> Option<(Places, Vec<String>)> {
        let node = self.first("ok");
        if !node.is_there() {
            return None;
        }
        faults.only(&node, &["at", "is"]);
        let place = self.places(&node.get("at"), faults);
        let list = faults.take(node.get("is").list())?;
        let yes: Vec<String> = list
            .iter()
            .filter_map(|one| faults.take(one.text()).flatten())
            .collect();
        if yes.is_empty() || place.is_none() {
            faults.unusable(
                &node,
                "write where it stands and what it says: ok { at = /code, is = [\"0\"] }",
            );
            return None;
        }
        Some((place?, yes))
    }

    fn place(&self, node: &Node<'_>, faults: &mut Faults) -> Option<Place> {
        let text = faults.take(node.text()).flatten()?;
        Place::parse(&text, self.format)
            .map_err(|problem| faults.unusable(node, problem))
            .ok()
    }

    /// One place, or a list of places.
    fn places(&self, node: &Node<'_>, faults: &mut Faults) -> Option<Places> {
        if !node.is_there() {
            return None;
        }
        if !node.is_list() {
            return self.place(node, faults).map(|place| Places(vec![place]));
        }
        let list = faults.take(node.list())?;
        let places = list.iter().filter_map(|one| self.place(one, faults)).collect();
        Some(Places(places))
    }

    fn about(&self, node: &Node<'_>, faults: &mut Faults) -> Vec<(Place, Text)> {
        faults.only_object(node);
        let mut about = Vec::new();
        for place in node.names().into_iter().take(ENTRIES_MAX) {
            let expected = node.get(place);
            let read = Place::parse(place, self.format);
            let read = read.map_err(|problem| faults.unusable(&expected, problem)).ok();
            let text = self.text(&expected, faults);
            about.extend(read.zip(text));
        }
        about
    }

    fn text(&self, node: &Node<'_>, faults: &mut Faults) -> Option<Text> {
        let text = faults.take(node.text()).flatten()?;
        let text = Text::parse(&text, self.names)
            .map_err(|problem| faults.unusable(node, problem))
            .ok()?;
        if text.is_secret() {
            faults.unusable(node, "a secret is neither compared nor kept");
            return None;
        }
        Some(text)
    }

    /// A place of the answer, or, when it has braces, something of our own.
    fn source(&self, node: &Node<'_>, faults: &mut Faults) -> Option<Source> {
        if !node.is_list() && faults.take(node.text())?.is_some_and(|text| text.contains('{')) {
            return self.text(node, faults).map(Source::Own);
        }
        self.places(node, faults).map(Source::At)
    }

    fn moment(&self, node: &Node<'_>, faults: &mut Faults) -> Option<(Places, TimeFormat)> {
        if !node.is_there() {
            return None;
        }
        faults.only(node, &["at", "as"]);
        let place = self.places(&node.get("at"), faults);
        let format = faults.take(node.get("as").text()).flatten();
        let format = format.and_then(|text| TimeFormat::parse(&text));
        if format.is_none() || place.is_none() {
            faults.unusable(
                node,
                format!("write where it stands and how: {{ at = …, as = … }} with {FORMATS}"),
            );
        }
        place.zip(format)
    }

    fn reserved(&self, node: &Node<'_>, faults: &mut Faults) -> Option<Reserve> {
        if !node.is_there() {
            return None;
        }
        faults.only(node, &["available", "list", "number", "sum"]);
        let available = self.places(&node.get("available"), faults);
        if available.is_none() {
            faults.add(
                node.get("available")
                    .error(Problem::Missing("where the sum that may be paid stands")),
            );
        }
        let list = self.place(&node.get("list"), faults);
        let [number, sum] = ["number", "sum"].map(|name| self.places(&node.get(name), faults));
        if list.is_some() && (number.is_none() || sum.is_none()) {
            faults.unusable(
                node,
                "a list of lines needs `number` and `sum`: where they stand in one of its elements",
            );
        }
        Some(Reserve {
            available: available?,
            list,
            number,
            sum,
        })
    }

    fn words<T: Copy + PartialEq>(
        &self,
        kind: &'static str,
        meanings: &[(&'static str, T)],
        faults: &mut Faults,
    ) -> Words<T> {
        let sections: Vec<Node<'_>> = self.each("words");
        for section in &sections {
            faults.only(section, &["payment", "refund", "link"]);
        }
        let each: Vec<Node<'_>> = sections.iter().map(|section| section.get(kind)).collect();
        words(&each, meanings, faults)
    }

    /// What an answer of this call cannot do without.
    fn complete(&self, own: &Node<'_>, shape: &Shape, faults: &mut Faults) {
        let mut need = |missing: bool, name: &str, what: &'static str| {
            if missing {
                faults.add(own.get(name).error(Problem::Missing(what)));
            }
        };
        match self.names.step {
            Step::Status | Step::Confirm => {
                need(shape.status.is_none(), "status", "where the status word stands");
            }
            Step::Refund | Step::RefundStatus => need(
                shape.status.is_none() && shape.refund_state.is_none(),
                "status",
                "where the status word stands; or `state = in_progress` when the answer has none",
            ),
            _ => {}
        }
        if shape.list.is_some() && shape.about.is_empty() {
            need(
                true,
                "about",
                "which element of the list is ours: about { \"/id\" = \"{order}\" }",
            );
        }
    }
}

impl Faults {
    fn only_object(&mut self, node: &Node<'_>) {
        if node.is_there() && !node.is_object() {
            self.unusable(
                node,
                "must be an object in braces: about { \"/sourceId\" = \"{order}\" }",
            );
        }
    }
}

/// Words by meaning, turned round into meanings by word; a more special list replaces the shared one.
fn words<T: Copy + PartialEq>(
    sections: &[Node<'_>],
    meanings: &[(&'static str, T)],
    faults: &mut Faults,
) -> Words<T> {
    let known: Vec<&'static str> = meanings.iter().map(|(name, _)| *name).collect();
    for section in sections {
        faults.only(section, &known);
    }
    let mut found = Words::new();
    for (name, node) in members(sections.iter().cloned()) {
        let Some((_, meaning)) = meanings.iter().find(|(known, _)| *known == name) else {
            continue;
        };
        let list = faults.take(node.list()).unwrap_or_default();
        for one in list.iter().take(ENTRIES_MAX) {
            let Some(word) = faults.take(one.text()).flatten() else {
                continue;
            };
            if found
                .insert(word.clone(), *meaning)
                .is_some_and(|before| before != *meaning)
            {
                faults.unusable(
                    one,
                    format!("`{word}` stands under two meanings; one word means one thing"),
                );
            }
        }
    }
    found
}
