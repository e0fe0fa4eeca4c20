//! The payer for tests: JSON in, JSON out.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::bank::{PayerAction, PayerError, PayerState};
use crate::link;
use crate::money::Kopecks;
use crate::shared::SharedBank;

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

/// POST `pay`: the state after the payer's action; 400 for a bad link, 404 for an unknown one, 409 if it cannot be paid.
pub(crate) async fn pay(State(bank): State<SharedBank>, Json(body): Json<PayBody>) -> Response {
    match bank.with(|bank, now| bank.pay(&body.link, body.outcome, body.amount, now)) {
        Ok(view) => Json(view).into_response(),
        Err(error) => trouble(error),
    }
}

/// GET `state?link=`.
pub(crate) async fn state(State(bank): State<SharedBank>, Query(query): Query<LinkQuery>) -> Response {
    match bank.with(|bank, now| bank.look(&query.link, now)) {
        Ok(view) => Json(view).into_response(),
        Err(error) => trouble(error),
    }
}

/// POST `stickers`: prints an empty sticker.
pub(crate) async fn sticker(State(bank): State<SharedBank>) -> Response {
    let link = bank.with(|bank, _| bank.print_sticker());
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
