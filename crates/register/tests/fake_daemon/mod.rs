//! A daemon that only pretends: the HTTP contract with scripted outcomes. The last two digits of a payment's sum
//! choose what becomes of it; [`Trouble`] breaks requests on their way.

#![expect(
    dead_code,
    reason = "several test binaries include this file, and none uses all of it"
)]
#![expect(clippy::unwrap_used, clippy::struct_field_names, reason = "test helpers")]

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

pub const TOKEN: &str = "till-7-secret";
pub const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000007&sum=15000&cur=RUB&crc=C63A";

/// What a social account has for its first two lines, in kopecks.
const RESERVED: i64 = 15_740;

/// What the kopecks of a sum choose.
pub mod script {
    pub const PAID: i64 = 0;
    pub const DECLINED: i64 = 1;
    pub const EXPIRED: i64 = 2;
    pub const UNRESOLVED: i64 = 3;
    pub const REFUSED: i64 = 4;
    pub const WAITS: i64 = 5;
    pub const BUYER_IS_QUICKER: i64 = 6;
    pub const EVENTS_BREAK: i64 = 7;
    /// A social account reserves for the first two lines of the receipt, and waits for a `confirm`.
    pub const RESERVES: i64 = 8;
}

/// What happens to a request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection breaks; the daemon never had the message.
    LostOnTheWay,
    /// The daemon took the message; its answer is lost.
    AnswerLost,
    /// A turn-away for a passing reason.
    ShuttingDown,
    /// Something that is not the daemon answers 404.
    NotTheDaemon,
    /// A proxy answers 502 after the daemon took the message.
    BadGateway,
    /// The daemon took the message and did not decide in time.
    Undecided,
}

#[derive(Debug, Clone)]
struct Operation {
    operation_id: String,
    kind: String,
    caller: String,
    state: &'static str,
    amount: i64,
    refunded: i64,
    code: Option<&'static str>,
    events_broken: bool,
    payload: String,
}

#[derive(Debug, Default)]
struct Books {
    operations: BTreeMap<String, Operation>,
    bodies: Vec<Value>,
    troubles: VecDeque<Trouble>,
}

#[derive(Clone)]
pub struct FakeDaemon {
    pub url: String,
    books: Arc<Mutex<Books>>,
    thinks: Duration,
    always: Option<i64>,
}

impl FakeDaemon {
    /// Listens on a free port; buyers take `thinks` to decide.
    pub async fn start(thinks: Duration) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            books: Arc::default(),
            thinks,
            always: None,
        };
        let router = fake.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        fake
    }

    /// The same without a listener of its own.
    pub fn unbound(thinks: Duration) -> Self {
        Self {
            url: String::new(),
            books: Arc::default(),
            thinks,
            always: None,
        }
    }

    /// Every payment goes by this script, whatever its sum.
    pub fn always(mut self, script: i64) -> Self {
        self.always = Some(script);
        self
    }

    fn script(&self, amount: i64) -> i64 {
        self.always.unwrap_or(amount % 100)
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/api/v1/operations", post(take))
            .route("/api/v1/operations/{id}", get(look))
            .route("/api/v1/operations/{id}/events", get(events))
            .with_state(self.clone())
    }

    pub fn trouble(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.books().troubles.extend(troubles);
    }

    /// Every message that the daemon has taken, in order.
    pub fn bodies(&self, operation: &str) -> Vec<Value> {
        let books = self.books();
        books
            .bodies
            .iter()
            .filter(|b| b["operation"] == operation)
            .cloned()
            .collect()
    }

    /// How many operations were opened.
    pub fn opened(&self) -> usize {
        self.books().operations.len()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// The daemon's reply to a message.
    pub fn handle(&self, message: &Value) -> Value {
        self.books().bodies.push(message.clone());
        let id = message["id"].as_str().unwrap().to_owned();
        match message["operation"].as_str().unwrap() {
            "pay" | "refund" | "link_check" | "link_bind" => {
                let known = self.books().operations.contains_key(&id);
                if !known {
                    self.open(&id, message);
                }
                self.reply(&id)
            }
            "cancel" => self.cancel(message),
            "confirm" => self.confirm(message),
            "receipt_find" => self.receipt_find(message),
            _ => self.find(message).map_or_else(
                || turned_away("unknown_payment", "Nothing is known under this id."),
                |id| {
                    let mut reply = self.reply(&id);
                    reply["id"] = message["id"].clone();
                    reply["operation"] = json!("status");
                    reply
                },
            ),
        }
    }

    fn find(&self, message: &Value) -> Option<String> {
        let books = self.books();
        let found = books.operations.values().find(|operation| {
            message["payment"] == operation.caller.as_str()
                || message["operation_id"] == operation.operation_id.as_str()
        });
        found.map(|operation| operation.caller.clone())
    }

    fn open(&self, id: &str, message: &Value) {
        let kind = message["operation"].as_str().unwrap().to_owned();
        let payment = self.find(message);
        let mut books = self.books();
        let whole = payment.as_ref().map_or(0, |payment| {
            books.operations[payment].amount - books.operations[payment].refunded
        });
        let amount = message["amount"].as_i64().unwrap_or(whole);
        let number = books.operations.len() + 1;
        let mut operation = Operation {
            operation_id: format!("0190b000-0000-7000-8000-{number:012}"),
            kind: kind.clone(),
            caller: id.to_owned(),
            state: "registering",
            amount,
            refunded: 0,
            code: None,
            events_broken: false,
            payload: format!("{PAYLOAD}&n={number}"),
        };
        let mut end = None;
        match kind.as_str() {
            "pay" => {
                operation.state = "awaiting_payment";
                match self.script(amount) {
                    script::PAID | script::EVENTS_BREAK => end = Some(("paid", None)),
                    script::DECLINED => end = Some(("declined", Some("declined"))),
                    script::EXPIRED => end = Some(("expired", Some("expired"))),
                    script::UNRESOLVED => end = Some(("unresolved", Some("unresolved"))),
                    script::RESERVES => operation.state = "awaiting_confirmation",
                    script::REFUSED => {
                        operation.state = "refused";
                        operation.code = Some("provider_refused");
                    }
                    _ => {}
                }
            }
            "refund" => {
                operation.state = "refunding";
                end = Some(("refunded", None));
                if let Some(payment) = payment.and_then(|p| books.operations.get_mut(&p)) {
                    payment.refunded += amount;
                }
            }
            _ => operation.state = "done",
        }
        books.operations.insert(id.to_owned(), operation);
        drop(books);
        if let Some((state, code)) = end {
            let (fake, id) = (self.clone(), id.to_owned());
            tokio::spawn(async move {
                tokio::time::sleep(fake.thinks).await;
                let mut books = fake.books();
                let operation = books.operations.get_mut(&id).unwrap();
                if matches!(operation.state, "awaiting_payment" | "refunding") {
                    operation.state = state;
                    operation.code = code;
                }
            });
        }
    }

    fn cancel(&self, message: &Value) -> Value {
        let Some(id) = self.find(message) else {
            return turned_away("unknown_payment", "Nothing is known under this id.");
        };
        {
            let mut books = self.books();
            let operation = books.operations.get_mut(&id).unwrap();
            if matches!(operation.state, "awaiting_payment" | "awaiting_confirmation") {
                if self.script(operation.amount) == script::BUYER_IS_QUICKER {
                    operation.state = "paid";
                } else {
                    operation.state = "cancelled";
                    operation.code = Some("cancelled");
                }
            }
        }
        let mut reply = self.reply(&id);
        reply["id"] = message["id"].clone();
        reply["operation"] = json!("cancel");
        reply
    }

    fn confirm(&self, message: &Value) -> Value {
        let Some(id) = self.find(message) else {
            return turned_away("unknown_payment", "Nothing is known under this id.");
        };
        {
            let mut books = self.books();
            let operation = books.operations.get_mut(&id).unwrap();
            if operation.state == "awaiting_confirmation" {
                operation.state = "paid";
                operation.amount = operation.amount.min(RESERVED);
            }
        }
        let mut reply = self.reply(&id);
        reply["id"] = message["id"].clone();
        reply["operation"] = json!("confirm");
        reply
    }

    /// Receipt 404 has no payment; receipt 2 has all of them; the others have the latest. Those of
    /// receipt 300 can only be refunded whole.
    fn receipt_find(&self, message: &Value) -> Value {
        let number = message["receipt"]["number"].as_str().unwrap();
        let books = self.books();
        let paid = books
            .operations
            .values()
            .filter(|operation| operation.kind == "pay");
        let mut payments: Vec<Value> = paid
            .map(|operation| {
                let whole = number == "300";
                let mut payment = json!({
                    "operation_id": operation.operation_id, "module": "qrraiffd", "terminal": "7",
                    "state": operation.state, "amount": operation.amount, "refunded": operation.refunded,
                    "left": operation.amount - operation.refunded,
                    "refund": if whole { "whole" } else { "partial" }, "at": "2026-11-22T10:00:00.000Z",
                });
                if whole {
                    payment["note"] = json!({ "ru": "Только целиком.", "en": "Only whole." });
                }
                payment
            })
            .collect();
        payments.sort_by_key(|payment| std::cmp::Reverse(payment["operation_id"].to_string()));
        if number == "404" {
            payments.clear();
        } else if number != "2" {
            payments.truncate(1);
        }
        if payments.is_empty() {
            return turned_away("unknown_payment", "Nothing is known under this id.");
        }
        json!({ "protocol": 1, "id": message["id"], "operation": "receipt_find", "final": true,
            "payments": payments, "message": { "ru": "Найдены.", "en": "Found." } })
    }

    fn reply(&self, id: &str) -> Value {
        let operation = self.books().operations[id].clone();
        let state = operation.state;
        let is_final = !matches!(
            state,
            "registering"
                | "awaiting_payment"
                | "awaiting_confirmation"
                | "closing"
                | "refunding"
                | "unresolved"
        );
        let mut reply = json!({
            "protocol": 1,
            "id": operation.caller,
            "operation": operation.kind,
            "operation_id": operation.operation_id,
            "state": state,
            "final": is_final,
            "amount": operation.amount,
            "message": { "ru": format!("Состояние: {state}."), "en": format!("State: {state}.") },
        });
        if operation.refunded > 0 {
            reply["refunded"] = json!(operation.refunded);
        }
        if state == "awaiting_payment" {
            reply["qr"] = json!({
                "payload": operation.payload,
                "expires_at": "2026-11-22T10:05:00.000Z",
                "expires_in_ms": 290_000,
            });
        }
        let reserves = self.script(operation.amount) == script::RESERVES;
        if state == "paid" && reserves && operation.kind == "pay" {
            reply["reservation"] = json!({
                "available": RESERVED,
                "positions": [{ "number": 1, "sum": 9490 }, { "number": 2, "sum": 6250 }],
                "confirmed": operation.amount,
            });
        }
        if state == "awaiting_confirmation" {
            reply["reservation"] = json!({
                "available": RESERVED,
                "positions": [{ "number": 1, "sum": 9490 }, { "number": 2, "sum": 6250 }],
                "confirm_by": "2026-11-22T10:05:00.000Z",
                "confirm_in_ms": 170_000,
            });
        }
        if matches!(state, "paid" | "refunded") {
            reply["slip"] = json!(["СБП: ОПЛАЧЕНО", "Сумма 150.00 руб."]);
            reply["qrRequisites"] = json!(format!(
                "qrraiffd,{},AD100,A1,2026-11-22T10:00:00Z",
                operation.operation_id
            ));
        }
        if operation.kind.starts_with("link") {
            reply["link"] =
                json!({ "verdict": "this_register", "link_id": "AS1000670LSS7DN18SJQDNP4B05KLJL2" });
        }
        if let Some(code) = operation.code {
            reply["error"] = json!({
                "code": code,
                "text": { "ru": format!("Причина: {code}."), "en": format!("Reason: {code}.") },
                "repeatable": code != "unresolved",
            });
        }
        reply
    }
}

/// A request that opened nothing.
pub fn turned_away(code: &str, words: &str) -> Value {
    json!({
        "protocol": 1,
        "final": true,
        "message": { "ru": words, "en": words },
        "error": { "code": code, "text": { "ru": words, "en": words }, "repeatable": false },
    })
}

fn respond(reply: &Value) -> Response {
    let status = if reply["state"].is_null() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else if reply["final"] == true {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    (status, Json(reply)).into_response()
}

/// An answer that breaks off in the middle.
fn broken() -> Response {
    let torn: Result<Bytes, std::io::Error> = Err(std::io::ErrorKind::ConnectionReset.into());
    Body::from_stream(futures_util::stream::iter([torn])).into_response()
}

async fn take(State(fake): State<FakeDaemon>, headers: HeaderMap, body: Bytes) -> Response {
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|v| v != &format!("Bearer {TOKEN}"))
    {
        let reply = turned_away("unauthorized", "The token is not valid.");
        return (StatusCode::UNAUTHORIZED, Json(reply)).into_response();
    }
    let message: Value = serde_json::from_slice(&body).unwrap();
    let trouble = fake.books().troubles.pop_front();
    match trouble {
        None => respond(&fake.handle(&message)),
        Some(Trouble::LostOnTheWay) => broken(),
        Some(Trouble::AnswerLost) => {
            fake.handle(&message);
            broken()
        }
        Some(Trouble::ShuttingDown) => {
            let reply = turned_away("shutting_down", "The daemon is going down.");
            (StatusCode::SERVICE_UNAVAILABLE, Json(reply)).into_response()
        }
        Some(Trouble::NotTheDaemon) => (StatusCode::NOT_FOUND, "no such page").into_response(),
        Some(Trouble::Undecided) => {
            fake.handle(&message);
            let mut reply = turned_away("unresolved", "No decision in time.");
            reply["final"] = json!(false);
            (StatusCode::SERVICE_UNAVAILABLE, Json(reply)).into_response()
        }
        Some(Trouble::BadGateway) => {
            fake.handle(&message);
            (StatusCode::BAD_GATEWAY, "bad gateway").into_response()
        }
    }
}

fn caller_of(fake: &FakeDaemon, operation_id: &str) -> Option<String> {
    fake.find(&json!({ "operation_id": operation_id }))
}

async fn look(State(fake): State<FakeDaemon>, Path(id): Path<String>) -> Response {
    caller_of(&fake, &id).map_or_else(
        || {
            (
                StatusCode::NOT_FOUND,
                Json(turned_away("unknown_payment", "Unknown.")),
            )
                .into_response()
        },
        |id| respond(&fake.reply(&id)),
    )
}

async fn events(State(fake): State<FakeDaemon>, Path(id): Path<String>) -> Response {
    let Some(id) = caller_of(&fake, &id) else {
        return (
            StatusCode::NOT_FOUND,
            Json(turned_away("unknown_payment", "Unknown.")),
        )
            .into_response();
    };
    let (sender, receiver) = tokio::sync::mpsc::channel::<String>(8);
    tokio::spawn(async move {
        let mut told = Value::Null;
        loop {
            let reply = fake.reply(&id);
            if reply != told {
                let event = format!(": alive\n\nevent: reply\ndata: {reply}\n\n");
                if sender.send(event).await.is_err() || reply["final"] == true {
                    return;
                }
                told = reply;
                let mut books = fake.books();
                let operation = books.operations.get_mut(&id).unwrap();
                if fake.script(operation.amount) == script::EVENTS_BREAK && !operation.events_broken {
                    operation.events_broken = true;
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        let event = receiver.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(event), receiver))
    });
    (
        [(header::CONTENT_TYPE, "text/event-stream")],
        Body::from_stream(stream),
    )
        .into_response()
}
