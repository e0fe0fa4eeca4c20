//! Bytes into a tree of elements, and text into XML. For the messages of SOAP services and terminals; what the
//! elements mean, and every kind of I/O, is somebody else's.
//!
//! [`parse`] reads under the limits of a [`Reading`]. It knows two encodings (UTF-8 and windows-1251, by the XML
//! declaration), drops namespaces, comments and processing instructions, and refuses document types and every entity
//! beyond the five of the XML recommendation: nothing outside the document is looked up, nothing is expanded.
//!
//! ```
//! let body = br#"<s:Envelope xmlns:s="urn:s"><s:Body><field id="39">1</field></s:Body></s:Envelope>"#;
//! let envelope = xml::parse(body, &xml::Reading::default())?;
//! let status = envelope.find("Envelope/Body/field[@id=39]").map(xml::Element::text);
//! assert_eq!(status, Some("1"));
//! # Ok::<(), xml::XmlError>(())
//! ```

mod element;
mod encoding;
mod error;
mod parse;
mod path;
mod write;

pub use element::Element;
pub use encoding::{Encoding, decode, to_windows_1251};
pub use error::XmlError;
pub use parse::{Reading, parse};
pub use write::escape;
