//! The platform's messages, field by field. Sums are whole kopecks.

use super::config::Settings;
use connector::{Method, Printed, WireRequest, answer};
use domain::{Code, Fault};
use serde::{Deserialize, Serialize};

/// The most characters of `paymentPurpose` and `remitInfo`.
pub(super) const PURPOSE_MAX: usize = 140;

/// Who is paid. Of `account` and `accAlias` the platform takes one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shop<'a> {
    pub ext_entity_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acc_alias: Option<&'a str>,
}

/// A QR to be drawn, a cash link to be activated or bound, a subscription to be charged.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Draft<'a> {
    #[serde(flatten)]
    pub shop: Shop<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_purpose: Option<String>,
    /// `02`: a dynamic QR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qrc_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qrc_id: Option<&'a str>,
    /// Minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp_dt: Option<u64>,
    /// The same in seconds: every public client sends both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_exp_dt: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal_tx_id: Option<&'a str>,
    /// The buyer as the receipt names them. Personal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<&'a str>,
}

impl<'a> Draft<'a> {
    /// Only who is paid.
    pub fn of(settings: &'a Settings) -> Self {
        Self {
            shop: Shop {
                ext_entity_id: &settings.entity,
                merchant_id: settings.merchant.as_deref(),
                account: settings.account.as_deref(),
                acc_alias: settings.alias.as_deref(),
            },
            amount: None,
            payment_purpose: None,
            qrc_type: None,
            qrc_id: None,
            exp_dt: None,
            local_exp_dt: None,
            redirect_url: None,
            internal_tx_id: None,
            subscriber: None,
        }
    }
}

/// A refund of a payment that is named by its QR or by its transfer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund<'a> {
    /// False: the answer comes at once, the money later.
    pub long_wait: bool,
    pub internal_tx_id: &'a str,
    pub ref_type: &'static str,
    pub ref_id: &'a str,
    pub amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remit_info: Option<String>,
}

/// A QR or an activation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Drawn {
    pub qrc_id: String,
    pub payload: Option<String>,
    pub params_id: Option<String>,
}

/// How a payment stands, and what it is about.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    pub pay_status: PayStatus,
    pub qr_code: Option<Coded>,
    pub params_id: Option<String>,
    pub internal_tx_id: Option<String>,
}

/// The payment's word, and the transfer once there is one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PayStatus {
    pub status: String,
    pub trx_id: Option<String>,
    pub amount: Option<i64>,
}

/// The QR that a status speaks of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Coded {
    pub qrc_id: String,
}

/// How a refund stands.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refunded {
    pub status: Option<String>,
    pub internal_tx_id: Option<String>,
    pub trx_id: Option<String>,
    pub amount: Option<i64>,
}

/// The last activation of a link.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Latest {
    pub qrc_id: String,
    pub activation: Option<Activated>,
}

/// An activation as the link's state shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Activated {
    pub params_id: String,
    pub amount: i64,
    pub status: String,
}

/// One of a list of links: its id alone, or in an object.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Listed {
    Id(String),
    Object(Coded),
}

/// An error. Its form is not public; these are the usual names.
#[derive(Deserialize)]
pub(super) struct Error {
    #[serde(alias = "errorCode")]
    pub code: Option<Printed>,
    #[serde(alias = "errorMessage", alias = "infoMsg")]
    pub message: Option<String>,
}

impl Settings {
    /// A question.
    pub fn ask(&self, path: &str) -> WireRequest {
        self.request(Method::Get, path)
    }

    /// A change.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Result<WireRequest, Fault> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Fault::refused(Code::Internal, format!("no JSON can be made: {error}")))?;
        let request = self.request(Method::Post, path);
        Ok(request.header("content-type", "application/json").body(body))
    }

    fn request(&self, method: Method, path: &str) -> WireRequest {
        let request =
            WireRequest::new(method, format!("{}{path}", self.url)).header("accept", "application/json");
        match &self.authsp {
            Some(value) => request.header("authsp", value),
            None => request,
        }
    }
}

/// A path with an id in its place.
pub(super) fn fill(path: &str, place: &str, id: &str) -> Result<String, Fault> {
    if !answer::fits_path(id) {
        return Err(answer::unclear("an id that fits into no address"));
    }
    Ok(path.replace(place, id))
}
