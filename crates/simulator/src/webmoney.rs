//! The WebMoney gateway of RunPay: a SOAP service behind a client certificate, with a QR for one of four systems.
//!
//! **The contract is not public**, so the envelope's names, codes and status words, and what the agent key is for, are our
//! own; `docs/providers.md` ("WebMoney: the shipped profile") has the wire format. From the register's manual are the
//! address, the certificate of the POS, the numbers of agent and POS, CrsId, and the four systems. Neither a refund nor a
//! way to take a QR back is described there, so there is none.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret as _, SecretString};

use crate::catalogue::{Kind, Opening};
use crate::ledger::{Ledger, NewSale, Refusal, Rules, Sale, Shown, Standing};
use crate::money::Kopecks;
use crate::provider::{About, Certificate, Lack, Step};
use crate::signature::hmac_sha256_hex;
use crate::soap;
use crate::teller::Teller;
use crate::wire::{Answer, Request};

/// The service's address on the server, from the register's manual.
pub const SERVICE: &str = "/PosIntegration2/ApiService.svc";
/// The agent.
pub const AGENT: &str = "7001";
/// The shop's POS.
pub const POS: &str = "900017";
/// The header with the signature of the body.
pub const SIGNATURE: &str = "X-Agent-Signature";
/// Longest life of a QR, minutes.
const QR_MINUTES_MAX: i64 = 1_440;
/// The systems, with what stands before the QR's text.
const SYSTEMS: [(&str, &str); 4] = [
    ("SBP", "https://qr.nspk.ru/"),
    ("WEBMONEY", "wmk:pay?id="),
    ("WECHAT", "weixin://wxpay/bizpayurl?pr="),
    ("ALIPAY", "https://qr.alipay.example/"),
];

/// What it is.
pub const ABOUT: About = About {
    name: "webmoney",
    title_ru: "Шлюз WebMoney",
    title_en: "WebMoney gateway",
    modules: &["webmoney"],
    certificate: Certificate::Issued,
    codes: false,
    stickers: false,
    lacks: &[Lack::Notifications, Lack::RefundDecline],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| Arc::new(Mutex::new(WebMoney::new(opening))),
};

/// The gateway with its one shop.
pub struct WebMoney {
    ledger: Ledger,
    certificate: Vec<u8>,
    agent_key: SecretString,
}

type Fields = BTreeMap<String, String>;

/// A code of ours, and words.
struct Trouble(&'static str, String);

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::NoSale => "4",
            Refusal::Full => "9",
            _ => "6",
        };
        Self(code, refusal.to_string())
    }
}

fn wrong(field: &str) -> Trouble {
    Trouble("1", format!("{field}: missing or wrong"))
}

fn needed<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Trouble> {
    let value = fields.get(name).map(String::as_str);
    value.filter(|text| !text.is_empty()).ok_or_else(|| wrong(name))
}

fn number(fields: &Fields, name: &str) -> Result<i64, Trouble> {
    needed(fields, name)?.parse().map_err(|_| wrong(name))
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::NotStarted => "NEW",
        Standing::Received | Standing::InProgress => "PENDING",
        Standing::Accepted => "PAID",
        Standing::Rejected => "REJECTED",
        Standing::Expired | Standing::Cancelled => "EXPIRED",
    }
}

impl WebMoney {
    /// Empty books.
    pub fn new(opening: Opening) -> Self {
        Self {
            ledger: Ledger::new(opening.seed, Rules::of_shop(opening.shop)),
            certificate: opening.certificate,
            agent_key: opening.secret,
        }
    }

    fn act(&mut self, operation: &str, fields: &Fields, now: i64) -> Result<Sale, Trouble> {
        if fields.get("Agent").map(String::as_str) != Some(AGENT) {
            return Err(Trouble("2", "no such agent".to_owned()));
        }
        if fields.get("Pos").map(String::as_str) != Some(POS) {
            return Err(Trouble("2", "no such POS of this agent".to_owned()));
        }
        let order = needed(fields, "OrderId")?;
        if operation == "GetStatus" {
            return Ok(self.ledger.of_order(order).ok_or(Refusal::NoSale)?.clone());
        }
        if self.ledger.of_order(order).is_some() {
            return Err(Trouble("5", "the order is known already".to_owned()));
        }
        let asked = needed(fields, "PaymentSystem")?;
        let system = SYSTEMS.into_iter().find(|(name, _)| *name == asked);
        let (system, prefix) = system.ok_or_else(|| wrong("PaymentSystem"))?;
        let minutes = number(fields, "LifeMinutes")?;
        if !(1..=QR_MINUTES_MAX).contains(&minutes) {
            return Err(wrong("LifeMinutes"));
        }
        let amount = Kopecks(number(fields, "Amount")?);
        let shown = if system == "SBP" {
            Shown::SbpQr
        } else {
            Shown::Text(format!("{prefix}{}", self.ledger.uuid()))
        };
        let new = NewSale::new(amount, shown)
            .order(order)
            .owner(POS)
            .purpose(fields.get("Purpose").cloned())
            .lives_minutes(minutes)
            .note("system", system);
        Ok(self.ledger.open(new, now)?)
    }

    /// Who is asking: the certificate of the POS, and the agent's signature over the very bytes.
    fn is_known(&self, request: &Request) -> bool {
        let body = String::from_utf8_lossy(&request.body);
        let signature = hmac_sha256_hex(self.agent_key.expose_secret(), &body);
        request.header(SIGNATURE) == Some(signature.as_str())
    }
}

impl Teller for WebMoney {
    const ABOUT: &'static About = &ABOUT;
    const STATUS_WORDS: &'static [&'static str] = &["Status"];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn step(&self, request: &Request) -> Option<Step> {
        if request.method != "POST" || request.address() != SERVICE {
            return None;
        }
        Some(match soap::read(&request.body)?.0.as_str() {
            "CreateQr" => Step::Register,
            "GetStatus" => Step::Status,
            _ => return None,
        })
    }

    fn answer(&mut self, _step: Step, request: &Request, now: i64) -> Answer {
        if !request.shows(&self.certificate) {
            return Answer::new(403, "text/html", "<html><body>403 Forbidden</body></html>");
        }
        let Some((operation, fields)) = soap::read(&request.body) else {
            return self.no_such_address();
        };
        let outcome = if self.is_known(request) {
            self.act(&operation, &fields, now)
        } else {
            Err(Trouble("3", "the signature is wrong".to_owned()))
        };
        let text = |text: &str| Some(text.to_owned());
        let said = match outcome {
            Ok(sale) => vec![
                ("Code", text("0")),
                ("OrderId", sale.order.clone()),
                ("Transaction", Some(sale.id.clone())),
                ("QrText", sale.payload.clone().filter(|_| operation == "CreateQr")),
                ("Status", text(word(sale.standing(now)))),
                ("Amount", Some(sale.amount.0.to_string())),
            ],
            Err(Trouble(code, message)) => vec![("Code", text(code)), ("Message", Some(message))],
        };
        let envelope = soap::write(&format!("{operation}Result"), &said);
        Answer::new(200, "text/xml; charset=utf-8", envelope)
    }
}
