//! The control API of every provider, under `providers/{name}`.
//!
//! | call | body |
//! |---|---|
//! | GET `providers` | names, titles, modules |
//! | GET `…/books` | |
//! | GET `…/calls` | how often each step was called |
//! | POST `…/faults` | `{"step":"status","fault":{"kind":"status","code":502,"acted":true},"when":{"next":3}}`; no step = every step |
//! | DELETE `…/faults` | |
//! | POST `…/callback-faults` | `{"fault":"duplicate","when":{"chance_per_mille":100}}` |
//! | POST `…/decline-next-refund` | |
//! | POST `…/late-payment` | `{"order":"..."}`: money for an order that has ended unpaid |
//! | POST `…/stickers` | prints a blank sticker: `{"qrId","link"}` |
//! | POST `…/own-stickers` | a sticker that is the shop's already |
//! | POST `…/codes` | `{"outcome":"pay"}`: a code on the payer's phone: `{"code"}` |

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::faults::{CallbackRule, Fault, When};
use crate::ledger::CodeOutcome;
use crate::payer_json::{self, trouble};
use crate::phone::Phone;
use crate::provider::{About, Provider, Step};
use crate::shared::SharedProvider;

/// Every step, in the order of a payment's life.
const STEPS: [Step; 10] = [
    Step::Login,
    Step::Register,
    Step::Confirm,
    Step::Status,
    Step::Revoke,
    Step::Refund,
    Step::RefundStatus,
    Step::LinkCheck,
    Step::LinkBind,
    Step::Other,
];

pub(crate) fn router(providers: Vec<SharedProvider>) -> Router {
    Router::new()
        .route("/providers", get(list))
        .route("/providers/{name}/books", get(books))
        .route("/providers/{name}/calls", get(calls))
        .route("/providers/{name}/faults", post(add_fault).delete(clear_faults))
        .route("/providers/{name}/callback-faults", post(add_callback_fault))
        .route("/providers/{name}/decline-next-refund", post(decline_next_refund))
        .route("/providers/{name}/late-payment", post(late_payment))
        .route("/providers/{name}/stickers", post(sticker))
        .route("/providers/{name}/own-stickers", post(own_sticker))
        .route("/providers/{name}/codes", post(code))
        .with_state(Phone::new(providers))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    name: &'static str,
    title_ru: &'static str,
    title_en: &'static str,
    modules: &'static [&'static str],
    stickers: bool,
    codes: bool,
}

#[derive(Deserialize)]
struct StepRule {
    step: Option<Step>,
    fault: Fault,
    when: When,
}

#[derive(Deserialize)]
struct LatePayment {
    order: String,
}

#[derive(Deserialize)]
struct NewCode {
    #[serde(default)]
    outcome: CodeOutcome,
}

#[derive(Serialize)]
struct Code {
    code: String,
}

/// Does something with the provider of this name; 404 if there is none.
fn at(phone: &Phone, name: &str, act: impl FnOnce(&mut dyn Provider, i64) -> Response) -> Response {
    match phone.named(name) {
        Some(provider) => provider.with(act),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

async fn list(State(phone): State<Phone>) -> Response {
    let line = |about: &About| Line {
        name: about.name,
        title_ru: about.title_ru,
        title_en: about.title_en,
        modules: about.modules,
        stickers: about.stickers,
        codes: about.codes,
    };
    let lines: Vec<Line> = phone.providers().map(|(about, _)| line(about)).collect();
    Json(lines).into_response()
}

async fn books(State(phone): State<Phone>, Path(name): Path<String>) -> Response {
    at(&phone, &name, |provider, now| {
        Json(provider.books(now)).into_response()
    })
}

async fn calls(State(phone): State<Phone>, Path(name): Path<String>) -> Response {
    at(&phone, &name, |provider, _| {
        let calls: BTreeMap<Step, u64> = STEPS.map(|step| (step, provider.calls_of(step))).into();
        Json(calls).into_response()
    })
}

async fn add_fault(
    State(phone): State<Phone>,
    Path(name): Path<String>,
    Json(rule): Json<StepRule>,
) -> Response {
    at(&phone, &name, |provider, _| {
        provider.plan(rule.step, rule.fault, rule.when);
        done()
    })
}

async fn clear_faults(State(phone): State<Phone>, Path(name): Path<String>) -> Response {
    at(&phone, &name, |provider, _| {
        provider.clear_plans();
        done()
    })
}

async fn add_callback_fault(
    State(phone): State<Phone>,
    Path(name): Path<String>,
    Json(rule): Json<CallbackRule>,
) -> Response {
    at(&phone, &name, |provider, _| {
        provider.plan_notification(rule);
        done()
    })
}

async fn decline_next_refund(State(phone): State<Phone>, Path(name): Path<String>) -> Response {
    at(&phone, &name, |provider, _| {
        match provider.decline_next_refund() {
            Ok(()) => done(),
            Err(error) => trouble(error),
        }
    })
}

async fn late_payment(
    State(phone): State<Phone>,
    Path(name): Path<String>,
    Json(late): Json<LatePayment>,
) -> Response {
    at(&phone, &name, |provider, now| {
        match provider.late_money(&late.order, now) {
            Ok(()) => done(),
            Err(error) => trouble(error),
        }
    })
}

async fn sticker(State(phone): State<Phone>, Path(name): Path<String>) -> Response {
    at(&phone, &name, |provider, _| {
        payer_json::sticker(provider.blank_sticker())
    })
}

async fn own_sticker(State(phone): State<Phone>, Path(name): Path<String>) -> Response {
    at(&phone, &name, |provider, _| {
        payer_json::sticker(provider.own_sticker())
    })
}

async fn code(State(phone): State<Phone>, Path(name): Path<String>, Json(new): Json<NewCode>) -> Response {
    at(&phone, &name, |provider, now| {
        match provider.customer_code(new.outcome, now) {
            Some(code) => Json(Code { code }).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    })
}
