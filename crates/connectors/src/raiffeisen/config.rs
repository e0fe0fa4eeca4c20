//! The settings of both modules. Names are the bank's own, since the product manual has none for this bank.

use connector::cash_link::{self, Sticker};
use connector::config::{required_secret, required_text, text};
use connector::{ConfigError, Key, KeyType, Scope, purpose};
use domain::Policy;
use secrecy::SecretString;
use serde_json::{Map, Value};

/// Keys of both modules.
pub(super) const BANK: &[Key] = &[
    Key {
        name: "secretKey",
        kind: KeyType::Secret,
        scope: Scope::Merchant,
        required: true,
        default: None,
        unit: "",
        doc_ru: "Секретный ключ партнёра из личного кабинета банка; им же проверяется подпись уведомлений",
        doc_en: "The merchant's secret key from the bank's cabinet; it also checks the signature of notifications",
    },
    Key::optional(
        "publicId",
        KeyType::Text { max: 64 },
        Scope::Merchant,
        "publicId партнёра: нужен только для проверки уведомлений о заказах",
        "The merchant's publicId: needed only to check order notifications",
    ),
    Key::optional(
        "account",
        KeyType::Digits { count: 20 },
        Scope::Both,
        "Расчётный счёт; не указан — счёт партнёра по умолчанию",
        "Settlement account; when absent, the merchant's default one",
    ),
    Key::optional(
        "redirectUrl",
        KeyType::Text { max: 1_024 },
        Scope::Both,
        "Куда приложение банка вернёт покупателя после оплаты",
        "Where the bank's app sends the buyer after payment",
    ),
];

/// Keys of `qrraiffd`.
pub(super) const DYNAMIC: &[Key] = &[Key {
    name: "sbpMerchantId",
    kind: KeyType::Text { max: 12 },
    scope: Scope::Both,
    required: true,
    default: None,
    unit: "",
    doc_ru: "Идентификатор торговой точки в СБП (MA… или MB…)",
    doc_en: "The outlet's id in SBP (MA… or MB…)",
}];

/// Keys of `qrraiffd_variable`, beside those of the sticker.
pub(super) const CASH_LINK: &[Key] = &[Key::optional(
    "qrDescription",
    KeyType::Text { max: 32 },
    Scope::Terminal,
    "Название ссылки в кабинете банка; не указано — номер кассы",
    "The link's name in the bank's cabinet; when absent, the register's id",
)];

/// The settings in types; the secret shows itself to nobody.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub url: String,
    pub secret_key: SecretString,
    pub public_id: Option<String>,
    pub account: Option<String>,
    pub redirect_url: Option<String>,
    pub purpose: Option<String>,
    /// Empty for a cash link: there the key alone says who we are.
    pub sbp_merchant_id: String,
    pub sticker: Sticker,
    pub qr_description: Option<String>,
}

impl Settings {
    /// Settings of `qrraiffd`.
    pub fn dynamic(settings: &Map<String, Value>) -> Result<Self, ConfigError> {
        Ok(Self {
            sbp_merchant_id: required_text(settings, "sbpMerchantId")?.to_owned(),
            ..Self::bank(settings)?
        })
    }

    /// Settings of `qrraiffd_variable`.
    pub fn cash_link(settings: &Map<String, Value>, policy: &Policy) -> Result<Self, ConfigError> {
        cash_link::check_life(policy, &cash_link::LIFE_MIN)?;
        Ok(Self {
            sticker: Sticker::read(settings)?,
            qr_description: text(settings, "qrDescription").map(str::to_owned),
            ..Self::bank(settings)?
        })
    }

    fn bank(settings: &Map<String, Value>) -> Result<Self, ConfigError> {
        let url = required_text(settings, "url")?;
        if url.ends_with("/api") {
            return Err(ConfigError::bad(
                "url",
                "must end before /api; the module adds it",
            ));
        }
        let own = |key| text(settings, key).map(str::to_owned);
        let template = own("purpose");
        template.as_deref().map_or(Ok(()), purpose::check_template)?;
        Ok(Self {
            url: url.to_owned(),
            secret_key: required_secret(settings, "secretKey")?,
            public_id: own("publicId"),
            account: own("account"),
            redirect_url: own("redirectUrl"),
            purpose: template,
            sbp_merchant_id: String::new(),
            sticker: Sticker::default(),
            qr_description: None,
        })
    }
}
