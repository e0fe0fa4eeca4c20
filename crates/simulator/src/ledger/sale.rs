//! A sale: opened, paid or declined by a payer, charged, revoked.

use std::collections::BTreeMap;

use super::{CodeOutcome, Ledger, MAX_SALES, Refusal, SaleAt};
use crate::clock::{MINUTE_US, SECOND_US};
use crate::money::Kopecks;

/// How long an attempt is `Received` before it is `InProgress`.
const RECEIVED_FOR_US: i64 = SECOND_US;
/// Prefix of the id of a dynamic QR (NSPK).
pub(super) const DYNAMIC_PREFIX: &str = "AD";
/// Length of NSPK's id of a transfer.
const TRX_ID_CHARS: usize = 32;

/// What the payer gets to see of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A new QR of SBP; the ledger mints its id and draws its link.
    SbpQr,
    /// A text in the bank's own form.
    Text(String),
    /// The cash link of this id.
    Link(String),
    /// Nothing: the code of this customer was scanned.
    Code(String),
    /// Nothing: a reservation, a charge of an account. See [`Ledger::charge`].
    Nothing,
}

/// What a new sale needs.
#[derive(Debug, Clone)]
pub struct NewSale {
    /// The bank's own id; none: the ledger mints one (the QR id for [`Shown::SbpQr`], else a UUID).
    pub id: Option<String>,
    /// The shop's order id.
    pub order: Option<String>,
    /// Whose sale it is: the merchant, as this bank names him.
    pub owner: String,
    /// The sum.
    pub amount: Kopecks,
    /// The purpose that the payer sees.
    pub purpose: Option<String>,
    /// How long it can be paid, microseconds; none = for ever.
    pub lives_us: Option<i64>,
    /// What the payer gets to see.
    pub shown: Shown,
    /// What the bank wants to remember besides.
    pub notes: BTreeMap<String, String>,
}

impl NewSale {
    /// A sale of this sum, with nothing else said.
    pub fn new(amount: Kopecks, shown: Shown) -> Self {
        Self {
            id: None,
            order: None,
            owner: String::new(),
            amount,
            purpose: None,
            lives_us: None,
            shown,
            notes: BTreeMap::new(),
        }
    }

    /// The bank's own id.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The shop's order id.
    pub fn order(mut self, order: impl Into<String>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// The merchant.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = owner.into();
        self
    }

    /// The purpose.
    pub fn purpose(mut self, purpose: Option<String>) -> Self {
        self.purpose = purpose;
        self
    }

    /// How long it can be paid.
    pub fn lives_minutes(mut self, minutes: i64) -> Self {
        self.lives_us = Some(minutes.saturating_mul(MINUTE_US));
        self
    }

    /// How long it can be paid.
    pub fn lives_seconds(mut self, seconds: i64) -> Self {
        self.lives_us = Some(seconds.saturating_mul(SECOND_US));
        self
    }

    /// A note of the bank's own.
    pub fn note(mut self, name: &str, value: impl Into<String>) -> Self {
        self.notes.insert(name.to_owned(), value.into());
        self
    }
}

/// How a sale ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Paid.
    Paid,
    /// Revoked by the shop.
    Cancelled,
    /// Its time ran out.
    Expired,
    /// An attempt was declined, and there is no second one.
    Rejected,
}

/// How a sale stands, in NSPK's order. The bank translates it into its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has tried (NTST).
    NotStarted,
    /// A payment was received (RCVD).
    Received,
    /// It is under way (ACTC).
    InProgress,
    /// Paid (ACWP).
    Accepted,
    /// The last attempt was declined (RJCT). Whether it can be paid again: [`super::Rules::retry_after_decline`].
    Rejected,
    /// Its time ran out unpaid.
    Expired,
    /// Revoked by the shop.
    Cancelled,
}

impl Standing {
    /// NSPK's word. Its documents have none for the last two, so a bank that has no words either says NTST.
    pub const fn nspk(self) -> &'static str {
        match self {
            Self::NotStarted | Self::Expired | Self::Cancelled => "NTST",
            Self::Received => "RCVD",
            Self::InProgress => "ACTC",
            Self::Accepted => "ACWP",
            Self::Rejected => "RJCT",
        }
    }
}

/// One sale.
#[derive(Debug, Clone)]
pub struct Sale {
    /// The bank's own id.
    pub id: String,
    /// The shop's order id.
    pub order: Option<String>,
    /// The merchant.
    pub owner: String,
    /// The sum.
    pub amount: Kopecks,
    /// The purpose.
    pub purpose: Option<String>,
    /// What the payer gets to see.
    pub shown: Shown,
    /// The text in the QR; none if there is nothing to scan.
    pub payload: Option<String>,
    /// When it was opened.
    pub created_at: i64,
    /// When it dies unpaid.
    pub expires_at: Option<i64>,
    /// How it ended; none: it is open.
    pub end: Option<End>,
    /// When it was paid.
    pub paid_at: Option<i64>,
    /// Number of the last attempt.
    pub transaction: Option<u64>,
    /// What the bank remembers besides.
    pub notes: BTreeMap<String, String>,
    pub(super) attempt: Option<Attempt>,
}

/// The last attempt to pay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    pub began_at: i64,
    pub declined: bool,
}

impl Sale {
    /// How it stands.
    pub fn standing(&self, now: i64) -> Standing {
        match (self.end, self.attempt) {
            (Some(End::Paid), _) => Standing::Accepted,
            (Some(End::Cancelled), _) => Standing::Cancelled,
            (Some(End::Expired), _) => Standing::Expired,
            (Some(End::Rejected), _) => Standing::Rejected,
            (None, None) => Standing::NotStarted,
            (None, Some(attempt)) if attempt.declined => Standing::Rejected,
            (None, Some(attempt)) if now.saturating_sub(attempt.began_at) < RECEIVED_FOR_US => {
                Standing::Received
            }
            (None, Some(_)) => Standing::InProgress,
        }
    }

    /// NSPK's id of the last attempt, 32 characters; none before the first.
    pub fn trx_id(&self) -> Option<String> {
        let number = self.transaction?;
        Some(format!("A{number:0width$}", width = TRX_ID_CHARS - 1))
    }

    /// A note of the bank's own.
    pub fn note(&self, name: &str) -> Option<&str> {
        self.notes.get(name).map(String::as_str)
    }

    /// True if the money has come.
    pub fn is_paid(&self) -> bool {
        self.end == Some(End::Paid)
    }

    pub(super) fn is_being_paid(&self) -> bool {
        self.end.is_none() && self.attempt.is_some_and(|attempt| !attempt.declined)
    }

    pub(super) fn was_declined(&self) -> bool {
        self.attempt.is_some_and(|attempt| attempt.declined)
    }
}

impl Ledger {
    /// Opens a sale: draws a QR, activates a cash link (of `owner`, without an active sale), or charges a customer's
    /// code as its owner has planned.
    pub fn open(&mut self, new: NewSale, now: i64) -> Result<Sale, Refusal> {
        if new.amount.0 <= 0 {
            return Err(Refusal::BadSum);
        }
        if self.sales.len() >= MAX_SALES {
            return Err(Refusal::Full);
        }
        let mut id = new.id.clone();
        let mut payload = None;
        let mut outcome = None;
        match &new.shown {
            Shown::SbpQr => {
                let (qr_id, text) = self.new_qr(new.amount);
                payload = Some(text);
                id = id.or(Some(qr_id));
            }
            Shown::Text(text) => payload = Some(text.clone()),
            Shown::Link(link) => payload = Some(self.free_link(link, &new.owner)?.payload.clone()),
            Shown::Code(code) => outcome = Some(self.use_code(code, now)?),
            Shown::Nothing => {}
        }
        let id = match id {
            Some(id) => id,
            None => self.uuid(),
        };
        let at = self.write(new, id, payload, now);
        match outcome {
            Some(CodeOutcome::Pay) => self.settle(at, now),
            Some(CodeOutcome::Decline) => self.reject_for_good(at, now),
            Some(CodeOutcome::Hang) => self.begin(at, now),
            None => {}
        }
        self.sales.get(at).cloned().ok_or(Refusal::NoSale)
    }

    fn write(&mut self, new: NewSale, id: String, payload: Option<String>, now: i64) -> SaleAt {
        let at = self.sales.len();
        let expires_at = new.lives_us.map(|lives_us| now.saturating_add(lives_us));
        if let Some(due_at) = expires_at {
            self.expiry.insert((due_at, at));
        }
        if let Some(order) = &new.order {
            self.by_order.entry(order.clone()).or_default().push(at);
        }
        match &new.shown {
            Shown::Link(id) => {
                if let Some(link) = self.links.get_mut(id) {
                    link.sale = Some(at);
                }
            }
            Shown::Code(text) => {
                self.by_text.insert(text.clone(), at);
            }
            Shown::SbpQr | Shown::Text(_) | Shown::Nothing => {
                if let Some(text) = &payload {
                    self.by_text.insert(text.clone(), at);
                }
            }
        }
        self.by_id.insert(id.clone(), at);
        self.sales.push(Sale {
            id,
            order: new.order,
            owner: new.owner,
            amount: new.amount,
            purpose: new.purpose,
            shown: new.shown,
            payload,
            created_at: now,
            expires_at,
            end: None,
            paid_at: None,
            transaction: None,
            notes: new.notes,
            attempt: None,
        });
        at
    }

    /// Takes the money of an open sale at once, without a payer: the confirmation of a reservation, a subscription.
    pub fn charge(&mut self, id: &str, now: i64) -> Result<Sale, Refusal> {
        let at = self.open_sale(id)?;
        self.settle(at, now);
        self.sales.get(at).cloned().ok_or(Refusal::NoSale)
    }

    /// Takes so much of an open sale's money at once: the debit of a reservation. What is left of the sum is free again.
    pub fn debit(&mut self, id: &str, amount: Kopecks, now: i64) -> Result<Sale, Refusal> {
        let at = self.open_sale(id)?;
        let sale = self.sales.get_mut(at).ok_or(Refusal::NoSale)?;
        if amount.0 <= 0 || amount > sale.amount {
            return Err(Refusal::BadSum);
        }
        sale.amount = amount;
        self.charge(id, now)
    }

    /// Ends an open sale as declined, without a payer.
    pub fn reject(&mut self, id: &str, now: i64) -> Result<Sale, Refusal> {
        let at = self.open_sale(id)?;
        self.reject_for_good(at, now);
        self.sales.get(at).cloned().ok_or(Refusal::NoSale)
    }

    /// Revokes an open sale; the cash link that it was active on is free again.
    pub fn cancel(&mut self, id: &str) -> Result<Sale, Refusal> {
        let at = self.open_sale(id)?;
        if self.sales.get(at).is_some_and(Sale::is_being_paid) {
            return Err(Refusal::UnderWay);
        }
        self.end(at, End::Cancelled);
        self.sales.get(at).cloned().ok_or(Refusal::NoSale)
    }

    fn open_sale(&self, id: &str) -> Result<SaleAt, Refusal> {
        let at = *self.by_id.get(id).ok_or(Refusal::NoSale)?;
        match self.sales.get(at).ok_or(Refusal::NoSale)?.end {
            None => Ok(at),
            Some(End::Paid) => Err(Refusal::Paid),
            Some(_) => Err(Refusal::Ended),
        }
    }

    /// Gives a sale its end; a cash link is free.
    pub(super) fn end(&mut self, at: SaleAt, end: End) {
        let Some(sale) = self.sales.get_mut(at) else {
            return;
        };
        sale.end = Some(end);
        if let Some(due_at) = sale.expires_at {
            self.expiry.remove(&(due_at, at));
        }
        if let Shown::Link(id) = &sale.shown {
            let link = self.links.get_mut(id).filter(|link| link.sale == Some(at));
            if let Some(link) = link {
                link.sale = None;
            }
        }
    }

    pub(super) fn begin(&mut self, at: SaleAt, now: i64) {
        let Some(sale) = self.sales.get_mut(at).filter(|sale| !sale.is_being_paid()) else {
            return;
        };
        self.last_transaction += 1;
        sale.transaction = Some(self.last_transaction);
        sale.attempt = Some(Attempt {
            began_at: now,
            declined: false,
        });
    }

    pub(super) fn settle(&mut self, at: SaleAt, now: i64) {
        self.begin(at, now);
        self.end(at, End::Paid);
        if let Some(sale) = self.sales.get_mut(at) {
            sale.paid_at = Some(now);
        }
        self.finished.push(at);
    }

    /// An attempt fails. Whether another one may follow: [`super::Rules::retry_after_decline`].
    pub(super) fn decline(&mut self, at: SaleAt, now: i64) {
        if !self.rules.retry_after_decline {
            return self.reject_for_good(at, now);
        }
        self.mark_declined(at, now);
        let expired = |sale: &Sale| sale.expires_at.is_some_and(|expires_at| expires_at <= now);
        if self.sales.get(at).is_some_and(expired) {
            self.end(at, End::Expired);
        }
    }

    fn reject_for_good(&mut self, at: SaleAt, now: i64) {
        self.mark_declined(at, now);
        self.end(at, End::Rejected);
    }

    fn mark_declined(&mut self, at: SaleAt, now: i64) {
        self.begin(at, now);
        if let Some(attempt) = self.sales.get_mut(at).and_then(|sale| sale.attempt.as_mut()) {
            attempt.declined = true;
        }
        self.finished.push(at);
    }
}
