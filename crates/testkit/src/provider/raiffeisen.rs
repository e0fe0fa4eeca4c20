//! The simulated Raiffeisenbank.

use super::{Notification, RefundState, Sale, SaleRefund, SaleState, SimulatedProvider};
use domain::{CallKind, OrderId};
use simulator::bank::{DeclineReason, Endpoint, PayerAction};
use simulator::{Bank, BookRefund, Fault, Reply, Request, Rule, When, books, callbacks};

/// Where a kind of call is made: at the dynamic module's endpoint or at the cash link's. A world has one of both.
const fn endpoints(kind: CallKind) -> &'static [Endpoint] {
    match kind {
        CallKind::Register => &[Endpoint::RegisterQr, Endpoint::CreateOrder],
        CallKind::Status => &[Endpoint::PaymentInfo, Endpoint::OrderInfo],
        CallKind::Revoke => &[Endpoint::CancelQr, Endpoint::CancelOrder],
        CallKind::Refund => &[Endpoint::Refund, Endpoint::OrderRefund],
        CallKind::RefundStatus => &[Endpoint::RefundStatus, Endpoint::OrderRefundStatus],
        CallKind::LinkCheck => &[Endpoint::QrInfo],
        CallKind::LinkBind => &[Endpoint::BindDraft],
        CallKind::Confirm => &[],
    }
}

impl SimulatedProvider for Bank {
    fn handle(&mut self, request: &Request, now: i64) -> Reply {
        Self::handle(self, request, now)
    }

    fn payer(&mut self, shown: &str, action: PayerAction, now: i64) -> anyhow::Result<()> {
        self.pay(shown, action, None, now)?;
        Ok(())
    }

    fn late_money(&mut self, order: &OrderId, now: i64) -> anyhow::Result<()> {
        self.pay_late(order.as_str(), now)
            .or_else(|_| self.pay_late(&order.to_uuid_text(), now))?;
        Ok(())
    }

    fn plan(&mut self, kind: CallKind, fault: Fault, times: u32) {
        for endpoint in endpoints(kind) {
            self.add_fault(Rule {
                endpoint: Some(*endpoint),
                fault: fault.clone(),
                when: When::Next(times),
            });
        }
    }

    fn decline_next_refund(&mut self) -> anyhow::Result<()> {
        Self::decline_next_refund(self, DeclineReason::ReceiverAccountError);
        Ok(())
    }

    fn clear_plans(&mut self) {
        self.clear_faults();
    }

    fn calls_of(&self, kind: CallKind) -> u64 {
        endpoints(kind)
            .iter()
            .map(|endpoint| Self::calls_of(self, *endpoint))
            .sum()
    }

    fn sales(&mut self, now: i64) -> Vec<Sale> {
        let sale = |entry: simulator::BookEntry| Sale {
            order: entry.order,
            amount: entry.amount.map(|amount| amount.0),
            state: match entry.state {
                books::SaleState::New | books::SaleState::InProgress => SaleState::Open,
                books::SaleState::Paid => SaleState::Paid,
                books::SaleState::Cancelled | books::SaleState::Expired => SaleState::Ended,
            },
            refunds: entry.refunds.into_iter().map(refund).collect(),
        };
        self.books(now).entries.into_iter().map(sale).collect()
    }

    fn notifications(&mut self, now: i64) -> Vec<Notification> {
        let header = callbacks::SIGNATURE_HEADER.to_ascii_lowercase();
        let notification = |callback: simulator::Callback| Notification {
            id: callback.id,
            headers: vec![(header.clone(), callback.signature)],
            body: callback.body.into_bytes(),
        };
        self.take_callbacks(now).into_iter().map(notification).collect()
    }

    fn notification_accepted(&mut self, id: u64) {
        self.callback_accepted(id);
    }

    fn blank_sticker(&mut self) -> Option<String> {
        Some(self.print_sticker())
    }
}

fn refund(refund: BookRefund) -> SaleRefund {
    SaleRefund {
        id: Some(refund.refund_id),
        amount: refund.amount.0,
        state: match refund.state {
            books::RefundState::InProgress => RefundState::InProgress,
            books::RefundState::Completed => RefundState::Completed,
            books::RefundState::Declined => RefundState::Declined,
        },
    }
}
