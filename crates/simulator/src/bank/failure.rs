//! What the bank says when it does not do what it was asked: its business codes and its Spring-style HTTP errors.

use serde::Serialize;

use crate::clock;
use crate::wire::Answer;

pub(super) type Outcome<T> = Result<T, Failure>;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// 404 of the web server: no such path.
    NoSuchPath,
    /// 401: no key, or a wrong one.
    Unauthorized,
    /// 400 of the web server: the body is no JSON of the documented shape.
    BadRequest,
    /// 415: a body without `Content-Type: application/json`.
    UnsupportedMediaType,
    /// 503: the simulator's books are full.
    Overloaded,
    /// `{"code","message"}` with its HTTP status.
    Business {
        status: u16,
        code: &'static str,
        message: String,
    },
}

/// Families of paths that use different HTTP statuses for the same codes: the official SDK shows 200 for
/// `/sbp`, the official tests of the orders API show 400, and 404 for what is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Sbp,
    Orders,
}

impl Family {
    fn refused(self) -> u16 {
        if self == Self::Sbp { 200 } else { 400 }
    }

    fn not_found(self) -> u16 {
        if self == Self::Sbp { 200 } else { 404 }
    }

    fn business(self, code: &'static str, message: impl Into<String>) -> Failure {
        Failure::Business {
            status: self.refused(),
            code,
            message: message.into(),
        }
    }

    pub(super) fn missing(self, parameter: &str) -> Failure {
        self.business(
            "ERROR.INVALID_REQUEST",
            format!("Не передан обязательный параметр {parameter}"),
        )
    }

    pub(super) fn too_long(self, parameter: &str, max: usize) -> Failure {
        self.business(
            "ERROR.INVALID_REQUEST",
            format!("Длина параметра {parameter} превышает {max} символов"),
        )
    }

    pub(super) fn invalid(self, parameter: &str) -> Failure {
        self.business(
            "ERROR.INVALID_REQUEST",
            format!("Передано некорректное значение параметра {parameter}"),
        )
    }

    pub(super) fn bad_amount(self) -> Failure {
        self.business("ERROR.INVALID_REQUEST", "Передана некорректная сумма платежа")
    }

    pub(super) fn refund_too_small(self) -> Failure {
        self.business(
            "ERROR.INVALID_REQUEST",
            "Сумма возврата не может быть меньше 1 копейки",
        )
    }

    pub(super) fn bad_account(self) -> Failure {
        let message = "Указан неверный счет. Проверьте его или удалите. Параметр является необязательным";
        self.business("ERROR.ACCOUNT_IS_NOT_REGISTERED", message)
    }

    pub(super) fn bad_expiration(self) -> Failure {
        self.business(
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID",
            "Неверная дата истечения QR-кода",
        )
    }

    pub(super) fn no_merchant_id(self) -> Failure {
        self.business(
            "ERROR.SBP_MERCHANT_ID_IS_MISSING",
            "SbpMerchantId партнера не указан",
        )
    }

    pub(super) fn unknown_merchant(self, id: &str) -> Failure {
        self.business(
            "ERROR.MERCHANT_NOT_REGISTERED",
            format!("Партнер с ID {id} не зарегистрирован"),
        )
    }

    pub(super) fn already_paid(self, order: &str, merchant: &str) -> Failure {
        let message = format!(
            "QR-код с номером заказа {order}, партнера {merchant} и успешными платежами уже зарегистрирован"
        );
        self.business("ERROR.ORDER_NUMBER_ALREADY_REGISTERED", message)
    }

    pub(super) fn no_amount(self) -> Failure {
        self.business(
            "ERROR.DYNAMIC_QR_WITHOUT_AMOUNT",
            "Не передана сумма для динамического QR-кода",
        )
    }

    pub(super) fn bad_order(self) -> Failure {
        self.business("ERROR.INVALID_ORDER", "В номере заказа поддерживаются A-z09_-.")
    }

    pub(super) fn qr_not_found(self) -> Failure {
        let message = "QR-код не найден у данного партнера".to_owned();
        Failure::Business {
            status: self.not_found(),
            code: "ERROR.NOT_FOUND",
            message,
        }
    }

    pub(super) fn draft_not_found(self, qr_id: &str) -> Failure {
        let message = format!("QR-draft с qrId: {qr_id} не зарегистрирован");
        Failure::Business {
            status: self.not_found(),
            code: "ERROR.NOT_FOUND",
            message,
        }
    }

    pub(super) fn refund_not_found(self, refund_id: &str) -> Failure {
        let message = format!("Возврат с refundId {refund_id} не найден");
        Failure::Business {
            status: self.not_found(),
            code: "ERROR.REFUND_NOT_FOUND",
            message,
        }
    }

    pub(super) fn insufficient_funds(self) -> Failure {
        self.business(
            "ERROR.REFUND_INSUFFICIENT_FUNDS",
            "Сумма возврата больше суммы остатка по платежу",
        )
    }

    pub(super) fn wrong_qr_status(self, from: &str, to: &str) -> Failure {
        let message = format!("Нельзя сменить статус QR-кода с {from} на {to}");
        self.business("ERROR.WRONG_QR_STATUS", message)
    }

    pub(super) fn order_not_found(self, id: &str) -> Failure {
        let message = format!("Заказ с идентификатором {id} не найден у данного партнера");
        Failure::Business {
            status: self.not_found(),
            code: "ORDER_NOT_FOUND",
            message,
        }
    }

    pub(super) fn order_is_final(self, id: &str, status: &str) -> Failure {
        self.business(
            "ORDER_HAS_FINAL_STATUS",
            format!("Заказ с идентификатором {id} имеет статус {status}"),
        )
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct SpringError<'a> {
    timestamp: String,
    status: u16,
    error: &'a str,
    message: &'a str,
    path: &'a str,
}

impl Failure {
    pub(super) fn answer(&self, path: &str, now: i64) -> Answer {
        match self {
            Self::NoSuchPath => spring(404, "Not Found", path, now),
            Self::Unauthorized => spring(401, "Unauthorized", path, now),
            Self::BadRequest => spring(400, "Bad Request", path, now),
            Self::UnsupportedMediaType => spring(415, "Unsupported Media Type", path, now),
            Self::Overloaded => spring(503, "Service Unavailable", path, now),
            Self::Business {
                status,
                code,
                message,
            } => Answer::json(
                *status,
                serde_json::to_vec(&Envelope { code, message }).unwrap_or_default(),
            ),
        }
    }
}

fn spring(status: u16, error: &str, path: &str, now: i64) -> Answer {
    let timestamp = clock::spring(now);
    let body = SpringError {
        timestamp,
        status,
        error,
        message: "No message available",
        path,
    };
    Answer::json(status, serde_json::to_vec(&body).unwrap_or_default())
}
