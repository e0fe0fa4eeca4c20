//! A document into its tree.

use crate::{Element, Encoding, XmlError, decode};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The limits of a reading, and what a document without a declaration is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The largest document, in bytes.
    pub max_bytes: usize,
    /// How deep elements may stand in elements; the root is 1.
    pub max_depth: usize,
    /// How many elements and attributes there may be, together.
    pub max_elements: usize,
    /// The encoding of a document that does not name one.
    pub undeclared: Encoding,
}

/// 1 MiB, 32 deep, 10 000 elements and attributes, UTF-8.
impl Default for Reading {
    fn default() -> Self {
        Self {
            max_bytes: 1024 * 1024,
            max_depth: 32,
            max_elements: 10_000,
            undeclared: Encoding::Utf8,
        }
    }
}

/// The root of a document. Arbitrary bytes give an error, never a panic.
pub fn parse(bytes: &[u8], reading: &Reading) -> Result<Element, XmlError> {
    if bytes.len() > reading.max_bytes {
        return Err(XmlError::TooLarge {
            found: bytes.len(),
            max: reading.max_bytes,
        });
    }
    let text = decode(bytes, reading.undeclared)?;
    let mut reader = Reader::from_str(&text);
    let mut tree = Tree {
        reading,
        open: Vec::new(),
        root: None,
        count: 0,
    };
    loop {
        let event = reader.read_event().map_err(|_| XmlError::Broken {
            near_byte: reader.error_position(),
        })?;
        let near_byte = reader.buffer_position();
        match event {
            Event::Eof => return tree.end(near_byte),
            event => tree.take(event, near_byte)?,
        }
    }
}

/// What was read so far.
struct Tree<'a> {
    reading: &'a Reading,
    /// The root and what is open in it.
    open: Vec<Element>,
    /// The root, once it is closed.
    root: Option<Element>,
    count: usize,
}

impl Tree<'_> {
    fn take(&mut self, event: Event<'_>, near_byte: u64) -> Result<(), XmlError> {
        let broken = XmlError::Broken { near_byte };
        match event {
            Event::Start(tag) => self.start(&tag, near_byte),
            Event::Empty(tag) => {
                self.start(&tag, near_byte)?;
                self.close().ok_or(broken)
            }
            Event::End(_) => self.close().ok_or(broken),
            Event::Text(text) => self.text(&text.xml10_content(), near_byte),
            Event::CData(text) if self.open.is_empty() && text.trim().is_empty() => Err(broken),
            Event::CData(text) => self.text(&text.xml10_content(), near_byte),
            Event::GeneralRef(reference) => {
                let character = character(&reference).ok_or(XmlError::Entity { near_byte })?;
                let inside = self.open.last_mut().ok_or(broken)?;
                inside.text.push(character);
                Ok(())
            }
            Event::DocType(_) => Err(XmlError::DocumentType),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, near_byte: u64) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(XmlError::Broken { near_byte });
        }
        if self.open.len() >= self.reading.max_depth {
            return Err(XmlError::TooDeep {
                max: self.reading.max_depth,
            });
        }
        self.count()?;
        let mut element = Element {
            name: tag.local_name().as_ref().to_owned(),
            ..Element::default()
        };
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| XmlError::Broken { near_byte })?;
            let name = attribute.key.as_ref();
            if name == "xmlns" || name.starts_with("xmlns:") {
                continue;
            }
            self.count()?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| XmlError::Entity { near_byte })?;
            let name = attribute.key.local_name().as_ref().to_owned();
            element.attributes.push((name, value.into_owned()));
        }
        self.open.push(element);
        Ok(())
    }

    fn count(&mut self) -> Result<(), XmlError> {
        self.count += 1;
        if self.count > self.reading.max_elements {
            return Err(XmlError::TooMany {
                max: self.reading.max_elements,
            });
        }
        Ok(())
    }

    /// Closes the innermost element. None if nothing is open.
    fn close(&mut self) -> Option<()> {
        let element = self.open.pop()?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Some(())
    }

    /// Outside the root only blanks may stand.
    fn text(&mut self, text: &str, near_byte: u64) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(inside) => inside.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(XmlError::Broken { near_byte }),
        }
        Ok(())
    }

    fn end(self, near_byte: u64) -> Result<Element, XmlError> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(XmlError::Broken { near_byte }),
        }
    }
}

/// The character behind `&#…;` or one of the five names.
fn character(reference: &BytesRef<'_>) -> Option<char> {
    match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Element, XmlError> {
        parse(text.as_bytes(), &Reading::default())
    }

    #[test]
    fn names_lose_their_prefix_and_texts_their_spelling() {
        let root = read(
            "<?xml version=\"1.0\"?>\n<!-- c --><s:a xmlns:s='urn:x' s:k='1 &lt; &#x410;'>a&amp;<![CDATA[<b>]]>\r\n&#33;<b/><?p?>z</s:a>\n",
        )
        .unwrap();
        assert_eq!(root.name(), "a");
        assert_eq!(root.attribute("k"), Some("1 < А"));
        assert_eq!(root.attribute("s"), None, "a namespace is no attribute");
        assert_eq!(root.text(), "a&<b>\n!z");
        assert_eq!(root.children().len(), 1);
        assert_eq!(root.all("b").count(), 1);
        assert_eq!(root.text_at("b"), Some(""));
    }

    #[test]
    fn nothing_is_expanded_and_nothing_is_looked_up() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"ha\">]><a>&b;</a>";
        assert_eq!(read(bomb), Err(XmlError::DocumentType));
        assert_eq!(
            read("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
            Err(XmlError::DocumentType)
        );
        assert!(matches!(read("<a>&b;</a>"), Err(XmlError::Entity { .. })));
        assert!(matches!(read("<a k='&b;'/>"), Err(XmlError::Entity { .. })));
        assert!(matches!(read("<a>&#0;</a>"), Err(XmlError::Entity { .. })));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for broken in [
            "",
            " ",
            "text",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>text",
            "text<a/>",
            "<a/>&amp;",
            "<![CDATA[]]><a/>",
            "<a",
            "<a k></a>",
            "<a k='1' k='2'/>",
            "<a>&amp</a>",
            "<a><!-- </a>",
        ] {
            assert!(matches!(read(broken), Err(XmlError::Broken { .. })), "{broken}");
        }
    }

    #[test]
    fn the_limits_hold_and_reach_as_far_as_they_say() {
        let reading = Reading {
            max_bytes: 40,
            max_depth: 3,
            max_elements: 4,
            ..Reading::default()
        };
        let read = |text: &str| parse(text.as_bytes(), &reading);
        assert!(read("<a><b><c/></b></a>").is_ok());
        assert_eq!(
            read("<a><b><c><d/></c></b></a>"),
            Err(XmlError::TooDeep { max: 3 })
        );
        assert!(read("<a><b/><b/><b/></a>").is_ok());
        assert_eq!(
            read("<a><b/><b/><b k=''/></a>"),
            Err(XmlError::TooMany { max: 4 })
        );
        let large = format!("<a>{}</a>", "x".repeat(34));
        assert_eq!(read(&large), Err(XmlError::TooLarge { found: 41, max: 40 }));
    }

    #[test]
    fn debug_shows_no_text() {
        let root = read("<a k='4111111111111111'>4111111111111111<b/></a>").unwrap();
        let shown = format!("{root:?}");
        assert!(shown.contains("\"b\"") && !shown.contains("4111"), "{shown}");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes, &Reading::default());
        }

        #[test]
        fn arbitrary_markup_never_panics(text in "[<>/&;!?\\[\\]a-c'\"= #x0-9\\-]{0,80}") {
            let whole = format!("<a>{text}</a>");
            let read = parse(whole.as_bytes(), &Reading::default());
            if let Ok(root) = read {
                prop_assert_eq!(root.name(), "a");
                let _ = root.find(&text);
            }
        }
    }
}
