//! Whole messages and operations to start a test from.

use crate::Message;
use domain::operation::{Operation, State};
use domain::request::{Order, Request};
use domain::{Abilities, LostRegistration, ModuleName, OperationId, Policy, Timestamp};
use serde_json::{Value, json};

/// One full message per operation.
pub fn messages() -> Vec<Value> {
    let id = "0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a";
    vec![
        json!({ "protocol": 1, "operation": "pay", "id": "till7-000123", "module": "qrraiffd", "store": "17",
            "terminal": "till-7", "timeout_ms": 310_000, "amount": 123_450, "purpose": "Чек 123",
            "cost_centre": "CFO-5", "customer_code": "1234567890", "card_token": "mir-77", "link": "https://qr.nspk.ru/AS1",
            "lifetime_s": 300, "tender": "sbp", "subscriber": "card-77", "replaces": "till7-000122", "receipt": { "number": "123", "shift": 5, "cashier": "Иванова",
                "items": [
                    { "name": "Хлеб", "code": "4600", "quantity": "1", "price": 4500, "sum": 4500 },
                    { "name": "Сыр", "quantity": "0.350", "price": 90_000, "sum": 31_500 },
                    { "name": "Пакет", "quantity": "2", "price": 0, "sum": 0 } ] } }),
        json!({ "operation": "cancel", "id": "c1", "store": "17", "terminal": "till-7", "payment": "till7-000123" }),
        json!({ "operation": "refund", "id": "r1", "module": "qrraiffd", "store": "17", "terminal": "till-8",
            "timeout_ms": 60_000, "operation_id": id, "amount": 500, "purpose": "Возврат" }),
        json!({ "operation": "status", "id": "s1", "store": "17", "terminal": "till-7", "operation_id": id }),
        json!({ "operation": "confirm", "id": "n1", "store": "17", "terminal": "till-7", "payment": "till7-000123",
            "amount": 20_000 }),
        json!({ "operation": "link_check", "id": "k1", "store": "17", "terminal": "till-7", "timeout_ms": 30_000,
            "link": "https://qr.nspk.ru/AS1" }),
        json!({ "operation": "link_bind", "id": "b1", "store": "17", "terminal": "till-7",
            "link": "https://qr.nspk.ru/AS1", "terminal_number": "12345678" }),
        json!({ "operation": "receipt_find", "id": "f1", "store": "17", "terminal": "till-8",
            "receipt": { "number": "123", "shift": 5 } }),
    ]
}

/// A message of this kind, read.
pub fn message(operation: &str) -> Message {
    let found = messages()
        .into_iter()
        .find(|m| m["operation"] == operation)
        .unwrap();
    crate::parse(found.to_string().as_bytes()).unwrap()
}

pub fn moment() -> Timestamp {
    Timestamp::from_micros(1_795_341_600_000_000)
}

/// The request that a message of this kind makes.
pub fn request(operation: &str) -> Request {
    let module = ModuleName::new("qrraiffd").unwrap();
    match message(operation) {
        Message::Pay(m) => m.into_request(module),
        Message::Refund(m) => {
            let payment = OperationId::from_bytes([7; 16]);
            m.into_request(module, payment, domain::Kopecks::new(500).unwrap())
        }
        Message::LinkCheck(m) => m.into_request(module),
        Message::LinkBind(m) => m.into_request(module),
        Message::Cancel(_) | Message::Confirm(_) | Message::Status(_) | Message::ReceiptFind(_) => {
            unreachable!("they open nothing")
        }
    }
}

/// An operation in this state, otherwise empty.
pub fn operation(kind: &str, state: State) -> Operation {
    let request = request(kind);
    assert!(matches!(
        (&request.order, kind),
        (Order::Pay(_), "pay")
            | (Order::Refund(_), "refund")
            | (Order::LinkCheck(_), "link_check")
            | (Order::LinkBind(_), "link_bind")
    ));
    Operation {
        id: OperationId::from_bytes([1; 16]),
        request,
        policy: Policy::default(),
        abilities: Abilities {
            revoke: true,
            refund: true,
            one_refund_at_a_time: false,
            partial_refund: true,
            link_check: true,
            link_bind: true,
            cash_link: false,
            reservation: false,
            lost_registration: LostRegistration::RepeatSameOrder,
            ..Abilities::default()
        },
        created_at: moment(),
        answer_by: moment().plus_ms(300_000),
        version: 1,
        state,
        in_flight: None,
        act_at: None,
        due_at: None,

        uncertain: false,
        sent: domain::operation::Sent::default(),
        attempt: 1,
        technical_errors: 0,
        qr: None,
        reservation: None,
        link_id: None,
        reference: domain::call::Reference::default(),
        closing: None,
        failure: None,
        paid: None,
        reversal: None,
        payment: None,
        link_owner: None,
        link: None,
        finished_at: state.is_final().then(|| moment().plus_ms(60_000)),
    }
}
