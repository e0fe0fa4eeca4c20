//! Reads a message; every error names the place and never repeats a value, because a value may be a customer's code.

use crate::wording::{self, FieldError};
use crate::{Message, VERSION, check};
use domain::{CallerId, Code};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// How deep objects and arrays may stand in each other. The deepest message has three levels.
pub const MAX_DEPTH: usize = 16;

/// Why bytes are not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct BadMessage {
    /// `Malformed`, `InvalidField` or `UnknownOperation`.
    pub code: Code,
    /// What is wrong and where: `receipt.items[2].price: …`. It holds names and positions, never values.
    pub detail: String,
    /// The register's id, when it could be read in spite of all.
    pub id: Option<CallerId>,
}

impl BadMessage {
    fn malformed(detail: impl Into<String>, id: Option<CallerId>) -> Self {
        let (code, detail) = (Code::Malformed, detail.into());
        Self { code, detail, id }
    }

    /// A field that cannot stay as it is.
    pub fn field(error: &FieldError, id: Option<CallerId>) -> Self {
        Self {
            code: Code::InvalidField,
            detail: error.to_string(),
            id,
        }
    }
}

/// Reads a message from the bytes of a body. The size of the body is the caller's business.
///
/// It reads twice: first only `operation`, `protocol` and `id`, so that an answer can carry the id whatever else is
/// wrong; then the message of that operation, in which unknown and doubled fields are refused.
pub fn parse(body: &[u8]) -> Result<Message, BadMessage> {
    let text = utf8(body)?;
    shallow(text).map_err(|detail| BadMessage::malformed(detail, None))?;
    let mut head = Head::default();
    let read = read_head(text, &mut head);
    let id = head.id.clone();
    if let Err(error) = read {
        return Err(BadMessage::malformed(format!("not a JSON object: {error}"), id));
    }
    if head.protocol.as_deref().is_some_and(|p| p != VERSION.to_string()) {
        let error = FieldError::new("protocol", format!("this daemon speaks version {VERSION}"));
        return Err(BadMessage::field(&error, id));
    }
    let message = read_message(text, &head)?;
    check::check(&message).map_err(|error| BadMessage::field(&error, id))?;
    Ok(message)
}

fn read_message(text: &str, head: &Head) -> Result<Message, BadMessage> {
    let operation = match &head.operation {
        None => Err(wording::missing("operation")),
        Some(raw) => string(raw).ok_or_else(|| FieldError::new("operation", "expected a string")),
    };
    let operation = operation.map_err(|error| BadMessage::field(&error, head.id.clone()))?;
    objects(text).map_err(|error| BadMessage::field(&error, head.id.clone()))?;
    let read = match operation.as_str() {
        "pay" => read_as(text).map(Message::Pay),
        "cancel" => read_as(text).map(Message::Cancel),
        "refund" => read_as(text).map(Message::Refund),
        "confirm" => read_as(text).map(Message::Confirm),
        "status" => read_as(text).map(Message::Status),
        "link_check" => read_as(text).map(Message::LinkCheck),
        "link_bind" => read_as(text).map(Message::LinkBind),
        "receipt_find" => read_as(text).map(Message::ReceiptFind),
        _ => {
            return Err(BadMessage {
                code: Code::UnknownOperation,
                detail: wording::unknown_operation(&operation),
                id: head.id.clone(),
            });
        }
    };
    read.map_err(|error| BadMessage::field(&error, head.id.clone()))
}

fn read_as<T: DeserializeOwned>(text: &str) -> Result<T, FieldError> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        wording::reword(&path, &error.into_inner().to_string())
    })
}

/// The decoder would take an array in place of an object and fill the fields by their order. A receipt and its lines
/// must be objects. Whatever else is wrong is left to the second reading.
fn objects(text: &str) -> Result<(), FieldError> {
    #[derive(Deserialize)]
    struct PayShape<'a> {
        #[serde(borrow, default)]
        receipt: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct ReceiptShape<'a> {
        #[serde(borrow, default)]
        items: Vec<&'a RawValue>,
    }
    let array = |raw: &RawValue| raw.get().starts_with('[');
    let problem = "expected an object, found an array";
    let Ok(PayShape {
        receipt: Some(receipt),
    }) = serde_json::from_str(text)
    else {
        return Ok(());
    };
    if array(receipt) {
        return Err(FieldError::new("receipt", problem));
    }
    let items = serde_json::from_str::<ReceiptShape>(receipt.get()).map(|shape| shape.items);
    match items.unwrap_or_default().into_iter().position(array) {
        Some(index) => Err(FieldError::new(format!("receipt.items[{index}]"), problem)),
        None => Ok(()),
    }
}

fn utf8(body: &[u8]) -> Result<&str, BadMessage> {
    let text = str::from_utf8(body)
        .map_err(|error| BadMessage::malformed(format!("not UTF-8: byte {}", error.valid_up_to()), None))?;
    if text.starts_with('\u{feff}') {
        let detail = "the body begins with a byte order mark; send plain UTF-8 without it";
        return Err(BadMessage::malformed(detail, None));
    }
    if text.trim().is_empty() {
        return Err(BadMessage::malformed("the body is empty", None));
    }
    Ok(text)
}

/// Refuses nesting beyond [`MAX_DEPTH`] before anything recursive looks at the text.
fn shallow(text: &str) -> Result<(), String> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(format!(
                "nested deeper than {MAX_DEPTH} levels at byte {position}"
            ));
        }
    }
    Ok(())
}

/// What the first reading looks for. It is filled while reading, so that it holds what came before damage.
#[derive(Default)]
struct Head {
    /// The raw JSON of `operation`.
    operation: Option<String>,
    /// The raw JSON of `protocol`.
    protocol: Option<String>,
    id: Option<CallerId>,
}

fn read_head(text: &str, head: &mut Head) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_map(HeadVisitor(head))?;
    json.end()
}

struct HeadVisitor<'h>(&'h mut Head);

impl<'de> Visitor<'de> for HeadVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "operation" if self.0.operation.is_none() => {
                    self.0.operation = Some(map.next_value::<&RawValue>()?.get().to_owned());
                }
                "protocol" if self.0.protocol.is_none() => {
                    self.0.protocol = Some(map.next_value::<&RawValue>()?.get().to_owned());
                }
                "id" if self.0.id.is_none() => {
                    self.0.id =
                        string(map.next_value::<&RawValue>()?.get()).and_then(|id| CallerId::new(id).ok());
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

fn string(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}
