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
    (
        "slide_scanBarCode",
        Word {
            ru: "Отсканируйте штрихкод товара",
            en: "Scan the barcode of your goods",
        },
    ),
    (
        "slide_vision",
        Word {
            ru: "Штрихкода нет? Выберите товар по картинке",
            en: "No barcode? Choose the goods by their picture",
        },
    ),
    (
        "slide_QRPay",
        Word {
            ru: "Оплатите телефоном по QR-коду",
            en: "Pay with your phone by QR code",
        },
    ),
    (
        "unknown_barcode",
        Word {
            ru: "Такого товара нет. Отсканируйте ещё раз или выберите по картинке.",
            en: "There are no such goods. Scan again or choose by the picture.",
        },
    ),
    (
        "show_code",
        Word {
            ru: "Покажите свой код",
            en: "Show your code",
        },
    ),
    (
        "show_code_hint",
        Word {
            ru: "Откройте код для оплаты в приложении банка и поднесите телефон к сканеру",
            en: "Open the payment code in your bank's app and hold the phone to the scanner",
        },
    ),
    (
        "code_typed",
        Word {
            ru: "Или введите код вручную",
            en: "Or type the code",
        },
    ),
    (
        "camera_no",
        Word {
            ru: "Камеры у этой кассы нет: поднесите код к сканеру или введите его",
            en: "This register has no camera: hold the code to the scanner or type it",
        },
    ),
    (
        "camera_hint",
        Word {
            ru: "Наведите камеру на код",
            en: "Hold the code before the camera",
        },
    ),
    (
        "code_pay",
        Word {
            ru: "Оплатить",
            en: "Pay",
        },
    ),
    (
        "charging",
        Word {
            ru: "Банк проводит оплату…",
            en: "The bank is taking the payment…",
        },
    ),
    (
        "charging_phone",
        Word {
            ru: "Банк проводит оплату. Если телефон попросит, подтвердите её там",
            en: "The bank is taking the payment. If your phone asks, confirm it there",
        },
    ),
    (
        "confirm_title",
        Word {
            ru: "Списать деньги за эти товары?",
            en: "Take the money for these goods?",
        },
    ),
    (
        "confirm_hint",
        Word {
            ru: "С социального счёта можно оплатить только эти товары",
            en: "Only these goods may be paid from the social account",
        },
    ),
    (
        "available",
        Word {
            ru: "Доступно",
            en: "Available",
        },
    ),
    (
        "to_debit",
        Word {
            ru: "Будет списано",
            en: "Will be taken",
        },
    ),
    (
        "confirm_rest",
        Word {
            ru: "Останется оплатить другим способом",
            en: "Left to pay another way",
        },
    ),
    (
        "confirm_do",
        Word {
            ru: "Подтвердить",
            en: "Confirm",
        },
    ),
    (
        "confirming",
        Word {
            ru: "Списываем деньги…",
            en: "Taking the money…",
        },
    ),
    (
        "rest",
        Word {
            ru: "Осталось доплатить",
            en: "Left to pay",
        },
    ),
    (
        "pay_rest",
        Word {
            ru: "Доплатить другим способом",
            en: "Pay the rest another way",
        },
    ),
    (
        "say_paid",
        Word {
            ru: "Оплата прошла. Спасибо за покупку!",
            en: "Paid. Thank you!",
        },
    ),
    (
        "say_scan",
        Word {
            ru: "Отсканируйте код на экране",
            en: "Scan the code on the screen",
        },
    ),
    (
        "say_sticker",
        Word {
            ru: "Отсканируйте наклейку у кассы",
            en: "Scan the sticker at the register",
        },
    ),
    (
        "say_code",
        Word {
            ru: "Покажите код из приложения банка",
            en: "Show the code from your bank's app",
        },
    ),
    (
        "say_confirm",
        Word {
            ru: "Подтвердите списание",
            en: "Confirm the payment",
        },
    ),
    (
        "say_failed",
        Word {
            ru: "Оплата не прошла. Деньги не списаны",
            en: "The payment did not go through. No money was taken",
        },
    ),
    (
        "say_unresolved",
        Word {
            ru: "Не повторяйте оплату. Позовите сотрудника",
            en: "Do not pay again. Please call the staff",
        },
    ),
    (
        "show_card",
        Word {
            ru: "Приложите социальную карту",
            en: "Present your social card",
        },
    ),
    (
        "show_card_hint",
        Word {
            ru: "Приложите карту к терминалу у кассы",
            en: "Hold the card to the terminal at the register",
        },
    ),
    (
        "card_typed",
        Word {
            ru: "Или введите номер, который показал терминал",
            en: "Or type the number that the terminal shows",
        },
    ),
    (
        "say_card",
        Word {
            ru: "Приложите социальную карту",
            en: "Present your social card",
        },
    ),
    (
        "reserving",
        Word {
            ru: "Узнаём, что можно оплатить с социального счёта…",
            en: "Asking what the social account may pay…",
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
