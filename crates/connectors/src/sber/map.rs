//! The bank's words in ours: refusals, an order's states, its operations. An unknown word is `Unknown`, never a guess.

use super::api::{Envelope, Operation, Order, RUBLES};
use super::config::Settings;
use connector::answer::{door, json, unclear, unknown_word, words};
use connector::{Printed, WireResponse};
use domain::call::{Lookup, Reference};
use domain::{Code, Fault, Kopecks, PaymentState, Timestamp};
use serde::de::DeserializeOwned;

/// The code of a call that was carried out.
const DONE: &str = "000000";
/// The response code of an operation that was carried out (ISO 8583).
const APPROVED: &str = "00";

/// A whole answer of the bank: what was asked for, or a refusal with a code.
pub(super) enum Said<T> {
    Yes(T),
    No(Refusal),
}

/// A refusal: the bank understood and said no. The bank's list of codes is not public.
pub(super) struct Refusal {
    pub code: String,
    message: String,
}

/// Reads a response. The bank's decision is a JSON object with `error_code`. Of the documented HTTP errors, 400 and 405
/// come from its gateway before the order service is reached, if a JSON object says so; with any other body they may
/// come from anywhere.
pub(super) fn hear<T: DeserializeOwned>(response: &WireResponse, now: Timestamp) -> Result<Said<T>, Fault> {
    door(response, now)?;
    let status = response.status;
    let Envelope {
        error_code,
        error_description,
    } = json(response)?;
    let message = words(&error_description.unwrap_or_default());
    let good = (200..300).contains(&status);
    match error_code.as_ref().map(Printed::as_str) {
        Some(DONE) if good => json(response).map(Said::Yes),
        Some(DONE) => Err(unclear(&format!("HTTP {status} with the code of success"))),
        Some(code) => Ok(Said::No(Refusal {
            code: words(code),
            message,
        })),
        None if matches!(status, 400 | 405) && response.body.trim_ascii().starts_with(b"{") => {
            Ok(Said::No(Refusal {
                code: format!("HTTP {status}"),
                message: "the request does not suit the bank's gateway; check the addresses and the keys"
                    .to_owned(),
            }))
        }
        None => Err(unclear(&format!("HTTP {status} without `error_code`"))),
    }
}

impl Refusal {
    /// Whether it says that the bank does not know the order. Which codes do is not public; settings say it.
    pub fn is_not_found(&self, settings: &Settings) -> bool {
        settings.not_found_codes.contains(&self.code)
    }

    /// The refusal of a change, as a fault.
    pub fn fault(&self) -> Fault {
        let detail = format!("the bank refused: {}", self.message);
        Fault::refused(Code::ProviderRefused, detail).with_provider_code(&self.code)
    }

    /// The refusal of a question about an order. The detail says how the module learns the code of "no such order".
    fn of_question(&self) -> Fault {
        let fault = self.fault();
        let hint = "if this code means that there is no such order, add it to `not_found_codes`";
        Fault {
            detail: format!("{}; {hint}", fault.detail),
            ..fault
        }
    }

    /// The bank's words.
    pub fn reason(&self) -> Option<String> {
        (!self.message.is_empty()).then(|| self.message.clone())
    }
}

/// What an order's status says about this very order; none when the bank does not know it.
pub(super) fn order(said: Said<Order>, lookup: &Lookup, settings: &Settings) -> Result<Option<Order>, Fault> {
    let order = match said {
        Said::Yes(order) => order,
        Said::No(refusal) if refusal.is_not_found(settings) => return Ok(None),
        Said::No(refusal) => return Err(refusal.of_question()),
    };
    let differs = |told: &Option<Printed>, known: Option<&str>| {
        told.as_ref()
            .zip(known)
            .is_some_and(|(told, known)| told.as_str() != known)
    };
    if differs(&order.order_id, lookup.reference.get(Reference::QR))
        || differs(&order.partner_order_number, Some(lookup.order.as_str()))
    {
        return Err(unclear("the status speaks of another order"));
    }
    Ok(Some(order))
}

/// How the payment stands.
///
/// `REFUNDED` and `REVERSED` are said of an order that was paid and then given back, so they mean that money came.
/// `CREATED` also stands after attempts that failed: the QR can still be paid, but a buyer's code, once refused, is
/// spent. `AUTHORIZED` and `CONFIRMED` belong to payments in two stages, which this module does not make.
pub(super) fn payment(order: Option<&Order>, lookup: &Lookup) -> Result<PaymentState, Fault> {
    let Some(order) = order else {
        return Ok(PaymentState::NotFound);
    };
    match order.order_state.as_str() {
        "CREATED" => match order.last_failure() {
            Some(failed) if lookup.reference.get("scanned").is_some() => Ok(declined(failed)),
            _ => Ok(PaymentState::NotStarted),
        },
        "ON_PAYMENT" => Ok(PaymentState::InProgress),
        "PAID" | "REFUNDED" | "REVERSED" => paid(order),
        "DECLINED" => Ok(order
            .last_failure()
            .map_or(PaymentState::Declined { reason: None }, declined)),
        "REVOKED" => Ok(PaymentState::Cancelled),
        "EXPIRED" => Ok(PaymentState::Expired),
        other => Err(unknown_word("order_state", other)),
    }
}

fn declined(failed: &Operation) -> PaymentState {
    PaymentState::Declined {
        reason: failed.reason(),
    }
}

fn paid(order: &Order) -> Result<PaymentState, Fault> {
    if order.order_id.is_none() && order.partner_order_number.is_none() {
        return Err(unclear("a payment that does not name its order"));
    }
    let operation = order.paying();
    let amount = operation.map(Operation::sum).transpose()?.flatten();
    let ids = [
        (Reference::QR, order.order_id.as_ref()),
        (
            Reference::TRANSACTION,
            operation.and_then(|paying| paying.operation_id.as_ref()),
        ),
        (
            "auth_code",
            operation.and_then(|paying| paying.auth_code.as_ref()),
        ),
    ];
    let reference = ids
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .fold(Reference::default(), |reference, (key, value)| {
            reference.with(key, words(value.as_str()))
        });
    Ok(PaymentState::Paid { amount, reference })
}

impl Order {
    fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.order_operation_params.iter().flatten()
    }

    /// The operation that paid.
    pub fn paying(&self) -> Option<&Operation> {
        self.operations()
            .filter(|operation| operation.operation_type == "PAY" && operation.is_done())
            .last()
    }

    /// What gave money back, or tried to.
    pub fn returns(&self) -> impl Iterator<Item = &Operation> {
        self.operations()
            .filter(|operation| matches!(operation.operation_type.as_str(), "REFUND" | "REVERSE"))
    }

    fn last_failure(&self) -> Option<&Operation> {
        self.operations()
            .filter(|operation| operation.operation_type == "PAY" && !operation.is_done())
            .last()
    }

    /// The payer's phone, masked.
    pub fn masked_payer(&self) -> Option<&str> {
        self.sbp_operation_params.as_ref()?.sbp_masked_payer_id.as_deref()
    }
}

impl Operation {
    /// Whether it was carried out. SBP knows no response code of cards, so an absent one is none against it.
    pub fn is_done(&self) -> bool {
        let code = self.response_code.as_ref().map_or("", Printed::as_str).trim();
        code.is_empty() || code == APPROVED
    }

    /// Its sum in kopecks; none when it names none.
    pub fn sum(&self) -> Result<Option<Kopecks>, Fault> {
        if self
            .operation_currency
            .as_ref()
            .is_some_and(|currency| !matches!(currency.as_str(), RUBLES | "RUB"))
        {
            return Err(unclear("an operation in another currency"));
        }
        let Some(told) = &self.operation_sum else {
            return Ok(None);
        };
        let sum = told.kopecks();
        sum.map(Some)
            .ok_or_else(|| unclear("`operation_sum` is not a number of kopecks"))
    }

    /// Why it failed, in the bank's words.
    pub fn reason(&self) -> Option<String> {
        let text = words(self.response_desc.as_deref().unwrap_or_default());
        (!text.trim().is_empty()).then_some(text)
    }
}
