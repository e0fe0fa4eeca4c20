//! The gateway: one address, a command in each body, a signature over its exact bytes.

use super::config::Settings;
use connector::{Method, Printed, WireRequest};
use domain::{Code, Fault};
use serde::{Deserialize, Serialize};

/// The most characters of `paymentPurpose`.
pub(super) const PURPOSE_MAX: usize = 140;
/// The one currency.
pub(super) const RUB: &str = "RUB";

/// A request. Only fields that are used stand here; what a command does not take is left out.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outgoing<'a> {
    pub command: &'a str,
    #[serde(rename = "TermNo")]
    pub term_no: &'a str,
    /// `02`: a dynamic QR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qrc_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qrc_id: Option<&'a str>,
    /// 12 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payrrn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_trx_id: Option<&'a str>,
    /// Kopecks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<&'static str>,
    /// At most 140 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_purpose: Option<String>,
    /// Minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_ttl: Option<u64>,
    /// A GUID: our order id or refund id, the same for every repeat.
    #[serde(rename = "messageID", skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<&'a str>,
}

/// An answer. Which fields come depends on the command; numbers may be texts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reply {
    /// `0` is success.
    #[serde(rename = "ErrorCode")]
    pub error_code: Printed,
    /// May be percent-encoded.
    pub message: Option<String>,
    #[serde(rename = "TermNo")]
    pub term_no: Option<Printed>,
    pub qrc_id: Option<String>,
    pub payload: Option<String>,
    pub payrrn: Option<Printed>,
    pub status: Option<String>,
    pub trx_id: Option<String>,
    /// `yyyyMMddHHmmss`
    #[serde(rename = "trxDT")]
    pub trx_dt: Option<Printed>,
    /// Kopecks.
    pub amount: Option<Printed>,
    pub currency: Option<String>,
    #[serde(rename = "messageID")]
    pub message_id: Option<String>,
}

impl Settings {
    /// A signed request. The signature stands in `Authorization` as it is, without a scheme's word.
    pub(super) fn send(&self, command: &Outgoing<'_>) -> Result<WireRequest, Fault> {
        let internal = |detail: String| Fault {
            code: Code::Internal,
            ..Fault::not_sent(detail)
        };
        let body = serde_json::to_vec(command)
            .map_err(|e| internal(format!("the request cannot be written as JSON: {e}")))?;
        let signature = self.sign_key.sign_base64(&body);
        let signature =
            signature.map_err(|e| internal(format!("the request cannot be signed: the key {e}")))?;
        Ok(WireRequest::new(Method::Post, self.url.as_str())
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("key-name", self.key_name.as_str())
            .secret_header("authorization", signature)
            .body(body))
    }
}
