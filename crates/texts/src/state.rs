//! How an operation stands, for the cashier and for the operator's list.

use crate::Text;
use domain::{OperationKind, State};

/// A sentence for the cashier on how an operation of this kind stands.
pub fn state_text(state: State, kind: OperationKind) -> Text {
    let (ru, en) = match kind {
        OperationKind::Payment => payment(state),
        OperationKind::Refund => refund(state),
        OperationKind::LinkCheck | OperationKind::LinkBind => link(state),
    };
    Text::new(ru, en)
}

/// The state in one or two words, for lists.
pub fn state_name(state: State) -> Text {
    let (ru, en) = match state {
        State::Registering => ("Запрос в банк", "Asking the bank"),
        State::AwaitingPayment => ("Ждёт оплаты", "Awaiting payment"),
        State::AwaitingConfirmation => ("Ждёт подтверждения", "Awaiting confirmation"),
        State::Confirming => ("Списывается", "Being debited"),
        State::Closing => ("Закрывается", "Closing"),
        State::Refunding => ("Возвращается", "Refunding"),
        State::Unresolved => ("Результат неизвестен", "Outcome unknown"),
        State::Paid => ("Оплачено", "Paid"),
        State::Declined => ("Отклонено банком", "Declined by the bank"),
        State::Expired => ("Время вышло", "Expired"),
        State::Cancelled => ("Отменено", "Cancelled"),
        State::Refused => ("Отказ", "Refused"),
        State::Refunded => ("Возвращено", "Refunded"),
        State::Done => ("Выполнено", "Done"),
    };
    Text::new(ru, en)
}

fn payment(state: State) -> (&'static str, &'static str) {
    match state {
        State::Registering => (
            "Запрашиваем QR-код в банке, подождите.",
            "Asking the bank for a QR code, please wait.",
        ),
        State::AwaitingPayment => (
            "Ждём оплату. Попросите покупателя отсканировать QR-код в приложении банка.",
            "Waiting for the payment. Ask the buyer to scan the QR code with the bank's app.",
        ),
        State::AwaitingConfirmation => (
            "Средства зарезервированы. Проверьте сумму и подтвердите списание.",
            "The money is reserved. Check the sum and confirm the debit.",
        ),
        State::Confirming => (
            "Списание подтверждено, ждём ответа. Подождите.",
            "The debit is confirmed, waiting for the answer. Please wait.",
        ),
        State::Closing => (
            "Оплата закрывается, проверяем, не пришли ли деньги. Подождите.",
            "The payment is being closed; checking that no money came. Please wait.",
        ),
        State::Refunding => ("Деньги возвращаются покупателю.", "The money is being returned."),
        State::Unresolved => (
            "Результат оплаты пока неизвестен. Не повторяйте оплату: запросите её состояние позже.",
            "The outcome of the payment is not known yet. Do not repeat it: ask for its state later.",
        ),
        State::Paid => (
            "Оплата прошла. Закройте чек.",
            "The payment went through. Close the receipt.",
        ),
        State::Declined => (
            "Банк покупателя отклонил оплату, деньги не списаны. Предложите другой способ.",
            "The buyer's bank declined, no money was taken. Offer other means.",
        ),
        State::Expired => (
            "Время на оплату вышло, деньги не списаны.",
            "The time to pay is over, no money was taken.",
        ),
        State::Cancelled => (
            "Оплата отменена, деньги не списаны.",
            "The payment was cancelled, no money was taken.",
        ),
        State::Refused => (
            "Оплата не прошла, деньги не списаны.",
            "The payment did not go through, no money was taken.",
        ),
        State::Refunded => ("Деньги возвращены покупателю.", "The money was returned."),
        State::Done => ("Операция выполнена.", "The operation is done."),
    }
}

fn refund(state: State) -> (&'static str, &'static str) {
    match state {
        State::Registering => (
            "Отправляем возврат в банк, подождите.",
            "Sending the refund to the bank, please wait.",
        ),
        State::AwaitingPayment | State::AwaitingConfirmation | State::Confirming | State::Refunding => (
            "Банк принял возврат и выполняет его. Подождите.",
            "The bank took the refund and is carrying it out. Please wait.",
        ),
        State::Closing => (
            "Возврат закрывается, подождите.",
            "The refund is being closed, please wait.",
        ),
        State::Unresolved => (
            "Результат возврата пока неизвестен. Не повторяйте возврат и не выдавайте наличные: запросите состояние позже.",
            "The outcome of the refund is not known yet. Do not repeat it and pay no cash: ask for its state later.",
        ),
        State::Paid | State::Refunded | State::Done => (
            "Возврат выполнен, деньги вернутся на счёт покупателя.",
            "The refund is done, the money goes back to the buyer's account.",
        ),
        State::Declined | State::Refused => (
            "Возврат не выполнен, деньги покупателю не отправлены.",
            "The refund was not made, no money was sent to the buyer.",
        ),
        State::Expired => ("Время на возврат вышло.", "The time for the refund is over."),
        State::Cancelled => ("Возврат отменён.", "The refund was cancelled."),
    }
}

fn link(state: State) -> (&'static str, &'static str) {
    match state {
        State::Registering
        | State::AwaitingPayment
        | State::AwaitingConfirmation
        | State::Confirming
        | State::Closing
        | State::Refunding => (
            "Проверяем QR-код в банке, подождите.",
            "Asking the bank about the QR code, please wait.",
        ),
        State::Unresolved => (
            "Банк ещё не ответил про этот QR-код. Повторите проверку позже.",
            "The bank has not answered about this QR code yet. Check again later.",
        ),
        State::Paid | State::Refunded | State::Done => {
            ("Проверка QR-кода выполнена.", "The QR code was checked.")
        }
        State::Declined | State::Refused => (
            "Проверить QR-код не удалось.",
            "The QR code could not be checked.",
        ),
        State::Expired => (
            "Время на проверку QR-кода вышло.",
            "The time to check the QR code is over.",
        ),
        State::Cancelled => (
            "Проверка QR-кода прервана.",
            "The check of the QR code was stopped.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_outcome_forbids_a_repeat_of_money() {
        for kind in [OperationKind::Payment, OperationKind::Refund] {
            assert!(state_text(State::Unresolved, kind).ru.contains("Не повторяйте"));
            assert!(state_text(State::Unresolved, kind).en.contains("Do not repeat"));
        }
    }

    #[test]
    fn only_paid_says_that_it_is_paid() {
        for state in State::ALL {
            let says = state_text(state, OperationKind::Payment)
                .ru
                .contains("Оплата прошла");
            assert_eq!(says, state == State::Paid, "{state:?}");
        }
    }
}
