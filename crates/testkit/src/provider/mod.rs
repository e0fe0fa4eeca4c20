//! A simulated provider inside the test's process: what the tests in virtual time and the certification suite need
//! of it, whichever bank it plays.

mod raiffeisen;
mod registered;

pub use registered::{SIMULATED, Shared, Simulated, simulated};

use domain::{CallKind, OrderId};
use simulator::bank::PayerAction;
use simulator::{Fault, Reply, Request};

/// A provider, its payers and its books. Times are microseconds since 1970.
pub trait SimulatedProvider: Send + 'static {
    /// Answers one HTTP request, planned faults included.
    fn handle(&mut self, request: &Request, now: i64) -> Reply;

    /// A payer acts on what the register showed: the text of the QR, or the sticker.
    ///
    /// # Errors
    /// When it cannot be paid now, and for an action that [`SimulatedProvider::lacks`] names.
    fn payer(&mut self, shown: &str, action: PayerAction, now: i64) -> anyhow::Result<()>;

    /// Money for an order comes after its end, against every promise.
    ///
    /// # Errors
    /// When no such order has ended unpaid, and when [`SimulatedProvider::lacks`] names it.
    fn late_money(&mut self, order: &OrderId, now: i64) -> anyhow::Result<()>;

    /// The next `times` calls of this kind go wrong. A kind that is several HTTP calls is hit at the one that does
    /// what the kind is for.
    fn plan(&mut self, kind: CallKind, fault: Fault, times: u32);

    /// The next new refund is taken and ends declined.
    ///
    /// # Errors
    /// When [`SimulatedProvider::lacks`] names it.
    fn decline_next_refund(&mut self) -> anyhow::Result<()>;

    /// Forgets every plan.
    fn clear_plans(&mut self);

    /// How many calls of this kind have come in, those that failed included; counted where [`Self::plan`] strikes.
    fn calls_of(&self, kind: CallKind) -> u64;

    /// The books as they stand.
    fn sales(&mut self, now: i64) -> Vec<Sale>;

    /// Notifications that are due. Each comes again later unless it is accepted.
    fn notifications(&mut self, now: i64) -> Vec<Notification>;

    /// The shop answered HTTP 200 to this notification.
    fn notification_accepted(&mut self, id: u64);

    /// A printed sticker that belongs to nobody yet. None: this provider has no stickers, or gives them out bound.
    fn blank_sticker(&mut self) -> Option<String>;

    /// A sticker that is the shop's already, for a module over cash links that cannot bind one itself.
    fn own_sticker(&mut self) -> Option<String> {
        None
    }

    /// What never happens at this provider. The suite checks that it indeed cannot be made to happen here.
    fn lacks(&self) -> &'static [Lack] {
        &[]
    }
}

/// Something that a provider never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// A payer's attempt cannot be declined while the QR lives.
    PayerDecline,
    /// Nobody can pay what has ended.
    LateMoney,
    /// A refund that was taken never ends declined.
    RefundDecline,
    /// It sends no notifications.
    Notifications,
}

/// One sale in a provider's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// The order id that we gave, as the provider keeps it.
    pub order: Option<String>,
    /// The sum in kopecks.
    pub amount: Option<i64>,
    /// Where it stands.
    pub state: SaleState,
    /// Money that went back or is to go back.
    pub refunds: Vec<SaleRefund>,
}

/// Where a sale stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleState {
    /// It can be paid.
    Open,
    /// It is paid.
    Paid,
    /// It ended unpaid.
    Ended,
}

/// One refund in a provider's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleRefund {
    /// The refund id that we gave; none at a provider that knows only its own.
    pub id: Option<String>,
    /// The sum in kopecks.
    pub amount: i64,
    /// Where it stands.
    pub state: RefundState,
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    /// It was taken.
    InProgress,
    /// The money went back.
    Completed,
    /// It did not go back.
    Declined,
}

/// A notification as it would arrive, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// To accept it.
    pub id: u64,
    /// Header names in small letters.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Vec<u8>,
}
