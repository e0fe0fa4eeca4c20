//! Cash links: `RegCashQRc`, `ActivateCashQRc`, `DelCashQRc`, and the binding of a printed one.

use serde_json::{Map, Value, json};

use super::{Alfa, Asked, Fail, MERCHANT, PAYRRN_DIGITS, Said, fields, printed};
use crate::ledger::{CashLink, NewSale, Shown};

/// The life of an activation when none is asked for, minutes.
const ACTIVATION_MINUTES: i64 = 5;

impl Alfa {
    /// Makes a link of this terminal.
    pub(super) fn new_link(&mut self, asked: &Asked) -> Map<String, Value> {
        let link = self.ledger.new_link(Some(MERCHANT));
        // It is ours, so nothing can refuse it.
        let _ = self.ledger.bind(&link.id, MERCHANT, Some(&asked.terminal()));
        fields(json!({
            "qrcId": link.id, "payload": link.payload, "mediaType": "image/png", "content": "",
            "status": "CREATED",
        }))
    }

    /// Ties a printed link to a terminal. One that is tied to another terminal stays with it.
    pub(super) fn bind(&mut self, asked: &Asked) -> Said {
        let terminal = asked.terminal();
        let bound = self
            .ledger
            .link(&asked.qrc_id)
            .and_then(|link| link.terminal.clone());
        if bound.is_some_and(|other| other != terminal) {
            return Err(Fail::State);
        }
        let link = self.ledger.bind(&asked.qrc_id, MERCHANT, Some(&terminal))?;
        Ok(fields(json!({ "qrcId": link.id, "status": "BOUND" })))
    }

    /// Activates a link for one payment. It is known by its `payrrn`; the shop names no id of its own.
    pub(super) fn activate(&mut self, asked: &Asked, now: i64) -> Said {
        let minutes = asked.qr_ttl.unwrap_or(ACTIVATION_MINUTES);
        if !(5..=20).contains(&minutes) {
            return Err(Fail::Field);
        }
        let link = self.own(asked)?;
        let payrrn = self.ledger.digits(PAYRRN_DIGITS);
        let new = NewSale::new(asked.sum()?, Shown::Link(link.id))
            .id(&payrrn)
            .order(&payrrn)
            .owner(MERCHANT)
            .purpose(asked.purpose()?)
            .lives_minutes(minutes)
            .note(printed::PAYRRN, &payrrn)
            .note(printed::TERMINAL, asked.terminal());
        let sale = self.ledger.open(new, now)?;
        let params_id = self.ledger.uuid().replace('-', "").to_uppercase();
        Ok(fields(json!({
            "paramsId": params_id,
            "qrcId": asked.qrc_id,
            "amount": sale.amount.0.to_string(),
            "currency": "RUB",
            "paymentPurpose": sale.purpose.unwrap_or_default(),
            "payrrn": payrrn,
            "payload": link.payload,
            "status": "ACTIVATED",
        })))
    }

    /// Takes the activation back. Without one there is nothing to take back.
    pub(super) fn deactivate(&mut self, asked: &Asked) -> Said {
        let link = self.own(asked)?;
        let sale = self.ledger.deactivate(&link.id, MERCHANT)?.ok_or(Fail::State)?;
        Ok(fields(
            json!({ "qrcId": printed::qrc_id(&sale), "status": "DEACTIVATED" }),
        ))
    }

    /// The link that a request names, of the terminal that it names.
    fn own(&self, asked: &Asked) -> Result<CashLink, Fail> {
        let link = self.ledger.own_link(&asked.qrc_id, MERCHANT)?;
        if link.terminal.as_deref() == Some(asked.terminal().as_str()) {
            Ok(link.clone())
        } else {
            Err(Fail::Unknown)
        }
    }
}
