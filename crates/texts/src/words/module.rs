//! What `qrpayd module` says. A word in braces stands for what [`Lang::fill`] puts there.

use super::{Lang, Word};

impl Lang {
    /// A sentence of ours with what belongs into its braces. A name that is not given stays as it is.
    pub fn fill(self, word: Word, values: &[(&str, &str)]) -> String {
        let mut out = String::new();
        let mut rest = self.say(word);
        while let Some((before, from)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, after)) = from.split_once('}') else {
                out.push('{');
                rest = from;
                continue;
            };
            if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                out.push_str(value);
            } else {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

macro_rules! sentences {
    ($($(#[$doc:meta])* $name:ident: $ru:literal, $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Word = Word { ru: $ru, en: $en };)*

        /// All of them.
        pub const ALL: &[Word] = &[$($name),*];
    };
}

sentences! {
    /// Before a step that went well.
    OK: "норма", "ok";
    /// Before a step that needs a look.
    WARNING: "внимание", "warning";
    /// Before a step that keeps registers from paying.
    FAULT: "неисправно", "fault";

    /// The module is not of this build.
    UNKNOWN: "в этой сборке qrpayd нет модуля `{module}`; есть: {known}. Проверьте название",
        "this qrpayd has no module `{module}`; it has: {known}. Check the name";
    /// The module is switched on.
    ON: "модуль `{module}` ({title}) включён", "the module `{module}` ({title}) is switched on";
    /// The module is not switched on.
    OFF: "модуль `{module}` ({title}) не включён, кассы получат отказ: добавьте его в `modules` в {config} и перезапустите qrpayd",
        "the module `{module}` ({title}) is not switched on, registers will be turned away: add it to `modules` in {config} and restart qrpayd";

    /// The bank has no register of operations.
    REGISTRY_NONE: "у банка модуля `{module}` нет реестра операций, или его вид не опубликован: сверьте операции по выписке банка",
        "the bank of the module `{module}` has no register of operations, or its form is not public: compare with the bank's statement";
    /// There are no settings to ask with.
    REGISTRY_NO_ROWS: "реестр модуля `{module}` запросить нечем: исправьте сказанное выше",
        "there is nothing to ask for the register of `{module}` with: mend what is said above";
    /// One order of which the two books say different things.
    REGISTRY_LINE: "заказ {order}: у банка оплачено {bank_paid}, возвращено {bank_returned}; в журнале оплачено {paid}, возвращено {returned}; операция {operation}",
        "order {order}: at the bank paid {bank_paid}, returned {bank_returned}; in the journal paid {paid}, returned {returned}; operation {operation}";
    /// In the place of an operation.
    REGISTRY_UNKNOWN: "в журнале не найдена", "not found in the journal";
    /// The books say the same.
    REGISTRY_AGREES: "реестр банка и журнал модуля `{module}` сходятся: движений {count}, оплачено {paid}, возвращено {returned}",
        "the bank's register and the journal of `{module}` agree: {count} movements, paid {paid}, returned {returned}";
    /// The books say different things.
    REGISTRY_DIFFERS: "реестр банка и журнал модуля `{module}` расходятся: заказов с расхождением {differences}; у банка движений {count}, оплачено {paid}, возвращено {returned}. Посмотрите каждую операцию: qrpayd operation НОМЕР",
        "the bank's register and the journal of `{module}` differ in {differences} orders; the bank has {count} movements, paid {paid}, returned {returned}. Look at each: qrpayd operation ID";

    /// No merchant at all.
    NOT_CONFIGURED: "у модуля нет ни одного договора: запишите его командой `qrpayd config set {module} merchant 0 ключ=значение …`, ключи покажет `qrpayd config describe {module}`",
        "the module has no merchant at all: write one with `qrpayd config set {module} merchant 0 key=value …`; `qrpayd config describe {module} --lang en` shows the keys";
    /// The merchant that a register would use is missing.
    NO_MERCHANT: "договора {merchant} нет, а по нему работает {store}: запишите его командой `qrpayd config set {module} merchant {merchant} ключ=значение …` или назначьте магазину другой: `qrpayd config set {module} store <магазин> <договор>`",
        "there is no merchant {merchant}, and {store} uses it: write it with `qrpayd config set {module} merchant {merchant} key=value …`, or give the store another: `qrpayd config set {module} store <store> <merchant>`";
    /// Which merchant row applies.
    MERCHANT: "{store} работает по договору {merchant} (таблица {module}_merchants)",
        "{store} uses merchant {merchant} (table {module}_merchants)";
    /// A store with a row.
    STORE_LISTED: "магазин `{store}`", "store `{store}`";
    /// A store without a row.
    STORE_UNLISTED: "магазин `{store}`, не указанный в {module}_stores,", "store `{store}`, which {module}_stores does not list,";
    /// No store was named.
    STORE_ANY: "магазин, не указанный в {module}_stores (другой задаёт --store),", "a store that {module}_stores does not list (--store names another)";
    /// The register overrides keys.
    TERMINAL: "касса `{terminal}` меняет своё: {keys} (таблица {module}_terminals)",
        "register `{terminal}` overrides: {keys} (table {module}_terminals)";
    /// The register has no row.
    TERMINAL_NONE: "у кассы `{terminal}` нет своих настроек, действуют настройки договора",
        "register `{terminal}` has no row of its own, the merchant's settings apply";

    /// Merged and complete.
    COMPLETE: "все обязательные ключи на месте, значения годятся", "every required key is there and the values can be used";
    /// A key that is not known.
    KEY_UNKNOWN: "ключа `{key}` у модуля нет{hint}: исправьте его командой `qrpayd config set`",
        "the module has no key `{key}`{hint}: put it right with `qrpayd config set`";
    /// The key that was probably meant.
    KEY_HINT: " (может быть, `{key}`?)", " (perhaps `{key}`?)";
    /// A key in the wrong table.
    KEY_TABLE: "ключ `{key}` стоит не в той таблице, его место — {module}_{table}: перенесите его командой `qrpayd config set`",
        "key `{key}` stands in the wrong table, it belongs in {module}_{table}: move it with `qrpayd config set`";
    /// A value that cannot be used.
    KEY_VALUE: "ключ `{key}` ({origin}) использовать нельзя: {detail}", "key `{key}` ({origin}) cannot be used: {detail}";
    /// A required key is missing.
    KEY_MISSING: "не хватает ключа `{key}` ({meaning}): запишите его командой `qrpayd config set {module} merchant {merchant} {key}=…`",
        "key `{key}` is missing ({meaning}): write it with `qrpayd config set {module} merchant {merchant} {key}=…`";
    /// Something else is wrong with the rows.
    ROWS_BAD: "настройки использовать нельзя: {detail}", "the settings cannot be used: {detail}";

    /// Where a value stands: a merchant's row.
    FROM_MERCHANT: "договор {merchant}", "merchant {merchant}";
    /// Where a value stands: a register's row.
    FROM_TERMINAL: "касса `{terminal}`", "register `{terminal}`";
    /// Where a value stands: a file that a row names.
    FROM_FILE: "файл {file}, его называет {row}", "file {file}, named by {row}";
    /// Where a value stands: in the row itself.
    FROM_ROW: "записан прямо в настройках: {row}", "written in the settings themselves: {row}";
    /// Where a value stands: nowhere.
    FROM_NOWHERE: "не записан", "not written";

    /// The times nest.
    TIMES: "сроки вложены верно: касса ждёт {register} с, сервер отвечает за {total} с, код живёт {ttl} с, банк отвечает за {http} с",
        "the times nest: a register waits {register} s, the daemon answers within {total} s, a QR lives {ttl} s, the bank has {http} s";
    /// The times do not nest.
    TIMES_WRONG: "сроки не вложены: касса ждёт {register} с, сервер отвечает за {total} с, код живёт {ttl} с, банк отвечает за {http} с, поэтому код может погаснуть раньше своего qrTtl; поставьте ожидание на кассах и `register_timeout` не меньше {needed} с или уменьшите qrTtl",
        "the times do not nest: a register waits {register} s, the daemon answers within {total} s, a QR lives {ttl} s, the bank has {http} s, so a QR may end earlier than its qrTtl; set the registers' waiting time and `register_timeout` to {needed} s or more, or lower qrTtl";

    /// The files of certificates can be used, or there are none.
    PEM_OK: "файлы сертификатов годятся: банку доверяем {roots}, наш сертификат: {certificate}",
        "the certificate files can be used: the bank is trusted {roots}, our certificate: {certificate}";
    /// The system's roots.
    ROOTS_SYSTEM: "по системным корневым сертификатам", "by the system's root certificates";
    /// Roots of our own.
    ROOTS_OWN: "по `ca` ({origin})", "by `ca` ({origin})";
    /// There is no client certificate.
    NO_CERTIFICATE: "не задан", "none";
    /// The roots cannot be used.
    CA_BAD: "корневые сертификаты `ca` ({origin}) использовать нельзя: нужен текст PEM с блоком BEGIN CERTIFICATE, возьмите его у банка ({detail})",
        "the root certificates `ca` ({origin}) cannot be used: PEM text with a BEGIN CERTIFICATE block is needed, ask the bank for it ({detail})";
    /// The system has no roots.
    NO_ROOTS: "в системе нет корневых сертификатов: установите пакет ca-certificates или задайте `ca`",
        "the system has no root certificates: install the package ca-certificates or set `ca`";
    /// The client certificate or its key cannot be used.
    IDENTITY_BAD: "сертификат `cert` ({cert}) и ключ `pkey` ({pkey}) использовать нельзя: нужны сертификат и незашифрованный ключ к нему, оба PEM ({detail})",
        "the certificate `cert` ({cert}) and the key `pkey` ({pkey}) cannot be used: a certificate and its unencrypted key are needed, both PEM ({detail})";
    /// The HTTP client cannot be made.
    CLIENT_BAD: "соединение с такими настройками построить нельзя: {detail}", "no connection can be built with these settings: {detail}";

    /// The address is no address.
    URL_BAD: "адрес `url` прочесть нельзя: запишите его как https://имя", "the address `url` cannot be read: write it as https://name";
    /// The name is known.
    NAME_OK: "имя {host} известно: {addresses}", "the name {host} is known: {addresses}";
    /// The name is not known.
    NAME_BAD: "имя {host} не находится: проверьте `url` ({origin}) и DNS этой машины (`getent hosts {host}`)",
        "the name {host} cannot be found: check `url` ({origin}) and this machine's DNS (`getent hosts {host}`)";
    /// Somebody listens.
    CONNECT_OK: "{host}:{port} принимает соединения", "{host}:{port} takes connections";
    /// Nobody listens.
    CONNECT_REFUSED: "по адресу {host}:{port} никто не слушает: проверьте `url` ({origin}), порт и сетевой экран",
        "nobody listens at {host}:{port}: check `url` ({origin}), the port and the firewall";
    /// No answer to the attempt.
    CONNECT_SLOW: "{host}:{port} не отвечает на попытку соединиться {seconds} с: откройте этот адрес в сетевом экране, спросите банк, пускает ли он этот сервер",
        "{host}:{port} does not answer an attempt to connect within {seconds} s: open this address in the firewall, ask the bank whether it lets this server in";
    /// The network says no.
    CONNECT_BAD: "с {host}:{port} не соединиться ({detail}): проверьте маршрут и сетевой экран",
        "no connection to {host}:{port} ({detail}): check the route and the firewall";

    /// No encryption.
    PLAIN: "адрес начинается с http://: ключ пойдёт по сети открытым текстом; для настоящего банка нужен https://",
        "the address begins with http://: the key travels in the clear; a real bank needs https://";
    /// The server is who it says.
    TRUST_OK: "сертификат {host} проверен {roots}", "the certificate of {host} was verified {roots}";
    /// No root has issued it.
    TRUST_ISSUER: "сертификату {host} нет доверия: его выпустил центр, которого нет среди проверяемых ({roots}); возьмите корневой сертификат у банка и задайте `ca`",
        "the certificate of {host} is not trusted: whoever issued it is not among those that we trust ({roots}); get the root certificate from the bank and set `ca`";
    /// Its dates are wrong.
    TRUST_DATES: "сертификат {host} просрочен или ещё не действует: проверьте часы этой машины, затем сообщите банку",
        "the certificate of {host} has expired or is not valid yet: check this machine's clock, then tell the bank";
    /// It is for another name.
    TRUST_NAME: "сертификат по адресу {host} выпущен на другое имя: проверьте `url` ({origin})",
        "the certificate at {host} is for another name: check `url` ({origin})";
    /// Something else.
    TRUST_OTHER: "сертификату {host} нет доверия: {detail}", "the certificate of {host} is not trusted: {detail}";
    /// Our certificate is taken.
    CLIENT_OK: "наш сертификат ({cert}) не отвергнут: банк принял его или не спрашивает",
        "our certificate ({cert}) was not refused: the bank took it or does not ask for one";
    /// We have none and need none.
    CLIENT_NOT_ASKED: "сертификат клиента не задан, и банк его не требует", "no client certificate is set, and the bank does not demand one";
    /// We have none and need one.
    CLIENT_MISSING: "{host} требует сертификат клиента, а он не задан: получите его у банка и запишите ключи `cert` и `pkey`",
        "{host} demands a client certificate and none is set: get it from the bank and write the keys `cert` and `pkey`";
    /// Ours is refused.
    CLIENT_REFUSED: "{host} не принял наш сертификат ({cert}): проверьте, что он выдан этим банком, не просрочен и подходит к этому контуру",
        "{host} refused our client certificate ({cert}): check that this bank issued it, that it has not expired, and that it is for this stand";
    /// No TLS.
    TLS_BAD: "с {host}:{port} не установить TLS: проверьте порт в `url` ({origin}) — там может быть не HTTPS ({detail})",
        "no TLS connection to {host}:{port}: check the port in `url` ({origin}), it may not speak HTTPS ({detail})";
    /// Connected, no answer.
    SILENT: "{host} принял соединение, но не ответил за {seconds} с: повторите позже, спросите банк",
        "{host} took the connection but did not answer within {seconds} s: try later, ask the bank";
    /// The connection ended.
    BROKE_OFF: "{host} оборвал соединение, не ответив: повторите; если не пройдёт, спросите банк, не требует ли он другой сертификат клиента и пускает ли этот сервер ({detail})",
        "{host} broke the connection off without an answer: try again; if it stays so, ask the bank whether it demands another client certificate and lets this server in ({detail})";

    /// The key is good.
    LOGIN_OK: "банк принял ключ: {keys}; о выдуманном заказе он ответил, что его нет",
        "the bank took the key: {keys}; asked about a made-up order, it said that there is none";
    /// The question is answered, and there is no key that could be wrong.
    ANSWERED: "банк ответил: выдуманного заказа у него нет; отдельного ключа у модуля нет",
        "the bank answered that it has no such made-up order; the module has no key of its own";
    /// The key is refused.
    LOGIN_REFUSED: "банк не принял ключ (HTTP {status}): {keys}; проверьте, что ключ от этого контура ({host}:{port}) и не перевыпущен, и что банк пускает этот сервер",
        "the bank refused the key (HTTP {status}): {keys}; check that the key is for this stand ({host}:{port}) and was not reissued, and that the bank lets this server in";
    /// One key and its place.
    KEY_AND_ORIGIN: "`{key}` ({origin})", "`{key}` ({origin})";
    /// The module has no key.
    NO_KEYS: "отдельного ключа у модуля нет", "the module has no key of its own";
    /// A question is refused.
    QUESTION_REFUSED: "банк принял соединение, но отказал в вопросе: {detail}", "the bank took the connection but refused the question: {detail}";
    /// Too many requests.
    BUSY: "банк просит спрашивать реже: повторите через минуту; ключ поэтому не проверен ({detail})",
        "the bank asks for fewer requests: try again in a minute; the key was not tried ({detail})";
    /// The bank fails.
    FAILING: "у {host} сбой (HTTP {status}): это на стороне банка, повторите позже и сообщите банку",
        "{host} fails (HTTP {status}): this is on the bank's side, try later and tell the bank";
    /// Somebody else answers.
    UNCLEAR: "по адресу {host} отвечает не сервис банка или ответ непонятен: проверьте `url` ({origin}) ({detail})",
        "what answers at {host} is not the bank's service, or its answer is not understood: check `url` ({origin}) ({detail})";
    /// Nothing was asked.
    NOT_TRIED: "у модуля нет безобидного вопроса к банку: ключ покажет только оплата", "the module has no harmless question to ask: only a payment will try the key";

    /// Where the bank calls back.
    CALLBACK: "уведомления банк шлёт на https://<ваш адрес>/callback/{module}; направьте их на {listen}. Без них оплата тоже находится, но позже",
        "the bank sends notifications to https://<your address>/callback/{module}; lead them to {listen}. Without them payments are found too, but later";
    /// The module reads no notifications.
    NO_CALLBACK: "уведомлений банка этот модуль не читает: об оплате он узнаёт, спрашивая банк",
        "this module reads no notifications of the bank: it learns of a payment by asking";

    /// The end without faults.
    DONE: "{module}: без денег проверено всё, что можно; предупреждений: {warnings}. Номера договора и точки покажет первая оплата",
        "{module}: all that can be tried without money was tried; warnings: {warnings}. The ids of the merchant and the outlet are tried by the first payment";
    /// The end with faults.
    FAILED: "{module}: неисправностей: {faults}, предупреждений: {warnings}; устраните их и повторите: то, что идёт следом, могло остаться непроверенным",
        "{module}: faults: {faults}, warnings: {warnings}; put them right and try again: what comes after may not have been tried";

    /// In the list: switched on.
    LIST_ON: "включён", "on";
    /// In the list: not switched on.
    LIST_OFF: "выключен", "off";
    /// In the list: has a merchant.
    LIST_CONFIGURED: "настроен: договоров {merchants}, магазинов {stores}, касс {terminals}",
        "configured: merchants {merchants}, stores {stores}, registers {terminals}";
    /// In the list: has none.
    LIST_NOT_CONFIGURED: "не настроен", "not configured";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cyrillic(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{400}'..='\u{4ff}'))
    }

    fn names(text: &str) -> Vec<&str> {
        let mut names: Vec<_> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[test]
    fn both_languages_say_the_same() {
        for word in ALL {
            assert_eq!(names(word.ru), names(word.en), "{}", word.en);
            assert!(!cyrillic(word.en), "{}", word.en);
            assert!(
                cyrillic(word.ru) || word.ru == word.en || word.ru.starts_with(" ("),
                "{}",
                word.ru
            );
        }
    }

    #[test]
    fn braces_are_filled_once() {
        let word = Word {
            ru: "{a} и {b}, {c} {",
            en: "{a} and {b}, {c} {",
        };
        assert_eq!(
            Lang::En.fill(word, &[("a", "{b}"), ("b", "2")]),
            "{b} and 2, {c} {"
        );
        assert_eq!(Lang::Ru.fill(word, &[("a", "1")]), "1 и {b}, {c} {");
    }
}
