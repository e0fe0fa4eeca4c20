//! A simulated provider inside the test's process: what the tests in virtual time and the certification suite need
//! of it, whichever bank it plays.

mod registered;

pub use registered::{Shared, Simulated, all, simulated};
pub use simulator::{Lack, Provider as SimulatedProvider};

use domain::call::Reference;
use domain::{CallKind, OrderId};
use simulator::{BookEntry, BookRefund, PayerError, Step, books};

/// The simulated provider's word for a kind of call.
pub const fn step(kind: CallKind) -> Step {
    match kind {
        CallKind::Register => Step::Register,
        CallKind::Confirm => Step::Confirm,
        CallKind::Status => Step::Status,
        CallKind::Revoke => Step::Revoke,
        CallKind::Refund => Step::Refund,
        CallKind::RefundStatus => Step::RefundStatus,
        CallKind::LinkCheck => Step::LinkCheck,
        CallKind::LinkBind => Step::LinkBind,
    }
}

/// Money for an order comes after its end. The provider may keep our order id in any of its forms, or know the order
/// by an id of its own that the operation's reference holds.
///
/// # Errors
/// When no such order has ended unpaid, and when the provider's `lacks` names it.
pub fn late_money<P: SimulatedProvider + ?Sized>(
    provider: &mut P,
    order: &OrderId,
    reference: &Reference,
    now: i64,
) -> Result<(), PayerError> {
    let uuid = order.to_uuid_text();
    let ours = [order.as_str().to_owned(), uuid.replace('-', ""), uuid];
    let forms = ours.into_iter().chain(reference.0.values().cloned());
    let mut told = Err(PayerError::NothingDead);
    for form in forms {
        told = provider.late_money(&form, now);
        if told != Err(PayerError::NothingDead) {
            break;
        }
    }
    told
}

/// The provider's books as they stand.
pub fn sales<P: SimulatedProvider + ?Sized>(provider: &mut P, now: i64) -> Vec<Sale> {
    provider.books(now).entries.into_iter().map(sale).collect()
}

fn sale(entry: BookEntry) -> Sale {
    Sale {
        order: entry.order,
        amount: entry.amount.map(|amount| amount.0),
        state: match entry.state {
            books::SaleState::New | books::SaleState::InProgress => SaleState::Open,
            books::SaleState::Paid => SaleState::Paid,
            books::SaleState::Cancelled | books::SaleState::Expired => SaleState::Ended,
        },
        refunds: entry.refunds.into_iter().map(refund).collect(),
    }
}

fn refund(refund: BookRefund) -> SaleRefund {
    SaleRefund {
        id: refund.refund_id,
        amount: refund.amount.0,
        state: match refund.state {
            books::RefundState::InProgress => RefundState::InProgress,
            books::RefundState::Completed => RefundState::Completed,
            books::RefundState::Declined => RefundState::Declined,
        },
    }
}

/// One sale in a provider's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// The order id that we gave, as the provider keeps it; the provider's own where its calls take none of ours.
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
