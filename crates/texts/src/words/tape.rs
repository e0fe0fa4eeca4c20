//! What the receipt tape says around a printed QR. No character here is missing from cp866.

use super::{Word, words};

words! {
    /// Above the code.
    TITLE: "Оплата по QR-коду", "Payment by QR code";
    /// Before the sum.
    SUM: "К оплате", "To pay";
    /// Before the number of minutes.
    VALID: "Код действует, мин", "The code is valid for, min";
    /// After the code was paid.
    PAID: "Оплачено", "Paid";
    /// After the code died unpaid.
    WITHDRAWN: "QR-код недействителен", "The QR code is no longer valid";
    /// After that.
    DO_NOT_PAY: "Не оплачивайте его", "Do not pay it";
}
