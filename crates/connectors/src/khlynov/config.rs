//! The settings. Names are the product manual's; the manual has none for the addresses that no public source knows.

use connector::cash_link::{LIFE_MIN, Sticker, check_life};
use connector::config::{code_list, header_text, required_text, text};
use connector::{ConfigError, Key, KeyType, Scope, purpose};
use domain::Policy;
use serde_json::{Map, Value};

/// Keys of the manual.
pub(super) const BANK: &[Key] = &[
    Key {
        name: "extEntityId",
        kind: KeyType::Text { max: 64 },
        scope: Scope::Both,
        required: true,
        default: None,
        unit: "",
        doc_ru: "Идентификатор клиента в банке (extEntityId), выдаёт банк",
        doc_en: "The client's id at the bank (extEntityId), issued by the bank",
    },
    Key::optional(
        "merchantId",
        KeyType::Text { max: 64 },
        Scope::Both,
        "Идентификатор торговой точки, зарегистрированной в СБП",
        "The id of the outlet that is registered in SBP",
    ),
    Key::optional(
        "account",
        KeyType::Digits { count: 20 },
        Scope::Both,
        "Номер счёта; не указан — счёт торговой точки по умолчанию",
        "The account; when absent, the outlet's default one",
    ),
    Key::optional(
        "accAlias",
        KeyType::Text { max: 64 },
        Scope::Both,
        "Идентификатор счёта вместо номера; если указан account, не используется",
        "The account's id instead of its number; not used when account is given",
    ),
    Key::optional(
        "authsp",
        KeyType::Text { max: 128 },
        Scope::Merchant,
        "Значение заголовка authsp, если банк его выдал",
        "The value of the header authsp, if the bank issued one",
    ),
    Key::optional(
        "redirectUrl",
        KeyType::Text { max: 1_024 },
        Scope::Both,
        "Куда приложение банка вернёт покупателя после оплаты; для динамического QR",
        "Where the bank's app sends the buyer after payment; for a dynamic QR",
    ),
];

/// Keys for what only the bank's specification tells.
pub(super) const PATHS: &[Key] = &[
    path(
        "refund_status_path",
        "Адрес вопроса о возврате после url, с {internalTxId}; без него возвратов нет",
        "The address of the question about a refund after url, with {internalTxId}; without it there are no refunds",
    ),
    path(
        "activate_path",
        "Адрес активации кассовой ссылки после url, может содержать {qrcId}; без него оплаты по ссылке нет",
        "The address that activates a cash link after url, may hold {qrcId}; without it nobody pays over a link",
    ),
    path(
        "activation_state_path",
        "Адрес вопроса об активации после url, с {paramsId}; нужен вместе с activate_path",
        "The address of the question about an activation after url, with {paramsId}; needed with activate_path",
    ),
    path(
        "deactivate_path",
        "Адрес деактивации после url, с {paramsId}, может содержать {qrcId}; нужен вместе с activate_path",
        "The address of a deactivation after url, with {paramsId}, may hold {qrcId}; needed with activate_path",
    ),
    path(
        "link_state_path",
        "Адрес вопроса о последней активации ссылки после url, с {qrcId}; без него активация, ответ на которую потерян, ждёт человека",
        "The address of the question about a link's last activation after url, with {qrcId}; without it an activation whose answer was lost waits for a person",
    ),
    path(
        "bind_path",
        "Адрес привязки ссылки после url, может содержать {qrcId}; без него привязка записывается у нас, если ссылка есть в списке банка",
        "The address that binds a link after url, may hold {qrcId}; without it a binding is recorded here when the bank's list has the link",
    ),
    path(
        "subscription_path",
        "Адрес списания по подписке после url; без него подписок нет",
        "The address that charges a subscription after url; without it there are no subscriptions",
    ),
    path(
        "subscription_state_path",
        "Адрес вопроса о списании после url, с {internalTxId}; нужен вместе с subscription_path",
        "The address of the question about a charge after url, with {internalTxId}; needed with subscription_path",
    ),
    Key::optional(
        "not_found_codes",
        KeyType::Text { max: 128 },
        Scope::Merchant,
        "Коды ошибок через запятую, которыми банк говорит «такого нет»; без них отказ в вопросе ничего не доказывает",
        "Error codes, separated by commas, by which the bank says that it knows no such thing; without them a refused question proves nothing",
    ),
    Key::optional(
        "not_subscribed_codes",
        KeyType::Text { max: 128 },
        Scope::Merchant,
        "Коды ошибок через запятую, которыми банк говорит «у покупателя нет подписки»; без них отказ в списании — отказ в оплате",
        "Error codes, separated by commas, by which the bank says that the buyer has no subscription; without them a refused charge is a refused payment",
    ),
];

const fn path(name: &'static str, ru: &'static str, en: &'static str) -> Key {
    Key::optional(name, KeyType::Text { max: 256 }, Scope::Merchant, ru, en)
}

/// The settings in types.
pub(super) struct Settings {
    pub url: String,
    pub entity: String,
    pub merchant: Option<String>,
    pub account: Option<String>,
    pub alias: Option<String>,
    pub authsp: Option<String>,
    pub redirect_url: Option<String>,
    pub purpose: Option<String>,
    pub sticker: Sticker,
    pub paths: Paths,
    pub not_found: Vec<String>,
    pub not_subscribed: Vec<String>,
}

/// Addresses that the bank's specification has to give.
pub(super) struct Paths {
    pub refund_status: Option<String>,
    pub activation: Option<Activation>,
    pub link_state: Option<String>,
    pub bind: Option<String>,
    pub subscription: Option<Subscription>,
}

/// The life of an activation.
pub(super) struct Activation {
    pub make: String,
    pub ask: String,
    pub end: String,
}

/// The charge of a subscription.
pub(super) struct Subscription {
    pub charge: String,
    pub ask: String,
}

impl Settings {
    /// Reads and checks them.
    pub fn read(settings: &Map<String, Value>, policy: &Policy) -> Result<Self, ConfigError> {
        let own = |key| text(settings, key).map(str::to_owned);
        let template = own("purpose");
        template.as_deref().map_or(Ok(()), purpose::check_template)?;
        let sticker = Sticker::read(settings)?;
        let paths = Paths::read(settings)?;
        if sticker.id().is_some() {
            check_life(policy, &LIFE_MIN)?;
            if paths.activation.is_none() {
                return Err(ConfigError::Missing {
                    key: "activate_path",
                    doc: "the register has a cash link, which cannot be activated without it",
                });
            }
        }
        let account = own("account");
        Ok(Self {
            url: required_text(settings, "url")?.to_owned(),
            entity: required_text(settings, "extEntityId")?.to_owned(),
            merchant: own("merchantId"),
            alias: own("accAlias").filter(|_| account.is_none()),
            account,
            authsp: header_text(settings, "authsp")?,
            redirect_url: own("redirectUrl"),
            purpose: template,
            sticker,
            paths,
            not_found: code_list(settings, "not_found_codes")?,
            not_subscribed: code_list(settings, "not_subscribed_codes")?,
        })
    }
}

impl Paths {
    fn read(settings: &Map<String, Value>) -> Result<Self, ConfigError> {
        let activate = template(settings, "activate_path", &[], &["{qrcId}"])?;
        let ask = template(settings, "activation_state_path", &["{paramsId}"], &[])?;
        let end = template(settings, "deactivate_path", &["{paramsId}"], &["{qrcId}"])?;
        let charge = template(settings, "subscription_path", &[], &[])?;
        let charged = template(settings, "subscription_state_path", &["{internalTxId}"], &[])?;
        let activation = match (activate, ask, end) {
            (Some(make), Some(ask), Some(end)) => Some(Activation { make, ask, end }),
            (None, None, None) => None,
            (Some(_), None, _) => return Err(alone("activation_state_path")),
            (Some(_), _, None) => return Err(alone("deactivate_path")),
            (None, ..) => return Err(alone("activate_path")),
        };
        let subscription = match (charge, charged) {
            (Some(charge), Some(ask)) => Some(Subscription { charge, ask }),
            (None, None) => None,
            (Some(_), None) => return Err(alone("subscription_state_path")),
            (None, Some(_)) => return Err(alone("subscription_path")),
        };
        Ok(Self {
            refund_status: template(settings, "refund_status_path", &["{internalTxId}"], &[])?,
            activation,
            link_state: template(settings, "link_state_path", &["{qrcId}"], &[])?,
            bind: template(settings, "bind_path", &[], &["{qrcId}"])?,
            subscription,
        })
    }
}

fn alone(key: &'static str) -> ConfigError {
    let doc = "it belongs to the addresses beside it, which cannot work alone";
    ConfigError::Missing { key, doc }
}

/// A path with these places, and perhaps those.
fn template(
    settings: &Map<String, Value>,
    key: &'static str,
    needed: &[&str],
    allowed: &[&str],
) -> Result<Option<String>, ConfigError> {
    let Some(path) = text(settings, key) else {
        return Ok(None);
    };
    if let Some(place) = needed.iter().find(|place| !path.contains(*place)) {
        return Err(ConfigError::bad(key, format!("must hold {place}")));
    }
    let bare = needed
        .iter()
        .chain(allowed)
        .fold(path.to_owned(), |path, place| path.replace(place, ""));
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-._~?=&".contains(&b);
    if !path.starts_with('/') || !bare.bytes().all(plain) {
        let problem =
            "must begin with / and hold only Latin letters, digits, -._~?=& and the places in braces";
        return Err(ConfigError::bad(key, problem));
    }
    Ok(Some(path.to_owned()))
}
