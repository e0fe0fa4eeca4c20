//! Why a document was not read or written.

/// Why a document was not read or written. No error repeats a text of the document: it may be a card's number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// More bytes than [`Reading::max_bytes`](crate::Reading::max_bytes).
    #[error("the document has {found} bytes, at most {max} are read")]
    TooLarge {
        /// How many it has.
        found: usize,
        /// How many may be read.
        max: usize,
    },
    /// Elements in elements beyond [`Reading::max_depth`](crate::Reading::max_depth).
    #[error("the document has elements more than {max} deep")]
    TooDeep {
        /// How deep they may be.
        max: usize,
    },
    /// More elements and attributes than [`Reading::max_elements`](crate::Reading::max_elements).
    #[error("the document has more than {max} elements and attributes")]
    TooMany {
        /// How many there may be.
        max: usize,
    },
    /// Declared in an encoding that is not read here.
    #[error("the document declares another encoding than UTF-8 or windows-1251")]
    UnknownEncoding,
    /// The bytes are not what their declaration says.
    #[error("the document's bytes are not in the encoding that it declares")]
    NotInEncoding,
    /// A document type, which could define entities and point outside.
    #[error("the document has a document type (DOCTYPE), which is not read")]
    DocumentType,
    /// An entity beyond `&amp;`, `&lt;`, `&gt;`, `&apos;`, `&quot;`.
    #[error("the document uses an entity of its own near byte {near_byte}")]
    Entity {
        /// Where, in the text after decoding.
        near_byte: u64,
    },
    /// Not XML, or cut off.
    #[error("the document is not well-formed XML near byte {near_byte}")]
    Broken {
        /// Where, in the text after decoding.
        near_byte: u64,
    },
    /// A character that XML cannot carry in any spelling.
    #[error("the character U+{:04X} cannot be written in XML", u32::from(*.0))]
    ForbiddenCharacter(char),
}
