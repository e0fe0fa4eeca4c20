//! The keys that every module has, and what they become: policy, transport, limits.

use super::{ConfigError, Key, KeyType, Scope, integer, secret, text};
use crate::provider::{Identity, Transport};
use domain::policy::MoneyWhileClosing;
use domain::{Kopecks, Policy};
use serde_json::{Map, Value};
use std::sync::Arc;

/// How much longer each waiting party must wait than the one behind it, in milliseconds (the product manual's
/// "greater by 10 s").
const GAP_MS: u64 = 10_000;

/// How much longer than one HTTP timeout an unanswered registration is tried, in milliseconds.
const REGISTER_AGAIN_MS: u64 = 15_000;

/// The keys that every module has. Names, units and defaults are the product manual's where it has them.
pub const COMMON: &[Key] = &[
    Key {
        name: "url",
        kind: KeyType::Url,
        scope: Scope::Merchant,
        required: true,
        default: None,
        unit: "",
        doc_ru: "Адрес сервиса банка, без косой черты в конце",
        doc_en: "Address of the provider's service, without a slash at the end",
    },
    number(
        "qrTtl",
        Scope::Both,
        1,
        1_440,
        "5",
        "minutes",
        "Срок жизни QR-кода или активации ссылки",
        "Life of a QR or of a link's activation",
    ),
    number(
        "interval",
        Scope::Both,
        1,
        300,
        "5",
        "seconds",
        "Пауза между запросами статуса",
        "Pause between status questions",
    ),
    number(
        "timeout",
        Scope::Merchant,
        1,
        300,
        "30",
        "seconds",
        "Ожидание ответа банка на один запрос; хотя бы на 10 секунд меньше qrTtl",
        "How long one HTTP request may take; at least 10 seconds less than qrTtl",
    ),
    number(
        "return_interval",
        Scope::Merchant,
        1,
        1_440,
        "3",
        "minutes",
        "Пауза между попытками отмены или возврата",
        "Pause between attempts to cancel or refund",
    ),
    number(
        "cancel_lifetime",
        Scope::Merchant,
        0,
        8_760,
        "0",
        "hours",
        "Сколько времени повторять отмену; 0 — без ограничения",
        "How long attempts to cancel go on; 0 = endless",
    ),
    number(
        "rate_limit",
        Scope::Merchant,
        0,
        10_000,
        "20",
        "requests per second",
        "Не больше стольких запросов к банку в секунду; 0 — без ограничения",
        "The most requests sent to the provider in a second; 0 = no limit",
    ),
    pem(
        "ca",
        "Корневые сертификаты вместо системных: путь к файлу PEM или сам текст PEM",
        "Root certificates to trust instead of the system's: path of a PEM file, or the PEM text itself",
    ),
    pem(
        "cert",
        "Сертификат клиента для банка, который его требует: путь к файлу PEM или сам текст PEM, вместе с pkey; или путь к файлу .p12 или .pfx, в котором есть и ключ",
        "Our client certificate for a provider that wants one: path of a PEM file, or the PEM text itself, with pkey; or path of a .p12 or .pfx file, which holds the key too",
    ),
    Key {
        name: "cert_password",
        kind: KeyType::Secret,
        scope: Scope::Merchant,
        required: false,
        default: None,
        unit: "",
        doc_ru: "Пароль файла .p12 или .pfx из cert",
        doc_en: "Password of the .p12 or .pfx file in cert",
    },
    pem(
        "pkey",
        "Закрытый ключ к cert: путь к файлу PEM или сам текст PEM",
        "The private key of cert: path of a PEM file, or the PEM text itself",
    ),
    Key {
        name: "late_money",
        kind: KeyType::Word(&["accept", "reverse"]),
        scope: Scope::Both,
        required: false,
        default: Some("\"accept\""),
        unit: "",
        doc_ru: "Деньги пришли, пока платёж закрывался, а касса ещё ждёт: accept — принять, reverse — вернуть",
        doc_en: "Money came while the payment was being closed and the register still waits: accept it, or reverse it",
    },
    number(
        "utc_offset",
        Scope::Both,
        0,
        840,
        "180",
        "minutes east of UTC",
        "Время магазина: оно печатается на чеке (180 — Москва)",
        "The store's time, as it is printed on the receipt (180 is Moscow)",
    ),
    number(
        "technical_errors",
        Scope::Merchant,
        0,
        10_000,
        "0",
        "errors in a row",
        "После скольких технических ошибок подряд прекратить ожидание; 0 — без ограничения",
        "Technical errors in a row after which waiting ends; 0 = no limit",
    ),
    Key {
        name: "purpose",
        kind: KeyType::Text { max: 185 },
        scope: Scope::Both,
        required: false,
        default: None,
        unit: "",
        doc_ru: "Назначение платежа, если касса его не передала; можно: %store%, %terminal%, %receipt%, %cost_centre%",
        doc_en: "Purpose of the payment when the register gives none; may hold %store%, %terminal%, %receipt%, %cost_centre%",
    },
    number(
        "min_amount",
        Scope::Both,
        1,
        Kopecks::MAX.get(),
        "1",
        "kopecks",
        "Наименьшая сумма платежа",
        "The least sum of a payment",
    ),
    number(
        "max_amount",
        Scope::Both,
        1,
        Kopecks::MAX.get(),
        "100000000",
        "kopecks",
        "Наибольшая сумма платежа",
        "The greatest sum of a payment",
    ),
];

const fn pem(name: &'static str, doc_ru: &'static str, doc_en: &'static str) -> Key {
    Key {
        name,
        kind: KeyType::Pem,
        scope: Scope::Merchant,
        required: false,
        default: None,
        unit: "",
        doc_ru,
        doc_en,
    }
}

#[expect(clippy::too_many_arguments, reason = "one line per key in the table above")]
const fn number(
    name: &'static str,
    scope: Scope,
    min: i64,
    max: i64,
    default: &'static str,
    unit: &'static str,
    doc_ru: &'static str,
    doc_en: &'static str,
) -> Key {
    Key {
        name,
        kind: KeyType::Integer { min, max },
        scope,
        required: false,
        default: Some(default),
        unit,
        doc_ru,
        doc_en,
    }
}

/// The sums that a module takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The least.
    pub min: Kopecks,
    /// The greatest.
    pub max: Kopecks,
}

/// Times and limits of an operation, from merged settings. Timeouts nest with gaps of 10 s: the daemon's total is
/// `qrTtl` and 10 s more, and `timeout` must be at least 10 s below `qrTtl`, or this is an error.
pub fn policy(settings: &Map<String, Value>) -> Result<Policy, ConfigError> {
    let minutes = |key| common_integer(settings, key).saturating_mul(60_000);
    let seconds = |key| common_integer(settings, key).saturating_mul(1_000);
    let (qr_ttl_ms, timeout_ms, interval_ms) = (minutes("qrTtl"), seconds("timeout"), seconds("interval"));
    if timeout_ms + GAP_MS > qr_ttl_ms {
        let problem = format!(
            "must be at least 10 seconds less than qrTtl ({} seconds), or a QR dies before its bank has answered",
            qr_ttl_ms / 1_000
        );
        return Err(ConfigError::bad("timeout", problem));
    }
    let standard = Policy::default();
    Ok(Policy {
        qr_ttl_ms,
        interval_ms,
        eager_interval_ms: standard.eager_interval_ms.min(interval_ms),
        return_interval_ms: minutes("return_interval"),
        cancel_lifetime_ms: minutes("cancel_lifetime").saturating_mul(60),
        register_for_ms: timeout_ms + REGISTER_AGAIN_MS,
        technical_errors_max: u32::try_from(common_integer(settings, "technical_errors")).unwrap_or(u32::MAX),
        answer_within_ms: qr_ttl_ms + GAP_MS,
        money_while_closing: if text(settings, "late_money") == Some("reverse") {
            MoneyWhileClosing::Reverse
        } else {
            MoneyWhileClosing::Accept
        },
        utc_offset_min: u32::try_from(common_integer(settings, "utc_offset")).unwrap_or_default(),
        ..standard
    })
}

/// How to reach the provider, from merged settings. A client certificate and its key go together.
pub fn transport(settings: &Map<String, Value>) -> Result<Transport, ConfigError> {
    Ok(Transport {
        timeout_ms: common_integer(settings, "timeout").saturating_mul(1_000),
        rate_per_s: u32::try_from(common_integer(settings, "rate_limit")).unwrap_or(u32::MAX),
        ca: text(settings, "ca").map(Arc::from),
        identity: identity(settings)?.map(Arc::new),
    })
}

fn identity(settings: &Map<String, Value>) -> Result<Option<Identity>, ConfigError> {
    match (text(settings, "cert"), secret(settings, "pkey")) {
        (None, None) => Ok(None),
        (Some(certificates), Some(key)) => Ok(Some(Identity {
            certificates: certificates.to_owned(),
            key,
        })),
        (Some(_), None) => Err(ConfigError::bad("cert", "stands without its key; write pkey too")),
        (None, Some(_)) => Err(ConfigError::bad(
            "pkey",
            "stands without its certificate; write cert too",
        )),
    }
}

/// The sums that the module takes, from merged settings. The least may not exceed the greatest.
pub fn limits(settings: &Map<String, Value>) -> Result<Limits, ConfigError> {
    let kopecks = |key: &'static str| {
        let number = i64::try_from(common_integer(settings, key)).unwrap_or(i64::MAX);
        Kopecks::new(number).map_err(|e| ConfigError::bad(key, e.to_string()))
    };
    let (min, max) = (kopecks("min_amount")?, kopecks("max_amount")?);
    if min > max {
        return Err(ConfigError::bad("min_amount", "must not exceed max_amount"));
    }
    Ok(Limits { min, max })
}

/// A common number; its default when it is not written.
fn common_integer(settings: &Map<String, Value>, key: &str) -> u64 {
    let default = || COMMON.iter().find(|k| k.name == key)?.default?.parse().ok();
    integer(settings, key).or_else(default).unwrap_or(0)
}
