//! Every module that has a simulated provider, with the settings under which that provider knows the shop. The demo and
//! the certification suite read the same table.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use simulator::{
    ClientIdentity, alfa, bank, gazprom as gazprombank, keys, khlynov as bank_khlynov, podeli as alfa_podeli,
    rsb as russian_standard, sber, shares as tbank, social, webmoney,
};

/// What the shop was given by a provider, and where the provider is.
#[derive(Debug, Clone)]
pub struct Papers {
    /// The provider's address, without a path.
    pub url: String,
    /// The authority to trust instead of the system's, PEM.
    pub ca: Option<String>,
    /// The shop's client certificate and key.
    pub identity: ClientIdentity,
    /// The shop's secret: a key, a password, a token.
    pub secret: SecretString,
}

/// How fast the demo wants to see things happen.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Life of a QR, minutes.
    pub qr_ttl_min: u32,
    /// Pause between two questions, seconds.
    pub interval_s: u32,
}

/// As fast as a module without limits of its own can be.
const QUICK: Pace = Pace {
    qr_ttl_min: 2,
    interval_s: 2,
};

/// A module and its shop at the simulated provider.
pub struct Shop {
    /// The module.
    pub module: &'static str,
    /// Its name on the kiosk, in Russian.
    pub tender_ru: &'static str,
    /// Its name on the kiosk, in English.
    pub tender_en: &'static str,
    /// The merchant's row.
    pub merchant: fn(&Papers) -> Map<String, Value>,
    /// A register's row; empty where a register has nothing of its own.
    pub terminal: fn(&Papers) -> Map<String, Value>,
    /// The systems behind the module that the cashier chooses from: the protocol's `tender`, in Russian, in English.
    pub systems: &'static [(&'static str, &'static str, &'static str)],
    /// What else the module does, beside its tender.
    pub ways: &'static [Way],
    /// What the cashier answers when a sticker is bound and the bank's terminal number is asked.
    pub terminal_number: Option<&'static str>,
    /// The demo's pace.
    pub pace: Pace,
}

/// Another way to pay through a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Over a sticker, for a module that draws a QR until one is bound to the register.
    Sticker,
    /// A buyer with a subscription, who is charged without scanning.
    Subscriber(&'static str),
}

impl Way {
    /// Its name on the kiosk, in Russian and in English.
    pub const fn tender(self) -> (&'static str, &'static str) {
        match self {
            Self::Sticker => ("Наклейка у кассы", "Sticker at the till"),
            Self::Subscriber(_) => ("подписка, без QR-кода", "subscription, without a QR code"),
        }
    }
}

/// The table. A module without a row here has no place in the demo, and fails every case of the certification suite.
pub const SHOPS: &[Shop] = &[
    Shop {
        module: "qrraiffd",
        tender_ru: "QR на экране",
        tender_en: "QR on the screen",
        merchant: |papers| {
            let mut row = raiffeisen(papers);
            row.insert("sbpMerchantId".to_owned(), bank::MERCHANT.into());
            row
        },
        ..SHOP
    },
    Shop {
        module: "qrraiffd_variable",
        tender_ru: "Наклейка у кассы",
        tender_en: "Sticker at the till",
        merchant: raiffeisen,
        ..SHOP
    },
    Shop {
        module: "qralpha",
        tender_ru: "QR на экране",
        tender_en: "QR on the screen",
        merchant: |papers| {
            let mut row = alfa_bank(papers);
            row.insert("TermNo".to_owned(), ALFA_TERMINAL.into());
            row
        },
        pace: ALFA_PACE,
        ..SHOP
    },
    Shop {
        module: "qralpha_variable",
        tender_ru: "Наклейка у кассы",
        tender_en: "Sticker at the till",
        merchant: |papers| {
            let mut row = alfa_bank(papers);
            row.insert("link_status".to_owned(), "latest".into());
            row.insert("bind_command".to_owned(), alfa::BIND_COMMAND.into());
            row
        },
        terminal_number: Some(ALFA_TERMINAL),
        pace: ALFA_PACE,
        ..SHOP
    },
    Shop {
        module: "qrsber",
        tender_ru: "СБП",
        tender_en: "SBP",
        merchant: sberbank,
        ..SHOP
    },
    Shop {
        module: "qrsberpay",
        tender_ru: "SberPay",
        tender_en: "SberPay",
        merchant: |papers| {
            let mut row = sberbank(papers);
            row.insert("id_qr".to_owned(), sber::ID_QR.into());
            row
        },
        ..SHOP
    },
    Shop {
        module: "qrgazprom",
        tender_ru: "QR на экране",
        tender_en: "QR on the screen",
        merchant: gazprom,
        ..SHOP
    },
    Shop {
        module: "qrgazprom_variable",
        tender_ru: "Наклейка у кассы",
        tender_en: "Sticker at the till",
        merchant: gazprom,
        ..SHOP
    },
    Shop {
        module: "qrrsb",
        tender_ru: "QR на экране",
        tender_en: "QR on the screen",
        merchant: rsb,
        ..SHOP
    },
    Shop {
        module: "qrrsb_variable",
        tender_ru: "Наклейка у кассы",
        tender_en: "Sticker at the till",
        merchant: rsb,
        ..SHOP
    },
    Shop {
        module: "qrbankhlynov",
        tender_ru: "QR на экране",
        tender_en: "QR on the screen",
        merchant: khlynov,
        ways: &[Way::Subscriber(bank_khlynov::SUBSCRIBER), Way::Sticker],
        ..SHOP
    },
    Shop {
        module: "qrshares",
        tender_ru: "QR на экране",
        tender_en: "QR on the screen",
        merchant: |papers| {
            let mut row = papers.address("");
            row.extend(papers.secret("secret"));
            for (key, value) in [
                ("login", tbank::LOGIN),
                ("password", tbank::PASSWORD),
                ("partner_id", tbank::PARTNER),
                ("key", tbank::KEY),
                ("payload", tbank::PAYLOAD),
            ] {
                row.insert(key.to_owned(), value.into());
            }
            row
        },
        ways: &[Way::Sticker],
        ..SHOP
    },
    Shop {
        module: "qrpodeli",
        tender_ru: "код покупателя",
        tender_en: "the buyer's code",
        merchant: |papers| {
            let mut row = papers.address("");
            row.extend(papers.secret("token"));
            row.insert("shop_id".to_owned(), alfa_podeli::SHOP.into());
            row
        },
        ..SHOP
    },
    Shop {
        module: "webmoney",
        tender_ru: "Шлюз WebMoney",
        tender_en: "WebMoney gateway",
        merchant: |papers| {
            let mut row = papers.address(webmoney::SERVICE);
            row.extend(papers.certificate());
            row.extend(papers.secret("agent_key"));
            row.insert("agent".to_owned(), webmoney::AGENT.into());
            row.insert("pos".to_owned(), webmoney::POS.into());
            row
        },
        systems: &[
            ("sbp", "СБП", "SBP"),
            ("webmoney", "WebMoney", "WebMoney"),
            ("wechat", "WeChat", "WeChat"),
            ("alipay", "Alipay", "Alipay"),
        ],
        ..SHOP
    },
    Shop {
        module: "soc_processing",
        tender_ru: "Социальная карта",
        tender_en: "Social card",
        merchant: |papers| {
            let mut row = papers.address("");
            row.extend(papers.secret("token"));
            row.insert("enterprise_id".to_owned(), social::ENTERPRISE.into());
            row.insert("merchant_id".to_owned(), social::MERCHANT.into());
            row.insert("sp_code".to_owned(), social::PROGRAMME.into());
            row
        },
        terminal: |_| {
            let number = ("TerminalNo".to_owned(), social::TERMINAL.into());
            Map::from_iter([number])
        },
        ..SHOP
    },
];

/// Alfa-Bank is asked every ten seconds at most, and an activation of a link lives five minutes at least.
const ALFA_PACE: Pace = Pace {
    qr_ttl_min: 5,
    interval_s: 10,
};

/// The terminal number of the demo's register.
const ALFA_TERMINAL: &str = {
    let [number, ..] = alfa::TERMINALS;
    number
};

/// What a row of the table has where nothing else is said.
const SHOP: Shop = Shop {
    module: "",
    tender_ru: "",
    tender_en: "",
    merchant: |_| Map::new(),
    terminal: |_| Map::new(),
    systems: &[],
    ways: &[],
    terminal_number: None,
    pace: QUICK,
};

/// The shop of a module.
pub fn of_module(module: &str) -> Option<&'static Shop> {
    SHOPS.iter().find(|shop| shop.module == module)
}

impl Papers {
    /// The keys `url`, with this path behind the provider's address, and `ca`.
    pub fn address(&self, path: &str) -> Map<String, Value> {
        let mut row = Map::new();
        row.insert("url".to_owned(), format!("{}{path}", self.url).into());
        if let Some(ca) = &self.ca {
            row.insert("ca".to_owned(), ca.as_str().into());
        }
        row
    }

    /// The keys `cert` and `pkey`.
    pub fn certificate(&self) -> Map<String, Value> {
        let mut row = Map::new();
        row.insert("cert".to_owned(), self.identity.chain_pem.as_str().into());
        row.insert("pkey".to_owned(), self.identity.key_pem.expose_secret().into());
        row
    }

    /// The secret under this key.
    pub fn secret(&self, key: &str) -> Map<String, Value> {
        let mut row = Map::new();
        row.insert(key.to_owned(), self.secret.expose_secret().into());
        row
    }
}

fn raiffeisen(papers: &Papers) -> Map<String, Value> {
    let mut row = papers.address("");
    row.extend(papers.secret("secretKey"));
    row
}

/// Requests are signed with the key of the certificate, as the bank wants it.
fn alfa_bank(papers: &Papers) -> Map<String, Value> {
    let mut row = papers.address(alfa::PATH);
    row.extend(papers.certificate());
    row.insert("key_name".to_owned(), alfa::KEY_NAME.into());
    let unknown = alfa::Fail::Unknown.code().to_string();
    row.insert("not_found_codes".to_owned(), unknown.into());
    if let Ok(certificate) = keys::bank().certificate_pem() {
        row.insert("bank_cert".to_owned(), certificate.into());
    }
    row
}

fn sberbank(papers: &Papers) -> Map<String, Value> {
    let mut row = papers.address(sber::PREFIX);
    row.extend(papers.certificate());
    row.extend(papers.secret("client_secret"));
    for (key, value) in [
        ("client_id", sber::CLIENT_ID),
        ("member_id", sber::MEMBER_ID),
        ("tid", sber::TID),
        ("not_found_codes", sber::refusals::NO_ORDER.0),
    ] {
        row.insert(key.to_owned(), value.into());
    }
    row.insert("refund_settles".to_owned(), 1.into());
    row
}

fn gazprom(papers: &Papers) -> Map<String, Value> {
    let mut row = papers.address("/api/merchant/v1");
    row.extend(papers.secret("token"));
    row.insert("merchantId".to_owned(), gazprombank::MERCHANT.into());
    row.insert("account".to_owned(), gazprombank::ACCOUNT.into());
    row
}

fn khlynov(papers: &Papers) -> Map<String, Value> {
    let mut row = papers.address("");
    row.extend(papers.certificate());
    for (key, value) in [
        ("extEntityId", bank_khlynov::ENTITY),
        ("merchantId", bank_khlynov::MERCHANT),
        ("account", bank_khlynov::ACCOUNT),
        ("authsp", bank_khlynov::AUTHSP),
        ("not_found_codes", bank_khlynov::NOT_FOUND),
        ("not_subscribed_codes", bank_khlynov::NOT_SUBSCRIBED),
    ]
    .into_iter()
    .chain(bank_khlynov::PATHS)
    {
        row.insert(key.to_owned(), value.into());
    }
    row
}

fn rsb(papers: &Papers) -> Map<String, Value> {
    let mut row = papers.address("/eis-app/eis-rs/businessPaymentService");
    row.extend(papers.certificate());
    row.insert("login".to_owned(), russian_standard::LOGIN.into());
    row.insert("merchantId".to_owned(), russian_standard::MERCHANT.into());
    row.insert("terminalId".to_owned(), russian_standard::TERMINAL.into());
    row.insert("account".to_owned(), russian_standard::ACCOUNT.into());
    row
}
