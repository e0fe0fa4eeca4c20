//! The journal and the bank's books, side by side.

use super::site::Site;
use domain::{OperationId, OrderId, State};
use journal::ListFilter;
use simulator::books::{BookEntry, RefundState, SaleState};

impl Site {
    /// Compares the journal with the bank's books: every operation has ended, each payment's money and each refund
    /// stand in both, and the books hold no money that the journal does not know.
    ///
    /// # Errors
    /// When they differ.
    pub async fn agree(&self) -> anyhow::Result<()> {
        let filter = ListFilter {
            limit: journal::PAGE_MAX,
            ..ListFilter::default()
        };
        let books = self.bank.bank.with(simulator::Bank::books);
        let (mut paid, mut refunded) = (0, 0);
        for operation in self.journal.list(&filter).await? {
            anyhow::ensure!(
                operation.state.is_final(),
                "{} has not ended: {:?}",
                operation.id,
                operation.state
            );
            let sum = operation.amount().get();
            if operation.state == State::Refunded {
                refunded += sum;
            }
            // Also money that came too late and was given back.
            if operation.paid.is_some() {
                let of_this = |entry: &&BookEntry| {
                    entry.state == SaleState::Paid && order_of(entry.order.as_deref()) == Some(operation.id)
                };
                let sold = books
                    .entries
                    .iter()
                    .filter(of_this)
                    .filter_map(|entry| entry.amount);
                let sums: Vec<_> = sold.map(|amount| amount.0).collect();
                anyhow::ensure!(sums == [sum], "the bank has {sums:?} for {operation:?}");
                paid += sum;
            }
        }
        let completed = books.entries.iter().flat_map(|entry| &entry.refunds);
        let pending = completed
            .filter(|refund| refund.state == RefundState::InProgress)
            .count();
        anyhow::ensure!(pending == 0, "the bank has refunds under way");
        anyhow::ensure!(
            books.paid().0 == paid,
            "paid: the bank has {:?}, the journal {paid}",
            books.paid()
        );
        let theirs = books.refunded().0;
        anyhow::ensure!(
            theirs == refunded,
            "refunded: the bank has {theirs}, the journal {refunded}"
        );
        Ok(())
    }
}

/// The operation behind an order number of the books.
fn order_of(order: Option<&str>) -> Option<OperationId> {
    OrderId::operation(order?)
}
