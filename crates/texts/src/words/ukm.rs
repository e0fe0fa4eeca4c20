//! What is said of a register's settings: what is wrong, and what to do. A word in braces stands for what
//! [`Lang::fill`](super::Lang::fill) puts there.

use super::Word;

/// A sentence about settings with its remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// Its short name, the same in both languages: for scripts and the manual.
    pub name: &'static str,
    /// What is the matter.
    pub what: Word,
    /// What to do.
    pub remedy: Word,
}

macro_rules! advice {
    ($($constant:ident $name:literal:
        $what_ru:literal => $remedy_ru:literal,
        $what_en:literal => $remedy_en:literal;)*) => {
        $(
            #[doc = $what_en]
            pub const $constant: Advice = Advice {
                name: $name,
                what: Word { ru: $what_ru, en: $what_en },
                remedy: Word { ru: $remedy_ru, en: $remedy_en },
            };
        )*

        /// All of them.
        pub const ALL: &[Advice] = &[$($constant),*];
    };
}

advice! {
    UNREADABLE "unreadable":
        "Файл не прочитать: {detail}." => "Проверьте, что файл есть и доступен на чтение.",
        "The file cannot be read: {detail}." => "See that the file is there and may be read.";
    ENCODING "encoding":
        "Файл не в UTF-8: скорее всего, его сохранил в кодировке windows-1251 редактор Windows." => "Сохраните файл в UTF-8: в редакторе («Сохранить как», кодировка UTF-8) или командой iconv -f windows-1251 -t utf-8.",
        "The file is not UTF-8: an editor of Windows has most likely saved it as windows-1251." => "Save the file as UTF-8: in the editor (Save as, encoding UTF-8), or with iconv -f windows-1251 -t utf-8.";
    NEAR_KEY "near_key":
        "Параметра {key} касса не знает и не прочтёт. Похоже на {near}." => "Если имелся в виду {near}, исправьте название.",
        "The register does not know the key {key} and will not read it. It looks like {near}." => "If {near} was meant, correct the name.";
    SYNTAX "syntax":
        "Файл не читается как HOCON: {detail}." => "Сверьте скобки, кавычки и запятые около этой строки с примером из руководства.",
        "The file is not readable as HOCON: {detail}." => "Compare brackets, quotes and commas around this line with the manual's example.";
    UNRESOLVED "unresolved":
        "Подстановка никуда не ведёт: {detail}." => "Впишите значение вместо подстановки или задайте то, на что она ссылается.",
        "A substitution leads nowhere: {detail}." => "Write the value instead of the substitution, or set what it refers to.";
    LEADING_COMMA "leading_comma":
        "Список начинается с запятой: первый его элемент закомментирован, а запятая соседа осталась." => "Уберите запятую в начале этой строки: у первого включённого элемента её быть не должно.",
        "The list begins with a comma: its first element is commented out and its neighbour's comma is left." => "Take away the comma at the start of this line: the first active element has none.";
    DOUBLE_COMMA "double_comma":
        "Две запятые подряд: между ними закомментирован элемент." => "Уберите одну из двух запятых: в конце строки выше или в начале этой.",
        "Two commas in a row: the element between them is commented out." => "Take away one of them: at the end of the line above or at the start of this one.";
    INCLUDE_MISSING "include_missing":
        "Подключён файл {target}, но его нет: искали {path}." => "Положите файл на это место, исправьте путь или закомментируйте строку. Путь считается от корня настроек; conf/ означает сам корень.",
        "{target} is included but is not there: it was looked for at {path}." => "Put the file there, correct the path, or comment the line out. Paths start at the root of the settings; conf/ means the root itself.";
    INCLUDE_OUTSIDE "include_outside":
        "Подключён файл {target}: путь ведёт за пределы настроек." => "Укажите путь от корня настроек, например conf/services/payment/payment_qrpay_ui.conf.",
        "{target} is included, which leads out of the settings." => "Write the path from the root of the settings, as conf/services/payment/payment_qrpay_ui.conf.";
    INCLUDE_CYCLE "include_cycle":
        "Файл {target} подключает сам себя, прямо или через другие файлы." => "Уберите эту строку или ту, что ведёт обратно.",
        "{target} includes itself, directly or by way of other files." => "Take away this line or the one that leads back.";
    INCLUDE_LIMIT "include_limit":
        "Файл {target} не подключён: подключений слишком много или они вложены слишком глубоко." => "Подключайте файл один раз и не глубже 16 уровней.",
        "{target} is not included: there are too many includes, or they nest too deep." => "Include a file once, and no deeper than 16 levels.";
    INCLUDE_FORM "include_form":
        "Такое подключение не читается." => "Напишите: include file(\"conf/путь/к/файлу.conf\").",
        "Such an include is not read." => "Write: include file(\"conf/path/to/file.conf\").";
    INCLUDE_OFF "include_off":
        "Файл {target} есть, но его подключение закомментировано." => "Если он нужен, уберите # в начале этой строки; у первого элемента списка уберите и запятую.",
        "{target} is there, but its include is commented out." => "If it is needed, take away the # at the start of this line, and the comma too if it becomes the first of the list.";
    MISSING_KEY "missing_key":
        "Нет параметра {key}." => "Добавьте его рядом с остальными: {example}.",
        "{key} is missing." => "Add it beside the others: {example}.";
    WRONG_TYPE "wrong_type":
        "Значение другого рода: нужно {expected}." => "Исправьте значение в этой строке, например: {example}.",
        "The value is of another kind: expected is {expected}." => "Correct the value on this line, for example: {example}.";
    OUT_OF_RANGE "out_of_range":
        "Значение {value} вне пределов: можно от {least} до {most}." => "Исправьте значение в этой строке.",
        "The value {value} is out of range: it may be from {least} to {most}." => "Correct the value on this line.";
    WRONG_VALUE "wrong_value":
        "Значение не годится: {detail}." => "Исправьте значение в этой строке.",
        "The value cannot be used: {detail}." => "Correct the value on this line.";
    UNIT_MISSING "unit_missing":
        "Время указано без единицы: {detail}. Касса прочтёт число как миллисекунды." => "Допишите единицу, например 10 second.",
        "The time has no unit: {detail}. The register would read the number as milliseconds." => "Add the unit, as 10 second.";
    UNKNOWN_KEY "unknown_key":
        "Такого параметра нет: {detail}." => "Исправьте название по руководству или уберите строку.",
        "There is no such key: {detail}." => "Correct the name by the manual, or take the line away.";

    NOT_SETTINGS "not_settings":
        "Это не настройки кассы: в папке нет mintukm.conf." => "Укажите папку, в которой лежит mintukm.conf (УКМ 5), или файл настроек кассы УКМ 4.",
        "These are not a register's settings: there is no mintukm.conf in the folder." => "Name the folder that holds mintukm.conf (UKM 5), or the settings file of a UKM 4 register.";
    INTEGRATOR_OFF "integrator_off":
        "В mintukm.conf не подключён файл services/universal_integrator.conf: без него касса не обратится к интегратору." => "Добавьте в раздел subsystems: { include file(\"conf/services/universal_integrator.conf\") }.",
        "mintukm.conf does not include services/universal_integrator.conf: without it the register does not speak to the integrator." => "Add to the section subsystems: { include file(\"conf/services/universal_integrator.conf\") }.";
    PAYMENT_OFF "payment_off":
        "Оплата по QR-коду не подключена: в payment.conf нет файла с параметром modulePay." => "Добавьте в services/payment/payment.conf: { include file(\"conf/services/payment/payment_qrpay_ui.conf\") }.",
        "Payment by QR is not switched on: payment.conf includes no file with modulePay." => "Add to services/payment/payment.conf: { include file(\"conf/services/payment/payment_qrpay_ui.conf\") }.";
    REPORT_OFF "report_off":
        "Файл services/reports/qr_checker.conf есть, но отчёт «Проверка статического QR-кода» не подключён." => "Если он нужен, добавьте в services/reports/reports.conf: { include file(\"conf/services/reports/qr_checker.conf\") }.",
        "services/reports/qr_checker.conf is there, but the report that checks a static QR code is not switched on." => "If it is needed, add to services/reports/reports.conf: { include file(\"conf/services/reports/qr_checker.conf\") }.";

    MODULE_SHAPE "module_shape":
        "{key} = {value}: так адрес модуля не пишется." => "Напишите servplus.<модуль>.{kind}, например servplus.qrraiffd_variable.{kind}.",
        "{key} = {value}: a module's address is not written so." => "Write servplus.<module>.{kind}, as servplus.qrraiffd_variable.{kind}.";
    MODULES_APART "modules_apart":
        "modulePay, moduleCancel и subsystem называют разные модули: {pay}, {cancel}, {subsystem}." => "Впишите во все три один модуль: servplus.{pay}.payment, servplus.{pay}.cancel и {pay}, если оплату принимает он.",
        "modulePay, moduleCancel and subsystem name different modules: {pay}, {cancel}, {subsystem}." => "Write one module into all three: servplus.{pay}.payment, servplus.{pay}.cancel and {pay}, if it takes the payment.";
    MODULE_NEAR "module_near":
        "Модуль {module} неизвестен." => "Возможно, это {near}: сверьте название с таблицей модулей в руководстве.",
        "The module {module} is not known." => "Perhaps it is {near}: compare the name with the manual's table of modules.";
    CHECKER_DIFFERS "checker_differs":
        "Отчёт проверяет наклейки модуля {checker}, а платят через {payment}." => "Впишите в отчёт те же modulePay, moduleCancel и subsystem, что и в настройках оплаты.",
        "The report checks stickers of {checker}, but payments go through {payment}." => "Write into the report the same modulePay, moduleCancel and subsystem as in the settings of the payment.";
    VARIABLE_DIFFERS "variable_differs":
        "Оплата и отчёт настроены на разные виды QR-кода: {payment} и {checker}. С _variable платят по наклейке, без него показывают новый код для каждой оплаты." => "Выберите один вид и впишите его в обоих местах; для наклеек нужен _variable.",
        "Payment and report are set to different kinds of QR: {payment} and {checker}. With _variable buyers pay by the sticker, without it each payment shows a new code." => "Choose one kind and write it in both places; stickers need _variable.";
    URL_DIFFERS "url_differs":
        "Отчёт обращается к интегратору {checker}, а оплата — к {payment}." => "Если интегратор один, впишите в отчёт тот же url, что и в настройках оплаты.",
        "The report speaks to the integrator at {checker}, the payment to {payment}." => "If there is one integrator, write the same url into the report as into the payment.";
    CHECKER_ALONE "checker_alone":
        "Отчёт «Проверка статического QR-кода» настроен, а оплата по QR-коду нет." => "Настройте оплату: services/payment/payment_qrpay_ui.conf, или уберите отчёт из services/reports/reports.conf.",
        "The report that checks a static QR code is set up, but payment by QR is not." => "Set up the payment, services/payment/payment_qrpay_ui.conf, or take the report out of services/reports/reports.conf.";
    CHECKER_NO_LINK "checker_no_link":
        "Модуль {module} не работает с наклейками: проверять отчётом нечего." => "Для наклеек выберите модуль с _variable или уберите отчёт.",
        "The module {module} does not work with stickers: the report has nothing to check." => "For stickers choose a module with _variable, or take the report away.";

    SCAN_MISSING "scan_missing":
        "Модуль {module} принимает только код с телефона покупателя, а сканирование выключено." => "Включите его: {key} = true.",
        "The module {module} takes only a code from the buyer's phone, but scanning is off." => "Switch it on: {key} = true.";
    SCAN_WRONG "scan_wrong":
        "Модуль {module} показывает QR-код покупателю, а касса настроена сканировать код с телефона." => "Выключите сканирование: {key} = false.",
        "The module {module} shows a QR to the buyer, but the register is set to scan a code from the phone." => "Switch scanning off: {key} = false.";
    SCAN_EITHER "scan_either":
        "Модуль {module} умеет и показывать QR-код, и принимать код с телефона. Касса будет показывать." => "Если покупатель показывает код с телефона, добавьте {key} = true; если нет, напишите {key} = false.",
        "The module {module} can both show a QR and take a code from the phone. The register will show one." => "If buyers show a code on their phone, add {key} = true; if not, write {key} = false.";

    AMQP_TIMEOUT_SHORT "amqp_timeout_short":
        "Касса ждёт ответа {seconds} с, а только соединение может занять {connect} с: таймауты не вложены." => "Поставьте не меньше {needed} second.",
        "The register waits {seconds} s for an answer, but the connection alone may take {connect} s: the timeouts do not nest." => "Set at least {needed} second.";
    AMQP_TIMEOUT_MANUAL "amqp_timeout_manual":
        "Касса ждёт ответа {seconds} с, а для {module} в руководстве указано {needed} с: банк может не успеть." => "Поставьте {needed} second.",
        "The register waits {seconds} s for an answer, but the manual sets {needed} s for {module}: the bank may be slower." => "Set {needed} second.";
    RESPONSE_SHORT "response_short":
        "Касса ждёт ответа {seconds} с, а QR-код живёт 5 минут: касса сдастся раньше, чем интегратор узнает исход." => "Поставьте не меньше {needed} second.",
        "The register waits {seconds} s for an answer, but a QR lives 5 minutes: the register gives up before the integrator knows the outcome." => "Set at least {needed} second.";
    CONNECTION_LONG "connection_long":
        "Таймаут соединения {connect} с не меньше таймаута ожидания ответа {seconds} с на 10 с." => "Поставьте таймаут соединения не больше {most} second.",
        "The connection timeout of {connect} s is not 10 s less than the response timeout of {seconds} s." => "Set the connection timeout to at most {most} second.";

    URL_BAD "url_bad":
        "Адрес не годится: {detail}." => "Напишите amqp://ukm:пароль@адрес-интегратора.",
        "The address cannot be used: {detail}." => "Write amqp://ukm:password@integrator.";
    PASSWORD_DEFAULT "password_default":
        "В адресе заводской пароль или образец из руководства." => "Смените пароль пользователя {user} в RabbitMQ и впишите его сюда.",
        "The address holds a factory password or the manual's placeholder." => "Change the password of {user} in RabbitMQ and write it here.";
    PASSWORD_MISSING "password_missing":
        "В адресе нет имени или пароля: RabbitMQ пустит только с того же сервера." => "Напишите amqp://ukm:пароль@адрес-интегратора.",
        "The address has no user or password: RabbitMQ lets in only from its own machine." => "Write amqp://ukm:password@integrator.";
    EXCHANGE_OTHER "exchange_other":
        "Обменник {value} — не amq.topic, который слушает интегратор без особых настроек." => "Напишите amqp = \"amq.topic\" или такой же обменник задайте у интегратора.",
        "The exchange {value} is not amq.topic, where the integrator listens unless set otherwise." => "Write amqp = \"amq.topic\", or set the same exchange at the integrator.";

    SLIDE_UNKNOWN "slide_unknown":
        "Картинка {value} неизвестна: есть scanBarCode, vision и QRPay." => "Исправьте название или уберите его из emptyReceiptSlideShow.",
        "The slide {value} is not known: there are scanBarCode, vision and QRPay." => "Correct the name, or take it out of emptyReceiptSlideShow.";
    SLIDE_QR "slide_qr":
        "Оплата по QR-коду настроена, но на пустом чеке её картинки нет." => "Если она нужна, добавьте QRPay в emptyReceiptSlideShow.",
        "Payment by QR is set up, but its slide is not shown while the receipt is empty." => "If it is wanted, add QRPay to emptyReceiptSlideShow.";

    OUTPUT_WRONG "output_wrong":
        "Место для QR-кода описано неверно: {detail}." => "Сверьте его с примером в руководстве: kind = screen, display, tape или terminal и ключи этого места.",
        "A place for the QR is described wrongly: {detail}." => "Compare it with the manual's example: kind = screen, display, tape or terminal, and the keys of that place.";

    INPAS_BOTH "inpas_both":
        "Включены обе версии настроек InPAS, старая payment_inpas.conf и новая payment_inpas_smartsale.conf: вместе они не работают." => "Закомментируйте одну из двух строк. QR-коды СБП умеет только новая.",
        "Both versions of the InPAS settings are active, the old payment_inpas.conf and the new payment_inpas_smartsale.conf: they do not work together." => "Comment one of the two lines out. Only the new one can do QR codes of SBP.";
    INPAS_TIMEOUT "inpas_timeout":
        "timeout = {value} не похож на удвоенный: руководство велит ставить вдвое больше, чем рекомендует банк (банк 100 — ставить 200)." => "Узнайте у банка рекомендацию и впишите вдвое больше, в секундах.",
        "timeout = {value} does not look doubled: the manual asks for twice what the bank recommends (bank 100, set 200)." => "Ask the bank for its recommendation and write twice as much, in seconds.";
    INPAS_QR_OFF "inpas_qr_off":
        "Оплата QR СБП на пин-паде выключена." => "Если она нужна, поставьте qrSBP = true.",
        "QR payment of SBP on the pin-pad is off." => "If it is wanted, set qrSBP = true.";
    INPAS_HARDWARE "inpas_hardware":
        "Настроен InPAS, но inpas_lin.conf среди этих файлов нет: код валюты и номер терминала не проверены." => "Он лежит в оборудовании кассы (Магазин – Кассы – Оборудование); положите его рядом, чтобы проверить.",
        "InPAS is set up, but inpas_lin.conf is not among these files: currency code and terminal id are not checked." => "It belongs to the register's hardware; put a copy among these files to have it checked.";
}

/// What a value should have been, by the phrase of the reader of files, with an example.
pub const EXPECTED: &[(&str, Word, &str)] = &[
    (
        "an object in braces",
        Word {
            ru: "объект в фигурных скобках",
            en: "an object in braces",
        },
        "{ a = 1 }",
    ),
    (
        "a text",
        Word {
            ru: "текст",
            en: "a text",
        },
        "\"abc\"",
    ),
    (
        "true or false",
        Word {
            ru: "true или false",
            en: "true or false",
        },
        "true",
    ),
    (
        "a whole number",
        Word {
            ru: "целое число",
            en: "a whole number",
        },
        "4",
    ),
    (
        "a number",
        Word {
            ru: "число",
            en: "a number",
        },
        "1.5",
    ),
    (
        "a list of three numbers",
        Word {
            ru: "список из трёх чисел",
            en: "a list of three numbers",
        },
        "[500, 1000, 500]",
    ),
    (
        "a list in square brackets",
        Word {
            ru: "список в квадратных скобках",
            en: "a list in square brackets",
        },
        "[a, b]",
    ),
];

/// A time with its unit, for [`EXPECTED`]'s rest.
pub const EXPECTED_DURATION: (Word, &str) = (
    Word {
        ru: "время с единицей",
        en: "a time with its unit",
    },
    "10 second",
);

/// Why an address cannot be used.
pub mod reason {
    use crate::words::{Word, words};

    words! {
        /// Another scheme, or none.
        SCHEME: "он должен начинаться с amqp:// или amqps://", "it must begin with amqp:// or amqps://";
        /// Nothing between `@` and the path.
        HOST: "в нём нет имени или IP-адреса сервера", "it names no server";
        /// Four numbers that are none.
        IP: "такого IP-адреса не бывает", "there is no such IP address";
        /// Not http:// or https://.
        HTTP: "он должен начинаться с http:// или https:// и не содержать имени и пароля",
            "it must begin with http:// or https:// and hold no user or password";
        /// A token that cannot be read.
        TOKEN: "файл с токеном не прочитать или он пуст", "the file with the token cannot be read, or is empty";
        /// Both `token` and `token_file`.
        TWICE: "token и token_file указаны вместе, а нужен один из них", "token and token_file stand together, one of them is wanted";
        /// Not one of a few words.
        DOOR: "здесь пишут amqp или http", "the words here are amqp and http";
        /// A name that is none.
        NAME: "допустимы латинские буквы, цифры, точка, дефис и подчёркивание", "letters, digits, dot, hyphen and underscore are allowed";
        /// Empty.
        EMPTY: "оно пустое", "it is empty";
        /// Not three digits.
        CURRENCY: "код валюты — три цифры, для рубля 643", "a currency code has three digits, the ruble's is 643";
    }
}

/// Words around the findings.
pub mod frame {
    use crate::words::{Word, words};

    words! {
        /// Something keeps the register from working right.
        ERROR: "ошибка", "error";
        /// It works but should be put right.
        WARNING: "внимание", "warning";
        /// It may be meant.
        HINT: "подсказка", "hint";
        /// Before the remedy.
        REMEDY: "Что сделать", "What to do";
        /// The count at the end.
        COUNT: "Ошибок: {errors}, предупреждений: {warnings}, подсказок: {hints}.",
            "Errors: {errors}, warnings: {warnings}, hints: {hints}.";
        /// One payment that is set up.
        PAYMENT: "Оплата: модуль {module}, {address}, ждать до {seconds} с.",
            "Payment: module {module}, {address}, waiting up to {seconds} s.";
        /// The buyer's code is scanned.
        SCANS: "Код сканируется с телефона покупателя.", "The code is scanned from the buyer's phone.";
        /// The report that is set up.
        REPORT: "Отчёт «{name}»: модуль {module}, {address}.", "Report “{name}”: module {module}, {address}.";
        /// The kiosk's block is there.
        KIOSK: "Киоск: блок kiosk2 прочитан.", "Kiosk: the block kiosk2 was read.";
        /// The pin-pad is set up.
        PINPAD: "Пин-пад InPAS: QR СБП {qr}.", "InPAS pin-pad: QR of SBP {qr}.";
        /// On.
        ON: "включена", "is on";
        /// Off.
        OFF: "выключена", "is off";
        /// Settings with faults are used all the same.
        FAULTY: "В настройках {path} ошибок: {errors}. Подробно: qrpos check-settings {path}",
            "The settings {path} have errors: {errors}. In detail: qrpos check-settings {path}";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn cyrillic(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{400}'..='\u{4ff}'))
    }

    /// The names in braces, not the braces of HOCON.
    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .filter(|name| name.chars().all(|c| c.is_ascii_lowercase()))
            .collect()
    }

    #[test]
    fn both_languages_say_the_same() {
        for advice in ALL {
            for word in [advice.what, advice.remedy] {
                assert!(cyrillic(word.ru), "{}", word.ru);
                assert!(!cyrillic(word.en), "{}", word.en);
                assert_eq!(names(word.ru), names(word.en), "{}", word.en);
                assert!(word.ru.ends_with('.') && word.en.ends_with('.'), "{}", word.en);
            }
        }
        let names: BTreeSet<_> = ALL.iter().map(|advice| advice.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
