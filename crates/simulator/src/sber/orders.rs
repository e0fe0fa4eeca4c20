//! The life of an order.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::messages::{
    Cancel, Creation, Head, Pay, Revocation, Status, gateway, is_request_id, is_time, refused, said,
};
use super::refusals::{self as no, Refusal as No};
use super::{CLIENT_ID, Call, ID_QR, MEMBER_ID, MEMBER_OF_SBP, Sber, TID};
use crate::books::RefundState;
use crate::clock::SECOND_US;
use crate::ledger::{End, NewRefund, NewSale, Refund, Refusal, Sale, Shown, Standing};
use crate::money::Kopecks;
use crate::wire::{Answer, Request};

/// Rubles (ISO 4217).
const RUBLES: &str = "643";
/// The longest order number.
const NUMBER_CHARS: usize = 36;
/// The longest description of an order.
const DESCRIPTION_CHARS: usize = 256;
/// The longest description of a refund.
const REFUND_DESCRIPTION_CHARS: usize = 140;
/// How long SBP needs to confirm that money went back.
const SBP_CONFIRMS_US: i64 = 2 * SECOND_US;
/// The note of an order with an SBP QR.
const SBP: &str = "sbp";

/// What the order service refuses, or its gateway.
enum Refused {
    Gateway(&'static str),
    Service(No),
}

type Outcome = Result<Value, Refused>;

/// The gateway wants the message so.
fn must(holds: bool, what: &'static str) -> Result<(), Refused> {
    if holds {
        Ok(())
    } else {
        Err(Refused::Gateway(what))
    }
}

fn read<T: DeserializeOwned>(request: &Request) -> Result<T, Refused> {
    request
        .json_as()
        .ok_or(Refused::Gateway("a field is missing or of another type"))
}

impl From<No> for Refused {
    fn from(refusal: No) -> Self {
        Self::Service(refusal)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Service(match refusal {
            Refusal::TooMuch => no::TOO_MUCH,
            Refusal::NoSale => no::NO_ORDER,
            Refusal::NoCode | Refusal::CodeUsed => no::BAD_CODE,
            Refusal::Full => no::FULL,
            _ => no::WRONG_STATE,
        })
    }
}

impl Sber {
    /// Whether it asks about an order of which money went back.
    pub(super) fn has_refunds(&self, request: &Request) -> bool {
        let asked: Option<Status> = request.json_as();
        let sale = asked.and_then(|asked| self.ledger.of_order(&asked.partner_order_number));
        sale.is_some_and(|sale| self.ledger.refunds_of_sale(&sale.id).next().is_some())
    }

    pub(super) fn order(&mut self, call: Call, request: &Request, now: i64) -> Answer {
        if !request.header("RqUID").is_some_and(is_request_id) {
            return gateway(400, "RqUID is not 32 hexadecimal digits");
        }
        let Some(head) = request.json_as::<Head>() else {
            return gateway(400, "rq_uid or rq_tm is missing");
        };
        if !is_request_id(&head.rq_uid) || !is_time(&head.rq_tm) {
            return gateway(400, "rq_uid or rq_tm has another form");
        }
        let outcome = match call {
            Call::Creation => self.create(request, now),
            Call::Status => self.status(request, now),
            Call::Revocation => self.revoke(request),
            Call::Cancel => self.give_back(request, now),
            Call::Pay => self.charge(request, now),
            Call::Token | Call::Registry => Err(Refused::Gateway("not a call about one order")),
        };
        match outcome {
            Ok(fields) => said(&head, fields),
            Err(Refused::Service(refusal)) => refused(&head, refusal),
            Err(Refused::Gateway(what)) => gateway(400, what),
        }
    }

    fn create(&mut self, request: &Request, now: i64) -> Outcome {
        let asked: Creation = read(request)?;
        let sbp = asked.sbp_member_id.is_some();
        must(asked.member_id == MEMBER_ID, "member_id is unknown")?;
        must(number_fits(&asked.order_number), "order_number is too long")?;
        must(
            is_time(&asked.order_create_date),
            "order_create_date has another form",
        )?;
        must(asked.id_qr == if sbp { TID } else { ID_QR }, "id_qr is unknown")?;
        must(asked.currency == RUBLES, "currency is not 643")?;
        must(asked.order_sum > 0, "order_sum is not positive")?;
        must(
            asked
                .sbp_member_id
                .as_deref()
                .is_none_or(|member| member == MEMBER_OF_SBP),
            "sbp_member_id is another bank's",
        )?;
        let description = asked.description.as_deref().unwrap_or_default();
        must(
            description.chars().count() <= DESCRIPTION_CHARS,
            "description is too long",
        )?;
        self.is_new(&asked.order_number)?;
        let id = self.ledger.uuid();
        let shown = if sbp {
            Shown::SbpQr
        } else {
            Shown::Text(format!("https://sberbank.ru/qr/?uuid={id}"))
        };
        let new = NewSale::new(Kopecks(asked.order_sum), shown)
            .id(id)
            .order(asked.order_number)
            .owner(MEMBER_ID)
            .purpose(asked.description);
        let new = if sbp { new.note(SBP, "1") } else { new };
        let sale = self.ledger.open(new, now)?;
        Ok(json!({
            "order_number": sale.order,
            "order_id": sale.id,
            "order_state": "CREATED",
            "order_form_url": sale.payload,
        }))
    }

    fn charge(&mut self, request: &Request, now: i64) -> Outcome {
        must(
            request.header("X-IBM-Client-Id") == Some(CLIENT_ID),
            "X-IBM-Client-Id is another application's",
        )?;
        must(
            request.header("x-Introspect-RqUID").is_some_and(is_request_id),
            "x-Introspect-RqUID is not 32 hexadecimal digits",
        )?;
        let asked: Pay = read(request)?;
        must(asked.member_id == MEMBER_ID, "member_id is unknown")?;
        must(
            number_fits(&asked.partner_order_number),
            "partner_order_number is too long",
        )?;
        must(
            asked.tid == TID && asked.id_qr == ID_QR,
            "tid or id_qr is unknown",
        )?;
        must(asked.currency == RUBLES, "currency is not 643")?;
        must(asked.amount > 0, "amount is not positive")?;
        self.is_new(&asked.partner_order_number)?;
        let id = self.ledger.uuid();
        let new = NewSale::new(Kopecks(asked.amount), Shown::Code(asked.pay_load))
            .id(id)
            .order(asked.partner_order_number)
            .owner(MEMBER_ID);
        let sale = self.ledger.open(new, now)?;
        if sale.end == Some(End::Rejected) {
            return Err(no::DECLINED.into());
        }
        Ok(self.order_as_told(&sale, now))
    }

    fn is_new(&self, number: &str) -> Result<(), Refused> {
        match self.ledger.of_order(number) {
            Some(_) => Err(no::DUPLICATE.into()),
            None => Ok(()),
        }
    }

    fn status(&self, request: &Request, now: i64) -> Outcome {
        let asked: Status = read(request)?;
        let sale = self
            .ledger
            .of_order(&asked.partner_order_number)
            .filter(|sale| asked.tid == TID && asked.order_id.is_none_or(|id| id == sale.id));
        let sale = sale.ok_or(no::NO_ORDER)?;
        Ok(self.order_as_told(sale, now))
    }

    fn revoke(&mut self, request: &Request) -> Outcome {
        let asked: Revocation = read(request)?;
        let sale = self.ledger.cancel(&asked.order_id)?;
        Ok(json!({"order_id": sale.id, "order_state": "REVOKED"}))
    }

    fn give_back(&mut self, request: &Request, now: i64) -> Outcome {
        let asked: Cancel = read(request)?;
        let sale = self.ledger.sale(&asked.order_id).cloned().ok_or(no::NO_ORDER)?;
        let by_sbp = sale.note(SBP).is_some();
        must(
            asked.tid == TID && asked.id_qr == if by_sbp { TID } else { ID_QR },
            "tid or id_qr is unknown",
        )?;
        must(
            asked.operation_currency == RUBLES,
            "operation_currency is not 643",
        )?;
        must(
            asked.cancel_operation_sum > 0,
            "cancel_operation_sum is not positive",
        )?;
        let description = asked.operation_description.as_deref().unwrap_or_default();
        must(
            description.chars().count() <= REFUND_DESCRIPTION_CHARS,
            "operation_description is too long",
        )?;
        match asked.operation_type.as_str() {
            "REFUND" => {}
            "REVERSE" => return Err(no::NO_REVERSE.into()),
            _ => return Err(Refused::Gateway("operation_type is neither REFUND nor REVERSE")),
        }
        if !sale.is_paid() {
            return Err(no::WRONG_STATE.into());
        }
        let paid_by = (asked.operation_id.as_str(), asked.auth_code.as_str());
        if paid_by != (paying_id(&sale).as_str(), auth_code(&sale).as_str()) {
            return Err(no::NO_OPERATION.into());
        }
        self.ledger.rules.refund_settles_after_us = if by_sbp { SBP_CONFIRMS_US } else { 0 };
        let refund = self.ledger.refund(
            NewRefund {
                sale: sale.id.clone(),
                shop_id: None,
                amount: Kopecks(asked.cancel_operation_sum),
            },
            now,
        )?;
        let status = match refund.state(now) {
            RefundState::InProgress => "ON_PAYMENT",
            RefundState::Completed => self.paid_word(&sale, now),
            RefundState::Declined => return Err(no::NOT_TAKEN_BACK.into()),
        };
        let mut told = returned(&refund, now);
        if let Some(told) = told.as_object_mut() {
            told.insert("order_status".to_owned(), status.into());
            told.insert("order_id".to_owned(), sale.id.into());
        }
        Ok(told)
    }

    fn order_as_told(&self, sale: &Sale, now: i64) -> Value {
        let by_sbp = sale.note(SBP).is_some();
        let mut told = json!({
            "mid": "700000000001",
            "tid": TID,
            "id_qr": if by_sbp { TID } else { ID_QR },
            "order_id": sale.id,
            "order_state": self.state(sale, now),
            "order_operation_params": self.operations(sale, now),
        });
        if let (true, true, Some(told)) = (by_sbp, sale.is_paid(), told.as_object_mut()) {
            let by = json!({"sbp_operation_id": sale.trx_id(), "sbp_masked_payer_id": "+7 900 ***-**-67"});
            told.insert("sbp_operation_params".to_owned(), by);
        }
        told
    }

    /// `ON_PAYMENT` is said of SBP only; after a declined attempt the order is `CREATED` again.
    fn state(&self, sale: &Sale, now: i64) -> &'static str {
        match sale.standing(now) {
            Standing::Received | Standing::InProgress if sale.note(SBP).is_some() => "ON_PAYMENT",
            Standing::Accepted => self.paid_word(sale, now),
            Standing::Cancelled => "REVOKED",
            Standing::Expired => "EXPIRED",
            Standing::Rejected if sale.end.is_some() => "DECLINED",
            Standing::NotStarted | Standing::Received | Standing::InProgress | Standing::Rejected => {
                "CREATED"
            }
        }
    }

    fn paid_word(&self, sale: &Sale, now: i64) -> &'static str {
        if self.ledger.left(&sale.id, now) == Kopecks(0) {
            "REFUNDED"
        } else {
            "PAID"
        }
    }

    /// What was tried with the order's money. What SBP has not confirmed yet does not show.
    pub(super) fn operations(&self, sale: &Sale, now: i64) -> Vec<Value> {
        let tried = match sale.standing(now) {
            Standing::Accepted => Some(("00", "Успешно")),
            Standing::Rejected => Some(("51", no::DECLINED.1)),
            _ => None,
        };
        let paying = tried.map(|(code, words)| {
            json!({
                "operation_id": paying_id(sale),
                "operation_date_time": time(sale.paid_at.unwrap_or(now)),
                "rrn": format!("{:012}", sale.transaction.unwrap_or_default()),
                "operation_type": "PAY",
                "operation_sum": sale.amount.0,
                "operation_currency": RUBLES,
                "auth_code": auth_code(sale),
                "response_code": code,
                "response_desc": words,
            })
        });
        let refunds = self.ledger.refunds_of_sale(&sale.id);
        let settled = refunds.filter(|refund| refund.state(now) != RefundState::InProgress);
        paying
            .into_iter()
            .chain(settled.map(|refund| returned(refund, now)))
            .collect()
    }
}

fn number_fits(number: &str) -> bool {
    (1..=NUMBER_CHARS).contains(&number.chars().count())
}

fn paying_id(sale: &Sale) -> String {
    format!("PAY-{}", sale.transaction.unwrap_or_default())
}

fn auth_code(sale: &Sale) -> String {
    format!("{:06}", sale.transaction.unwrap_or_default() % 1_000_000)
}

fn returned(refund: &Refund, now: i64) -> Value {
    let mut told = json!({
        "operation_id": refund.id,
        "operation_date_time": time(refund.created_at),
        "operation_type": "REFUND",
        "operation_sum": refund.amount.0,
        "operation_currency": RUBLES,
        "auth_code": "000000",
    });
    let code = match refund.state(now) {
        RefundState::InProgress => return told,
        RefundState::Completed => ("00", "Успешно"),
        RefundState::Declined => ("96", no::NOT_TAKEN_BACK.1),
    };
    if let Some(told) = told.as_object_mut() {
        told.insert("response_code".to_owned(), code.0.into());
        told.insert("response_desc".to_owned(), code.1.into());
    }
    told
}

fn time(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}
