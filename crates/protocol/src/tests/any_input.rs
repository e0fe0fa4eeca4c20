//! Properties over arbitrary input.

use super::sample;
use crate::parse;
use domain::Code;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Every field of a message: the object that holds it (as a JSON pointer) and its name.
fn fields(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (name, child) in map {
                found.push((at.to_owned(), name.clone()));
                fields(child, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(list) => {
            for (index, child) in list.iter().enumerate() {
                fields(child, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// `/receipt/items/2` and `price` as the errors write it.
fn path(parent: &str, name: &str) -> String {
    let mut path = String::new();
    for part in parent.split('/').filter(|part| !part.is_empty()).chain([name]) {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            path.extend(["[", part, "]"]);
        } else {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(part);
        }
    }
    path
}

/// A value that no field takes: of another type, or none at all.
fn misfit(of: &Value, pick: u8) -> Value {
    let wrong = [
        json!([[]]),
        json!({ "x": {} }),
        json!(true),
        json!(-1),
        serde_json::from_str("1.5").unwrap(),
    ];
    let wrong: Vec<Value> = wrong
        .into_iter()
        .filter(|candidate| {
            std::mem::discriminant(candidate) != std::mem::discriminant(of) || candidate.is_number()
        })
        .collect();
    wrong[usize::from(pick) % wrong.len()].clone()
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn a_damaged_message_is_read_or_refused(
        which in 0_usize..6, at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()
    ) {
        let mut bytes = sample::messages()[which].to_string().into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at); } else { bytes[at] = byte; }
        if let Err(bad) = parse(&bytes) {
            prop_assert!(!bad.detail.is_empty());
        }
    }

    #[test]
    fn one_misfit_field_is_named(which in 0_usize..6, field in any::<proptest::sample::Index>(), pick in any::<u8>()) {
        let mut wire = sample::messages().swap_remove(which);
        let mut all = Vec::new();
        fields(&wire, "", &mut all);
        let (parent, name) = all[field.index(all.len())].clone();
        let slot = &mut wire.pointer_mut(&parent).unwrap()[name.as_str()];
        *slot = misfit(slot, pick);
        let bad = parse(wire.to_string().as_bytes()).unwrap_err();
        prop_assert_eq!(bad.code, Code::InvalidField);
        let place = path(&parent, &name);
        // An object put in place of a receipt or a line is blamed on the field inside it.
        prop_assert!(bad.detail.starts_with(&format!("{place}: ")) || bad.detail.starts_with(&format!("{place}.x: ")),
            "{} should begin with {}", bad.detail, place);
    }

    #[test]
    fn one_misspelt_field_is_named(which in 0_usize..6, field in any::<proptest::sample::Index>()) {
        let mut wire = sample::messages().swap_remove(which);
        let mut all = Vec::new();
        fields(&wire, "", &mut all);
        let (parent, name) = all[field.index(all.len())].clone();
        let object = wire.pointer_mut(&parent).unwrap().as_object_mut().unwrap();
        let value = object.remove(&name).unwrap();
        let misspelt = format!("{name}z");
        object.insert(misspelt.clone(), value);
        let bad = parse(wire.to_string().as_bytes()).unwrap_err();
        // Without its operation nobody knows which message it is.
        let expected = if name == "operation" { name } else { path(&parent, &misspelt) };
        prop_assert!(bad.detail.starts_with(&format!("{expected}: ")), "{} for {}", bad.detail, expected);
    }

    #[test]
    fn amounts_survive_the_wire(amount in 1..=100_000_000_000_i64) {
        let mut wire = sample::messages().swap_remove(0);
        wire["amount"] = json!(amount);
        let message = parse(wire.to_string().as_bytes()).unwrap();
        prop_assert_eq!(serde_json::to_value(message).unwrap(), wire);
    }
}
