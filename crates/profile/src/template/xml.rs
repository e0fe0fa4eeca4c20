//! An XML body, as a SOAP service takes it. An element that holds nothing but an absent placeholder is left out;
//! what stands between `{items}` and `{/items}` is written for each line of the receipt.

use super::names::Names;
use super::placeholder::Placeholder;
use super::text::{Piece, Text};
use super::values::{Base, Facts, Values, View};
use crate::money::Unit;
use domain::Timestamp;
use xml::Reading;

/// The beginning of what is written for each line of the receipt.
const ITEMS: &str = "{items}";
/// Its end.
const ITEMS_END: &str = "{/items}";

/// A document in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Xml(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// As it stands.
    Literal(String),
    /// A value in the middle of other text; nothing when it is absent.
    Place(Placeholder),
    /// A whole element with one value; left out when that is absent.
    Element {
        open: String,
        place: Placeholder,
        close: String,
    },
    /// For each line of the receipt.
    Items(Vec<Part>),
}

/// A value that XML cannot carry at all, such as U+0000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forbidden;

impl Xml {
    /// Reads a document's pattern; the error says what is wrong.
    pub(crate) fn parse(text: &str, names: &Names<'_>) -> Result<Self, String> {
        let Some((before, rest)) = text.split_once(ITEMS) else {
            return parts(text, names).map(Self);
        };
        let (inner, after) = rest
            .split_once(ITEMS_END)
            .ok_or_else(|| format!("has {ITEMS} without {ITEMS_END}"))?;
        let mut all = parts(before, names)?;
        all.push(Part::Items(parts(inner, &names.in_item())?));
        all.extend(parts(after, names)?);
        Ok(Self(all))
    }

    /// Whether it is a well-formed document, with one line of a receipt in it.
    pub(crate) fn check(&self) -> Result<(), String> {
        let nothing = Values::new();
        let mut facts = Facts::new(Base {
            settings: &nothing,
            unit: Unit::Kopecks,
            utc_offset_min: 0,
            now: Timestamp::from_micros(0),
        });
        facts.items.push(Values::new());
        let document = self.fill(&View::of(&facts)).unwrap_or_default();
        match xml::parse(document.trim().as_bytes(), &Reading::default()) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("is no XML document: {error}")),
        }
    }

    /// The document.
    pub(crate) fn fill(&self, view: &View<'_>) -> Result<String, Forbidden> {
        let mut out = String::new();
        write(&self.0, view, &mut out)?;
        Ok(out)
    }

    /// Every placeholder.
    pub(crate) fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Placeholder)) {
        visit(&self.0, see);
    }
}

fn visit<'a>(parts: &'a [Part], see: &mut impl FnMut(&'a Placeholder)) {
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Place(place) | Part::Element { place, .. } => see(place),
            Part::Items(inner) => visit(inner, see),
        }
    }
}

fn parts(text: &str, names: &Names<'_>) -> Result<Vec<Part>, String> {
    let pieces = Text::parse(text, names)?.0;
    let mut parts: Vec<Part> = Vec::new();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let place = match piece {
            Piece::Literal(literal) => {
                parts.push(Part::Literal(literal));
                continue;
            }
            Piece::Place(place) => place,
        };
        let open = parts.last().and_then(|part| match part {
            Part::Literal(before) => open_tag(before),
            _ => None,
        });
        let close = pieces.peek().and_then(|piece| match piece {
            Piece::Literal(after) => close_tag(after),
            Piece::Place(_) => None,
        });
        match (open, close) {
            (Some(open), Some(close)) if name_of(&open) == close.get(2..close.len() - 1) => {
                if let Some(Part::Literal(before)) = parts.last_mut() {
                    before.truncate(before.len() - open.len());
                }
                if let Some(Piece::Literal(after)) = pieces.peek_mut() {
                    after.drain(..close.len());
                }
                parts.push(Part::Element { open, place, close });
            }
            _ => parts.push(Part::Place(place)),
        }
    }
    Ok(parts)
}

/// `<a:name attribute="…">` at the end of a text.
fn open_tag(before: &str) -> Option<String> {
    let tag = before.get(before.rfind('<')?..)?;
    let is_open =
        tag.ends_with('>') && !tag.starts_with("</") && !tag.ends_with("/>") && !tag.starts_with("<?");
    is_open.then(|| tag.to_owned())
}

/// `</a:name>` at the start of a text.
fn close_tag(after: &str) -> Option<String> {
    let tag = after.get(..=after.find('>')?)?;
    tag.starts_with("</").then(|| tag.to_owned())
}

fn name_of(open: &str) -> Option<&str> {
    let inner = open.strip_prefix('<')?.strip_suffix('>')?;
    inner.split(|c: char| c.is_whitespace()).next()
}

fn write(parts: &[Part], view: &View<'_>, out: &mut String) -> Result<(), Forbidden> {
    for part in parts {
        match part {
            Part::Literal(literal) => out.push_str(literal),
            Part::Place(place) => {
                if let Some((text, _)) = view.write(place) {
                    out.push_str(&xml::escape(&text).map_err(|_| Forbidden)?);
                }
            }
            Part::Element { open, place, close } => {
                if let Some((text, _)) = view.write(place) {
                    out.push_str(open);
                    out.push_str(&xml::escape(&text).map_err(|_| Forbidden)?);
                    out.push_str(close);
                }
            }
            Part::Items(inner) => {
                for item in &view.facts.items {
                    let view = View {
                        item: Some(item),
                        ..*view
                    };
                    write(inner, &view, out)?;
                }
            }
        }
    }
    Ok(())
}
