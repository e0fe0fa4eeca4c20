//! What the shop writes and what the bank answers, in the bank's fields.

#![expect(clippy::struct_field_names, reason = "the fields have the bank's names")]

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusals::Refusal;
use crate::wire::Answer;

/// What every body begins with.
#[derive(Deserialize)]
pub(super) struct Head {
    pub rq_uid: String,
    pub rq_tm: String,
}

#[derive(Deserialize)]
pub(super) struct Creation {
    pub member_id: String,
    pub order_number: String,
    pub order_create_date: String,
    pub id_qr: String,
    pub order_sum: i64,
    pub currency: String,
    pub description: Option<String>,
    pub sbp_member_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Status {
    pub order_id: Option<String>,
    pub tid: String,
    pub partner_order_number: String,
}

#[derive(Deserialize)]
pub(super) struct Revocation {
    pub order_id: String,
}

#[derive(Deserialize)]
pub(super) struct Cancel {
    pub order_id: String,
    #[serde(default = "refund")]
    pub operation_type: String,
    pub operation_id: String,
    pub auth_code: String,
    pub id_qr: String,
    pub tid: String,
    pub cancel_operation_sum: i64,
    pub operation_currency: String,
    pub operation_description: Option<String>,
}

fn refund() -> String {
    "REFUND".to_owned()
}

#[derive(Deserialize)]
pub(super) struct Pay {
    pub member_id: String,
    pub partner_order_number: String,
    pub tid: String,
    pub id_qr: String,
    #[serde(rename = "payLoad")]
    pub pay_load: String,
    pub amount: i64,
    pub currency: String,
}

/// 32 hexadecimal digits.
pub(super) fn is_request_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `YYYY-MM-DDTHH:MM:SSZ`
pub(super) fn is_time(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

/// A refusal of the gateway in front of the order service.
pub(super) fn gateway(status: u16, what: &str) -> Answer {
    let body = json!({"httpCode": status.to_string(), "httpMessage": "refused", "moreInformation": what});
    Answer::json(status, body.to_string())
}

/// An answer of the order service.
pub(super) fn said(head: &Head, fields: Value) -> Answer {
    with_code(head, fields, ("000000", ""))
}

/// A refusal of the order service.
pub(super) fn refused(head: &Head, refusal: Refusal) -> Answer {
    with_code(head, Value::Object(Map::new()), refusal)
}

fn with_code(head: &Head, mut fields: Value, (code, words): Refusal) -> Answer {
    if let Some(fields) = fields.as_object_mut() {
        for (name, value) in [
            ("rq_uid", head.rq_uid.as_str()),
            ("rq_tm", &head.rq_tm),
            ("error_code", code),
            ("error_description", words),
        ] {
            fields.insert(name.to_owned(), value.into());
        }
    }
    Answer::json(200, fields.to_string())
}
