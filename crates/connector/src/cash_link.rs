//! What the cash-link modules of all banks share: the sticker in the register's settings and the life of an
//! activation.
//!
//! A cash link is a sticker that is printed once and holds no sum. An activation gives it a sum, a purpose and a life
//! for one payment; the general rules are NSPK's, a bank may narrow them.

use crate::config::text;
use crate::nspk::{LinkKind, PaymentLink, is_qrc_id};
use crate::{ConfigError, Key, KeyType, Scope};
use domain::call::Register;
use domain::{Code, Fault, Policy};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// The key with the link's id. The daemon writes it when it binds a sticker.
pub const QR_ID: &str = "qr_id";
/// The key with the link's whole text. The daemon writes it when it binds a sticker.
pub const PAYLOAD: &str = "payload";
/// The key with the bank's terminal number, where a bank gives out one per register (Alfa-Bank). The daemon writes it
/// when it binds a sticker; no two registers of a module may have the same.
pub const TERMINAL_NUMBER: &str = "TermNo";
/// The most digits of a terminal number; the register's protocol takes as many.
pub const TERMINAL_NUMBER_DIGITS: usize = 32;

/// The life of an activation in minutes (NSPK).
pub const LIFE_MIN: RangeInclusive<u64> = 1..=20;

/// The keys of a register's sticker.
pub const STICKER: &[Key] = &[
    Key::optional(
        QR_ID,
        KeyType::Text { max: 32 },
        Scope::Terminal,
        "Идентификатор кассовой ссылки этой кассы; записывается при привязке",
        "Id of this register's cash link; written when it is bound",
    ),
    Key::optional(
        PAYLOAD,
        KeyType::Text { max: 512 },
        Scope::Terminal,
        "Полный текст кассовой ссылки этой кассы; записывается при привязке",
        "Whole text of this register's cash link; written when it is bound",
    ),
];

/// The sticker of a register, as its settings have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sticker {
    id: Option<String>,
    payload: Option<PaymentLink>,
}

impl Sticker {
    /// Reads `qr_id` and `payload`. Either may be missing; where both stand they must agree.
    pub fn read(settings: &Map<String, Value>) -> Result<Self, ConfigError> {
        let payload = text(settings, PAYLOAD).map(static_link).transpose()?;
        let written = text(settings, QR_ID);
        if written.is_some_and(|id| !is_qrc_id(id)) {
            let problem = "must be 32 capital Latin letters and digits";
            return Err(ConfigError::bad(QR_ID, problem));
        }
        if let (Some(id), Some(link)) = (written, &payload)
            && id != link.qrc_id()
        {
            let problem = "is not the id inside `payload`; bind the link again";
            return Err(ConfigError::bad(QR_ID, problem));
        }
        let id = written.or(payload.as_ref().map(PaymentLink::qrc_id));
        Ok(Self {
            id: id.map(str::to_owned),
            payload,
        })
    }

    /// The link's id.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The link that a payment works over: the one that the call names, else the register's own. Nothing is sent
    /// without one.
    pub fn of_payment<'a>(&'a self, call: &'a Register) -> Result<&'a str, Fault> {
        let link_id = call.link_id.as_deref().or(self.id());
        link_id.filter(|id| is_qrc_id(id)).ok_or_else(|| {
            let detail = "no cash link is bound to this register: bind one first";
            Fault::refused(Code::LinkUnbound, detail)
        })
    }

    /// The whole text of this link, when it is the register's own: a bank seldom sends it at an activation.
    pub fn payload_of(&self, link_id: &str) -> Option<String> {
        let own = self.payload.as_ref().filter(|link| link.qrc_id() == link_id);
        own.map(PaymentLink::to_string)
    }
}

/// Whether activations live as long as the bank allows, in minutes.
pub fn check_life(policy: &Policy, allowed_min: &RangeInclusive<u64>) -> Result<(), ConfigError> {
    let asked_ms = policy.qr_ttl_ms;
    let (least, most) = (allowed_min.start(), allowed_min.end());
    if asked_ms < least.saturating_mul(60_000) {
        let problem = format!("must be at least {least} minutes for a cash link");
        return Err(ConfigError::bad("qrTtl", problem));
    }
    if asked_ms > most.saturating_mul(60_000) {
        let problem = format!("must be at most {most} minutes for a cash link");
        return Err(ConfigError::bad("qrTtl", problem));
    }
    Ok(())
}

fn static_link(payload: &str) -> Result<PaymentLink, ConfigError> {
    let link = PaymentLink::parse(payload).map_err(|e| ConfigError::bad(PAYLOAD, e.to_string()))?;
    if link.kind() == LinkKind::Static {
        return Ok(link);
    }
    let problem = "is a link for one payment or a subscription, not a cash link (type=01)";
    Err(ConfigError::bad(PAYLOAD, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activation_lives_as_long_as_the_bank_allows() {
        let told = |minutes: u64, allowed| {
            let policy = Policy {
                qr_ttl_ms: minutes * 60_000,
                ..Policy::default()
            };
            check_life(&policy, &allowed).map_err(|e| e.to_string())
        };
        assert_eq!(told(5, LIFE_MIN), Ok(()));
        assert_eq!(told(20, 5..=20), Ok(()));
        assert!(told(21, LIFE_MIN).unwrap_err().contains("at most 20 minutes"));
        assert!(told(4, 5..=20).unwrap_err().contains("at least 5 minutes"));
    }

    #[test]
    fn a_link_for_one_payment_is_no_sticker() {
        let id = "AD1000000000000000000000DYNTEST1";
        let once = PaymentLink::build(id, LinkKind::Dynamic, "100000000007", None).unwrap();
        let row = serde_json::json!({ "payload": once.as_str() });
        let error = Sticker::read(row.as_object().unwrap()).unwrap_err();
        assert!(error.to_string().contains("type=01"), "{error}");
    }
}
