//! What the kiosk says, by the key that its page and script use.

use super::{Word, words};

/// All of it.
pub const ALL: &[(&str, Word)] = &[
    (
        "title",
        Word {
            ru: "Касса самообслуживания",
            en: "Self-checkout",
        },
    ),
    (
        "choose",
        Word {
            ru: "Выберите товары",
            en: "Choose your goods",
        },
    ),
    (
        "choose_hint",
        Word {
            ru: "Нажмите на товар, чтобы положить его в корзину",
            en: "Tap a product to put it into the basket",
        },
    ),
    (
        "basket",
        Word {
            ru: "Корзина",
            en: "Basket",
        },
    ),
    (
        "empty",
        Word {
            ru: "Здесь появятся ваши товары",
            en: "Your goods will appear here",
        },
    ),
    (
        "total",
        Word {
            ru: "Итого",
            en: "Total",
        },
    ),
    (
        "pay",
        Word {
            ru: "Оплатить по QR",
            en: "Pay by QR",
        },
    ),
    (
        "tender",
        Word {
            ru: "Способ оплаты",
            en: "How to pay",
        },
    ),
    (
        "more",
        Word {
            ru: "Добавить",
            en: "Add one",
        },
    ),
    (
        "less",
        Word {
            ru: "Убрать",
            en: "Take one away",
        },
    ),
    (
        "to_pay",
        Word {
            ru: "К оплате",
            en: "To pay",
        },
    ),
    (
        "getting_qr",
        Word {
            ru: "Готовим код для оплаты…",
            en: "Preparing the payment code…",
        },
    ),
    (
        "scan",
        Word {
            ru: "Отсканируйте код приложением банка",
            en: "Scan the code with your bank's app",
        },
    ),
    (
        "scan_1",
        Word {
            ru: "Откройте камеру или приложение банка",
            en: "Open the camera or your bank's app",
        },
    ),
    (
        "scan_2",
        Word {
            ru: "Наведите на код",
            en: "Point it at the code",
        },
    ),
    (
        "scan_3",
        Word {
            ru: "Подтвердите оплату в телефоне",
            en: "Confirm the payment on the phone",
        },
    ),
    (
        "scan_sticker",
        Word {
            ru: "Отсканируйте наклейку с QR-кодом у кассы",
            en: "Scan the QR sticker at the register",
        },
    ),
    (
        "time_left",
        Word {
            ru: "Осталось времени",
            en: "Time left",
        },
    ),
    (
        "qr_alt",
        Word {
            ru: "QR-код для оплаты",
            en: "QR code to pay with",
        },
    ),
    (
        "cancel",
        Word {
            ru: "Отменить оплату",
            en: "Cancel the payment",
        },
    ),
    (
        "cancelling",
        Word {
            ru: "Отменяем оплату…",
            en: "Cancelling the payment…",
        },
    ),
    (
        "offline",
        Word {
            ru: "Связь прервалась. Платёж не потерян: узнаём, что с ним.",
            en: "The connection broke. The payment is not lost: we are asking about it.",
        },
    ),
    (
        "paid",
        Word {
            ru: "Оплачено",
            en: "Paid",
        },
    ),
    (
        "paid_text",
        Word {
            ru: "Спасибо за покупку!",
            en: "Thank you for your purchase!",
        },
    ),
    (
        "declined",
        Word {
            ru: "Банк отклонил оплату",
            en: "The bank declined the payment",
        },
    ),
    (
        "declined_text",
        Word {
            ru: "Деньги не списаны. Попробуйте другую карту или счёт.",
            en: "No money was taken. Try another card or account.",
        },
    ),
    (
        "expired",
        Word {
            ru: "Время оплаты вышло",
            en: "Time to pay is over",
        },
    ),
    (
        "expired_text",
        Word {
            ru: "Деньги не списаны. Можно попробовать ещё раз.",
            en: "No money was taken. You can try again.",
        },
    ),
    (
        "cancelled",
        Word {
            ru: "Оплата отменена",
            en: "The payment was cancelled",
        },
    ),
    (
        "cancelled_text",
        Word {
            ru: "Деньги не списаны.",
            en: "No money was taken.",
        },
    ),
    (
        "refused",
        Word {
            ru: "Оплатить не получилось",
            en: "The payment could not be started",
        },
    ),
    (
        "refused_text",
        Word {
            ru: "Деньги не списаны.",
            en: "No money was taken.",
        },
    ),
    (
        "unresolved",
        Word {
            ru: "Не повторяйте оплату",
            en: "Do not pay again",
        },
    ),
    (
        "unresolved_text",
        Word {
            ru: "Банк ещё не ответил, прошла ли она. Мы продолжаем узнавать: экран обновится сам. Позовите сотрудника магазина.",
            en: "The bank has not said yet whether it went through. We keep asking, and this screen will update itself. Please call the staff.",
        },
    ),
    (
        "again",
        Word {
            ru: "Попробовать ещё раз",
            en: "Try again",
        },
    ),
    (
        "receipt",
        Word {
            ru: "Чек",
            en: "Receipt",
        },
    ),
    (
        "requisites",
        Word {
            ru: "Реквизиты платежа",
            en: "Payment requisites",
        },
    ),
    (
        "refund",
        Word {
            ru: "Вернуть товар",
            en: "Return goods",
        },
    ),
    (
        "refund_choose",
        Word {
            ru: "Что вернуть?",
            en: "What do you return?",
        },
    ),
    (
        "refund_hint",
        Word {
            ru: "Деньги вернутся на тот же счёт",
            en: "The money goes back to the same account",
        },
    ),
    (
        "refund_all",
        Word {
            ru: "Всё", en: "All"
        },
    ),
    (
        "refund_none",
        Word {
            ru: "Ничего",
            en: "Nothing",
        },
    ),
    (
        "refund_do",
        Word {
            ru: "Вернуть",
            en: "Return",
        },
    ),
    (
        "refund_back",
        Word {
            ru: "Назад",
            en: "Back",
        },
    ),
    (
        "refunding",
        Word {
            ru: "Возвращаем деньги…",
            en: "Returning the money…",
        },
    ),
    (
        "refunded",
        Word {
            ru: "Деньги возвращены",
            en: "The money was returned",
        },
    ),
    (
        "refund_failed",
        Word {
            ru: "Вернуть не получилось",
            en: "The refund did not go through",
        },
    ),
    (
        "refund_unknown",
        Word {
            ru: "Банк ещё не подтвердил возврат. Не повторяйте его: экран обновится сам.",
            en: "The bank has not confirmed the refund yet. Do not repeat it: this screen will update itself.",
        },
    ),
    (
        "request",
        Word {
            ru: "Номер платежа",
            en: "Payment id",
        },
    ),
    (
        "staff_close",
        Word {
            ru: "Закрыть (для сотрудника)",
            en: "Close (for the staff)",
        },
    ),
    (
        "new_purchase",
        Word {
            ru: "Новая покупка",
            en: "New purchase",
        },
    ),
    (
        "store",
        Word {
            ru: "Магазин",
            en: "Store",
        },
    ),
    (
        "terminal",
        Word {
            ru: "касса",
            en: "register",
        },
    ),
    (
        "language",
        Word {
            ru: "Язык",
            en: "Language",
        },
    ),
];

words! {
    /// The demonstration's name.
    DEMO_TITLE: "Оплата по QR: демонстрация", "QR payments: a demonstration";
    /// What the demonstration is.
    DEMO_WHAT: "Слева касса магазина, справа телефон покупателя. Банк здесь ненастоящий, а сервер и обмен между ними — те же, что в магазине.", "A shop's register on the left, the buyer's phone on the right. The bank is simulated; the server between them is the real one.";
    /// Above the register.
    DEMO_REGISTER: "Касса", "Register";
    /// Above the phone.
    DEMO_PHONE: "Телефон покупателя", "Buyer's phone";
    /// The link on a narrow screen.
    DEMO_OPEN_PHONE: "Открыть телефон покупателя", "Open the buyer's phone";
    /// Before a QR is shown.
    DEMO_HINT: "Выберите товары на кассе и нажмите «Оплатить по QR»", "Choose goods at the register and press “Pay by QR”";
    /// While a QR is shown.
    DEMO_SHOWN: "Код на экране. Оплатите его в телефоне", "The code is on the screen. Pay it on the phone";
    /// After it was paid.
    DEMO_PAID: "Оплачено: касса узнала об этом от банка", "Paid: the register has learnt it from the bank";
    /// After any other end.
    DEMO_ENDED: "Платёж закончен. Начните новую покупку на кассе", "The payment has ended. Begin a new purchase at the register";
}
