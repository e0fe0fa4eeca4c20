//! The bank's messages, field by field, and the requests that carry them. Only fields that are used stand here.

#![expect(clippy::struct_field_names, reason = "the fields have the bank's names")]

use super::config::Settings;
use connector::{Method, Printed, TokenNeed, WireRequest, request_id, token};
use domain::{Code, Fault, Kopecks, OrderId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Rubles by ISO 4217, as this bank wants them.
pub(super) const RUBLES: &str = "643";

/// The calls of the bank, each with a scope of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    Creation,
    Status,
    Revocation,
    Cancel,
    Pay,
    Registry,
}

impl Endpoint {
    const fn scope(self) -> &'static str {
        match self {
            Self::Creation => "https://api.sberbank.ru/qr/order.create",
            Self::Status => "https://api.sberbank.ru/qr/order.status",
            Self::Revocation => "https://api.sberbank.ru/qr/order.revoke",
            Self::Cancel => "https://api.sberbank.ru/qr/order.cancel",
            Self::Pay => "https://api.sberbank.ru/qr/order.pay",
            Self::Registry => "auth://qr/order.registry",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Creation => "creation",
            Self::Status => "status",
            Self::Revocation => "revocation",
            Self::Cancel => "cancel",
            Self::Pay => "pay",
            Self::Registry => "registry",
        }
    }

    fn address(self, settings: &Settings) -> String {
        let Settings {
            url,
            order_path,
            pay_path,
            ..
        } = settings;
        match self {
            Self::Pay => format!("{url}{pay_path}"),
            Self::Creation | Self::Status | Self::Revocation | Self::Cancel | Self::Registry => {
                format!("{url}{order_path}/{}", self.name())
            }
        }
    }
}

/// What every body begins with.
#[derive(Serialize)]
struct Message<'a, T> {
    /// 32 hexadecimal digits.
    rq_uid: &'a str,
    /// `YYYY-MM-DDTHH:MM:SSZ`
    rq_tm: &'a str,
    #[serde(flatten)]
    body: &'a T,
}

/// POST `creation`
#[derive(Serialize)]
pub(super) struct Creation<'a> {
    pub member_id: &'a str,
    /// At most 36 characters.
    pub order_number: &'a str,
    pub order_create_date: String,
    pub id_qr: &'a str,
    pub order_sum: Kopecks,
    pub currency: &'static str,
    /// At most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Asks for an SBP QR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sbp_member_id: Option<&'a str>,
}

/// POST `status`
#[derive(Serialize)]
pub(super) struct Status<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<&'a str>,
    pub tid: &'a str,
    pub partner_order_number: &'a str,
}

/// POST `revocation`
#[derive(Serialize)]
pub(super) struct Revocation<'a> {
    pub order_id: &'a str,
}

/// POST `cancel`. `REVERSE` is never sent: SBP has none, and after one neither a reverse nor a refund is possible.
#[derive(Serialize)]
pub(super) struct Cancel<'a> {
    pub order_id: &'a str,
    pub operation_type: &'static str,
    /// The operation that paid.
    pub operation_id: &'a str,
    /// Its authorisation code.
    pub auth_code: &'a str,
    pub id_qr: &'a str,
    pub tid: &'a str,
    pub cancel_operation_sum: Kopecks,
    pub operation_currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sbp_payer_id: Option<&'a str>,
    /// At most 140 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_description: Option<String>,
}

/// POST `/qr/bscanc/v1/pay`: an order and its payment in one call.
#[derive(Serialize)]
pub(super) struct Pay<'a> {
    pub member_id: &'a str,
    /// At most 36 characters.
    pub partner_order_number: &'a str,
    pub tid: &'a str,
    pub id_qr: &'a str,
    /// What was scanned from the buyer's phone.
    #[serde(rename = "payLoad")]
    pub pay_load: &'a str,
    pub amount: Kopecks,
    pub currency: &'static str,
}

/// POST `registry`, and its own way of writing what every body begins with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registry<'a> {
    #[serde(rename = "idQR")]
    pub id_qr: &'a str,
    /// `YYYY-MM-DDTHH:MM:SSZ`, by Moscow's clock.
    pub start_period: String,
    pub end_period: String,
    /// `REGISTRY` or `QUANTITY`
    pub registry_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegistryMessage<'a> {
    rq_uid: &'a str,
    rq_tm: &'a str,
    #[serde(flatten)]
    body: &'a Registry<'a>,
}

/// What `registry` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing {
    pub registry_data: Option<RegistryData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegistryData {
    pub order_params: Option<OrderParams>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderParams {
    #[serde(default)]
    pub order_param: Vec<OrderParam>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderParam {
    pub partner_order_number: Option<Printed>,
    pub order_operation_params: Option<OperationParams>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OperationParams {
    #[serde(default)]
    pub order_operation_param: Vec<ListedOperation>,
}

/// A movement of money, or a step or an attempt of one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedOperation {
    pub operation_id: Option<Printed>,
    /// `PAY`, `REVERSE`, `REFUND`, and steps that begin with `SBP_`.
    pub operation_type: String,
    pub operation_sum: Option<Printed>,
    pub operation_date_time: Option<String>,
    pub response_code: Option<Printed>,
}

/// What every answer has; the registry writes it in its own way.
#[derive(Deserialize)]
pub(super) struct Envelope {
    #[serde(default, alias = "errorCode")]
    pub error_code: Option<Printed>,
    #[serde(default, alias = "errorDescription")]
    pub error_description: Option<String>,
}

/// What `creation` answers.
#[derive(Deserialize)]
pub(super) struct Created {
    pub order_id: Printed,
    #[serde(default)]
    pub order_number: Option<Printed>,
    pub order_state: String,
    /// What the QR must hold.
    pub order_form_url: String,
}

/// What `status` answers.
#[derive(Deserialize)]
pub(super) struct Order {
    #[serde(default)]
    pub order_id: Option<Printed>,
    #[serde(default)]
    pub partner_order_number: Option<Printed>,
    pub order_state: String,
    #[serde(default)]
    pub order_operation_params: Option<Vec<Operation>>,
    #[serde(default)]
    pub sbp_operation_params: Option<SbpOperation>,
}

/// One movement of an order's money, or an attempt at one.
#[derive(Deserialize)]
pub(super) struct Operation {
    #[serde(default)]
    pub operation_id: Option<Printed>,
    /// `PAY`, `REVERSE`, `REFUND`
    pub operation_type: String,
    #[serde(default)]
    pub operation_sum: Option<Printed>,
    #[serde(default)]
    pub operation_currency: Option<Printed>,
    #[serde(default)]
    pub auth_code: Option<Printed>,
    /// ISO 8583: `00` is done.
    #[serde(default)]
    pub response_code: Option<Printed>,
    #[serde(default)]
    pub response_desc: Option<String>,
}

/// The part of an order that SBP adds.
#[derive(Deserialize)]
pub(super) struct SbpOperation {
    #[serde(default)]
    pub sbp_masked_payer_id: Option<String>,
}

/// What `revocation` answers.
#[derive(Deserialize)]
pub(super) struct Revoked {
    #[serde(default)]
    pub order_id: Option<Printed>,
    pub order_state: String,
}

/// What `cancel` answers beside the fields of an [`Operation`].
#[derive(Deserialize)]
pub(super) struct Cancelled {
    pub order_status: String,
}

impl Settings {
    /// A POST of JSON with the token of the call's scope. `turn` counts the requests of this call.
    pub(super) fn post(
        &self,
        endpoint: Endpoint,
        order: &OrderId,
        turn: usize,
        body: &impl Serialize,
        now: Timestamp,
    ) -> Result<WireRequest, Fault> {
        let rq_uid = request_id(order.as_str(), &format!("{}-{turn}", endpoint.name()), now);
        let message = Message {
            rq_uid: &rq_uid,
            rq_tm: &date(now)?,
            body,
        };
        let request = self.request(endpoint, &rq_uid, &message)?;
        let request = if endpoint == Endpoint::Pay {
            request
                .header("x-introspect-rquid", rq_uid)
                .header("x-ibm-client-id", self.client_id.as_str())
        } else {
            request
        };
        Ok(request.with_token(self.token(endpoint, order.as_str(), now)))
    }

    /// The question for the register of a period. It is about no order, so its period tells it from others.
    pub(super) fn list(&self, body: &Registry<'_>, now: Timestamp) -> Result<WireRequest, Fault> {
        let period = format!("{}-{}", body.start_period, body.end_period);
        let rq_uid = request_id(&period, "registry", now);
        let message = RegistryMessage {
            rq_uid: &rq_uid,
            rq_tm: &date(now)?,
            body,
        };
        let request = self.request(Endpoint::Registry, &rq_uid, &message)?;
        Ok(request.with_token(self.token(Endpoint::Registry, &period, now)))
    }

    fn request(&self, endpoint: Endpoint, rq_uid: &str, body: &impl Serialize) -> Result<WireRequest, Fault> {
        let bytes = serde_json::to_vec(body).map_err(|e| Fault {
            code: Code::Internal,
            ..Fault::not_sent(format!("the request cannot be written as JSON: {e}"))
        })?;
        Ok(WireRequest::new(Method::Post, endpoint.address(self))
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("rquid", rq_uid)
            .body(bytes))
    }

    /// The login for a scope. Its credentials stand in a secret header and its id in a plain one, so all calls of a
    /// scope share one token.
    fn token(&self, endpoint: Endpoint, about: &str, now: Timestamp) -> TokenNeed {
        let scope = endpoint.scope();
        let form = format!("grant_type=client_credentials&scope={}", form_text(scope));
        let rq_uid = request_id(about, &format!("token-{}", endpoint.name()), now);
        TokenNeed {
            scope: scope.to_owned(),
            login: WireRequest::new(Method::Post, self.token_url.as_str())
                .header("accept", "application/json")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("rquid", rq_uid)
                .basic(&self.client_id, &self.client_secret)
                .body(form),
            read: Arc::new(token::oauth),
        }
    }
}

/// Our scopes hold nothing else that a form may not.
fn form_text(scope: &str) -> String {
    scope.replace(':', "%3A").replace('/', "%2F")
}

/// `YYYY-MM-DDTHH:MM:SSZ`, in UTC and whole seconds (rounded down).
pub(super) fn date(moment: Timestamp) -> Result<String, Fault> {
    let moment = jiff::Timestamp::from_microsecond(moment.as_micros())
        .map_err(|_| Fault::refused(Code::InvalidField, "the time is out of range"))?;
    Ok(moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
