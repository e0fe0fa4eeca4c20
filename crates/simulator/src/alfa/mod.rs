//! Alfa-Bank: SBP through a gateway of commands. Every request is a POST of JSON to one address, signed by the shop
//! over its exact bytes; every answer is signed by the bank.
//!
//! Read from the bank's start page and from public code of others (a C# SDK, two Python clients). Not public, and
//! chosen here: the error codes, the command that binds a printed link ([`Options::bind_command`]), what a status
//! question by a link's `qrcId` shows (its last activation), and that a refund is refused which was not asked about
//! before. The documents know notifications, to an address that a registration names; none are sent here.

mod links;
mod printed;
mod qrs;
mod reversals;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::catalogue::Kind;
use crate::keys;
use crate::ledger::{Ledger, Refusal, Rules, Sale};
use crate::money::Kopecks;
use crate::provider::{About, Certificate, Lack, Step};
use crate::teller::Teller;
use crate::wire::{Answer, Request};

/// What it is.
pub static ABOUT: About = About {
    name: "alfa",
    title_ru: "Альфа-Банк",
    title_en: "Alfa-Bank",
    modules: &["qralpha", "qralpha_variable"],
    certificate: Certificate::OfSigningKey,
    codes: false,
    stickers: true,
    lacks: &[Lack::Notifications],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| {
        Arc::new(Mutex::new(Alfa::new(Options {
            seed: opening.seed,
            shop: opening.shop,
            certificate: Some(opening.certificate),
            bind_command: BIND_COMMAND.to_owned(),
        })))
    },
};

/// The one address of the gateway.
pub const PATH: &str = "/fsCryptoProxy";
/// The name under which the bank knows the shop's key.
pub const KEY_NAME: &str = "c2b-pos-sim";
/// The terminal numbers that the bank has issued to the shop.
pub const TERMINALS: [&str; 4] = ["70001", "70002", "70003", "70004"];
/// The shop, as the books name it.
pub const MERCHANT: &str = "alfa-shop";
/// The command that binds a printed link. The bank's own word is not public.
pub const BIND_COMMAND: &str = "SimBindCashQRc";

/// How many refunds that were asked about are remembered; the oldest is forgotten.
const MAX_CHECKS: usize = 1_000;
/// Longest purpose.
const MAX_PURPOSE_CHARS: usize = 140;
/// Length of a `payrrn`.
const PAYRRN_DIGITS: usize = 12;

/// What the bank refuses with. The codes are invented: the bank's own are not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fail {
    /// A field is missing or out of its range.
    Field,
    /// The bank has issued no such terminal number to this shop.
    Terminal,
    /// There is no such operation, QR or link.
    Unknown,
    /// The order of things forbids it.
    State,
    /// More than is left, or nothing to give back.
    Sum,
}

impl Fail {
    /// The code, as the settings of a shop would have to name it.
    pub const fn code(self) -> u32 {
        match self {
            Self::Field => 11,
            Self::Terminal => 12,
            Self::Unknown => 15,
            Self::State => 21,
            Self::Sum => 22,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Field => "Неверный параметр запроса",
            Self::Terminal => "Терминал не найден",
            Self::Unknown => "Операция не найдена",
            Self::State => "Операция невозможна",
            Self::Sum => "Недопустимая сумма",
        }
    }
}

impl From<Refusal> for Fail {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSale
            | Refusal::NoLink
            | Refusal::LinkBlank
            | Refusal::LinkForeign
            | Refusal::NoCode => Self::Unknown,
            Refusal::BadSum | Refusal::TooMuch | Refusal::NotPaid => Self::Sum,
            _ => Self::State,
        }
    }
}

/// How the bank is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Seed of ids and faults.
    pub seed: u64,
    /// The name of the shop that a payer sees.
    pub shop: String,
    /// The shop's client certificate (DER); none: any is taken.
    pub certificate: Option<Vec<u8>>,
    /// The command that binds a printed link.
    pub bind_command: String,
}

/// The bank with one shop.
pub struct Alfa {
    ledger: Ledger,
    shop_key: Vec<u8>,
    certificate: Option<Vec<u8>>,
    bind_command: String,
    /// Refunds that were asked about and may be made, oldest first.
    checked: VecDeque<Check>,
    answers: u64,
}

/// A refund that was asked about.
#[derive(Debug, PartialEq, Eq)]
struct Check {
    message: String,
    sale: String,
    sum: Kopecks,
}

/// A request as it is read. Numbers may be texts.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Asked {
    command: String,
    #[serde(rename = "TermNo")]
    term_no: Value,
    qrc_type: String,
    qrc_id: String,
    payrrn: String,
    trx_id: String,
    original_trx_id: String,
    amount: Value,
    currency: String,
    payment_purpose: Option<String>,
    qr_ttl: Option<i64>,
    #[serde(rename = "messageID")]
    message_id: Option<String>,
}

type Said = Result<Map<String, Value>, Fail>;

impl Asked {
    fn of(request: &Request) -> Option<Self> {
        request.json_as()
    }

    fn terminal(&self) -> String {
        text(&self.term_no)
    }

    fn sum(&self) -> Result<Kopecks, Fail> {
        let sum = text(&self.amount).parse().map(Kopecks).map_err(|_| Fail::Field)?;
        if sum.0 <= 0 || self.currency != "RUB" {
            return Err(Fail::Field);
        }
        Ok(sum)
    }

    fn message(&self) -> Result<&str, Fail> {
        self.message_id
            .as_deref()
            .filter(|id| !id.is_empty())
            .ok_or(Fail::Field)
    }

    fn purpose(&self) -> Result<Option<String>, Fail> {
        let purpose = self.payment_purpose.clone();
        let fits = purpose
            .as_ref()
            .is_none_or(|text| text.chars().count() <= MAX_PURPOSE_CHARS);
        if fits { Ok(purpose) } else { Err(Fail::Field) }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

impl Alfa {
    /// A bank with empty books.
    pub fn new(options: Options) -> Self {
        let rules = Rules {
            shop: options.shop,
            // Its sources call `RJCT` final.
            retry_after_decline: false,
            ..Rules::default()
        };
        Self {
            ledger: Ledger::new(options.seed, rules),
            // A key that cannot be read verifies nothing, so nobody is let in.
            shop_key: keys::shop().public().unwrap_or_default(),
            certificate: options.certificate,
            bind_command: options.bind_command,
            checked: VecDeque::new(),
            answers: 0,
        }
    }

    /// Who is asking: the certificate of the TLS session, the key's name, the signature over the exact bytes.
    fn turned_away(&self, request: &Request) -> Option<Answer> {
        let wanted = self.certificate.as_deref();
        if wanted.is_some_and(|certificate| !request.shows(certificate)) {
            return Some(Answer::json(403, r#"{"message":"unknown client certificate"}"#));
        }
        let signature = request.header("Authorization").unwrap_or_default();
        let signature = BASE64_STANDARD.decode(signature).unwrap_or_default();
        let known = request.header("key-name") == Some(KEY_NAME);
        if known && keys::verified(&self.shop_key, &request.body, &signature) {
            return None;
        }
        Some(Answer::json(
            401,
            r#"{"message":"unknown key or wrong signature"}"#,
        ))
    }

    fn said(&mut self, asked: &Asked, now: i64) -> Said {
        if !TERMINALS.contains(&asked.terminal().as_str()) {
            return Err(Fail::Terminal);
        }
        match asked.command.as_str() {
            "GetQRCd" => self.draw(asked, now),
            "GetQRCstatus" => self.status(asked, now),
            "GetQRCreversalData" => self.may_be_reversed(asked, now),
            "QRCreversal" => self.reverse(asked, now),
            "GetQRCreversalStatus" => self.reversal(asked, now),
            "RegCashQRc" => Ok(self.new_link(asked)),
            "ActivateCashQRc" => self.activate(asked, now),
            "DelCashQRc" => self.deactivate(asked),
            command if command == self.bind_command => self.bind(asked),
            _ => Err(Fail::Field),
        }
    }

    /// The sale that a question names: by its `payrrn`, its QR, or NSPK's id of its transfer.
    fn named(&self, asked: &Asked) -> Result<Sale, Fail> {
        let terminal = asked.terminal();
        let sale = if !asked.payrrn.is_empty() {
            self.ledger.of_note(printed::PAYRRN, &asked.payrrn)
        } else if !asked.qrc_id.is_empty() {
            self.ledger.sale(&asked.qrc_id)
        } else {
            let trx_id = [&asked.trx_id, &asked.original_trx_id]
                .into_iter()
                .find(|id| !id.is_empty());
            let trx_id = trx_id.ok_or(Fail::Field)?;
            let sales = self.ledger.sales().iter();
            sales.rev().find(|sale| sale.trx_id().as_ref() == Some(trx_id))
        };
        sale.filter(|sale| sale.note(printed::TERMINAL) == Some(terminal.as_str()))
            .cloned()
            .ok_or(Fail::Unknown)
    }
}

impl Teller for Alfa {
    const ABOUT: &'static About = &ABOUT;
    const STATUS_WORDS: &'static [&'static str] = &["status"];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn step(&self, request: &Request) -> Option<Step> {
        if request.method != "POST" || request.address() != PATH {
            return None;
        }
        let Some(asked) = Asked::of(request) else {
            return Some(Step::Other);
        };
        Some(match asked.command.as_str() {
            "GetQRCd" | "ActivateCashQRc" => Step::Register,
            "GetQRCstatus" if self.ledger.link(&asked.qrc_id).is_some() => Step::LinkCheck,
            "GetQRCstatus" => Step::Status,
            "DelCashQRc" => Step::Revoke,
            "QRCreversal" => Step::Refund,
            "GetQRCreversalStatus" => Step::RefundStatus,
            command if command == self.bind_command => Step::LinkBind,
            _ => Step::Other,
        })
    }

    fn answer(&mut self, _step: Step, request: &Request, now: i64) -> Answer {
        if let Some(away) = self.turned_away(request) {
            return away;
        }
        let Some(asked) = Asked::of(request) else {
            return Answer::json(400, r#"{"message":"not JSON"}"#);
        };
        let said = self.said(&asked, now);
        self.answers += 1;
        printed::answer(said, &asked.terminal(), self.answers)
    }

    fn seal(&self, answer: &mut Answer) {
        if let Ok(signature) = keys::bank().sign(&answer.body) {
            let signature = BASE64_STANDARD.encode(signature);
            answer.headers.push(("Authorization".to_owned(), signature));
        }
    }

    fn own_sticker(&mut self) -> Option<String> {
        let link = self.ledger.print_sticker();
        let id = crate::link::qr_id(&link).ok()?.to_owned();
        let [first, ..] = TERMINALS;
        self.ledger.bind(&id, MERCHANT, Some(first)).ok()?;
        Some(link)
    }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::from_iter([("message".to_owned(), json!("not an object"))]),
    }
}
