//! Sentences of replies that hang on neither a state nor a code alone.

use crate::Text;
use serde::Serialize;

macro_rules! words {
    ($($name:ident $key:literal: $ru:literal, $en:literal;)*) => {
        /// A sentence of a reply. Its key in JSON is its name in `snake_case`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Note {
            $(#[doc = $en] $name,)*
        }

        impl Note {
            /// Every key.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The key, as in [`crate::catalogue()`].
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }

        /// The text under a key.
        pub fn note(key: Note) -> Text {
            let (ru, en) = match key { $(Note::$name => ($ru, $en),)* };
            Text::new(ru, en)
        }
    };
}

words! {
    LateMoneyReturns "late_money_returns": "Деньги, пришедшие после отмены, возвращаются покупателю автоматически.", "Money that came after the end is being returned to the buyer automatically.";
    LateMoneyByHand "late_money_by_hand": "Деньги, пришедшие после отмены, этот способ оплаты не возвращает. Сообщите в службу поддержки: их нужно вернуть покупателю вручную.", "Money that came after the end cannot be returned this way. Call support: it must be returned to the buyer by hand.";
    GiveBackByHand "give_back_by_hand": "Этот способ оплаты не возвращает деньги. Верните их покупателю вручную.", "This means of payment returns no money. Return it to the buyer by hand.";
    AttemptDeclined "attempt_declined": "Банк покупателя отклонил попытку оплаты. QR-код ещё действует: покупатель может оплатить ещё раз, другой картой или в другом банке.", "The buyer's bank declined the attempt. The QR code still works: the buyer can pay once more, with another card or bank.";
    Reserving "reserving": "Отправляем состав чека и узнаём, какую сумму можно списать. Подождите.", "Sending the receipt to learn what sum can be debited. Please wait.";
    Charging "charging": "Отправляем оплату в банк. Подождите.", "Sending the payment to the bank. Please wait.";
    AwaitingBuyersBank "awaiting_buyers_bank": "Ждём ответа банка покупателя. Если телефон просит подтвердить оплату, покупатель подтверждает её там.", "Waiting for the buyer's bank. If the phone asks to confirm the payment, the buyer does so there.";
    RefundDeclined "refund_declined": "Банк отклонил возврат. Повторите позже или верните деньги другим способом.", "The bank declined the refund. Try later or return the money by other means.";
    ReceiptFound "receipt_found": "Оплаты по чеку найдены.", "The receipt's payments were found.";
    RefundWholeOnly "refund_whole_only": "Этот способ оплаты возвращает только всю сумму сразу. Частичный возврат невозможен.", "This means of payment returns only the whole sum at once. A partial refund is not possible.";
    NothingLeftToRefund "nothing_left_to_refund": "По этой оплате всё уже возвращено или возвращается.", "All of this payment has been refunded or is being refunded.";
    LinkThisRegister "link_this_register": "QR-код принадлежит этой кассе. Им можно платить.", "The QR code belongs to this register. It can be used.";
    LinkBoundNow "link_bound_now": "QR-код привязан к этой кассе.", "The QR code is now tied to this register.";
    LinkOtherRegister "link_other_register": "QR-код принадлежит другой кассе. Отнесите табличку на её место.", "The QR code belongs to another register. Take the sticker to its place.";
    LinkUnassigned "link_unassigned": "QR-код принадлежит магазину, но не привязан к кассе. Привяжите его.", "The QR code belongs to the store but to no register. Tie it to one.";
    LinkNotOurs "link_not_ours": "QR-код не привязан к этому магазину. Привяжите его, если табличка новая.", "The QR code is not tied to this store. Tie it if the sticker is new.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn keys_are_the_names_in_snake_case() {
        for key in Note::ALL {
            assert_eq!(serde_json::to_value(key).unwrap(), key.as_str());
        }
        let different: BTreeSet<_> = Note::ALL.iter().map(|key| key.as_str()).collect();
        assert_eq!(different.len(), Note::ALL.len());
    }
}
