//! The payer for tests: JSON in, JSON out.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::ledger::CodeOutcome;
use crate::link;
use crate::money::Kopecks;
use crate::payer::{PayerAction, PayerError, PayerState};
use crate::phone::Phone;

/// Body of POST `pay`.
#[derive(Deserialize)]
pub(crate) struct PayBody {
    link: String,
    /// `paid`, `declined` or `start`.
    outcome: PayerAction,
    /// Kopecks, for a static QR without a sum.
    amount: Option<Kopecks>,
}

#[derive(Deserialize)]
pub(crate) struct LinkQuery {
    link: String,
}

#[derive(Serialize)]
struct Trouble {
    error: String,
    state: Option<PayerState>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sticker<'a> {
    qr_id: &'a str,
    link: &'a str,
}

/// Body of POST `codes`.
#[derive(Deserialize)]
pub(crate) struct CodeBody {
    /// Whose code it is.
    provider: String,
    /// What happens when it is charged.
    #[serde(default)]
    outcome: CodeOutcome,
}

#[derive(Serialize)]
struct Code {
    code: String,
}

/// POST `pay`: the state after the payer's action; 400 for a bad link, 404 for an unknown one, 409 if it cannot be paid.
pub(crate) async fn pay(State(phone): State<Phone>, Json(body): Json<PayBody>) -> Response {
    match phone.act(&body.link, body.outcome, body.amount) {
        Ok(view) => Json(view).into_response(),
        Err(error) => trouble(error),
    }
}

/// GET `state?link=`.
pub(crate) async fn state(State(phone): State<Phone>, Query(query): Query<LinkQuery>) -> Response {
    match phone.look(&query.link) {
        Ok((_, view)) => Json(view).into_response(),
        Err(error) => trouble(error),
    }
}

/// POST `codes`: a code for the shop to scan; 404 for a provider that is not there or takes none.
pub(crate) async fn code(State(phone): State<Phone>, Json(body): Json<CodeBody>) -> Response {
    let provider = phone.named(&body.provider);
    let code = provider
        .and_then(|provider| provider.with(|provider, now| provider.customer_code(body.outcome, now)));
    match code {
        Some(code) => Json(Code { code }).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A sticker as JSON; 404 if there is none.
pub(crate) fn sticker(link: Option<String>) -> Response {
    let Some(link) = link else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let qr_id = link::qr_id(&link).unwrap_or_default();
    Json(Sticker { qr_id, link: &link }).into_response()
}

pub(crate) fn trouble(error: PayerError) -> Response {
    let (status, state) = match error {
        PayerError::Misread(_) | PayerError::AmountNeeded => (StatusCode::BAD_REQUEST, None),
        PayerError::Unknown | PayerError::NothingDead => (StatusCode::NOT_FOUND, None),
        PayerError::Unbound | PayerError::Never => (StatusCode::CONFLICT, None),
        PayerError::NotPayable(state) => (StatusCode::CONFLICT, Some(state)),
        PayerError::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, None),
    };
    (
        status,
        Json(Trouble {
            error: error.to_string(),
            state,
        }),
    )
        .into_response()
}
