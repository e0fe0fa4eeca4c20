//! Bank Khlynov on the C2B platform of CFT: dynamic QR, status, refund and the list of cash links as public clients know
//! them; a client certificate instead of a login.
//!
//! **Our own, awaiting the bank's specification**: the life of an activation, the state of a link, the binding, the address of
//! a refund's status, subscriptions, every error code and the form of an error. `docs/providers.md` ("Bank Khlynov") has the
//! wire format. Nothing public takes a dynamic QR back, and no notification is signed, so neither is here.

use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::books::RefundState;
use crate::catalogue::{Kind, Opening};
use crate::ledger::{Ledger, NewRefund, NewSale, Refund, Refusal, Rules, Sale, Shown};
use crate::money::Kopecks;
use crate::provider::{About, Certificate, Lack, Step};
use crate::teller::Teller;
use crate::wire::{Answer, Request};

/// The shop at the bank.
pub const ENTITY: &str = "simulated-shop";
/// The outlet.
pub const MERCHANT: &str = "MA0000000056";
/// The outlet's account.
pub const ACCOUNT: &str = "40702810900000000056";
/// The header `authsp`.
pub const AUTHSP: &str = "shop.example";
/// A buyer with a subscription.
pub const SUBSCRIBER: &str = "loyalty-card-1";
/// A buyer with a subscription and no money.
pub const POOR_SUBSCRIBER: &str = "loyalty-card-2";
/// What an address of ours holds that only the bank's specification can tell, as keys of the product's settings.
pub const PATHS: [(&str, &str); 8] = [
    ("refund_status_path", "/refund/state/{internalTxId}"),
    ("activate_path", "/cash-qr/activate"),
    ("activation_state_path", "/cash-qr/state/{paramsId}"),
    ("deactivate_path", "/cash-qr/deactivate/{qrcId}/{paramsId}"),
    ("link_state_path", "/cash-qr/link/{qrcId}"),
    ("bind_path", "/cash-qr/bind/{qrcId}"),
    ("subscription_path", "/subscription/charge"),
    ("subscription_state_path", "/subscription/charge/{internalTxId}"),
];
/// The error code for what is not there.
pub const NOT_FOUND: &str = "NOT_FOUND";
/// The error code for a buyer without a subscription.
pub const NOT_SUBSCRIBED: &str = "NOT_SUBSCRIBED";
/// Khlynov's member id in SBP.
const MEMBER: &str = "100000000056";
/// Longest life of an activation, minutes (NSPK's rules for cash links).
const LINK_MINUTES_MAX: i64 = 20;
/// Longest life of a dynamic QR, minutes (NSPK).
const QR_MINUTES_MAX: i64 = 129_600;
/// The most characters of a purpose.
const PURPOSE_MAX: usize = 140;

/// What it is.
pub const ABOUT: About = About {
    name: "khlynov",
    title_ru: "Банк Хлынов",
    title_en: "Bank Khlynov",
    modules: &["qrbankhlynov"],
    certificate: Certificate::Issued,
    codes: false,
    stickers: true,
    lacks: &[Lack::Notifications],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| Arc::new(Mutex::new(Khlynov::new(opening))),
};

/// The bank with its one shop.
pub struct Khlynov {
    ledger: Ledger,
    certificate: Vec<u8>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    ext_entity_id: Option<String>,
    merchant_id: Option<String>,
    account: Option<String>,
    acc_alias: Option<String>,
    amount: Option<i64>,
    payment_purpose: Option<String>,
    qrc_type: Option<String>,
    qrc_id: Option<String>,
    exp_dt: Option<i64>,
    local_exp_dt: Option<i64>,
    internal_tx_id: Option<String>,
    subscriber: Option<String>,
    long_wait: Option<bool>,
    ref_id: Option<String>,
    ref_type: Option<String>,
}

/// HTTP status, code, message.
struct Trouble(u16, &'static str, String);

type Outcome = Result<(u16, Value), Trouble>;

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal {
            Refusal::NoSale | Refusal::NoLink => (404, NOT_FOUND),
            Refusal::RefundKnown => (409, "ALREADY_EXISTS"),
            Refusal::LinkBusy => (409, "LINK_BUSY"),
            Refusal::LinkBlank | Refusal::LinkForeign => (409, "LINK_FOREIGN"),
            Refusal::TooMuch => (400, "AMOUNT_TOO_LARGE"),
            Refusal::BadSum | Refusal::NoCode | Refusal::CodeUsed => (400, "BAD_REQUEST"),
            Refusal::Full => (500, "INTERNAL"),
            Refusal::NotPaid | Refusal::Paid | Refusal::Ended | Refusal::UnderWay => (409, "WRONG_STATE"),
        };
        Self(status, code, refusal.to_string())
    }
}

fn wrong(field: &str) -> Trouble {
    Trouble(400, "BAD_REQUEST", format!("{field}: missing or wrong"))
}

fn needed<'a>(field: &str, value: Option<&'a String>) -> Result<&'a str, Trouble> {
    let value = value.filter(|text| !text.is_empty());
    value.map(String::as_str).ok_or_else(|| wrong(field))
}

impl Body {
    /// The shop must name itself rightly, by its account or by nothing (it has a default one).
    fn of_shop(&self) -> Result<(), Trouble> {
        if self.ext_entity_id.as_deref() != Some(ENTITY) {
            return Err(wrong("extEntityId"));
        }
        if self.merchant_id.as_deref() != Some(MERCHANT) {
            return Err(wrong("merchantId"));
        }
        if self.acc_alias.is_some() || self.account.as_deref().is_some_and(|account| account != ACCOUNT) {
            return Err(wrong("account"));
        }
        Ok(())
    }

    fn sum(&self) -> Result<Kopecks, Trouble> {
        self.amount.map(Kopecks).ok_or_else(|| wrong("amount"))
    }

    fn purpose(&self) -> Result<Option<String>, Trouble> {
        let long = |text: &String| text.chars().count() > PURPOSE_MAX;
        if self.payment_purpose.as_ref().is_some_and(long) {
            return Err(wrong("paymentPurpose"));
        }
        Ok(self.payment_purpose.clone())
    }

    /// Minutes, told twice.
    fn life(&self, most: i64) -> Result<i64, Trouble> {
        let minutes = self.exp_dt.filter(|minutes| (1..=most).contains(minutes));
        let minutes = minutes.ok_or_else(|| wrong("expDt"))?;
        if self.local_exp_dt != Some(minutes * 60) {
            return Err(wrong("localExpDt"));
        }
        Ok(minutes)
    }

    fn new_sale(&self, shown: Shown) -> Result<NewSale, Trouble> {
        self.of_shop()?;
        Ok(NewSale::new(self.sum()?, shown)
            .owner(MERCHANT)
            .purpose(self.purpose()?))
    }
}

impl Khlynov {
    /// Empty books.
    pub fn new(opening: Opening) -> Self {
        let rules = Rules {
            member: MEMBER,
            ..Rules::of_shop(opening.shop)
        };
        Self {
            ledger: Ledger::new(opening.seed, rules),
            certificate: opening.certificate,
        }
    }

    fn act(&mut self, request: &Request, body: &Body, now: i64) -> Outcome {
        let parts = request.parts_after("");
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["qr"]) => self.draw(body, now),
            ("GET", ["qr", "state", qr]) => self.state(qr, None, now),
            ("POST", ["refund"]) => self.refund(body, now),
            ("GET", ["refund", "state", id]) => {
                let found = self.ledger.refund_of(id).ok_or(Refusal::NoSale)?;
                Ok((200, refund(found, now)))
            }
            ("GET", ["cash-qr", "list", ENTITY]) => self.list(request),
            ("POST", ["cash-qr", "activate"]) => self.activate(body, now),
            ("GET", ["cash-qr", "state", id]) => self.state(id, Some(id), now),
            ("POST", ["cash-qr", "deactivate", link, id]) => self.deactivate(link, id),
            ("GET", ["cash-qr", "link", link]) => self.latest(link, now),
            ("POST", ["cash-qr", "bind", link]) => {
                body.of_shop()?;
                let link = self.ledger.bind(link, MERCHANT, None)?;
                Ok((200, json!({ "qrcId": link.id })))
            }
            ("POST", ["subscription", "charge"]) => self.charge(body, now),
            ("GET", ["subscription", "charge", id]) => {
                let sale = self.ledger.of_note("internalTxId", id).ok_or(Refusal::NoSale)?;
                Ok((200, charged(sale, now)))
            }
            _ => Err(Trouble(404, NOT_FOUND, "no such address".to_owned())),
        }
    }

    fn draw(&mut self, body: &Body, now: i64) -> Outcome {
        if body.qrc_type.as_deref() != Some("02") {
            return Err(wrong("qrcType"));
        }
        let (qr, payload) = self.ledger.new_qr(body.sum()?);
        // The bank knows the sale by its QR alone.
        let new = body
            .new_sale(Shown::Text(payload.clone()))?
            .lives_minutes(body.life(QR_MINUTES_MAX)?)
            .id(qr.as_str())
            .order(qr.as_str());
        self.ledger.open(new, now)?;
        Ok((
            200,
            json!({ "qrcId": qr, "payload": payload, "qrcType": "02", "expDt": body.exp_dt }),
        ))
    }

    fn activate(&mut self, body: &Body, now: i64) -> Outcome {
        let link = needed("qrcId", body.qrc_id.as_ref())?;
        let params = self.ledger.uuid();
        let new = body
            .new_sale(Shown::Link(link.to_owned()))?
            .lives_minutes(body.life(LINK_MINUTES_MAX)?)
            .id(params.as_str())
            .order(params.as_str());
        self.ledger.open(new, now)?;
        Ok((200, json!({ "qrcId": link, "paramsId": params })))
    }

    /// Of a QR, or of an activation.
    fn state(&self, id: &str, params: Option<&str>, now: i64) -> Outcome {
        let sale = self.ledger.sale(id).ok_or(Refusal::NoSale)?;
        let qr = match &sale.shown {
            Shown::Link(link) => link,
            _ => &sale.id,
        };
        let mut said = json!({ "payStatus": pay_status(sale, now), "qrCode": { "qrcId": qr } });
        if let (Some(params), Some(said)) = (params, said.as_object_mut()) {
            said.insert("paramsId".to_owned(), params.into());
        }
        Ok((200, said))
    }

    fn deactivate(&mut self, link: &str, params: &str) -> Outcome {
        let sale = self.ledger.sale(params).ok_or(Refusal::NoSale)?;
        if !matches!(&sale.shown, Shown::Link(of) if of == link) {
            return Err(Refusal::NoSale.into());
        }
        self.ledger.cancel(params)?;
        Ok((200, json!({ "qrcId": link, "paramsId": params })))
    }

    fn latest(&self, link: &str, now: i64) -> Outcome {
        let link = self.ledger.own_link(link, MERCHANT)?;
        let of_link = |sale: &&Sale| matches!(&sale.shown, Shown::Link(of) if *of == link.id);
        let last = self.ledger.sales().iter().rev().find(of_link);
        let last = last.map(
            |sale| json!({ "paramsId": sale.id, "amount": sale.amount, "status": sale.standing(now).nspk() }),
        );
        Ok((200, json!({ "qrcId": link.id, "activation": last })))
    }

    fn list(&self, request: &Request) -> Outcome {
        let query = request.query("merchantId");
        if query.as_deref() != Some(MERCHANT) {
            return Err(wrong("merchantId"));
        }
        let own: Vec<Value> = self
            .ledger
            .links_of(MERCHANT)
            .map(|link| json!({ "qrcId": link.id }))
            .collect();
        Ok((200, own.into()))
    }

    fn charge(&mut self, body: &Body, now: i64) -> Outcome {
        let id = needed("internalTxId", body.internal_tx_id.as_ref())?;
        if self.ledger.of_note("internalTxId", id).is_some() {
            let text = format!("internalTxId {id} is known already");
            return Err(Trouble(409, "ALREADY_EXISTS", text));
        }
        let subscriber = needed("subscriber", body.subscriber.as_ref())?;
        if ![SUBSCRIBER, POOR_SUBSCRIBER].contains(&subscriber) {
            let text = "the buyer has no subscription at this shop";
            return Err(Trouble(404, NOT_SUBSCRIBED, text.to_owned()));
        }
        let new = body.new_sale(Shown::Nothing)?.order(id).note("internalTxId", id);
        let sale = self.ledger.open(new, now)?;
        let sale = if subscriber == SUBSCRIBER {
            self.ledger.charge(&sale.id, now)?
        } else {
            self.ledger.reject(&sale.id, now)?
        };
        Ok((200, charged(&sale, now)))
    }

    fn refund(&mut self, body: &Body, now: i64) -> Outcome {
        if body.long_wait != Some(false) {
            return Err(wrong("longWait"));
        }
        let id = needed("refId", body.ref_id.as_ref())?;
        let sale = match body.ref_type.as_deref() {
            Some("qrcId") => self.ledger.sale(id),
            Some("trxId") => self
                .ledger
                .sales()
                .iter()
                .find(|sale| sale.trx_id().as_deref() == Some(id)),
            _ => return Err(wrong("refType")),
        };
        let new = NewRefund {
            sale: sale.ok_or(Refusal::NoSale)?.id.clone(),
            shop_id: Some(needed("internalTxId", body.internal_tx_id.as_ref())?.to_owned()),
            amount: body.sum()?,
        };
        let refund = self.ledger.refund(new, now)?;
        Ok((202, json!({ "trxId": refund.id })))
    }
}

fn pay_status(sale: &Sale, now: i64) -> Value {
    let paid = sale.paid_at.and_then(|_| sale.trx_id());
    json!({ "status": sale.standing(now).nspk(), "trxId": paid, "amount": sale.amount })
}

fn charged(sale: &Sale, now: i64) -> Value {
    json!({ "internalTxId": sale.note("internalTxId"), "payStatus": pay_status(sale, now) })
}

fn refund(refund: &Refund, now: i64) -> Value {
    let word = match refund.state(now) {
        RefundState::InProgress => "IN_PROGRESS",
        RefundState::Completed => "CONFIRMED",
        RefundState::Declined => "REFUSED",
    };
    json!({ "internalTxId": refund.shop_id, "trxId": refund.id, "status": word, "amount": refund.amount })
}

impl Teller for Khlynov {
    const ABOUT: &'static About = &ABOUT;
    const STATUS_WORDS: &'static [&'static str] = &["status"];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn step(&self, request: &Request) -> Option<Step> {
        let parts = request.parts_after("");
        Some(match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["qr"] | ["cash-qr", "activate"] | ["subscription", "charge"]) => Step::Register,
            (
                "GET",
                ["qr" | "cash-qr", "state", _] | ["subscription", "charge", _] | ["cash-qr", "link", _],
            ) => Step::Status,
            ("POST", ["cash-qr", "deactivate", _, _]) => Step::Revoke,
            ("POST", ["refund"]) => Step::Refund,
            ("GET", ["refund", "state", _]) => Step::RefundStatus,
            ("GET", ["cash-qr", "list", _]) => Step::LinkCheck,
            ("POST", ["cash-qr", "bind", _]) => Step::LinkBind,
            _ => return None,
        })
    }

    fn answer(&mut self, _step: Step, request: &Request, now: i64) -> Answer {
        if !request.shows(&self.certificate) || request.header("authsp") != Some(AUTHSP) {
            return Answer::new(403, "text/html", "<html><body>403 Forbidden</body></html>");
        }
        let body = if request.method == "GET" {
            Some(Body::default())
        } else {
            request.json_as::<Body>()
        };
        let outcome = match body {
            Some(body) => self.act(request, &body, now),
            None => Err(wrong("the body")),
        };
        match outcome {
            Ok((status, said)) => Answer::json(status, said.to_string()),
            Err(Trouble(status, code, message)) => {
                Answer::json(status, json!({ "code": code, "message": message }).to_string())
            }
        }
    }

    fn own_sticker(&mut self) -> Option<String> {
        Some(self.ledger.new_link(Some(MERCHANT)).payload)
    }
}
