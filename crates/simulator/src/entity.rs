//! Entities in XML.

use quick_xml::events::BytesRef;

/// The character behind a reference: one of the five of the XML recommendation, or a number.
pub(crate) fn character(reference: &BytesRef<'_>) -> Option<char> {
    Some(match reference.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => reference.resolve_char_ref().ok()??,
    })
}
