//! The platform's words in ours. An unknown word is `Unknown`, never a guess.

use super::api::{Error, PayStatus, Refunded};
use super::config::Settings;
use super::ids;
use connector::answer::{door, json, unclear, unknown_word, words};
use connector::nspk::status::{Accepted, Status};
use connector::{Printed, WireResponse};
use domain::call::Reference;
use domain::{Code, Fault, Kopecks, PaymentState, RefundState, Timestamp};
use serde::de::DeserializeOwned;

/// A whole answer: what was asked for, or an error with its code.
pub(super) enum Said<T> {
    Yes(T),
    No(Refusal),
}

/// The bank understood and said no.
pub(super) struct Refusal {
    code: String,
    message: String,
}

/// Reads a response. "Other status = error body" (the public client); a body without a code is nobody's decision.
pub(super) fn hear<T: DeserializeOwned>(response: &WireResponse, now: Timestamp) -> Result<Said<T>, Fault> {
    door(response, now)?;
    if (200..300).contains(&response.status) {
        return json(response).map(Said::Yes);
    }
    let Error { code, message } = json(response)?;
    let code = code.as_ref().map(Printed::as_str).filter(|code| !code.is_empty());
    let status = response.status;
    let code = code.ok_or_else(|| unclear(&format!("HTTP {status} without an error code; check `url`")))?;
    Ok(Said::No(Refusal {
        code: words(code),
        message: words(&message.unwrap_or_default()),
    }))
}

impl Refusal {
    /// The bank knows no such thing: only by a code that the settings name.
    pub fn is_not_found(&self, settings: &Settings) -> bool {
        settings.not_found.contains(&self.code)
    }

    /// The buyer has no subscription.
    pub fn is_not_subscribed(&self, settings: &Settings) -> bool {
        settings.not_subscribed.contains(&self.code)
    }

    /// The refusal of a change.
    pub fn fault(&self) -> Fault {
        let detail = format!("the bank refused: {}", self.message);
        Fault::refused(Code::ProviderRefused, detail).with_provider_code(&self.code)
    }
}

/// How a payment stands. The caller has seen that the answer is about this very payment.
pub(super) fn payment(told: &PayStatus) -> Result<PaymentState, Fault> {
    let status = Status::read("payStatus.status", &told.status)?;
    let mut reference = Reference::default();
    if let Some(transfer) = &told.trx_id {
        reference = reference.with(ids::TRANSFER, transfer.as_str());
    }
    Ok(status.payment(Some(Accepted {
        amount: told.amount.map(kopecks).transpose()?,
        reference,
    })))
}

/// How a refund stands. `ERROR` and `FAILED` do not say whether money moved.
pub(super) fn refund(told: &Refunded, asked: Kopecks) -> Result<RefundState, Fault> {
    if told
        .amount
        .map(kopecks)
        .transpose()?
        .is_some_and(|sum| sum != asked)
    {
        return Err(unclear("the refund's sum is not the one that was asked for"));
    }
    match told.status.as_deref() {
        Some("CONFIRMED" | "COMPLETED" | "SUCCESS" | "ACSC") => {
            let mut reference = Reference::default();
            if let Some(transfer) = &told.trx_id {
                reference = reference.with(ids::TRANSFER, transfer.as_str());
            }
            Ok(RefundState::Completed { reference })
        }
        Some("REFUSED" | "REJECTED" | "RJCT") => Ok(RefundState::Declined { reason: None }),
        Some("NTST" | "RCVD" | "ACTC" | "ACCEPTED" | "IN_PROGRESS") | None => Ok(RefundState::InProgress),
        Some(word @ ("ERROR" | "FAILED")) => {
            Err(unclear("the refund failed, and nobody says whether money moved").with_provider_code(word))
        }
        Some(word) => Err(unknown_word("status", word)),
    }
}

fn kopecks(amount: i64) -> Result<Kopecks, Fault> {
    Kopecks::new(amount).map_err(|_| unclear("a sum that no payment has"))
}
