//! Patterns of what is sent: text, JSON, forms and XML with placeholders. A place whose value is absent is left out.

pub(crate) mod json;
pub(crate) mod names;
pub(crate) mod placeholder;
pub(crate) mod text;
pub(crate) mod values;
pub(crate) mod xml;

pub(crate) use connector::percent::encode as percent_encode;
pub(crate) use json::Json;
pub(crate) use names::{Name, Names, Step};
pub(crate) use text::Text;
pub(crate) use values::{Facts, Value, View};
pub(crate) use xml::Xml;

#[cfg(test)]
mod tests;
