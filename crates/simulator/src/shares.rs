//! T-Bank by the keys of the product's manual (`qrshares`): a new QR for each payment, or the shop's cash link.
//!
//! **The manual does not say which of the bank's interfaces its keys belong to**, so every message is a profile of our own;
//! `docs/providers.md` ("T-Bank") has the wire format. Login, password and the signature of the body are checked for real.

use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::books::RefundState;
use crate::catalogue::{Kind, Opening};
use crate::ledger::{CashLink, Ledger, NewRefund, NewSale, Refund, Refusal, Rules, Sale, Shown, Standing};
use crate::money::Kopecks;
use crate::provider::{About, Certificate, Lack, Step};
use crate::signature::hmac_sha256_hex;
use crate::teller::Teller;
use crate::wire::{Answer, Request};

/// The shop's login.
pub const LOGIN: &str = "simulated-shop";
/// The shop's password.
pub const PASSWORD: &str = "password-of-the-simulated-shop";
/// The shop.
pub const PARTNER: &str = "shop-17";
/// The id of the key that signs.
pub const KEY: &str = "key-1";
/// The pattern of the shop's cash links, as the manual writes patterns.
pub const PAYLOAD: &str = "https://qr.nspk.ru/%2?type=01&bank=100000000004";
/// Longest life of an activation, minutes (NSPK's rules for cash links).
const LINK_MINUTES_MAX: i64 = 20;
/// Longest life of a dynamic QR, minutes (NSPK).
const QR_MINUTES_MAX: i64 = 129_600;

/// What it is.
pub const ABOUT: About = About {
    name: "shares",
    title_ru: "Т-Банк",
    title_en: "T-Bank",
    modules: &["qrshares"],
    certificate: Certificate::NotAsked,
    codes: false,
    stickers: true,
    lacks: &[Lack::Notifications],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| Arc::new(Mutex::new(Shares::new(opening))),
};

/// The bank with its one shop.
pub struct Shares {
    ledger: Ledger,
    secret: SecretString,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    partner_id: Option<String>,
    order_id: Option<String>,
    qr_id: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    purpose: Option<String>,
    ttl: Option<i64>,
    terminal: Option<String>,
    refund_id: Option<String>,
}

struct Trouble(&'static str, String);

type Outcome = Result<Value, Trouble>;

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::NoSale | Refusal::NoLink => "NOT_FOUND",
            Refusal::RefundKnown => "ALREADY_EXISTS",
            Refusal::LinkBusy => "LINK_BUSY",
            Refusal::LinkBlank | Refusal::LinkForeign => "LINK_FOREIGN",
            Refusal::TooMuch => "REFUND_TOO_LARGE",
            Refusal::BadSum | Refusal::NoCode | Refusal::CodeUsed => "INVALID_REQUEST",
            Refusal::Full => "INTERNAL",
            Refusal::NotPaid | Refusal::Paid | Refusal::Ended | Refusal::UnderWay => "WRONG_STATUS",
        };
        Self(code, refusal.to_string())
    }
}

fn wrong(field: &str) -> Trouble {
    Trouble("INVALID_REQUEST", format!("{field}: missing or wrong"))
}

fn needed<'a>(field: &str, value: Option<&'a String>) -> Result<&'a str, Trouble> {
    let value = value.filter(|text| !text.is_empty());
    value.map(String::as_str).ok_or_else(|| wrong(field))
}

impl Body {
    fn order(&self) -> Result<&str, Trouble> {
        needed("orderId", self.order_id.as_ref())
    }

    fn link(&self) -> Result<&str, Trouble> {
        needed("qrId", self.qr_id.as_ref())
    }

    fn sum(&self) -> Result<Kopecks, Trouble> {
        if self.currency.as_deref() != Some("RUB") {
            return Err(wrong("currency"));
        }
        self.amount.map(Kopecks).ok_or_else(|| wrong("amount"))
    }
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::NotStarted => "CREATED",
        Standing::Received | Standing::InProgress => "IN_PROGRESS",
        Standing::Accepted => "PAID",
        Standing::Rejected => "REJECTED",
        Standing::Expired => "EXPIRED",
        Standing::Cancelled => "CANCELLED",
    }
}

impl Shares {
    /// Empty books.
    pub fn new(opening: Opening) -> Self {
        Self {
            ledger: Ledger::new(opening.seed, Rules::of_shop(opening.shop)),
            secret: opening.secret,
        }
    }

    fn act(&mut self, path: &str, body: &Body, now: i64) -> Outcome {
        if body.partner_id.as_deref() != Some(PARTNER) {
            return Err(wrong("partnerId"));
        }
        match path {
            "/qr/create" => self.open(body, Shown::SbpQr, QR_MINUTES_MAX, now),
            "/link/activate" => self.open(body, Shown::Link(body.link()?.to_owned()), LINK_MINUTES_MAX, now),
            "/qr/status" => {
                let sale = self.sale(body)?;
                Ok(json!({
                    "orderId": sale.order, "status": word(sale.standing(now)), "amount": sale.amount,
                    "paymentId": sale.paid_at.and_then(|_| sale.trx_id()),
                }))
            }
            "/qr/cancel" | "/link/deactivate" => {
                let id = self.sale(body)?.id.clone();
                self.ledger.cancel(&id)?;
                Ok(json!({}))
            }
            "/link/check" => {
                let link = self.ledger.own_link(body.link()?, PARTNER)?.clone();
                Ok(self.link(&link))
            }
            "/link/bind" => {
                let link = self
                    .ledger
                    .bind(body.link()?, PARTNER, body.terminal.as_deref())?;
                Ok(self.link(&link))
            }
            "/refund/create" => self.refund(body, now),
            _ => {
                let id = needed("refundId", body.refund_id.as_ref())?;
                let found = self.ledger.refund_of(id).ok_or(Refusal::NoSale)?;
                Ok(refund(found, now))
            }
        }
    }

    fn open(&mut self, body: &Body, shown: Shown, minutes_max: i64, now: i64) -> Outcome {
        let order = body.order()?;
        if self.ledger.of_order(order).is_some() {
            return Err(Trouble(
                "ALREADY_EXISTS",
                format!("order {order} is known already"),
            ));
        }
        let minutes = body.ttl.filter(|minutes| (1..=minutes_max).contains(minutes));
        let new = NewSale::new(body.sum()?, shown)
            .order(order)
            .owner(PARTNER)
            .purpose(body.purpose.clone())
            .lives_minutes(minutes.ok_or_else(|| wrong("ttl"))?);
        let sale = self.ledger.open(new, now)?;
        let qr_id = body.qr_id.as_ref().unwrap_or(&sale.id);
        Ok(json!({ "orderId": order, "qrId": qr_id, "payload": sale.payload }))
    }

    fn sale(&self, body: &Body) -> Result<&Sale, Trouble> {
        Ok(self.ledger.of_order(body.order()?).ok_or(Refusal::NoSale)?)
    }

    fn link(&self, link: &CashLink) -> Value {
        let word = match self.ledger.active_on(&link.id) {
            Some(_) => "ACTIVE",
            None => "INACTIVE",
        };
        json!({ "qrId": link.id, "payload": link.payload, "status": word })
    }

    fn refund(&mut self, body: &Body, now: i64) -> Outcome {
        let new = NewRefund {
            sale: self.sale(body)?.id.clone(),
            shop_id: Some(needed("refundId", body.refund_id.as_ref())?.to_owned()),
            amount: body.sum()?,
        };
        Ok(refund(&self.ledger.refund(new, now)?, now))
    }

    fn is_signed(&self, request: &Request) -> bool {
        let body = String::from_utf8_lossy(&request.body);
        let signature = hmac_sha256_hex(self.secret.expose_secret(), &body);
        request.header("X-Key-Id") == Some(KEY) && request.header("X-Signature") == Some(signature.as_str())
    }
}

fn refund(refund: &Refund, now: i64) -> Value {
    let word = match refund.state(now) {
        RefundState::InProgress => "IN_PROGRESS",
        RefundState::Completed => "COMPLETED",
        RefundState::Declined => "REJECTED",
    };
    json!({ "refundId": refund.shop_id, "status": word, "amount": refund.amount })
}

impl Teller for Shares {
    const ABOUT: &'static About = &ABOUT;
    const STATUS_WORDS: &'static [&'static str] = &["status"];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn step(&self, request: &Request) -> Option<Step> {
        if request.method != "POST" {
            return None;
        }
        Some(match request.address() {
            "/qr/create" | "/link/activate" => Step::Register,
            "/qr/status" => Step::Status,
            "/qr/cancel" | "/link/deactivate" => Step::Revoke,
            "/link/check" => Step::LinkCheck,
            "/link/bind" => Step::LinkBind,
            "/refund/create" => Step::Refund,
            "/refund/status" => Step::RefundStatus,
            _ => return None,
        })
    }

    fn answer(&mut self, _step: Step, request: &Request, now: i64) -> Answer {
        let login = request.basic();
        if login.is_none_or(|(login, password)| login != LOGIN || password != PASSWORD) {
            return Answer::new(401, "text/html", "<html><body>401 Unauthorized</body></html>");
        }
        let outcome = match request.json_as::<Body>() {
            _ if !self.is_signed(request) => {
                Err(Trouble("BAD_SIGNATURE", "the signature is wrong".to_owned()))
            }
            Some(body) => self.act(request.address(), &body, now),
            None => Err(wrong("the body")),
        };
        let (code, message, mut said) = match outcome {
            Ok(said) => ("0", "OK".to_owned(), said),
            Err(Trouble(code, message)) => (code, message, json!({})),
        };
        if let Some(said) = said.as_object_mut() {
            said.insert("code".to_owned(), code.into());
            said.insert("message".to_owned(), message.into());
        }
        Answer::json(200, said.to_string())
    }

    fn own_sticker(&mut self) -> Option<String> {
        Some(self.ledger.new_link(Some(PARTNER)).payload)
    }
}
