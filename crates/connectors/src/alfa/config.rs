//! The settings of both modules. Names are the bank's own, since the product manual has none for this bank.

use connector::cash_link::{self, Sticker, TERMINAL_NUMBER, TERMINAL_NUMBER_DIGITS};
use connector::config::{COMMON, code_list, header_text, required_text, text};
use connector::sign::rsa::{SigningKey, VerifyingKey};
use connector::{ConfigError, Key, KeyType, Scope, purpose};
use domain::Policy;
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// The life of an activation in minutes (`qrTtl` of `ActivateCashQRc`).
pub(super) const ACTIVATION_MIN: RangeInclusive<u64> = 5..=20;
/// The life of a dynamic QR in minutes (`qrTtl` of `GetQRCd`).
pub(super) const DYNAMIC_MIN: RangeInclusive<u64> = 1..=129_600;

/// The keys that every module has, with this bank's pace of status questions.
pub(super) fn common() -> Vec<Key> {
    let paced = |key: &Key| match key.name {
        "interval" => Key {
            kind: KeyType::Integer { min: 10, max: 300 },
            default: Some("10"),
            ..*key
        },
        _ => *key,
    };
    COMMON.iter().map(paced).collect()
}

/// Keys of both modules.
pub(super) const BANK: &[Key] = &[
    Key {
        name: "key_name",
        kind: KeyType::Text { max: 128 },
        scope: Scope::Merchant,
        required: true,
        default: None,
        unit: "",
        doc_ru: "Имя (alias) сертификата, под которым банк знает наш ключ; заголовок key-name",
        doc_en: "The name (alias) under which the bank knows our key; the header key-name",
    },
    Key::optional(
        "sign_key",
        KeyType::Pem,
        Scope::Merchant,
        "Закрытый ключ RSA, которым подписываются запросы: путь к файлу PEM или сам текст PEM; не указан — ключ сертификата из cert",
        "The private RSA key that signs requests: path of a PEM file, or the PEM text itself; when absent, the key of cert",
    ),
    Key::optional(
        "bank_cert",
        KeyType::Pem,
        Scope::Merchant,
        "Сертификат или открытый ключ банка, которым проверяется подпись ответов: путь к файлу PEM или сам текст PEM; не указан — подпись не проверяется",
        "The bank's certificate or public key that checks the signature of answers: path of a PEM file, or the PEM text itself; when absent, the signature is not checked",
    ),
    Key::optional(
        "not_found_codes",
        KeyType::Text { max: 64 },
        Scope::Merchant,
        "Коды ErrorCode через запятую, которыми банк говорит «такой операции или ссылки нет»; не указаны — отказ в вопросе ничего не доказывает",
        "The values of ErrorCode, separated by commas, by which the bank says that there is no such operation or link; when absent, a refused question proves nothing",
    ),
    Key::optional(
        "redirectUrl",
        KeyType::Text { max: 1_024 },
        Scope::Both,
        "Куда приложение банка вернёт покупателя после оплаты; только латиница, остальное в процентной записи; действует для динамического QR",
        "Where the bank's app sends the buyer after payment; ASCII only, all else percent-encoded; for a dynamic QR",
    ),
];

/// Keys of `qralpha`.
pub(super) const DYNAMIC: &[Key] = &[Key {
    name: TERMINAL_NUMBER,
    kind: KeyType::Number {
        max: TERMINAL_NUMBER_DIGITS,
    },
    scope: Scope::Both,
    required: true,
    default: None,
    unit: "",
    doc_ru: "Номер терминала, выданный банком; свой у каждой кассы",
    doc_en: "The terminal number that the bank issued; each register has its own",
}];

/// Keys of `qralpha_variable`, beside those of the sticker.
pub(super) const CASH_LINK: &[Key] = &[
    Key::optional(
        TERMINAL_NUMBER,
        KeyType::Number {
            max: TERMINAL_NUMBER_DIGITS,
        },
        Scope::Terminal,
        "Номер терминала этой кассы, выданный банком; спрашивается один раз и записывается при привязке ссылки",
        "The terminal number that the bank issued for this register; asked once and written when the link is bound",
    ),
    Key::optional(
        "bind_command",
        KeyType::Text { max: 64 },
        Scope::Merchant,
        "Команда банка, которая привязывает напечатанную ссылку к терминалу; не указана — привязка записывается у нас и подтверждается запросом статуса",
        "The bank's command that ties a printed link to a terminal; when absent, the binding is recorded here and proven by a status question",
    ),
    Key {
        name: "link_status",
        kind: KeyType::Word(&["unknown", "latest"]),
        scope: Scope::Merchant,
        required: false,
        default: Some("\"unknown\""),
        unit: "",
        doc_ru: "Что показывает GetQRCstatus по qrcId кассовой ссылки: latest — её последнюю активацию (спросите банк); unknown — неизвестно, и активация без ответа ждёт человека",
        doc_en: "What GetQRCstatus by the qrcId of a cash link shows: latest, its last activation (ask the bank); unknown, nobody has said, and an activation without an answer waits for a person",
    },
];

/// The settings in types.
pub(super) struct Settings {
    pub url: String,
    pub key_name: String,
    pub sign_key: SigningKey,
    pub bank: Option<VerifyingKey>,
    pub not_found: Vec<String>,
    pub redirect_url: Option<String>,
    pub purpose: Option<String>,
    pub terminal: Option<String>,
    pub sticker: Sticker,
    pub bind_command: Option<String>,
    /// A status question by `qrcId` shows the link's last activation, whatever became of it.
    pub shows_latest: bool,
}

impl Settings {
    /// Settings of `qralpha`.
    pub fn dynamic(settings: &Map<String, Value>) -> Result<Self, ConfigError> {
        required_text(settings, TERMINAL_NUMBER)?;
        Self::bank(settings)
    }

    /// Settings of `qralpha_variable`.
    pub fn cash_link(settings: &Map<String, Value>, policy: &Policy) -> Result<Self, ConfigError> {
        cash_link::check_life(policy, &ACTIVATION_MIN)?;
        Ok(Self {
            sticker: Sticker::read(settings)?,
            bind_command: text(settings, "bind_command").map(str::to_owned),
            shows_latest: text(settings, "link_status") == Some("latest"),
            ..Self::bank(settings)?
        })
    }

    fn bank(settings: &Map<String, Value>) -> Result<Self, ConfigError> {
        let url = required_text(settings, "url")?;
        if url.starts_with("https://") && text(settings, "cert").is_none() {
            return Err(ConfigError::Missing {
                key: "cert",
                doc: "the bank lets nobody in without the client certificate that it knows",
            });
        }
        let own = |key| text(settings, key).map(str::to_owned);
        let template = own("purpose");
        template.as_deref().map_or(Ok(()), purpose::check_template)?;
        let redirect_url = own("redirectUrl");
        if redirect_url.as_ref().is_some_and(|url| !url.is_ascii()) {
            let problem = "must be ASCII: write other characters percent-encoded";
            return Err(ConfigError::bad("redirectUrl", problem));
        }
        Ok(Self {
            url: url.to_owned(),
            key_name: key_name(settings)?,
            sign_key: sign_key(settings)?,
            bank: bank_key(settings)?,
            not_found: refusals(settings)?,
            redirect_url,
            purpose: template,
            terminal: own(TERMINAL_NUMBER),
            sticker: Sticker::default(),
            bind_command: None,
            shows_latest: false,
        })
    }
}

fn key_name(settings: &Map<String, Value>) -> Result<String, ConfigError> {
    let name = header_text(settings, "key_name")?;
    name.map_or_else(|| required_text(settings, "key_name").map(str::to_owned), Ok)
}

fn sign_key(settings: &Map<String, Value>) -> Result<SigningKey, ConfigError> {
    let found = ["sign_key", "pkey"]
        .into_iter()
        .find_map(|key| Some((key, text(settings, key)?)));
    let Some((key, pem)) = found else {
        return Err(ConfigError::Missing {
            key: "sign_key",
            doc: "every request is signed with it, or with the key of cert",
        });
    };
    SigningKey::from_pem(&SecretString::from(pem)).map_err(|error| ConfigError::bad(key, error.to_string()))
}

fn bank_key(settings: &Map<String, Value>) -> Result<Option<VerifyingKey>, ConfigError> {
    let key = text(settings, "bank_cert").map(VerifyingKey::from_pem);
    key.transpose()
        .map_err(|error| ConfigError::bad("bank_cert", error.to_string()))
}

/// Zero means success at this bank, so it can be no refusal.
fn refusals(settings: &Map<String, Value>) -> Result<Vec<String>, ConfigError> {
    let codes = code_list(settings, "not_found_codes")?;
    if codes.iter().any(|code| code == "0") {
        let problem = "must be codes other than 0, separated by commas: 15, 16";
        return Err(ConfigError::bad("not_found_codes", problem));
    }
    Ok(codes)
}
