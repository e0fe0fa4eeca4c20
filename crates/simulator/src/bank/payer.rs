//! The payer: a phone that has scanned a link, looks at it and pays or declines.

use secrecy::ExposeSecret;
use serde::Serialize;

use super::qrs::{asked_amount, sale_of};
use super::records::{Qr, QrKind, Sale};
use super::{Bank, SaleAt};
use crate::books::{PaymentStatus, SaleState};
use crate::clock;
use crate::link;
use crate::money::{Kopecks, Rubles};
use crate::payer::{PayerAction, PayerError, PayerState, PayerView};
use crate::signature::hmac_sha256_hex;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationBody<'a> {
    transaction_id: u64,
    qr_id: &'a str,
    sbp_merchant_id: &'a str,
    merchant_id: u64,
    amount: Rubles,
    currency: &'a str,
    transaction_date: &'a str,
    payment_status: &'a str,
    additional_info: Option<&'a str>,
    order: Option<&'a str>,
    create_date: String,
}

impl Bank {
    /// Shows what a scanned link is.
    pub fn look(&mut self, link: &str, now: i64) -> Result<PayerView, PayerError> {
        self.expire_due(now);
        let qr = self.scanned(link)?;
        let sale = qr.sale.and_then(|at| self.sales.get(at));
        Ok(self.view(qr, sale, self.payer_state(qr, now)))
    }

    /// The receipt of a payment by its transaction id, for the page after the payment.
    pub fn receipt(&self, link: &str, transaction_id: u64) -> Option<PayerView> {
        let qr = self.scanned(link).ok()?;
        let of_this = |sale: &&Sale| sale.transaction_id == Some(transaction_id) && sale.paid_at.is_some();
        let sale = self
            .sales
            .iter()
            .rev()
            .find(of_this)
            .filter(|sale| sale.qr_id.as_ref() == Some(&qr.id))?;
        Some(self.view(qr, Some(sale), PayerState::Paid))
    }

    /// Links that a payer could pay now, newest first, at most `limit`.
    pub fn payable(&mut self, limit: usize, now: i64) -> Vec<(String, PayerView)> {
        self.expire_due(now);
        let open = self
            .sales
            .iter()
            .rev()
            .filter(|sale| matches!(sale.state, SaleState::New | SaleState::InProgress));
        let qrs = open
            .filter_map(|sale| self.qrs.get(sale.qr_id.as_ref()?))
            .take(limit);
        qrs.map(|qr| {
            let sale = qr.sale.and_then(|at| self.sales.get(at));
            (qr.payload.clone(), self.view(qr, sale, self.payer_state(qr, now)))
        })
        .collect()
    }

    /// Begins, pays or declines. `amount` matters only for a static QR without a sum.
    pub fn pay(
        &mut self,
        link: &str,
        action: PayerAction,
        amount: Option<Kopecks>,
        now: i64,
    ) -> Result<PayerView, PayerError> {
        self.expire_due(now);
        let at = self.sale_at_hand(link, amount, now)?;
        match action {
            PayerAction::Start => self.begin(at, now),
            PayerAction::Pay => self.settle(at, now),
            PayerAction::Decline => self.decline(at, now),
        }
        let qr = self.scanned(link)?;
        let sale = self.sales.get(at);
        let state = match sale.map(|sale| sale.state) {
            Some(SaleState::Paid) => PayerState::Paid,
            _ => self.payer_state(qr, now),
        };
        Ok(self.view(qr, sale, state))
    }

    /// Money that arrives although the order is cancelled or expired: the newest such order of this number is paid.
    pub fn pay_late(&mut self, order: &str, now: i64) -> Result<(), PayerError> {
        self.expire_due(now);
        let dead = |sale: &Sale| matches!(sale.state, SaleState::Cancelled | SaleState::Expired);
        let of_order = |sale: &Sale| sale.order.as_deref() == Some(order);
        let at = self
            .sales
            .iter()
            .rposition(|sale| of_order(sale) && dead(sale))
            .ok_or(PayerError::NothingDead)?;
        self.begin(at, now);
        self.settle(at, now);
        Ok(())
    }

    fn scanned(&self, link: &str) -> Result<&Qr, PayerError> {
        let id = link::qr_id(link)?;
        let unknown = if self.drafts.contains(id) {
            PayerError::Unbound
        } else {
            PayerError::Unknown
        };
        self.qrs.get(id).ok_or(unknown)
    }

    fn payer_state(&self, qr: &Qr, now: i64) -> PayerState {
        match self.qr_status(qr, now) {
            "IN_PROGRESS" => PayerState::InProgress,
            "PAID" => PayerState::Paid,
            "CANCELLED" => PayerState::Cancelled,
            "EXPIRED" => PayerState::Expired,
            "INACTIVE" => PayerState::Inactive,
            _ => PayerState::Ready,
        }
    }

    fn view(&self, qr: &Qr, sale: Option<&Sale>, state: PayerState) -> PayerView {
        let details = sale
            .and_then(|sale| sale.payment_details.as_ref())
            .or(qr.payment_details.as_ref());
        let info = sale
            .and_then(|sale| sale.additional_info.as_ref())
            .or(qr.additional_info.as_ref());
        PayerView {
            qr_id: qr.id.clone(),
            is_code: false,
            shop: self
                .merchants
                .get(qr.merchant)
                .map(|merchant| merchant.shop.clone())
                .unwrap_or_default(),
            kind: qr.kind,
            amount: asked_amount(qr, sale),
            purpose: details.or(info).cloned(),
            description: qr.description.clone(),
            order: sale
                .and_then(|sale| sale.order.clone())
                .or_else(|| qr.order.clone()),
            state,
            declined_before: sale.is_some_and(|sale| sale.last_attempt == PaymentStatus::Declined),
            transaction_id: sale.and_then(|sale| sale.transaction_id),
            paid_at: sale.and_then(|sale| sale.paid_at),
            expires_at: sale.and_then(|sale| sale.expires_at).or(qr.expires_at),
        }
    }

    /// The sale that a payment of this link belongs to; a static QR opens one for each payment.
    fn sale_at_hand(&mut self, link: &str, amount: Option<Kopecks>, now: i64) -> Result<SaleAt, PayerError> {
        let qr = self.scanned(link)?;
        let state = self.payer_state(qr, now);
        if !matches!(state, PayerState::Ready | PayerState::InProgress) {
            return Err(PayerError::NotPayable(state));
        }
        if let Some(at) = qr.sale {
            return Ok(at);
        }
        let amount = qr
            .amount
            .or(amount)
            .filter(|amount| amount.0 > 0)
            .ok_or(PayerError::AmountNeeded)?;
        let id = qr.id.clone();
        let sale = Sale {
            amount: Some(amount),
            ..sale_of(qr, now)
        };
        let at = self.open(sale).map_err(|_| PayerError::Overloaded)?;
        if let Some(qr) = self.qrs.get_mut(&id) {
            qr.sale = Some(at);
            qr.last_sale = Some(at);
        }
        Ok(at)
    }

    fn begin(&mut self, at: SaleAt, now: i64) {
        let Some(sale) = self.sales.get_mut(at) else {
            return;
        };
        if sale.state == SaleState::InProgress {
            return;
        }
        self.last_transaction += 1;
        sale.state = SaleState::InProgress;
        sale.last_attempt = PaymentStatus::InProgress;
        sale.transaction_id = Some(self.last_transaction);
        sale.transaction_at = Some(now);
    }

    fn settle(&mut self, at: SaleAt, now: i64) {
        self.begin(at, now);
        self.close(at, SaleState::Paid, now);
        let Some(sale) = self.sales.get_mut(at) else {
            return;
        };
        sale.last_attempt = PaymentStatus::Success;
        sale.transaction_at = Some(now);
        sale.paid_at = Some(now);
        self.notify(at, now);
    }

    /// A declined sale can be paid again while it lives.
    fn decline(&mut self, at: SaleAt, now: i64) {
        self.begin(at, now);
        let Some(sale) = self.sales.get_mut(at) else {
            return;
        };
        sale.last_attempt = PaymentStatus::Declined;
        sale.transaction_at = Some(now);
        sale.state = SaleState::New;
        let expired_at = sale.expires_at.filter(|expires_at| *expires_at <= now);
        let is_static = sale
            .qr_id
            .as_ref()
            .and_then(|id| self.qrs.get(id))
            .is_some_and(|qr| qr.kind == QrKind::Static);
        if let Some(expired_at) = expired_at {
            self.close(at, SaleState::Expired, expired_at);
        } else if is_static {
            self.close(at, SaleState::Cancelled, now);
        }
        self.notify(at, now);
    }

    /// Queues the notification of a finished attempt.
    fn notify(&mut self, at: SaleAt, now: i64) {
        let Some(sale) = self.sales.get(at) else { return };
        let Some(merchant) = self.merchants.get(sale.merchant) else {
            return;
        };
        let Some(url) = &merchant.callback_url else { return };
        let transaction_date = clock::with_micros(sale.transaction_at.unwrap_or(now));
        let amount = sale.amount.unwrap_or_default();
        let status = sale.last_attempt.word();
        let order = sale.order.as_deref();
        let body = NotificationBody {
            transaction_id: sale.transaction_id.unwrap_or_default(),
            qr_id: sale.qr_id.as_deref().unwrap_or_default(),
            sbp_merchant_id: &merchant.sbp_merchant_id,
            merchant_id: merchant.merchant_id,
            amount: Rubles(amount),
            currency: "RUB",
            transaction_date: &transaction_date,
            payment_status: status,
            additional_info: sale.additional_info.as_deref(),
            order,
            create_date: clock::with_micros(sale.created_at),
        };
        let (id, order) = (&merchant.sbp_merchant_id, order.unwrap_or_default());
        let signed = format!("{}|{id}|{order}|{status}|{transaction_date}", amount.to_rubles());
        let signature = hmac_sha256_hex(merchant.secret_key.expose_secret(), &signed);
        let body = serde_json::to_string(&body).unwrap_or_default();
        let fault = self.faults.draw_callback();
        self.callbacks.push(url, &body, signature, fault, now);
    }
}
