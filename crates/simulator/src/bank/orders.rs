//! Orders; an order with a QR id activates a cash link for one payment.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::check::{self, Raw};
use super::failure::{Family, Outcome};
use super::qrs::ok;
use super::records::{QrKind, Sale};
use super::{Bank, MerchantAt, SaleAt};
use crate::books::SaleState;
use crate::clock::{self, DAY_US, MINUTE_US};
use crate::money::{Kopecks, Rubles};
use crate::wire::{Answer, Request};

const ORDERS: Family = Family::Orders;
/// NSPK: an activation of a cash link lives 1..20 minutes; this one is taken when the shop names none.
const LINK_LIFETIME_US: i64 = 20 * MINUTE_US;
/// An order without a cash link lives as long as a dynamic QR.
const PLAIN_LIFETIME_US: i64 = 3 * DAY_US;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderBody {
    #[serde(default)]
    amount: Raw,
    id: Option<String>,
    comment: Option<String>,
    expiration_date: Option<String>,
    #[serde(default)]
    extra: Raw,
    qr: Option<OrderQr>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderQr {
    id: Option<String>,
    additional_info: Option<String>,
    payment_details: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderView<'a> {
    id: &'a str,
    amount: Rubles,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<&'a RawValue>,
    status: StatusView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<OrderQrView<'a>>,
}

#[derive(Serialize)]
struct StatusView<'a> {
    value: &'a str,
    date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderQrView<'a> {
    id: &'a str,
    additional_info: Option<&'a str>,
    payment_details: Option<&'a str>,
}

impl Bank {
    /// The same id again returns the stored order, whatever else the body says.
    pub(super) fn create_order(&mut self, request: &Request, now: i64) -> Outcome<Answer> {
        let merchant = self.authorized(request)?;
        let body: OrderBody = check::body(request)?;
        let id = body.id.clone().unwrap_or_else(|| self.random.uuid());
        check::order(ORDERS, &id)?;
        if let Some(at) = self.orders.get(&(merchant, id.clone())) {
            return self.order_view(*at);
        }
        let sale = self.checked_order(body, merchant, &id, now)?;
        let qr_id = sale.qr_id.clone();
        let at = self.open(sale)?;
        self.orders.insert((merchant, id), at);
        if let Some(qr) = qr_id.and_then(|qr_id| self.qrs.get_mut(&qr_id)) {
            qr.sale = Some(at);
            qr.last_sale = Some(at);
        }
        self.order_view(at)
    }

    fn checked_order(&self, body: OrderBody, merchant: MerchantAt, id: &str, now: i64) -> Outcome<Sale> {
        let amount = check::amount(ORDERS, &body.amount)?.ok_or_else(|| ORDERS.missing("amount"))?;
        let asked = check::expiration(ORDERS, body.expiration_date.as_deref(), now)?;
        check::max_chars(
            ORDERS,
            "comment",
            body.comment.as_deref(),
            check::MAX_ADDITIONAL_INFO_CHARS,
        )?;
        if self.is_paid(merchant, id) {
            return Err(ORDERS.already_paid(id, &self.merchant(merchant)?.sbp_merchant_id));
        }
        let lifetime = if body.qr.is_some() {
            LINK_LIFETIME_US
        } else {
            PLAIN_LIFETIME_US
        };
        let link = self.checked_link(body.qr, merchant, now)?;
        Ok(Sale {
            order: Some(id.to_owned()),
            qr_id: link.id,
            amount: Some(amount),
            expires_at: Some(asked.unwrap_or(now + lifetime)),
            comment: body.comment,
            additional_info: link.additional_info,
            payment_details: link.payment_details,
            extra: body.extra,
            ..Sale::new(merchant, now)
        })
    }

    /// The cash link must be this shop's own and have no active order. An order without a link passes.
    fn checked_link(&self, qr: Option<OrderQr>, merchant: MerchantAt, now: i64) -> Outcome<OrderQr> {
        let Some(qr) = qr else {
            return Ok(OrderQr::default());
        };
        check::texts(
            ORDERS,
            qr.additional_info.as_deref(),
            qr.payment_details.as_deref(),
        )?;
        let qr_id = qr.id.as_ref().ok_or_else(|| ORDERS.missing("qr.id"))?;
        let link = self
            .qrs
            .get(qr_id)
            .filter(|qr| qr.merchant == merchant)
            .ok_or_else(|| ORDERS.qr_not_found())?;
        if link.kind != QrKind::Variable {
            return Err(ORDERS.invalid("qr.id"));
        }
        match self.qr_status(link, now) {
            "INACTIVE" => Ok(qr),
            status => Err(ORDERS.wrong_qr_status(status, "NEW")),
        }
    }

    pub(super) fn order_info(&self, request: &Request, id: &str) -> Outcome<Answer> {
        let merchant = self.authorized(request)?;
        self.order_view(self.own_order(merchant, id)?)
    }

    fn own_order(&self, merchant: MerchantAt, id: &str) -> Outcome<SaleAt> {
        self.orders
            .get(&(merchant, id.to_owned()))
            .copied()
            .ok_or_else(|| ORDERS.order_not_found(id))
    }

    fn order_view(&self, at: SaleAt) -> Outcome<Answer> {
        let sale = self.sales.get(at).ok_or_else(|| ORDERS.order_not_found(""))?;
        // The order's vocabulary has no word for a payment that has begun: it is still NEW.
        let state = if sale.state == SaleState::InProgress {
            SaleState::New
        } else {
            sale.state
        };
        Ok(ok(&OrderView {
            id: sale.order.as_deref().unwrap_or_default(),
            amount: Rubles(sale.amount.unwrap_or(Kopecks(0))),
            comment: sale.comment.as_deref(),
            extra: sale.extra.as_deref(),
            status: StatusView {
                value: state.word(),
                date: clock::with_micros(sale.changed_at),
            },
            expiration_date: sale.expires_at.map(clock::with_seconds),
            qr: sale.qr_id.as_deref().map(|id| OrderQrView {
                id,
                additional_info: sale.additional_info.as_deref(),
                payment_details: sale.payment_details.as_deref(),
            }),
        }))
    }

    pub(super) fn cancel_order(&mut self, request: &Request, id: &str, now: i64) -> Outcome<Answer> {
        let merchant = self.authorized(request)?;
        let at = self.own_order(merchant, id)?;
        match self.sales.get(at).map(|sale| sale.state) {
            Some(SaleState::New) => self.close(at, SaleState::Cancelled, now),
            Some(SaleState::InProgress) => return Err(ORDERS.wrong_qr_status("IN_PROGRESS", "CANCELLED")),
            Some(state) => return Err(ORDERS.order_is_final(id, state.word())),
            None => return Err(ORDERS.order_not_found(id)),
        }
        Ok(Answer::empty())
    }
}
