//! Checks of fields, with the limits that the bank's documents give.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::failure::{Failure, Family, Outcome};
use super::records::Merchant;
use crate::clock::{self, DAY_US};
use crate::money::Kopecks;
use crate::wire::Request;

/// `order`, `id`, `refundId`.
pub(super) const MAX_ORDER_CHARS: usize = 40;
/// `additionalInfo`.
pub(super) const MAX_ADDITIONAL_INFO_CHARS: usize = 140;
/// `paymentDetails` of a payment.
pub(super) const MAX_PAYMENT_DETAILS_CHARS: usize = 185;
/// `paymentDetails` of a refund.
pub(super) const MAX_REFUND_DETAILS_CHARS: usize = 140;
/// `qrDescription`.
pub(super) const MAX_DESCRIPTION_CHARS: usize = 32;
/// `sbpMerchantId`.
pub(super) const MAX_MERCHANT_ID_CHARS: usize = 12;
/// Digits of `account`.
const ACCOUNT_DIGITS: usize = 20;
/// NSPK: a dynamic QR lives 90 days at most.
const MAX_LIFETIME_US: i64 = 90 * DAY_US;

/// A JSON value kept as its text, so that no number goes through a float.
pub(super) type Raw = Option<Box<RawValue>>;

/// Reads the JSON body; the OpenAPI requires the `Content-Type` header.
pub(super) fn body<T: DeserializeOwned>(request: &Request) -> Outcome<T> {
    let content_type = request.header("Content-Type").unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with("application/json") {
        return Err(Failure::UnsupportedMediaType);
    }
    serde_json::from_slice(&request.body).map_err(|_| Failure::BadRequest)
}

pub(super) fn max_chars(family: Family, name: &str, value: Option<&str>, max: usize) -> Outcome<()> {
    match value {
        Some(text) if text.chars().count() > max => Err(family.too_long(name, max)),
        _ => Ok(()),
    }
}

/// An order number or id: 1..40 characters of `A-z09_-.`.
pub(super) fn order(family: Family, order: &str) -> Outcome<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if order.is_empty() || order.len() > MAX_ORDER_CHARS || !order.chars().all(allowed) {
        return Err(family.bad_order());
    }
    Ok(())
}

/// An amount of a payment, if there is one: a JSON number of rubles above zero, at most two decimals.
pub(super) fn amount(family: Family, raw: &Raw) -> Outcome<Option<Kopecks>> {
    let Some(raw) = raw else { return Ok(None) };
    let amount = Kopecks::from_rubles(raw.get()).filter(|amount| amount.0 > 0);
    amount.map(Some).ok_or_else(|| family.bad_amount())
}

/// The amount of a refund: at least one kopeck.
pub(super) fn refund_amount(family: Family, raw: &Raw) -> Outcome<Kopecks> {
    let raw = raw.as_ref().ok_or_else(|| family.missing("amount"))?;
    let amount = Kopecks::from_rubles(raw.get()).ok_or_else(|| family.bad_amount())?;
    if amount.0 < 1 {
        Err(family.refund_too_small())
    } else {
        Ok(amount)
    }
}

/// An account comes as a string or as a bare number (the OpenAPI sample does that).
pub(super) fn account(family: Family, raw: &Raw, merchant: &Merchant) -> Outcome<()> {
    let Some(raw) = raw else { return Ok(()) };
    let account = raw.get().trim_matches('"');
    let well_formed = account.len() == ACCOUNT_DIGITS && account.bytes().all(|byte| byte.is_ascii_digit());
    let known = merchant.accounts.is_empty() || merchant.accounts.iter().any(|one| one == account);
    if well_formed && known {
        Ok(())
    } else {
        Err(family.bad_account())
    }
}

/// A point in time that is not in the past.
pub(super) fn expiration(family: Family, text: Option<&str>, now: i64) -> Outcome<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    let at = clock::parse(text).ok_or_else(|| family.bad_expiration())?;
    if at <= now || at - now > MAX_LIFETIME_US {
        return Err(family.bad_expiration());
    }
    Ok(Some(at))
}

/// Free texts of a payment.
pub(super) fn texts(family: Family, info: Option<&str>, details: Option<&str>) -> Outcome<()> {
    max_chars(family, "additionalInfo", info, MAX_ADDITIONAL_INFO_CHARS)?;
    max_chars(family, "paymentDetails", details, MAX_PAYMENT_DETAILS_CHARS)
}
