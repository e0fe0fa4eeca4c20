//! What the full-screen register says. A word in braces stands for what [`Lang::fill`](super::Lang::fill) puts there.

use super::Word;

macro_rules! sentences {
    ($($(#[$doc:meta])* $name:ident: $ru:literal, $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Word = Word { ru: $ru, en: $en };)*

        /// All of them.
        pub const ALL: &[Word] = &[$($name),*];
    };
}

sentences! {
    /// The title line.
    TITLE: "Касса {terminal} · магазин {store} · смена {shift}", "Register {terminal} · store {store} · shift {shift}";
    /// The window has too few columns or lines.
    TOO_SMALL: "Окно мало: нужно 80×24. Увеличьте окно.", "The window is too small: 80×24 is needed. Enlarge it.";

    /// The main menu.
    MENU: "Главное меню", "Main menu";
    /// Its first entry.
    MENU_SALE: "Продажа", "Sale";
    /// The same while a receipt is open.
    MENU_RECEIPT: "Продолжить чек {number}", "Go on with receipt {number}";
    /// Its second.
    MENU_REFUND: "Возврат по чеку", "Refund by receipt";
    /// Its third.
    MENU_REPORTS: "Отчёты", "Reports";
    /// Its fourth.
    MENU_UNRESOLVED: "Операции с неизвестным исходом: {count}", "Operations without a known end: {count}";
    /// Its last.
    MENU_QUIT: "Выход", "Quit";

    /// The menu of reports.
    REPORTS: "Отчёты", "Reports";
    /// The report that checks a sticker, by the name that the UKM 5 manual gives it.
    LINK_CHECK: "Проверка статического QR-кода", "Check of a static QR code";
    /// The totals.
    TOTALS: "Итоги смены", "Totals of the shift";
    /// The shift's end.
    CLOSE_SHIFT: "Закрыть смену", "Close the shift";
    /// Back.
    BACK: "Назад", "Back";

    /// A receipt.
    RECEIPT: "Чек {number}", "Receipt {number}";
    /// What a good without a name is called.
    GOODS: "Товар", "Goods";
    /// Before the sum of the lines.
    TOTAL: "Итого", "Total";
    /// How many lines are further up.
    MORE_LINES: "… выше ещё строк: {count}", "… further lines above: {count}";
    /// How to type a line.
    SALE_HOW: "Введите сумму или название и цену: «89,90», «Молоко 89,90», «Молоко 2*89,90»; штрихкод — первым.",
        "Type a sum, or a name and a price: “89.90”, “Milk 89.90”, “Milk 2*89.90”; a bar code comes first.";
    /// Before the field.
    SALE_FIELD: "Товар и цена", "Good and price";
    /// A line could not be read.
    BAD_LINE: "Цена не читается. Напишите её как 89,90, количество — как 2*89,90.",
        "The price cannot be read. Write it like 89.90, a quantity like 2*89.90.";
    /// A name is too long.
    NAME_TOO_LONG: "Название длиннее 512 знаков. Сократите его.", "The name has more than 512 characters. Shorten it.";
    /// The receipt's sum is too large.
    TOO_DEAR: "Чек стал бы дороже миллиарда рублей. Проверьте цену.",
        "The receipt would cost more than a billion rubles. Check the price.";
    /// The receipt has a thousand lines.
    TOO_MANY_LINES: "В чеке уже 1000 строк. Закройте его и начните новый.", "The receipt has 1000 lines. Close it and begin another.";
    /// Nothing was entered.
    NOTHING_TO_PAY: "Чек пуст. Сначала введите товар или сумму.", "The receipt is empty. Enter a good or a sum first.";

    /// The choice of a means of payment.
    TENDERS: "Чем платит покупатель?", "How does the buyer pay?";
    /// Cash.
    CASH: "Наличные", "Cash";
    /// Before what has been paid.
    PAID_ALREADY: "Оплачено", "Paid";
    /// Before what may have been paid.
    PENDING: "Исход неизвестен", "Outcome not known";
    /// Before what is left.
    LEFT: "Осталось", "Left to pay";
    /// All that is left may have been paid.
    ONLY_PENDING_LEFT: "Остаток чека уже ждёт исхода оплаты. Узнайте его (F5) или отмените оплату (F5, F8).",
        "What is left waits for the outcome of a payment. Ask for it (F5) or cancel that payment (F5, F8).";
    /// The buyer's identification for subscriptions.
    BUYER: "Карта или телефон покупателя (для оплаты по подписке)", "The buyer's card or telephone (for payment by subscription)";
    /// It was entered.
    BUYER_KNOWN: "Покупатель назван", "The buyer is named";
    /// Before the field.
    BUYER_FIELD: "Карта или телефон", "Card or telephone";
    /// About it.
    BUYER_HOW: "Отсканируйте карту лояльности или введите телефон. Пустая строка — убрать.",
        "Scan the loyalty card or type the telephone. An empty line takes it away.";

    /// The choice of a sum.
    AMOUNT: "Сумма: {what}", "The sum: {what}";
    /// How to type it.
    AMOUNT_HOW: "Enter — вся сумма {sum}. Чтобы оплатить часть, введите её: остаток можно принять иначе.",
        "Enter takes all of {sum}. To pay a part, type it: the rest can be taken otherwise.";
    /// The same for cash.
    CASH_HOW: "Enter — без сдачи, {sum}. Или введите, сколько дал покупатель.",
        "Enter means exactly {sum}. Or type how much the buyer gave.";
    /// The same for a refund.
    REFUND_HOW: "Enter — вернуть всё, {sum}. Чтобы вернуть часть, введите её.",
        "Enter gives all of {sum} back. To give a part back, type it.";
    /// The same where only the whole can be refunded.
    REFUND_WHOLE_HOW: "Вернуть можно только всё сразу: {sum}. Enter — вернуть.",
        "Only all of it can be given back: {sum}. Enter gives it back.";
    /// Before the field.
    AMOUNT_FIELD: "Сумма, ₽", "Sum, RUB";
    /// It could not be read.
    BAD_SUM: "Сумма не читается. Напишите её как 150 или 150,50.", "The sum cannot be read. Write it like 150 or 150.50.";
    /// It is too large.
    SUM_TOO_LARGE: "Это больше, чем можно: не больше {sum}.", "That is more than can be: {sum} at most.";
    /// A part was asked for.
    ONLY_WHOLE: "Часть этой оплаты банк не возвращает. Верните всё: {sum}.", "The bank gives no part of this payment back. Return all of it: {sum}.";

    /// The buyer's code.
    CODE: "Код покупателя", "The buyer's code";
    /// How to read it.
    CODE_HOW: "Отсканируйте QR-код с телефона покупателя.", "Scan the QR code on the buyer's phone.";
    /// The same when there may be none.
    CODE_OR_QR_HOW: "Отсканируйте QR-код с телефона покупателя. Пустая строка — показать QR-код кассы.",
        "Scan the QR code on the buyer's phone. An empty line shows the register's QR code.";
    /// Before the field of a card.
    CARD: "Токен карты", "The card's token";
    /// The social card.
    CARD_HOW: "Приложите социальную карту к пин-паду и введите её токен.", "Tap the social card at the pin-pad and enter its token.";
    /// Nothing was read.
    CODE_NEEDED: "Этой оплате нужен код покупателя. Отсканируйте его или выберите другой способ (Esc).",
        "This payment needs the buyer's code. Scan it, or choose other means (Esc).";
    /// How many characters were read.
    CODE_READ: "Прочитано знаков: {count}", "Characters read: {count}";

    /// While a payment is under way.
    WAITING: "Оплата", "Payment";
    /// While a refund is under way.
    WAITING_REFUND: "Возврат", "Refund";
    /// Before the sum.
    SUM: "Сумма", "Sum";
    /// Before the remaining time.
    REMAINING: "Осталось времени", "Time left";
    /// Before the time since the beginning.
    WAITED: "Ждём", "Waiting for";
    /// Before the request's id.
    ID: "Номер запроса", "Request id";
    /// Nothing was heard yet.
    CONNECTING: "Передаём запрос серверу оплаты.", "Handing the request to the payment server.";
    /// The sticker flow.
    AT_STICKER: "Покупатель сканирует наклейку у кассы. Когда он скажет, что оплатил, нажмите Enter.",
        "The buyer scans the sticker at the register. When they say that they have paid, press Enter.";
    /// The code stands elsewhere too.
    SHOWN_AT: "Код показан ещё в стольких местах: {count}.", "The code also stands at so many places: {count}.";
    /// It stands nowhere else.
    SHOWN_HERE: "На других устройствах код не показан.", "The code is shown at no other device.";
    /// The QR does not fit.
    QR_TOO_LARGE: "QR-код не помещается. Увеличьте окно или откройте ссылку на телефоне:",
        "The QR code does not fit. Enlarge the window, or open the link on a phone:";
    /// The status is asked.
    ASKING: "Спрашиваем, пришли ли деньги.", "Asking whether the money has come.";
    /// The status is not final.
    NOT_YET: "Спросили: исхода пока нет. Подождите или спросите ещё раз.", "Asked: there is no end yet. Wait, or ask again.";
    /// After the first Esc.
    CANCELLING: "Отменяем и ждём подтверждения. Не отпускайте покупателя.", "Cancelling and waiting for its end. Do not let the buyer go.";
    /// The cancel came first.
    CANCEL_TOO_EARLY: "Запрос ещё не дошёл до сервера; отменим, как только дойдёт.",
        "The request has not reached the server yet; it is cancelled as soon as it does.";
    /// The cancel was not answered.
    CANCEL_FAILED: "Отмена не подтверждена: сервер не ответил. Оплата ещё может пройти; её исход выясняется.",
        "The cancel was not confirmed: the server did not answer. The payment may still go through; it is being asked about.";
    /// The confirmation was not sent.
    CONFIRM_NOT_SENT: "Подтверждение не отправлено: нет связи с сервером. Нажмите Enter ещё раз.",
        "The confirmation was not sent: the server cannot be reached. Press Enter again.";
    /// The confirmation was not answered.
    CONFIRM_UNKNOWN: "Ответа на подтверждение нет. Не подтверждайте снова: исход выясняется.",
        "The confirmation was not answered. Do not confirm again: the outcome is being asked for.";

    /// A reservation.
    RESERVED: "Можно списать", "Can be debited";
    /// Before the list.
    RESERVED_GOODS: "Товары, которые можно оплатить так:", "Goods that can be paid this way:";
    /// The question.
    RESERVED_CONFIRM: "Покупатель согласен? Enter — списать, Esc — отказаться.", "Does the buyer agree? Enter debits, Esc declines.";
    /// After Enter.
    CONFIRMING: "Списание подтверждено, ждём ответа.", "The debit is confirmed, waiting for the answer.";

    /// An end.
    PAID: "Оплачено {sum}", "Paid {sum}";
    /// An end.
    NOT_PAID: "Не оплачено: {sum}", "Not paid: {sum}";
    /// An end.
    REFUNDED: "Возвращено {sum}", "Refunded {sum}";
    /// An end.
    NOT_REFUNDED: "Не возвращено: {sum}", "Not refunded: {sum}";
    /// No end.
    OUTCOME_UNKNOWN: "Исход неизвестен", "The outcome is not known";
    /// After that.
    LEFT_PAYMENT: "Не повторяйте оплату и не берите за неё наличные, пока исход неизвестен.",
        "Do not repeat the payment and take no cash for it while its outcome is not known.";
    /// The same for a refund.
    LEFT_REFUND: "Не повторяйте возврат и не выдавайте наличные, пока исход неизвестен.",
        "Do not repeat the refund and pay no cash while its outcome is not known.";
    /// Its id.
    ITS_ID: "Номер запроса: {id}", "Request id: {id}";
    /// It is in the list.
    IT_IS_ASKED: "Операция записана; касса сама спрашивает о ней, пока не узнает исход.",
        "It is written down; the register goes on asking until it knows the outcome.";
    /// The wait is over.
    NO_END_IN_TIME: "За отведённое время исход не получен.", "No outcome came in the time that was given.";
    /// Nothing was sent.
    NOT_SENT: "Сервер оплаты недоступен, ничего не отправлено, деньги не двигались. Проверьте связь и повторите или предложите другой способ.",
        "The payment server cannot be reached; nothing was sent, no money moved. Check the network and try again, or offer other means.";
    /// A status question was not answered.
    NO_ANSWER: "Сервер оплаты не ответил на вопрос. Спросим ещё раз.", "The payment server did not answer the question. It will be asked again.";
    /// The daemon does not know it yet.
    NOT_HEARD_YET: "Сервер ещё не видел этого запроса; он может быть в пути. Спросим ещё раз.",
        "The server has not seen this request yet; it may be on its way. It will be asked again.";
    /// The daemon will never know it.
    NEVER_ARRIVED: "Запрос не дошёл до сервера и уже не дойдёт: деньги не двигались.",
        "The request did not reach the server and cannot any more: no money moved.";
    /// A payment ended while the cashier was elsewhere.
    LATE_END: "{what} (чек {number})", "{what} (receipt {number})";
    /// It is paid, and its receipt is over.
    LATE_PAID: "{what}: чек {number} отложен, а деньги пришли. Выдайте товар или верните деньги по чеку.",
        "{what}: receipt {number} was given up, but the money came. Hand out the goods or refund the receipt.";

    /// A receipt is paid.
    CLOSED: "Чек {number} оплачен", "Receipt {number} is paid";
    /// Its sum.
    CLOSED_SUM: "Сумма чека: {sum}", "Sum of the receipt: {sum}";
    /// The change.
    CHANGE: "Сдача: {sum}", "Change: {sum}";
    /// Cash was taken for a part.
    CASH_TAKEN: "Принято наличными {sum}", "Cash taken: {sum}";
    /// The rest.
    LEFT_TO_PAY: "Осталось оплатить: {sum}", "Left to pay: {sum}";

    /// Give the receipt up?
    GIVE_UP: "Отказаться от чека {number}?", "Give receipt {number} up?";
    /// About it.
    GIVE_UP_HOW: "Наличные нужно будет вернуть покупателю, а оплату по QR — вернуть по чеку.",
        "Cash will have to be handed back to the buyer, and a QR payment refunded by the receipt.";
    /// It was.
    GIVEN_UP: "Чек {number} отменён", "Receipt {number} was given up";
    /// Hand the cash back.
    GIVE_CASH_BACK: "Верните покупателю наличные: {sum}.", "Hand the cash back to the buyer: {sum}.";
    /// A payment is not resolved.
    GIVEN_UP_PENDING: "Исход оплаты на {sum} неизвестен: касса сообщит, когда узнает. Если деньги придут, верните их по чеку.",
        "The outcome of a payment of {sum} is not known: the register will tell. If the money comes, refund it by the receipt.";
    /// A payment is paid.
    GIVEN_UP_PAID: "По QR уже оплачено {sum}. Сейчас откроется возврат по чеку {number}: верните эти деньги.",
        "{sum} was paid by QR. The refund of receipt {number} opens now: return that money.";

    /// Close the shift?
    CLOSE_SHIFT_ASK: "Закрыть смену {shift}?", "Close shift {shift}?";
    /// About it.
    CLOSE_SHIFT_HOW: "Итоги обнулятся. Операции с неизвестным исходом останутся в списке.",
        "The totals begin at zero. Operations without a known end stay in their list.";
    /// It is closed.
    SHIFT_CLOSED: "Смена {shift} закрыта", "Shift {shift} is closed";
    /// Its payments.
    SHIFT_PAID: "Продажи: {sum}", "Sales: {sum}";
    /// Its refunds.
    SHIFT_REFUNDED: "Возвраты: {sum}", "Refunds: {sum}";
    /// A receipt is open.
    SHIFT_HAS_RECEIPT: "Смену пока нельзя закрыть: есть незакрытый чек", "The shift cannot be closed yet: a receipt is open";
    /// What to do.
    SHIFT_HAS_RECEIPT_DO: "Оплатите чек до конца или откажитесь от него, затем закройте смену.",
        "Take the rest of the receipt or give it up, then close the shift.";
    /// Since when.
    SINCE: "С {time}", "Since {time}";
    /// Nothing was sold.
    NOTHING_SOLD: "В этой смене операций ещё не было.", "Nothing was done in this shift yet.";
    /// A column.
    COLUMN_TENDER: "Способ оплаты", "Means of payment";
    /// A column.
    COLUMN_PAID: "Продажи", "Sales";
    /// A column.
    COLUMN_REFUNDED: "Возвраты", "Refunds";
    /// Paid receipts.
    RECEIPTS: "Закрыто чеков: {count}", "Receipts closed: {count}";

    /// End the program?
    QUIT: "Выйти из кассы?", "Quit the register?";
    /// About it.
    QUIT_OPEN: "Операций с неизвестным исходом: {count}. Они записаны: касса спросит о них при следующем запуске.",
        "Operations without a known end: {count}. They are written down: the register asks about them when it starts again.";
    /// About a receipt.
    QUIT_RECEIPT: "Строки чека {number} не сохранятся: их нужно будет ввести заново.",
        "The lines of receipt {number} are not kept: they must be entered again.";
    /// About a receipt that is being paid.
    QUIT_RECEIPT_KEPT: "Чек {number} не оплачен до конца. Он записан: касса продолжит его при следующем запуске.",
        "Receipt {number} is not paid in full. It is written down: the register goes on with it when it starts again.";

    /// The list.
    UNRESOLVED: "Операции с неизвестным исходом", "Operations without a known end";
    /// It is empty.
    UNRESOLVED_NONE: "Таких операций нет.", "There are none.";
    /// What to do.
    UNRESOLVED_HOW: "Не повторяйте их и не берите наличные. Касса спрашивает о них сама.",
        "Do not repeat them and take no cash. The register asks about them by itself.";
    /// The first column.
    PAYMENT: "Оплата", "Payment";
    /// The first column.
    REFUND: "Возврат", "Refund";
    /// Asked just now.
    BEING_ASKED: "спрашиваем…", "asking…";
    /// Not asked yet.
    NOT_ASKED: "ещё не спрашивали", "not asked yet";
    /// A refund cannot be cancelled.
    REFUND_HAS_NO_CANCEL: "Возврат нельзя отменить: дождитесь его исхода.", "A refund cannot be cancelled: wait for its end.";

    /// The refund's first question.
    REFUND_NUMBER: "Номер чека", "Receipt number";
    /// Its second.
    REFUND_SHIFT: "Номер смены (пусто — любая)", "Shift number (empty means any)";
    /// It is not a number.
    SHIFT_IS_DIGITS: "Номер смены состоит из цифр. Исправьте его или оставьте пустым.",
        "A shift's number has digits only. Correct it, or leave it empty.";
    /// While it is looked for.
    FINDING: "Ищем оплаты по чеку {number}.", "Looking for the payments of receipt {number}.";
    /// There are none.
    RECEIPT_NOT_FOUND: "Оплаты по чеку {number} не найдены", "No payments of receipt {number} were found";
    /// No answer.
    FIND_FAILED: "Сервер оплаты не ответил. Ничего не изменилось: повторите поиск.",
        "The payment server did not answer. Nothing has changed: look again.";
    /// The list.
    REFUND_CHOOSE: "Какую оплату вернуть?", "Which payment is returned?";
    /// Before what is left.
    REFUND_LEFT: "можно вернуть {sum}", "{sum} can be returned";
    /// Nothing can be refunded.
    NOTHING_TO_REFUND: "Этой оплате нечего вернуть. Выберите другую.", "Nothing of this payment can be returned. Choose another.";

    /// Whose sticker.
    LINK_MODULE: "Наклейка какого банка?", "Which bank's sticker?";
    /// Scan it.
    LINK_SCAN: "Отсканируйте QR-код с наклейки.", "Scan the QR code on the sticker.";
    /// Before the field.
    LINK_FIELD: "QR-код", "QR code";
    /// While the bank is asked.
    LINK_CHECKING: "Проверяем QR-код в банке.", "Asking the bank about the QR code.";
    /// While it is tied.
    LINK_BINDING: "Наклейка ещё не привязана: привязываем её к этой кассе.", "No register has the sticker yet: tying it to this one.";
    /// The terminal number.
    LINK_NUMBER: "Номер терминала, выданный банком для этой кассы", "The terminal number that the bank issued for this register";
    /// About it.
    LINK_NUMBER_HOW: "Банк спрашивает его один раз, при привязке. За правильность номера отвечает магазин.",
        "The bank asks for it once, when the sticker is tied. The store is responsible for the right number.";
    /// It is not a number.
    NUMBER_IS_DIGITS: "Номер терминала состоит из цифр. Исправьте его.", "A terminal number has digits only. Correct it.";
    /// A verdict.
    LINK_THIS: "QR-код привязан к этой кассе", "The QR code belongs to this register";
    /// A verdict.
    LINK_BOUND: "QR-код успешно привязан к этой кассе", "The QR code has been tied to this register";
    /// A verdict.
    LINK_OTHER: "QR-код привязан к другой кассе", "The QR code belongs to another register";
    /// A verdict.
    LINK_FOREIGN: "QR-код принадлежит другому магазину или кассе", "The QR code belongs to another store or register";
    /// A verdict.
    LINK_UNASSIGNED: "QR-код не привязан ни к одной кассе", "No register has this QR code";
    /// A verdict.
    NOT_A_LINK: "Это не платёжная ссылка СБП", "This is not an SBP payment link";
    /// The bank could not tell.
    LINK_FAILED: "Проверить или привязать QR-код не удалось", "The QR code could not be checked or tied";
    /// The link's id.
    LINK_ID: "Ссылка: {id}", "Link: {id}";
    /// Whose it is.
    LINK_OTHER_TERMINAL: "Касса: {terminal}", "Register: {terminal}";
    /// Esc.
    INTERRUPTED: "Прервано кассиром", "Interrupted by the cashier";
    /// The check.
    CHECK_INTERRUPTED: "Проверка QR-кода прервана. Ничего не изменилось.", "The check of the QR code was interrupted. Nothing has changed.";
    /// The binding.
    BINDING_INTERRUPTED: "Привязка прервана, но банк мог её уже выполнить. Проверьте наклейку ещё раз.",
        "The tying was interrupted, but the bank may have done it. Check the sticker once more.";
    /// The terminal number.
    NUMBER_INTERRUPTED: "Номер терминала не введён, наклейка не привязана.", "No terminal number was entered, the sticker is not tied.";
    /// No answer.
    LINK_NO_ANSWER: "Ответ не пришёл вовремя", "No answer came in time";
    /// The check.
    CHECK_NO_ANSWER: "Банк или сервер оплаты не ответил. Ничего не изменилось: проверьте наклейку позже.",
        "The bank or the payment server did not answer. Nothing has changed: check the sticker later.";
    /// The binding.
    BINDING_NO_ANSWER: "Ответа о привязке нет, она могла выполниться. Проверьте наклейку позже.",
        "There was no answer about the tying, it may have been done. Check the sticker later.";
    /// Nothing was sent.
    LINK_NOT_SENT: "Сервер оплаты недоступен, ничего не отправлено. Проверьте связь и повторите.",
        "The payment server cannot be reached, nothing was sent. Check the network and try again.";

    /// The journal failed before a payment.
    NOT_STARTED: "Операция не начата", "Nothing was started";
    /// Why.
    NOT_WRITTEN: "Касса не может записать операцию в свой журнал: {reason}. Деньги не двигались. Освободите место на диске и перезапустите кассу.",
        "The register cannot write the operation into its journal: {reason}. No money moved. Free space on the disk and restart it.";
    /// The journal failed after one.
    NOT_NOTED: "Журнал кассы не записан: {reason}. После перезапуска касса спросит об этом ещё раз.",
        "The register's journal was not written: {reason}. After a restart it asks about this again.";
    /// The last line was damaged.
    DAMAGED: "Последняя строка журнала была оборвана; она отложена в {path}. Ничего не потеряно: об открытом касса спросит.",
        "The journal's last line was cut off; it was put aside in {path}. Nothing is lost: the register asks about what is open.";

    /// Keys of the menus.
    KEYS_MENU: "Цифра — выбрать   Esc — назад", "A digit chooses   Esc goes back";
    /// Keys of a sale.
    KEYS_SALE: "Enter — добавить   F2 — к оплате   F8 — убрать строку   Esc — отказаться",
        "Enter adds   F2 pays   F8 takes a line away   Esc gives up";
    /// Keys of the tenders.
    KEYS_TENDERS: "Цифра — способ   F6 — покупатель   F5 — неизвестный исход   Esc — назад",
        "A digit chooses   F6 buyer   F5 unknown outcomes   Esc goes back";
    /// Keys of a field.
    KEYS_FIELD: "Enter — дальше   Esc — назад", "Enter goes on   Esc goes back";
    /// Keys while waiting.
    KEYS_WAITING: "Enter — спросить   Esc — отменить", "Enter asks   Esc cancels";
    /// Keys while a cancel is under way.
    KEYS_CANCELLING: "Esc — выйти, не зная исхода", "Esc leaves, the outcome not known";
    /// Keys at a reservation.
    KEYS_CONFIRM: "Enter — списать   Esc — отказаться", "Enter debits   Esc declines";
    /// Keys of a message.
    KEYS_MESSAGE: "Enter — дальше", "Enter goes on";
    /// Keys of a question.
    KEYS_DECIDE: "Enter — да   Esc — нет", "Enter means yes   Esc means no";
    /// Keys of the list.
    KEYS_UNRESOLVED: "↑↓ — выбрать   Enter — спросить   F8 — отменить оплату   Esc — назад",
        "↑↓ choose   Enter asks   F8 cancels a payment   Esc goes back";
    /// Keys of the refund's list.
    KEYS_REFUND: "↑↓ — выбрать   Enter — вернуть   Esc — назад", "↑↓ choose   Enter refunds   Esc goes back";
    /// Keys of the totals.
    KEYS_TOTALS: "F8 — закрыть смену   Esc — назад", "F8 closes the shift   Esc goes back";
    /// Keys while something is looked for.
    KEYS_STOP: "Esc — прервать", "Esc interrupts";
}

/// What the cashier calls the means of payment behind a module. A module that an operator describes goes by its name.
pub fn module_name(module: &str) -> Option<Word> {
    let (ru, en) = match module {
        "qrraiffd" => ("Райффайзенбанк: QR СБП", "Raiffeisenbank: SBP QR"),
        "qrraiffd_variable" => ("Райффайзенбанк: наклейка СБП", "Raiffeisenbank: SBP sticker"),
        "qrgazprom" => ("Газпромбанк: QR СБП", "Gazprombank: SBP QR"),
        "qrgazprom_variable" => ("Газпромбанк: наклейка СБП", "Gazprombank: SBP sticker"),
        "qrrsb" => ("Русский Стандарт: QR СБП", "Russian Standard: SBP QR"),
        "qrrsb_variable" => ("Русский Стандарт: наклейка СБП", "Russian Standard: SBP sticker"),
        "qralpha" => ("Альфа-Банк: QR СБП", "Alfa-Bank: SBP QR"),
        "qralpha_variable" => ("Альфа-Банк: наклейка СБП", "Alfa-Bank: SBP sticker"),
        "qrbankhlynov" => ("Банк «Хлынов»: СБП", "Bank Khlynov: SBP"),
        "qrshares" => ("Т-Банк: СБП", "T-Bank: SBP"),
        "qrsber" => ("Сбербанк: Плати QR", "Sberbank: Plati QR"),
        "qrsberpay" => ("Сбербанк: SberPay", "Sberbank: SberPay"),
        "qrpodeli" => ("Подели", "Podeli"),
        "webmoney" => ("WebMoney", "WebMoney"),
        "soc_processing" => ("Социальный процессинг", "Social processing"),
        _ => return None,
    };
    Some(Word { ru, en })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cyrillic(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{400}'..='\u{4ff}'))
    }

    #[test]
    fn every_sentence_is_there_in_both_languages_and_none_says_only_error() {
        for word in ALL {
            assert!(cyrillic(word.ru), "{}", word.ru);
            assert!(!word.en.is_empty() && !cyrillic(word.en), "{}", word.en);
            let braces = |text: &str| {
                let mut names: Vec<String> = text
                    .split('{')
                    .skip(1)
                    .filter_map(|rest| rest.split('}').next())
                    .map(str::to_owned)
                    .collect();
                names.sort();
                names
            };
            assert_eq!(braces(word.ru), braces(word.en), "{}", word.en);
            for words in [word.ru, word.en] {
                let bare = words.to_lowercase();
                assert!(
                    !matches!(
                        bare.trim_end_matches(['.', '!', ' ']),
                        "ошибка" | "error" | "сбой" | "failure"
                    ),
                    "{words}"
                );
            }
        }
    }

    #[test]
    fn an_unknown_outcome_forbids_a_repeat() {
        for word in [LEFT_PAYMENT, LEFT_REFUND, UNRESOLVED_HOW] {
            assert!(word.ru.contains("Не повторяйте"), "{}", word.ru);
            assert!(word.en.contains("Do not repeat"), "{}", word.en);
        }
    }

    #[test]
    fn what_did_not_work_says_what_to_do() {
        for word in [
            BAD_LINE,
            BAD_SUM,
            NOT_SENT,
            NOT_WRITTEN,
            CHECK_NO_ANSWER,
            BINDING_NO_ANSWER,
            LINK_NOT_SENT,
            FIND_FAILED,
        ] {
            assert!(word.ru.trim_end_matches('.').contains(['.', ':']), "{}", word.ru);
        }
    }
}
