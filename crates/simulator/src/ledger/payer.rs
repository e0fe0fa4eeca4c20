//! The payer in front of a ledger's QR codes, stickers and codes.

use super::{Ledger, Sale, SaleAt, Shown, Standing};
use crate::bank::QrKind;
use crate::link;
use crate::payer::{PayerAction, PayerError, PayerState, PayerView};

impl Ledger {
    /// Shows what a scanned text, or the payer's own code, is.
    pub fn look(&mut self, shown: &str, now: i64) -> Result<PayerView, PayerError> {
        self.tick(now);
        let found = self.found(shown)?;
        Ok(self.view(shown, found.and_then(|at| self.sales.get(at)), now))
    }

    /// Begins, pays or declines.
    pub fn pay(&mut self, shown: &str, action: PayerAction, now: i64) -> Result<PayerView, PayerError> {
        self.tick(now);
        let found = self.found(shown)?;
        let state = self
            .view(shown, found.and_then(|at| self.sales.get(at)), now)
            .state;
        let Some(at) = found.filter(|_| matches!(state, PayerState::Ready | PayerState::InProgress)) else {
            return Err(PayerError::NotPayable(state));
        };
        match action {
            PayerAction::Start => self.begin(at, now),
            PayerAction::Pay => self.settle(at, now),
            PayerAction::Decline => self.decline(at, now),
        }
        Ok(self.view(shown, self.sales.get(at), now))
    }

    /// Money that arrives although the order has ended unpaid: the newest such sale of this order is paid.
    pub fn pay_late(&mut self, order: &str, now: i64) -> Result<(), PayerError> {
        self.tick(now);
        let dead = |at: &&SaleAt| {
            let sale = self.sales.get(**at);
            sale.is_some_and(|sale| sale.end.is_some() && !sale.is_paid())
        };
        let of_order = self.by_order.get(order).into_iter().flatten();
        let at = *of_order.rev().find(dead).ok_or(PayerError::NothingDead)?;
        self.settle(at, now);
        Ok(())
    }

    /// The receipt of a payment, for the page after it.
    pub fn receipt(&self, shown: &str, transaction: u64, now: i64) -> Option<PayerView> {
        let of_this = |sale: &&Sale| sale.transaction == Some(transaction) && sale.is_paid();
        let sale = self.sales.iter().rev().find(of_this)?;
        let by_code = matches!(&sale.shown, Shown::Code(code) if code == shown);
        (by_code || sale.payload.as_deref() == Some(shown)).then(|| self.view(shown, Some(sale), now))
    }

    /// What a payer could pay now, newest first, at most `limit`: the text to scan, and what the phone shows.
    pub fn payable(&mut self, limit: usize, now: i64) -> Vec<(String, PayerView)> {
        self.tick(now);
        let open = self.sales.iter().rev().filter(|sale| sale.end.is_none());
        let scannable = open.filter_map(|sale| {
            let text = match &sale.shown {
                Shown::Code(code) => code,
                _ => sale.payload.as_ref()?,
            };
            Some((text.clone(), self.view(text, Some(sale), now)))
        });
        scannable.take(limit).collect()
    }

    /// The sale behind a text; none: a link without an active sale, or a code that nobody has charged.
    fn found(&self, shown: &str) -> Result<Option<SaleAt>, PayerError> {
        if let Some(at) = self.sale_of_text(shown) {
            return Ok(Some(at));
        }
        if self.codes.contains_key(shown) {
            return Ok(None);
        }
        let link = self.links.get(link::qr_id(shown)?).ok_or(PayerError::Unknown)?;
        if link.owner.is_none() {
            return Err(PayerError::Unbound);
        }
        Ok(link.sale)
    }

    fn view(&self, shown: &str, sale: Option<&Sale>, now: i64) -> PayerView {
        let by_link = sale.map_or(!self.codes.contains_key(shown), |sale| {
            matches!(sale.shown, Shown::Link(_))
        });
        PayerView {
            qr_id: sale.map(|sale| sale.id.clone()).unwrap_or_default(),
            is_code: self.codes.contains_key(shown),
            shop: self.rules.shop.clone(),
            kind: if by_link {
                QrKind::Variable
            } else {
                QrKind::Dynamic
            },
            amount: sale.map(|sale| sale.amount),
            purpose: sale.and_then(|sale| sale.purpose.clone()),
            description: None,
            order: sale.and_then(|sale| sale.order.clone()),
            state: sale.map_or(PayerState::Inactive, |sale| state(sale, now)),
            declined_before: sale.is_some_and(Sale::was_declined),
            transaction_id: sale.and_then(|sale| sale.transaction),
            paid_at: sale.and_then(|sale| sale.paid_at),
            expires_at: sale.and_then(|sale| sale.expires_at),
        }
    }
}

fn state(sale: &Sale, now: i64) -> PayerState {
    match sale.standing(now) {
        Standing::Received | Standing::InProgress => PayerState::InProgress,
        Standing::Accepted => PayerState::Paid,
        Standing::Expired => PayerState::Expired,
        Standing::Cancelled => PayerState::Cancelled,
        Standing::Rejected if sale.end.is_some() => PayerState::Cancelled,
        Standing::NotStarted | Standing::Rejected => PayerState::Ready,
    }
}
