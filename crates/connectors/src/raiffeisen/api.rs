//! The bank's messages, field by field, and the requests that carry them. Only fields that are used stand here.

use super::config::Settings;
use connector::{Method, Rubles, WireRequest};
use domain::{Code, Fault};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// POST `/sbp/v2/qrs`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegisterQr<'a> {
    pub qr_type: &'static str,
    pub sbp_merchant_id: &'a str,
    pub order: &'a str,
    pub amount: Rubles,
    pub currency: &'static str,
    /// `YYYY-MM-DDTHH:MM:SS±HH:MM`
    pub qr_expiration_date: String,
    /// At most 185 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_details: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<&'a str>,
}

/// POST `/payment/v1/orders` with `qr.id`: activates a cash link.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateOrder<'a> {
    pub id: String,
    pub amount: Rubles,
    pub expiration_date: String,
    pub extra: Extra,
    pub qr: OrderQr<'a>,
}

/// Who calls: the official SDKs always send it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extra {
    pub api_client: &'static str,
    pub api_client_version: &'static str,
}

/// The link of an order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderQr<'a> {
    pub id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_details: Option<String>,
}

/// POST `/sbp/v1/refund` (with `order` and `refund_id`) and POST of an order's refund (without: the path has them).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateRefund<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<&'a str>,
    pub amount: Rubles,
    /// At most 140 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_details: Option<String>,
}

/// POST `/sbp/v1/qr-drafts/{qrId}`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BindDraft<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_description: Option<String>,
}

/// What any body may begin with.
#[derive(Deserialize)]
pub(super) struct Envelope {
    pub code: Option<String>,
    pub message: Option<String>,
}

/// A QR as registration, GET `/sbp/v2/qrs/{qrId}` and a draft's binding answer it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QrInfo {
    pub qr_id: String,
    pub qr_status: Option<String>,
    pub qr_expiration_date: Option<String>,
    pub payload: Option<String>,
}

/// GET `/sbp/v1/qr/{qrId}/payment-info`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentInfo {
    pub payment_status: String,
    pub amount: Option<Rubles>,
    pub currency: Option<String>,
    pub order: Option<String>,
    pub qr_id: Option<String>,
    pub transaction_id: Option<Box<RawValue>>,
    pub transaction_date: Option<String>,
}

/// GET and POST `/payment/v1/orders`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderInfo {
    pub id: String,
    pub amount: Option<Rubles>,
    pub status: OrderStatus,
    pub expiration_date: Option<String>,
    pub qr: Option<OrderInfoQr>,
}

/// An order's status.
#[derive(Deserialize)]
pub(super) struct OrderStatus {
    pub value: String,
}

/// The link of an order, as told.
#[derive(Deserialize)]
pub(super) struct OrderInfoQr {
    pub id: Option<String>,
}

/// All four refund calls.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundInfo {
    pub amount: Option<Rubles>,
    pub refund_status: String,
}

impl Settings {
    /// A request without a body to a path under `/api`.
    pub(super) fn ask(&self, method: Method, path: &str) -> WireRequest {
        WireRequest::new(method, format!("{}/api{path}", self.url))
            .header("accept", "application/json")
            .bearer(&self.secret_key)
    }

    /// A POST of JSON to a path under `/api`.
    pub(super) fn post(&self, path: &str, body: &impl Serialize) -> Result<WireRequest, Fault> {
        let bytes = serde_json::to_vec(body).map_err(|e| Fault {
            code: Code::Internal,
            ..Fault::not_sent(format!("the request cannot be written as JSON: {e}"))
        })?;
        Ok(self
            .ask(Method::Post, path)
            .header("content-type", "application/json")
            .body(bytes))
    }
}
