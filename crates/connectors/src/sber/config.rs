//! The settings of both modules. The product manual names none of the keys, so they have the bank's names.

use super::Module;
use connector::config::{code_list, integer, required_secret, required_text, text};
use connector::{ConfigError, Key, KeyType, Scope, purpose};
use secrecy::SecretString;
use serde_json::{Map, Value};

/// Keys of both modules.
pub(super) const BANK: &[Key] = &[
    required(
        "client_id",
        KeyType::Text { max: 128 },
        Scope::Merchant,
        "Идентификатор приложения (client_id) из личного кабинета Sber API",
        "The application's client_id from the Sber API cabinet",
    ),
    required(
        "client_secret",
        KeyType::Secret,
        Scope::Merchant,
        "Секрет приложения (client_secret) из личного кабинета Sber API",
        "The application's client_secret from the Sber API cabinet",
    ),
    required(
        "member_id",
        KeyType::Text { max: 8 },
        Scope::Merchant,
        "Идентификатор партнёра (member_id), его выдаёт банк",
        "The partner's member_id, issued by the bank",
    ),
    required(
        "tid",
        KeyType::Text { max: 8 },
        Scope::Both,
        "Идентификатор терминала (tid), его выдаёт банк; у каждой кассы свой",
        "The terminal's tid, issued by the bank; one per register",
    ),
    Key::optional(
        "id_qr",
        KeyType::Text { max: 36 },
        Scope::Both,
        "Идентификатор устройства, на котором формируется заказ (id_qr); для СБП не указывайте — возьмётся tid",
        "Id of the device that makes the order (id_qr); leave it out for SBP, then it is tid",
    ),
    Key::optional(
        "token_url",
        KeyType::Url,
        Scope::Merchant,
        "Адрес выдачи токенов целиком; не указан — url и /tokens/v3/oauth",
        "Whole address of the token service; when absent, url and /tokens/v3/oauth",
    ),
    with_default(
        "order_path",
        KeyType::Text { max: 128 },
        "\"/qr/order/v3\"",
        "",
        "Путь сервиса заказов после url",
        "Path of the order service after url",
    ),
    Key::optional(
        "not_found_codes",
        KeyType::Text { max: 200 },
        Scope::Merchant,
        "Коды error_code, которыми банк отвечает на запрос неизвестного заказа, через запятую; уточните у банка. Пока не указаны, потерянная регистрация остаётся невыясненной",
        "The error_code values with which the bank answers about an order that it does not know, with commas between; ask the bank. Without them a lost registration stays unresolved",
    ),
    with_default(
        "refund_settles",
        KeyType::Integer { min: 1, max: 1_440 },
        "20",
        "minutes",
        "Сколько ждать, пока потерянный возврат станет виден в статусе заказа, прежде чем отправить его снова",
        "How long a refund whose answer was lost may take to show in the order's status before it is sent again",
    ),
];

/// Keys of `qrsber`.
pub(super) const SBP: &[Key] = &[
    with_default(
        "sbp_member_id",
        KeyType::Digits { count: 12 },
        "\"100000000111\"",
        "",
        "Идентификатор банка в СБП (sbp_member_id); по нему банк выдаёт QR СБП",
        "The bank's id in SBP (sbp_member_id); it makes the bank give an SBP QR",
    ),
    with_default(
        "sbp_payer_id",
        KeyType::Word(&["omit", "masked"]),
        "\"omit\"",
        "",
        "Что передавать в sbp_payer_id при возврате: omit — ничего, masked — телефон с маской, как в статусе; уточните у банка",
        "What a refund says in sbp_payer_id: omit = nothing, masked = the masked phone as the status has it; ask the bank",
    ),
];

/// Keys of `qrsberpay`.
pub(super) const SBER_PAY: &[Key] = &[with_default(
    "pay_path",
    KeyType::Text { max: 128 },
    "\"/qr/bscanc/v1/pay\"",
    "",
    "Путь оплаты по QR-коду покупателя после url",
    "Path of the payment by the buyer's QR after url",
)];

const fn required(
    name: &'static str,
    kind: KeyType,
    scope: Scope,
    doc_ru: &'static str,
    doc_en: &'static str,
) -> Key {
    Key {
        required: true,
        ..Key::optional(name, kind, scope, doc_ru, doc_en)
    }
}

const fn with_default(
    name: &'static str,
    kind: KeyType,
    default: &'static str,
    unit: &'static str,
    doc_ru: &'static str,
    doc_en: &'static str,
) -> Key {
    Key {
        default: Some(default),
        unit,
        ..Key::optional(name, kind, Scope::Merchant, doc_ru, doc_en)
    }
}

/// The settings in types; the secret shows itself to nobody.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub url: String,
    pub token_url: String,
    pub order_path: String,
    pub pay_path: String,
    pub client_id: String,
    pub client_secret: SecretString,
    pub member_id: String,
    pub tid: String,
    pub id_qr: String,
    /// Only for SBP.
    pub sbp_member_id: Option<String>,
    pub tells_payer: bool,
    pub not_found_codes: Vec<String>,
    pub refund_settles_ms: u64,
    pub purpose: Option<String>,
}

impl Settings {
    /// The settings of a module, from merged rows.
    pub fn read(settings: &Map<String, Value>, module: Module) -> Result<Self, ConfigError> {
        let url = required_text(settings, "url")?;
        let own = |key| text(settings, key).map(str::to_owned);
        let template = own("purpose");
        template.as_deref().map_or(Ok(()), purpose::check_template)?;
        let tid = required_text(settings, "tid")?;
        let id_qr = match (module, text(settings, "id_qr")) {
            (Module::Sbp, Some(id)) if id != tid => {
                return Err(ConfigError::bad(
                    "id_qr",
                    "must be the same as tid for SBP; leave it out",
                ));
            }
            (_, Some(id)) => id,
            (Module::Sbp, None) => tid,
            (Module::SberPay, None) => required_text(settings, "id_qr")?,
        };
        Ok(Self {
            token_url: own("token_url").unwrap_or_else(|| format!("{url}/tokens/v3/oauth")),
            url: url.to_owned(),
            order_path: path(settings, "order_path")?,
            pay_path: path(settings, "pay_path")?,
            client_id: required_text(settings, "client_id")?.to_owned(),
            client_secret: required_secret(settings, "client_secret")?,
            member_id: required_text(settings, "member_id")?.to_owned(),
            tid: tid.to_owned(),
            id_qr: id_qr.to_owned(),
            sbp_member_id: own("sbp_member_id"),
            tells_payer: text(settings, "sbp_payer_id") == Some("masked"),
            not_found_codes: code_list(settings, "not_found_codes")?,
            refund_settles_ms: integer(settings, "refund_settles")
                .unwrap_or_default()
                .saturating_mul(60_000),
            purpose: template,
        })
    }
}

/// A path as it is put after `url`. Empty for a key that the module does not have.
fn path(settings: &Map<String, Value>, key: &'static str) -> Result<String, ConfigError> {
    let path = text(settings, key).unwrap_or_default();
    let begins = path.is_empty() || path.starts_with('/');
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.".contains(&b);
    if !begins || path.ends_with('/') || !path.bytes().all(plain) {
        let problem = "must begin with a slash, not end with one, and hold no blanks, `?` and `#`";
        return Err(ConfigError::bad(key, problem));
    }
    Ok(path.to_owned())
}
