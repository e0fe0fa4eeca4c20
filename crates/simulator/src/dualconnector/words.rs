//! The words around the pin-pad on its page. The pin-pad's own screen speaks Russian, as the device does.

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    Ru,
    En,
}

impl Lang {
    pub(super) fn of(code: Option<&str>) -> Self {
        if code == Some("en") { Self::En } else { Self::Ru }
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    pub(super) const fn words(self) -> &'static Words {
        match self {
            Self::Ru => &RU,
            Self::En => &EN,
        }
    }
}

pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) tap: &'static str,
    pub(super) phone: &'static str,
    pub(super) decline: &'static str,
    pub(super) cancel: &'static str,
    pub(super) one: &'static str,
    pub(super) number: &'static str,
    pub(super) other: &'static str,
}

const RU: Words = Words {
    title: "Учебный пин-пад",
    about: "Настоящие деньги не движутся.",
    tap: "Приложить карту",
    phone: "Оплатить телефоном",
    decline: "Банк отклоняет",
    cancel: "Отмена",
    one: "1 — QR СБП",
    number: "Ввод",
    other: "English",
};

const EN: Words = Words {
    title: "A pin-pad for practice",
    about: "No real money moves.",
    tap: "Tap the card",
    phone: "Pay with the phone",
    decline: "The bank declines",
    cancel: "Cancel",
    one: "1 — SBP QR",
    number: "Enter",
    other: "Русский",
};
