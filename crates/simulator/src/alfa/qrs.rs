//! `GetQRCd` and `GetQRCstatus`.

use serde_json::{Map, Value, json};

use super::{Alfa, Asked, Fail, MERCHANT, PAYRRN_DIGITS, Said, fields, printed};
use crate::ledger::{NewSale, Shown};

/// The life of a dynamic QR when none is asked for, minutes.
const DYNAMIC_MINUTES: i64 = 4_320;

impl Alfa {
    /// Draws a dynamic QR. Nothing says that a `messageID` that was used before brings the same one, so it does not.
    pub(super) fn draw(&mut self, asked: &Asked, now: i64) -> Said {
        let minutes = asked.qr_ttl.unwrap_or(DYNAMIC_MINUTES);
        if asked.qrc_type != "02" || !(1..=129_600).contains(&minutes) {
            return Err(Fail::Field);
        }
        let payrrn = self.ledger.digits(PAYRRN_DIGITS);
        let new = NewSale::new(asked.sum()?, Shown::SbpQr)
            .order(asked.message()?)
            .owner(MERCHANT)
            .purpose(asked.purpose()?)
            .lives_minutes(minutes)
            .note(printed::PAYRRN, payrrn)
            .note(printed::TERMINAL, asked.terminal());
        let sale = self.ledger.open(new, now)?;
        Ok(fields(json!({
            "qrcId": sale.id,
            "payload": sale.payload,
            "payrrn": sale.note(printed::PAYRRN),
            "messageID": asked.message_id,
            "status": sale.standing(now).nspk(),
        })))
    }

    pub(super) fn status(&self, asked: &Asked, now: i64) -> Said {
        if asked.payrrn.is_empty() && self.ledger.link(&asked.qrc_id).is_some() {
            return self.link_status(asked, now);
        }
        self.named(asked).map(|sale| printed::standing(&sale, now))
    }

    /// A link shows its last activation, whatever became of it.
    fn link_status(&self, asked: &Asked, now: i64) -> Said {
        let link = self.ledger.own_link(&asked.qrc_id, MERCHANT)?;
        if link.terminal.as_deref() != Some(asked.terminal().as_str()) {
            return Err(Fail::Unknown);
        }
        let over_it = Shown::Link(link.id.clone());
        let last = self
            .ledger
            .sales()
            .iter()
            .rev()
            .find(|sale| sale.shown == over_it);
        Ok(match last {
            Some(sale) => printed::standing(sale, now),
            None => Map::from_iter([
                ("qrcId".to_owned(), json!(link.id)),
                ("status".to_owned(), json!("NTST")),
                ("payrrn".to_owned(), Value::Null),
            ]),
        })
    }
}
