//! Russian Standard Bank: dynamic QR and its status from third-party facts, all else a profile of our own.
//!
//! Known from a public client of the bank's API (specification 5.5 cited there, not public): client certificate, header
//! `x-User-login`, POST to `…/businessPaymentService/<method>`, the methods `getQrCode` and `getQrdStatus` with their
//! fields and status words, `code` = `"0"` for success. The sample's traps are kept: `paymentdata` has a key with a
//! Cyrillic letter and one with a space behind it.
//!
//! **Our own, awaiting the bank's specification**, in the same envelope: `cancelQrCode`, `activateCashLink`,
//! `deactivateCashLink`, `getCashLinkStatus`, `refundQrCode`, `getRefundStatus`, finding a payment by `sourceId` alone
//! or by `paramsId`, the status word `CANCELLED`, and every error code. `docs/providers.md` ("RSB: the shipped
//! profile") has the wire format. The bank's push (`qrdStatusResult`) is not public in its form, so none is sent.

use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::catalogue::{Kind, Opening};
use crate::clock;
use crate::ledger::{Ledger, NewRefund, NewSale, Refusal, Rules, Sale, Shown, Standing};
use crate::money::Kopecks;
use crate::provider::{About, Certificate, Lack, Step};
use crate::teller::Teller;
use crate::wire::{Answer, Request};

/// What stands before the method.
pub const SERVICE: &str = "/eis-app/eis-rs/businessPaymentService/";
/// The shop's login.
pub const LOGIN: &str = "simulated-shop";
/// The shop's id.
pub const MERCHANT: &str = "MB0000000001";
/// The shop's terminal.
pub const TERMINAL: &str = "26300001";
/// The shop's account.
pub const ACCOUNT: &str = "40702810900000000001";
/// Longest life of an activation, minutes (NSPK's rules for cash links).
const LINK_MINUTES_MAX: i64 = 20;
/// Longest life of a dynamic QR, minutes (NSPK).
const QR_MINUTES_MAX: i64 = 129_600;

/// What it is.
pub const ABOUT: About = About {
    name: "rsb",
    title_ru: "Банк Русский Стандарт",
    title_en: "Russian Standard Bank",
    modules: &["qrrsb", "qrrsb_variable"],
    certificate: Certificate::Issued,
    codes: false,
    stickers: true,
    lacks: &[Lack::Notifications],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| Arc::new(Mutex::new(Rsb::new(opening))),
};

/// The bank with its one shop.
pub struct Rsb {
    ledger: Ledger,
    certificate: Vec<u8>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    source_id: Option<String>,
    operation_id: Option<String>,
    terminal_id: Option<String>,
    merchant_id: Option<String>,
    account: Option<String>,
    template_version: Option<String>,
    qrc_type: Option<String>,
    qrc_expire: Option<i64>,
    qrc_id: Option<String>,
    params_id: Option<String>,
    trx_id: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    payment_purpose: Option<String>,
}

/// An error of the profile: code and message.
struct Trouble(&'static str, String);

type Outcome = Result<Value, Trouble>;

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::NoSale | Refusal::NoLink => "102",
            Refusal::RefundKnown => "103",
            Refusal::NotPaid | Refusal::Paid | Refusal::Ended | Refusal::UnderWay => "104",
            Refusal::LinkBusy => "105",
            Refusal::LinkBlank | Refusal::LinkForeign => "106",
            Refusal::TooMuch => "107",
            Refusal::BadSum | Refusal::NoCode | Refusal::CodeUsed => "100",
            Refusal::Full => "199",
        };
        Self(code, refusal.to_string())
    }
}

fn wrong(field: &str) -> Trouble {
    Trouble("100", format!("{field}: missing or wrong"))
}

impl Body {
    fn source(&self) -> Result<&str, Trouble> {
        let source = self.source_id.as_deref().filter(|id| !id.is_empty());
        source.ok_or_else(|| wrong("sourceId"))
    }

    fn link(&self) -> Result<&str, Trouble> {
        self.qrc_id.as_deref().ok_or_else(|| wrong("qrcId"))
    }

    fn sum(&self) -> Result<Kopecks, Trouble> {
        if self.currency.as_deref() != Some("RUB") {
            return Err(wrong("currency"));
        }
        self.amount.map(Kopecks).ok_or_else(|| wrong("amount"))
    }

    fn minutes(&self, max: i64) -> Result<i64, Trouble> {
        let minutes = self.qrc_expire.filter(|minutes| (1..=max).contains(minutes));
        minutes.ok_or_else(|| wrong("qrcExpire"))
    }

    /// The shop must name itself rightly.
    fn of_shop(&self) -> Result<(), Trouble> {
        let right = self.merchant_id.as_deref() == Some(MERCHANT)
            && self.terminal_id.as_deref() == Some(TERMINAL)
            && self.account.as_deref() == Some(ACCOUNT);
        right.then_some(()).ok_or_else(|| {
            let text = "merchantId, terminalId or account is not the shop's";
            Trouble("101", text.to_owned())
        })
    }
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::NotStarted => "NOT_STARTED",
        Standing::Received => "RECEIVED_OPKC",
        Standing::InProgress => "IN_PROGRESS_OPKC",
        Standing::Accepted => "ACCEPTED",
        Standing::Rejected => "DECLINED",
        Standing::Expired => "EXPIRED",
        Standing::Cancelled => "CANCELLED",
    }
}

impl Rsb {
    /// Empty books.
    pub fn new(opening: Opening) -> Self {
        Self {
            ledger: Ledger::new(opening.seed, Rules::of_shop(opening.shop)),
            certificate: opening.certificate,
        }
    }

    fn act(&mut self, method: &str, body: &Body, now: i64) -> Outcome {
        match method {
            "getQrCode" => self.draw(body, now),
            "getQrdStatus" => self.status(body, now),
            "cancelQrCode" => self.cancel(body),
            "activateCashLink" => self.activate(body, now),
            "deactivateCashLink" => self.deactivate(body),
            "getCashLinkStatus" => self.link_status(body),
            "refundQrCode" => self.refund(body, now),
            _ => self.refund_status(body, now),
        }
    }

    fn draw(&mut self, body: &Body, now: i64) -> Outcome {
        if body.template_version.as_deref() != Some("01") {
            return Err(wrong("templateVersion"));
        }
        if body.qrc_type.as_deref() != Some("02") {
            return Err(wrong("qrcType"));
        }
        self.open(body, Shown::SbpQr, QR_MINUTES_MAX, now, "CREATED")
    }

    fn activate(&mut self, body: &Body, now: i64) -> Outcome {
        let link = Shown::Link(body.link()?.to_owned());
        self.open(body, link, LINK_MINUTES_MAX, now, "ACTIVATED")
    }

    fn open(&mut self, body: &Body, shown: Shown, minutes: i64, now: i64, word: &str) -> Outcome {
        body.of_shop()?;
        let source = body.source()?;
        if self.ledger.of_order(source).is_some() {
            return Err(Trouble("103", format!("sourceId {source} is known already")));
        }
        let operation = self.ledger.uuid();
        let new = NewSale::new(body.sum()?, shown)
            .order(source)
            .owner(MERCHANT)
            .purpose(body.payment_purpose.clone())
            .lives_minutes(body.minutes(minutes)?)
            .note("operationId", operation.as_str());
        let sale = self.ledger.open(new, now)?;
        let link = body.qrc_id.as_deref();
        Ok(json!({
            "sourceId": source, "operationId": operation,
            "data": {
                "qrcId": link.unwrap_or(&sale.id), "paramsId": link.map(|_| &sale.id),
                "payload": sale.payload, "status": word,
            },
        }))
    }

    /// By `paramsId`, else by `qrcId` (never a cash link's: it does not tell one payment from another), else by
    /// `sourceId` alone.
    fn found(&self, body: &Body) -> Result<&Sale, Trouble> {
        let sale = match body.params_id.as_deref().or(body.qrc_id.as_deref()) {
            Some(id) => self.ledger.sale(id),
            None => self.ledger.of_order(body.source()?),
        };
        let of_operation = |sale: &&Sale| {
            let given = body.operation_id.as_deref();
            given.is_none() || sale.note("operationId") == given
        };
        Ok(sale.filter(of_operation).ok_or(Refusal::NoSale)?)
    }

    fn status(&self, body: &Body, now: i64) -> Outcome {
        let sale = self.found(body)?;
        let mut said = json!({
            "sourceId": sale.order, "operationId": sale.note("operationId"),
            "data": {
                "qrcId": body.qrc_id.as_ref().unwrap_or(&sale.id), "paramsId": body.params_id,
                "status": word(sale.standing(now)),
                "trxId": sale.paid_at.and_then(|_| sale.trx_id()),
            },
        });
        if let (Some(paid_at), Some(said)) = (sale.paid_at, said.as_object_mut()) {
            let paid = json!({
                "documentId": sale.transaction.map(|number| number.to_string()),
                "senderBank": "Банк «Образец»", "senderBankBi\u{441}": "044525000",
                "senderName": "Иван И.", "paymentPurpose": sale.purpose, "amount ": sale.amount,
                "settlementDate": clock::with_seconds(paid_at),
            });
            said.insert("paymentdata".to_owned(), paid);
        }
        Ok(said)
    }

    fn cancel(&mut self, body: &Body) -> Outcome {
        let id = self.found(body)?.id.clone();
        let sale = self.ledger.cancel(&id)?;
        Ok(json!({
            "sourceId": sale.order, "operationId": sale.note("operationId"),
            "data": { "qrcId": sale.id, "status": "CANCELLED" },
        }))
    }

    fn deactivate(&mut self, body: &Body) -> Outcome {
        let link = body.link()?;
        let sale = self.found(body)?;
        if !matches!(&sale.shown, Shown::Link(of) if of == link) {
            return Err(Refusal::NoSale.into());
        }
        let id = sale.id.clone();
        let sale = self.ledger.cancel(&id)?;
        Ok(json!({
            "sourceId": sale.order, "operationId": sale.note("operationId"),
            "data": { "qrcId": link, "paramsId": sale.id, "status": "DEACTIVATED" },
        }))
    }

    fn link_status(&self, body: &Body) -> Outcome {
        let link = self.ledger.own_link(body.link()?, MERCHANT)?;
        let word = match self.ledger.active_on(&link.id) {
            Some(_) => "ACTIVATED",
            None => "DEACTIVATED",
        };
        Ok(json!({
            "data": { "qrcId": link.id, "payload": link.payload, "status": word },
        }))
    }

    fn refund(&mut self, body: &Body, now: i64) -> Outcome {
        let trx = body.trx_id.as_deref().ok_or_else(|| wrong("trxId"))?;
        let paid = self
            .ledger
            .sales()
            .iter()
            .rev()
            .find(|sale| sale.is_paid() && sale.trx_id().as_deref() == Some(trx));
        let new = NewRefund {
            sale: paid.ok_or(Refusal::NoSale)?.id.clone(),
            shop_id: Some(body.source()?.to_owned()),
            amount: body.sum()?,
        };
        self.ledger.refund(new, now)?;
        self.refund_status(body, now)
    }

    fn refund_status(&self, body: &Body, now: i64) -> Outcome {
        let source = body.source()?;
        let refund = self.ledger.refund_of(source).ok_or(Refusal::NoSale)?;
        Ok(json!({
            "sourceId": source, "operationId": refund.id,
            "data": { "status": refund.state(now).word(), "amount": refund.amount },
        }))
    }
}

impl Teller for Rsb {
    const ABOUT: &'static About = &ABOUT;
    const STATUS_WORDS: &'static [&'static str] = &["status"];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn step(&self, request: &Request) -> Option<Step> {
        if request.method != "POST" {
            return None;
        }
        Some(match request.address().strip_prefix(SERVICE)? {
            "getQrCode" | "activateCashLink" => Step::Register,
            "getQrdStatus" => Step::Status,
            "cancelQrCode" | "deactivateCashLink" => Step::Revoke,
            "getCashLinkStatus" => Step::LinkCheck,
            "refundQrCode" => Step::Refund,
            "getRefundStatus" => Step::RefundStatus,
            _ => return None,
        })
    }

    fn answer(&mut self, _step: Step, request: &Request, now: i64) -> Answer {
        if !request.shows(&self.certificate) {
            return Answer::new(403, "text/html", "<html><body>403 Forbidden</body></html>");
        }
        if request.header("x-User-login") != Some(LOGIN) {
            return Answer::new(401, "text/html", "<html><body>401 Unauthorized</body></html>");
        }
        let method = request.address().strip_prefix(SERVICE).unwrap_or_default();
        let outcome = match request.json_as::<Body>() {
            Some(body) => self.act(method, &body, now),
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
        Some(self.ledger.new_link(Some(MERCHANT)).payload)
    }
}

#[cfg(test)]
mod tests;
