//! The HTTP door before a desk in memory.

mod refusing;
mod serving;

use super::{HttpOptions, Tokens, router};
use crate::TokenOwner;
use crate::fake_desk::FakeDesk;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use domain::{StoreId, TerminalId};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// A token of 32 characters.
pub fn token(name: &str) -> String {
    format!("{name:0<32}")
}

pub fn options() -> HttpOptions {
    let of = |name: &str, store: &str, terminal: &str| {
        let owner = TokenOwner {
            store: StoreId::new(store).unwrap(),
            terminal: TerminalId::new(terminal).unwrap(),
        };
        (SecretString::from(token(name)), owner)
    };
    let tokens = vec![
        of("one", "17", "till-1"),
        of("two", "17", "till-2"),
        of("far", "18", "till-1"),
    ];
    HttpOptions::new(Tokens::new(tokens).unwrap(), Arc::new(|| "connected".to_owned()))
}

pub fn door() -> (Arc<FakeDesk>, Router) {
    let desk = Arc::new(FakeDesk::default());
    (desk.clone(), router(desk, options()))
}

pub fn pay(id: &str) -> Value {
    json!({ "operation": "pay", "id": id, "module": "qrraiffd", "store": "17", "terminal": "till-1", "amount": 12_345 })
}

/// A request of till 1 that is right in all but its body.
pub fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/api/v1/operations")
        .header("authorization", format!("Bearer {}", token("one")))
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}

pub fn get(path: &str, name: &str) -> Request<Body> {
    let bearer = format!("Bearer {}", token(name));
    Request::get(path)
        .header("authorization", bearer)
        .body(Body::empty())
        .unwrap()
}

pub async fn ask(door: &Router, request: Request<Body>) -> (u16, Value) {
    let response = door.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, body(response).await)
}

pub async fn body(response: Response<Body>) -> Value {
    let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The code of a refusal.
pub fn code(reply: &Value) -> &str {
    reply["error"]["code"].as_str().unwrap_or("")
}
