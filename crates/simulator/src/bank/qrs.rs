//! QR codes: registration, information, cancelling, payment information, binding of a printed sticker.

use serde::{Deserialize, Serialize};

use super::check::{self, Raw};
use super::failure::{Family, Outcome};
use super::records::{Qr, QrKind, Sale};
use super::{Bank, MerchantAt};
use crate::books::{PaymentStatus, SaleState};
use crate::clock::{self, DAY_US};
use crate::link;
use crate::money::{Kopecks, Rubles};
use crate::picture;
use crate::wire::{Answer, Request};

const SBP: Family = Family::Sbp;
/// A dynamic QR lives three days unless told otherwise.
const DYNAMIC_LIFETIME_US: i64 = 3 * DAY_US;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegisterBody {
    sbp_merchant_id: Option<String>,
    qr_type: Option<String>,
    order: Option<String>,
    #[serde(default)]
    amount: Raw,
    currency: Option<String>,
    #[serde(default)]
    account: Raw,
    qr_expiration_date: Option<String>,
    qr_description: Option<String>,
    additional_info: Option<String>,
    payment_details: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QrView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    qr_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_expiration_date: Option<String>,
    payload: &'a str,
    qr_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentView<'a> {
    additional_info: Option<&'a str>,
    payment_purpose: Option<&'a str>,
    amount: Option<Rubles>,
    code: &'a str,
    create_date: String,
    currency: &'a str,
    merchant_id: u64,
    order: Option<&'a str>,
    payment_status: &'a str,
    qr_id: &'a str,
    sbp_merchant_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_expiration_date: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BoundView<'a> {
    qr_id: &'a str,
    qr_status: &'a str,
    qr_expiration_date: Option<String>,
    payload: &'a str,
    qr_url: String,
    subscription_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BindBody {
    #[serde(default)]
    account: Raw,
    qr_description: Option<String>,
}

impl Bank {
    pub(super) fn register_qr_v1(&mut self, request: &Request, now: i64) -> Outcome<Answer> {
        let qr_id = self.register_qr(request, now)?;
        self.qr_view_v1(&qr_id)
    }

    pub(super) fn register_qr_v2(&mut self, request: &Request, now: i64) -> Outcome<Answer> {
        let qr_id = self.register_qr(request, now)?;
        self.qr_view_v2(&qr_id, now)
    }

    /// Registration needs no key: a shop's page may do it.
    fn register_qr(&mut self, request: &Request, now: i64) -> Outcome<String> {
        let body: RegisterBody = check::body(request)?;
        let merchant = self.named_merchant(body.sbp_merchant_id.as_deref())?;
        let qr = self.checked_qr(body, merchant, now)?;
        let qr_id = qr.id.clone();
        let sale = match qr.kind {
            QrKind::Dynamic => Some(self.open(sale_of(&qr, now))?),
            QrKind::Static | QrKind::Variable => None,
        };
        self.qrs.insert(
            qr_id.clone(),
            Qr {
                sale,
                last_sale: sale,
                ..qr
            },
        );
        Ok(qr_id)
    }

    fn named_merchant(&self, id: Option<&str>) -> Outcome<MerchantAt> {
        let id = id
            .filter(|id| !id.is_empty())
            .ok_or_else(|| SBP.no_merchant_id())?;
        check::max_chars(SBP, "sbpMerchantId", Some(id), check::MAX_MERCHANT_ID_CHARS)?;
        let known = self
            .merchants
            .iter()
            .position(|merchant| merchant.sbp_merchant_id == id);
        known.ok_or_else(|| SBP.unknown_merchant(id))
    }

    fn checked_qr(&mut self, body: RegisterBody, merchant: MerchantAt, now: i64) -> Outcome<Qr> {
        let kind = kind_of(body.qr_type.as_deref())?;
        let amount = check::amount(SBP, &body.amount)?;
        if kind == QrKind::Dynamic && amount.is_none() {
            return Err(SBP.no_amount());
        }
        if amount.is_some() && body.currency.as_deref() != Some("RUB") {
            return Err(body
                .currency
                .map_or_else(|| SBP.missing("currency"), |_| SBP.invalid("currency")));
        }
        let variable = kind == QrKind::Variable;
        let order = if variable {
            None
        } else {
            Some(body.order.ok_or_else(|| SBP.missing("order"))?)
        };
        if let Some(order) = &order {
            self.check_order_number(merchant, order)?;
        }
        check::texts(
            SBP,
            body.additional_info.as_deref(),
            body.payment_details.as_deref(),
        )?;
        check::max_chars(
            SBP,
            "qrDescription",
            body.qr_description.as_deref(),
            check::MAX_DESCRIPTION_CHARS,
        )?;
        check::account(SBP, &body.account, self.merchant(merchant)?)?;
        let asked = check::expiration(SBP, body.qr_expiration_date.as_deref(), now)?;
        let expires_at = match kind {
            QrKind::Dynamic => Some(asked.unwrap_or(now + DYNAMIC_LIFETIME_US)),
            QrKind::Static => asked,
            QrKind::Variable => None,
        };
        let qr = Qr {
            order,
            amount: if variable { None } else { amount },
            expires_at,
            ..self.blank_qr(kind, now)
        };
        let payload = match (kind, qr.amount) {
            (QrKind::Dynamic, Some(amount)) => link::dynamic(&qr.id, amount),
            _ => link::fixed(&qr.id, qr.amount),
        };
        Ok(Qr {
            merchant,
            payload,
            additional_info: body.additional_info,
            payment_details: body.payment_details,
            description: body.qr_description,
            ..qr
        })
    }

    fn check_order_number(&self, merchant: MerchantAt, order: &str) -> Outcome<()> {
        check::order(SBP, order)?;
        if self.is_paid(merchant, order) {
            return Err(SBP.already_paid(order, &self.merchant(merchant)?.sbp_merchant_id));
        }
        Ok(())
    }

    fn blank_qr(&mut self, kind: QrKind, now: i64) -> Qr {
        let id = self
            .random
            .qr_id(if kind == QrKind::Dynamic { "AD" } else { "AS" });
        Qr {
            id,
            merchant: 0,
            kind,
            order: None,
            amount: None,
            additional_info: None,
            payment_details: None,
            description: None,
            created_at: now,
            expires_at: None,
            cancelled: false,
            payload: String::new(),
            sale: None,
            last_sale: None,
        }
    }

    pub(super) fn qr_info_v1(&self, request: &Request, qr_id: &str) -> Outcome<Answer> {
        self.own_qr(self.authorized(request)?, qr_id)?;
        self.qr_view_v1(qr_id)
    }

    pub(super) fn qr_info_v2(&self, request: &Request, qr_id: &str, now: i64) -> Outcome<Answer> {
        self.own_qr(self.authorized(request)?, qr_id)?;
        self.qr_view_v2(qr_id, now)
    }

    fn qr_view_v1(&self, qr_id: &str) -> Outcome<Answer> {
        let qr = self.qrs.get(qr_id).ok_or_else(|| SBP.qr_not_found())?;
        Ok(ok(&QrView {
            code: Some("SUCCESS"),
            qr_id: &qr.id,
            qr_status: None,
            qr_expiration_date: None,
            payload: &qr.payload,
            qr_url: self.qr_url(&qr.id),
        }))
    }

    fn qr_view_v2(&self, qr_id: &str, now: i64) -> Outcome<Answer> {
        let qr = self.qrs.get(qr_id).ok_or_else(|| SBP.qr_not_found())?;
        Ok(ok(&QrView {
            code: None,
            qr_id: &qr.id,
            qr_status: Some(self.qr_status(qr, now)),
            qr_expiration_date: qr.expires_at.map(clock::with_seconds),
            payload: &qr.payload,
            qr_url: self.qr_url(&qr.id),
        }))
    }

    fn qr_url(&self, qr_id: &str) -> String {
        format!("{}/api/sbp/v1/qr/{qr_id}/image", self.base_url)
    }

    /// The QR, if it is this merchant's own; another's QR does not exist for him.
    pub(super) fn own_qr(&self, merchant: MerchantAt, qr_id: &str) -> Outcome<&Qr> {
        self.qrs
            .get(qr_id)
            .filter(|qr| qr.merchant == merchant)
            .ok_or_else(|| SBP.qr_not_found())
    }

    pub(super) fn qr_status(&self, qr: &Qr, now: i64) -> &'static str {
        let sale = qr
            .sale
            .and_then(|at| self.sales.get(at))
            .map(|sale| sale.state.word());
        match qr.kind {
            QrKind::Variable => sale.unwrap_or("INACTIVE"),
            QrKind::Static if qr.cancelled => "CANCELLED",
            QrKind::Static if qr.expires_at.is_some_and(|at| at <= now) => "EXPIRED",
            QrKind::Dynamic | QrKind::Static => sale.unwrap_or("NEW"),
        }
    }

    pub(super) fn cancel_qr(&mut self, request: &Request, qr_id: &str, now: i64) -> Outcome<Answer> {
        let qr = self.own_qr(self.authorized(request)?, qr_id)?;
        let status = self.qr_status(qr, now);
        if status != "NEW" || qr.kind == QrKind::Variable {
            return Err(SBP.wrong_qr_status(status, "CANCELLED"));
        }
        if let Some(at) = qr.sale {
            self.close(at, SaleState::Cancelled, now);
        }
        if let Some(qr) = self.qrs.get_mut(qr_id) {
            qr.cancelled = true;
        }
        Ok(Answer::empty())
    }

    pub(super) fn payment_info(&self, request: &Request, qr_id: &str) -> Outcome<Answer> {
        let at = self.authorized(request)?;
        let qr = self.own_qr(at, qr_id)?;
        let merchant = self.merchant(at)?;
        let sale = qr.last_sale.and_then(|at| self.sales.get(at));
        let status = sale.map_or(PaymentStatus::NoInfo, |sale| sale.last_attempt);
        let amount = sale.and_then(|sale| sale.amount).or(qr.amount);
        Ok(ok(&PaymentView {
            additional_info: sale
                .and_then(|sale| sale.additional_info.as_deref())
                .or(qr.additional_info.as_deref()),
            payment_purpose: sale
                .and_then(|sale| sale.payment_details.as_deref())
                .or(qr.payment_details.as_deref()),
            amount: amount.map(Rubles),
            code: "SUCCESS",
            create_date: clock::with_micros(sale.map_or(qr.created_at, |sale| sale.created_at)),
            currency: "RUB",
            merchant_id: merchant.merchant_id,
            order: sale
                .and_then(|sale| sale.order.as_deref())
                .or(qr.order.as_deref()),
            payment_status: status.word(),
            qr_id: &qr.id,
            sbp_merchant_id: &merchant.sbp_merchant_id,
            transaction_date: sale.and_then(|sale| sale.transaction_at).map(clock::with_micros),
            transaction_id: sale.and_then(|sale| sale.transaction_id),
            qr_expiration_date: qr.expires_at.map(clock::with_seconds),
        }))
    }

    pub(super) fn qr_image(&self, qr_id: &str) -> Outcome<Answer> {
        let qr = self.qrs.get(qr_id).ok_or_else(|| SBP.qr_not_found())?;
        let picture = picture::svg(&qr.payload).ok_or_else(|| SBP.qr_not_found())?;
        Ok(Answer::new(200, "image/svg+xml", picture))
    }

    /// Gives a printed sticker to the shop that asks. A sticker is given once.
    pub(super) fn bind_draft(&mut self, request: &Request, qr_id: &str, now: i64) -> Outcome<Answer> {
        let merchant = self.authorized(request)?;
        let body: BindBody = check::body(request)?;
        check::account(SBP, &body.account, self.merchant(merchant)?)?;
        check::max_chars(
            SBP,
            "qrDescription",
            body.qr_description.as_deref(),
            check::MAX_DESCRIPTION_CHARS,
        )?;
        if !self.drafts.remove(qr_id) {
            return Err(SBP.draft_not_found(qr_id));
        }
        let id = qr_id.to_owned();
        let payload = link::fixed(qr_id, None);
        let blank = self.blank_qr(QrKind::Variable, now);
        let qr = Qr {
            id,
            merchant,
            payload,
            description: body.qr_description,
            ..blank
        };
        let answer = ok(&BoundView {
            qr_id: &qr.id,
            qr_status: "INACTIVE",
            qr_expiration_date: None,
            payload: &qr.payload,
            qr_url: self.qr_url(&qr.id),
            subscription_id: None,
        });
        self.qrs.insert(qr.id.clone(), qr);
        Ok(answer)
    }

    /// Prints an "empty" sticker: a cash link that belongs to nobody yet. Returns its link.
    pub fn print_sticker(&mut self) -> String {
        let id = self.random.qr_id("AS");
        let link = link::fixed(&id, None);
        self.drafts.insert(id);
        if self.drafts.len() > super::MAX_SALES {
            self.drafts.pop_first();
        }
        link
    }
}

pub(super) fn ok<T: Serialize>(body: &T) -> Answer {
    Answer::json(200, serde_json::to_vec(body).unwrap_or_default())
}

fn kind_of(qr_type: Option<&str>) -> Outcome<QrKind> {
    match qr_type {
        Some("QRDynamic") => Ok(QrKind::Dynamic),
        Some("QRStatic") => Ok(QrKind::Static),
        Some("QRVariable") => Ok(QrKind::Variable),
        Some(_) => Err(SBP.invalid("qrType")),
        None => Err(SBP.missing("qrType")),
    }
}

/// The sale that a dynamic QR, or a payer at a static one, begins.
pub(super) fn sale_of(qr: &Qr, now: i64) -> Sale {
    Sale {
        order: qr.order.clone(),
        qr_id: Some(qr.id.clone()),
        amount: qr.amount,
        expires_at: if qr.kind == QrKind::Dynamic {
            qr.expires_at
        } else {
            None
        },
        additional_info: qr.additional_info.clone(),
        payment_details: qr.payment_details.clone(),
        ..Sale::new(qr.merchant, now)
    }
}

/// Amount that a payer sees before there is a sale.
pub(super) fn asked_amount(qr: &Qr, sale: Option<&Sale>) -> Option<Kopecks> {
    sale.and_then(|sale| sale.amount).or(qr.amount)
}
