//! Refunds: asked about first (`GetQRCreversalData`), then made under the same `messageID` (`QRCreversal`).

use serde_json::json;

use super::{Alfa, Asked, Check, Fail, MAX_CHECKS, Said, fields, printed};
use crate::books::RefundState;
use crate::ledger::{NewRefund, Refund, Refusal, Sale};

impl Alfa {
    /// Says whether a refund can be made, and remembers that it was asked about.
    pub(super) fn may_be_reversed(&mut self, asked: &Asked, now: i64) -> Said {
        let (sale, sum, message) = (self.named(asked)?, asked.sum()?, asked.message()?);
        if !sale.is_paid() || self.ledger.left(&sale.id, now).0 < sum.0 {
            return Err(Fail::Sum);
        }
        if self.checked.len() >= MAX_CHECKS {
            self.checked.pop_front();
        }
        self.checked.push_back(Check {
            message: message.to_owned(),
            sale: sale.id.clone(),
            sum,
        });
        Ok(fields(json!({
            "qrcId": printed::qrc_id(&sale),
            "trxId": sale.trx_id(),
            "payrrn": sale.note(printed::PAYRRN),
            "payerId": "0079******01",
            "payerPam": "Иван И.",
            "payerBnkBIC": "000000000",
            "payerBnkName": "Банк плательщика",
            "amount": sum.0.to_string(),
            "messageID": message,
        })))
    }

    /// Makes a refund that was asked about. The same `messageID` again is refused: what it does is not public.
    pub(super) fn reverse(&mut self, asked: &Asked, now: i64) -> Said {
        let (sale, sum, message) = (self.named(asked)?, asked.sum()?, asked.message()?);
        let asked_about = Check {
            message: message.to_owned(),
            sale: sale.id.clone(),
            sum,
        };
        if !self.checked.contains(&asked_about) {
            return Err(Fail::State);
        }
        let new = NewRefund {
            sale: sale.id.clone(),
            shop_id: Some(message.to_owned()),
            amount: sum,
        };
        let refund = self.ledger.refund(new, now)?;
        Ok(fields(json!({
            "trxId": refund_trx(&refund),
            "trxDT": printed::moment(now),
            "payrrn": sale.note(printed::PAYRRN),
            "messageID": message,
        })))
    }

    /// How a refund stands: of the payment that is named, under this `messageID`.
    pub(super) fn reversal(&self, asked: &Asked, now: i64) -> Said {
        let sale: Sale = self.named(asked)?;
        let refund = self.ledger.refund_of(asked.message()?);
        let refund = refund
            .filter(|refund| refund.sale == sale.id)
            .ok_or(Refusal::NoSale)?;
        Ok(fields(json!({
            "trxId": refund_trx(refund),
            "payrrn": sale.note(printed::PAYRRN),
            "messageID": asked.message_id,
            "amount": refund.amount.0.to_string(),
            "currency": "RUB",
            "status": match refund.state(now) {
                RefundState::InProgress => "ACTC",
                RefundState::Completed => "ACWP",
                RefundState::Declined => "RJCT",
            },
        })))
    }
}

/// NSPK's id of the transfer back: 32 characters.
fn refund_trx(refund: &Refund) -> String {
    refund.id.replace('-', "").to_uppercase()
}
