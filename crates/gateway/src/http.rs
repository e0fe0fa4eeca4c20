//! The HTTP door: the same messages under `/api/v1`, progress as server-sent events, and the address that providers
//! call back.

mod answer;
mod body;
mod callback;
mod events;
mod headers;
mod rate;
pub mod token;

pub use callback::callback_router;
pub use token::{Tokens, TokensError};

use crate::{Desk, DeskError, MAX_BODY_BYTES, TokenOwner};
use answer::{Refusal, no_such_address, no_such_method, reply};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::{CallerId, Code, OperationId};
use protocol::{Message, Status};
use rate::RateLimits;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests a register may make at once after a silence, unless the settings say otherwise.
pub const BURST: u32 = 20;
/// How many requests a register may make each second in the long run, unless the settings say otherwise.
pub const PER_SECOND: u32 = 5;
/// How many requests are worked on at once, unless the settings say otherwise.
pub const CONCURRENT_REQUESTS: usize = 256;
/// How many streams of events are open at once, unless the settings say otherwise.
pub const CONCURRENT_STREAMS: usize = 1024;
/// How long a request may take, in milliseconds, unless the settings say otherwise.
pub const REQUEST_MS: u64 = 15_000;

/// How the door is set up.
#[derive(Clone)]
pub struct HttpOptions {
    /// Who may come in.
    pub tokens: Tokens,
    /// The largest body, in bytes.
    pub max_body_bytes: usize,
    /// Requests of one register at once after a silence.
    pub burst: u32,
    /// Requests of one register each second in the long run; 0 = no limit.
    pub per_second: u32,
    /// Requests worked on at once.
    pub concurrent_requests: usize,
    /// Open streams of events.
    pub concurrent_streams: usize,
    /// How long a request may take, in milliseconds.
    pub request_ms: u64,
    /// One line on the AMQP door for `/api/v1/health`, without secrets.
    pub amqp_state: Arc<dyn Fn() -> String + Send + Sync>,
}

impl HttpOptions {
    /// The usual options for these tokens.
    pub fn new(tokens: Tokens, amqp_state: Arc<dyn Fn() -> String + Send + Sync>) -> Self {
        Self {
            tokens,
            max_body_bytes: MAX_BODY_BYTES,
            burst: BURST,
            per_second: PER_SECOND,
            concurrent_requests: CONCURRENT_REQUESTS,
            concurrent_streams: CONCURRENT_STREAMS,
            request_ms: REQUEST_MS,
            amqp_state,
        }
    }
}

struct Door {
    desk: Arc<dyn Desk>,
    rates: RateLimits,
    requests: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    options: HttpOptions,
}

type Shared = State<Arc<Door>>;

/// The register's door. Must be served inside a tokio runtime.
pub fn router(desk: Arc<dyn Desk>, options: HttpOptions) -> Router {
    let door = Door {
        desk,
        rates: RateLimits::new(options.tokens.len(), options.burst, options.per_second),
        requests: Arc::new(Semaphore::new(options.concurrent_requests)),
        streams: Arc::new(Semaphore::new(options.concurrent_streams)),
        options,
    };
    Router::new()
        .route("/api/v1/operations", post(take))
        .route("/api/v1/operations/{operation_id}", get(look))
        .route("/api/v1/operations/{operation_id}/events", get(watch))
        .route("/api/v1/health", get(health))
        .route("/api/v1/openapi.json", get(openapi))
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .with_state(Arc::new(door))
}

async fn health(State(door): Shared) -> Response {
    let amqp = (door.options.amqp_state)();
    Json(json!({ "ok": true, "amqp": amqp })).into_response()
}

async fn openapi() -> Response {
    Json(protocol::schema::openapi()).into_response()
}

async fn take(State(door): Shared, request: Request) -> Response {
    door.take(request)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

/// A part of the path; one that is no text names nothing.
type Named = Result<Path<String>, PathRejection>;

fn name(part: Named) -> String {
    part.map(|Path(text)| text).unwrap_or_default()
}

async fn look(State(door): Shared, id: Named, headers: HeaderMap) -> Response {
    door.look(&name(id), &headers)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn watch(State(door): Shared, id: Named, headers: HeaderMap) -> Response {
    door.watch(&name(id), &headers)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

impl Door {
    async fn take(&self, request: Request) -> Result<Response, Refusal> {
        let (owner, permit) = self.admit(request.headers())?;
        let key = headers::idempotency_key(request.headers())?;
        headers::json_content(request.headers())?;
        let reading = body::read(request, self.options.max_body_bytes);
        let bytes = self.timed(reading).await.map_err(|_| Refusal::too_slow())??;
        let message = protocol::parse(&bytes).map_err(|bad| Refusal::bad(&bad))?;
        let common = message.common();
        if key.is_some_and(|key| key != common.id.as_str()) {
            let detail = "header Idempotency-Key: differs from the `id` of the body";
            return Err(Refusal::about(&message, Code::InvalidField, detail));
        }
        if *common.store != owner.store || *common.terminal != owner.terminal {
            let detail = "the token belongs to another store or terminal than the message names";
            return Err(Refusal::about(&message, Code::Unauthorized, detail));
        }
        if common.module.is_none() {
            return Err(Refusal::about(
                &message,
                Code::InvalidField,
                "module: missing (over HTTP it is needed)",
            ));
        }
        Ok(reply(&self.hand_over(message, permit).await?))
    }

    async fn look(&self, id: &str, headers: &HeaderMap) -> Result<Response, Refusal> {
        let (owner, permit) = self.admit(headers)?;
        let id = self.own_operation(id, owner, permit).await?;
        match self.timed(self.desk.look(id)).await? {
            Ok(Some(found)) => Ok(reply(&found)),
            Ok(None) => Err(Refusal::unknown_operation()),
            Err(why) => Err(Refusal::desk(&why)),
        }
    }

    async fn watch(&self, id: &str, headers: &HeaderMap) -> Result<Response, Refusal> {
        let (owner, permit) = self.admit(headers)?;
        let id = self.own_operation(id, owner, permit).await?;
        let Ok(permit) = Arc::clone(&self.streams).try_acquire_owned() else {
            return Err(Refusal::busy("too many streams of events are open"));
        };
        match self.timed(self.desk.watch(id)).await? {
            Ok(Some(replies)) => Ok(events::stream(replies, permit)),
            Ok(None) => Err(Refusal::unknown_operation()),
            Err(why) => Err(Refusal::desk(&why)),
        }
    }

    /// Strict headers, a valid token, the register's rate, a place among the requests worked on.
    fn admit(&self, headers: &HeaderMap) -> Result<(&TokenOwner, OwnedSemaphorePermit), Refusal> {
        headers::no_doubles(headers)?;
        let token = headers::bearer(headers)?;
        let Some((index, owner)) = self.options.tokens.find(token) else {
            return Err(Refusal::unauthorized("the token is not valid"));
        };
        if let Err(wait_ms) = self.rates.take(index) {
            return Err(Refusal::too_fast(wait_ms));
        }
        let permit = Arc::clone(&self.requests).try_acquire_owned();
        let permit = permit.map_err(|_| Refusal::busy("too many requests are being worked on"))?;
        Ok((owner, permit))
    }

    /// In a task of its own, so that a register that hangs up does not tear it. The permit goes along: work that a
    /// register no longer waits for still counts.
    async fn hand_over(
        &self,
        message: Message,
        permit: OwnedSemaphorePermit,
    ) -> Result<protocol::Reply, Refusal> {
        let desk = Arc::clone(&self.desk);
        let common = message.common();
        let (id, operation) = (common.id.clone(), common.operation);
        let handling = tokio::spawn(async move {
            let handled = desk.handle(message, None).await;
            drop(permit);
            handled
        });
        match self.timed(handling).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(why))) => Err(Refusal::desk(&why).with_id(id, operation)),
            Ok(Err(fault)) => {
                tracing::error!(%fault, "the desk broke on a message");
                Err(Refusal::undecided().with_id(id, operation))
            }
            Err(_) => Err(Refusal::undecided().with_id(id, operation)),
        }
    }

    /// Asks the desk, as a `status` message of this register would: it knows which store an operation belongs to.
    async fn own_operation(
        &self,
        id: &str,
        owner: &TokenOwner,
        permit: OwnedSemaphorePermit,
    ) -> Result<OperationId, Refusal> {
        let operation: OperationId = id.parse().map_err(|_| Refusal::unknown_operation())?;
        let question = CallerId::new("http-look").map_err(|_| Refusal::undecided())?;
        let status = Message::Status(Status {
            protocol: None,
            operation: "status".to_owned(),
            id: question,
            module: None,
            store: owner.store.clone(),
            terminal: owner.terminal.clone(),
            payment: None,
            operation_id: Some(operation),
        });
        let answer = self.hand_over(status, permit).await?;
        if answer.operation_id == Some(operation) {
            return Ok(operation);
        }
        Err(answer.error.map_or_else(Refusal::unknown_operation, |error| {
            if error.code == Code::UnknownPayment {
                Refusal::unknown_operation()
            } else {
                Refusal::new(error.code, error.detail.unwrap_or_default())
            }
        }))
    }

    async fn timed<T>(&self, work: impl Future<Output = T>) -> Result<T, Refusal> {
        let limit = Duration::from_millis(self.options.request_ms);
        tokio::time::timeout(limit, work)
            .await
            .map_err(|_| Refusal::undecided())
    }
}

impl Refusal {
    fn desk(why: &DeskError) -> Self {
        match why {
            DeskError::JournalUnavailable(detail) => Self::new(Code::JournalUnavailable, detail.clone()),
            DeskError::ShuttingDown => Self::new(Code::ShuttingDown, ""),
        }
    }
}

#[cfg(test)]
mod tests;
