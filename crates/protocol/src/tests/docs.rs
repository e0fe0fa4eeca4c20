//! The documents and the examples are what the code does.

use super::sample;
use crate::{Reply, parse, schema};
use domain::{Code, OperationKind, State};
use serde_json::Value;
use std::path::PathBuf;

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn validator(name: &str) -> jsonschema::Validator {
    let documents = schema::documents();
    let (_, schema) = documents.iter().find(|(file, _)| *file == name).unwrap();
    jsonschema::validator_for(schema).unwrap()
}

fn fits(name: &str, value: &Value) {
    let validator = validator(name);
    let wrong: Vec<String> = validator
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}\n{value}");
}

#[test]
fn the_schema_files_are_up_to_date() {
    let folder = docs().join("schemas");
    for (name, document) in schema::documents() {
        let path = folder.join(name);
        let fresh = serde_json::to_string_pretty(&document).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &fresh).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            stored == fresh,
            "docs/schemas/{name} is not what the types say: run the tests with UPDATE_SCHEMAS=1"
        );
    }
}

#[test]
fn references_inside_the_documents_lead_somewhere() {
    for (name, document) in schema::documents() {
        let mut stack = vec![&document];
        while let Some(value) = stack.pop() {
            match value {
                Value::Object(map) => {
                    if let Some(target) = map.get("$ref").and_then(Value::as_str) {
                        let pointer = target.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{name}: {target}");
                    }
                    stack.extend(map.values());
                }
                Value::Array(list) => stack.extend(list),
                _ => {}
            }
        }
    }
}

#[test]
fn what_is_read_fits_its_schema_and_the_schema_refuses_what_is_refused() {
    for wire in sample::messages() {
        let name = format!("{}.json", wire["operation"].as_str().unwrap());
        fits(&name, &wire);
        let mut extra = wire.clone();
        extra["surplus"] = Value::Null;
        assert!(
            !validator(&name).is_valid(&extra),
            "{name} takes an unknown field"
        );
        let mut bare = wire.clone();
        bare.as_object_mut().unwrap().remove("store");
        assert!(
            !validator(&name).is_valid(&bare),
            "{name} takes a message without a store"
        );
    }
    let mut pay = sample::messages().swap_remove(0);
    for (field, value) in [
        ("amount", 0),
        ("timeout_ms", 29_999),
        ("lifetime_s", 29),
        ("protocol", 2),
    ] {
        let kept = pay[field].clone();
        pay[field] = value.into();
        assert!(!validator("pay.json").is_valid(&pay), "{field}");
        assert!(parse(pay.to_string().as_bytes()).is_err(), "{field}");
        pay[field] = kept;
    }
    let mut status = sample::messages().swap_remove(3);
    status["payment"] = "both".into();
    assert!(!validator("status.json").is_valid(&status));
}

/// Every ```json block of the document with the line it begins on.
fn examples(text: &str) -> Vec<(usize, Value)> {
    let mut found = Vec::new();
    let mut block: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut block {
            None if line == "```json" => block = Some((number + 1, String::new())),
            Some((start, body)) if line == "```" => {
                let value =
                    serde_json::from_str(body).unwrap_or_else(|error| panic!("line {start}: {error}"));
                found.push((*start, value));
                block = None;
            }
            Some((_, body)) => {
                body.push_str(line);
                body.push('\n');
            }
            None => {}
        }
    }
    found
}

#[test]
fn the_examples_of_the_document_are_true() {
    let text = std::fs::read_to_string(docs().join("protocol.md")).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for (line, example) in examples(&text) {
        if example.get("final").is_some() {
            fits("reply.json", &example);
            let reply: Reply = serde_json::from_value(example.clone()).unwrap();
            assert_eq!(serde_json::to_value(&reply).unwrap(), example, "line {line}");
            assert_eq!(
                reply.state.is_none_or(State::is_final),
                reply.is_final,
                "line {line}"
            );
            if let Some(error) = &reply.error {
                assert_eq!(error.text, texts::code_text(error.code), "line {line}");
                assert_eq!(error.repeatable, error.code.repeatable(), "line {line}");
            }
            assert!(
                reply
                    .slip
                    .iter()
                    .all(|slip| slip.chars().count() <= texts::SLIP_WIDTH),
                "line {line}"
            );
            seen.insert("reply".to_owned());
        } else {
            let operation = example["operation"].as_str().unwrap().to_owned();
            fits(&format!("{operation}.json"), &example);
            parse(example.to_string().as_bytes()).unwrap_or_else(|error| panic!("line {line}: {error}"));
            seen.insert(operation);
        }
    }
    assert_eq!(
        seen.len(),
        9,
        "an example for each operation and replies: {seen:?}"
    );
}

/// The table between `<!-- name -->` and `<!-- /name -->`, made from the catalogue.
fn table(name: &str) -> String {
    let mut rows = String::new();
    if name == "codes" {
        rows.push_str("| code | again | what the cashier is told | in Russian |\n|---|---|---|---|\n");
        for code in Code::ALL {
            let again = if code.repeatable() { "yes" } else { "no" };
            let words = texts::code_text(code);
            rows.push_str(
                &[
                    format!("| `{}` | {again} | {} | {} |", code.as_str(), words.en, words.ru),
                    "\n".into(),
                ]
                .concat(),
            );
        }
    } else {
        rows.push_str("| state | final | a payment | a refund |\n|---|---|---|---|\n");
        for state in State::ALL {
            let last = if state.is_final() { "yes" } else { "no" };
            let cell = |kind, refers: bool| {
                if refers {
                    texts::state_text(state, kind).en
                } else {
                    "-".to_owned()
                }
            };
            let of_refund = matches!(
                state,
                State::Registering | State::Refunding | State::Unresolved | State::Refused | State::Refunded
            );
            let of_payment = !matches!(state, State::Refunding | State::Refunded | State::Done);
            let (pay, refund) = (
                cell(OperationKind::Payment, of_payment),
                cell(OperationKind::Refund, of_refund),
            );
            rows.push_str(
                &[
                    format!("| `{}` | {last} | {pay} | {refund} |", state.as_str()),
                    "\n".into(),
                ]
                .concat(),
            );
        }
    }
    rows
}

#[test]
fn the_tables_of_the_document_are_up_to_date() {
    let path = docs().join("protocol.md");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for name in ["codes", "states"] {
        let (head, rest) = text
            .split_once(&format!("<!-- {name} -->\n"))
            .expect("a mark where the table begins");
        let (stored, tail) = rest
            .split_once(&format!("<!-- /{name} -->"))
            .expect("a mark where it ends");
        let fresh = format!("\n{}\n", table(name));
        if std::env::var_os("UPDATE_SCHEMAS").is_none() {
            assert!(
                stored == fresh,
                "docs/protocol.md, {name}: run the tests with UPDATE_SCHEMAS=1"
            );
        }
        text = format!("{head}<!-- {name} -->\n{fresh}<!-- /{name} -->{tail}");
    }
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
}
