//! The address that providers call back. A callback is a hint: its signature is the desk's business, and it changes
//! nothing by itself.

use super::answer::{no_such_address, no_such_method};
use super::body;
use crate::{CallbackVerdict, Desk};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::ModuleName;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The largest body of a callback, in bytes.
pub const MAX_CALLBACK_BYTES: usize = 256 * 1024;
/// How long a callback may take, in milliseconds.
pub const CALLBACK_MS: u64 = 10_000;
/// How many callbacks are worked on at once.
pub const CONCURRENT_CALLBACKS: usize = 64;

#[derive(Clone)]
struct Door {
    desk: Arc<dyn Desk>,
    places: Arc<Semaphore>,
}

/// `POST /callback/{module}`. It needs no token: the provider's signature is checked behind the desk.
pub fn callback_router(desk: Arc<dyn Desk>) -> Router {
    let places = Arc::new(Semaphore::new(CONCURRENT_CALLBACKS));
    Router::new()
        .route("/callback/{module}", post(take))
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .with_state(Door { desk, places })
}

async fn take(
    State(door): State<Door>,
    module: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(module)) = module else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(_place) = door.places.try_acquire() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let limit = Duration::from_millis(CALLBACK_MS);
    match tokio::time::timeout(limit, judge(&door, &module, request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn judge(door: &Door, module: &str, request: Request) -> Response {
    let Ok(module) = ModuleName::new(module) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut headers = Vec::with_capacity(request.headers().len());
    for (name, value) in request.headers() {
        // A signature in a header that is no text could be read in two ways.
        let Ok(value) = value.to_str() else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        headers.push((name.as_str().to_owned(), value.to_owned()));
    }
    let body = match body::read(request, MAX_CALLBACK_BYTES).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let status = match door.desk.callback(&module, headers, body.into()).await {
        CallbackVerdict::Taken => StatusCode::OK,
        CallbackVerdict::Unreadable => StatusCode::BAD_REQUEST,
        CallbackVerdict::Unsigned => StatusCode::UNAUTHORIZED,
        CallbackVerdict::Unknown => StatusCode::NOT_FOUND,
        CallbackVerdict::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    status.into_response()
}
