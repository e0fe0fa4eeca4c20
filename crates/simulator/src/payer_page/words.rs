//! The words of the payer's page, in Russian and English.

use crate::provider::About;

/// Language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    Ru,
    En,
}

impl Lang {
    /// English if asked for, else Russian.
    pub(super) fn of(code: Option<&str>) -> Self {
        if code == Some("en") { Self::En } else { Self::Ru }
    }

    pub(super) fn code(self) -> &'static str {
        if self == Self::En { "en" } else { "ru" }
    }

    pub(super) fn name(self) -> &'static str {
        if self == Self::En {
            "English"
        } else {
            "Русский"
        }
    }

    pub(super) fn other(self) -> Self {
        if self == Self::En { Self::Ru } else { Self::En }
    }

    /// The provider's name.
    pub(super) fn title(self, about: &About) -> &'static str {
        if self == Self::En {
            about.title_en
        } else {
            about.title_ru
        }
    }

    pub(super) fn words(self) -> &'static Words {
        if self == Self::En { &EN } else { &RU }
    }
}

pub(super) struct Words {
    pub title: &'static str,
    pub simulation: &'static str,
    pub paste_link: &'static str,
    pub open: &'static str,
    pub waiting: &'static str,
    pub nothing_waits: &'static str,
    pub ready: &'static str,
    pub in_progress: &'static str,
    pub paid: &'static str,
    pub declined: &'static str,
    pub cancelled: &'static str,
    pub expired: &'static str,
    pub inactive: &'static str,
    pub inactive_hint: &'static str,
    pub pay: &'static str,
    pub decline: &'static str,
    pub enter_sum: &'static str,
    pub purpose: &'static str,
    pub order: &'static str,
    pub place: &'static str,
    pub until: &'static str,
    pub paid_at: &'static str,
    pub transaction: &'static str,
    pub method: &'static str,
    pub sbp: &'static str,
    pub provider: &'static str,
    pub own_codes: &'static str,
    pub own_cards: &'static str,
    pub show_code: &'static str,
    pub show_code_hang: &'static str,
    pub show_code_decline: &'static str,
    pub code_hint: &'static str,
    pub misread: &'static str,
    pub unknown: &'static str,
    pub unbound: &'static str,
    pub sticker_title: &'static str,
    pub sticker_about: &'static str,
    pub sticker_print: &'static str,
}

const RU: Words = Words {
    title: "Банк покупателя",
    simulation: "Учебный стенд: деньги не списываются.",
    paste_link: "Ссылка из QR-кода",
    open: "Открыть",
    waiting: "Ожидают оплаты",
    nothing_waits: "Сейчас ничего не ждёт оплаты.",
    ready: "Ожидает оплаты",
    in_progress: "Платёж выполняется",
    paid: "Оплачено",
    declined: "Платёж отклонён. Можно попробовать ещё раз",
    cancelled: "Отменено магазином",
    expired: "Срок действия QR-кода истёк",
    inactive: "QR-код сейчас не активен",
    inactive_hint: "Попросите кассира начать оплату. Страница обновится сама.",
    pay: "Оплатить",
    decline: "Отклонить",
    enter_sum: "Введите сумму в рублях",
    purpose: "Назначение",
    order: "Заказ",
    place: "Место",
    until: "Действует до",
    paid_at: "Время оплаты",
    transaction: "Номер операции",
    method: "Способ",
    sbp: "Система быстрых платежей",
    provider: "Банк или сервис",
    own_codes: "Код на телефоне: касса сканирует его",
    own_cards: "Карты",
    show_code: "Показать код кассиру",
    show_code_hang: "Показать код, оплату подтвердить на телефоне",
    show_code_decline: "Показать код, по которому откажут",
    code_hint: "Кассир сканирует этот код. Страница обновится сама.",
    misread: "QR-код не прочитан. Наведите камеру ещё раз",
    unknown: "Банк не знает такого QR-кода",
    unbound: "Эта наклейка ещё не привязана к магазину",
    sticker_title: "Пустая наклейка",
    sticker_about: "QR-код без магазина и суммы. Магазин привязывает наклейку к своей кассе.",
    sticker_print: "Напечатать наклейку",
};

const EN: Words = Words {
    title: "Payer's bank",
    simulation: "A simulation: no money is taken.",
    paste_link: "Link from the QR code",
    open: "Open",
    waiting: "Waiting for payment",
    nothing_waits: "Nothing waits for payment now.",
    ready: "Waiting for payment",
    in_progress: "Payment in progress",
    paid: "Paid",
    declined: "Payment declined. You can try again",
    cancelled: "Cancelled by the shop",
    expired: "The QR code has expired",
    inactive: "This QR code is not active now",
    inactive_hint: "Ask the cashier to start the payment. The page refreshes itself.",
    pay: "Pay",
    decline: "Decline",
    enter_sum: "Enter the amount in rubles",
    purpose: "Purpose",
    order: "Order",
    place: "Place",
    until: "Valid until",
    paid_at: "Paid at",
    transaction: "Transaction",
    method: "Method",
    sbp: "Faster Payments System (SBP)",
    provider: "Bank or service",
    own_codes: "A code on the phone: the register scans it",
    own_cards: "Cards",
    show_code: "Show the code to the cashier",
    show_code_hang: "Show the code, confirm on the phone",
    show_code_decline: "Show a code that will be declined",
    code_hint: "The cashier scans this code. The page refreshes itself.",
    misread: "The QR code was not read. Point the camera at it again",
    unknown: "The bank does not know this QR code",
    unbound: "This sticker is not bound to a shop yet",
    sticker_title: "Empty sticker",
    sticker_about: "A QR code without a shop and a sum. A shop binds the sticker to its till.",
    sticker_print: "Print a sticker",
};
