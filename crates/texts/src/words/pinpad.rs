//! What the register says about its InPAS pin-pad. A word in braces stands for what [`Lang::fill`](super::Lang::fill)
//! puts there.

use super::Word;

macro_rules! sentences {
    ($($(#[$doc:meta])* $name:ident: $ru:literal, $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Word = Word { ru: $ru, en: $en };)*

        /// All of them.
        pub const ALL: &[Word] = &[$($name),*];
    };
}

sentences! {
    /// The dialog before a sale.
    CHOOSE: "Чем платит покупатель?", "How does the buyer pay?";
    /// Its first answer.
    CHOOSE_CARD: "Оплата картой", "By card";
    /// Its second answer.
    CHOOSE_QR: "Оплата QR СБП", "By SBP QR code";
    /// While a card is awaited.
    AT_CARD: "Попросите покупателя приложить карту к пин-паду. Клавиша 1 на пин-паде — оплата по QR.",
        "Ask the buyer to tap the card at the pin-pad. Key 1 of the pin-pad switches to QR.";
    /// While a QR is awaited.
    AT_QR: "QR-код на экране пин-пада. Попросите покупателя отсканировать его в приложении банка.",
        "The QR code is on the pin-pad's screen. Ask the buyer to scan it with the bank's app.";
    /// While a later refund is awaited.
    AT_REFUND: "Возврат не в день покупки: попросите покупателя ещё раз приложить карту к пин-паду.",
        "A refund on a later day: ask the buyer to tap the card at the pin-pad again.";
    /// While anything else is awaited.
    AT_TERMINAL: "Пин-пад выполняет операцию, подождите.", "The pin-pad is at work, please wait.";
    /// While the last receipt is asked for.
    LOOKING_UP: "Запрашиваем у пин-пада копию последнего чека, подождите.",
        "Asking the pin-pad for the copy of its last receipt, please wait.";

    /// A sale was approved.
    SALE_DONE: "Оплата на пин-паде прошла. Закройте чек.", "The payment at the pin-pad went through. Close the receipt.";
    /// Money was given back.
    BACK_DONE: "Возврат на пин-паде выполнен.", "The pin-pad gave the money back.";
    /// The emergency cancel was done.
    EMERGENCY_DONE: "Последняя операция пин-пада отменена.", "The pin-pad's last operation was taken back.";
    /// The connection test was good.
    TEST_DONE: "Пин-пад на связи.", "The pin-pad answers.";
    /// The day was settled.
    SETTLED: "Сверка итогов выполнена, операционный день закрыт. Отмены больше невозможны, только возвраты.",
        "The totals are settled, the operating day is over. From now on there are refunds only, no voids.";
    /// A report or a copy was made.
    PRINTED: "Отчёт пин-пада готов.", "The pin-pad's report is ready.";
    /// A status was told.
    STATUS_TOLD: "Пин-пад ответил об операции по QR.", "The pin-pad answered about the QR operation.";

    /// The answer says: card.
    USED_CARD: "Оплачено картой.", "Paid by card.";
    /// The answer says: QR.
    USED_QR: "Оплачено по QR СБП.", "Paid by SBP QR code.";
    /// The answer does not say.
    USED_NOT_SAID: "Карта или QR: пин-пад не сообщил. Посмотрите на его чек.",
        "Card or QR: the pin-pad did not say. Look at its receipt.";

    /// A sale was refused.
    SALE_DECLINED: "Оплата на пин-паде не прошла, деньги не списаны. Повторите или предложите другой способ.",
        "The payment at the pin-pad did not go through, no money was taken. Try again or offer other means.";
    /// A return was refused.
    BACK_DECLINED: "Возврат на пин-паде не выполнен, деньги покупателю не отправлены.",
        "The pin-pad did not give the money back; nothing was sent to the buyer.";
    /// Anything else was refused.
    DECLINED: "Пин-пад не выполнил операцию.", "The pin-pad did not do it.";
    /// The service did not begin.
    NOT_STARTED: "Пин-пад не начал операцию, деньги не двигались. Причина: {reason} (код {code}).",
        "The pin-pad did not begin, no money moved. The reason: {reason} (code {code}).";
    /// The buyer or the cashier cancelled.
    CANCELLED: "Операция отменена на пин-паде, деньги не двигались.", "Cancelled at the pin-pad, no money moved.";
    /// The terminal has no such command.
    NOT_SUPPORTED: "Этот пин-пад не умеет такой команды.", "This pin-pad has no such command.";
    /// What the terminal shows itself.
    SHOWN: "На пин-паде: {text}", "The pin-pad shows: {text}";

    /// An outcome is not known.
    UNKNOWN: "Исход операции на пин-паде неизвестен. Не повторяйте её и не принимайте наличные: сначала проверьте по копии чека.",
        "The outcome at the pin-pad is not known. Do not repeat it and take no cash: check the copy of the receipt first.";
    /// Nothing that moves money is not known.
    UNKNOWN_REPORT: "Пин-пад не ответил на запрос. Денег он не касается, запросите ещё раз.",
        "The pin-pad did not answer. No money is concerned, ask again.";
    /// An earlier operation is open.
    OPEN: "На пин-паде есть операция с неизвестным исходом: {sum}, {time}. Пока она не проверена, новая невозможна. Проверьте её по копии чека или решите сами.",
        "An operation at the pin-pad has no known outcome: {sum}, {time}. Until it is checked there can be no other. Check it by the copy of the receipt, or decide yourself.";
    /// The copy confirms the operation.
    COPY_CONFIRMS: "Копия чека подтверждает операцию: она выполнена.", "The copy of the receipt confirms it: the operation was done.";
    /// The copy does not.
    COPY_PROVES_NOTHING: "Копия чека не доказывает, что операция выполнена. Посмотрите на неё и спросите банк, затем решите: выполнена или нет.",
        "The copy of the receipt does not prove the operation. Look at it and ask the bank, then decide: done or not.";
    /// There is no copy.
    NO_COPY: "Пин-пад не дал копии чека. Посмотрите его последний чек или спросите банк, затем решите: выполнена операция или нет.",
        "The pin-pad gave no copy of the receipt. Look at its last receipt or ask the bank, then decide: done or not.";
    /// A person said: done.
    DECIDED_DONE: "Записано: операция выполнена. Так решил человек.", "Noted: the operation was done. A person decided so.";
    /// A person said: not done.
    DECIDED_NOT_DONE: "Записано: операция не выполнена. Так решил человек.",
        "Noted: the operation was not done. A person decided so.";
    /// Nothing is open.
    NOTHING_OPEN: "На пин-паде нет операций с неизвестным исходом.", "No operation at the pin-pad has an unknown outcome.";

    /// A partial void was refused.
    TRY_TOMORROW: "Некоторые банки не отменяют часть покупки в тот же день. Сделайте частичный возврат завтра или позже.",
        "Some banks take no part of a payment back on the same day. Make the partial refund tomorrow or later.";
    /// A QR refund was refused.
    RETURN_CASH: "Некоторые банки не возвращают оплату, переключённую на QR клавишей 1. Такую оплату можно вернуть наличными.",
        "Some banks cannot refund a payment that was switched to QR with key 1. Such a payment can be returned in cash.";
    /// The end could not be written down.
    JOURNAL_STOPPED: "Исход не записан в журнал кассы: проверьте место на диске и перезапустите кассу. Чек пин-пада сохраните.",
        "The outcome could not be written to the register's journal: check the disk and restart the register. Keep the pin-pad's receipt.";

    /// No code in the settings.
    NOT_CONFIGURED: "Код операции для пин-пада не задан. Возьмите его из профиля INPAS вашего терминала и впишите в настройки: operations.{op}.code.",
        "The pin-pad's code for this operation is not set. Take it from your terminal's InPAS profile and write it into the settings: operations.{op}.code.";
    /// qrSBP is false.
    QR_OFF: "Оплата по QR на пин-паде выключена. Чтобы включить, укажите qrSBP = true.",
        "QR payment at the pin-pad is switched off. To switch it on, set qrSBP = true.";
    /// No RRN.
    FIELD_MISSING: "Для этой операции нужны данные исходной оплаты (поле {field}). Возьмите их с её чека.",
        "This operation needs data of the payment itself (field {field}). Take it from its receipt.";
    /// A value that cannot be sent.
    FIELD_REFUSED: "Значение поля {field} нельзя передать пин-паду. Исправьте его.",
        "The value of field {field} cannot be sent to the pin-pad. Correct it.";
    /// The sum is zero.
    NO_AMOUNT: "Сумма равна нулю. Укажите сумму.", "The sum is zero. Give a sum.";
    /// More than was paid.
    MORE_THAN_PAID: "Вернуть {asked} нельзя: от этой оплаты осталось {left}.",
        "{asked} cannot be given back: {left} is left of this payment.";
    /// Two operations at once.
    BUSY: "Пин-пад занят другой операцией этой кассы. Дождитесь её конца.",
        "The pin-pad is busy with another operation of this register. Wait for its end.";
    /// The service is away.
    NOT_SENT: "Служба DualConnector не отвечает по адресу {url}. Ничего не отправлено. Проверьте, что служба запущена, и повторите.",
        "The DualConnector Service does not answer at {url}. Nothing was sent. Check that the service runs, and try again.";
    /// The HTTP client.
    CLIENT: "Касса не может обратиться к службе пин-пада: {reason}. Проверьте настройки.",
        "The register cannot turn to the pin-pad's service: {reason}. Check the settings.";
    /// The journal.
    JOURNAL: "Журнал пин-пада на кассе недоступен, операция не начата. Сообщите в службу поддержки: {reason}",
        "The register's journal of the pin-pad cannot be used, nothing was started. Call support: {reason}";
    /// The task ended.
    BROKE_OFF: "Операция прервалась внутри кассы. Исход неизвестен: не повторяйте её, проверьте по копии чека.",
        "The operation broke off inside the register. Its outcome is not known: do not repeat it, check the copy of the receipt.";

    /// After the first Ctrl-C.
    CANCEL_AT_TERMINAL: "Отменить операцию можно только на самом пин-паде, красной клавишей. Ctrl-C ещё раз — выйти, не зная исхода.",
        "The operation can be cancelled only at the pin-pad itself, with the red key. Ctrl-C again leaves without knowing the outcome.";
    /// The payment is not in the journal.
    NOT_REMEMBERED: "Касса не помнит такой оплаты. Выберите сами: void в день покупки или refund позже.",
        "This register does not remember such a payment. Choose yourself: void on the day of the payment, refund later.";

    /// The service works.
    HEALTH_WORKS: "Служба DualConnector работает.", "The DualConnector Service works.";
    /// Something else answers.
    HEALTH_OTHER: "По этому адресу отвечает не служба DualConnector. Проверьте адрес.",
        "What answers at this address is not the DualConnector Service. Check the address.";
    /// The terminal is another one.
    OTHER_TERMINAL: "Пин-пад назвал другой номер терминала: {found}, в настройках {expected}. Исправьте id.",
        "The pin-pad names another terminal: {found}, the settings say {expected}. Correct id.";
}

/// The reason behind an error code of the DualConnector Service that is said before anything is begun.
pub const fn not_started_reason(code: u32) -> Word {
    let (ru, en) = match code {
        4 => (
            "служба не поняла запроса",
            "the service did not understand the request",
        ),
        5 => (
            "настройки службы указывают на другие",
            "the service's settings point elsewhere",
        ),
        6 => ("у службы нет файла настроек", "the service has no settings file"),
        7 => (
            "в настройках службы ошибка формата",
            "the service's settings are malformed",
        ),
        8 => (
            "в настройках службы неверно задан её журнал",
            "the service's settings name a bad log",
        ),
        9 => (
            "в настройках службы неверно заданы устройства",
            "the service's settings name bad devices",
        ),
        10 => (
            "в настройках службы порт указан дважды",
            "the service's settings name a port twice",
        ),
        11 => (
            "в настройках службы неверно задан вывод",
            "the service's settings name a bad output",
        ),
        14 => (
            "в настройках службы неверно задан экран",
            "the service's settings name a bad screen",
        ),
        16 => (
            "пин-пад занят другой операцией, повторите позже",
            "the pin-pad is busy with another operation, try again later",
        ),
        _ => ("служба её не назвала", "the service did not name it"),
    };
    Word { ru, en }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cyrillic(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{400}'..='\u{4ff}'))
    }

    #[test]
    fn every_sentence_is_there_in_both_languages() {
        let reasons = (0..=30).map(not_started_reason);
        for word in ALL.iter().copied().chain(reasons) {
            assert!(cyrillic(word.ru), "{}", word.ru);
            assert!(!word.en.is_empty() && !cyrillic(word.en), "{}", word.en);
            assert_eq!(
                word.ru.matches('{').count(),
                word.en.matches('{').count(),
                "{}",
                word.en
            );
        }
    }

    #[test]
    fn an_unknown_outcome_forbids_a_repeat() {
        for word in [UNKNOWN, BROKE_OFF] {
            assert!(word.ru.to_lowercase().contains("не повторяйте"), "{}", word.ru);
            assert!(word.en.to_lowercase().contains("do not repeat"), "{}", word.en);
        }
    }
}
