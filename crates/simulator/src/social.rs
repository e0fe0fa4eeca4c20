//! "Социальный процессинг": goods of a social programme are paid out of the budget on the buyer's card.
//!
//! **No message is public**, so all of this is a profile of our own; `docs/providers.md` ("Social processing") has the wire
//! format. From the product's manual are the ids that the shop is given and the course of a payment: the whole receipt is
//! reserved, the service says which goods and how much, the shop confirms, the sum is debited; a refund is whole only.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::books::RefundState;
use crate::catalogue::{Kind, Opening};
use crate::ledger::{Ledger, NewRefund, NewSale, Refund, Refusal, Rules, Sale, Shown, Standing};
use crate::money::Kopecks;
use crate::provider::{About, Card, Certificate, Lack, Step};
use crate::teller::Teller;
use crate::wire::{Answer, Request};

/// What stands before every path.
pub const API: &str = "/v1/reservations";
/// The trading enterprise.
pub const ENTERPRISE: &str = "enterprise-17";
/// The store.
pub const MERCHANT: &str = "store-1";
/// The social programme.
pub const PROGRAMME: &str = "SP-43-FOOD";
/// The terminal of register 1.
pub const TERMINAL: &str = "SOC00001";
/// A good of the programme.
pub const GOOD: &str = "2000000000022";
/// The codes of the programme's goods: what the demo's shelf has of plain food.
pub const GOODS: [&str; 6] = [
    "2000000000015",
    GOOD,
    "2000000000039",
    "2000000000046",
    "2000000000053",
    "2000000000060",
];
/// A card with a budget that lasts, as a pin-pad would name it.
pub const CARD: &str = "mir-4fd1c7a0";
/// A card with little left on it.
pub const SHORT_CARD: &str = "mir-93b2e615";
/// A card with nothing left on it.
pub const EMPTY_CARD: &str = "mir-0c58da77";
/// The cards: token, owner in Russian and English, budget.
const CARDS: [(&str, &str, &str, Kopecks); 3] = [
    (CARD, "Карта Ирины", "Irina's card", Kopecks(500_000)),
    (
        SHORT_CARD,
        "Карта Петра, почти пустая",
        "Pyotr's card, almost empty",
        Kopecks(10_000),
    ),
    (EMPTY_CARD, "Карта Анны, пустая", "Anna's card, empty", Kopecks(0)),
];
/// Longest life of a reservation, minutes.
const MINUTES_MAX: i64 = 1_440;

/// What it is.
pub const ABOUT: About = About {
    name: "social",
    title_ru: "Социальный процессинг",
    title_en: "Social processing",
    modules: &["soc_processing"],
    certificate: Certificate::NotAsked,
    codes: false,
    stickers: false,
    // The buyer says yes or no at the register, and only the register's debit moves money.
    lacks: &[Lack::Notifications, Lack::PayerDecline, Lack::LateMoney],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| Arc::new(Mutex::new(Social::new(opening))),
};

/// The service with its one shop.
pub struct Social {
    ledger: Ledger,
    token: SecretString,
    /// Reservations of which nothing could be paid: they hold no money.
    empty: BTreeSet<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    reservation_id: Option<String>,
    enterprise_id: Option<String>,
    merchant_id: Option<String>,
    program_code: Option<String>,
    terminal_no: Option<String>,
    card: Option<String>,
    amount: Option<i64>,
    life_minutes: Option<i64>,
    receipt: Option<Receipt>,
    items: Vec<Line>,
    refund_id: Option<String>,
}

#[derive(Deserialize)]
struct Receipt {
    number: String,
}

#[derive(Deserialize)]
struct Line {
    number: i64,
    code: Option<String>,
    sum: i64,
}

/// HTTP status, code, words.
struct Trouble(u16, &'static str, String);

type Outcome = Result<Value, Trouble>;

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal {
            Refusal::NoSale | Refusal::NoLink => (404, "NOT_FOUND"),
            Refusal::RefundKnown => (409, "REFUND_EXISTS"),
            Refusal::TooMuch => (409, "REFUND_TOO_LARGE"),
            Refusal::BadSum => (409, "BUDGET_EXCEEDED"),
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
    fn of_shop(&self) -> Result<(), Trouble> {
        let named = [
            ("enterpriseId", &self.enterprise_id, ENTERPRISE),
            ("merchantId", &self.merchant_id, MERCHANT),
            ("programCode", &self.program_code, PROGRAMME),
        ];
        if let Some((field, ..)) = named
            .iter()
            .find(|(_, told, right)| told.as_deref() != Some(*right))
        {
            return Err(wrong(field));
        }
        if self
            .terminal_no
            .as_deref()
            .is_some_and(|terminal| terminal != TERMINAL)
        {
            return Err(wrong("terminalNo"));
        }
        Ok(())
    }

    /// The receipt must be whole: numbered, with lines that make its sum.
    fn whole_receipt(&self) -> Result<Kopecks, Trouble> {
        let numbered = self
            .receipt
            .as_ref()
            .is_some_and(|receipt| !receipt.number.is_empty());
        if !numbered {
            return Err(wrong("receipt.number"));
        }
        let sum = self.amount.ok_or_else(|| wrong("amount"))?;
        let lines: i64 = self.items.iter().map(|line| line.sum).sum();
        if self.items.is_empty() || lines != sum {
            return Err(wrong("items"));
        }
        Ok(Kopecks(sum))
    }
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::NotStarted => "RESERVED",
        Standing::Received | Standing::InProgress => "DEBITING",
        Standing::Accepted => "DEBITED",
        Standing::Rejected => "REJECTED",
        Standing::Expired => "EXPIRED",
        Standing::Cancelled => "RELEASED",
    }
}

fn stands(sale: &Sale, now: i64) -> Value {
    json!({
        "reservationId": sale.order, "status": word(sale.standing(now)), "amount": sale.amount,
        "transactionId": sale.paid_at.and_then(|_| sale.trx_id()),
    })
}

fn refund(refund: &Refund, now: i64) -> Value {
    let word = match refund.state(now) {
        RefundState::InProgress => "PENDING",
        RefundState::Completed => "COMPLETED",
        RefundState::Declined => "REJECTED",
    };
    json!({ "refundId": refund.shop_id, "status": word, "amount": refund.amount })
}

impl Social {
    /// Empty books, full cards.
    pub fn new(opening: Opening) -> Self {
        Self {
            ledger: Ledger::new(opening.seed, Rules::of_shop(opening.shop)),
            token: opening.secret,
            empty: BTreeSet::new(),
        }
    }

    /// What is left on a card: the budget without what is reserved and debited, with what was given back.
    fn left(&self, card: &str, now: i64) -> Option<Kopecks> {
        let (.., budget) = CARDS.iter().find(|(token, ..)| *token == card)?;
        let of_card = self
            .ledger
            .sales()
            .iter()
            .filter(|sale| sale.note("card") == Some(card));
        let used: i64 = of_card
            .map(|sale| match sale.standing(now) {
                Standing::Expired | Standing::Cancelled | Standing::Rejected => 0,
                Standing::Accepted => self.ledger.left(&sale.id, now).0,
                Standing::NotStarted | Standing::Received | Standing::InProgress => sale.amount.0,
            })
            .sum();
        Some(Kopecks(budget.0 - used))
    }

    fn act(&mut self, request: &Request, now: i64) -> Outcome {
        let parts = request.parts_after(API);
        let body = || request.json_as::<Body>().ok_or_else(|| wrong("the body"));
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", []) => self.reserve(&body()?, now),
            ("GET", [id]) => self.status(id, now),
            ("POST", [id, "debit"]) => self.debit(id, &body()?, now),
            ("POST", [id, "release"]) => self.release(id, now),
            ("POST", [id, "refunds"]) => self.give_back(id, &body()?, now),
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

    fn status(&self, id: &str, now: i64) -> Outcome {
        if self.empty.contains(id) {
            return Ok(json!({ "reservationId": id, "status": "RELEASED", "amount": 0 }));
        }
        Ok(stands(self.sale(id)?, now))
    }

    /// Line by line, as far as the budget goes.
    fn reserve(&mut self, body: &Body, now: i64) -> Outcome {
        body.of_shop()?;
        body.whole_receipt()?;
        let id = body
            .reservation_id
            .as_deref()
            .ok_or_else(|| wrong("reservationId"))?;
        if self.empty.contains(id) || self.ledger.of_order(id).is_some() {
            let text = format!("reservation {id} is known already");
            return Err(Trouble(409, "RESERVATION_EXISTS", text));
        }
        let card = body.card.as_deref().ok_or_else(|| wrong("card"))?;
        let unknown = || Trouble(422, "CARD_UNKNOWN", "the card is in no programme".to_owned());
        let mut left = self.left(card, now).ok_or_else(unknown)?.0;
        let minutes = body
            .life_minutes
            .filter(|minutes| (1..=MINUTES_MAX).contains(minutes));
        let minutes = minutes.ok_or_else(|| wrong("lifeMinutes"))?;
        let (mut lines, mut available) = (Vec::new(), 0);
        for line in &body.items {
            let of_programme = line.code.as_deref().is_some_and(|code| GOODS.contains(&code));
            let sum = line.sum.min(left);
            if of_programme && sum > 0 {
                left -= sum;
                available += sum;
                lines.push(json!({ "number": line.number, "sum": sum }));
            }
        }
        if available == 0 {
            self.empty.insert(id.to_owned());
        } else {
            let new = NewSale::new(Kopecks(available), Shown::Nothing)
                .order(id)
                .owner(MERCHANT)
                .lives_minutes(minutes)
                .note("card", card);
            self.ledger.open(new, now)?;
        }
        Ok(json!({ "reservationId": id, "status": "RESERVED", "available": available, "items": lines }))
    }

    fn debit(&mut self, id: &str, body: &Body, now: i64) -> Outcome {
        let sale = self.sale(id)?;
        if sale.is_paid() {
            let text = format!("reservation {id} is debited already");
            return Err(Trouble(409, "ALREADY_DEBITED", text));
        }
        let (id, amount) = (sale.id.clone(), body.amount.ok_or_else(|| wrong("amount"))?);
        Ok(stands(&self.ledger.debit(&id, Kopecks(amount), now)?, now))
    }

    fn release(&mut self, id: &str, now: i64) -> Outcome {
        if self.empty.contains(id) {
            return self.status(id, now);
        }
        let id = self.sale(id)?.id.clone();
        Ok(stands(&self.ledger.cancel(&id)?, now))
    }

    fn give_back(&mut self, id: &str, body: &Body, now: i64) -> Outcome {
        let sale = self.sale(id)?;
        let amount = body.amount.map(Kopecks).ok_or_else(|| wrong("amount"))?;
        if amount != sale.amount {
            return Err(wrong("amount (a refund is whole only)"));
        }
        let new = NewRefund {
            sale: sale.id.clone(),
            shop_id: Some(body.refund_id.clone().ok_or_else(|| wrong("refundId"))?),
            amount,
        };
        Ok(refund(&self.ledger.refund(new, now)?, now))
    }
}

impl Teller for Social {
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
            ("POST", [_, "debit"]) => Step::Confirm,
            ("GET", [_]) => Step::Status,
            ("POST", [_, "release"]) => Step::Revoke,
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

    fn cards(&mut self, now: i64) -> Vec<Card> {
        let card = |(token, title_ru, title_en, budget): &(&str, &str, &str, Kopecks)| Card {
            token: (*token).to_owned(),
            title_ru: (*title_ru).to_owned(),
            title_en: (*title_en).to_owned(),
            budget: self.left(token, now).unwrap_or(*budget),
        };
        CARDS.iter().map(card).collect()
    }
}
