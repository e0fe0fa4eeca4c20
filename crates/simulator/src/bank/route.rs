//! Which call a method and a path mean.

use serde::{Deserialize, Serialize};

/// A group of calls that faults are attached to and that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// POST `/sbp/v1/qr/register` and `/sbp/v2/qrs`.
    RegisterQr,
    /// GET `/sbp/v2/qrs/{qrId}` and `/sbp/v1/qr/{qrId}/info`.
    QrInfo,
    /// DELETE `/sbp/v2/qrs/{qrId}`.
    CancelQr,
    /// GET `/sbp/v1/qr/{qrId}/payment-info`.
    PaymentInfo,
    /// GET `/sbp/v1/qr/{qrId}/image`.
    QrImage,
    /// POST `/sbp/v1/qr-drafts/{qrId}`.
    BindDraft,
    /// POST `/sbp/v1/refund`.
    Refund,
    /// GET `/sbp/v1/refund/{refundId}`.
    RefundStatus,
    /// POST `/payment/v1/orders`.
    CreateOrder,
    /// GET `/payment/v1/orders/{orderId}`.
    OrderInfo,
    /// DELETE `/payment/v1/orders/{orderId}`.
    CancelOrder,
    /// POST `/payments/v1|v2/orders/{orderId}/refunds/{refundId}`.
    OrderRefund,
    /// GET `/payments/v1|v2/orders/{orderId}/refunds/{refundId}`.
    OrderRefundStatus,
    /// POST `/settings/v1/callback`.
    SetCallback,
    /// GET `/payments/v2/banks`.
    Banks,
    /// POST `/nspc-mock/v01/rfuture/payment/init`.
    SandboxPay,
}

/// Version of the refund calls of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

/// A call with the ids from its path.
#[derive(Debug)]
pub(super) enum Call {
    RegisterV1,
    RegisterV2,
    QrInfoV1(String),
    QrInfoV2(String),
    CancelQr(String),
    PaymentInfo(String),
    QrImage(String),
    BindDraft(String),
    Refund,
    RefundStatus(String),
    CreateOrder,
    OrderInfo(String),
    CancelOrder(String),
    OrderRefund(Version, String, String),
    OrderRefundStatus(Version, String, String),
    SetCallback,
    Banks,
    SandboxPay,
}

#[derive(Debug)]
pub(super) struct Route {
    pub endpoint: Endpoint,
    pub call: Call,
}

impl Route {
    /// None if the bank has no such path.
    pub(super) fn of(method: &str, path: &str) -> Option<Self> {
        let path = path
            .split_once('?')
            .map_or(path, |(path, _)| path)
            .strip_prefix("/api/")?;
        let segments: Vec<&str> = path.split('/').collect();
        let text = |part: &&str| (*part).to_owned();
        let (endpoint, call) = match (method, segments.as_slice()) {
            ("POST", ["sbp", "v1", "qr", "register"]) => (Endpoint::RegisterQr, Call::RegisterV1),
            ("POST", ["sbp", "v2", "qrs"]) => (Endpoint::RegisterQr, Call::RegisterV2),
            ("GET", ["sbp", "v2", "qrs", id]) => (Endpoint::QrInfo, Call::QrInfoV2(text(id))),
            ("GET", ["sbp", "v1", "qr", id, "info"]) => (Endpoint::QrInfo, Call::QrInfoV1(text(id))),
            ("DELETE", ["sbp", "v2", "qrs", id]) => (Endpoint::CancelQr, Call::CancelQr(text(id))),
            ("GET", ["sbp", "v1", "qr", id, "payment-info"]) => {
                (Endpoint::PaymentInfo, Call::PaymentInfo(text(id)))
            }
            ("GET", ["sbp", "v1", "qr", id, "image"]) => (Endpoint::QrImage, Call::QrImage(text(id))),
            ("POST", ["sbp", "v1", "qr-drafts", id]) => (Endpoint::BindDraft, Call::BindDraft(text(id))),
            ("POST", ["sbp", "v1", "refund"]) => (Endpoint::Refund, Call::Refund),
            ("GET", ["sbp", "v1", "refund", id]) => (Endpoint::RefundStatus, Call::RefundStatus(text(id))),
            ("POST", ["payment", "v1", "orders"]) => (Endpoint::CreateOrder, Call::CreateOrder),
            ("GET", ["payment", "v1", "orders", id]) => (Endpoint::OrderInfo, Call::OrderInfo(text(id))),
            ("DELETE", ["payment", "v1", "orders", id]) => {
                (Endpoint::CancelOrder, Call::CancelOrder(text(id)))
            }
            ("POST", ["payments", version, "orders", id, "refunds", refund]) => (
                Endpoint::OrderRefund,
                Call::OrderRefund(Version::of(version)?, text(id), text(refund)),
            ),
            ("GET", ["payments", version, "orders", id, "refunds", refund]) => (
                Endpoint::OrderRefundStatus,
                Call::OrderRefundStatus(Version::of(version)?, text(id), text(refund)),
            ),
            ("POST", ["settings", "v1", "callback"]) => (Endpoint::SetCallback, Call::SetCallback),
            ("GET", ["payments", "v2", "banks"]) => (Endpoint::Banks, Call::Banks),
            ("POST", ["nspc-mock" | "external-mock", "v01", "rfuture", "payment", "init"]) => {
                (Endpoint::SandboxPay, Call::SandboxPay)
            }
            _ => return None,
        };
        Some(Self { endpoint, call })
    }
}

impl Version {
    fn of(segment: &str) -> Option<Self> {
        match segment {
            "v1" => Some(Self::V1),
            "v2" => Some(Self::V2),
            _ => None,
        }
    }
}
