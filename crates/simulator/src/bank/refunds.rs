//! Refunds: v1 by order or transaction, v1 and v2 of an order.

use serde::{Deserialize, Serialize};

use super::check::{self, Raw};
use super::failure::{Family, Outcome};
use super::qrs::ok;
use super::records::{DeclineReason, QrKind, Refund};
use super::route::Version;
use super::{Bank, MerchantAt, SaleAt};
use crate::books::{RefundState, SaleState};
use crate::clock;
use crate::money::{Kopecks, Rubles};
use crate::wire::{Answer, Request};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundBody {
    #[serde(default)]
    amount: Raw,
    order: Option<String>,
    refund_id: Option<String>,
    payment_details: Option<String>,
    transaction_id: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefundView<'a> {
    code: &'a str,
    amount: Rubles,
    refund_status: &'a str,
}

#[derive(Serialize)]
struct RefundViewV2<'a> {
    amount: Rubles,
    status: RefundStatusV2<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefundStatusV2<'a> {
    value: &'a str,
    date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decline_reason: Option<DeclineReason>,
}

impl Bank {
    pub(super) fn refund(&mut self, request: &Request, now: i64) -> Outcome<Answer> {
        let family = Family::Sbp;
        let merchant = self.authorized(request)?;
        let body: RefundBody = check::body(request)?;
        let refund_id = body.refund_id.clone().ok_or_else(|| family.missing("refundId"))?;
        check::max_chars(family, "refundId", Some(&refund_id), check::MAX_ORDER_CHARS)?;
        let order = body.order.as_deref().ok_or_else(|| family.missing("order"))?;
        check::order(family, order)?;
        let transaction = body.transaction_id;
        self.make_refund(family, merchant, order, transaction, &refund_id, &body, now)?;
        self.refund_view(family, merchant, &refund_id, Version::V1, now)
    }

    pub(super) fn refund_status(&self, request: &Request, refund_id: &str, now: i64) -> Outcome<Answer> {
        let merchant = self.authorized(request)?;
        self.refund_view(Family::Sbp, merchant, refund_id, Version::V1, now)
    }

    pub(super) fn order_refund(
        &mut self,
        request: &Request,
        version: Version,
        order: &str,
        refund_id: &str,
        now: i64,
    ) -> Outcome<Answer> {
        let family = Family::Orders;
        let merchant = self.authorized(request)?;
        let body: RefundBody = check::body(request)?;
        check::max_chars(family, "refundId", Some(refund_id), check::MAX_ORDER_CHARS)?;
        if self.sales_of(merchant, order).next().is_none() {
            return Err(family.order_not_found(order));
        }
        self.make_refund(family, merchant, order, None, refund_id, &body, now)?;
        self.refund_view(family, merchant, refund_id, version, now)
    }

    pub(super) fn order_refund_status(
        &self,
        request: &Request,
        version: Version,
        order: &str,
        refund_id: &str,
        now: i64,
    ) -> Outcome<Answer> {
        let merchant = self.authorized(request)?;
        if !self.is_refund_of(merchant, refund_id, order) {
            return Err(Family::Orders.refund_not_found(refund_id));
        }
        self.refund_view(Family::Orders, merchant, refund_id, version, now)
    }

    fn is_refund_of(&self, merchant: MerchantAt, refund_id: &str, order: &str) -> bool {
        let sale = self
            .refunds
            .get(&(merchant, refund_id.to_owned()))
            .and_then(|refund| self.sales.get(refund.sale));
        sale.is_some_and(|sale| sale.order.as_deref() == Some(order))
    }

    /// The same refund id for the same order again changes nothing: the stored refund is shown.
    #[expect(
        clippy::too_many_arguments,
        reason = "the ids come from the body in one call and from the path in others"
    )]
    fn make_refund(
        &mut self,
        family: Family,
        merchant: MerchantAt,
        order: &str,
        transaction: Option<u64>,
        refund_id: &str,
        body: &RefundBody,
        now: i64,
    ) -> Outcome<()> {
        if self.refunds.contains_key(&(merchant, refund_id.to_owned())) {
            let same = self.is_refund_of(merchant, refund_id, order);
            return if same {
                Ok(())
            } else {
                Err(family.invalid("refundId"))
            };
        }
        let amount = check::refund_amount(family, &body.amount)?;
        let details = body.payment_details.as_deref();
        check::max_chars(family, "paymentDetails", details, check::MAX_REFUND_DETAILS_CHARS)?;
        let sale = self.sale_to_refund(family, merchant, order, transaction, amount, now)?;
        let declined = self.refunds_to_decline.pop_front();
        let settles_at = now.saturating_add(self.refund_settles_after_us);
        let refund = Refund {
            sale,
            amount,
            created_at: now,
            settles_at,
            declined,
        };
        self.refunds.insert((merchant, refund_id.to_owned()), refund);
        Ok(())
    }

    fn sale_to_refund(
        &self,
        family: Family,
        merchant: MerchantAt,
        order: &str,
        transaction: Option<u64>,
        amount: Kopecks,
        now: i64,
    ) -> Outcome<SaleAt> {
        let of_static = |qr_id: &String| self.qrs.get(qr_id).is_some_and(|qr| qr.kind == QrKind::Static);
        let mut known = false;
        for (at, sale) in self.sales_of(merchant, order) {
            if transaction.is_none() && sale.qr_id.as_ref().is_some_and(of_static) {
                return Err(family.missing("transactionId"));
            }
            if transaction.is_some() && transaction != sale.transaction_id {
                continue;
            }
            known = true;
            if sale.state == SaleState::Paid && self.left_to_refund(at, now) >= amount {
                return Ok(at);
            }
        }
        Err(if known {
            family.insufficient_funds()
        } else {
            family.qr_not_found()
        })
    }

    /// Paid minus all refunds that are done or under way.
    fn left_to_refund(&self, at: SaleAt, now: i64) -> Kopecks {
        let paid = self
            .sales
            .get(at)
            .and_then(|sale| sale.amount)
            .unwrap_or_default();
        let refunds = self.refunds.values().filter(|refund| refund.sale == at);
        let taken: i64 = refunds
            .filter(|refund| refund.state(now) != RefundState::Declined)
            .map(|refund| refund.amount.0)
            .sum();
        Kopecks(paid.0 - taken)
    }

    fn refund_view(
        &self,
        family: Family,
        merchant: MerchantAt,
        refund_id: &str,
        version: Version,
        now: i64,
    ) -> Outcome<Answer> {
        let found = self.refunds.get(&(merchant, refund_id.to_owned()));
        let refund = found.ok_or_else(|| family.refund_not_found(refund_id))?;
        let amount = Rubles(refund.amount);
        let state = refund.state(now);
        Ok(match version {
            Version::V1 => ok(&RefundView {
                code: "SUCCESS",
                amount,
                refund_status: state.word(),
            }),
            Version::V2 => {
                let date = if state == RefundState::InProgress {
                    refund.created_at
                } else {
                    refund.settles_at
                };
                let decline_reason = refund.declined.filter(|_| state == RefundState::Declined);
                let status = RefundStatusV2 {
                    value: state.word(),
                    date: clock::with_micros(date),
                    decline_reason,
                };
                ok(&RefundViewV2 { amount, status })
            }
        })
    }
}
