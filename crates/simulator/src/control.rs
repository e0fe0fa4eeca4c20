//! The control API: faults, books, stickers, late money. For tests on loopback; it has no password.
//!
//! Raiffeisenbank's own stands at the root; [`providers`] has the same for every provider.
//!
//! | call | body |
//! |---|---|
//! | GET `books` | |
//! | GET `calls` | |
//! | GET, DELETE `faults` | |
//! | POST `faults` | `{"endpoint":"payment_info","fault":{"kind":"status","code":502,"acted":true},"when":{"next":3}}` |
//! | POST `callback-faults` | `{"fault":"duplicate","when":{"chance_per_mille":100}}` |
//! | POST `decline-next-refund` | `{"reason":"WRONG_RECIPIENT"}` |
//! | POST `late-payment` | `{"order":"..."}`: money for a cancelled or expired order |
//! | POST `stickers` | prints an empty sticker: `{"qrId","link"}` |

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use crate::bank::{Bank, DeclineReason};
use crate::faults::{CallbackRule, Rule};
use crate::payer_json::{self, trouble};
use crate::shared::SharedBank;

pub(crate) mod providers;

pub(crate) fn router(bank: SharedBank) -> Router {
    Router::new()
        .route("/books", get(books))
        .route("/calls", get(calls))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/callback-faults", post(add_callback_fault))
        .route("/decline-next-refund", post(decline_next_refund))
        .route("/late-payment", post(late_payment))
        .route("/stickers", post(sticker))
        .with_state(bank)
}

#[derive(Deserialize)]
struct Decline {
    reason: DeclineReason,
}

#[derive(Deserialize)]
struct LatePayment {
    order: String,
}

async fn books(State(bank): State<SharedBank>) -> Response {
    Json(bank.with(Bank::books)).into_response()
}

async fn calls(State(bank): State<SharedBank>) -> Response {
    bank.with(|bank, _| Json(bank.calls()).into_response())
}

async fn faults(State(bank): State<SharedBank>) -> Response {
    bank.with(|bank, _| Json(bank.faults()).into_response())
}

async fn add_fault(State(bank): State<SharedBank>, Json(rule): Json<Rule>) -> StatusCode {
    bank.with(|bank, _| bank.add_fault(rule));
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(bank): State<SharedBank>) -> StatusCode {
    bank.with(|bank, _| bank.clear_faults());
    StatusCode::NO_CONTENT
}

async fn add_callback_fault(State(bank): State<SharedBank>, Json(rule): Json<CallbackRule>) -> StatusCode {
    bank.with(|bank, _| bank.add_callback_fault(rule));
    StatusCode::NO_CONTENT
}

async fn decline_next_refund(State(bank): State<SharedBank>, Json(decline): Json<Decline>) -> StatusCode {
    bank.with(|bank, _| bank.decline_next_refund(decline.reason));
    StatusCode::NO_CONTENT
}

async fn sticker(State(bank): State<SharedBank>) -> Response {
    payer_json::sticker(Some(bank.with(|bank, _| bank.print_sticker())))
}

async fn late_payment(State(bank): State<SharedBank>, Json(late): Json<LatePayment>) -> Response {
    match bank.with(|bank, now| bank.pay_late(&late.order, now)) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => trouble(error),
    }
}
