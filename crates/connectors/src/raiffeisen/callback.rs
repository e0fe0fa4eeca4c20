//! Notifications: `X-Api-Signature-SHA256` over a few fields of the body, keyed by the merchant's secret key.

use super::config::Settings;
use connector::sign::verify_hmac_sha256_hex;
use connector::{CallbackError, RawCallback, rubles};
use domain::{OperationId, OrderId};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The header with 64 hexadecimal digits.
const SIGNATURE: &str = "x-api-signature-sha256";

/// A payment's notification: its fields stand at the top.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentNotice {
    amount: Box<RawValue>,
    sbp_merchant_id: String,
    order: String,
    payment_status: String,
    transaction_date: String,
}

/// An order's notification.
#[derive(Deserialize)]
struct OrderNotice {
    transaction: Transaction,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    amount: Box<RawValue>,
    order_id: String,
    status: TransactionStatus,
}

#[derive(Deserialize)]
struct TransactionStatus {
    value: String,
    date: String,
}

/// The places where an order's id may stand.
#[derive(Deserialize)]
struct OrderOnly {
    order: Option<String>,
    transaction: Option<TransactionOrder>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionOrder {
    order_id: String,
}

/// Finds the operation that a notification speaks of.
pub(super) fn operation(callback: &RawCallback) -> Option<OperationId> {
    let body: OrderOnly = serde_json::from_slice(&callback.body).ok()?;
    let order = body
        .order
        .or(body.transaction.map(|transaction| transaction.order_id));
    OrderId::operation(&order?)
}

/// Checks the signature: the header exactly once, the signed text rebuilt from the body as it was printed.
pub(super) fn verify(settings: &Settings, callback: &RawCallback) -> Result<(), CallbackError> {
    let signed = signed_text(settings, &callback.body)?;
    let signature = callback.only_header(SIGNATURE).ok_or(CallbackError::Signature)?;
    if verify_hmac_sha256_hex(&settings.secret_key, signed.as_bytes(), signature.trim()) {
        Ok(())
    } else {
        Err(CallbackError::Signature)
    }
}

fn signed_text(settings: &Settings, body: &[u8]) -> Result<String, CallbackError> {
    let unreadable = |what: &str| CallbackError::Unreadable(what.to_owned());
    if let Ok(notice) = serde_json::from_slice::<PaymentNotice>(body) {
        let amount = rubles::printed(&notice.amount).ok_or_else(|| unreadable("`amount` is not a number"))?;
        let PaymentNotice {
            sbp_merchant_id,
            order,
            payment_status,
            transaction_date,
            ..
        } = &notice;
        return Ok(format!(
            "{amount}|{sbp_merchant_id}|{order}|{payment_status}|{transaction_date}"
        ));
    }
    let notice: OrderNotice = serde_json::from_slice(body)
        .map_err(|_| unreadable("neither a payment's nor an order's notification"))?;
    let public_id = settings.public_id.as_deref();
    let public_id =
        public_id.ok_or_else(|| unreadable("an order's notification needs the key `publicId`"))?;
    let Transaction {
        amount,
        order_id,
        status: TransactionStatus { value, date },
    } = &notice.transaction;
    let amount = rubles::printed(amount).ok_or_else(|| unreadable("`amount` is not a number"))?;
    let amount = without_trailing_zeros(amount);
    Ok(format!("{amount}|{public_id}|{order_id}|{value}|{date}"))
}

/// `12500.50` as `12500.5`, `1.00` as `1`: so the bank's SDKs print an order's amount before they sign it.
fn without_trailing_zeros(amount: &str) -> &str {
    if amount.contains('.') {
        amount.trim_end_matches('0').trim_end_matches('.')
    } else {
        amount
    }
}
