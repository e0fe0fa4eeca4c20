//! Gazprombank: nothing official is public, so all of this is a profile of our own.
//!
//! **Awaiting the bank's specification.** It is modelled on what the banks' public merchant APIs have in common:
//! registration of a QR with POST `qrc-data`, the status of many codes in one PUT `qrc-status`, NSPK's status words,
//! and the life of a cash link (register or bind, activate, status by `paramsId`, deactivate). The bearer token, the
//! paths of cash links, refunds and cancellation, the words `EXPIRED` and `CANCELLED`, and every error code are ours.
//! `docs/providers.md` ("Gazprombank: the shipped profile") has the wire format.

use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::catalogue::{Kind, Opening};
use crate::ledger::{CashLink, Ledger, NewRefund, NewSale, Refusal, Rules, Sale, Shown, Standing};
use crate::money::Kopecks;
use crate::provider::{About, Certificate, Lack, Step};
use crate::teller::Teller;
use crate::wire::{Answer, Request};

/// What stands before every path.
pub const API: &str = "/api/merchant/v1/";
/// The shop's id.
pub const MERCHANT: &str = "MA0000000002";
/// The shop's account.
pub const ACCOUNT: &str = "40702810900000000002";
/// How many codes one status call may name.
pub const STATUS_MAX: usize = 100;
/// Longest life of an activation, minutes (NSPK's rules for cash links).
const LINK_MINUTES_MAX: i64 = 20;
/// Longest life of a dynamic QR, minutes (NSPK).
const QR_MINUTES_MAX: i64 = 129_600;

/// What it is.
pub const ABOUT: About = About {
    name: "gazprom",
    title_ru: "Газпромбанк",
    title_en: "Gazprombank",
    modules: &["qrgazprom", "qrgazprom_variable"],
    certificate: Certificate::NotAsked,
    codes: false,
    stickers: true,
    lacks: &[Lack::Notifications],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| Arc::new(Mutex::new(Gazprom::new(opening))),
};

/// The bank with its one shop.
pub struct Gazprom {
    ledger: Ledger,
    token: SecretString,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    order_id: Option<String>,
    merchant_id: Option<String>,
    account: Option<String>,
    template_version: Option<String>,
    qrc_type: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    payment_purpose: Option<String>,
    lifetime: Option<i64>,
    terminal_id: Option<String>,
    refund_id: Option<String>,
    trx_id: Option<String>,
    qrc_ids: Vec<String>,
    params_ids: Vec<String>,
    order_ids: Vec<String>,
}

/// An error of the profile: HTTP status, code, message.
struct Trouble(u16, &'static str, String);

type Outcome = Result<Value, Trouble>;

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal {
            Refusal::NoSale | Refusal::NoLink => (404, "NOT_FOUND"),
            Refusal::RefundKnown => (409, "REFUND_EXISTS"),
            Refusal::NotPaid | Refusal::Paid | Refusal::Ended | Refusal::UnderWay => (409, "WRONG_STATUS"),
            Refusal::LinkBusy => (409, "LINK_BUSY"),
            Refusal::LinkBlank | Refusal::LinkForeign => (409, "LINK_NOT_YOURS"),
            Refusal::TooMuch => (409, "AMOUNT_EXCEEDS_REST"),
            Refusal::BadSum | Refusal::NoCode | Refusal::CodeUsed => (400, "INVALID_REQUEST"),
            Refusal::Full => (503, "UNAVAILABLE"),
        };
        Self(status, code, refusal.to_string())
    }
}

fn wrong(field: &str) -> Trouble {
    Trouble(400, "INVALID_REQUEST", format!("{field}: missing or wrong"))
}

/// A text that must be there.
fn needed<'a>(field: &str, value: Option<&'a String>) -> Result<&'a str, Trouble> {
    let value = value.filter(|text| !text.is_empty());
    value.map(String::as_str).ok_or_else(|| wrong(field))
}

impl Body {
    fn of_shop(&self) -> Result<(), Trouble> {
        let right = self.merchant_id.as_deref() == Some(MERCHANT) && self.account.as_deref() == Some(ACCOUNT);
        right.then_some(()).ok_or_else(|| {
            Trouble(
                400,
                "UNKNOWN_MERCHANT",
                "merchantId or account is not the shop's".to_owned(),
            )
        })
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
        Standing::Expired => "EXPIRED",
        Standing::Cancelled => "CANCELLED",
        other => other.nspk(),
    }
}

/// The id that the payer's QR has: of the sale, or of the link that it is active on.
fn qrc_id(sale: &Sale) -> &str {
    match &sale.shown {
        Shown::Link(link) => link,
        _ => &sale.id,
    }
}

/// `paramsId`: only an activation of a cash link has one.
fn params_id(sale: &Sale) -> Option<&str> {
    matches!(sale.shown, Shown::Link(_)).then_some(sale.id.as_str())
}

/// One line of the answer; a code that the bank does not know has a line too.
fn state(asked: &str, id: &str, sale: Option<&Sale>, now: i64) -> Value {
    let Some(sale) = sale else {
        return json!({ asked: id, "code": "NOT_FOUND" });
    };
    let trx_id = sale.paid_at.and_then(|_| sale.trx_id());
    json!({
        "code": "0", "orderId": sale.order, "qrcId": qrc_id(sale), "paramsId": params_id(sale),
        "status": word(sale.standing(now)), "trxId": trx_id, "amount": sale.amount,
        "kzo": trx_id.as_ref().and(sale.transaction).map(|number| number.to_string()),
    })
}

impl Gazprom {
    /// Empty books.
    pub fn new(opening: Opening) -> Self {
        Self {
            ledger: Ledger::new(opening.seed, Rules::of_shop(opening.shop)),
            token: opening.secret,
        }
    }

    fn act(&mut self, request: &Request, body: &Body, now: i64) -> Outcome {
        let path: Vec<&str> = segments(request).collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["qrc-data"]) => self.draw(body, now),
            ("GET", ["qrc-data", id, "payload"]) => self.payload(id),
            ("POST", ["qrc-data", id, "cancel"]) => self.cancel(id, now),
            ("PUT", ["qrc-status"]) => self.statuses(body, now),
            ("POST", ["cash-links"]) => self.new_link(body),
            ("GET", ["cash-links", id]) => Ok(self.link(self.ledger.own_link(id, MERCHANT)?)),
            ("POST", ["cash-links", id, "binding"]) => self.bind(id, body),
            ("POST", ["cash-links", id, "activations"]) => self.activate(id, body, now),
            ("DELETE", ["cash-links", _, "activations", params]) => self.cancel(params, now),
            ("POST", ["refunds"]) => self.refund(body, now),
            ("GET", ["refunds", id]) => self.refund_status(id, now),
            _ => Err(Refusal::NoSale.into()),
        }
    }

    fn draw(&mut self, body: &Body, now: i64) -> Outcome {
        body.of_shop()?;
        if body.template_version.as_deref() != Some("01") {
            return Err(wrong("templateVersion"));
        }
        if body.qrc_type.as_deref() != Some("02") {
            return Err(wrong("qrcType"));
        }
        self.open(body, Shown::SbpQr, QR_MINUTES_MAX, now)
    }

    fn activate(&mut self, link: &str, body: &Body, now: i64) -> Outcome {
        self.open(body, Shown::Link(link.to_owned()), LINK_MINUTES_MAX, now)
    }

    fn open(&mut self, body: &Body, shown: Shown, minutes_max: i64, now: i64) -> Outcome {
        let order = needed("orderId", body.order_id.as_ref())?;
        if self.ledger.of_order(order).is_some() {
            let text = format!("orderId {order} is known already");
            return Err(Trouble(409, "ORDER_EXISTS", text));
        }
        let minutes = body
            .lifetime
            .filter(|minutes| (1..=minutes_max).contains(minutes));
        let new = NewSale::new(body.sum()?, shown)
            .order(order)
            .owner(MERCHANT)
            .purpose(body.payment_purpose.clone())
            .lives_minutes(minutes.ok_or_else(|| wrong("lifetime"))?);
        let sale = self.ledger.open(new, now)?;
        Ok(json!({
            "orderId": order, "qrcId": qrc_id(&sale), "paramsId": params_id(&sale),
            "payload": sale.payload, "status": word(sale.standing(now)),
        }))
    }

    fn payload(&self, qrc_id: &str) -> Outcome {
        let sale = self.ledger.sale(qrc_id).ok_or(Refusal::NoSale)?;
        Ok(json!({ "qrcId": sale.id, "payload": sale.payload }))
    }

    fn statuses(&self, body: &Body, now: i64) -> Outcome {
        let count = body.qrc_ids.len() + body.params_ids.len() + body.order_ids.len();
        if count == 0 || count > STATUS_MAX {
            return Err(wrong("qrcIds, paramsIds, orderIds"));
        }
        let ledger = &self.ledger;
        let by_id = |name: &'static str| move |id: &String| state(name, id, ledger.sale(id), now);
        let by_order = |id: &String| state("orderId", id, ledger.of_order(id), now);
        let qrs = body.qrc_ids.iter().map(by_id("qrcId"));
        let activations = body.params_ids.iter().map(by_id("paramsId"));
        let orders = body.order_ids.iter().map(by_order);
        Ok(qrs.chain(activations).chain(orders).collect())
    }

    fn cancel(&mut self, id: &str, now: i64) -> Outcome {
        let sale = self.ledger.cancel(id)?;
        Ok(state("qrcId", id, Some(&sale), now))
    }

    fn new_link(&mut self, body: &Body) -> Outcome {
        body.of_shop()?;
        let link = self.ledger.new_link(Some(MERCHANT));
        Ok(self.link(&link))
    }

    fn bind(&mut self, id: &str, body: &Body) -> Outcome {
        body.of_shop()?;
        let link = self.ledger.bind(id, MERCHANT, body.terminal_id.as_deref())?;
        Ok(self.link(&link))
    }

    fn link(&self, link: &CashLink) -> Value {
        let active = self.ledger.active_on(&link.id);
        let word = active.map_or("INACTIVATED", |_| "ACTIVATED");
        json!({ "qrcId": link.id, "payload": link.payload, "terminalId": link.terminal, "status": word })
    }

    fn refund(&mut self, body: &Body, now: i64) -> Outcome {
        let id = needed("refundId", body.refund_id.as_ref())?;
        let trx = needed("trxId", body.trx_id.as_ref())?;
        let paid = |sale: &&Sale| sale.is_paid() && sale.trx_id().as_deref() == Some(trx);
        let sale = self
            .ledger
            .sales()
            .iter()
            .rev()
            .find(paid)
            .ok_or(Refusal::NoSale)?;
        let new = NewRefund {
            sale: sale.id.clone(),
            shop_id: Some(id.to_owned()),
            amount: body.sum()?,
        };
        self.ledger.refund(new, now)?;
        self.refund_status(id, now)
    }

    fn refund_status(&self, id: &str, now: i64) -> Outcome {
        let refund = self.ledger.refund_of(id).ok_or(Refusal::NoSale)?;
        let state = refund.state(now).word();
        Ok(json!({ "refundId": id, "status": state, "amount": refund.amount }))
    }
}

fn segments(request: &Request) -> impl Iterator<Item = &str> {
    let path = request.address().strip_prefix(API).unwrap_or_default();
    path.split('/')
}

impl Teller for Gazprom {
    const ABOUT: &'static About = &ABOUT;
    const STATUS_WORDS: &'static [&'static str] = &["status"];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn step(&self, request: &Request) -> Option<Step> {
        let path: Vec<&str> = segments(request).collect();
        Some(match (request.method.as_str(), path.as_slice()) {
            ("POST", ["qrc-data"] | ["cash-links", _, "activations"]) => Step::Register,
            ("PUT", ["qrc-status"]) => Step::Status,
            ("POST", ["qrc-data", _, "cancel"]) | ("DELETE", ["cash-links", _, "activations", _]) => {
                Step::Revoke
            }
            ("GET", ["cash-links", _]) => Step::LinkCheck,
            ("POST", ["cash-links", _, "binding"]) => Step::LinkBind,
            ("POST", ["refunds"]) => Step::Refund,
            ("GET", ["refunds", _]) => Step::RefundStatus,
            ("POST", ["cash-links"]) | ("GET", ["qrc-data", _, "payload"]) => Step::Other,
            _ => return None,
        })
    }

    fn answer(&mut self, _step: Step, request: &Request, now: i64) -> Answer {
        if request.bearer_key() != Some(self.token.expose_secret()) {
            let said = json!({ "code": "UNAUTHORIZED", "message": "the token is not known" });
            return Answer::json(401, said.to_string());
        }
        let body = if request.body.is_empty() {
            Some(Body::default())
        } else {
            request.json_as::<Body>()
        };
        let outcome = match body {
            Some(body) => self.act(request, &body, now),
            None => Err(wrong("the body")),
        };
        match outcome {
            Ok(data) => Answer::json(
                200,
                json!({ "code": "0", "message": "OK", "data": data }).to_string(),
            ),
            Err(Trouble(status, code, message)) => {
                Answer::json(status, json!({ "code": code, "message": message }).to_string())
            }
        }
    }

    fn own_sticker(&mut self) -> Option<String> {
        Some(self.ledger.new_link(Some(MERCHANT)).payload)
    }
}

#[cfg(test)]
mod tests;
