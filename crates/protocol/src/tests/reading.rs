//! What `parse` says about messages that are right, and about each way to be wrong.

use super::sample;
use crate::{BadMessage, Message, Target, parse};
use domain::{CallerId, Code, Kopecks, ModuleName, OperationId};
use serde_json::{Value, json};

fn refused(message: &Value) -> BadMessage {
    parse(message.to_string().as_bytes()).unwrap_err()
}

/// The full payment with one field set to a value.
fn pay_with(pointer: &str, value: Value) -> Value {
    let mut message = sample::messages().swap_remove(0);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let object = message.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    object.insert(name.to_owned(), value);
    message
}

#[test]
fn each_message_is_read_and_written_back_as_it_was() {
    for wire in sample::messages() {
        let message = parse(wire.to_string().as_bytes()).unwrap();
        assert_eq!(serde_json::to_value(&message).unwrap(), wire);
    }
}

#[test]
fn numbers_that_are_not_kopecks_are_explained() {
    let whole = "whole kopecks as a plain number (12345 for 123.45 rubles)";
    for (raw, found) in [
        ("1.5", "a number that is not whole or is too large"),
        ("1e3", "a number that is not whole or is too large"),
        (
            "1000000000000000000000000000000",
            "a number that is not whole or is too large",
        ),
        ("\"100\"", "a string"),
        ("true", "true or false"),
        ("null", "null"),
        ("[1]", "an array"),
        ("{}", "an object"),
    ] {
        let wire = pay_with("/amount", json!("HERE"))
            .to_string()
            .replace("\"HERE\"", raw);
        let bad = parse(wire.as_bytes()).unwrap_err();
        assert_eq!(
            bad.detail,
            format!("amount: expected {whole}, found {found}"),
            "{raw}"
        );
        assert_eq!(bad.code, Code::InvalidField);
    }
    for raw in [-5_i64, 0, 100_000_000_001] {
        let bad = refused(&pay_with("/amount", json!(raw)));
        assert_eq!(bad.detail, "amount: must be 1 to 100000000000 kopecks", "{raw}");
    }
    let wire = pay_with("/amount", json!("HERE"))
        .to_string()
        .replace("\"HERE\"", "1e999");
    let bad = parse(wire.as_bytes()).unwrap_err();
    assert!(
        bad.detail.starts_with("amount: expected whole kopecks"),
        "{}",
        bad.detail
    );
}

#[test]
fn errors_name_the_place_inside_the_receipt() {
    let bad = refused(&{
        let mut wire = sample::messages().swap_remove(0);
        wire["receipt"]["items"][2]["price"] = json!("4.50");
        wire
    });
    assert!(
        bad.detail
            .starts_with("receipt.items[2].price: expected whole kopecks"),
        "{}",
        bad.detail
    );
    let mut wire = sample::messages().swap_remove(0);
    wire["receipt"]["items"][1]["quantity"] = json!("0,350");
    assert!(
        refused(&wire)
            .detail
            .starts_with("receipt.items[1].quantity: must be a decimal number")
    );
    let mut wire = sample::messages().swap_remove(0);
    wire["receipt"]["items"][0]["sum"] = json!(-1);
    assert_eq!(
        refused(&wire).detail,
        "receipt.items[0].sum: must be 0 to 100000000000 kopecks"
    );
    let mut wire = sample::messages().swap_remove(0);
    wire["receipt"]["items"][0]
        .as_object_mut()
        .unwrap()
        .remove("name");
    assert_eq!(refused(&wire).detail, "receipt.items[0].name: missing");
    let mut wire = sample::messages().swap_remove(0);
    wire["receipt"]["items"][0]["prise"] = json!(1);
    let said = refused(&wire).detail;
    assert!(
        said.starts_with("receipt.items[0].prise: unknown field, did you mean `price`?;"),
        "{said}"
    );
}

#[test]
fn arrays_do_not_pass_for_objects() {
    let bad = refused(&pay_with("/receipt", json!(["123", 5, "x", []])));
    assert_eq!(bad.detail, "receipt: expected an object, found an array");
    let line = json!({ "name": "x", "quantity": "1", "price": 1, "sum": 1 });
    let bad = refused(&pay_with(
        "/receipt/items",
        json!([line, ["x", "4600", "1", 1, 1]]),
    ));
    assert_eq!(bad.detail, "receipt.items[1]: expected an object, found an array");
    let bad = parse(br#"[1, "pay", "1", "q", "17", "t", null, 100]"#).unwrap_err();
    assert_eq!(bad.code, Code::Malformed);
}

#[test]
fn an_unknown_field_is_refused_with_a_suggestion() {
    let bad = refused(&pay_with("/purpoze", json!("x")));
    assert!(
        bad.detail.starts_with(
            "purpoze: unknown field, did you mean `purpose`?; known here: protocol, operation, id"
        )
    );
    let bad = refused(&pay_with("/colour", json!("x")));
    assert!(
        bad.detail.starts_with("colour: unknown field; known here: "),
        "{}",
        bad.detail
    );
    assert_eq!(bad.id, Some(CallerId::new("till7-000123").unwrap()));
}

#[test]
fn a_doubled_field_is_refused() {
    for (twice, said) in [
        (
            r#"{"operation":"pay","id":"1","store":"1","terminal":"1","amount":100,"amount":200}"#,
            "amount: stands more than once",
        ),
        (
            r#"{"operation":"pay","operation":"status","id":"1","store":"1","terminal":"1"}"#,
            "operation: stands more than once",
        ),
        (
            r#"{"operation":"pay","id":"1","id":"2","store":"1","terminal":"1","amount":100}"#,
            "id: stands more than once",
        ),
        (
            r#"{"operation":"pay","id":"1","store":"1","terminal":"1","amount":100,"receipt":{"number":"1","number":"2"}}"#,
            "receipt.number: stands more than once",
        ),
    ] {
        assert_eq!(parse(twice.as_bytes()).unwrap_err().detail, said);
    }
}

#[test]
fn an_unknown_operation_lists_the_known_ones() {
    let bad = refused(&json!({ "operation": "refnud", "id": "7" }));
    assert_eq!(bad.code, Code::UnknownOperation);
    assert_eq!(
        bad.detail,
        "operation: `refnud` is not known, did you mean `refund`?; known operations: pay, cancel, refund, confirm, status, link_check, link_bind, receipt_find"
    );
    assert_eq!(bad.id, Some(CallerId::new("7").unwrap()));
    assert_eq!(refused(&json!({ "id": "7" })).detail, "operation: missing");
    assert_eq!(
        refused(&json!({ "id": "7", "operation": 5 })).detail,
        "operation: expected a string"
    );
}

#[test]
fn another_version_is_refused_before_its_fields_are_looked_at() {
    let bad = refused(&json!({ "protocol": 2, "operation": "pay", "id": "7", "news": 1 }));
    assert_eq!(bad.detail, "protocol: this daemon speaks version 1");
    assert!(bad.id.is_some());
}

#[test]
fn bytes_that_are_no_message_are_malformed() {
    for (bytes, said) in [
        (&b"{\"id\":\"\xff\"}"[..], "not UTF-8: byte 7"),
        (b"", "the body is empty"),
        (b" \n", "the body is empty"),
        (b"\xef\xbb\xbf{}", "the body begins with a byte order mark"),
        (
            b"[1]",
            "not a JSON object: invalid type: sequence, expected a message",
        ),
        (
            b"{\"operation\":\"pay\"} x",
            "not a JSON object: trailing characters at line 1 column 21",
        ),
        (b"{\"operation\":", "not a JSON object: EOF while parsing a value"),
    ] {
        let bad = parse(bytes).unwrap_err();
        assert_eq!(bad.code, Code::Malformed);
        assert!(bad.detail.starts_with(said), "{}", bad.detail);
    }
    let deep = "[".repeat(100_000);
    let bad = parse(deep.as_bytes()).unwrap_err();
    assert_eq!(bad.detail, "nested deeper than 16 levels at byte 16");
    // Brackets inside strings are not nesting.
    let wire = pay_with("/purpose", json!("[[[[[[[[[[[[[[[[[[[[\"{{{{\\"));
    assert!(parse(wire.to_string().as_bytes()).is_ok());
}

#[test]
fn the_id_is_salvaged_from_damaged_json() {
    let bad = parse(br#"{"id":"till-1","amount":}"#).unwrap_err();
    assert_eq!(bad.id, Some(CallerId::new("till-1").unwrap()));
    let bad = parse(br#"{"id":"till 1","operation":"pay"}"#).unwrap_err();
    assert_eq!(bad.id, None);
    assert!(bad.detail.starts_with("id: "), "{}", bad.detail);
}

#[test]
fn ranges_and_lengths_are_held_at_both_ends() {
    let long = |n: usize| json!("ж".repeat(n));
    let at = |pointer: &str, value: Value| parse(pay_with(pointer, value).to_string().as_bytes());
    for (pointer, good, bad) in [
        ("/timeout_ms", json!(30_000), json!(29_999)),
        ("/timeout_ms", json!(3_600_000), json!(3_600_001)),
        ("/lifetime_s", json!(30), json!(29)),
        ("/lifetime_s", json!(7_776_000), json!(7_776_001)),
        ("/amount", json!(1), json!(0)),
        ("/amount", json!(100_000_000_000_i64), json!(100_000_000_001_i64)),
        ("/purpose", long(140), long(141)),
        ("/purpose", json!("a b"), json!("a\nb")),
        ("/cost_centre", long(64), long(65)),
        ("/customer_code", long(1024), long(1025)),
        ("/card_token", long(512), long(513)),
        ("/link", long(512), long(513)),
        ("/tender", long(32), long(33)),
        ("/subscriber", long(256), long(257)),
        ("/replaces", json!("till7-000122"), json!("till7-000123")),
        ("/receipt/number", long(64), long(65)),
        ("/receipt/cashier", long(128), long(129)),
        ("/store", long(128), long(129)),
        ("/id", long(64), long(65)),
        ("/module", json!("q"), json!("Q")),
    ] {
        assert!(at(pointer, good).is_ok(), "{pointer}");
        let refused = at(pointer, bad).unwrap_err();
        let name = pointer.trim_start_matches('/').replace('/', ".");
        assert!(
            refused.detail.starts_with(&format!("{name}: ")),
            "{pointer}: {}",
            refused.detail
        );
        assert_eq!(refused.code, Code::InvalidField);
    }
}

#[test]
fn a_receipt_holds_at_most_a_thousand_lines_and_a_sum_that_can_be_paid() {
    let line = json!({ "name": "x", "quantity": "1", "price": 1, "sum": 1 });
    let of = |n: usize| pay_with("/receipt/items", json!(vec![line.clone(); n]));
    assert!(parse(of(1000).to_string().as_bytes()).is_ok());
    assert_eq!(
        refused(&of(1001)).detail,
        "receipt.items: at most 1000 lines, this one has 1001"
    );
    let dear = json!({ "name": "x", "quantity": "1", "price": 1, "sum": 60_000_000_000_i64 });
    let said = refused(&pay_with("/receipt/items", json!([dear, dear]))).detail;
    assert_eq!(
        said,
        "receipt.items: the sums together exceed what a receipt can cost"
    );
}

#[test]
fn a_payment_is_named_once_and_in_one_way() {
    for operation in ["cancel", "refund", "confirm", "status"] {
        let mut wire = json!({ "operation": operation, "id": "1", "store": "1", "terminal": "1" });
        assert!(
            refused(&wire).detail.starts_with("payment: missing"),
            "{operation}"
        );
        wire["payment"] = json!("p");
        assert!(parse(wire.to_string().as_bytes()).is_ok(), "{operation}");
        wire["operation_id"] = json!("0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a");
        assert!(
            refused(&wire)
                .detail
                .starts_with("payment: stands beside `operation_id`"),
            "{operation}"
        );
        wire.as_object_mut().unwrap().remove("payment");
        wire["operation_id"] = json!("no uuid");
        assert!(refused(&wire).detail.starts_with("operation_id: "), "{operation}");
    }
}

#[test]
fn a_confirmation_names_a_sum_above_zero_or_none() {
    let mut wire =
        json!({ "operation": "confirm", "id": "1", "store": "1", "terminal": "1", "payment": "p" });
    assert!(parse(wire.to_string().as_bytes()).is_ok());
    wire["amount"] = json!(1);
    assert!(parse(wire.to_string().as_bytes()).is_ok());
    wire["amount"] = json!(0);
    assert!(refused(&wire).detail.starts_with("amount: must be 1 to"));
}

#[test]
fn targets_lead_to_the_operation() {
    let Message::Cancel(cancel) = sample::message("cancel") else {
        panic!("a cancel")
    };
    assert_eq!(
        cancel.target(),
        Some(Target::Caller(CallerId::new("till7-000123").unwrap()))
    );
    let Message::Status(mut status) = sample::message("status") else {
        panic!("a status")
    };
    let id: OperationId = "0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a".parse().unwrap();
    assert_eq!(status.target(), Some(Target::Operation(id)));
    status.operation_id = None;
    assert_eq!(status.target(), None);
}

#[test]
fn a_refund_without_a_sum_repeats_the_sum_that_was_found_first() {
    let module = ModuleName::new("qrraiffd").unwrap();
    let payment = OperationId::from_bytes([7; 16]);
    let Message::Refund(mut refund) = sample::message("refund") else {
        panic!("a refund")
    };
    refund.amount = None;
    let first = refund
        .clone()
        .into_request(module.clone(), payment, Kopecks::new(900).unwrap());
    assert_eq!(first.amount(), Kopecks::new(900).unwrap());
    assert!(refund.repeats(&module, payment, &first));
    assert!(!refund.repeats(&module, OperationId::from_bytes([8; 16]), &first));
    refund.amount = Some(Kopecks::new(901).unwrap());
    assert!(!refund.repeats(&module, payment, &first));
}

#[test]
fn no_error_repeats_a_value() {
    for (pointer, value) in [
        ("/customer_code", json!(987_654)),
        ("/customer_code", json!({ "987654": 1 })),
        ("/purpose", json!(987_654)),
        ("/receipt", json!("987654")),
        ("/amount", json!("987654")),
        ("/lifetime_s", json!("987654")),
    ] {
        let bad = refused(&pay_with(pointer, value));
        assert!(!bad.detail.contains("987654"), "{}", bad.detail);
    }
}
