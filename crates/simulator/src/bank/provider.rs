//! Raiffeisenbank as one provider among many.

use super::{Bank, DeclineReason, Endpoint};
use crate::books::Books;
use crate::callbacks::SIGNATURE_HEADER;
use crate::faults::{CallbackRule, Fault, Rule, When};
use crate::ledger::CodeOutcome;
use crate::money::Kopecks;
use crate::payer::{PayerAction, PayerError, PayerView};
use crate::provider::{About, Card, Certificate, Notification, Provider, Step};
use crate::wire::{Reply, Request};

/// What it is.
pub const ABOUT: About = About {
    name: "raiffeisen",
    title_ru: "Райффайзенбанк",
    title_en: "Raiffeisenbank",
    modules: &["qrraiffd", "qrraiffd_variable"],
    certificate: Certificate::NotAsked,
    codes: false,
    stickers: true,
    lacks: &[],
};

/// The shop that the bank is opened with as one provider among many.
pub const MERCHANT: &str = "MA000001";

/// Where a step is made: at the dynamic module's endpoint or at the cash link's.
const fn endpoints(step: Step) -> &'static [Endpoint] {
    match step {
        Step::Login | Step::Confirm => &[],
        Step::Register => &[Endpoint::RegisterQr, Endpoint::CreateOrder],
        Step::Status => &[Endpoint::PaymentInfo, Endpoint::OrderInfo],
        Step::Revoke => &[Endpoint::CancelQr, Endpoint::CancelOrder],
        Step::Refund => &[Endpoint::Refund, Endpoint::OrderRefund],
        Step::RefundStatus => &[Endpoint::RefundStatus, Endpoint::OrderRefundStatus],
        Step::LinkCheck => &[Endpoint::QrInfo],
        Step::LinkBind => &[Endpoint::BindDraft],
        Step::Other => &[
            Endpoint::QrImage,
            Endpoint::SetCallback,
            Endpoint::Banks,
            Endpoint::SandboxPay,
        ],
    }
}

impl Provider for Bank {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn handle(&mut self, request: &Request, now: i64) -> Reply {
        Self::handle(self, request, now)
    }

    fn payer(
        &mut self,
        shown: &str,
        action: PayerAction,
        amount: Option<Kopecks>,
        now: i64,
    ) -> Result<PayerView, PayerError> {
        self.pay(shown, action, amount, now)
    }

    fn look(&mut self, shown: &str, now: i64) -> Result<PayerView, PayerError> {
        Self::look(self, shown, now)
    }

    fn payable(&mut self, limit: usize, now: i64) -> Vec<(String, PayerView)> {
        Self::payable(self, limit, now)
    }

    fn receipt(&mut self, shown: &str, transaction: u64, _now: i64) -> Option<PayerView> {
        Self::receipt(self, shown, transaction)
    }

    fn late_money(&mut self, order: &str, now: i64) -> Result<(), PayerError> {
        self.pay_late(order, now)
    }

    fn decline_next_refund(&mut self) -> Result<(), PayerError> {
        Self::decline_next_refund(self, DeclineReason::ReceiverAccountError);
        Ok(())
    }

    fn plan(&mut self, step: Option<Step>, fault: Fault, when: When) {
        let Some(step) = step else {
            return self.add_fault(Rule {
                endpoint: None,
                fault,
                when,
            });
        };
        for endpoint in endpoints(step) {
            self.add_fault(Rule {
                endpoint: Some(*endpoint),
                fault: fault.clone(),
                when,
            });
        }
    }

    fn plan_notification(&mut self, rule: CallbackRule) {
        self.add_callback_fault(rule);
    }

    fn clear_plans(&mut self) {
        self.clear_faults();
    }

    fn calls_of(&mut self, step: Step) -> u64 {
        let endpoints = endpoints(step).iter();
        endpoints.map(|endpoint| Self::calls_of(self, *endpoint)).sum()
    }

    fn books(&mut self, now: i64) -> Books {
        Self::books(self, now)
    }

    fn notifications(&mut self, now: i64) -> Vec<Notification> {
        let due = self.take_callbacks(now).into_iter();
        due.map(|callback| Notification::new(callback, Some(SIGNATURE_HEADER)))
            .collect()
    }

    fn notification_accepted(&mut self, id: u64) {
        self.callback_accepted(id);
    }

    fn blank_sticker(&mut self) -> Option<String> {
        Some(self.print_sticker())
    }

    fn own_sticker(&mut self) -> Option<String> {
        None
    }

    fn customer_code(&mut self, _outcome: CodeOutcome, _now: i64) -> Option<String> {
        None
    }

    fn cards(&mut self, _now: i64) -> Vec<Card> {
        Vec::new()
    }
}
