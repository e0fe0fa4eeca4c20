//! The bank's words in ours: refusals, statuses, dates. An unknown word is `Unknown`, never a guess.

use super::api::{Envelope, OrderInfo, PaymentInfo, QrInfo, RefundInfo};
use connector::answer::{door, json, unclear, unknown_word, words};
use connector::{WireResponse, rubles};
use domain::call::{Lookup, Reference};
use domain::{Code, Fault, Kopecks, PaymentState, RefundState, Timestamp};
use serde::de::DeserializeOwned;

/// A whole answer of the bank: what was asked for, or a refusal with a code.
pub(super) enum Said<T> {
    Yes(T),
    No(Refusal),
}

/// A refusal: the bank understood and said no.
pub(super) struct Refusal {
    pub code: String,
    pub message: String,
}

/// Reads a response. The bank may send an error envelope with HTTP 200, and its SDKs take a code that holds `ERROR.`
/// or `ORDER_` as the bank's decision whatever the status. We except 5xx: a failing server's word proves nothing.
/// A 404 without a code (Spring's own) is about the address, not about the order: `Unknown`.
pub(super) fn hear<T: DeserializeOwned>(response: &WireResponse, now: Timestamp) -> Result<Said<T>, Fault> {
    door(response, now).map_err(|fault| match json::<Envelope>(response) {
        Ok(Envelope { code: Some(code), .. }) => fault.with_provider_code(words(&code)),
        _ => fault,
    })?;
    let Envelope { code, message } = json(response)?;
    let message = words(&message.unwrap_or_default());
    match code {
        Some(code) if is_refusal(&code) => Ok(Said::No(Refusal {
            code: words(&code),
            message,
        })),
        Some(code) if code != "SUCCESS" => {
            Err(unclear("a code that is not documented").with_provider_code(words(&code)))
        }
        // The documents give this sentence without a code.
        None if message.starts_with("QR-draft") => Ok(Said::No(Refusal {
            code: "ERROR.NOT_FOUND".to_owned(),
            message,
        })),
        _ if (200..300).contains(&response.status) => json(response).map(Said::Yes),
        _ => {
            let status = response.status;
            Err(unclear(&format!(
                "HTTP {status} without the bank's error code; check `url` {message}"
            )))
        }
    }
}

fn is_refusal(code: &str) -> bool {
    code.contains("ERROR.") || code.contains("ORDER_") || code == "RECEIPT_VALIDATION_FAILED"
}

impl Refusal {
    /// The bank does not know the QR or the order.
    pub fn is_not_found(&self) -> bool {
        matches!(self.code.as_str(), "ERROR.NOT_FOUND" | "ORDER_NOT_FOUND")
    }

    /// The QR or the order has a status that forbids the change.
    pub fn is_wrong_status(&self) -> bool {
        matches!(
            self.code.as_str(),
            "ERROR.WRONG_QR_STATUS" | "ORDER_HAS_FINAL_STATUS"
        )
    }

    /// The bank does not know the refund.
    pub fn is_refund_not_found(&self) -> bool {
        self.code == "ERROR.REFUND_NOT_FOUND"
    }

    /// The refusal of a change, as a fault.
    pub fn fault(&self) -> Fault {
        let (code, hint) = match self.code.as_str() {
            // "…with successful payments is registered already": not a "no", but a sign that money came.
            "ERROR.ORDER_NUMBER_ALREADY_REGISTERED" => {
                let detail = format!("the bank says that this order is paid already: {}", self.message);
                return Fault::unknown(Code::ProviderUnclear, detail).with_provider_code(&self.code);
            }
            "ORDER_HAS_FINAL_STATUS" => {
                let detail = format!(
                    "the bank says that this order has ended already: {}",
                    self.message
                );
                return Fault::unknown(Code::ProviderUnclear, detail).with_provider_code(&self.code);
            }
            "ERROR.REFUND_INSUFFICIENT_FUNDS" => (Code::RefundExceedsPayment, ""),
            "ERROR.ACCOUNT_IS_NOT_REGISTERED" => (Code::ProviderRefused, "; check the key `account`"),
            "ERROR.MERCHANT_NOT_REGISTERED" | "ERROR.SBP_MERCHANT_ID_IS_MISSING" => (
                Code::ProviderRefused,
                "; check the keys `sbpMerchantId` and `secretKey`",
            ),
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID" => {
                (Code::ProviderRefused, "; check this server's clock and `qrTtl`")
            }
            _ => (Code::ProviderRefused, ""),
        };
        self.refused(code, hint)
    }

    /// A refusal under a code of the caller's choice.
    pub fn refused(&self, code: Code, hint: &str) -> Fault {
        let detail = format!("the bank refused: {}{hint}", self.message);
        Fault::refused(code, detail).with_provider_code(&self.code)
    }
}

/// What a payment's status says about this very order. `Paid` needs the word, and the order or the QR by name.
pub(super) fn payment(said: Said<PaymentInfo>, lookup: &Lookup, qr_id: &str) -> Result<PaymentState, Fault> {
    let info = match said {
        Said::Yes(info) => info,
        Said::No(refusal) if refusal.is_not_found() => return Ok(PaymentState::NotFound),
        Said::No(refusal) => return Err(refusal.fault()),
    };
    let order_differs = info
        .order
        .as_deref()
        .is_some_and(|order| order != lookup.order.as_str());
    let qr_differs = info.qr_id.as_deref().is_some_and(|id| id != qr_id);
    if order_differs || qr_differs {
        return Err(unclear("the payment status speaks of another order"));
    }
    match info.payment_status.as_str() {
        "NO_INFO" => Ok(PaymentState::NotStarted),
        "IN_PROGRESS" => Ok(PaymentState::InProgress),
        "DECLINED" => Ok(PaymentState::Declined { reason: None }),
        "SUCCESS" if info.order.is_none() && info.qr_id.is_none() => {
            Err(unclear("a payment that names neither its order nor its QR"))
        }
        "SUCCESS" if info.currency.as_deref().is_some_and(|currency| currency != "RUB") => {
            Err(unclear("a payment in another currency"))
        }
        "SUCCESS" => Ok(PaymentState::Paid {
            amount: info.amount.map(|rubles| rubles.0),
            reference: paid_reference(&info, qr_id),
        }),
        other => Err(unknown_word("paymentStatus", other)),
    }
}

fn paid_reference(info: &PaymentInfo, qr_id: &str) -> Reference {
    let transaction = info.transaction_id.as_deref().and_then(rubles::printed);
    let ids = [
        ("transaction_id", transaction),
        ("transaction_date", info.transaction_date.as_deref()),
    ];
    ids.into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .fold(
            Reference::default().with("qr_id", qr_id),
            |reference, (key, value)| reference.with(key, words(value)),
        )
}

/// What the order behind a cash link says.
pub(super) fn order(said: Said<OrderInfo>, lookup: &Lookup) -> Result<PaymentState, Fault> {
    let info = match said {
        Said::Yes(info) => info,
        Said::No(refusal) if refusal.is_not_found() => return Ok(PaymentState::NotFound),
        Said::No(refusal) => return Err(refusal.fault()),
    };
    let id = lookup.order.to_uuid_text();
    if !info.id.eq_ignore_ascii_case(&id) {
        return Err(unclear("the order's status speaks of another order"));
    }
    match info.status.value.as_str() {
        "NEW" => Ok(PaymentState::NotStarted),
        "PAID" => {
            let link = info.qr.and_then(|qr| qr.id);
            let reference = Reference::default().with("order_id", id);
            Ok(PaymentState::Paid {
                amount: info.amount.map(|rubles| rubles.0),
                reference: match link {
                    Some(link) => reference.with("qr_id", words(&link)),
                    None => reference,
                },
            })
        }
        "EXPIRED" => Ok(PaymentState::Expired),
        "CANCELLED" => Ok(PaymentState::Cancelled),
        other => Err(unknown_word("status.value", other)),
    }
}

/// A QR's status (`qrStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QrStatus {
    New,
    InProgress,
    Cancelled,
    Expired,
    Paid,
    /// Only a cash link without an active order.
    Inactive,
}

impl QrInfo {
    /// Its status. The documents always give one with GET.
    pub fn status(&self) -> Result<QrStatus, Fault> {
        match self.qr_status.as_deref() {
            Some("NEW") => Ok(QrStatus::New),
            Some("IN_PROGRESS") => Ok(QrStatus::InProgress),
            Some("CANCELLED") => Ok(QrStatus::Cancelled),
            Some("EXPIRED") => Ok(QrStatus::Expired),
            Some("PAID") => Ok(QrStatus::Paid),
            Some("INACTIVE") => Ok(QrStatus::Inactive),
            other => Err(unknown_word("qrStatus", other.unwrap_or("(absent)"))),
        }
    }
}

/// How a refund stands.
pub(super) fn refund(info: &RefundInfo, asked: Kopecks) -> Result<RefundState, Fault> {
    if info.amount.is_some_and(|told| told.0 != asked) {
        return Err(unclear("the refund's sum is not the one that was asked for"));
    }
    match info.refund_status.as_str() {
        "IN_PROGRESS" => Ok(RefundState::InProgress),
        "COMPLETED" => Ok(RefundState::Completed {
            reference: Reference::default(),
        }),
        "DECLINED" => Ok(RefundState::Declined { reason: None }),
        other => Err(unknown_word("refundStatus", other)),
    }
}

/// Whether a DELETE was carried out: documented as HTTP 200 with an empty body.
pub(super) fn deleted(response: &WireResponse, now: Timestamp) -> Result<Said<()>, Fault> {
    if (200..300).contains(&response.status) && response.body.trim_ascii().is_empty() {
        return Ok(Said::Yes(()));
    }
    match hear::<Envelope>(response, now)? {
        Said::Yes(Envelope { code: Some(_), .. }) => Ok(Said::Yes(())),
        Said::Yes(_) => Err(unclear("a body without a code, where none is due")),
        Said::No(refusal) => Ok(Said::No(refusal)),
    }
}

/// `YYYY-MM-DDTHH:MM:SS+03:00`: the bank's form, in Moscow's offset, whole seconds (rounded down).
pub(super) fn date(moment: Timestamp) -> Result<String, Fault> {
    let moment = jiff::Timestamp::from_microsecond(moment.as_micros())
        .map_err(|_| Fault::refused(Code::InvalidField, "the time of expiry is out of range"))?;
    let moscow = jiff::tz::TimeZone::fixed(jiff::tz::offset(3));
    Ok(moment
        .to_zoned(moscow)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string())
}

/// A date of the bank. One that cannot be read is left out: our own expiry stands.
pub(super) fn moment(date: Option<&str>) -> Option<Timestamp> {
    let moment: jiff::Timestamp = date?.parse().ok()?;
    Some(Timestamp::from_micros(moment.as_microsecond()))
}
