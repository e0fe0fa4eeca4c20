//! What a cashier is told for each code: what happened, and what to do.

use crate::Text;
use domain::Code;

/// The sentence for a code. It is shown as it is, so it always says what to do next.
pub fn code_text(code: Code) -> Text {
    let (ru, en) = request_words(code)
        .or_else(|| outcome_words(code))
        .unwrap_or_else(|| trouble_words(code));
    Text::new(ru, en)
}

/// Codes about the request itself.
fn request_words(code: Code) -> Option<(&'static str, &'static str)> {
    Some(match code {
        Code::Malformed => (
            "Запрос кассы не читается, операция не начата. Сообщите в службу поддержки.",
            "The register's request cannot be read, nothing was started. Call support.",
        ),
        Code::InvalidField => (
            "В запросе кассы неверно заполнено поле, операция не начата. Сообщите в службу поддержки.",
            "A field of the register's request is wrong, nothing was started. Call support.",
        ),
        Code::AmountOutOfRange => (
            "Такую сумму через этот способ оплаты принять нельзя, операция не начата. Предложите другой способ оплаты.",
            "This means of payment does not take such a sum, nothing was started. Offer other means of payment.",
        ),
        Code::TooLarge => (
            "Запрос кассы слишком велик, операция не начата. Разделите чек или сообщите в службу поддержки.",
            "The register's request is too large, nothing was started. Split the receipt or call support.",
        ),
        Code::UnknownOperation => (
            "Сервер оплаты не знает такой операции. Обновите кассовую программу или сообщите в службу поддержки.",
            "The payment server does not know this operation. Update the register's software or call support.",
        ),
        Code::UnknownModule => (
            "Этот способ оплаты на сервере не подключён. Выберите другой способ и сообщите в службу поддержки.",
            "This means of payment is not switched on at the server. Choose another and call support.",
        ),
        Code::NotConfigured => (
            "Для этой кассы оплата по QR не настроена. Выберите другой способ и сообщите в службу поддержки.",
            "QR payment is not set up for this register. Choose another means and call support.",
        ),
        Code::IdConflict => (
            "Под этим номером уже есть другая операция. Проверьте её результат и сообщите в службу поддержки.",
            "Another operation has this id already. Check its outcome and call support.",
        ),
        Code::UnknownPayment => (
            "Операция не найдена. Проверьте номер чека и магазин.",
            "The operation was not found. Check the receipt's number and the store.",
        ),
        Code::Unauthorized => (
            "Сервер оплаты не узнал кассу. Сообщите в службу поддержки: нужен ключ доступа этой кассы.",
            "The payment server did not recognise the register. Call support: this register's token is needed.",
        ),
        Code::CustomerCodeNeeded => (
            "Для этой оплаты нужен QR-код покупателя. Отсканируйте код с телефона покупателя и повторите.",
            "This payment needs the buyer's own QR code. Scan the code on the buyer's phone and try again.",
        ),
        Code::RateLimited => (
            "Слишком много запросов подряд. Подождите несколько секунд и повторите.",
            "Too many requests in a row. Wait a few seconds and try again.",
        ),
        Code::DeadlineTooShort => (
            "Время ожидания на кассе меньше, чем нужно для оплаты. Сообщите в службу поддержки: увеличьте таймаут.",
            "The register waits for less time than a payment needs. Call support: the time-out must grow.",
        ),
        Code::Unsupported => (
            "Этот банк такую операцию не выполняет. Выберите другой способ.",
            "This bank cannot do that. Choose another way.",
        ),
        Code::ReceiptHasPayment => (
            "По этому чеку такая оплата уже есть, вторая невозможна. Остаток чека примите другим способом.",
            "This receipt has such a payment already, there can be no second. Take the rest by other means.",
        ),
        Code::NotAwaitingConfirmation => (
            "Эта оплата не ждёт подтверждения. Проверьте её состояние; при необходимости начните оплату заново.",
            "This payment does not wait for a confirmation. Check its state; start the payment anew if needed.",
        ),
        Code::AlreadyConfirmed => (
            "Списание уже подтверждено на другую сумму. Дождитесь его результата.",
            "The debit was confirmed before, with another sum. Wait for its outcome.",
        ),
        _ => return None,
    })
}

/// Codes about what became of an operation.
fn outcome_words(code: Code) -> Option<(&'static str, &'static str)> {
    Some(match code {
        Code::NothingPayable => (
            "По этому чеку нечего списать: нет подходящих товаров или средств на счёте. Примите оплату другим способом.",
            "Nothing can be debited for this receipt: no such goods, or no money on the account. Take other means.",
        ),
        Code::Declined => (
            "Банк покупателя отклонил оплату. Предложите оплатить ещё раз или другим способом.",
            "The buyer's bank declined. Offer to pay once more or by other means.",
        ),
        Code::Expired => (
            "Время на оплату вышло, деньги не списаны. Начните оплату заново.",
            "The time to pay is over, no money was taken. Start the payment again.",
        ),
        Code::Cancelled => (
            "Оплата отменена, деньги не списаны. Выберите способ оплаты.",
            "The payment was cancelled, no money was taken. Choose a means of payment.",
        ),
        Code::AlreadyPaid => (
            "Уже оплачено, отменить нельзя. Закройте чек, а если покупка не нужна, оформите возврат.",
            "It is paid already and cannot be cancelled. Close the receipt, or make a refund.",
        ),
        Code::NotPaid => (
            "Эта покупка не оплачена, возвращать нечего. Проверьте номер чека.",
            "This purchase is not paid, there is nothing to return. Check the receipt's number.",
        ),
        Code::RefundExceedsPayment => (
            "Сумма возврата больше остатка оплаты. Уменьшите сумму возврата.",
            "The refund is larger than what is left of the payment. Reduce the sum.",
        ),
        Code::RefundUnderWay => (
            "Другой возврат по этой оплате ещё не закончен. Дождитесь его конца и повторите.",
            "Another refund of this payment has not ended yet. Wait for its end, then try again.",
        ),
        Code::ProviderRefused => (
            "Банк отказал в операции. Предложите другой способ; если отказ повторится, сообщите в службу поддержки.",
            "The bank refused. Offer other means; if it happens again, call support.",
        ),
        Code::ProviderLogin => (
            "Банк не принял ключ магазина. Выберите другой способ и сообщите в службу поддержки.",
            "The bank did not accept the store's key. Choose other means and call support.",
        ),
        Code::LinkBusy => (
            "По этому QR-коду уже идёт оплата. Дождитесь её конца или отмените её и повторите.",
            "A payment is under way on this QR code. Wait for its end or cancel it, then try again.",
        ),
        Code::LinkForeign => (
            "Этот QR-код закреплён не за вашей кассой. Возьмите табличку своей кассы.",
            "This QR code belongs to another register. Take the sticker of your own register.",
        ),
        Code::LinkUnbound => (
            "QR-код ещё не привязан к кассе. Привяжите его через проверку статического QR-кода.",
            "The QR code is not tied to a register yet. Tie it by the check of static QR codes.",
        ),
        Code::NotALink => (
            "Это не платёжный QR-код СБП, или он прочитан с искажением. Отсканируйте его ещё раз.",
            "This is not an SBP payment code, or it was misread. Scan it once more.",
        ),
        Code::TerminalNumberNeeded => (
            "Для привязки банк просит номер терминала. Введите номер, выданный банком для этой кассы.",
            "The bank wants a terminal number to tie this code. Enter the number it issued for this register.",
        ),
        Code::TerminalNumberTaken => (
            "Этот номер терминала уже занят другой кассой. Проверьте номер, выданный банком, и введите его ещё раз.",
            "Another register has this terminal number already. Check the number that the bank issued and enter it again.",
        ),
        _ => return None,
    })
}

/// Codes about things that break.
fn trouble_words(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::ProviderUnreachable => (
            "Нет связи с банком, деньги не списаны. Повторите или выберите другой способ.",
            "The bank cannot be reached, no money was taken. Try again or choose other means.",
        ),
        Code::ProviderSilent => (
            "Банк не ответил вовремя, оплата закрыта без списания. Повторите или выберите другой способ.",
            "The bank did not answer in time; the payment was closed and no money was taken. Try again or choose other means.",
        ),
        Code::ProviderUnclear => (
            "Ответ банка непонятен. Не повторяйте операцию и сообщите в службу поддержки.",
            "The bank's answer is not understood. Do not repeat the operation and call support.",
        ),
        Code::ProviderBusy => (
            "Банк перегружен, деньги не списаны. Подождите минуту и повторите.",
            "The bank is overloaded, no money was taken. Wait a minute and try again.",
        ),
        Code::Unresolved => (
            "Результат пока неизвестен, банк проверяется. Не повторяйте операцию: запросите её состояние позже.",
            "The outcome is not known yet, the bank is being asked. Do not repeat it: ask for its state later.",
        ),
        Code::ShuttingDown => (
            "Сервер оплаты перезапускается, операция не начата. Повторите через минуту.",
            "The payment server is restarting, nothing was started. Try again in a minute.",
        ),
        Code::JournalUnavailable => (
            "Сервер оплаты не может записать операцию, она не начата. Повторите через минуту или сообщите в службу поддержки.",
            "The payment server cannot record the operation, nothing was started. Try again in a minute or call support.",
        ),
        _ => (
            "Сбой на сервере оплаты. Запросите состояние операции и сообщите в службу поддержки.",
            "The payment server failed. Ask for the operation's state and call support.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_code_has_words_of_its_own() {
        let different: BTreeSet<String> = Code::ALL.iter().map(|code| code_text(*code).ru).collect();
        assert_eq!(different.len(), Code::ALL.len());
    }

    #[test]
    fn what_must_not_be_repeated_says_so() {
        for code in [Code::Unresolved, Code::ProviderUnclear] {
            assert!(code_text(code).ru.contains("повторяйте"), "{code:?}");
            assert!(
                code_text(code).en.to_lowercase().contains("do not repeat"),
                "{code:?}"
            );
        }
    }

    #[test]
    fn what_can_be_repeated_never_forbids_it() {
        for code in Code::ALL.into_iter().filter(|code| code.repeatable()) {
            assert!(!code_text(code).ru.contains("Не повторяйте"), "{code:?}");
        }
    }
}
