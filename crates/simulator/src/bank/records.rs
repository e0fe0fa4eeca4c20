//! What the bank keeps: shops, QR codes, sales, refunds.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{MerchantAt, SaleAt};
use crate::books::{PaymentStatus, RefundState, SaleState};
use crate::money::Kopecks;

/// A shop.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// `MA...` or `MB...`, at most 12 characters.
    pub sbp_merchant_id: String,
    /// The key of `Authorization: Bearer` and of the signature of notifications.
    pub secret_key: SecretString,
    /// The bank's own number of the shop (`merchantId`).
    pub merchant_id: u64,
    /// The name that a payer sees.
    pub shop: String,
    /// Settlement accounts of 20 digits; empty = any account will do.
    pub accounts: Vec<String>,
    /// Where notifications go.
    pub callback_url: Option<String>,
}

impl Merchant {
    /// A shop without accounts and notifications.
    pub fn new(sbp_merchant_id: &str, secret_key: &str) -> Self {
        let digits = sbp_merchant_id
            .chars()
            .filter(char::is_ascii_digit)
            .take(12)
            .collect::<String>();
        Self {
            sbp_merchant_id: sbp_merchant_id.to_owned(),
            secret_key: SecretString::from(secret_key),
            merchant_id: digits.parse().unwrap_or(1),
            shop: "Магазин «Образец»".to_owned(),
            accounts: Vec::new(),
            callback_url: None,
        }
    }

    pub(super) fn has_key(&self, key: &str) -> bool {
        self.secret_key.expose_secret() == key
    }
}

/// `qrType` of the bank's OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum QrKind {
    /// For one payment of a known sum.
    #[serde(rename = "QRDynamic")]
    Dynamic,
    /// For many payments.
    #[serde(rename = "QRStatic")]
    Static,
    /// A cash link: waits for an order.
    #[serde(rename = "QRVariable")]
    Variable,
}

/// A registered QR code.
#[derive(Debug)]
pub(super) struct Qr {
    pub id: String,
    pub merchant: MerchantAt,
    pub kind: QrKind,
    pub order: Option<String>,
    pub amount: Option<Kopecks>,
    pub additional_info: Option<String>,
    pub payment_details: Option<String>,
    pub description: Option<String>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub cancelled: bool,
    pub payload: String,
    /// The sale of a dynamic QR; the last sale of a static one; the active order of a cash link.
    pub sale: Option<SaleAt>,
    /// The last sale, active or not.
    pub last_sale: Option<SaleAt>,
}

/// One sale, to be paid once.
#[derive(Debug)]
pub(super) struct Sale {
    pub merchant: MerchantAt,
    pub order: Option<String>,
    pub qr_id: Option<String>,
    pub amount: Option<Kopecks>,
    pub state: SaleState,
    pub last_attempt: PaymentStatus,
    pub created_at: i64,
    pub changed_at: i64,
    pub expires_at: Option<i64>,
    pub paid_at: Option<i64>,
    pub transaction_id: Option<u64>,
    pub transaction_at: Option<i64>,
    pub comment: Option<String>,
    pub additional_info: Option<String>,
    pub payment_details: Option<String>,
    pub extra: Option<Box<RawValue>>,
}

impl Sale {
    pub(super) fn new(merchant: MerchantAt, created_at: i64) -> Self {
        Self {
            merchant,
            order: None,
            qr_id: None,
            amount: None,
            state: SaleState::New,
            last_attempt: PaymentStatus::NoInfo,
            created_at,
            changed_at: created_at,
            expires_at: None,
            paid_at: None,
            transaction_id: None,
            transaction_at: None,
            comment: None,
            additional_info: None,
            payment_details: None,
            extra: None,
        }
    }
}

/// Why a refund could not reach the payer (`declineReason` of refunds v2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeclineReason {
    /// The payer's bank did not answer.
    Timeout,
    /// The payer's bank takes no refunds.
    BankNotSupported,
    /// The payer's account is closed.
    ReceiverAccountError,
    /// The payer was not found.
    WrongRecipient,
    /// Something broke.
    SystemError,
    /// The payer's account takes no such transfers.
    ReceiverAccountNotAllowed,
}

/// A refund; its state follows from the time.
#[derive(Debug)]
pub(super) struct Refund {
    pub sale: SaleAt,
    pub amount: Kopecks,
    pub created_at: i64,
    pub settles_at: i64,
    pub declined: Option<DeclineReason>,
}

impl Refund {
    pub(super) fn state(&self, now: i64) -> RefundState {
        match (now < self.settles_at, self.declined) {
            (true, _) => RefundState::InProgress,
            (false, Some(_)) => RefundState::Declined,
            (false, None) => RefundState::Completed,
        }
    }
}
