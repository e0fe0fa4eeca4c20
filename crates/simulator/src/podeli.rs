//! Alfa «Подели»: the buyer shows a code, and one cashless payment of the whole sum is charged at once.
//!
//! **No message is public**, so all of this is a profile of our own; `docs/providers.md` ("Podeli") has the wire format.
//! From the product's manual is only that the buyer's code is scanned and that the register sees one payment.

use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::catalogue::{Kind, Opening};
use crate::ledger::{Ledger, NewRefund, NewSale, Refund, Refusal, Rules, Sale, Shown, Standing};
use crate::money::Kopecks;
use crate::provider::{About, Certificate, Lack, Step};
use crate::teller::Teller;
use crate::wire::{Answer, Request};

/// What stands before every path.
pub const API: &str = "/v1/orders";
/// The shop's id.
pub const SHOP: &str = "shop-17";
/// What a buyer's code begins with.
const CODE_MARK: &str = "PODELI-";
/// How many digits follow.
const CODE_DIGITS: usize = 16;
/// How long an order waits for the buyer's word on his phone, minutes.
const ORDER_MINUTES: i64 = 10;

/// What it is.
pub const ABOUT: About = About {
    name: "podeli",
    title_ru: "Подели",
    title_en: "Podeli",
    modules: &["qrpodeli"],
    certificate: Certificate::NotAsked,
    codes: true,
    stickers: false,
    lacks: &[Lack::Notifications],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| Arc::new(Mutex::new(Podeli::new(opening))),
};

/// The service with its one shop.
pub struct Podeli {
    ledger: Ledger,
    token: SecretString,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    order_id: Option<String>,
    shop_id: Option<String>,
    customer_code: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    description: Option<String>,
    refund_id: Option<String>,
    items: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    sum: i64,
}

/// HTTP status, code, words.
struct Trouble(u16, &'static str, String);

type Outcome = Result<Value, Trouble>;

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal {
            Refusal::NoCode => (422, "CODE_UNKNOWN"),
            Refusal::CodeUsed => (422, "CODE_EXPIRED"),
            Refusal::NoSale | Refusal::NoLink => (404, "NOT_FOUND"),
            Refusal::RefundKnown => (409, "REFUND_EXISTS"),
            Refusal::TooMuch => (409, "REFUND_TOO_LARGE"),
            Refusal::BadSum => (400, "INVALID_REQUEST"),
            Refusal::Full => (503, "INTERNAL"),
            _ => (409, "WRONG_STATUS"),
        };
        Self(status, code, refusal.to_string())
    }
}

fn wrong(field: &str) -> Trouble {
    Trouble(400, "INVALID_REQUEST", format!("{field}: missing or wrong"))
}

impl Body {
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
        Standing::Received | Standing::InProgress => "PENDING",
        Standing::Accepted => "CHARGED",
        Standing::Rejected => "REJECTED",
        Standing::Expired => "EXPIRED",
        Standing::Cancelled => "CANCELLED",
    }
}

fn order(sale: &Sale, now: i64) -> Value {
    json!({
        "orderId": sale.order, "loanId": sale.id, "status": word(sale.standing(now)), "amount": sale.amount,
    })
}

fn refund(refund: &Refund, now: i64) -> Value {
    use crate::books::RefundState;
    let word = match refund.state(now) {
        RefundState::InProgress => "PENDING",
        RefundState::Completed => "COMPLETED",
        RefundState::Declined => "REJECTED",
    };
    json!({ "refundId": refund.shop_id, "status": word, "amount": refund.amount })
}

impl Podeli {
    /// Empty books.
    pub fn new(opening: Opening) -> Self {
        Self {
            ledger: Ledger::new(opening.seed, Rules::of_shop(opening.shop)),
            token: opening.secret,
        }
    }

    fn act(&mut self, request: &Request, now: i64) -> Outcome {
        let parts = request.parts_after(API);
        let body = || request.json_as::<Body>().ok_or_else(|| wrong("the body"));
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", []) => self.charge(&body()?, now),
            ("GET", [id]) => Ok(order(self.sale(id)?, now)),
            ("POST", [id, "cancel"]) => self.cancel(id, now),
            ("POST", [id, "refunds"]) => self.refund(id, &body()?, now),
            (_, [_, "refunds", id]) => {
                let found = self.ledger.refund_of(id).ok_or(Refusal::NoSale)?;
                Ok(refund(found, now))
            }
            _ => Err(Refusal::NoSale.into()),
        }
    }

    fn sale(&self, id: &str) -> Result<&Sale, Trouble> {
        Ok(self.ledger.of_order(id).ok_or(Refusal::NoSale)?)
    }

    /// An order whose buyer has not said his word yet may be cancelled too: his word comes to nothing then.
    fn cancel(&mut self, id: &str, now: i64) -> Outcome {
        let id = self.sale(id)?.id.clone();
        let sale = match self.ledger.cancel(&id) {
            Err(Refusal::UnderWay) => self.ledger.reject(&id, now)?,
            told => told?,
        };
        let mut said = order(&sale, now);
        said["status"] = "CANCELLED".into();
        Ok(said)
    }

    fn charge(&mut self, body: &Body, now: i64) -> Outcome {
        if body.shop_id.as_deref() != Some(SHOP) {
            return Err(wrong("shopId"));
        }
        let id = body.order_id.as_deref().ok_or_else(|| wrong("orderId"))?;
        if self.ledger.of_order(id).is_some() {
            return Err(Trouble(
                409,
                "ORDER_EXISTS",
                format!("order {id} is known already"),
            ));
        }
        let sum = body.sum()?;
        let lines: i64 = body.items.iter().map(|line| line.sum).sum();
        if !body.items.is_empty() && lines != sum.0 {
            return Err(wrong("items"));
        }
        let code = body.customer_code.clone().ok_or_else(|| wrong("customerCode"))?;
        let new = NewSale::new(sum, Shown::Code(code))
            .order(id)
            .owner(SHOP)
            .purpose(body.description.clone())
            .lives_minutes(ORDER_MINUTES);
        Ok(order(&self.ledger.open(new, now)?, now))
    }

    fn refund(&mut self, id: &str, body: &Body, now: i64) -> Outcome {
        let new = NewRefund {
            sale: self.sale(id)?.id.clone(),
            shop_id: Some(body.refund_id.clone().ok_or_else(|| wrong("refundId"))?),
            amount: body.sum()?,
        };
        Ok(refund(&self.ledger.refund(new, now)?, now))
    }
}

impl Teller for Podeli {
    const ABOUT: &'static About = &ABOUT;
    const STATUS_WORDS: &'static [&'static str] = &["status"];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn step(&self, request: &Request) -> Option<Step> {
        request.address().strip_prefix(API)?;
        let parts = request.parts_after(API);
        Some(match (request.method.as_str(), parts.as_slice()) {
            ("POST", []) => Step::Register,
            ("GET", [_]) => Step::Status,
            ("POST", [_, "cancel"]) => Step::Revoke,
            ("POST", [_, "refunds"]) => Step::Refund,
            ("GET", [_, "refunds", _]) => Step::RefundStatus,
            _ => return None,
        })
    }

    fn answer(&mut self, _step: Step, request: &Request, now: i64) -> Answer {
        if request.bearer_key() != Some(self.token.expose_secret()) {
            return Answer::json(401, json!({ "error": { "code": "UNAUTHORIZED" } }).to_string());
        }
        match self.act(request, now) {
            Ok(said) => Answer::json(200, said.to_string()),
            Err(Trouble(status, code, message)) => {
                let said = json!({ "error": { "code": code, "message": message } });
                Answer::json(status, said.to_string())
            }
        }
    }

    fn code_text(&mut self, _now: i64) -> Option<String> {
        Some(format!("{CODE_MARK}{}", self.ledger.digits(CODE_DIGITS)))
    }
}
