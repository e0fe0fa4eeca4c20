//! What the tests of every bank begin with: one payment at one moment, a refund of a part of it, and how a conversation is
//! played back.

use connector::conversation::{Conversation, converse};
use connector::{Connector, Turn, WireRequest, WireResponse};
use domain::call::{LinkCall, Lookup, Reference, RefundCall, Register};
use domain::receipt::Receipt;
use domain::{
    Answer, Call, Certainty, Code, Fault, Kopecks, OperationId, OrderId, PaymentState, StoreId, TerminalId,
    Timestamp,
};
use proptest::prelude::*;

/// 2026-11-22T10:00:00Z
pub const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);
/// A dynamic QR.
pub const QR_ID: &str = "AD1000000000000000000000DYNTEST1";
/// A sticker.
pub const LINK_ID: &str = "AS1000000000000000000000LNKTEST1";
/// What the shop must never show.
pub const SECRET: &str = "test-secret-key";

pub fn kopecks(number: i64) -> Kopecks {
    Kopecks::new(number).unwrap()
}

pub fn operation() -> OperationId {
    "0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b".parse().unwrap()
}

pub fn order() -> OrderId {
    operation().order(1)
}

/// 1 110.11 rubles of receipt 77, for about five minutes.
pub fn register() -> Register {
    Register {
        order: order(),
        amount: kopecks(111_011),
        created_at: NOW,
        expires_at: NOW.plus_ms(300_999),
        store: StoreId::new("12").unwrap(),
        terminal: TerminalId::new("3").unwrap(),
        purpose: None,
        cost_centre: None,
        receipt: Some(Receipt {
            number: Some("77".to_owned()),
            ..Receipt::default()
        }),
        customer_code: None,
        card_token: None,
        link_id: None,
        tender: None,
        subscriber: None,
    }
}

/// The same over the sticker, where the bank has one.
pub fn register_on(link_id: Option<&str>) -> Call {
    Call::Register(Box::new(Register {
        link_id: link_id.map(str::to_owned),
        ..register()
    }))
}

pub fn lookup(reference: Reference) -> Lookup {
    Lookup {
        order: order(),
        amount: kopecks(111_011),
        reference,
    }
}

/// 150.50 rubles back.
pub fn refund_of(payment: Lookup) -> RefundCall {
    let refund: OperationId = "0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c".parse().unwrap();
    RefundCall {
        refund: refund.order(1),
        amount: kopecks(15_050),
        payment,
        purpose: Some("Возврат товара".to_owned()),
        reference: Reference::default(),
    }
}

pub fn link_call(payload: &str) -> LinkCall {
    LinkCall {
        link_id: LINK_ID.to_owned(),
        payload: payload.to_owned(),
        terminal_number: None,
        store: StoreId::new("12").unwrap(),
        terminal: TerminalId::new("3").unwrap(),
    }
}

pub fn ok(body: impl Into<String>) -> WireResponse {
    WireResponse::new(200, body.into())
}

pub fn talk(bank: &dyn Connector, call: &Call, responses: &[WireResponse]) -> Conversation {
    converse(bank, call, responses, NOW)
}

/// The end of a call whose responses were all used.
pub fn end(bank: &dyn Connector, call: &Call, responses: &[WireResponse]) -> Result<Answer, Fault> {
    let conversation = talk(bank, call, responses);
    assert_eq!(conversation.sent.len(), responses.len(), "{conversation:?}");
    conversation.end.expect("the call ends")
}

pub fn payment(bank: &dyn Connector, call: &Call, responses: &[WireResponse]) -> PaymentState {
    match end(bank, call, responses) {
        Ok(Answer::Payment(state)) => state,
        other => panic!("not a payment state: {other:?}"),
    }
}

/// What an operator is told of a call that fails, with the bank's own code.
pub fn fault(
    bank: &dyn Connector,
    call: &Call,
    responses: &[WireResponse],
) -> (Certainty, Code, Option<String>) {
    let fault = end(bank, call, responses).expect_err("a fault");
    assert!(!fault.detail.contains(SECRET));
    (fault.certainty, fault.code, fault.provider_code)
}

/// A request as text for a snapshot.
pub fn written(request: &WireRequest) -> String {
    let mut parts = vec![format!("{} {}\n", request.method.as_str(), request.url)];
    let headers = request.headers.iter();
    parts.extend(headers.map(|(name, value)| format!("{name}: {value:?}\n")));
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    parts.push(format!("\n{body}\n\n"));
    let text = parts.concat();
    assert!(!text.contains(SECRET));
    text
}

/// All that was sent, as text for a snapshot.
pub fn transcript(bank: &dyn Connector, call: &Call, responses: &[WireResponse]) -> String {
    let sent = talk(bank, call, responses).sent;
    let text: String = sent.iter().map(written).collect();
    text.replace(env!("CARGO_PKG_VERSION"), "[version]")
}

/// Responses of a bank that has these words: whole, with one byte spoilt, or noise.
pub fn any_response(words: &'static [&'static str]) -> impl Strategy<Value = WireResponse> {
    let status = prop_oneof![Just(200_u16), Just(400), Just(404), any::<u16>()];
    let spoilt = (
        prop::sample::select(words),
        any::<prop::sample::Index>(),
        any::<u8>(),
    );
    let body = prop_oneof![
        prop::sample::select(words).prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..80),
        spoilt.prop_map(|(text, at, byte)| {
            let mut bytes = text.as_bytes().to_vec();
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        }),
    ];
    (status, body).prop_map(|(status, body)| WireResponse::new(status, body))
}

/// After responses in which nobody has said "paid": no call panics, none finds money, none sends for ever.
pub fn finds_no_money(bank: &dyn Connector, call: &Call, heard: &[WireResponse], most_requests: usize) {
    for count in 0..=heard.len() {
        match bank.next(call, &heard[..count], NOW) {
            Ok(Turn::Done(Answer::Payment(PaymentState::Paid { .. }))) => {
                panic!("paid without the word: {heard:?}")
            }
            Ok(Turn::Send(_)) => assert!(count < most_requests, "it sends for ever: {heard:?}"),
            Ok(Turn::Done(_)) | Err(_) => {}
        }
    }
}
