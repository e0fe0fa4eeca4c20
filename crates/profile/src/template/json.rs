//! A JSON body. It stands in the profile as HOCON; text, numbers and flags keep their kind.

use super::names::Names;
use super::placeholder::Placeholder;
use super::text::{Text, plain};
use super::values::View;
use crate::faults::Faults;
use conf::{Node, Scalar};

/// How deep a body may be nested.
const DEPTH_MAX: usize = 16;

/// The only member of an object that becomes a list with an element for each line of the receipt.
pub(crate) const EACH_ITEM: &str = "{items}";
/// The only member of an object that becomes a list with an element for each payment that is asked about.
pub(crate) const EACH_ORDER: &str = "{orders}";

/// A value of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    /// A number or a flag, as it is printed.
    Literal(String),
    /// A text. One placeholder alone becomes a number or a flag when its value is one.
    Text(Text),
    /// An object.
    Object(Vec<(String, Json)>),
    /// A list.
    List(Vec<Json>),
    /// A list with an element for each line of the receipt.
    EachItem(Box<Json>),
    /// A list with an element for each payment.
    EachOrder(Box<Json>),
}

impl Json {
    /// Reads a body; faults are noted.
    pub(crate) fn parse(node: &Node<'_>, names: &Names<'_>, faults: &mut Faults) -> Option<Self> {
        value(node, names, faults, 0)
    }

    /// The body as text.
    pub(crate) fn fill(&self, view: &View<'_>) -> String {
        match self {
            Self::Object(members) if !members.is_empty() => object(members, view),
            other => write(other, view).unwrap_or_else(|| "{}".to_owned()),
        }
    }

    /// Every placeholder, and whether it stands in a list of payments.
    pub(crate) fn visit<'a>(&'a self, in_orders: bool, see: &mut impl FnMut(&'a Placeholder, bool)) {
        match self {
            Self::Literal(_) => {}
            Self::Text(text) => text.places().for_each(|place| see(place, in_orders)),
            Self::Object(members) => members.iter().for_each(|(_, one)| one.visit(in_orders, see)),
            Self::List(list) => list.iter().for_each(|one| one.visit(in_orders, see)),
            Self::EachItem(one) => one.visit(in_orders, see),
            Self::EachOrder(one) => one.visit(true, see),
        }
    }

    /// Whether it has a list of payments.
    pub(crate) fn asks_many(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Text(_) => false,
            Self::Object(members) => members.iter().any(|(_, one)| one.asks_many()),
            Self::List(list) => list.iter().any(Self::asks_many),
            Self::EachItem(one) => one.asks_many(),
            Self::EachOrder(_) => true,
        }
    }
}

fn value(node: &Node<'_>, names: &Names<'_>, faults: &mut Faults, depth: usize) -> Option<Json> {
    if depth > DEPTH_MAX {
        faults.unusable(node, format!("is nested deeper than {DEPTH_MAX} levels"));
        return None;
    }
    if node.is_list() {
        let list = faults.take(node.list())?;
        let elements = list.iter().filter_map(|one| value(one, names, faults, depth + 1));
        return Some(Json::List(elements.collect()));
    }
    if node.is_object() {
        return members(node, names, faults, depth);
    }
    match node.scalar()? {
        Scalar::Number(number) if serde_json::from_str::<serde_json::Number>(&number).is_ok() => {
            Some(Json::Literal(number))
        }
        Scalar::Flag(flag) => Some(Json::Literal(flag.to_string())),
        Scalar::Number(text) | Scalar::Text(text) => match Text::parse(&text, names) {
            Ok(text) => Some(Json::Text(text)),
            Err(problem) => {
                faults.unusable(node, problem);
                None
            }
        },
    }
}

fn members(node: &Node<'_>, names: &Names<'_>, faults: &mut Faults, depth: usize) -> Option<Json> {
    let all = node.names();
    if let Some(each) = all.iter().find(|name| name.starts_with('{')) {
        let child = node.get(each);
        if all.len() > 1 {
            faults.unusable(
                &child,
                "stands beside other members; a list of its kind has nothing else",
            );
            return None;
        }
        return match *each {
            EACH_ITEM => {
                value(&child, &names.in_item(), faults, depth + 1).map(|one| Json::EachItem(one.into()))
            }
            EACH_ORDER => value(&child, names, faults, depth + 1).map(|one| Json::EachOrder(one.into())),
            _ => {
                faults.unusable(
                    &child,
                    format!("a member in braces is {EACH_ITEM} or {EACH_ORDER}"),
                );
                None
            }
        };
    }
    let read = all.iter().filter_map(|name| {
        let one = value(&node.get(name), names, faults, depth + 1)?;
        Some(((*name).to_owned(), one))
    });
    Some(Json::Object(read.collect()))
}

fn write(json: &Json, view: &View<'_>) -> Option<String> {
    match json {
        Json::Literal(literal) => Some(literal.clone()),
        Json::Text(text) => {
            let filled = text.fill(view, plain)?.text;
            let bare = text.only_place().is_some_and(Placeholder::is_bare);
            Some(if bare { filled } else { quoted(&filled) })
        }
        Json::Object(members) => Some(object(members, view)).filter(|text| text != "{}"),
        Json::List(list) => listed(list.iter().filter_map(|one| write(one, view))),
        Json::EachItem(one) => listed(view.facts.items.iter().filter_map(|item| {
            let view = View {
                item: Some(item),
                ..*view
            };
            write(one, &view)
        })),
        Json::EachOrder(one) => listed(view.orders.iter().filter_map(|facts| {
            let view = View { facts, ..*view };
            write(one, &view)
        })),
    }
}

fn object(members: &[(String, Json)], view: &View<'_>) -> String {
    let written: Vec<String> = members
        .iter()
        .filter_map(|(name, one)| Some(format!("{}:{}", quoted(name), write(one, view)?)))
        .collect();
    format!("{{{}}}", written.join(","))
}

/// A list whose every element is absent is absent itself.
fn listed(elements: impl Iterator<Item = String>) -> Option<String> {
    let elements: Vec<String> = elements.collect();
    (!elements.is_empty()).then(|| format!("[{}]", elements.join(",")))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
