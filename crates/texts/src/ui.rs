//! Words of the kiosk page, the typed register and the operator's pages.

use crate::Text;
use serde::Serialize;

macro_rules! words {
    ($($name:ident $key:literal: $ru:literal, $en:literal;)*) => {
        /// A word or sentence of a page. Its key in JSON is its name in `snake_case`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Ui {
            $(#[doc = $en] $name,)*
        }

        impl Ui {
            /// Every key.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The key, as in [`crate::catalogue()`].
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }

        /// The text under a key.
        pub fn ui(key: Ui) -> Text {
            let (ru, en) = match key { $(Ui::$name => ($ru, $en),)* };
            Text::new(ru, en)
        }
    };
}

words! {
    // the purchase
    Welcome "welcome": "Добро пожаловать!", "Welcome!";
    ChooseGoods "choose_goods": "Выберите товары", "Choose goods";
    Goods "goods": "Товары", "Goods";
    Basket "basket": "Корзина", "Basket";
    BasketIsEmpty "basket_is_empty": "Корзина пуста. Выберите товары.", "The basket is empty. Choose goods.";
    Add "add": "Добавить", "Add";
    Remove "remove": "Убрать", "Remove";
    Clear "clear": "Очистить", "Clear";
    Quantity "quantity": "Количество", "Quantity";
    Price "price": "Цена", "Price";
    Sum "sum": "Сумма", "Sum";
    Total "total": "Итого", "Total";
    ToPay "to_pay": "К оплате", "To pay";
    Receipt "receipt": "Чек", "Receipt";
    ReceiptNumber "receipt_number": "Номер чека", "Receipt number";
    RublesSign "rubles_sign": "руб.", "RUB";
    KopecksSign "kopecks_sign": "коп.", "kop.";
    // the payment
    PayByQr "pay_by_qr": "Оплатить по QR", "Pay by QR";
    PreparingQr "preparing_qr": "Готовим QR-код, подождите…", "Preparing the QR code, please wait…";
    ScanWithBankApp "scan_with_bank_app": "Отсканируйте QR-код в приложении вашего банка", "Scan the code with your bank's app";
    ScanTheSticker "scan_the_sticker": "Отсканируйте табличку с QR-кодом у кассы", "Scan the QR sticker at the register";
    ShowYourCode "show_your_code": "Покажите код из приложения сканеру", "Show your app's code to the scanner";
    TimeLeft "time_left": "Осталось времени", "Time left";
    WaitingForPayment "waiting_for_payment": "Ждём оплату", "Waiting for the payment";
    CheckingWithBank "checking_with_bank": "Проверяем оплату в банке…", "Checking with the bank…";
    Paid "paid": "Оплачено. Спасибо за покупку!", "Paid. Thank you!";
    Declined "declined": "Банк отклонил оплату. Попробуйте ещё раз или оплатите иначе.", "The bank declined. Try again or pay by other means.";
    Expired "expired": "Время на оплату вышло. Деньги не списаны.", "The time to pay is over. No money was taken.";
    Cancelled "cancelled": "Оплата отменена. Деньги не списаны.", "The payment was cancelled. No money was taken.";
    NotPaid "not_paid": "Оплата не прошла. Деньги не списаны.", "The payment did not go through. No money was taken.";
    UnknownDoNotRepeat "unknown_do_not_repeat": "Результат неизвестен. Не платите второй раз: позовите сотрудника.", "The outcome is unknown. Do not pay again: call the staff.";
    Cancel "cancel": "Отменить", "Cancel";
    Cancelling "cancelling": "Отменяем…", "Cancelling…";
    TryAgain "try_again": "Попробовать ещё раз", "Try again";
    OtherMeans "other_means": "Другой способ оплаты", "Other means of payment";
    NewPurchase "new_purchase": "Новая покупка", "New purchase";
    CallStaff "call_staff": "Позовите сотрудника магазина", "Call the staff";
    LateMoneyReturns "late_money_returns": "Деньги, пришедшие после отмены, возвращаются покупателю автоматически.", "Money that came after the end is being returned to the buyer automatically.";
    // the return
    ReturnGoods "return_goods": "Возврат товара", "Return goods";
    RefundAll "refund_all": "Вернуть всю сумму", "Refund all";
    RefundPart "refund_part": "Вернуть часть", "Refund a part";
    RefundSum "refund_sum": "Сумма возврата", "Sum to refund";
    LeftToRefund "left_to_refund": "Можно вернуть", "Left to refund";
    RefundInProgress "refund_in_progress": "Возврат выполняется, подождите…", "The refund is under way, please wait…";
    RefundDone "refund_done": "Возврат выполнен. Деньги вернутся на счёт покупателя.", "The refund is done. The money goes back to the buyer's account.";
    RefundDeclined "refund_declined": "Банк отклонил возврат. Повторите позже или верните деньги другим способом.", "The bank declined the refund. Try later or return the money by other means.";
    RefundUnknown "refund_unknown": "Результат возврата неизвестен. Не повторяйте его и не выдавайте наличные.", "The outcome of the refund is unknown. Do not repeat it and pay no cash.";
    // stickers
    CheckSticker "check_sticker": "Проверка статического QR-кода", "Check of a static QR code";
    ScanSticker "scan_sticker": "Отсканируйте QR-код таблички", "Scan the sticker's QR code";
    BindSticker "bind_sticker": "Привязать QR-код к кассе", "Tie the QR code to this register";
    EnterTerminalNumber "enter_terminal_number": "Введите номер терминала, выданный банком", "Enter the terminal number issued by the bank";
    LinkThisRegister "link_this_register": "QR-код принадлежит этой кассе. Им можно платить.", "The QR code belongs to this register. It can be used.";
    LinkBoundNow "link_bound_now": "QR-код привязан к этой кассе.", "The QR code is now tied to this register.";
    LinkOtherRegister "link_other_register": "QR-код принадлежит другой кассе. Отнесите табличку на её место.", "The QR code belongs to another register. Take the sticker to its place.";
    LinkUnassigned "link_unassigned": "QR-код принадлежит магазину, но не привязан к кассе. Привяжите его.", "The QR code belongs to the store but to no register. Tie it to one.";
    LinkNotOurs "link_not_ours": "QR-код не привязан к этому магазину. Привяжите его, если табличка новая.", "The QR code is not tied to this store. Tie it if the sticker is new.";
    CheckInterrupted "check_interrupted": "Проверка прервана.", "The check was stopped.";
    // the connection
    Connecting "connecting": "Соединяемся с сервером оплаты…", "Connecting to the payment server…";
    Connected "connected": "Связь с сервером оплаты есть", "Connected to the payment server";
    NoConnection "no_connection": "Нет связи с сервером оплаты. Проверьте сеть.", "No connection to the payment server. Check the network.";
    NoConnectionDuringPayment "no_connection_during_payment": "Связь прервалась во время оплаты. Не платите второй раз: состояние уточняется.", "The connection broke during the payment. Do not pay again: its state is being found out.";
    AskState "ask_state": "Узнать состояние", "Ask for the state";
    Operation "operation": "Операция", "Operation";
    State "state": "Состояние", "State";
    Store "store": "Магазин", "Store";
    Register "register": "Касса", "Register";
    Module "module": "Модуль оплаты", "Payment module";
    Moment "moment": "Время", "Time";
    Language "language": "Язык", "Language";
    Yes "yes": "Да", "Yes";
    No "no": "Нет", "No";
    Back "back": "Назад", "Back";
    Ok "ok": "Понятно", "OK";
    Help "help": "Справка", "Help";
    Print "print": "Печать", "Print";
    Close "close": "Закрыть", "Close";
    UnknownCommand "unknown_command": "Нет такой команды. Наберите «справка».", "No such command. Type \"help\".";
    TestMode "test_mode": "Учебный режим: деньги не настоящие", "Training mode: the money is not real";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn keys_are_the_names_in_snake_case() {
        for key in Ui::ALL {
            assert_eq!(serde_json::to_value(key).unwrap(), key.as_str());
        }
        let different: BTreeSet<_> = Ui::ALL.iter().map(|key| key.as_str()).collect();
        assert_eq!(different.len(), Ui::ALL.len());
    }
}
