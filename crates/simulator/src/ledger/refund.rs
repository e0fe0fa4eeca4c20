//! Refunds: taken at once, completed or declined a while later.

use super::{Ledger, MAX_DECLINES, MAX_REFUNDS, Refusal};
use crate::books::{BookRefund, RefundState};
use crate::money::Kopecks;

/// What a new refund needs.
#[derive(Debug, Clone)]
pub struct NewRefund {
    /// The bank's id of the sale.
    pub sale: String,
    /// The shop's id of the refund; none at a bank that knows only its own.
    pub shop_id: Option<String>,
    /// The sum.
    pub amount: Kopecks,
}

/// One refund.
#[derive(Debug, Clone)]
pub struct Refund {
    /// The bank's own id, a UUID.
    pub id: String,
    /// The shop's id.
    pub shop_id: Option<String>,
    /// The bank's id of the sale.
    pub sale: String,
    /// The sum.
    pub amount: Kopecks,
    /// When it was asked for.
    pub created_at: i64,
    settles_at: i64,
    ends_declined: bool,
}

impl Refund {
    /// How it stands.
    pub fn state(&self, now: i64) -> RefundState {
        if now < self.settles_at {
            RefundState::InProgress
        } else if self.ends_declined {
            RefundState::Declined
        } else {
            RefundState::Completed
        }
    }

    pub(super) fn entry(&self, now: i64) -> BookRefund {
        BookRefund {
            refund_id: self.shop_id.clone(),
            amount: self.amount,
            state: self.state(now),
            created_at: self.created_at,
        }
    }
}

impl Ledger {
    /// Takes a refund of a paid sale, of not more than is left. A known `shop_id` is [`Refusal::RefundKnown`], whatever
    /// the sum: what a repeat means is the bank's matter, [`Ledger::refund_of`] finds the first.
    pub fn refund(&mut self, new: NewRefund, now: i64) -> Result<Refund, Refusal> {
        if new
            .shop_id
            .as_deref()
            .is_some_and(|id| self.refund_of(id).is_some())
        {
            return Err(Refusal::RefundKnown);
        }
        if new.amount.0 <= 0 {
            return Err(Refusal::BadSum);
        }
        let sale = self.sale(&new.sale).ok_or(Refusal::NoSale)?;
        if !sale.is_paid() {
            return Err(Refusal::NotPaid);
        }
        if self.left(&new.sale, now).0 < new.amount.0 {
            return Err(Refusal::TooMuch);
        }
        if self.refunds.len() >= MAX_REFUNDS {
            return Err(Refusal::Full);
        }
        let ends_declined = self.refunds_to_decline > 0;
        self.refunds_to_decline = self.refunds_to_decline.saturating_sub(1);
        let refund = Refund {
            id: self.uuid(),
            shop_id: new.shop_id,
            sale: new.sale,
            amount: new.amount,
            created_at: now,
            settles_at: now.saturating_add(self.rules.refund_settles_after_us),
            ends_declined,
        };
        self.refunds.push(refund.clone());
        Ok(refund)
    }

    /// The refund of the shop's id.
    pub fn refund_of(&self, shop_id: &str) -> Option<&Refund> {
        self.refunds
            .iter()
            .find(|refund| refund.shop_id.as_deref() == Some(shop_id))
    }

    /// The refund of the bank's own id.
    pub fn refund_by_id(&self, id: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    /// Refunds of a sale, oldest first.
    pub fn refunds_of_sale<'a>(&'a self, sale: &'a str) -> impl Iterator<Item = &'a Refund> {
        self.refunds.iter().filter(move |refund| refund.sale == sale)
    }

    /// What of a paid sale has not gone back; nothing if it is not paid.
    pub fn left(&self, sale: &str, now: i64) -> Kopecks {
        let Some(paid) = self.sale(sale).filter(|sale| sale.is_paid()) else {
            return Kopecks(0);
        };
        let back: i64 = self
            .refunds_of_sale(sale)
            .filter(|refund| refund.state(now) != RefundState::Declined)
            .map(|refund| refund.amount.0)
            .sum();
        Kopecks(paid.amount.0 - back)
    }

    /// The next new refund is taken and ends declined. May be called several times.
    pub fn decline_next_refund(&mut self) {
        self.refunds_to_decline = self.refunds_to_decline.saturating_add(1).min(MAX_DECLINES);
    }
}
