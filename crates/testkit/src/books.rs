//! Do the journal and the bank's books tell the same truth?

use crate::provider::{self, RefundState, Sale, SaleState, SimulatedProvider};
use crate::world::World;
use anyhow::{Context, Result, bail, ensure};
use domain::request::Order;
use domain::{Operation, OperationId, OperationKind, OrderId, State};
use journal::{Journal, ListFilter, MemoryJournal};
use std::collections::HashMap;

/// How many operations are read at once.
const PAGE: u32 = 1_000;

/// Every operation in the journal, newest first.
///
/// # Errors
/// When the journal cannot be read.
pub async fn operations(journal: &MemoryJournal) -> Result<Vec<Operation>> {
    let mut all: Vec<Operation> = Vec::new();
    loop {
        let filter = ListFilter {
            before: all.last().map(|operation| operation.id),
            limit: PAGE,
            ..ListFilter::default()
        };
        let page = journal.list(&filter).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Checks that no money at the bank is without a record, that nothing is `paid` without money at the bank, that all
/// late money went back, and that refunds are the same on both sides and never exceed what was paid. Operations that
/// are still open and have a person called are left out, the rules against charging or refunding twice hold for them too.
///
/// # Errors
/// When the books differ: says where.
pub async fn agree<P: SimulatedProvider + ?Sized>(world: &World<P>) -> Result<()> {
    let operations = operations(&world.journal).await?;
    let by_id: HashMap<OperationId, &Operation> = operations.iter().map(|one| (one.id, one)).collect();
    let mut sales: HashMap<OperationId, Vec<Sale>> = HashMap::new();
    let now = world.bank.now();
    let entries = provider::sales(&mut *world.bank.lock(), now);
    for entry in entries {
        match owner(&entry, &by_id) {
            Some(id) => sales.entry(id).or_default().push(entry),
            // Where the provider's calls take no id of ours, a sale whose answer was lost has none that we know.
            None if entry.state != SaleState::Paid && lost_one(&entry, &operations) => {}
            None => bail!("the bank has a sale that the journal has not: {entry:?}"),
        }
    }
    for operation in &operations {
        match operation.kind() {
            OperationKind::Payment => {
                let none = Vec::new();
                let sales = sales.get(&operation.id).unwrap_or(&none);
                payment(operation, sales, &by_id)
            }
            OperationKind::Refund => refund(operation, &sales),
            OperationKind::LinkCheck | OperationKind::LinkBind => Ok(()),
        }
        .with_context(|| format!("{operation:#?}"))?;
    }
    Ok(())
}

/// The operation behind a sale: by our order id, or by the provider's own id in an operation's reference.
fn owner(entry: &Sale, by_id: &HashMap<OperationId, &Operation>) -> Option<OperationId> {
    let told = entry.order.as_deref()?;
    if let Some(id) = OrderId::operation(told).filter(|id| by_id.contains_key(id)) {
        return Some(id);
    }
    let knows = |operation: &&&Operation| {
        operation.kind() == OperationKind::Payment && operation.reference.0.values().any(|id| id == told)
    };
    by_id.values().find(knows).map(|operation| operation.id)
}

/// Whether a sale that nobody knows can be that of a payment whose registration was never answered: nobody was shown it.
fn lost_one(entry: &Sale, operations: &[Operation]) -> bool {
    operations
        .iter()
        .any(|operation| operation.sent.unanswered > 0 && entry.amount == Some(operation.amount().get()))
}

fn payment(payment: &Operation, sales: &[Sale], by_id: &HashMap<OperationId, &Operation>) -> Result<()> {
    let paid: Vec<_> = sales
        .iter()
        .filter(|sale| sale.state == SaleState::Paid)
        .collect();
    ensure!(paid.len() <= 1, "the buyer was charged twice: {paid:?}");
    let Some(sale) = paid.first() else {
        ensure!(
            payment.state != State::Paid,
            "paid in the journal, not at the bank"
        );
        ensure!(payment.paid.is_none(), "money in the journal, not at the bank");
        return Ok(());
    };
    let money = sale.amount;
    ensure!(
        money == Some(payment.amount().get()),
        "the bank has another sum: {sale:?}"
    );
    let back: i64 = sale
        .refunds
        .iter()
        .filter(|refund| refund.state != RefundState::Declined)
        .map(|refund| refund.amount)
        .sum();
    ensure!(Some(back) <= money, "more went back than was paid: {sale:?}");
    for refund in &sale.refunds {
        let Some(told) = &refund.id else { continue };
        let ours = OrderId::operation(told)
            .and_then(|id| by_id.get(&id))
            .context("a refund at the bank that the journal has not")?;
        let of = match &ours.request.order {
            Order::Refund(refund) => refund.payment,
            _ => bail!("a refund at the bank under the id of {ours:?}"),
        };
        ensure!(of == payment.id, "a refund of another payment: {refund:?}");
        ensure!(
            refund.amount == ours.amount().get(),
            "a refund of another sum: {refund:?}"
        );
    }
    same_sum_back(payment, sale, by_id)?;
    if payment.state == State::Paid {
        ensure!(payment.reversal.is_none(), "paid, and given back as late money");
        return Ok(());
    }
    if !payment.state.is_final() {
        return Ok(());
    }
    let reversal = payment
        .reversal
        .context("money at the bank, the journal says unpaid, nothing gives it back")?;
    let reversal = by_id
        .get(&reversal)
        .context("the reversal is not in the journal")?;
    ensure!(
        reversal.amount() == payment.amount(),
        "the reversal gives another sum back"
    );
    Ok(())
}

/// The only comparison that is possible where the provider does not keep our refund ids.
fn same_sum_back(payment: &Operation, sale: &Sale, by_id: &HashMap<OperationId, &Operation>) -> Result<()> {
    let of_this = |one: &&&Operation| matches!(&one.request.order, Order::Refund(refund) if refund.payment == payment.id);
    let refunds: Vec<_> = by_id.values().filter(of_this).collect();
    if refunds.iter().any(|refund| !refund.state.is_final()) {
        return Ok(());
    }
    let refunded = refunds.iter().filter(|refund| refund.state == State::Refunded);
    let ours: i64 = refunded.map(|refund| refund.amount().get()).sum();
    let completed = sale
        .refunds
        .iter()
        .filter(|refund| refund.state == RefundState::Completed);
    let theirs: i64 = completed.map(|refund| refund.amount).sum();
    ensure!(
        ours == theirs,
        "{ours} kopecks went back in the journal, {theirs} at the bank: {sale:?}"
    );
    Ok(())
}

fn refund(refund: &Operation, sales: &HashMap<OperationId, Vec<Sale>>) -> Result<()> {
    let payment = match &refund.request.order {
        Order::Refund(refund) => refund.payment,
        _ => return Ok(()),
    };
    let made = sales
        .get(&payment)
        .into_iter()
        .flatten()
        .flat_map(|sale| &sale.refunds);
    if made.clone().any(|made| made.id.is_none()) {
        return Ok(());
    }
    let made: Vec<_> = made
        .filter(|made| made.id.as_deref().and_then(OrderId::operation) == Some(refund.id))
        .filter(|made| made.state != RefundState::Declined)
        .collect();
    ensure!(made.len() <= 1, "refunded twice: {made:?}");
    match (refund.state, made.first().map(|made| made.state)) {
        (State::Refunded, Some(RefundState::Completed)) | (State::Refused, None) => Ok(()),
        (state, _) if !state.is_final() => Ok(()),
        (state, bank) => bail!("the refund is {state:?} in the journal, {bank:?} at the bank"),
    }
}
