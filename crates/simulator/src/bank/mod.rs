//! The bank: pure and synchronous. A call goes in with the time it comes at, a reply comes out.

mod check;
mod failure;
mod orders;
mod payer;
mod provider;
mod qrs;
mod records;
mod refunds;
mod route;
mod settings;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::books::{BookEntry, BookRefund, Books, SaleState};
use crate::callbacks::{Callback, Queue};
use crate::clock::SECOND_US;
use crate::faults::{CallbackRule, Plan, Rule};
use crate::random::Random;
use crate::wire::{Answer, Reply, Request};

use failure::{Failure, Outcome};
use records::{Qr, Refund, Sale};
use route::{Call, Route};

pub use crate::payer::{PayerAction, PayerError, PayerState, PayerView};
pub use provider::{ABOUT, MERCHANT};
pub use records::{DeclineReason, Merchant, QrKind};
pub use route::Endpoint;

/// How many sales the bank remembers; it answers 503 to what would add one more.
pub const MAX_SALES: usize = 200_000;

/// The fields of its answers that hold status words.
const STATUS_WORDS: [&str; 4] = ["paymentStatus", "qrStatus", "refundStatus", "value"];

/// How the bank is set up.
#[derive(Debug, Clone)]
pub struct BankOptions {
    /// The shops. Keys must differ: the key tells who is asking.
    pub merchants: Vec<Merchant>,
    /// Seed of ids and faults.
    pub seed: u64,
    /// How long a refund stays `IN_PROGRESS`, microseconds.
    pub refund_settles_after_us: i64,
    /// What stands before the path in `qrUrl`: `https://127.0.0.1:8443`.
    pub base_url: String,
}

impl BankOptions {
    /// Shops, seed 1, refunds settled after two seconds.
    pub fn new(merchants: Vec<Merchant>) -> Self {
        let base_url = "https://pay-test.example".to_owned();
        Self {
            merchants,
            seed: 1,
            refund_settles_after_us: 2 * SECOND_US,
            base_url,
        }
    }
}

/// Index of a merchant in [`Bank::merchants`].
type MerchantAt = usize;
/// Index of a sale in [`Bank::sales`].
type SaleAt = usize;

/// The simulated bank.
#[derive(Debug)]
pub struct Bank {
    merchants: Vec<Merchant>,
    base_url: String,
    refund_settles_after_us: i64,
    random: Random,
    faults: Plan,
    qrs: BTreeMap<String, Qr>,
    /// Printed stickers that belong to nobody yet.
    drafts: BTreeSet<String>,
    sales: Vec<Sale>,
    /// Orders of `/payment/v1/orders`.
    orders: BTreeMap<(MerchantAt, String), SaleAt>,
    /// Every sale under its order number, in the order of making.
    by_order: BTreeMap<(MerchantAt, String), Vec<SaleAt>>,
    refunds: BTreeMap<(MerchantAt, String), Refund>,
    /// Unpaid sales by the moment they die.
    expiry: BTreeSet<(i64, SaleAt)>,
    callbacks: Queue,
    refunds_to_decline: VecDeque<DeclineReason>,
    last_transaction: u64,
    calls: BTreeMap<Endpoint, u64>,
}

impl Bank {
    /// A bank with empty books.
    pub fn new(options: BankOptions) -> Self {
        Self {
            merchants: options.merchants,
            base_url: options.base_url,
            refund_settles_after_us: options.refund_settles_after_us,
            random: Random::new(options.seed),
            faults: Plan::new(options.seed),
            qrs: BTreeMap::new(),
            drafts: BTreeSet::new(),
            sales: Vec::new(),
            orders: BTreeMap::new(),
            by_order: BTreeMap::new(),
            refunds: BTreeMap::new(),
            expiry: BTreeSet::new(),
            callbacks: Queue::default(),
            refunds_to_decline: VecDeque::new(),
            last_transaction: 17_000,
            calls: BTreeMap::new(),
        }
    }

    /// Answers one HTTP call at `now` (microseconds since 1970), faults included.
    pub fn handle(&mut self, request: &Request, now: i64) -> Reply {
        self.expire_due(now);
        let Some(route) = Route::of(&request.method, &request.path) else {
            return Reply::Answer(Failure::NoSuchPath.answer(&request.path, now));
        };
        *self.calls.entry(route.endpoint).or_default() += 1;
        let drawn = self.faults.draw(route.endpoint);
        if let Some(reply) = drawn.instead_of_acting() {
            return reply;
        }
        let answer = match self.act(&route, request, now) {
            Ok(answer) => answer,
            Err(failure) => failure.answer(&request.path, now),
        };
        drawn.spoil(answer, &STATUS_WORDS)
    }

    fn act(&mut self, route: &Route, request: &Request, now: i64) -> Outcome<Answer> {
        match &route.call {
            Call::RegisterV1 => self.register_qr_v1(request, now),
            Call::RegisterV2 => self.register_qr_v2(request, now),
            Call::QrInfoV1(qr_id) => self.qr_info_v1(request, qr_id),
            Call::QrInfoV2(qr_id) => self.qr_info_v2(request, qr_id, now),
            Call::CancelQr(qr_id) => self.cancel_qr(request, qr_id, now),
            Call::PaymentInfo(qr_id) => self.payment_info(request, qr_id),
            Call::QrImage(qr_id) => self.qr_image(qr_id),
            Call::BindDraft(qr_id) => self.bind_draft(request, qr_id, now),
            Call::Refund => self.refund(request, now),
            Call::RefundStatus(refund_id) => self.refund_status(request, refund_id, now),
            Call::CreateOrder => self.create_order(request, now),
            Call::OrderInfo(id) => self.order_info(request, id),
            Call::CancelOrder(id) => self.cancel_order(request, id, now),
            Call::OrderRefund(version, id, refund_id) => {
                self.order_refund(request, *version, id, refund_id, now)
            }
            Call::OrderRefundStatus(version, id, refund_id) => {
                self.order_refund_status(request, *version, id, refund_id, now)
            }
            Call::SetCallback => self.set_callback(request),
            Call::Banks => self.banks(request),
            Call::SandboxPay => self.sandbox_pay(request, now),
        }
    }

    /// Adds a fault.
    pub fn add_fault(&mut self, rule: Rule) {
        self.faults.add(rule);
    }

    /// Adds a fault of notifications.
    pub fn add_callback_fault(&mut self, rule: CallbackRule) {
        self.faults.add_callback(rule);
    }

    /// The faults that stand.
    pub fn faults(&self) -> &[Rule] {
        self.faults.rules()
    }

    /// Forgets all faults, and refunds to be declined.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
        self.refunds_to_decline.clear();
    }

    /// The next new refund will end `DECLINED` for this reason. May be called several times.
    pub fn decline_next_refund(&mut self, reason: DeclineReason) {
        self.refunds_to_decline.push_back(reason);
        self.refunds_to_decline.truncate(crate::faults::MAX_RULES);
    }

    /// Notifications that are due. Each comes again later unless [`Bank::callback_accepted`] is called.
    pub fn take_callbacks(&mut self, now: i64) -> Vec<Callback> {
        self.callbacks.take_due(now)
    }

    /// The shop answered HTTP 200 to this notification.
    pub fn callback_accepted(&mut self, id: u64) {
        self.callbacks.accepted(id);
    }

    /// When the next notification is due.
    pub fn next_callback_at(&self) -> Option<i64> {
        self.callbacks.next_due()
    }

    /// How many calls of this endpoint have come in, faults included.
    pub fn calls_of(&self, endpoint: Endpoint) -> u64 {
        self.calls.get(&endpoint).copied().unwrap_or_default()
    }

    /// Calls of every endpoint so far.
    pub fn calls(&self) -> &BTreeMap<Endpoint, u64> {
        &self.calls
    }

    /// The books as of `now`.
    pub fn books(&mut self, now: i64) -> Books {
        self.expire_due(now);
        let mut refunds: BTreeMap<SaleAt, Vec<BookRefund>> = BTreeMap::new();
        for ((_, refund_id), refund) in &self.refunds {
            refunds.entry(refund.sale).or_default().push(BookRefund {
                refund_id: Some(refund_id.clone()),
                amount: refund.amount,
                state: refund.state(now),
                created_at: refund.created_at,
            });
        }
        let entries = self.sales.iter().enumerate().map(|(at, sale)| {
            let mut refunds = refunds.remove(&at).unwrap_or_default();
            refunds.sort_by_key(|refund| refund.created_at);
            self.book_entry(sale, refunds)
        });
        Books {
            entries: entries.collect(),
        }
    }

    fn book_entry(&self, sale: &Sale, refunds: Vec<BookRefund>) -> BookEntry {
        BookEntry {
            merchant: self
                .merchants
                .get(sale.merchant)
                .map(|one| one.sbp_merchant_id.clone())
                .unwrap_or_default(),
            order: sale.order.clone(),
            qr_id: sale.qr_id.clone(),
            amount: sale.amount,
            state: sale.state,
            last_attempt: sale.last_attempt,
            created_at: sale.created_at,
            paid_at: sale.paid_at,
            transaction_id: sale.transaction_id,
            refunds,
        }
    }

    /// Ends the sales whose time has run out. A payment that has begun is let to its end.
    fn expire_due(&mut self, now: i64) {
        while let Some((due_at, at)) = self.expiry.first().copied() {
            if due_at > now {
                return;
            }
            self.expiry.pop_first();
            if self
                .sales
                .get(at)
                .is_some_and(|sale| sale.state == SaleState::New)
            {
                self.close(at, SaleState::Expired, due_at);
            }
        }
    }

    /// Gives a sale its state for good; a link that can be used again is free.
    fn close(&mut self, at: SaleAt, state: SaleState, when: i64) {
        let Some(sale) = self.sales.get_mut(at) else {
            return;
        };
        sale.state = state;
        sale.changed_at = when;
        if let Some(due_at) = sale.expires_at {
            self.expiry.remove(&(due_at, at));
        }
        let link = sale.qr_id.as_ref().and_then(|qr_id| self.qrs.get_mut(qr_id));
        if let Some(link) = link.filter(|qr| qr.kind != QrKind::Dynamic && qr.sale == Some(at)) {
            link.sale = None;
        }
    }

    /// Writes a new sale into the books.
    fn open(&mut self, sale: Sale) -> Outcome<SaleAt> {
        if self.sales.len() >= MAX_SALES {
            return Err(Failure::Overloaded);
        }
        let at = self.sales.len();
        if let Some(due_at) = sale.expires_at {
            self.expiry.insert((due_at, at));
        }
        if let Some(order) = &sale.order {
            self.by_order
                .entry((sale.merchant, order.clone()))
                .or_default()
                .push(at);
        }
        self.sales.push(sale);
        Ok(at)
    }

    /// Who is asking, by the key in `Authorization: Bearer`.
    fn authorized(&self, request: &Request) -> Outcome<MerchantAt> {
        let key = request
            .header("Authorization")
            .and_then(|value| value.strip_prefix("Bearer "));
        let key = key.ok_or(Failure::Unauthorized)?;
        self.merchants
            .iter()
            .position(|merchant| merchant.has_key(key))
            .ok_or(Failure::Unauthorized)
    }

    fn merchant(&self, at: MerchantAt) -> Outcome<&Merchant> {
        self.merchants.get(at).ok_or(Failure::Unauthorized)
    }

    /// True if this order number has a successful payment.
    fn is_paid(&self, merchant: MerchantAt, order: &str) -> bool {
        self.sales_of(merchant, order)
            .any(|(_, sale)| sale.state == SaleState::Paid)
    }

    fn sales_of(&self, merchant: MerchantAt, order: &str) -> impl Iterator<Item = (SaleAt, &Sale)> {
        let found = self.by_order.get(&(merchant, order.to_owned()));
        found
            .into_iter()
            .flatten()
            .filter_map(|at| self.sales.get(*at).map(|sale| (*at, sale)))
    }
}

#[cfg(test)]
mod tests;
