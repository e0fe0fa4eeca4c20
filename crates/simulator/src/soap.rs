//! SOAP as a simple service speaks it: one operation in the body, and its fields.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

use crate::entity::character;

/// The deepest nesting that is read.
const DEPTH_MAX: usize = 16;
/// The most fields of a message.
const FIELDS_MAX: usize = 256;

/// The operation of an envelope with its fields, namespaces dropped. None: no such envelope.
pub(crate) fn read(body: &[u8]) -> Option<(String, BTreeMap<String, String>)> {
    let text = std::str::from_utf8(body).ok()?;
    let mut reader = Reader::from_str(text);
    let mut path: Vec<String> = Vec::new();
    let mut fields = BTreeMap::new();
    let mut operation = None;
    let mut value = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                if path.len() >= DEPTH_MAX {
                    return None;
                }
                path.push(local(tag.name().as_ref()).to_owned());
                value.clear();
                if let ["Envelope", "Body", name] = names(&path).as_slice() {
                    operation = Some((*name).to_owned());
                }
            }
            Event::Text(text) => value.push_str(&text),
            Event::GeneralRef(reference) => value.push(character(&reference)?),
            Event::End(_) => {
                if let ["Envelope", "Body", _, field] = names(&path).as_slice() {
                    fields.insert((*field).to_owned(), value.trim().to_owned());
                }
                if fields.len() > FIELDS_MAX {
                    return None;
                }
                path.pop();
                value.clear();
            }
            Event::Eof if path.is_empty() => return Some((operation?, fields)),
            Event::Eof | Event::DocType(_) => return None,
            _ => {}
        }
    }
}

/// An envelope with one element and its fields; absent ones are left out.
pub(crate) fn write(element: &str, fields: &[(&str, Option<String>)]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><{element}>"
    );
    for (name, value) in fields {
        if let Some(value) = value {
            let value = escape(value.as_str());
            let _ = write!(text, "<{name}>{value}</{name}>");
        }
    }
    let _ = write!(text, "</{element}></s:Body></s:Envelope>");
    text
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn names(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = write("Ask", &[("Name", Some("a<b&c".to_owned())), ("Gone", None)]);
        let (operation, fields) = read(text.as_bytes()).unwrap();
        assert_eq!(operation, "Ask");
        assert_eq!(
            fields.into_iter().collect::<Vec<_>>(),
            [("Name".to_owned(), "a<b&c".to_owned())]
        );
        for bad in [
            "",
            "<a/>",
            "<!DOCTYPE x><Envelope/>",
            "{}",
            "<Envelope><Body><Ask>",
        ] {
            assert_eq!(read(bad.as_bytes()), None, "{bad}");
        }
    }
}
