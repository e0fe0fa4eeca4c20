//! What the command line says.

use super::{Word, words};

words! {
    /// Before the id of the request.
    REQUEST: "Номер запроса", "Request id";
    /// Before the daemon's id.
    OPERATION: "Номер операции", "Operation id";
    /// Before the text inside the QR.
    QR: "QR-код", "QR code";
    /// Before the remaining life of the QR.
    REMAINING: "Осталось", "Time left";
    /// After it.
    CTRL_C: "Ctrl-C — отменить оплату", "Ctrl-C cancels the payment";
    /// The terminal is too small for the QR.
    TOO_SMALL: "Окно слишком мало для QR-кода. Откройте ссылку на телефоне или увеличьте окно.",
        "The window is too small for the QR code. Open the link on a phone, or enlarge the window.";
    /// After the first Ctrl-C.
    CANCELLING: "Отменяем оплату и ждём подтверждения. Ctrl-C ещё раз — выйти, не дожидаясь.",
        "Cancelling the payment and waiting for its end. Ctrl-C again leaves without waiting.";
    /// After the second Ctrl-C.
    LEFT: "Исход оплаты неизвестен. Не повторяйте её. Узнать исход:",
        "The outcome of the payment is not known. Do not repeat it. To ask for it:";
    /// Before the requisites.
    REQUISITES: "Реквизиты", "Requisites";
    /// Before what of a payment is left to refund.
    LEFT_TO_REFUND: "можно вернуть", "left to refund";
    /// Before what of a reserved receipt may be debited.
    AVAILABLE: "Можно списать", "May be debited";
    /// Before the number of a line of the receipt that may be debited.
    RECEIPT_LINE: "строка чека", "line of the receipt";
    /// After a refusal: the engineer's words, in English.
    FOR_SUPPORT: "Для службы поддержки: {detail}", "For support: {detail}";
    /// Before the command that debits.
    TO_CONFIRM: "Если покупатель согласен, подтвердите", "If the buyer agrees, confirm";
    /// A receipt has several paid payments.
    CHOOSE_PAYMENT: "По чеку несколько оплат. Выберите одну: qrpos refund НОМЕР --by-operation-id, или уточните смену: --shift.",
        "The receipt has several payments. Choose one: qrpos refund ID --by-operation-id, or name the shift: --shift.";
    /// The sticker is this register's.
    LINK_THIS: "Наклейка привязана к этой кассе.", "The sticker belongs to this register.";
    /// It has just been bound.
    LINK_BOUND: "Наклейка привязана к этой кассе только что.", "The sticker has just been bound to this register.";
    /// It is another register's.
    LINK_OTHER: "Наклейка привязана к другой кассе", "The sticker belongs to another register";
    /// It is nobody's.
    LINK_UNASSIGNED: "Наклейка наша, но не привязана ни к одной кассе.",
        "The sticker is ours, but no register has it.";
    /// It is not ours.
    LINK_NOT_OURS: "Наклейка не зарегистрирована на этого продавца.",
        "The sticker is not registered to this merchant.";
}
