//! One register's settings, in types.

use super::Talk;
use crate::model::{Algorithm, Module};
use crate::template::Value;
use crate::template::values::Values;
use connector::config::{limits, policy, required_text, text, transport};
use connector::nspk::{PaymentLink, is_qrc_id};
use connector::sign::rsa::SigningKey;
use connector::{Built, ConfigError, KeyType, purpose};
use domain::Policy;
use secrecy::SecretString;
use serde_json::{Map, Value as Json};
use std::sync::{Arc, OnceLock};

/// The longest activation of a cash link, in milliseconds (NSPK: 1 to 20 minutes).
const ACTIVATION_MAX_MS: u64 = 20 * 60_000;

/// The settings; secrets show themselves to nobody.
pub(crate) struct Settings {
    /// The address, without a slash at its end.
    pub url: String,
    /// Every key's value.
    pub values: Values,
    /// The purpose's template.
    pub purpose: Option<String>,
    /// The register's cash link.
    pub link_id: Option<String>,
    /// The store's time, in minutes east of UTC.
    pub utc_offset_min: u32,
    /// The key that signs with RSA.
    pub signing_key: Option<SigningKey>,
}

impl Settings {
    /// A text out of the settings.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The host in `url`.
    pub(super) fn host(&self) -> &str {
        let rest = self
            .url
            .split_once("://")
            .map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }
}

/// Builds one register's connector.
pub(crate) fn build(module: &Arc<Module>, settings: &Map<String, Json>) -> Result<Built, ConfigError> {
    let policy = policy(settings)?;
    let typed = typed(module, settings, policy.utc_offset_min)?;
    let talk = Talk {
        is_linked: typed.link_id.is_some(),
        module: Arc::clone(module),
        settings: Arc::new(typed),
        group: OnceLock::new(),
    };
    check_link(&talk, settings, &policy)?;
    if module.auth.client_certificate && text(settings, "cert").is_none() {
        return Err(ConfigError::Missing {
            key: "cert",
            doc: "this provider wants our client certificate",
        });
    }
    let names = talk.variant().tenders.iter().map(|(name, _)| name.clone());
    let tenders = names.chain(talk.tender_codes().map(|(code, _)| code)).collect();
    Ok(Built {
        connector: Box::new(talk),
        tenders,
        transport: transport(settings)?,
        policy,
        limits: limits(settings)?,
    })
}

fn typed(
    module: &Module,
    settings: &Map<String, Json>,
    utc_offset_min: u32,
) -> Result<Settings, ConfigError> {
    let template = text(settings, "purpose").map(str::to_owned);
    template.as_deref().map_or(Ok(()), purpose::check_template)?;
    let mut values = Values::new();
    for key in &module.keys {
        let value = match (settings.get(key.name), key.kind) {
            (Some(Json::String(text)), KeyType::Secret | KeyType::Pem) => {
                Value::Secret(SecretString::from(text.as_str()))
            }
            (Some(Json::String(text)), _) => Value::Text(text.clone()),
            (Some(Json::Bool(flag)), _) => Value::Flag(*flag),
            (Some(Json::Number(number)), _) => Value::Number(number.to_string()),
            _ => continue,
        };
        values.insert(key.name, value);
    }
    Ok(Settings {
        url: required_text(settings, "url")?.to_owned(),
        signing_key: signing_key(module, &values)?,
        values,
        purpose: template,
        link_id: text(settings, "qr_id").map(str::to_owned),
        utc_offset_min,
    })
}

fn signing_key(module: &Module, values: &Values) -> Result<Option<SigningKey>, ConfigError> {
    let mut signs = module.plain.calls.values().filter_map(|call| call.sign.as_ref());
    let Some(sign) = signs.find(|sign| sign.with == Algorithm::Rsa) else {
        return Ok(None);
    };
    match values.get(sign.key) {
        Some(Value::Secret(pem)) => SigningKey::from_pem(pem)
            .map(Some)
            .map_err(|error| ConfigError::bad(sign.key, error.to_string())),
        _ => Ok(None),
    }
}

/// A cash link lives for 20 minutes at most, and its two keys must speak of the same link. A `payload` that is not a
/// link itself is the provider's own pattern of one.
fn check_link(talk: &Talk, settings: &Map<String, Json>, policy: &Policy) -> Result<(), ConfigError> {
    if !talk.variant().cash_link {
        return Ok(());
    }
    if policy.qr_ttl_ms > ACTIVATION_MAX_MS {
        return Err(ConfigError::bad(
            "qrTtl",
            "must be at most 20 minutes for a cash link",
        ));
    }
    let Some(id) = &talk.settings.link_id else {
        return Ok(());
    };
    if !is_qrc_id(id) {
        return Err(ConfigError::bad(
            "qr_id",
            "must be 32 capital Latin letters and digits",
        ));
    }
    match text(settings, "payload").map(PaymentLink::parse) {
        Some(Ok(link)) if link.qrc_id() != id => Err(ConfigError::bad(
            "qr_id",
            "is not the id inside `payload`; bind the link again",
        )),
        _ => Ok(()),
    }
}
