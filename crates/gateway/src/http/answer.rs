//! Replies as HTTP responses. Every answer of the door, also a refusal, is a [`Reply`] in JSON.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{CallerId, Code};
use protocol::{BadMessage, Message, Reply, turned_away};

/// A request that the door itself does not take further.
#[derive(Debug)]
pub(super) struct Refusal {
    status: Option<StatusCode>,
    reply: Box<Reply>,
    retry_after_s: Option<u64>,
}

impl Refusal {
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            status: None,
            reply: Box::new(turned_away(None, None, code, Some(detail.into()))),
            retry_after_s: None,
        }
    }

    /// An unreadable message.
    pub(super) fn bad(bad: &BadMessage) -> Self {
        let mut refusal = Self::new(bad.code, bad.detail.clone());
        refusal.reply.id.clone_from(&bad.id);
        refusal
    }

    /// A message that was read and is not taken.
    pub(super) fn about(message: &Message, code: Code, detail: &str) -> Self {
        let common = message.common();
        Self::new(code, detail).with_id(common.id.clone(), common.operation)
    }

    pub(super) fn unauthorized(detail: &str) -> Self {
        Self::new(Code::Unauthorized, detail)
    }

    pub(super) fn unknown_operation() -> Self {
        Self::new(
            Code::UnknownPayment,
            "operation_id: no such operation in this store",
        )
    }

    pub(super) fn unsupported_type(detail: &str) -> Self {
        Self::new(Code::Malformed, detail).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }

    /// The body did not come; nothing was started.
    pub(super) fn too_slow() -> Self {
        Self::new(Code::Malformed, "the body did not arrive in time").with_status(StatusCode::REQUEST_TIMEOUT)
    }

    /// The register asks too often.
    pub(super) fn too_fast(wait_ms: u64) -> Self {
        let mut refusal = Self::new(Code::RateLimited, format!("wait {wait_ms} ms"));
        refusal.retry_after_s = Some(wait_ms.div_ceil(1_000).max(1));
        refusal
    }

    /// The door is full.
    pub(super) fn busy(detail: &str) -> Self {
        let mut refusal = Self::new(Code::RateLimited, detail).with_status(StatusCode::SERVICE_UNAVAILABLE);
        refusal.retry_after_s = Some(1);
        refusal
    }

    /// The desk did not decide in time, or broke: whether the operation began is for a `status` question.
    pub(super) fn undecided() -> Self {
        let detail = "no decision in time; repeat with the same id, or ask for the status";
        let mut refusal = Self::new(Code::Unresolved, detail).with_status(StatusCode::SERVICE_UNAVAILABLE);
        refusal.reply.is_final = false;
        refusal
    }

    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    pub(super) fn with_id(mut self, id: CallerId, operation: &str) -> Self {
        self.reply.id = Some(id);
        self.reply.operation = Some(operation.to_owned());
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status.unwrap_or_else(|| status_of(&self.reply));
        let mut response = (status, Json(&*self.reply)).into_response();
        if let Some(seconds) = self.retry_after_s {
            let value = HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        if status == StatusCode::UNAUTHORIZED {
            let value = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

/// A reply of the desk.
pub(super) fn reply(reply: &Reply) -> Response {
    (status_of(reply), Json(reply)).into_response()
}

/// A reply that tells how an operation stands is 200 or 202, also when it ended badly: the question was answered.
/// Only what opened nothing, or asks for what cannot be, has a status of its own.
fn status_of(reply: &Reply) -> StatusCode {
    let stands = if reply.is_final {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    match &reply.error {
        None => stands,
        Some(error) if reply.state.is_some() && error.code != Code::IdConflict => stands,
        Some(error) => status_of_code(error.code),
    }
}

const fn status_of_code(code: Code) -> StatusCode {
    match code {
        Code::Malformed => StatusCode::BAD_REQUEST,
        Code::Unauthorized => StatusCode::UNAUTHORIZED,
        Code::UnknownModule | Code::UnknownPayment => StatusCode::NOT_FOUND,
        Code::IdConflict
        | Code::AlreadyPaid
        | Code::NotPaid
        | Code::RefundExceedsPayment
        | Code::RefundUnderWay
        | Code::LinkBusy
        | Code::ReceiptHasPayment
        | Code::NotAwaitingConfirmation
        | Code::AlreadyConfirmed => StatusCode::CONFLICT,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Unresolved | Code::ShuttingDown | Code::JournalUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

pub(super) async fn no_such_address() -> Refusal {
    let detail = "no such address; the door is described by /api/v1/openapi.json";
    Refusal::new(Code::UnknownOperation, detail).with_status(StatusCode::NOT_FOUND)
}

pub(super) async fn no_such_method() -> Refusal {
    let detail = "this address does not take this method; see /api/v1/openapi.json";
    Refusal::new(Code::UnknownOperation, detail).with_status(StatusCode::METHOD_NOT_ALLOWED)
}
