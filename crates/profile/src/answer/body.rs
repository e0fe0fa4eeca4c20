//! A body as a tree, JSON or XML, and a place in it. Numbers stay as they are printed.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use xml::{Element, Reading};

/// How deep a place may lie.
const STEPS_MAX: usize = 16;

/// The most elements of a list that are looked at.
pub(crate) const LIST_MAX: usize = 1_000;

/// The largest XML answer, in bytes.
const XML_MAX_BYTES: usize = 1024 * 1024;

/// How a provider's bodies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Format {
    /// JSON.
    #[default]
    Json,
    /// XML.
    Xml,
}

/// Where a field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The steps of a JSON pointer (RFC 6901).
    Json(Vec<String>),
    /// A path of XML elements that begins with the root: `Envelope/Body/Answer/status`.
    Xml(String),
}

impl Place {
    /// Reads a place; the error says what is wrong with it.
    pub(crate) fn parse(text: &str, format: Format) -> Result<Self, String> {
        match format {
            Format::Json => pointer(text).map(Self::Json),
            Format::Xml => path(text).map(Self::Xml),
        }
    }
}

/// Where a field may stand: the first place at which it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Places(pub Vec<Place>);

fn pointer(text: &str) -> Result<Vec<String>, String> {
    let rest = text.strip_prefix('/').ok_or_else(|| {
        format!("`{text}` is no place in JSON: a JSON pointer begins with a slash, like /data/status")
    })?;
    let steps = rest.split('/').map(|step| {
        let plain = step.replace("~1", "/").replace("~0", "~");
        let good = step.replace("~0", "").replace("~1", "");
        (!good.contains('~')).then_some(plain)
    });
    let steps: Option<Vec<String>> = steps.collect();
    match steps {
        Some(steps) if steps.len() <= STEPS_MAX => Ok(steps),
        Some(_) => Err(format!("`{text}` lies deeper than {STEPS_MAX} steps")),
        None => Err(format!(
            "`{text}` is no JSON pointer: a tilde stands in ~0 (tilde) and ~1 (slash) only"
        )),
    }
}

fn path(text: &str) -> Result<String, String> {
    let good = |step: &str| {
        let (name, condition) = step.split_once('[').unwrap_or((step, "@a=b]"));
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
            && condition
                .strip_prefix('@')
                .and_then(|rest| rest.strip_suffix(']'))
                .is_some_and(|rest| rest.contains('='))
    };
    let steps: Vec<&str> = text.split('/').collect();
    if steps.len() <= STEPS_MAX && steps.iter().all(|step| good(step)) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is no path of XML elements: write Envelope/Body/Answer/status, without prefixes; a step may be field[@id=39]"
    ))
}

/// A body that was read.
#[derive(Clone)]
pub(crate) enum Body<'a> {
    /// None at all.
    Empty,
    /// JSON, read step by step.
    Json(&'a RawValue),
    /// XML.
    Xml(Cow<'a, Element>),
}

/// The body is not what the profile says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotReadable;

impl<'a> Body<'a> {
    /// Reads a body.
    pub(crate) fn parse(bytes: &'a [u8], format: Format) -> Result<Self, NotReadable> {
        if bytes.trim_ascii().is_empty() {
            return Ok(Self::Empty);
        }
        match format {
            Format::Json => serde_json::from_slice::<&RawValue>(bytes)
                .map(Self::Json)
                .map_err(|_| NotReadable),
            Format::Xml => {
                let reading = Reading {
                    max_bytes: XML_MAX_BYTES,
                    ..Reading::default()
                };
                xml::parse(bytes, &reading)
                    .map(|root| Self::Xml(Cow::Owned(root)))
                    .map_err(|_| NotReadable)
            }
        }
    }

    /// The text, number or flag at a place, as it is printed; none when nothing stands there, or an object, a list or
    /// `null`. An object that names the same member twice says two things: it is not readable.
    pub(crate) fn text(&self, place: &Place) -> Result<Option<String>, NotReadable> {
        match (self, place) {
            (Self::Json(raw), Place::Json(steps)) => match descend(raw, steps)? {
                Some(found) => scalar(found),
                None => Ok(None),
            },
            (Self::Xml(root), Place::Xml(path)) => {
                let found = root.find(path).filter(|found| found.children().is_empty());
                let text = found.map(|found| found.text().trim());
                Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
            }
            _ => Ok(None),
        }
    }

    /// The elements of the list at a place: of JSON the list's, of XML all elements of the path's last name. None when
    /// there is no list.
    pub(crate) fn list(&self, place: &Place) -> Result<Option<Vec<Body<'_>>>, NotReadable> {
        match (self, place) {
            (Self::Json(raw), Place::Json(steps)) => {
                let Some(found) = descend(raw, steps)? else {
                    return Ok(None);
                };
                let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(found.get()) else {
                    return Ok(None);
                };
                if list.len() > LIST_MAX {
                    return Err(NotReadable);
                }
                Ok(Some(list.into_iter().map(Body::Json).collect()))
            }
            (Self::Xml(root), Place::Xml(path)) => Ok(siblings(root, path)),
            _ => Ok(None),
        }
    }
}

/// All elements of the path's last name in the element before it. None when that one is not there.
fn siblings<'b>(root: &'b Element, path: &str) -> Option<Vec<Body<'b>>> {
    let (parent, name) = path.rsplit_once('/')?;
    let parent = root.find(parent)?;
    let found = parent.children().iter().filter(|child| child.name() == name);
    let bodies = found.take(LIST_MAX).map(|child| Body::Xml(Cow::Borrowed(child)));
    Some(bodies.collect())
}

fn descend<'a>(raw: &'a RawValue, steps: &[String]) -> Result<Option<&'a RawValue>, NotReadable> {
    let mut at = raw;
    for step in steps {
        let next = match at.get().as_bytes().first() {
            Some(b'{') => {
                let members: Members<'a> = serde_json::from_str(at.get()).map_err(|_| NotReadable)?;
                members.only(step)?
            }
            Some(b'[') => {
                let list: Vec<&'a RawValue> = serde_json::from_str(at.get()).map_err(|_| NotReadable)?;
                step.parse::<usize>()
                    .ok()
                    .and_then(|index| list.get(index).copied())
            }
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

fn scalar(raw: &RawValue) -> Result<Option<String>, NotReadable> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text).map(Some).map_err(|_| NotReadable),
        Some(b'{' | b'[' | b'n') | None => Ok(None),
        Some(_) => Ok(Some(text.to_owned())),
    }
}

/// An object's members in their order, doubled names included.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    fn only(&self, name: &str) -> Result<Option<&'a RawValue>, NotReadable> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let first = found.next();
        if found.next().is_some() {
            return Err(NotReadable);
        }
        Ok(first.map(|(_, value)| *value))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((Cow::Owned(name), value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
