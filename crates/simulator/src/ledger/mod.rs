//! What all banks have in common: sales, refunds, cash links, customers' codes, faults, notifications.
//!
//! A simulated bank is its wire format ([`crate::Teller`]) on top of a [`Ledger`]: it reads a request, checks who is
//! asking, calls the ledger and prints the answer in its own words. The ledger knows no bank's words. Everything in it
//! is drawn from a seed; time is an argument, microseconds since 1970.

mod code;
mod link;
mod payer;
mod refund;
mod sale;

use std::collections::{BTreeMap, BTreeSet};

use crate::books::{BookEntry, Books, PaymentStatus, SaleState};
use crate::callbacks::Queue;
use crate::clock::SECOND_US;
use crate::faults::{CallbackRule, Drawn, Plan, Rule};
use crate::link::MEMBER_NOT_PUBLIC;
use crate::money::Kopecks;
use crate::provider::{Notification, Step};
use crate::random::Random;

pub use code::{CODE_LIVES_US, CodeOutcome, CustomerCode};
pub use link::CashLink;
pub use refund::{NewRefund, Refund};
pub use sale::{End, NewSale, Sale, Shown, Standing};

/// How many sales a ledger remembers; further ones are [`Refusal::Full`].
pub const MAX_SALES: usize = 200_000;
/// How many refunds a ledger remembers; further ones are [`Refusal::Full`].
pub const MAX_REFUNDS: usize = 200_000;
/// How many cash links a ledger remembers; the oldest blank one is forgotten for a new one.
pub const MAX_LINKS: usize = 20_000;
/// How many customers' codes a ledger remembers; the oldest is forgotten for a new one.
pub const MAX_CODES: usize = 10_000;
/// How many refunds may be planned to end declined.
pub const MAX_DECLINES: u32 = 256;

/// Index of a sale.
type SaleAt = usize;

/// What differs from bank to bank and is no matter of the wire format.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The name of the shop that a payer sees.
    pub shop: String,
    /// The bank's number in SBP, as links carry it.
    pub member: &'static str,
    /// True if a QR may be paid after a declined attempt while it lives. False: a declined attempt is the end.
    pub retry_after_decline: bool,
    /// How long a refund is under way, microseconds.
    pub refund_settles_after_us: i64,
    /// Where notifications go; none = nowhere.
    pub callback_url: Option<String>,
    /// The header with the signature of a notification.
    pub signature_header: Option<&'static str>,
}

impl Rules {
    /// The usual rules, for a shop of this name.
    pub fn of_shop(shop: String) -> Self {
        Self {
            shop,
            ..Self::default()
        }
    }
}

impl Default for Rules {
    /// Refunds settle after two seconds, a declined QR may be paid again, no notifications.
    fn default() -> Self {
        Self {
            shop: "Магазин «Образец»".to_owned(),
            member: MEMBER_NOT_PUBLIC,
            retry_after_decline: true,
            refund_settles_after_us: 2 * SECOND_US,
            callback_url: None,
            signature_header: None,
        }
    }
}

/// Why the ledger does not do what it was asked. The bank says it in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No sale of this id.
    #[error("there is no such sale")]
    NoSale,
    /// The sale is not paid, so nothing can be refunded.
    #[error("the sale is not paid")]
    NotPaid,
    /// The sale is paid, so it cannot be revoked.
    #[error("the sale is paid")]
    Paid,
    /// The sale has ended unpaid already.
    #[error("the sale has ended")]
    Ended,
    /// A payer is at it.
    #[error("a payment is under way")]
    UnderWay,
    /// A sum that is not positive.
    #[error("the sum is not positive")]
    BadSum,
    /// More than is left of the payment.
    #[error("more than is left of the payment")]
    TooMuch,
    /// A refund of this id exists already.
    #[error("this refund exists already")]
    RefundKnown,
    /// The bank knows no such link.
    #[error("there is no such link")]
    NoLink,
    /// The link is blank.
    #[error("the link belongs to nobody yet")]
    LinkBlank,
    /// The link is another shop's.
    #[error("the link belongs to somebody else")]
    LinkForeign,
    /// Another sale is active on the link.
    #[error("the link has an active sale")]
    LinkBusy,
    /// Not a code of a customer, or one that is over.
    #[error("there is no such code")]
    NoCode,
    /// The code has been charged.
    #[error("the code has been used")]
    CodeUsed,
    /// The books are full.
    #[error("the books are full")]
    Full,
}

/// The books of one simulated bank, with its faults and everything that waits.
#[derive(Debug)]
pub struct Ledger {
    /// What differs from bank to bank.
    pub rules: Rules,
    random: Random,
    plan: Plan<Step>,
    calls: BTreeMap<Step, u64>,
    sales: Vec<Sale>,
    by_id: BTreeMap<String, SaleAt>,
    by_order: BTreeMap<String, Vec<SaleAt>>,
    /// What a payer scans, of sales that are shown as a text of their own.
    by_text: BTreeMap<String, SaleAt>,
    /// Unpaid sales by the moment they die.
    expiry: BTreeSet<(i64, SaleAt)>,
    refunds: Vec<Refund>,
    refunds_to_decline: u32,
    links: BTreeMap<String, CashLink>,
    codes: BTreeMap<String, CustomerCode>,
    /// Attempts that have ended and are still to be notified.
    finished: Vec<SaleAt>,
    notifications: Queue,
    last_transaction: u64,
}

impl Ledger {
    /// Empty books.
    pub fn new(seed: u64, rules: Rules) -> Self {
        Self {
            rules,
            random: Random::new(seed),
            plan: Plan::new(seed),
            calls: BTreeMap::new(),
            sales: Vec::new(),
            by_id: BTreeMap::new(),
            by_order: BTreeMap::new(),
            by_text: BTreeMap::new(),
            expiry: BTreeSet::new(),
            refunds: Vec::new(),
            refunds_to_decline: 0,
            links: BTreeMap::new(),
            codes: BTreeMap::new(),
            finished: Vec::new(),
            notifications: Queue::default(),
            last_transaction: 17_000,
        }
    }

    /// A random UUID in small letters with dashes.
    pub fn uuid(&mut self) -> String {
        self.random.uuid()
    }

    /// So many random decimal digits; the first is not zero.
    pub fn digits(&mut self, count: usize) -> String {
        self.random.digits(count)
    }

    /// A new QR for this sum: its id and its link, for a bank that knows a sale by its QR alone.
    pub fn new_qr(&mut self, amount: Kopecks) -> (String, String) {
        let id = self.random.qr_id(sale::DYNAMIC_PREFIX);
        let link = crate::link::dynamic_of(self.rules.member, &id, amount);
        (id, link)
    }

    /// The sale of the bank's own id.
    pub fn sale(&self, id: &str) -> Option<&Sale> {
        self.sales.get(*self.by_id.get(id)?)
    }

    /// The newest sale of the shop's order id.
    pub fn of_order(&self, order: &str) -> Option<&Sale> {
        self.sales.get(*self.by_order.get(order)?.last()?)
    }

    /// The newest sale with this note.
    pub fn of_note(&self, name: &str, value: &str) -> Option<&Sale> {
        self.sales
            .iter()
            .rev()
            .find(|sale| sale.note(name) == Some(value))
    }

    /// Writes a note of the bank's own into a sale; an unknown id is left alone.
    pub fn note(&mut self, id: &str, name: &str, value: &str) {
        let sale = self.by_id.get(id).and_then(|at| self.sales.get_mut(*at));
        if let Some(sale) = sale {
            sale.notes.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Every sale, oldest first.
    pub fn sales(&self) -> &[Sale] {
        &self.sales
    }

    /// Ends the sales whose time has run out. A payment that has begun is let to its end. Call it before any look
    /// into the books; [`crate::Provider`] does.
    pub fn tick(&mut self, now: i64) {
        while let Some((due_at, at)) = self.expiry.first().copied() {
            if due_at > now {
                return;
            }
            self.expiry.pop_first();
            if self.sales.get(at).is_some_and(|sale| !sale.is_being_paid()) {
                self.end(at, End::Expired);
            }
        }
    }

    /// Counts a call of this step and draws its faults.
    pub(crate) fn called(&mut self, step: Step) -> Drawn {
        *self.calls.entry(step).or_default() += 1;
        self.plan.draw(step)
    }

    /// Plans a fault.
    pub fn plan(&mut self, rule: Rule<Step>) {
        self.plan.add(rule);
    }

    /// Plans a fault of notifications.
    pub fn plan_notification(&mut self, rule: CallbackRule) {
        self.plan.add_callback(rule);
    }

    /// Forgets all plans, also those of refunds.
    pub fn clear_plans(&mut self) {
        self.plan.clear();
        self.refunds_to_decline = 0;
    }

    /// How many calls of this step have come in, those that failed included.
    pub fn calls_of(&self, step: Step) -> u64 {
        self.calls.get(&step).copied().unwrap_or_default()
    }

    /// Calls of every step so far.
    pub fn calls(&self) -> &BTreeMap<Step, u64> {
        &self.calls
    }

    /// Sales whose attempt has ended since the last time.
    pub(crate) fn take_finished(&mut self) -> Vec<Sale> {
        let finished = std::mem::take(&mut self.finished);
        finished
            .iter()
            .filter_map(|at| self.sales.get(*at).cloned())
            .collect()
    }

    /// Queues a notification for the shop; dropped if it named no address.
    pub fn notify(&mut self, body: &str, signature: String, now: i64) {
        if let Some(url) = &self.rules.callback_url {
            let fault = self.plan.draw_callback();
            self.notifications.push(url, body, signature, fault, now);
        }
    }

    /// Notifications that are due. Each comes again later unless it is accepted.
    pub fn take_notifications(&mut self, now: i64) -> Vec<Notification> {
        let header = self.rules.signature_header;
        let due = self.notifications.take_due(now).into_iter();
        due.map(|callback| Notification::new(callback, header)).collect()
    }

    /// The shop answered HTTP 200 to this notification.
    pub fn notification_accepted(&mut self, id: u64) {
        self.notifications.accepted(id);
    }

    /// The books as of `now`.
    pub fn books(&mut self, now: i64) -> Books {
        self.tick(now);
        let mut refunds: BTreeMap<&str, Vec<&Refund>> = BTreeMap::new();
        for refund in &self.refunds {
            refunds.entry(&refund.sale).or_default().push(refund);
        }
        let entries = self.sales.iter().map(|sale| {
            let refunds = refunds.remove(sale.id.as_str()).unwrap_or_default();
            entry(sale, &refunds, now)
        });
        Books {
            entries: entries.collect(),
        }
    }
}

fn entry(sale: &Sale, refunds: &[&Refund], now: i64) -> BookEntry {
    let standing = sale.standing(now);
    BookEntry {
        merchant: sale.owner.clone(),
        order: sale.order.clone(),
        qr_id: Some(sale.id.clone()),
        amount: Some(sale.amount),
        state: match sale.end {
            None if sale.is_being_paid() => SaleState::InProgress,
            None => SaleState::New,
            Some(End::Paid) => SaleState::Paid,
            Some(End::Cancelled | End::Rejected) => SaleState::Cancelled,
            Some(End::Expired) => SaleState::Expired,
        },
        last_attempt: match standing {
            Standing::Received | Standing::InProgress => PaymentStatus::InProgress,
            Standing::Accepted => PaymentStatus::Success,
            _ if sale.was_declined() => PaymentStatus::Declined,
            _ => PaymentStatus::NoInfo,
        },
        created_at: sale.created_at,
        paid_at: sale.paid_at,
        transaction_id: sale.transaction,
        refunds: refunds.iter().map(|refund| refund.entry(now)).collect(),
    }
}

#[cfg(test)]
mod tests;
